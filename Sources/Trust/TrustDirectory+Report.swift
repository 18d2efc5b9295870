// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
public import YAMLText

extension TrustDirectory {
    /// Enabled nodes whose metadata file cannot be used. A source on the network may simply not have been asked yet.
    public var outages: [Fault] {
        entries.compactMap { entry in
            guard entry.enabled, case .file(let path) = entry.source, let failure = failure(of: entry) else {
                return nil
            }
            return Fault(
                file: path, path: failure.element ?? "", expected: failure.expected ?? "metadata of \(entry.entityID)",
                found: failure.found ?? failure.rule.code,
                advice: failure.rule.explanation.meaning + " " + failure.rule.explanation.advice)
        }
    }

    /// One line about what is registered.
    public var summary: String {
        let snapshot = snapshot
        let countries = Set(snapshot.countries.map(\.memberState)).count
        let usable = snapshot.countries.count { if case .usable = $0.state { true } else { false } }
        return
            "\(snapshot.requesters.count) services, \(snapshot.countries.count) nodes of \(countries) countries, \(usable) of them ready"
    }
}
