// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

/// The names and addresses of a translation.
struct Places: Sendable {
    var sender: EntityID
    var connector: EntityID
    /// Where answers come to.
    var answers: String
    var gateway: EntityID
    var receiver: EntityID
    /// Where answers go to.
    var returns: String
    /// Seconds that a message may be old.
    var patience: Double

    /// Those of the test kit.
    static let testKit = Places(
        sender: World.country, connector: World.connector, answers: World.answerAddress, gateway: World.gateway,
        receiver: EntityID(ServiceRequest.name), returns: ServiceRequest.returnAddress, patience: 60)
}

/// An answer of another state, made an answer for a service: legs 3 and 4 of the product, with nothing left out but the
/// store. Verify, decrypt, verify, read, admit, release, map, sign, encrypt, sign.
struct Translator {
    private let route: Route
    private let places: Places
    private let exchange: Exchange
    static let relayState = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

    init(
        _ cast: Cast, _ places: Places, states: Set<MemberState>, mapping: MappingTable,
        confirmedBy reader: (any SecondReader)?
    ) throws {
        self.places = places
        route = try Self.route(cast, places, states, mapping, reader)
        exchange = try Self.exchange(places)
    }

    /// - Parameters:
    ///   - message: the form field, in Base64.
    ///   - state: who was asked.
    func translate(_ message: String, from state: MemberState, at now: Date) throws -> SealedMessage {
        let (outcome, exchange) = try receive(message, from: state, at: now)
        return try route.sendResponse(outcome, in: exchange, at: now)
    }

    /// Leg 3 alone.
    func receive(
        _ message: String, from state: MemberState, at now: Date
    ) throws -> (outcome: AuthenticationOutcome, exchange: Exchange) {
        let received = try ReceivedMessage(post: message, relayState: Self.relayState, field: "SAMLResponse")
        let parsed = try ParsedMessage(received)
        let exchange = exchange(asking: state, awaiting: try parsed.claimedQuestion())
        guard let question = exchange.question else { throw Rejection(.exchangeFinished) }
        let verified = try route.authenticateResponse(parsed, to: question, at: now)
        return (try route.receiveResponse(verified, in: exchange, to: question, at: now), exchange)
    }

    /// The exchange that a store would find: the service's request has the identifier of our question.
    private func exchange(asking state: MemberState, awaiting id: MessageID) -> Exchange {
        var request = exchange.request
        request.id = id
        let question = Exchange.Question(
            id: id, responder: places.sender, memberState: state, relayState: Self.relayState,
            attributes: request.attributes, assurance: request.assurance, askedAt: exchange.openedAt)
        return Exchange(
            id: exchange.id, request: request, browser: "", openedAt: exchange.openedAt, expiresAt: exchange.expiresAt,
            stage: .asked(question))
    }
}

// MARK: Building

extension Translator {
    private static func route(
        _ cast: Cast, _ places: Places, _ states: Set<MemberState>, _ mapping: MappingTable,
        _ reader: (any SecondReader)?
    ) throws -> Route {
        let signer = try Signer(
            key: cast.ourSigning.key, chain: [cast.ourSigning.certificate], algorithm: cast.suite.algorithm)
        let node = Route.Node(
            country: .spain,
            asker: Route.Asker(
                name: places.connector, assertionConsumerService: places.answers, audience: places.connector,
                signer: signer,
                decryptionKeys: [
                    try DecryptionKey(key: cast.ourEncryption.key, certificate: cast.ourEncryption.certificate)
                ]),
            answerer: Route.Answerer(
                name: places.gateway, addresses: [World.gatewayAddress], requestAgeSeconds: 300))
        let seal = Seal(
            signer: signer, signsAssertion: true,
            protection: .encrypted(for: try Recipient(cast.receiver, transport: cast.suite.transport)))
        return Route(
            node: node, requesters: [places.receiver: requester(places, seal)],
            countries: states.sorted().map { country($0, cast, places) }, requesterDialect: Clave2(mapping: mapping),
            responderDialect: EIDAS(mapping: try World.mapping("eidas"), saysSectorInRequest: false),
            confirmedBy: reader)
    }

    private static func requester(_ places: Places, _ seal: Seal) -> Requester {
        Requester(
            name: places.receiver, displayName: ["es": "Sede"],
            sender: Sender(signingCertificates: [], signatures: .clave), returnAddresses: [.exactly(places.returns)],
            homePage: nil, lowestLoA: .low, attributes: Set(PersonKind.natural.minimumDataSet), persons: [.natural],
            acceptsRepresentation: false, acceptsNonNotified: false, sector: .public, seal: seal,
            assertionInErrors: true, identifierForm: .verbatim, selectedIdP: nil, isEnabled: true)
    }

    private static func country(_ state: MemberState, _ cast: Cast, _ places: Places) -> Route.Country {
        let responder = Responder(
            entityID: places.sender, country: state, displayName: [:],
            sender: Sender(signingCertificates: [cast.sender], signatures: .clave),
            encryption: EncryptionPolicy(allowsOldKeyTransport: true), singleSignOnService: "https://node.example/sso",
            levels: [], attributes: [], protocolVersions: ["1.4"], needsRequesterID: false,
            sendsRequesterID: .whenFlagged, nameIDFormat: nil, skewSeconds: places.patience, acceptsNonNotified: false,
            demands: .eidas, validUntil: .distantFuture)
        return Route.Country(memberState: state, entityID: places.sender, displayName: [:], state: .usable(responder))
    }

    private static func exchange(_ places: Places) throws -> Exchange {
        guard let id = Exchange.ID(rawValue: "00112233445566778899aabbccddeeff") else { throw Rejection(.ownFailure) }
        let request = AuthenticationRequest(
            id: MessageID(""), requester: places.receiver, serviceName: "Sede", sector: .public,
            assurance: .minimum(.low),
            person: .natural,
            attributes: PersonKind.natural.minimumDataSet.map { RequestedAttribute($0, isRequired: true) },
            reply: ReplyAddress(
                assertionConsumerService: places.returns, relayState: Self.relayState, issuer: places.receiver),
            issuedAt: .distantPast)
        return Exchange(id: id, request: request, browser: "", openedAt: .distantPast, expiresAt: .distantFuture)
    }
}
