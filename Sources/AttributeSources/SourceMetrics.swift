// SPDX-License-Identifier: EUPL-1.2
import Synchronization

/// Counts what became of questions to sources. Names of sources and numbers; nothing about people.
final class SourceMetrics: Sendable {
    enum Result: String, Hashable, Sendable, CaseIterable {
        case answered
        case notFound = "not_found"
        /// No answer, or none in time.
        case failed
        /// An answer that cannot be used.
        case invalid
        /// Not asked, because the circuit breaker is open or no turn came in time.
        case refused
        /// Answered from memory.
        case cached
        /// Says nothing about the source: no time was left to ask it, the time of all sources ended before its own did, or
        /// the person or the login has gone.
        case abandoned
    }

    /// Upper bounds in seconds.
    static let bounds: [(Double, String)] = [
        (0.01, "0.01"), (0.025, "0.025"), (0.05, "0.05"), (0.1, "0.1"), (0.25, "0.25"), (0.5, "0.5"), (1, "1"),
        (2.5, "2.5"), (5, "5"), (10, "10"),
    ]

    private struct Counts {
        var results: [Result: Int] = [:]
        var buckets = [Int](repeating: 0, count: SourceMetrics.bounds.count)
        var count = 0
        var sum = 0.0
    }

    private let names: [String]
    private let counts: Mutex<[String: Counts]>

    init(names: [String]) {
        self.names = names
        counts = Mutex(Dictionary(names.map { ($0, Counts()) }) { first, _ in first })
    }

    /// - Parameter duration: of the conversation with the source, if there was one.
    func count(_ result: Result, of source: String, after duration: Duration? = nil) {
        counts.withLock { all in
            all[source, default: Counts()].results[result, default: 0] += 1
            guard let seconds = duration.map({ $0 / .seconds(1) }) else { return }
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound.0 {
                all[source, default: Counts()].buckets[index] += 1
            }
            all[source, default: Counts()].count += 1
            all[source, default: Counts()].sum += seconds
        }
    }

    /// In the text format of Prometheus.
    /// - Parameter open: the sources that are not asked just now.
    func text(open: Set<String>) -> String {
        let counts = counts.withLock { $0 }
        var lines = [
            "# HELP puente_source_questions_total Questions to attribute sources, by what became of them.",
            "# TYPE puente_source_questions_total counter",
        ]
        for name in names {
            for result in Result.allCases {
                let count = counts[name]?.results[result] ?? 0
                lines.append("puente_source_questions_total{source=\"\(name)\",result=\"\(result.rawValue)\"} \(count)")
            }
        }
        lines += [
            "# HELP puente_source_open Whether the circuit breaker of a source is open.",
            "# TYPE puente_source_open gauge",
        ]
        lines += names.map { "puente_source_open{source=\"\($0)\"} \(open.contains($0) ? 1 : 0)" }
        lines += [
            "# HELP puente_source_seconds How long sources took, answered or not.",
            "# TYPE puente_source_seconds histogram",
        ]
        for name in names {
            let count = counts[name] ?? Counts()
            for (index, bound) in Self.bounds.enumerated() {
                lines.append(
                    "puente_source_seconds_bucket{source=\"\(name)\",le=\"\(bound.1)\"} \(count.buckets[index])")
            }
            lines.append("puente_source_seconds_bucket{source=\"\(name)\",le=\"+Inf\"} \(count.count)")
            lines.append("puente_source_seconds_sum{source=\"\(name)\"} \(count.sum)")
            lines.append("puente_source_seconds_count{source=\"\(name)\"} \(count.count)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
