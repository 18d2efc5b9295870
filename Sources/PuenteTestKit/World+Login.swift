// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
public import Federation
import Foundation
public import SAML
public import XMLSecurity

extension World {
    /// Leg 1, and the exchange that the shell opens after it.
    public func receive(_ request: ServiceRequest = ServiceRequest()) throws -> Exchange {
        let received = try route().receiveRequest(try request.received(), at: now)
        guard let id = Exchange.ID(rawValue: "00112233445566778899aabbccddeeff") else {
            throw NothingToSpoil(name: "Exchange.ID")
        }
        return Exchange(
            id: id, request: received.request, browser: "", openedAt: now, expiresAt: now + 600)
    }

    /// Legs 1 and 2: what was sent abroad, and the exchange that awaits its answer.
    public func ask(_ request: ServiceRequest = ServiceRequest()) throws -> (
        sent: SealedMessage, exchange: Exchange, question: Exchange.Question
    ) {
        let exchange = try receive(request)
        let (sent, question) = try route().sendRequest(
            exchange, to: responder.country, relayState: "0f1e2d3c4b5a69788796a5b4c3d2e1f0", at: now)
        return (sent, try exchange.asked(question), question)
    }

    /// Leg 3 for an answer to a question.
    public func accept(
        _ answer: NodeAnswer, to question: Exchange.Question, in exchange: Exchange
    ) throws -> AuthenticationOutcome {
        let route = try route()
        let verified = try route.authenticateResponse(try ParsedMessage(answer.received()), to: question, at: now)
        return try route.receiveResponse(verified, in: exchange, to: question, at: now)
    }

    /// Legs 1 to 3 with one thing spoilt in the answer.
    public func accept(
        _ person: TestPerson = .german, request: ServiceRequest = ServiceRequest(), loa: String? = nil,
        spoiling: (inout NodeAnswer) throws -> Void = { _ in }
    ) throws -> AuthenticationOutcome {
        let (_, exchange, question) = try ask(request)
        var answer = try NodeAnswer(person, to: question, of: responder.entityID, loa: loa)
        try spoiling(&answer)
        return try accept(answer, to: question, in: exchange)
    }

    /// All four legs, as the shell drives them: a rejected answer becomes a refusal for the service.
    public func login(
        _ person: TestPerson = .german, request: ServiceRequest = ServiceRequest(), loa: String? = nil,
        spoiling: (inout NodeAnswer) throws -> Void = { _ in }
    ) throws -> ServiceAnswer {
        let (_, exchange, question) = try ask(request)
        var answer = try NodeAnswer(person, to: question, of: responder.entityID, loa: loa)
        try spoiling(&answer)
        return try finish(answer, to: question, in: exchange)
    }

    /// Legs 3 and 4.
    public func finish(
        _ answer: NodeAnswer, to question: Exchange.Question, in exchange: Exchange
    ) throws -> ServiceAnswer {
        let outcome: AuthenticationOutcome
        do {
            outcome = try accept(answer, to: question, in: exchange)
        } catch let rejection as Rejection {
            outcome = .refused(rejection.refusal)
        }
        return try ServiceAnswer(try route().sendResponse(outcome, in: exchange, at: now))
    }
}

/// A message that we sent, opened by its receiver, who reads it with no code of ours but the parser.
public struct SentDocument {
    public struct Unreadable: Error {}

    public let fields: [String: String]
    public let octets: [UInt8]
    public let root: Element

    public init(_ sealed: SealedMessage) throws {
        fields = Dictionary(sealed.fields.map { ($0.name, $0.value) }) { first, _ in first }
        guard let octets = sealed.fields.first.flatMap({ Base64.decode($0.value) }) else { throw Unreadable() }
        self.octets = octets
        root = try XMLTree(parsing: octets).root
    }
}

/// Our Response as a service reads it.
public struct ServiceAnswer {
    public let document: SentDocument
    public let assertion: Element?

    /// - Throws: if the signature of the gateway does not fit, or the assertion cannot be opened with the service's key.
    public init(_ sealed: SealedMessage) throws {
        document = try SentDocument(sealed)
        _ = try document.root.verifySignature(trusting: [TestKey.gateway.certificate()], policy: .clave)
        if let encrypted = document.root.only(Namespace.saml2("EncryptedAssertion")) {
            let element = try EncryptedElement(in: encrypted, policy: EncryptionPolicy(allowsOldKeyTransport: true))
            assertion = try XMLTree(parsing: try element.open(with: [TestKey.service.decryption()])).root
        } else {
            assertion = document.root.only(Namespace.saml2("Assertion"))
        }
    }

    /// Outermost first.
    public var statusCodes: [String] {
        document.root.descendants.filter { $0.local == "StatusCode" }.compactMap { $0["Value"] }
    }
    public var statusMessage: String? { document.root.descendants.first { $0.local == "StatusMessage" }?.text }
    public var loa: String? { assertion?.descendants.first { $0.local == "AuthnContextClassRef" }?.text }

    /// The attributes by FriendlyName, with all values in their order.
    public var attributes: [String: [String]] {
        let all = assertion?.descendants.filter { $0.is(Namespace.saml2("Attribute")) } ?? []
        return Dictionary(all.map { ($0["FriendlyName"] ?? "", $0.children.map(\.text)) }) { $0 + $1 }
    }
}

/// The rule that some work breaks; `nil` if it breaks none.
public func brokenRule(_ work: () throws -> Void) throws -> Rule? {
    do {
        try work()
        return nil
    } catch let rejection as Rejection {
        return rejection.rule
    }
}
