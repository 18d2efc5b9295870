// SPDX-License-Identifier: EUPL-1.2
import Federation
import Synchronization
import XMLSecurity

import struct Foundation.Date

/// Keeps answers of one source in memory for a short while.
///
/// People are found by a digest under a key that lives as long as the process; the values are dropped when their time
/// is over, whether or not somebody asks again.
final class AnswerCache: Sendable {
    static let capacity = 10_000

    private struct Entry {
        let answer: SourceAnswer
        let expiresAt: Date
        /// The same by a clock that nobody sets.
        let end: ContinuousClock.Instant
    }

    private let seconds: Int
    private let key: [UInt8]
    private let entries = Mutex<[[UInt8]: Entry]>([:])

    /// `nil` where nothing is to be kept.
    init?(seconds: Int) {
        guard seconds > 0 else { return nil }
        self.seconds = seconds
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    }

    func find(_ query: SourceQuery, at now: Date) -> SourceAnswer? {
        let name = name(of: query)
        return entries.withLock { entries in
            guard let entry = entries[name] else { return nil }
            if now < entry.expiresAt { return entry.answer }
            entries[name] = nil
            return nil
        }
    }

    func keep(_ answer: SourceAnswer, for query: SourceQuery, at now: Date) {
        let name = name(of: query)
        let end = ContinuousClock.now + .seconds(seconds)
        let isFirst = entries.withLock { entries in
            let isFirst = entries.isEmpty
            if entries.count >= Self.capacity { entries = entries.filter { now < $0.value.expiresAt } }
            if entries.count >= Self.capacity, let victim = entries.keys.first { entries[victim] = nil }
            entries[name] = Entry(answer: answer, expiresAt: now.addingTimeInterval(Double(seconds)), end: end)
            return isFirst
        }
        if isFirst { sweep() }
    }

    var count: Int { entries.withLock(\.count) }

    /// Forgets what is over, until nothing is left.
    private func sweep() {
        Task { [weak self] in
            while let next = self?.forget(at: .now) { try await Task.sleep(until: next) }
        }
    }

    /// - Returns: when the next one is over; `nil` where nothing is left.
    private func forget(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        entries.withLock { entries in
            entries = entries.filter { now < $0.value.end }
            return entries.values.map(\.end).min()
        }
    }

    /// All that a template may use, so that another question gets another answer.
    private func name(of query: SourceQuery) -> [UInt8] {
        let known = query.known.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { [$0.key.rawValue, $0.value] }
        let text = ([query.identifier.text] + known).map { "\($0.utf8.count):\($0)" }.joined()
        return DigestAlgorithm.sha256.hash(Array(text.utf8), keyed: key)
    }
}
