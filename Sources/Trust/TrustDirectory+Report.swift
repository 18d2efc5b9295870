// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
public import Foundation
import SAML
import SecondOpinion
public import Settings
import XMLSecurity
public import YAMLText

extension TrustDirectory {
    /// Collects every fault of the operator's files: the registry, the tables, the keys, and the metadata files. A source on
    /// the network may simply not have been asked yet.
    ///
    /// - Parameter settings: may be a draft; what is missing in it was told where it was read.
    public static func check(_ settings: Settings, at now: Date, into faults: Faults) {
        let draft = draft(settings, needsSources: true, at: now, into: faults)
        let reader = settings.wantsSecondOpinion ? LibXMLSec1() : nil
        let registry = draft.registry.draft
        let nodes = (registry?.nodes ?? []).filter { $0.isInUse(settings) && $0.isComplete }
        let lists = (registry?.lists ?? []).filter(\.enabled)
        let outages =
            nodes.map { entry in
                entry.source.outage("metadata of \(entry.entityID)") { octets throws(Rejection) in
                    _ = try verify(octets, entry, confirmedBy: reader, at: now)
                }
            }
            + lists.map { entry in
                entry.source.outage("a MetadataServiceList") { octets throws(Rejection) in
                    let expectation = try entry.expectation()
                    _ = try VerifiedServiceList(octets, expecting: expectation, confirmedBy: reader, at: now)
                }
            } + (registry?.revocations ?? []).map { entry in entry.outage(at: now) }
        outages.compactMap(\.self).forEach(faults.add)
        if let keys = draft.keys, let registry = draft.registry.value {
            _ = requesters(registry.services, keys, into: faults)
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

extension NodeEntry.Source {
    /// Why the document of a file cannot be used; `nil` if it can, if it is fetched, and if a draft does not say which.
    ///
    /// - Parameter expected: what the document should be.
    fileprivate func outage(
        _ expected: String, _ judge: ([UInt8]) throws(Rejection) -> Void
    ) -> Fault? {
        guard case .file(let path) = self, !path.isEmpty else { return nil }
        do throws(Rejection) {
            try judge(try MetadataSource.file(path))
            return nil
        } catch {
            return Fault(
                file: path, path: error.element ?? "", expected: error.expected ?? expected,
                found: error.found ?? error.rule.code,
                advice: error.rule.explanation.meaning + " " + error.rule.explanation.advice)
        }
    }
}

extension RevocationEntry {
    /// Why its file cannot be used; `nil` if it can, or if it is fetched.
    fileprivate func outage(at now: Date) -> Fault? {
        // What cannot be read of the issuer was refused with the entry.
        guard let issuer = try? Certificate.configured(issuer) else { return nil }
        return source.outage("a revocation list") { octets throws(Rejection) in
            do throws(XMLFault) { _ = try RevocationList(pemOrDER: octets, of: issuer, at: now) } catch {
                throw fault(error)
            }
        }
    }
}

extension NodeEntry {
    /// Whether nothing that verification needs is missing in a draft.
    fileprivate var isComplete: Bool {
        !entityID.rawValue.isEmpty && (!pins.isEmpty || profile.allowsUnsignedMetadata)
    }
}
