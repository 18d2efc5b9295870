// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
public import Foundation
public import SAML
import XMLSecurity

extension Route {
    /// Leg 3, first half: a responder's message becomes an answer that is known to be its own, to our question, for us, now.
    public func authenticateResponse(
        _ parsed: ParsedMessage, to question: Exchange.Question, at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> Verified<OpenedResponse> {
        let responder = try responder(of: question, at: now)
        let relayState = parsed.received.relayState
        try examination.check(
            .relayStateChanged, relayState.map { isSameSecret($0, question.relayState) } ?? false, "RelayState",
            expected: "the one that was sent",
            found: relayState == nil ? "nothing" : "another")
        let expected = ResponseExpectation(
            issuers: responder.issuers, inResponseTo: question.id,
            assertionConsumerService: node.asker.assertionConsumerService, audience: node.asker.audience,
            skewSeconds: responder.skewSeconds, demands: responder.demands)
        return try parsed.verifyResponse(
            from: responder.sender, encryption: responder.encryption, expecting: expected,
            openingWith: node.asker.decryptionKeys, confirmedBy: secondReader, at: now, examination)
    }

    /// Leg 3, second half: an authentic answer becomes an outcome that policy accepts.
    ///
    /// In the Proxy-Service direction sources may still have to complete it (``gaps(in:of:)``).
    public func receiveResponse(
        _ verified: Verified<OpenedResponse>, in exchange: Exchange, to question: Exchange.Question, at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> AuthenticationOutcome {
        let responder = try responder(of: question, at: now)
        try checkUse(of: verified.message, answering: exchange.request, examination)
        let outcome = try responderDialect.readResponse(verified, to: question, from: responder, examination)
        try checkBirth(in: outcome, at: now, examination)
        let policy = try policy(for: exchange)
        return try examination.step(.dataSetIncomplete, "Assertion/AttributeStatement") { () throws(Rejection) in
            switch direction {
            case .connector:
                try policy.admit(
                    outcome, answering: exchange.request, to: question.attributes, at: question.assurance,
                    published: responder.levels)
            case .proxyService:
                try policy.admitLogin(
                    outcome, answering: exchange.request, at: question.assurance, published: node.answerer.levels)
            }
        }
    }

    /// Leg 4: an accepted outcome becomes octets for the requester.
    ///
    /// - Parameter declined: optional attributes that the person keeps back.
    public func sendResponse(
        _ outcome: AuthenticationOutcome, in exchange: Exchange, without declined: Set<AttributeName> = [], at now: Date
    ) throws(Rejection) -> SealedMessage {
        let requester = try requester(of: exchange)
        try checkMetadata(until: requester.validUntil, at: now)
        let released = try policy(for: exchange).release(outcome, to: exchange.request, without: declined)
        let draft = try requesterDialect.writeResponse(
            released, answering: exchange.request, to: requester, as: try .fresh(issuer: node.answerer.name, at: now))
        return try SealedMessage(draft, requester.seal)
    }

    /// Nobody was born on a day to come.
    func checkBirth(
        in outcome: AuthenticationOutcome, at now: Date, _ examination: Examination
    ) throws(Rejection) {
        guard case .identified(let identity) = outcome else { return }
        let last = Instant.lastDay(at: now)
        for name in [AttributeName.dateOfBirth, .dateOfBirth.ofRepresentative] {
            guard let born = identity[name] else { continue }
            try examination.check(
                .attributeInvalid, born.values.allSatisfy { $0.text <= last },
                "Assertion/AttributeStatement/Attribute[\(name)]", expected: "a day that has come",
                found: "one that has not")
        }
    }

    /// Whether the responder lets us make of its assertion one for whoever asked.
    private func checkUse(
        of opened: OpenedResponse, answering request: AuthenticationRequest, _ examination: Examination
    ) throws(Rejection) {
        guard let conditions = opened.assertion?.conditions, !conditions.proxyRestrictions.isEmpty else { return }
        // What a request calls itself besides is its own word.
        let names: Set = [request.requester.rawValue, request.reply.assertionConsumerService]
        try examination.check(
            .responseConditions, conditions.allowAnswers(to: names),
            "Assertion/Conditions/ProxyRestriction", expected: request.requester.rawValue,
            found: conditions.proxyRestrictions.flatMap(\.audiences).joined(separator: ", "))
    }

    func policy(for exchange: Exchange) throws(Rejection) -> Policy {
        let requester = try requester(of: exchange)
        return Policy(
            // Who is identified for a service here is named for us; who is identified for a Connector, for its country.
            destination: direction == .connector ? node.country : requester.country,
            acceptsRepresentation: requester.acceptsRepresentation)
    }
}

extension Rejection {
    /// What the requester is told when an authentic answer cannot be accepted, or the person gives up.
    public var refusal: Refusal {
        let reason: Refusal.Reason =
            switch rule.status {
            case .assuranceTooLow: .assuranceTooLow
            case .invalidAttribute: .attributeUnavailable
            case .authenticationFailed: .authenticationFailed
            case .requestDenied: .denied
            case .requester, .responder: .technical
            }
        return Refusal(reason, rule: rule)
    }
}
