// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Synchronization

/// Counts who was turned away, by rule and side. Codes and numbers; nothing about people.
public final class Refusals: Sendable {
    private struct Label: Hashable {
        let rule: Rule
        let side: Exchange.Direction?
    }

    private let counts = Mutex<[Label: Int]>([:])
    /// One for refusals with an exchange, one for those without.
    private let budgets = [true: Budget(), false: Budget()]

    public init() {}

    func count(_ rule: Rule, _ side: Exchange.Direction?) {
        counts.withLock { $0[Label(rule: rule, side: side), default: 0] += 1 }
    }

    /// Whether one more may be written down: the trail is kept for good, and strangers shall not fill the disk with it.
    func mayWrite(withExchange: Bool, at now: Date) -> Budget.Answer {
        budgets[withExchange]?.spend(at: now) ?? .no
    }

    /// In the text format of Prometheus.
    public func text() -> String {
        let lines = counts.withLock { $0 }.map { label, count in
            "puente_refusals_total{rule=\"\(label.rule.code)\",side=\"\(label.side?.rawValue ?? "none")\"} \(count)"
        }
        return """
            # HELP puente_refusals_total Messages and people that were turned away, by rule and side.
            # TYPE puente_refusals_total counter

            """ + lines.sorted().map { $0 + "\n" }.joined()
    }
}

/// So much at once, and so much a second in the long run.
final class Budget: Sendable {
    enum Answer { case yes, no, notAnyMore }

    private struct State {
        var left = Budget.most
        var at = Date.distantPast
        var isSpent = false
    }

    private static let most = 2000.0
    private static let perSecond = 2.0
    private let state = Mutex(State())

    func spend(at now: Date) -> Answer {
        state.withLock { state in
            state.left = min(Self.most, state.left + max(0, now.timeIntervalSince(state.at)) * Self.perSecond)
            state.at = max(state.at, now)
            let wasSpent = state.isSpent
            state.isSpent = state.left < 1
            guard !state.isSpent else { return wasSpent ? .no : .notAnyMore }
            state.left -= 1
            return .yes
        }
    }
}
