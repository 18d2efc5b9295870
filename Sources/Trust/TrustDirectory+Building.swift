// SPDX-License-Identifier: EUPL-1.2
import AttributeSources
import Bridge
import Dialects
import Federation
import Foundation
import SAML
import Settings
import XMLSecurity
import YAMLText

// MARK: The operator's files

extension TrustDirectory {
    /// What could be read of them.
    struct Draft {
        var registry: Reading<Registry>
        var keys: OwnKeys?
        var eidas: MappingTable?
        var clave2: MappingTable?
        var sources: AttributeBroker?
        var hasSources: Bool
    }

    /// Reads all of the operator's files, whatever is wrong with one of them, so that all faults are told at once.
    static func draft(
        _ settings: Settings, needsSources: Bool, at now: Date, into faults: Faults
    ) -> Draft {
        let keys = OwnKeys(settings, at: now, into: faults)
        settings.checkOperators(into: faults)
        let eidas = MappingTable.read(path: settings.mappings.eidas, into: faults)
        let clave2 = MappingTable.read(path: settings.mappings.clave2, into: faults)
        // The tables look alike, and each is good in itself; but this attribute means nothing abroad.
        if eidas?.names.contains(.selectedIdP) ?? false {
            faults.add(
                Fault(
                    file: settings.mappings.eidas,
                    expected: "the attributes of eIDAS nodes, because mappings.eidas names it",
                    found: "those of Cl@ve", advice: "See whether mappings.eidas and mappings.clave2 changed places."))
        }
        let names = eidas.flatMap { eidas in clave2.map { eidas.names.union($0.names) } }
        let rules = RegistryRules(
            attributes: names, isProduction: settings.isProduction, environment: settings.environment,
            needsSources: needsSources
        ) { octets in
            _ = try Certificate.configured(octets)
        }
        let reading = Registry.read(trustLists: settings.trustLists, services: settings.services, rules: rules)
        reading.faults.forEach(faults.add)
        let path = settings.proxyService?.attributeSources
        let sources = path.flatMap { path in
            eidas.flatMap { eidas in
                AttributeBroker.read(path: path, mapping: eidas, isProduction: settings.isProduction, into: faults)
            }
        }
        return Draft(
            registry: reading, keys: keys, eidas: eidas, clave2: clave2, sources: sources, hasSources: path != nil)
    }

    /// - Returns: `nil` if anything is missing or wrong.
    static func files(_ settings: Settings, at now: Date, into faults: Faults) -> Files? {
        let draft = draft(settings, needsSources: false, at: now, into: faults)
        guard let registry = draft.registry.value, let keys = draft.keys, let eidas = draft.eidas,
            let clave2 = draft.clave2, !draft.hasSources || draft.sources != nil
        else { return nil }
        let requesters = requesters(registry.services, keys, into: faults)
        guard faults.isEmpty else { return nil }
        return Files(
            registry: registry, keys: keys, eidas: eidas, clave2: clave2, requesters: requesters,
            sources: draft.sources)
    }

    static func requesters(
        _ services: [ServiceEntry], _ keys: OwnKeys, into faults: Faults
    ) -> [EntityID: Requester] {
        var requesters: [EntityID: Requester] = [:]
        for entry in services {
            do {
                requesters[entry.providerName] = try Requester(entry, gateway: keys.gateway)
            } catch {
                faults.add(
                    Fault(
                        file: "service \(entry.providerName)", expected: error.expected ?? "a usable key",
                        found: error.found ?? "\(error.kind)",
                        advice: "Correct signature or encryption of this service in the services file."))
            }
        }
        return requesters
    }
}

// MARK: The snapshot

extension TrustDirectory {
    static func verify(
        _ octets: [UInt8], _ entry: NodeEntry, confirmedBy reader: (any SecondReader)?, at now: Date
    ) throws(Rejection) -> VerifiedEntity {
        let entity = try VerifiedEntity(octets, expecting: entry.expectation(), confirmedBy: reader, at: now)
        try entry.admit(entity)
        return entity
    }

    static func snapshot(
        _ files: Files, _ held: [Held], _ settings: Settings, _ opinions: SecondOpinions?, at now: Date
    ) -> Snapshot {
        let eidas = EIDAS(mapping: files.eidas, saysSectorInRequest: settings.connector.spType == .inRequest)
        let connector = Route(
            .connector, node: files.keys.node(settings), requesters: files.requesters,
            countries: held.filter(\.entry.isAsked).map { $0.country(settings) },
            requesterDialect: Clave2(mapping: files.clave2), responderDialect: eidas, confirmedBy: opinions)
        return Snapshot(connector: connector, proxyService: proxyService(files, held, eidas, settings, opinions))
    }
}

extension NodeEntry {
    /// What its metadata must be.
    func expectation() throws(Rejection) -> MetadataExpectation {
        do { return try MetadataExpectation(self) } catch {
            throw Rejection(.configuration, "certificates", expected: error.expected, found: error.found)
        }
    }
}

extension Held {
    fileprivate func country(_ settings: Settings) -> Route.Country {
        let state: Route.Country.State
        do throws(Rejection) {
            state = .usable(try Responder(try usable(), entry, until: end(settings), revoked: revoked))
        } catch { state = .out(error, since: since) }
        return Route.Country(
            memberState: entry.country, entityID: entry.entityID, displayName: entry.displayName, state: state,
            isHidden: entry.isHidden || entity?.entity.isHiddenFromDiscovery ?? false)
    }

    /// What its metadata says.
    ///
    /// - Throws: why it cannot be used.
    func usable() throws(Rejection) -> VerifiedEntity {
        guard entry.enabled else {
            throw Rejection(
                entry.isAsked ? .countryDisabled : .peerDisabled, entry.isAsked ? nil : "AuthnRequest/Issuer",
                expected: "enabled: true", found: "false")
        }
        guard let entity else { throw failure ?? Rejection(.metadataUnavailable, found: "nothing yet") }
        if let bar { throw bar }
        return entity
    }
}
