// SPDX-License-Identifier: EUPL-1.2
public import Dialects
public import Federation
public import Foundation
public import SAML

extension Snapshot {
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
        let parsed = try examination.step(.xmlMalformed, "document") { () throws(Rejection) in
            try ParsedMessage(received)
        }
        let requester = try examination.step(.peerUnknown, "AuthnRequest/@ProviderName") { () throws(Rejection) in
            try self.requester(claimedBy: parsed)
        }
        let verified = try parsed.verifyRequest(
            from: requester.sender,
            expecting: RequestExpectation(
                destinations: node.gatewayAddresses, maximumAgeSeconds: node.requestAgeSeconds),
            at: now, examination)
        let request = try requesterDialect.readRequest(
            verified, relayState: received.relayState, from: requester, examination)
        return ReceivedRequest(request: request, requester: requester, digest: verified.digest)
    }

    /// Whose certificates to try: by ProviderName, else by Issuer. The signature then proves or refutes it.
    public func requester(claimedBy parsed: ParsedMessage) throws(Rejection) -> Requester {
        guard parsed.isOf(AuthnRequest.self) || parsed.isOf(LogoutRequest.self) else {
            throw Rejection(.messageType, parsed.claimedType, expected: "AuthnRequest", found: parsed.claimedType)
        }
        let named = parsed.claimedProviderName.map(Clave2.registeredName) ?? parsed.claimedIssuer
        guard let requester = named.flatMap({ requesters[$0] }) else {
            throw Rejection(
                .peerUnknown, "AuthnRequest/@ProviderName", expected: "a registered service",
                found: named?.rawValue ?? "nothing")
        }
        guard requester.isEnabled else {
            throw Rejection(
                .peerDisabled, "AuthnRequest/@ProviderName", expected: "enabled: true", found: requester.name.rawValue)
        }
        return requester
    }

    /// Leg 2: a request becomes octets for the node of the country that the person chose.
    ///
    /// - Parameter relayState: an unguessable text that must come back.
    /// - Throws: why the country cannot serve the request.
    public func sendRequest(
        _ exchange: Exchange, to memberState: MemberState, relayState: String, at now: Date
    ) throws(Rejection) -> (SealedMessage, Exchange.Question) {
        let (responder, terms) = try responder(for: exchange.request, in: memberState, at: now)
        let stamp = try Stamp.fresh(issuer: node.connector, at: now)
        let question = Exchange.Question(
            id: stamp.messageID, responder: responder.entityID, memberState: memberState, relayState: relayState,
            attributes: terms.attributes, assurance: terms.assurance, askedAt: now)
        let draft = try responderDialect.writeRequest(exchange.request, question, to: responder, as: stamp)
        return (try SealedMessage(draft, Seal(signer: node.connectorSigner)), question)
    }
}
