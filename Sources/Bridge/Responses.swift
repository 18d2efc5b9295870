// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
public import Foundation
public import SAML

extension Snapshot {
    /// Leg 3, first half: a responder's message becomes an answer that is known to be its own, to our question, for us, now.
    public func authenticateResponse(
        _ parsed: ParsedMessage, to question: Exchange.Question, at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> Verified<OpenedResponse> {
        let responder = try responder(of: question, at: now)
        let relayState = parsed.received.relayState
        try examination.check(
            .relayStateChanged, relayState == question.relayState, "RelayState", expected: "the one that was sent",
            found: relayState == nil ? "nothing" : "another")
        let expected = ResponseExpectation(
            issuer: responder.entityID, inResponseTo: question.id,
            assertionConsumerService: node.assertionConsumerService,
            audience: node.connector, skewSeconds: responder.skewSeconds, requiresEncryption: true,
            requiresConfirmation: responder.requiresConfirmation)
        return try parsed.verifyResponse(
            from: responder.sender, encryption: responder.encryption, expecting: expected,
            openingWith: node.decryptionKeys, at: now, examination)
    }

    /// Leg 3, second half: an authentic answer becomes an outcome that policy accepts.
    public func receiveResponse(
        _ verified: Verified<OpenedResponse>, in exchange: Exchange, to question: Exchange.Question, at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> AuthenticationOutcome {
        let responder = try responder(of: question, at: now)
        let outcome = try responderDialect.readResponse(verified, from: responder, examination)
        return try examination.step(.dataSetIncomplete, "Assertion/AttributeStatement") { () throws(Rejection) in
            try policy(for: exchange).admit(
                outcome, answering: exchange.request, to: question, published: responder.levels)
        }
    }

    /// Leg 4: an accepted outcome becomes octets for the requester.
    public func sendResponse(
        _ outcome: AuthenticationOutcome, in exchange: Exchange, at now: Date
    ) throws(Rejection) -> SealedMessage {
        let requester = try requester(of: exchange)
        let released = try policy(for: exchange).release(outcome, to: exchange.request)
        let draft = try requesterDialect.writeResponse(
            released, answering: exchange.request, to: requester, as: try .fresh(issuer: node.gateway, at: now))
        return try SealedMessage(draft, requester.seal)
    }

    private func policy(for exchange: Exchange) throws(Rejection) -> Policy {
        Policy(country: node.country, acceptsRepresentation: try requester(of: exchange).acceptsRepresentation)
    }
}

extension Rejection {
    /// What the requester is told when an authentic answer cannot be accepted, or the person gives up.
    public var refusal: Refusal {
        switch rule.status {
        case .assuranceTooLow: Refusal(.assuranceTooLow)
        case .invalidAttribute: Refusal(.attributeUnavailable)
        case .authenticationFailed: Refusal(.authenticationFailed)
        case .requestDenied: Refusal(.denied)
        case .requester, .responder: Refusal(.technical)
        }
    }
}
