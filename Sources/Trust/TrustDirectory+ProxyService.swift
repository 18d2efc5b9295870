// SPDX-License-Identifier: EUPL-1.2
import AttributeSources
public import Bridge
import Dialects
import Federation
import Foundation
public import SAML
public import Settings
import XMLSecurity
import YAMLText

extension TrustDirectory {
    /// The direction in which Connectors ask; `nil` where the settings do not have it.
    static func proxyService(
        _ files: Files, _ held: [Held], _ eidas: EIDAS, _ settings: Settings, _ opinions: SecondOpinions?
    ) -> Route? {
        guard let keys = files.keys.proxyService, let proxy = settings.proxyService,
            let gateway = settings.claveGateway
        else { return nil }
        let dialect = ClaveGateway(files.clave2, gateway, settings)
        var requesters: [EntityID: Requester] = [:]
        var outOfOrder: [EntityID: Rejection] = [:]
        for node in held where !node.entry.isAsked {
            do throws(Rejection) {
                requesters[node.entry.entityID] = try Requester(
                    node.usable(), node.entry, signer: keys.signer, until: node.end(settings),
                    revoked: node.revoked)
            } catch { outOfOrder[node.entry.entityID] = error }
        }
        return Route(
            .proxyService,
            node: node(proxy, gateway, keys, settings, dialect, attributes: published(files)),
            requesters: requesters, outOfOrder: outOfOrder,
            countries: [
                Route.Country(
                    memberState: settings.memberState, entityID: EntityID(gateway.address), displayName: [:],
                    state: .usable(Responder(gateway, of: settings.memberState, keys.gatewayCertificates)))
            ], requesterDialect: eidas, responderDialect: dialect, confirmedBy: opinions)
    }

    private static func node(
        _ proxy: Settings.ProxyService, _ gateway: Settings.ClaveGateway, _ keys: OwnKeys.ProxyService,
        _ settings: Settings, _ dialect: ClaveGateway, attributes: Set<AttributeName>
    ) -> Route.Node {
        let base = settings.publicURL.description
        return Route.Node(
            country: settings.memberState,
            asker: Route.Asker(
                name: gateway.providerName, assertionConsumerService: base + Paths.gatewayAnswers,
                // Our requests have no Issuer, so that the address stands for us (Cl@ve dossier §2.4, §3.4).
                audience: EntityID(base + Paths.gatewayAnswers), signer: keys.service,
                decryptionKeys: keys.decryption),
            answerer: Route.Answerer(
                name: proxy.entityID, addresses: [base + Paths.singleSignOnService],
                requestAgeSeconds: Double(proxy.requestAgeSeconds), levels: dialect.levels(of: .natural),
                companyLevels: dialect.levels(of: .legal), attributes: attributes,
                needsRequesterID: proxy.needsRequesterID, identifiers: keys.identifiers))
    }

    /// What an answer can have: what the gateway says of everybody, and what the sources add.
    private static func published(_ files: Files) -> Set<AttributeName> {
        let known: Set<AttributeName> = [
            .personIdentifier, .familyName, .firstName, .legalPersonIdentifier, .legalName,
        ]
        return PersonKind.allCases.reduce(into: known) { names, person in
            names.formUnion(files.sources?.offered(for: person) ?? [])
        }
    }
}

extension TrustDirectory {
    /// What is no fault, but hardly meant.
    public var notes: [String] {
        var notes: [String] = []
        if settings.isProduction, opinions == nil {
            notes.append(
                "second-opinion: off, so a fault of our own verifier has no witness. Leave it off no longer than it needs. "
                    + "See Docs/operations.md.")
        }
        let registry = files.registry
        if registry.nodes.isEmpty, registry.lists.isEmpty {
            notes.append(
                "trust-lists: no node is named"
                    + (settings.environment.map { " for environment \($0)" } ?? "") + ", so nobody can log in.")
        }
        guard let route = snapshot.proxyService else { return notes }
        if route.node.answerer.levels.isEmpty {
            notes.append("clave-gateway.methods: no method is offered and released, so every request will be refused.")
        }
        if !route.node.answerer.attributes.contains(.dateOfBirth) {
            notes.append(
                "proxy-service.attribute-sources: no source gives DateOfBirth, which Cl@ve does not tell, so every request "
                    + "for a person will be refused. See Docs/attribute-sources.md.")
        }
        if route.requesters.isEmpty {
            notes.append("trust-lists: no Connector (role: connector) is ready, so nobody can ask.")
        }
        return notes
    }
}

extension ClaveGateway {
    fileprivate init(_ mapping: MappingTable, _ gateway: Settings.ClaveGateway, _ settings: Settings) {
        let methods = gateway.methods.map { method, policy in
            let method = Method(method)
            return (method, MethodPolicy(policy, or: method.usualPolicy))
        }
        self.init(
            mapping: mapping, providerName: gateway.providerName, application: gateway.application,
            assertionConsumerService: settings.publicURL.description + Paths.gatewayAnswers,
            methods: Dictionary(uniqueKeysWithValues: methods))
    }
}

extension OwnKeys {
    /// What our Proxy-Service publishes; `nil` where there is none.
    public func proxyServiceMetadata(
        _ settings: Settings, of route: Route, version: String
    ) -> ProxyServiceMetadata? {
        guard let proxy = settings.proxyService, let keys = proxyService else { return nil }
        let answerer = route.node.answerer
        // Representatives may come back unasked (Attribute Profile 1.4 §2.8).
        let names = answerer.attributes.union(
            PersonKind.natural.minimumDataSet.filter(answerer.attributes.contains).map(\.ofRepresentative))
        return ProxyServiceMetadata(
            entityID: proxy.entityID, country: settings.memberState,
            singleSignOnService: settings.publicURL.description + Paths.singleSignOnService,
            levels: answerer.levels.sorted().map(\.uri),
            attributes: route.requesterDialect.mapping.rows.filter { names.contains($0.name) }.map {
                ProxyServiceMetadata.Attribute(uri: $0.uri, friendlyName: $0.friendlyName)
            },
            needsRequesterID: proxy.needsRequesterID, signing: keys.signing.published,
            details: details(settings), applicationIdentifier: "Puente:puente:\(version)")
    }
}
