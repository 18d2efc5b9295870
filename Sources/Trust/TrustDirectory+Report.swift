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
        let nodes = (draft.registry.draft?.nodes ?? []).filter { $0.isInUse(settings) }
        outages(of: nodes, confirmedBy: reader, at: now).forEach(faults.add)
        let lists = (draft.registry.draft?.lists ?? []).filter(\.enabled)
        let revocations = draft.registry.draft?.revocations ?? []
        for outage in lists.compactMap({ $0.outage(confirmedBy: reader, at: now) }) { faults.add(outage) }
        for outage in revocations.compactMap({ $0.outage(at: now) }) { faults.add(outage) }
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
                return Fault(error, in: path, expected: "metadata of \(entry.entityID)")
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

extension Fault {
    /// Why a document of an operator's cannot be used.
    init(_ rejection: Rejection, in path: String, expected: String) {
        self.init(
            file: path, path: rejection.element ?? "", expected: rejection.expected ?? expected,
            found: rejection.found ?? rejection.rule.code,
            advice: rejection.rule.explanation.meaning + " " + rejection.rule.explanation.advice)
    }
}

extension ServiceListEntry {
    /// Why its file cannot be used; `nil` if it can, or if it is fetched.
    fileprivate func outage(confirmedBy reader: LibXMLSec1?, at now: Date) -> Fault? {
        guard case .file(let path) = source, !path.isEmpty else { return nil }
        do throws(Rejection) {
            _ = try VerifiedServiceList(
                try MetadataSource.file(path), expecting: try expectation(), confirmedBy: reader, at: now)
            return nil
        } catch { return Fault(error, in: path, expected: "a MetadataServiceList") }
    }
}

extension RevocationEntry {
    /// Why its file cannot be used; `nil` if it can, or if it is fetched.
    fileprivate func outage(at now: Date) -> Fault? {
        // What cannot be read of the issuer was refused with the entry.
        guard case .file(let path) = source, !path.isEmpty, let issuer = try? Certificate.configured(issuer) else {
            return nil
        }
        do throws(Rejection) {
            let octets = try MetadataSource.file(path)
            do throws(XMLFault) { _ = try RevocationList(pemOrDER: octets, of: issuer, at: now) } catch {
                throw fault(error)
            }
            return nil
        } catch { return Fault(error, in: path, expected: "a revocation list") }
    }
}

extension NodeEntry {
    /// Whether nothing that verification needs is missing in a draft.
    fileprivate var isComplete: Bool {
        if case .file("") = source { return false }
        return !entityID.rawValue.isEmpty && (!pins.isEmpty || profile.allowsUnsignedMetadata)
    }
}
