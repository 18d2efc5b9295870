// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import XMLSecurity

extension Corpus {
    /// E11: who somebody is, and by what.
    static let identities: [Sample] = {
        var samples = Samples()
        identifiers(&samples)
        certificates(&samples)
        return samples.all
    }()

    private static func identifiers(_ samples: inout Samples) {
        let abroad: [(String, Rule)] = [
            ("0123456789", .identifierInvalid), ("DE/0123456789", .identifierInvalid), ("DE/ES/", .identifierInvalid),
            ("DE/ES/0123 4567", .identifierInvalid), ("de/es/0123456789", .identifierInvalid),
            ("DE\u{2215}ES\u{2215}0123456789", .identifierInvalid), ("//0123456789", .identifierInvalid),
            ("FR/ES/0123456789", .identifierCountry), ("DE/FR/0123456789", .identifierCountry),
            ("ES/DE/0123456789", .identifierCountry), ("ES/ES/00000000T", .identifierCountry),
        ]
        for (text, rule) in abroad {
            samples.assertion("E11", "identifier \(text)", rule, on: [.connector]) {
                try $0.setAttribute("PersonIdentifier", text)
            }
        }
        let atHome: [(String, Rule)] = [
            ("00000000A", .identifierInvalid), ("000000000T", .identifierInvalid), ("B00000000", .identifierInvalid),
            ("٠٠٠٠٠٠٠٠T", .identifierInvalid), ("00000000T00000000T", .identifierInvalid),
            ("ES/ES/00000000A", .identifierInvalid), ("DE/ES/00000000T", .identifierCountry),
            ("FR/FR/00000000T", .identifierCountry),
        ]
        for (text, rule) in atHome {
            samples.assertion("E11", "identifier \(text)", rule, on: [.service]) {
                try $0.setAttribute("PersonIdentifier", text)
            }
        }
        samples.assertion("E11", "another RelayState among the attributes", .relayStateChanged, on: [.service]) {
            try $0.setAttribute("RelayState", "another")
        }
    }

    /// What the gateway says of the method and of the certificate.
    private static func certificates(_ samples: inout Samples) {
        for method in ["", "NONE", "AFIRMA IDP_MOVIL", "EIDAS", "afirma"] {
            samples.assertion("E11", "the method \"\(method)\"", .responseMethod, .attributeInvalid, on: [.service]) {
                try $0.setAttribute("SelectedIdP", method)
            }
        }
        samples.assertion("E11", "no method", .responseMethod, on: [.service]) { try $0.removeAttribute("SelectedIdP") }
        samples.assertion("E11", "a certificate of which nothing is said", .responsePartialAfirma, on: [.service]) {
            try $0.removeAttribute("PartialAfirma")
        }
        let fields: [(String, KeyValuePairs<String, String?>, Rule)] = [
            ("of somebody else", ["clasificacion": "0", "NIF-CIF": "00000001R"], .responsePartialAfirma),
            ("of a number that is none", ["clasificacion": "0", "NIF-CIF": "x"], .responsePartialAfirma),
            (
                "of a class of nobody", ["clasificacion": "99", "NIFResponsable": "00000000T"],
                .responseCertificateClass
            ),
            ("of no class", ["NIFResponsable": "00000000T"], .responseCertificateClass),
        ]
        for (title, fields, rule) in fields {
            samples.assertion(
                "E11", "a certificate \(title)", rule, .responsePartialAfirma, on: [.service]
            ) { try $0.setAttribute("PartialAfirma", TestPerson.partialAfirma(fields)) }
        }
        samples.assertion("E11", "a certificate that is no text", .responsePartialAfirma, on: [.service]) {
            try $0.setAttribute("PartialAfirma", "***")
        }
        samples.assertion("E11", "a certificate in a document type", .responsePartialAfirma, on: [.service]) {
            try $0.setAttribute(
                "PartialAfirma",
                Base64.encode(Array("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><x>&y;</x>".utf8)))
        }
    }
}
