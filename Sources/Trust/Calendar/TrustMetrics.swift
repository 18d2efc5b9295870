// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import SAML
import Synchronization

/// How our trust stands, in the text format of Prometheus.
struct TrustMetrics {
    var calendar: TrustCalendar
    /// The nodes in use, and whether a login can use them.
    var nodes: [(key: NodeKey, country: MemberState, isUsable: Bool)]
    /// In a row, by source.
    var failures: [String: Int]

    var text: String {
        let lines =
            Self.gauge(
                "puente_trust_days_left", "Days until a certificate or metadata ends.", calendar.ends.flatMap(days))
            + Self.gauge(
                "puente_trust_node_usable", "Whether a node of the trust lists can be used.",
                nodes.map { node in
                    let labels: KeyValuePairs = [
                        "country": node.country.rawValue, "role": node.key.role.rawValue,
                        "entity": node.key.entityID.rawValue,
                    ]
                    return (labels, node.isUsable ? "1" : "0")
                })
            + Self.gauge(
                "puente_trust_fetch_failures", "Failures in a row of a source of metadata.",
                failures.sorted { $0.key < $1.key }.map { (["source": $0.key], "\($0.value)") })
        return lines.joined(separator: "\n") + "\n"
    }

    private func days(_ end: EndDate) -> [(KeyValuePairs<String, String>, String)] {
        let days = String(format: "%.2f", end.date.timeIntervalSince(calendar.at) / 86_400)
        return end.kinds.map { kind in
            let (kind, country) = (kind.rawValue, end.owner.word)
            guard let fingerprint = end.fingerprint else {
                // Documents have no digest that stays: they are told apart by their places.
                return (["kind": kind, "country": country, "fingerprint": "", "entity": end.places[0]], days)
            }
            return (["kind": kind, "country": country, "fingerprint": fingerprint], days)
        }
    }

    private static func gauge(
        _ name: String, _ help: String, _ values: [(labels: KeyValuePairs<String, String>, value: String)]
    ) -> [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) gauge"]
            + values.map { labels, value in
                let labels = labels.map { "\($0.key)=\"\($0.value.escapedLabel)\"" }
                return "\(name){\(labels.joined(separator: ","))} \(value)"
            }
    }
}

extension TrustDirectory {
    /// Second opinions, days left, nodes that can be used, sources that fail: for `/metrics`.
    public func metrics(at now: Date) -> String {
        let said = opinions?.metrics ?? ""
        // Who cannot read the archive learns that from the log; then there is nothing to tell here.
        guard let calendar = try? calendar(at: now), let fetches = try? archive.fetches() else { return said }
        let state = state.withLock { $0 }
        let failures = addresses().map { ($0.source.words, fetches[$0.source.fetchName]?.failures ?? 0) }
        let text = TrustMetrics(
            calendar: calendar,
            nodes: state.held.filter { $0.entry.isInUse(settings) }.map {
                ($0.key, $0.entry.country, state.isUsable($0, at: now))
            },
            failures: Dictionary(failures, uniquingKeysWith: max)
        ).text
        return said + text
    }
}

extension String {
    fileprivate var escapedLabel: String {
        replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
            .replacingOccurrences(of: "\n", with: "\\n")
    }
}
