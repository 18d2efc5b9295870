// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
public import Foundation
import SecondOpinion
public import Settings
public import YAMLText

extension TrustDirectory {
    /// Collects every fault of the operator's files: the registry, the tables, the keys, and the metadata files. A source on
    /// the network may simply not have been asked yet.
    ///
    /// - Parameter settings: may be a draft; what is missing in it was told where it was read.
    public static func check(_ settings: Settings, at now: Date, into faults: Faults) {
        let draft = draft(settings, needsSources: true, at: now, into: faults)
        let reader = settings.wantsSecondOpinion ? LibXMLSec1() : nil
        let nodes = (draft.registry.draft?.nodes ?? []).filter { $0.isInUse(settings) }
        outages(of: nodes, confirmedBy: reader, at: now).forEach(faults.add)
        if let keys = draft.keys, let registry = draft.registry.value {
            _ = requesters(registry.services, keys, into: faults)
        }
    }

    /// Nodes in use whose metadata file cannot be used.
    private static func outages(of nodes: [NodeEntry], confirmedBy reader: LibXMLSec1?, at now: Date) -> [Fault] {
        nodes.compactMap { entry in
            guard entry.isComplete, case .file(let path) = entry.source else { return nil }
            do throws(Rejection) {
                _ = try verify(try MetadataSource.file(path), entry, confirmedBy: reader, at: now)
                return nil
            } catch {
                return Fault(
                    file: path, path: error.element ?? "", expected: error.expected ?? "metadata of \(entry.entityID)",
                    found: error.found ?? error.rule.code,
                    advice: error.rule.explanation.meaning + " " + error.rule.explanation.advice)
            }
        }
    }

    /// One line about what is registered.
    public var summary: String {
        let (connector, proxyService) = (snapshot.connector, snapshot.proxyService)
        let countries = Set(connector.countries.map(\.memberState)).count
        let usable = connector.countries.count { if case .usable = $0.state { true } else { false } }
        let asked =
            "\(connector.requesters.count) services, \(connector.countries.count) nodes of \(countries) countries, \(usable) of them ready"
        guard let proxyService else { return asked }
        let known = proxyService.requesters.count + proxyService.outOfOrder.count
        return asked + "; \(known) Connectors, \(proxyService.requesters.count) of them ready"
    }
}

extension NodeEntry {
    /// Whether nothing that verification needs is missing in a draft.
    fileprivate var isComplete: Bool {
        if case .file("") = source { return false }
        return !entityID.rawValue.isEmpty && (!pins.isEmpty || profile.allowsUnsignedMetadata)
    }
}
