// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML
import XMLSecurity

extension NodeAnswer {
    /// What an answer says of itself: whose it is, to what, and for whom.
    struct Frame {
        let issuer: EntityID
        let question: MessageID
        let address: String
        let audience: String
        let nameID: String
        let moment: Moment

        static func abroad(_ node: EntityID, _ question: Exchange.Question, _ moment: Moment) -> Frame {
            Frame(
                issuer: node, question: question.id, address: World.answerAddress,
                audience: World.connector.rawValue, nameID: "DE/ES/0123456789ABCDEF",
                moment: moment)
        }

        /// Our requests to the gateway have no Issuer, so that the return address is the audience (Cl@ve dossier §3.4).
        static func atHome(_ question: Exchange.Question, _ moment: Moment) -> Frame {
            Frame(
                issuer: World.nationalIssuer, question: question.id, address: World.gatewayAnswers,
                audience: World.gatewayAnswers, nameID: "00000000T", moment: moment)
        }

        func response(_ codes: [String], _ message: String?) -> XMLNode {
            let code = codes.reversed().reduce(nil as XMLNode?) { inner, value in
                XMLNode(Namespace.saml2p("StatusCode"), [("Value", value)], [inner])
            }
            return XMLNode(
                Namespace.saml2p("Response"),
                [
                    ("Consent", SAMLURI.consentObtained), ("Destination", address), ("ID", moment.id),
                    ("InResponseTo", question.rawValue), ("IssueInstant", moment.issued), ("Version", "2.0"),
                ],
                [
                    .issuer(issuer.rawValue),
                    XMLNode(
                        Namespace.saml2p("Status"), [],
                        [code, message.map { XMLNode(Namespace.saml2p("StatusMessage"), text: $0) }]),
                ])
        }

        func assertion(_ person: TestPerson, _ loa: String?) -> XMLNode {
            let confirmation = XMLNode(
                Namespace.saml2("SubjectConfirmationData"),
                [("InResponseTo", question.rawValue), ("NotOnOrAfter", moment.ends), ("Recipient", address)])
            let restriction = XMLNode(
                Namespace.saml2("AudienceRestriction"), [], [XMLNode(Namespace.saml2("Audience"), text: audience)])
            let context = XMLNode(
                Namespace.saml2("AuthnContext"), [],
                [
                    XMLNode(
                        Namespace.saml2("AuthnContextClassRef"),
                        text: loa ?? "http://eidas.europa.eu/LoA/substantial"),
                    XMLNode(Namespace.saml2("AuthnContextDecl")),
                ])
            return XMLNode(
                Namespace.saml2("Assertion"),
                [("ID", moment.assertionID), ("IssueInstant", moment.issued), ("Version", "2.0")],
                [
                    .issuer(issuer.rawValue),
                    XMLNode(
                        Namespace.saml2("Subject"), [],
                        [
                            XMLNode(Namespace.saml2("NameID"), [("Format", SAMLURI.persistent)], text: nameID),
                            XMLNode(
                                Namespace.saml2("SubjectConfirmation"), [("Method", SAMLURI.bearer)], [confirmation]),
                        ]),
                    XMLNode(
                        Namespace.saml2("Conditions"), [("NotBefore", moment.issued), ("NotOnOrAfter", moment.ends)],
                        [restriction]),
                    XMLNode(Namespace.saml2("AuthnStatement"), [("AuthnInstant", moment.issued)], [context]),
                    person.statement,
                ])
        }
    }
}
