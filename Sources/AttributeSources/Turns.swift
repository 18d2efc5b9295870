// SPDX-License-Identifier: EUPL-1.2
import Synchronization

/// Lets in so many at the same time; the others wait as long as they can.
final class Turns: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(_ limit: Int) { self.limit = limit }

    /// Whether there was a turn in time. Whoever has one must ``giveBack()``.
    ///
    /// Looked for every few milliseconds: those who wait are few, because requests in flight are.
    func take(within seconds: Double) async -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while !enter() {
            guard clock.now < end, (try? await Task.sleep(for: .milliseconds(10))) != nil else { return false }
        }
        return true
    }

    func giveBack() { taken.withLock { $0 -= 1 } }

    private func enter() -> Bool {
        taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
    }
}
