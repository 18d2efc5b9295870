// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import Testing
import XMLSecurity

/// A message that its sender signed, and how it is read.
struct SignedMessage {
    /// The document, or the query of an address.
    let octets: [UInt8]
    /// Everything that is read of it.
    let read: ([UInt8]) throws -> AnyHashable
}

/// The messages that come to us. Their senders sign with P-256, which is quick.
enum SignedKind: String, CaseIterable, CustomTestStringConvertible {
    case serviceRequest, serviceRequestOfBridge, logout, connectorRequest, connectorQuery, messageInConnectorQuery
    case answer, answerInClear, refusal, gatewayAnswer, metadata, group, serviceList

    var testDescription: String { rawValue }
    private static let recipe = SignatureRecipe(.p256b)

    func message() throws -> SignedMessage {
        switch self {
        case .serviceRequest: try Self.service(.engine28)
        case .serviceRequestOfBridge: try Self.service(.bridge)
        case .logout: try Self.logout()
        case .connectorRequest: try Self.connector()
        case .connectorQuery: try Self.query(changing: false)
        case .messageInConnectorQuery: try Self.query(changing: true)
        case .answer: try Self.answer(.connector)
        case .answerInClear:
            try Self.answer(.connector, demands: [.confirmation, .subject, .statusCode]) { answer, _ in
                answer.recipients = []
                answer.assertionRecipe = Self.recipe
            }
        case .refusal:
            try Self.answer(.connector) { answer, question in
                answer = try NodeAnswer(failure: SAMLURI.responder, SAMLURI.authnFailed, to: question)
            }
        case .gatewayAnswer: try Self.answer(.proxyService)
        case .metadata: try Self.metadata()
        case .group: try Self.group()
        case .serviceList: try Self.serviceList()
        }
    }

    // MARK: Requests

    private static func world(_ direction: Exchange.Direction) throws -> World {
        var world = try World(direction)
        let certificates = [try TestKey.p256b.certificate()]
        world.requester.sender.signingCertificates = certificates
        world.responder.sender.signingCertificates = certificates
        return world
    }

    private static func service(_ kit: ServiceRequest.Kit) throws -> SignedMessage {
        var request = ServiceRequest(kit)
        (request.recipe.key, request.recipe.algorithm) = (recipe.key, recipe.algorithm)
        return try self.request(world(.connector), request.octets())
    }

    private static func connector() throws -> SignedMessage {
        var request = ConnectorRequest()
        request.recipe = recipe
        return try self.request(world(.proxyService), request.octets())
    }

    private static func request(_ world: World, _ octets: [UInt8]) throws -> SignedMessage {
        let route = try world.route()
        return SignedMessage(octets: octets) { octets in
            let received = try ReceivedMessage(post: Base64.encode(octets), relayState: "x")
            return AnyHashable(try route.receiveRequest(received, at: world.now).request)
        }
    }

    private static func logout() throws -> SignedMessage {
        let root = XMLNode(
            Namespace.saml2p("LogoutRequest"),
            [
                ("Destination", World.gatewayAddress), ("ID", "_logout"), ("IssueInstant", World.instant),
                ("NotOnOrAfter", World.later), ("Version", "2.0"),
            ],
            [
                .issuer(ServiceRequest.returnAddress),
                XMLNode(Namespace.saml2("NameID"), [("Format", SAMLURI.unspecified)], text: ServiceRequest.name),
            ])
        let world = try world(.connector)
        let route = try world.route()
        return SignedMessage(octets: try recipe.sign(root, behind: 1).serialized()) { octets in
            let received = try ReceivedMessage(post: Base64.encode(octets), relayState: "x", field: "logoutRequest")
            let (request, requester, answer) = try route.answerLogout(received, at: world.now)
            return AnyHashable([request.message.id.rawValue, requester.rawValue, answer.destination])
        }
    }

    /// A signature in the query. It covers the escapes of the query, so that nothing but the octets of the query counts.
    private static func query(changing message: Bool) throws -> SignedMessage {
        var request = ConnectorRequest()
        (request.recipe, request.binding) = (recipe, .redirect)
        let (honest, document) = (try request.address(), request.root.serialized())
        let world = try world(.proxyService)
        let route = try world.route()
        return SignedMessage(octets: message ? document : Array(honest.utf8)) { octets in
            var query = String(decoding: octets, as: UTF8.self)
            if message {
                let packed = Base64.encode(Deflate.deflate(octets) ?? []).percentEncoded
                query = "SAMLRequest=" + packed + honest.drop { $0 != "&" }
            }
            let received = try ReceivedMessage(redirect: query)
            return AnyHashable(try route.receiveRequest(received, at: world.now).request)
        }
    }

    // MARK: Answers

    private static func answer(
        _ direction: Exchange.Direction, demands: ResponseDemands? = nil,
        _ change: (inout NodeAnswer, Exchange.Question) throws -> Void = { _, _ in }
    ) throws -> SignedMessage {
        var world = try world(direction)
        if let demands { world.responder.demands = demands }
        let (_, exchange, question) = try World(direction).ask()
        var answer = try world.answer(to: question)
        try change(&answer, question)
        answer.recipe = recipe
        let judge = world
        return SignedMessage(octets: try answer.octets()) { octets in
            let received = try ReceivedMessage(
                post: Base64.encode(octets), relayState: question.relayState, field: "SAMLResponse")
            return AnyHashable(try judge.accept(received, to: question, in: exchange))
        }
    }

    // MARK: Metadata

    private static func metadata() throws -> SignedMessage {
        let metadata = try NodeMetadata()
        return SignedMessage(octets: try metadata.recipe.sign(metadata.root, behind: 0).serialized()) { octets in
            AnyHashable(try NodeMetadata.verify(octets))
        }
    }

    /// Read in pieces; a signature behind what it covers.
    private static func group() throws -> SignedMessage {
        let metadata = try NodeMetadata()
        var other = metadata.root
        other.set("ID", "_other")
        other.set("entityID", "https://other.example/")
        let group = XMLNode(Namespace.md("EntitiesDescriptor"), [("ID", "_group")], [other, metadata.root])
        let expected = MetadataExpectation(
            entityID: EntityID(NodeMetadata.entityID), country: try World.memberState("DE"), role: .proxyService,
            pins: [try metadata.recipe.key.certificate()])
        let now = try World().now
        return SignedMessage(octets: try metadata.recipe.sign(group, behind: 2).serialized()) { octets in
            AnyHashable(
                try VerifiedEntity.read(
                    from: DocumentSource(octets), expecting: [expected], confirmedBy: LibXMLSec1(), at: now)[0].get())
        }
    }

    private static func serviceList() throws -> SignedMessage {
        SignedMessage(octets: try ListRecipe().octets()) { AnyHashable(try ListRecipe.verify($0)) }
    }
}
