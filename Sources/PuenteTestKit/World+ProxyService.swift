// SPDX-License-Identifier: EUPL-1.2
public import Bridge
import Dialects
public import Federation
import Foundation
import SAML
public import XMLSecurity

/// The direction in which a Connector abroad asks for people of ours.
extension World {
    func gateway(_ mapping: MappingTable) -> ClaveGateway {
        ClaveGateway(
            mapping: mapping, providerName: node.asker.name, application: "Puente",
            assertionConsumerService: node.asker.assertionConsumerService, methods: methods)
    }

    static func proxyNode() throws -> Route.Node {
        let known = Set(PersonKind.allCases.flatMap(\.minimumDataSet))
        return Route.Node(
            country: .spain,
            asker: Route.Asker(
                name: EntityID(Parties.current.registeredName), assertionConsumerService: gatewayAnswers,
                audience: EntityID(gatewayAnswers), signer: try TestKey.service.signer(.rsaSHA512),
                decryptionKeys: [try TestKey.service.decryption()]),
            answerer: Route.Answerer(
                name: proxyService, addresses: [singleSignOn], requestAgeSeconds: 60,
                levels: Set(ClaveGateway.Method.allCases.flatMap(\.usualPolicy.levels)),
                companyLevels: ClaveGateway.Method.certificate.usualPolicy.levels,
                attributes: known.union(TestRegister.knows.keys)))
    }

    static func connectorAbroad() throws -> Requester {
        var connector = Requester(
            name: foreignConnector, country: try memberState("FR"), displayName: ["fr": "Nœud de test"],
            sender: Sender(signingCertificates: [try TestKey.country.certificate()], signatures: .eidas),
            returnAddresses: [.exactly(foreignAnswers), .exactly(foreignAnswers + "/2")], homePage: nil,
            lowestLoA: .low, attributes: [], persons: Set(PersonKind.allCases), acceptsRepresentation: true,
            acceptsNonNotified: true, sector: .public,
            seal: Seal(
                signer: try TestKey.connector.signer(),
                protection: .encrypted(for: try TestKey.countryEncryption.recipient())),
            assertionInErrors: false, identifierForm: .verbatim, selectedIdP: nil, isEnabled: true)
        connector.indexedAddresses = [0: foreignAnswers, 2: foreignAnswers + "/2"]
        connector.protocolVersions = ["1.4"]
        return connector
    }

    static func gatewayAtHome() throws -> Responder {
        Responder(
            entityID: nationalGateway, country: .spain, displayName: ["es": "Cl@ve"],
            sender: Sender(signingCertificates: [try TestKey.gateway.certificate()], signatures: .clave),
            encryption: EncryptionPolicy(allowsOldKeyTransport: true), singleSignOnService: nationalGateway.rawValue,
            levels: [], attributes: [], protocolVersions: [], needsRequesterID: false, sendsRequesterID: .never,
            nameIDFormat: nil, skewSeconds: 60, acceptsNonNotified: false, demands: .clave, issuers: [],
            validUntil: .distantFuture)
    }

    /// Gives the Connector another key to encrypt for.
    public mutating func encrypt(for key: TestKey, cipher: ContentCipher = .aes256GCM) throws {
        requesterKey = key
        requester.seal.protection = .encrypted(for: try key.recipient(), with: cipher)
    }

    /// What the shell answers, without bothering anybody, to a request that is understood and cannot be served.
    ///
    /// - Returns: `nil` where it can be served.
    public func refusal(of request: ConnectorRequest) throws -> (rule: Rule, answer: DeliveredAnswer)? {
        let exchange = try receive(request)
        do {
            try route().checkService(of: exchange.request)
            return nil
        } catch let rejection as Rejection {
            return (rejection.rule, try deliver(.refused(rejection.refusal), in: exchange))
        }
    }
}

/// An attribute source that knows the same of everybody. All of it is invented.
public enum TestRegister {
    public static let knows: [AttributeName: String] = [
        .dateOfBirth: "1970-05-01", .legalName: "EMPRESA FICTICIA SL", AttributeName("Gender"): "Female",
        AttributeName("BirthName"): "ANA EJEMPLO PRUEBA", AttributeName("PlaceOfBirth"): "Villanueva",
        AttributeName("Nationality"): "ES", AttributeName("CurrentAddress"): "PostName: Villanueva\nPostCode: 12999",
        AttributeName("LegalAddress"): "PostName: Villanueva\nPostCode: 12999",
    ]

    public static func complete(_ gap: Gap) -> Completion {
        let found = gap.wanted.compactMap { wanted in
            knows[wanted.name].map { Attribute(wanted.name, $0, from: .source("padron")) }
        }
        return Completion(attributes: found, failures: [])
    }

    /// A source that cannot be asked.
    public static func fail(_ gap: Gap) -> Completion {
        Completion(
            attributes: [],
            failures: [
                SourceFailure(
                    source: "padron", wanted: gap.wanted.map(\.name), rejection: Rejection(.sourceUnavailable))
            ])
    }
}
