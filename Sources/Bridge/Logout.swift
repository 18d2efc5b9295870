// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
public import Foundation
public import SAML
import XMLSecurity

extension Route {
    /// Answers a logout of a Cl@ve service. eIDAS knows no logout and we keep no session, so that the answer is always yes.
    ///
    /// - Throws: why the request is not accepted; nobody is answered then.
    /// - Spec: Cl@ve dossier §4, §11.1.
    public func answerLogout(
        _ received: ReceivedMessage, at now: Date, _ examination: Examination = Examination()
    ) throws(Rejection) -> (request: Verified<LogoutRequest>, requester: EntityID, answer: SealedMessage) {
        let parsed = try ParsedMessage(received)
        let name = parsed.claimedNameID.map(Clave2.registeredName)
        let requester = try examination.step(.peerUnknown, "LogoutRequest/NameID") { () throws(Rejection) in
            guard let requester = name.flatMap({ requesters[$0] }), requester.isEnabled else {
                throw Rejection(
                    .peerUnknown, "LogoutRequest/NameID", expected: "a registered service",
                    found: name?.rawValue ?? "nothing")
            }
            return requester
        }
        let verified = try parsed.verifyLogoutRequest(
            from: requester.sender,
            expecting: RequestExpectation(
                destinations: node.answerer.addresses, maximumAgeSeconds: node.answerer.requestAgeSeconds),
            at: now, examination)
        let address = verified.message.issuer.name.rawValue
        try examination.check(
            .requestReplyAddress, requester.returnAddresses.contains { $0.admits(address) }, "LogoutRequest/Issuer",
            expected: "a registered return address", found: address)
        let id = try MessageID.random()
        let success = SAMLURI.success
        let root = XMLNode(
            Namespace.saml2p("LogoutResponse"),
            [
                ("ID", id.rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(now)),
                ("InResponseTo", verified.message.id.rawValue), ("Destination", address),
            ],
            [
                XMLNode(Namespace.saml2("Issuer"), text: node.answerer.name.rawValue),
                XMLNode(
                    Namespace.saml2p("Status"), [],
                    [
                        XMLNode(Namespace.saml2p("StatusCode"), [("Value", success)]),
                        XMLNode(Namespace.saml2p("StatusMessage"), text: success),
                    ]),
            ])
        let draft = Draft(
            .logoutResponse, root: root, id: id, inResponseTo: verified.message.id, destination: address,
            relayState: received.relayState)
        return (verified, requester.name, try SealedMessage(draft, Seal(signer: requester.seal.signer)))
    }
}
