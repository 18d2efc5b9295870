// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML
import XMLSecurity

/// One requester and one responder, with keys on P-256 where they are used at every run.
struct Scene {
    static let requester = TestKey.p256b

    let route: Route
    let requester: Requester
    let address: String
    let now: Date
    /// Messages that the requester signed, and some of an attacker.
    let pool: [[UInt8]]
    /// Messages that the requester has yet to sign.
    let unsigned: [[UInt8]]
    /// What the requester asked, by its signature.
    private(set) var honest: [[UInt8]: AuthenticationRequest] = [:]
    private let responders: MemberState

    init(_ direction: Exchange.Direction) throws {
        var world = try World(direction)
        world.secondReader = nil
        world.requester.sender.signingCertificates.append(try Self.requester.certificate())
        world.requester.seal.signer = try TestKey.p256a.signer()
        world.node.asker.signer = try TestKey.p256a.signer()
        route = try world.route()
        requester = world.requester
        address = world.responder.singleSignOnService
        responders = world.responder.country
        let (good, evil): ([[UInt8]], [[UInt8]])
        switch direction {
        case .connector:
            let vectors = try Vector.all(in: "requests")
            good = vectors.filter { $0.rule == nil }.map(\.message)
            evil = vectors.filter { $0.name.hasPrefix("c01") || $0.name.hasPrefix("c02") }.map(\.message)
            now = vectors[0].now
            unsigned =
                (ServiceRequest.Kit.allCases.map { ServiceRequest($0).root } + [Self.logout]).map { $0.serialized() }
        case .proxyService:
            let requests = try Self.connectorRequests()
            good = try requests.map { try $0.octets() }
            evil = try Self.attackers(requests[0])
            now = world.now
            unsigned = try (requests + Self.doubtful()).map { $0.root.serialized() }
        }
        pool = good + evil
        for message in good {
            let request = try request(message)
            honest[signature(in: message)] = request
            // Leg 2 too, so that what it keeps for later is made here.
            _ = try ask(request)
        }
    }

    private static let logout = XMLNode(
        Namespace.saml2p("LogoutRequest"),
        [
            ("Destination", World.gatewayAddress), ("ID", "_logout"), ("IssueInstant", World.instant),
            ("Version", "2.0"),
        ],
        [
            .issuer(ServiceRequest.returnAddress),
            XMLNode(
                Namespace.saml2("NameID"), [("Format", SAMLURI.unspecified)], text: ServiceRequest.name + ";Sede"),
        ])

    private static func connectorRequests() throws -> [ConnectorRequest] {
        var more = ConnectorRequest(id: "_more")
        more.ask("exact", LoA.allCases.flatMap { [Assurance($0).uri, Assurance($0, notified: false).uri] })
        try more.ask(
            for: "http://eidas.europa.eu/attributes/naturalperson/Gender", "Gender",
            value: XMLNode(Namespace.eidas("AttributeValue"), text: "Female"))
        try more.ask(for: "urn:x", "X")
        more.name(relyingParties: "urn:lyon")
        more.root.set("AssertionConsumerServiceURL", World.foreignAnswers + "/2")
        more.root.set("AssertionConsumerServiceIndex", "2")
        return [ConnectorRequest(), ConnectorRequest(for: [.legal], id: "_legal"), more]
    }

    /// What a Connector may not ask, though it is one.
    private static func doubtful() throws -> [ConnectorRequest] {
        let natural = "http://eidas.europa.eu/attributes/naturalperson/"
        var (acting, required, half) = (ConnectorRequest(), ConnectorRequest(), ConnectorRequest())
        try acting.ask(for: natural + "representative/CurrentFamilyName", "RepresentativeFamilyName")
        try required.ask(for: natural + "Gender", "Gender", isRequired: true)
        try half.root.remove("RequestedAttribute")
        var elsewhere = ConnectorRequest()
        elsewhere.root.set("AssertionConsumerServiceURL", "https://other.example/")
        return [acting, required, half, elsewhere, ConnectorRequest(for: [.natural, .legal])]
    }

    /// Of somebody who wants the answer for himself and holds no key.
    private static func attackers(_ request: ConnectorRequest) throws -> [[UInt8]] {
        var evil = request
        evil.root.set("ID", "_evil")
        evil.root.set("AssertionConsumerServiceURL", "https://other.example/")
        var (unsigned, forged) = (evil, evil)
        unsigned.isSigned = false
        forged.recipe = SignatureRecipe(.stranger)
        return [try unsigned.octets(), try forged.octets()]
    }

    /// Leg 1.
    func request(_ octets: [UInt8]) throws -> AuthenticationRequest {
        try route.receiveRequest(received(octets), at: now).request
    }

    /// Leg 2.
    func ask(_ request: AuthenticationRequest) throws -> (SealedMessage, Exchange.Question) {
        try route.sendRequest(exchange(request), to: responders, relayState: "0f1e2d3c", at: now)
    }

    /// Leg 4 of a request that cannot be served.
    func refuse(_ request: AuthenticationRequest, _ rejection: Rejection) throws -> SealedMessage {
        try route.sendResponse(.refused(rejection.refusal), in: exchange(request), at: now)
    }

    private func exchange(_ request: AuthenticationRequest) throws -> Exchange {
        guard let id = Exchange.ID(rawValue: "00112233445566778899aabbccddeeff") else {
            throw NothingToSpoil(name: "Exchange.ID")
        }
        return Exchange(
            id: id, route.direction, request: request, browser: "", openedAt: now, expiresAt: now + 600)
    }

    func logOut(_ octets: [UInt8]) throws -> SealedMessage {
        try route.answerLogout(received(octets), at: now).answer
    }

    private func received(_ octets: [UInt8]) throws -> ReceivedMessage {
        try ReceivedMessage(post: Base64.encode(octets), relayState: "x")
    }
}
