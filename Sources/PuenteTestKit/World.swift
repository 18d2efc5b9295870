// SPDX-License-Identifier: EUPL-1.2
public import Bridge
public import Dialects
public import Federation
public import Foundation
import SAML
import SecondOpinion
import Synchronization
public import XMLSecurity
import YAMLText

/// A small federation at one instant: we, one requester and one responder. Everything in it can be changed.
///
/// In the Connector direction a Cl@ve service asks and a node abroad answers; in the other one a Connector abroad asks and
/// the national gateway answers.
public struct World: Sendable {
    public static let instant = "2026-03-02T09:15:30.120Z"
    public static let later = "2026-03-02T09:20:30.120Z"

    public let direction: Exchange.Direction
    public var now = Instant.read(Self.instant) ?? .distantPast
    public var node: Route.Node
    public var requester: Requester
    public var responder: Responder
    public var saysSectorInRequest = false
    /// What the methods of the gateway count for.
    public var methods: [ClaveGateway.Method: ClaveGateway.MethodPolicy] = [:]
    /// Answers for the attribute sources.
    public var register: @Sendable (Gap) -> Completion = TestRegister.complete
    /// Who else verifies each signature.
    public var secondReader: (any SecondReader)? = LibXMLSec1()
    /// What the requester opens its answers with.
    public var requesterKey: TestKey

    public init(_ direction: Exchange.Direction = .connector) throws {
        self.direction = direction
        switch direction {
        case .connector:
            node = try Self.node()
            requester = try Self.requester()
            responder = try Self.responder()
            requesterKey = .service
        case .proxyService:
            node = try Self.proxyNode()
            requester = try Self.connectorAbroad()
            responder = try Self.gatewayAtHome()
            requesterKey = .countryEncryption
        }
    }

    public func snapshot() throws -> Snapshot {
        switch direction {
        case .connector: Snapshot(connector: try route())
        case .proxyService: Snapshot(connector: try World().route(), proxyService: try route())
        }
    }

    public func route() throws -> Route {
        let eidas = EIDAS(mapping: try Self.mapping("eidas"), saysSectorInRequest: saysSectorInRequest)
        let clave = try Self.mapping("clave2")
        let (asked, answered): (any ResponderDialect, any RequesterDialect) =
            switch direction {
            case .connector: (eidas, Clave2(mapping: clave))
            case .proxyService: (gateway(clave), eidas)
            }
        return Route(
            direction, node: node, requesters: [requester.name: requester],
            countries: [
                Route.Country(
                    memberState: responder.country, entityID: responder.entityID, displayName: responder.displayName,
                    state: .usable(responder))
            ], requesterDialect: answered, responderDialect: asked, confirmedBy: secondReader)
    }

    private static func node() throws -> Route.Node {
        Route.Node(
            country: .spain,
            asker: Route.Asker(
                name: connector, assertionConsumerService: answerAddress, audience: connector,
                signer: try TestKey.connector.signer(),
                decryptionKeys: [try TestKey.connectorEncryption.decryption()]),
            answerer: Route.Answerer(name: gateway, addresses: [gatewayAddress], requestAgeSeconds: 300))
    }

    private static func requester() throws -> Requester {
        Requester(
            name: EntityID(ServiceRequest.name), displayName: ["es": "Sede de pruebas"],
            sender: Sender(signingCertificates: [try TestKey.service.certificate()], signatures: .clave),
            returnAddresses: [ReturnAddress(ServiceRequest.returnAddress)], homePage: nil, lowestLoA: .low,
            attributes: Set(
                PersonKind.natural.minimumDataSet + [AttributeName("BirthName"), AttributeName("CurrentAddress")]),
            persons: [.natural], acceptsRepresentation: false, acceptsNonNotified: false, sector: .public,
            seal: Seal(signer: try TestKey.gateway.signer(.rsaSHA512), protection: .inClear), assertionInErrors: true,
            identifierForm: .verbatim,
            selectedIdP: "EIDAS", isEnabled: true)
    }

    private static func responder() throws -> Responder {
        Responder(
            entityID: country, country: try memberState("DE"), displayName: ["de": "Deutschland"],
            sender: Sender(signingCertificates: [try TestKey.country.certificate()], signatures: .eidas),
            encryption: .eidas,
            singleSignOnService: "https://knoten.example.de/sso", levels: [Assurance(.substantial), Assurance(.high)],
            attributes: [], protocolVersions: ["1.4"], needsRequesterID: false, sendsRequesterID: .whenFlagged,
            nameIDFormat: SAMLURI.unspecified, skewSeconds: 60, acceptsNonNotified: false, demands: .eidas,
            validUntil: .distantFuture)
    }

    public static func memberState(_ code: String) throws -> MemberState {
        guard let state = MemberState(rawValue: code) else { throw NothingToSpoil(name: code) }
        return state
    }

    private static let mappings = Mutex<[String: MappingTable]>([:])

    /// The mapping table of `mappings/<name>.yaml`, read once.
    public static func mapping(_ name: String) throws -> MappingTable {
        try mappings.withLock { known in
            if let table = known[name] { return table }
            let faults = Faults()
            guard let table = MappingTable.read(path: Repository.path("mappings/\(name).yaml"), into: faults),
                faults.isEmpty
            else { throw MappingFaults(texts: faults.sorted.map { "\($0)" }) }
            known[name] = table
            return table
        }
    }
}

/// A committed mapping table does not read.
public struct MappingFaults: Error {
    public let texts: [String]
}
