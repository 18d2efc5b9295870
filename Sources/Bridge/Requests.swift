// SPDX-License-Identifier: EUPL-1.2
public import Dialects
public import Federation
public import Foundation
public import SAML

extension Route {
    /// A request that was verified and understood, with what the shell needs beside it.
    public struct ReceivedRequest: Sendable {
        public let request: AuthenticationRequest
        public let requester: Requester
        /// SHA-512 over the octets.
        public let digest: [UInt8]
    }

    /// Leg 1: a requester's octets become a request that policy allows.
    public func receiveRequest(
        _ received: ReceivedMessage, at now: Date, _ examination: Examination = Examination()
    ) throws(Rejection) -> ReceivedRequest {
        try receiveRequest(ParsedMessage(received, examination), at: now, examination)
    }

    /// The same of a message that was parsed already.
    public func receiveRequest(
        _ parsed: ParsedMessage, at now: Date, _ examination: Examination
    ) throws(Rejection) -> ReceivedRequest {
        let requester = try examination.step(.peerUnknown, requesterDialect.placeOfName) { () throws(Rejection) in
            try self.requester(claimedBy: parsed, at: now)
        }
        let verified = try parsed.verifyRequest(
            from: requester.sender, expecting: expectation(of: requester), confirmedBy: secondReader, at: now,
            examination)
        var request = try requesterDialect.readRequest(
            verified, relayState: parsed.received.relayState, from: requester, examination)
        // An answer for one must not be good for another.
        if let issuer = request.reply.issuer, isAnother(than: requester, issuer.rawValue) { request.reply.issuer = nil }
        return ReceivedRequest(request: request, requester: requester, digest: verified.digest)
    }

    /// A login and a logout may be equally old, and the requester's clock may be wrong either way.
    func expectation(of requester: Requester) -> RequestExpectation {
        RequestExpectation(
            destinations: node.answerer.addresses,
            maximumAgeSeconds: node.answerer.requestAgeSeconds + requester.skewSeconds,
            skewSeconds: requester.skewSeconds)
    }

    /// Whose certificates to try, by the name that a message gives. The signature then proves or refutes it.
    public func requester(claimedBy parsed: ParsedMessage, at now: Date) throws(Rejection) -> Requester {
        guard parsed.isOf(AuthnRequest.self) || parsed.isOf(LogoutRequest.self) else {
            throw Rejection(.messageType, parsed.claimedType, expected: "AuthnRequest", found: parsed.claimedType)
        }
        let (named, place) = (requesterDialect.claimedRequester(of: parsed), requesterDialect.placeOfName)
        guard let named, let requester = requesters[named] else {
            throw named.flatMap { outOfOrder[$0] }
                ?? Rejection(
                    .peerUnknown, place, expected: "a registered requester", found: named?.rawValue ?? "nothing")
        }
        try requester.checkEnabled(at: place)
        try checkMetadata(until: requester.validUntil, at: now)
        return requester
    }

    /// Whether a request that was understood can be served at all. If not, its requester is told so, in SAML.
    ///
    /// Services ask before a country is chosen, so that only a Connector's request can fail here.
    /// - Throws: ``Rule/requestRequesterID``, ``Rule/requestAttributesUnavailable``, ``Rule/requestLoAUnavailable``,
    ///   ``Rule/requestNameID``.
    /// - Spec: eIDAS dossier P1-35 to P1-43.
    public func checkService(of request: AuthenticationRequest) throws(Rejection) {
        guard direction == .proxyService else { return }
        let answerer = node.answerer
        guard request.sector == .public || !answerer.needsRequesterID || request.relyingParty != nil else {
            throw Rejection(.requestRequesterID, "AuthnRequest/Scoping/RequesterID", expected: "who asks through you")
        }
        guard !request.attributes.isEmpty else {
            throw Rejection(
                .requestAttributesUnavailable, "AuthnRequest/Extensions/RequestedAttributes",
                expected: "an attribute of our metadata", found: "none")
        }
        var needed = request.attributes.filter(\.isRequired).map(\.name)
        // Whoever represents a company comes with their own minimum data set.
        if request.person == .legal { needed += PersonKind.natural.minimumDataSet }
        if let missing = needed.first(where: { !answerer.attributes.contains($0) }) {
            throw Rejection(
                .requestAttributesUnavailable, "AuthnRequest/Extensions/RequestedAttributes",
                expected: "an attribute of our metadata", found: missing.rawValue)
        }
        let levels = request.person == .legal ? answerer.companyLevels : answerer.levels
        guard request.assurance.canBeMet(by: levels) else {
            throw Rejection(
                .requestLoAUnavailable, "AuthnRequest/RequestedAuthnContext",
                expected: levels.sorted().map(\.uri).joined(separator: ", "),
                found: "\(request.assurance.lowest.rawValue) or more")
        }
        let formats = [SAMLURI.persistent, SAMLURI.transient, SAMLURI.unspecified]
        guard request.reply.nameIDFormat.map(formats.contains) ?? true else {
            throw Rejection(
                .requestNameID, "AuthnRequest/NameIDPolicy/@Format", expected: formats.joined(separator: " or "),
                found: request.reply.nameIDFormat)
        }
    }

    /// Leg 2: a request becomes octets for the node of the country that the person chose.
    ///
    /// - Parameter relayState: an unguessable text that must come back.
    /// - Throws: why the country cannot serve the request; ``Rule/peerDisabled`` if the requester was switched off meanwhile.
    public func sendRequest(
        _ exchange: Exchange, to memberState: MemberState, relayState: String, at now: Date
    ) throws(Rejection) -> (SealedMessage, Exchange.Question) {
        _ = try requester(of: exchange)
        let (responder, terms) = try responder(for: exchange.request, in: memberState, at: now)
        let stamp = try Stamp.fresh(issuer: node.asker.name, at: now)
        let question = Exchange.Question(
            id: stamp.messageID, responder: responder.entityID, memberState: memberState, relayState: relayState,
            attributes: terms.attributes, assurance: terms.assurance, askedAt: now)
        let draft = try responderDialect.writeRequest(exchange.request, question, to: responder, as: stamp)
        return (try SealedMessage(draft, Seal(signer: node.asker.signer)), question)
    }
}
