// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

extension MockState {
    /// Its EntityDescriptor, signed with the key that also signs its answers.
    ///
    /// - Spec: eIDAS SAML Message Format 1.4 §2.1.1; eIDAS dossier §4.3.
    func metadata(id: String, validUntil: Date) throws(XMLFault) -> [UInt8] {
        let document = XMLNode(
            Namespace.md("EntityDescriptor"),
            [("ID", id), ("entityID", entityID.rawValue), ("validUntil", Instant.write(validUntil))],
            mentioning: [.xs], [extensions, role, organization, contact("support"), contact("technical")])
        return Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
            + (try document.signed(by: signer(), behind: 0).serialized())
    }

    private var extensions: XMLNode {
        let attributes = XMLNode(
            Namespace.mdattr("EntityAttributes"), [],
            [
                entityAttribute(SAMLURI.protocolVersion, ["1.4.1", "1.4", "1.3", "1.2"]),
                entityAttribute(SAMLURI.applicationIdentifier, ["Puente:mock-europe:1"]),
                entityAttribute(
                    SAMLURI.assuranceCertification,
                    profile.levels.map { "http://eidas.europa.eu/LoA/" + $0.rawValue }),
            ])
        return XMLNode(Namespace.md("Extensions"), [], [attributes])
    }

    private var role: XMLNode {
        let country = XMLNode(Namespace.eidas("NodeCountry"), text: profile.country.rawValue)
        let formats = [SAMLURI.persistent, SAMLURI.transient, SAMLURI.unspecified].map {
            XMLNode(Namespace.md("NameIDFormat"), text: $0)
        }
        let service = XMLNode(
            Namespace.md("SingleSignOnService"), [("Binding", SAMLURI.post), ("Location", singleSignOnService)])
        let attributes = profile.data.map { datum in
            XMLNode(
                Namespace.saml2("Attribute"),
                [("FriendlyName", datum.rawValue), ("Name", datum.uri), ("NameFormat", SAMLURI.nameFormatURI)])
        }
        return XMLNode(
            Namespace.md("IDPSSODescriptor"),
            [("WantAuthnRequestsSigned", "true"), ("protocolSupportEnumeration", SAMLURI.protocolSupport)],
            [
                XMLNode(Namespace.md("Extensions"), [], [country]),
                XMLNode(Namespace.md("KeyDescriptor"), [("use", "signing")], [.keyInfo(credential.certificate)]),
            ] + formats + [service] + attributes)
    }

    private var organization: XMLNode {
        let english: [(XMLName, String?)] = [(Namespace.xml("lang"), "en")]
        return XMLNode(
            Namespace.md("Organization"), [],
            [
                XMLNode(Namespace.md("OrganizationName"), english, text: "Mock \(profile.englishName)"),
                XMLNode(Namespace.md("OrganizationDisplayName"), english, text: "Mock \(profile.englishName)"),
                XMLNode(Namespace.md("OrganizationURL"), english, text: base),
            ])
    }

    private func contact(_ type: String) -> XMLNode {
        XMLNode(
            Namespace.md("ContactPerson"), [("contactType", type)],
            [
                XMLNode(Namespace.md("Company"), text: "Mock \(profile.englishName)"),
                XMLNode(Namespace.md("EmailAddress"), text: "mailto:eidas@\(profile.path).example"),
            ])
    }

    private func entityAttribute(_ name: String, _ values: [String]) -> XMLNode {
        XMLNode(
            Namespace.saml2("Attribute"), [("Name", name), ("NameFormat", SAMLURI.nameFormatURI)],
            values.map {
                XMLNode(
                    Namespace.saml2("AttributeValue"), [(Namespace.xsi("type"), "xs:string")], mentioning: [.xs],
                    text: $0)
            })
    }
}
