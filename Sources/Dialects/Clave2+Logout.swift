// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import SAML
public import XMLSecurity

extension Clave2 {
    /// Answers a logout of a registered service with yes.
    ///
    /// - Parameter expected: our addresses, and how old a request may be.
    /// - Throws: why the request is not accepted; nobody is answered then.
    /// - Spec: Cl@ve dossier §4, §11.1.
    public static func answerLogout(
        _ parsed: ParsedMessage, of requester: Requester, expecting expected: RequestExpectation,
        confirmedBy reader: (any SecondReader)?, as issuer: EntityID, at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> (request: Verified<LogoutRequest>, answer: SealedMessage) {
        let verified = try parsed.verifyLogoutRequest(
            from: requester.sender, expecting: expected, confirmedBy: reader, at: now, examination)
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
                XMLNode(Namespace.saml2("Issuer"), text: issuer.rawValue),
                XMLNode(
                    Namespace.saml2p("Status"), [],
                    [
                        XMLNode(Namespace.saml2p("StatusCode"), [("Value", success)]),
                        XMLNode(Namespace.saml2p("StatusMessage"), text: success),
                    ]),
            ])
        let draft = Draft(
            .logoutResponse, root: root, id: id, destination: address,
            relayState: parsed.received.relayState)
        return (verified, try SealedMessage(draft, Seal(signer: requester.seal.signer)))
    }
}
