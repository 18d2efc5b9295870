// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
public import Federation
import Foundation
public import SAML
public import XMLSecurity

extension World {
    /// Leg 1, and the exchange that the shell opens after it.
    ///
    /// - Parameter request: `nil` for a good one of the direction.
    public func receive(_ request: (any RequestUnderTest)? = nil) throws -> Exchange {
        let received = try route().receiveRequest(try (request ?? ordinaryRequest).received(), at: now)
        guard let id = Exchange.ID(rawValue: "00112233445566778899aabbccddeeff") else {
            throw NothingToSpoil(name: "Exchange.ID")
        }
        return Exchange(
            id: id, direction, request: received.request, browser: "", openedAt: now, expiresAt: now + 600)
    }

    private var ordinaryRequest: any RequestUnderTest {
        switch direction {
        case .connector: ServiceRequest()
        case .proxyService: ConnectorRequest()
        }
    }

    /// Legs 1 and 2: what was sent to the responder, and the exchange that awaits its answer.
    public func ask(_ request: (any RequestUnderTest)? = nil) throws -> (
        sent: SealedMessage, exchange: Exchange, question: Exchange.Question
    ) {
        let exchange = try receive(request)
        let route = try route()
        try route.checkService(of: exchange.request)
        let (sent, question) = try route.sendRequest(
            exchange, to: responder.country, relayState: "0f1e2d3c4b5a69788796a5b4c3d2e1f0", at: now)
        return (sent, try exchange.asked(question), question)
    }

    /// What the responder says of a person; `nil` for an ordinary one of the direction.
    public func answer(
        _ person: TestPerson? = nil, to question: Exchange.Question, loa: String? = nil
    ) throws -> NodeAnswer {
        switch direction {
        case .connector: try NodeAnswer(person ?? .german, to: question, of: responder.entityID, loa: loa)
        case .proxyService: try NodeAnswer(atHome: person ?? .citizen, to: question, loa: loa)
        }
    }

    /// Leg 3 for an answer to a question, with what the sources add where there are any.
    public func accept(
        _ answer: NodeAnswer, to question: Exchange.Question, in exchange: Exchange
    ) throws -> AuthenticationOutcome {
        try accept(answer.received(), to: question, in: exchange)
    }

    public func accept(
        _ answer: ReceivedMessage, to question: Exchange.Question, in exchange: Exchange
    ) throws -> AuthenticationOutcome {
        let route = try route()
        let verified = try route.authenticateResponse(try ParsedMessage(answer), to: question, at: now)
        let outcome = try route.receiveResponse(verified, in: exchange, to: question, at: now)
        guard direction == .proxyService, case .identified(let stated) = outcome else { return outcome }
        let completions = route.gaps(in: stated, of: exchange).map { ($0, register($0)) }
        return .identified(try route.complete(stated, with: completions, in: exchange))
    }

    /// Legs 1 to 3 with one thing spoilt in the answer.
    public func accept(
        _ person: TestPerson? = nil, request: (any RequestUnderTest)? = nil, loa: String? = nil,
        spoiling: (inout NodeAnswer) throws -> Void = { _ in }
    ) throws -> AuthenticationOutcome {
        let (_, exchange, question) = try ask(request)
        var answer = try answer(person, to: question, loa: loa)
        try spoiling(&answer)
        return try accept(answer, to: question, in: exchange)
    }

    /// All four legs, as the shell drives them: a rejected answer becomes a refusal for the requester.
    ///
    /// - Parameter declined: optional attributes that the person keeps back.
    public func login(
        _ person: TestPerson? = nil, request: (any RequestUnderTest)? = nil, loa: String? = nil,
        without declined: Set<AttributeName> = [], spoiling: (inout NodeAnswer) throws -> Void = { _ in }
    ) throws -> DeliveredAnswer {
        let (_, exchange, question) = try ask(request)
        var answer = try answer(person, to: question, loa: loa)
        try spoiling(&answer)
        return try finish(answer, to: question, in: exchange, without: declined)
    }

    /// Legs 3 and 4.
    public func finish(
        _ answer: NodeAnswer, to question: Exchange.Question, in exchange: Exchange,
        without declined: Set<AttributeName> = []
    ) throws -> DeliveredAnswer {
        let outcome: AuthenticationOutcome
        do {
            outcome = try accept(answer, to: question, in: exchange)
        } catch let rejection as Rejection {
            outcome = .refused(rejection.refusal)
        }
        return try deliver(outcome, in: exchange, without: declined)
    }

    /// Leg 4.
    public func deliver(
        _ outcome: AuthenticationOutcome, in exchange: Exchange, without declined: Set<AttributeName> = []
    ) throws -> DeliveredAnswer {
        try open(SentDocument(route().sendResponse(outcome, in: exchange, without: declined, at: now)))
    }

    /// Our answer as its receiver reads it.
    ///
    /// - Parameter signer: whose key must have signed it; `nil` for ours in this direction.
    public func open(_ document: SentDocument, from signer: TestKey? = nil) throws -> DeliveredAnswer {
        switch direction {
        case .connector:
            try DeliveredAnswer(document, from: signer ?? .gateway, .clave, openingWith: requesterKey)
        case .proxyService:
            try DeliveredAnswer(document, from: signer ?? .connector, .eidas, openingWith: requesterKey)
        }
    }
}

/// A request that a requester of ours sends.
public protocol RequestUnderTest: Sendable {
    func received() throws -> ReceivedMessage
}

/// A message that we sent, opened by its receiver, who reads it with no code of ours but the parser.
public struct SentDocument {
    public struct Unreadable: Error {}

    public let fields: [String: String]
    public let octets: [UInt8]
    public let root: Element

    public init(_ sealed: SealedMessage) throws {
        try self.init(Dictionary(sealed.fields.map { ($0.name, $0.value) }) { first, _ in first })
    }

    /// The fields of a form.
    public init(_ fields: [String: String]) throws {
        self.fields = fields
        let message = ["SAMLRequest", "SAMLResponse", "logoutResponse"].compactMap { fields[$0] }
        guard message.count == 1, let octets = Base64.decode(message[0]) else { throw Unreadable() }
        self.octets = octets
        root = try XMLTree(parsing: octets).root
    }
}

/// Our Response as its receiver reads it.
public struct DeliveredAnswer {
    public let document: SentDocument
    public let assertion: Element?

    /// - Throws: if our signature does not fit, or the assertion cannot be opened with the receiver's key.
    init(
        _ document: SentDocument, from signer: TestKey, _ policy: SignaturePolicy, openingWith key: TestKey
    ) throws {
        self.document = document
        _ = try document.root.verifySignature(trusting: [signer.certificate()], policy: policy, confirmedBy: nil)
        if let encrypted = document.root.only(Namespace.saml2("EncryptedAssertion")) {
            let element = try EncryptedElement(in: encrypted, policy: EncryptionPolicy(allowsOldKeyTransport: true))
            assertion = try XMLTree(parsing: try element.open(with: [key.decryption()])).root
        } else {
            assertion = document.root.only(Namespace.saml2("Assertion"))
        }
    }

    /// Outermost first.
    public var statusCodes: [String] {
        document.root.descendants.filter { $0.local == "StatusCode" }.compactMap { $0["Value"] }
    }
    public var statusMessage: String? { document.root.descendants.first { $0.local == "StatusMessage" }?.text }
    public var nameID: Element? { assertion?.descendants.first { $0.local == "NameID" } }
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
