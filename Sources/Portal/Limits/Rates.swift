// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Synchronization

/// So many in a minute for each key, and as many at once after a quiet minute: a bucket of tokens for each.
///
/// The table never grows, however many keys there are. Where too many share a part of it, the one that has used least is
/// forgotten, and nobody else pays for what it did.
public final class Rates<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        /// Of the key; Swift's hashes are seeded anew in each process, so that nobody can aim at another's bucket.
        var tag: UInt = 0
        var tokens = Double.infinity
        var at = 0.0
    }

    private static var neighbours: Int { 4 }

    private let perMinute: Int
    private let buckets: Mutex<[Bucket]>

    /// - Parameters:
    ///   - perMinute: 0 for no limit.
    ///   - places: of the table, rounded down to a multiple of four.
    public init(perMinute: Int, places: Int = 16_384) {
        self.perMinute = perMinute
        let groups = perMinute == 0 ? 0 : max(1, places / Self.neighbours)
        buckets = Mutex(Array(repeating: Bucket(), count: groups * Self.neighbours))
    }

    /// Takes one, if there is one left.
    func take(_ key: Key, at now: Date) -> Bool {
        withBucket(of: key, at: now) { bucket in
            guard bucket.tokens >= 1 else { return false }
            bucket.tokens -= 1
            return true
        } ?? true
    }

    /// Whether there is one left.
    func admits(_ key: Key, at now: Date) -> Bool { withBucket(of: key, at: now) { $0.tokens >= 1 } ?? true }

    /// Takes as many as there are, and no more than `count`.
    func charge(_ key: Key, _ count: Int, at now: Date) {
        withBucket(of: key, at: now) { $0.tokens = max(0, $0.tokens - Double(count)) }
    }

    @discardableResult
    private func withBucket<R>(of key: Key, at now: Date, _ body: (inout Bucket) -> R) -> R? {
        guard perMinute > 0 else { return nil }
        let (tag, time, full) = (UInt(bitPattern: key.hashValue) | 1, now.timeIntervalSince1970, Double(perMinute))
        return buckets.withLock { buckets in
            let first = Int(tag >> 16 % UInt(buckets.count / Self.neighbours)) * Self.neighbours
            let places = first..<first + Self.neighbours
            for place in places where buckets[place].tag != 0 {
                let gained = max(0, time - buckets[place].at) * full / 60
                buckets[place].tokens = min(full, buckets[place].tokens + gained)
                buckets[place].at = time
            }
            let own = places.first { buckets[$0].tag == tag }
            let place = own ?? places.max { buckets[$0].tokens < buckets[$1].tokens } ?? first
            if own == nil { buckets[place] = Bucket(tag: tag, tokens: full, at: time) }
            return body(&buckets[place])
        }
    }
}

/// A number that only grows.
final class Tally: Sendable {
    private let value = Atomic(0)

    func increase() { value.add(1, ordering: .relaxed) }
    var count: Int { value.load(ordering: .relaxed) }
}
