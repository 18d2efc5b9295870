// SPDX-License-Identifier: EUPL-1.2
import Synchronization

import struct Foundation.Date

/// Spares a source that does not answer, and the people who would wait for it.
///
/// After some failures in a row it opens: nobody asks. When its time is over one question goes through; if that is
/// answered it closes, else the time begins again.
final class CircuitBreaker: Sendable {
    struct Terms: Hashable, Sendable {
        var failures: Int
        var seconds: Double
    }

    enum End: Hashable, Sendable {
        case answered, failed
        /// The question was given up before its time: it says nothing about the source.
        case abandoned
    }

    /// Lets one question out.
    struct Pass: Hashable, Sendable {
        /// Whether this question tries if the source is back.
        let isProbe: Bool
    }

    private struct State {
        var failures = 0
        var opensAgain: Date?
        var isProbing = false
    }

    private let terms: Terms
    private let state = Mutex(State())

    init(_ terms: Terms) { self.terms = terms }

    /// `nil` if no question may go out now. Whoever is let through must ``leave(_:with:at:)``.
    func enter(at now: Date) -> Pass? {
        state.withLock { state in
            guard let opensAgain = state.opensAgain else { return Pass(isProbe: false) }
            guard now >= opensAgain, !state.isProbing else { return nil }
            state.isProbing = true
            return Pass(isProbe: true)
        }
    }

    func leave(_ end: End, with pass: Pass, at now: Date) {
        state.withLock { state in
            // Who was let out before the breaker opened ends no probe.
            if pass.isProbe { state.isProbing = false }
            switch end {
            case .abandoned: break
            case .answered: state = State()
            case .failed:
                state.failures += 1
                if state.failures >= terms.failures { state.opensAgain = now.addingTimeInterval(terms.seconds) }
            }
        }
    }

    func isOpen(at now: Date) -> Bool { state.withLock { $0.opensAgain.map { now < $0 } ?? false } }
}
