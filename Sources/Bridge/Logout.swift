// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
public import Foundation
public import SAML

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
        let (verified, answer) = try Clave2.answerLogout(
            parsed, of: requester, expecting: expectation(of: requester), confirmedBy: secondReader,
            as: node.answerer.name, at: now, examination)
        return (verified, requester.name, answer)
    }
}
