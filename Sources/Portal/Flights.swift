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

    /// What comes of the work that is under way for this exchange; `nil` where there is none, or where it fails.
    func awaited(_ id: Exchange.ID) async -> Landing? {
        guard let task = running.withLock({ $0[id] }) else { return nil }
        return try? await task.value
    }
}

/// What was lately so, under a key: at least until it expires, unless there is too much of it.
final class Lately<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let limit: Int
    private let kept = Mutex<[Key: (value: Value, until: Date)]>([:])

    init(limit: Int) { self.limit = limit }

    func keep(_ value: Value, under key: Key, until end: Date, at now: Date) {
        kept.withLock { kept in
            if kept.count >= limit { kept = kept.filter { now < $0.value.until } }
            if kept.count >= limit { kept.removeAll() }
            kept[key] = (value, end)
        }
    }

    func find(_ key: Key) -> Value? { kept.withLock { $0[key]?.value } }
}
