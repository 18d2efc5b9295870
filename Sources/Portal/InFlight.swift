// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import Synchronization

/// Counts the exchanges that this process began and that are not over: for the limit, and for stopping gently.
public final class InFlight: Sendable {
    private struct State {
        var open: [Exchange.ID: Date] = [:]
        var isDraining = false
    }

    private let limit: Int
    private let state = Mutex(State())

    public init(limit: Int) { self.limit = limit }

    /// - Throws: ``Rule/overloaded`` at the limit, ``Rule/notReady`` while the node is stopping.
    func begin(_ exchange: Exchange, at now: Date) throws(Rejection) {
        let refusal = state.withLock { state -> Rejection? in
            if state.isDraining { return Rejection(.notReady, found: "the node is stopping") }
            if state.open.count >= limit { state.open = state.open.filter { now < $0.value } }
            guard state.open.count < limit else {
                return Rejection(.overloaded, expected: "at most \(limit) exchanges at the same time")
            }
            state.open[exchange.id] = exchange.expiresAt
            return nil
        }
        if let refusal { throw refusal }
    }

    func end(_ id: Exchange.ID) { state.withLock { _ = $0.open.removeValue(forKey: id) } }

    public var isDraining: Bool { state.withLock(\.isDraining) }

    /// From now on no exchange begins here.
    public func drain() { state.withLock { $0.isDraining = true } }

    public func count(at now: Date) -> Int { state.withLock { $0.open.values.count { now < $0 } } }
}
