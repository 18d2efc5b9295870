// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML
import XMLSecurity

/// People as the national gateway describes them (Cl@ve dossier §3.6). All of them are invented.
extension TestPerson {
    /// Holds a certificate of class 0.
    public static let citizen = atHome(certificate: ["clasificacion": "0", "NIFResponsable": "00000000T"])
    /// Acts for a company by a certificate of class 11.
    public static let representative = atHome(certificate: [
        "clasificacion": "11", "NIF-CIF": "B00000000", "razonSocial": "EMPRESA FICTICIA SL",
        "numeroSerie": "1234567890", "NIFResponsable": "00000000T", "idEmisor": "CN=AC FICTICIA, C=ES",
    ])

    /// - Parameters:
    ///   - method: the value of SelectedIdP.
    ///   - certificate: what @firma says of a certificate, without which there is no PartialAfirma.
    public static func atHome(
        _ identifier: String = "00000000T", by method: String = "AFIRMA",
        certificate: KeyValuePairs<String, String?>? = nil
    ) -> TestPerson {
        var person = TestPerson(attributes: [
            .natural("CurrentFamilyName", "FamilyName", "EJEMPLO PRUEBA"),
            .natural("CurrentGivenName", "FirstName", "ANA"),
            .natural("PersonIdentifier", "PersonIdentifier", identifier), .clave("FirstSurname", "EJEMPLO"),
            .clave("SelectedIdP", method),
        ])
        if let certificate { person.attributes.append(.clave("PartialAfirma", partialAfirma(certificate))) }
        return person
    }

    /// What the gateway says of a certificate, as the value of the attribute.
    ///
    /// - Parameter isBroken: without the declarations of its prefixes, as the gateway once wrote it.
    public static func partialAfirma(_ fields: KeyValuePairs<String, String?>, isBroken: Bool = false) -> String {
        let declarations =
            isBroken
            ? ""
            : " xmlns:dss=\"urn:oasis:names:tc:dss:1.0:core:schema\" xmlns:afxp=\"urn:afirma:dss:1.0:profile:XSS:schema\""
        let readable = fields.map { name, value in
            "<afxp:ReadableField><afxp:FieldIdentity>\(name)</afxp:FieldIdentity>"
                + (value.map { "<afxp:FieldValue>\($0)</afxp:FieldValue>" } ?? "") + "</afxp:ReadableField>"
        }
        let document =
            "<Partial_Afirma_Response\(declarations)><afxp:ReadableCertificateInfo>" + readable.joined()
            + "</afxp:ReadableCertificateInfo></Partial_Afirma_Response>"
        return Base64.encode(Array(document.utf8))
    }
}

extension TestPerson.Attribute {
    /// One of the attributes of Cl@ve, which are all texts.
    public static func clave(_ name: String, _ text: String) -> Self {
        Self(
            namespace: Namespace("clave", "http://es.minhafp.clave"), name: name, friendly: name,
            values: [(text, true)], type: "xs:string")
    }
}
