// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

/// What differs between the assertions that we write.
struct AssertionDetails {
    var subject: String
    var nameIDFormat: String
    /// URI of the level of assurance.
    var level: String
    var authenticatedAt: Date
    var audiences: [String]
    /// `saml2:Attribute` elements; none for an answer that names nobody.
    var attributes: [XMLNode]
    /// Whether an empty AuthnContextDecl follows the level, as the gateway of Cl@ve writes it.
    var hasEmptyDeclaration = false
}

/// Seconds that an assertion lives: what the kits and the reference node configure (Cl@ve dossier §3.4, eIDAS dossier §2.4).
private let lifetime: TimeInterval = 300
/// Seconds that NotBefore lies in the past, because some receivers allow no skew at all (Cl@ve dossier §3.4, §11).
private let backdating: TimeInterval = 60

extension XMLNode {
    /// `saml2:Assertion` for the bearer, to whoever asked.
    static func assertion(
        _ details: AssertionDetails, answering request: AuthenticationRequest, as stamp: Stamp
    ) -> XMLNode {
        let now = Instant.write(stamp.now)
        let end = Instant.write(stamp.now + lifetime)
        let confirmation = XMLNode(
            Namespace.saml2("SubjectConfirmationData"),
            [
                ("InResponseTo", request.id.rawValue), ("NotOnOrAfter", end),
                ("Recipient", request.reply.assertionConsumerService),
            ])
        let context = XMLNode(
            Namespace.saml2("AuthnContext"), [],
            [
                XMLNode(Namespace.saml2("AuthnContextClassRef"), text: details.level),
                details.hasEmptyDeclaration ? XMLNode(Namespace.saml2("AuthnContextDecl")) : nil,
            ])
        return XMLNode(
            Namespace.saml2("Assertion"),
            [("ID", stamp.assertionID.rawValue), ("IssueInstant", now), ("Version", "2.0")],
            [
                .issuer(stamp.issuer),
                XMLNode(
                    Namespace.saml2("Subject"), [],
                    [
                        XMLNode(Namespace.saml2("NameID"), [("Format", details.nameIDFormat)], text: details.subject),
                        XMLNode(Namespace.saml2("SubjectConfirmation"), [("Method", SAMLURI.bearer)], [confirmation]),
                    ]),
                XMLNode(
                    Namespace.saml2("Conditions"),
                    [("NotBefore", Instant.write(stamp.now - backdating)), ("NotOnOrAfter", end)],
                    [
                        XMLNode(
                            Namespace.saml2("AudienceRestriction"), [],
                            details.audiences.map { XMLNode(Namespace.saml2("Audience"), text: $0) })
                    ]),
                XMLNode(
                    Namespace.saml2("AuthnStatement"), [("AuthnInstant", Instant.write(details.authenticatedAt))],
                    [context]),
                details.attributes.isEmpty
                    ? nil : XMLNode(Namespace.saml2("AttributeStatement"), [], details.attributes),
            ])
    }

    /// `saml2p:Status`: the codes from the outermost to the innermost, and a text for operators.
    static func status(_ codes: [String], _ message: String) -> XMLNode {
        let code = codes.reversed().reduce(nil as XMLNode?) { inner, value in
            XMLNode(Namespace.saml2p("StatusCode"), [("Value", value)], [inner])
        }
        return XMLNode(
            Namespace.saml2p("Status"), [], [code, XMLNode(Namespace.saml2p("StatusMessage"), text: message)])
    }
}
