// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import Synchronization

/// Counts the exchanges that this process began and that are not over: for the limits, and for stopping gently.
public final class InFlight: Sendable {
    fileprivate struct Opened {
        let requester: EntityID
        let client: Client?
    }

    fileprivate struct State {
        var open: [Exchange.ID: Opened] = [:]
        /// In the order in which they expire: all of them last as long.
        var ends: [(id: Exchange.ID, at: Date)] = []
        var byRequester: [EntityID: Int] = [:]
        var byClient: [Client: Int] = [:]
        var isDraining = false
    }

    private let limit: Int
    private let perRequester: Int
    private let perAddress: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - perRequester: how many one service or Connector may have open.
    ///   - perAddress: how many may have been begun from one address.
    public init(limit: Int, perRequester: Int = .max, perAddress: Int = .max) {
        self.limit = limit
        self.perRequester = perRequester
        self.perAddress = perAddress
    }

    /// - Throws: ``Rule/overloaded`` or ``Rule/exchangesOpen`` at a limit, ``Rule/notReady`` while the node is stopping.
    func begin(_ exchange: Exchange, from client: Client?, at now: Date) throws(Rejection) {
        let opened = Opened(requester: exchange.request.requester, client: client)
        let refusal = state.withLock { state -> Rejection? in
            if state.isDraining { return Rejection(.notReady, found: "the node is stopping") }
            state.forget(before: now)
            guard state.open.count < limit else {
                return Rejection(.overloaded, expected: "at most \(limit) exchanges at the same time")
            }
            guard state.byRequester[opened.requester, default: 0] < perRequester else {
                return Rejection(.exchangesOpen, expected: "at most \(perRequester) open exchanges of a requester")
            }
            guard client.map({ state.byClient[$0, default: 0] < perAddress }) ?? true else {
                return Rejection(.exchangesOpen, expected: "at most \(perAddress) open exchanges of an address")
            }
            state.keep(opened, exchange)
            return nil
        }
        if let refusal { throw refusal }
    }

    func end(_ id: Exchange.ID) { state.withLock { $0.forget(id) } }

    public var isDraining: Bool { state.withLock(\.isDraining) }

    /// From now on no exchange begins here.
    public func drain() { state.withLock { $0.isDraining = true } }

    public func count(at now: Date) -> Int {
        state.withLock { state in
            state.forget(before: now)
            return state.open.count
        }
    }
}

extension InFlight.State {
    fileprivate mutating func keep(_ opened: InFlight.Opened, _ exchange: Exchange) {
        open[exchange.id] = opened
        byRequester[opened.requester, default: 0] += 1
        if let client = opened.client { byClient[client, default: 0] += 1 }
        // What ended early is still in the line; now and then it is taken out.
        if ends.count > 2 * open.count + 1024 { ends.removeAll { [open] in open[$0.id] == nil } }
        ends.append((exchange.id, exchange.expiresAt))
    }

    fileprivate mutating func forget(before now: Date) {
        let over = ends.prefix { $0.at <= now }
        guard !over.isEmpty else { return }
        for end in over { forget(end.id) }
        ends.removeFirst(over.count)
    }

    fileprivate mutating func forget(_ id: Exchange.ID) {
        guard let opened = open.removeValue(forKey: id) else { return }
        byRequester.countDown(opened.requester)
        if let client = opened.client { byClient.countDown(client) }
    }
}

extension Dictionary where Value == Int {
    fileprivate mutating func countDown(_ key: Key) { self[key] = self[key].flatMap { $0 > 1 ? $0 - 1 : nil } }
}
