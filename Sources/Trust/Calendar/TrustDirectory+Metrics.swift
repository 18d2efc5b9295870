// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import SAML
import Synchronization

extension TrustDirectory {
    /// How our trust stands, in the text format of Prometheus: days left, nodes that can be used, sources that fail.
    public func metrics(at now: Date) -> String {
        // Who cannot read the archive learns that from the log; then there is nothing to tell here.
        guard let calendar = try? calendar(at: now), let fetches = try? archive.fetches() else { return "" }
        let state = state.withLock { $0 }
        var lines = Self.head("puente_trust_days_left", "Days until a certificate or metadata ends.")
        for end in calendar.ends {
            let days = String(format: "%.2f", end.date.timeIntervalSince(now) / 86_400)
            for kind in end.kinds {
                // Two nodes may have metadata that ends; certificates are told apart by their digests.
                let name = end.fingerprint == nil ? ["entity": end.places.joined(separator: ", ")] : [:]
                lines.append(
                    Self.line(
                        "puente_trust_days_left",
                        ["kind": kind.rawValue, "country": end.owner.word, "fingerprint": end.fingerprint ?? ""]
                            .merging(name) { first, _ in first }, days))
            }
        }
        lines += Self.head("puente_trust_node_usable", "Whether a node of the trust lists can be used.")
        for held in state.held where held.entry.isInUse(settings) {
            lines.append(
                Self.line(
                    "puente_trust_node_usable",
                    [
                        "country": held.entry.country.rawValue, "role": held.entry.role.rawValue,
                        "entity": held.entry.entityID.rawValue,
                    ], state.isUsable(held, at: now) ? "1" : "0"))
        }
        lines += Self.head("puente_trust_fetch_failures", "Failures in a row of a source of metadata.")
        for source in Set(addresses().map(\.source.words)).sorted() {
            lines.append(
                Self.line("puente_trust_fetch_failures", ["source": source], "\(fetches[source]?.failures ?? 0)"))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func head(_ name: String, _ help: String) -> [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) gauge"]
    }

    private static func line(_ name: String, _ labels: [String: String], _ value: String) -> String {
        let labels = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value.escapedLabel)\"" }
        return "\(name){\(labels.joined(separator: ","))} \(value)"
    }
}

extension String {
    fileprivate var escapedLabel: String {
        replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
            .replacingOccurrences(of: "\n", with: "\\n")
    }
}
