// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Synchronization

/// One piece of work for each exchange at a time: whoever comes for the same exchange meanwhile gets the same result.
///
/// The work goes on when the browser that asked for it first has gone; it must have a deadline of its own.
final class Flights<Landing: Sendable>: Sendable {
    private let running = Mutex<[Exchange.ID: Task<Landing, any Error>]>([:])

    func join(
        _ id: Exchange.ID, _ work: @escaping @Sendable () async throws -> Landing
    ) async throws -> Landing {
        let task = running.withLock { running in
            if let task = running[id] { return task }
            let task = Task {
                defer { self.running.withLock { $0[id] = nil } }
                return try await work()
            }
            running[id] = task
            return task
        }
        return try await task.value
    }
}

/// What was last said in some exchanges, until they expire; of too many, none.
final class Lately<Said: Sendable>: Sendable {
    private let limit: Int
    private let said = Mutex<[Exchange.ID: (said: Said, until: Date)]>([:])

    init(limit: Int) { self.limit = limit }

    func keep(_ what: Said, of exchange: Exchange, at now: Date) {
        said.withLock { said in
            if said.count >= limit { said = said.filter { now < $0.value.until } }
            if said.count >= limit { said.removeAll() }
            said[exchange.id] = (what, exchange.expiresAt)
        }
    }

    func find(_ id: Exchange.ID) -> Said? { said.withLock { $0[id]?.said } }
}
