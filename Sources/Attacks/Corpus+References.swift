// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// A09 to A20: SignedInfo and its References, each signed by the peer's own key.
    static let references: [Sample] = {
        var samples = Samples()
        samples.signature("A09", "an empty Reference around an evil child", .signatureDigest) { recipe in
            recipe.reference = ""
            recipe.editsSignedInfo = { try $0.setText(of: "DigestValue", Base64.encode(sha256([]))) }
        }
        samples.document("A09", "a genuine signature by an empty Reference, taken to the evil root", .signatureDigest) {
            genuine in
            var recipe = genuine.recipe
            recipe.reference = ""
            return genuine.evil.inserting(try recipe.signature(over: genuine.bare), at: genuine.place)
        }
        samples.signature("A11", "two References, ours first", .signatureStructure) { recipe in
            recipe.editsSignedInfo = { $0 = $0.inserting(try reference(in: $0, to: ""), at: 3) }
        }
        samples.signature("A11", "two References, ours last", .signatureStructure) { recipe in
            recipe.editsSignedInfo = { $0 = $0.inserting(try reference(in: $0, to: "#_nowhere"), at: 2) }
        }
        samples.signature("A11", "the same Reference twice", .signatureStructure) { recipe in
            recipe.editsSignedInfo = { try $0.double("Reference") }
        }
        samples.signature("A11", "no Reference", .signatureStructure) { recipe in
            recipe.editsSignedInfo = { try $0.remove("Reference") }
        }
        samples.signature("A11", "a Manifest in place of the message", .signatureStructure) { recipe in
            recipe.reference = "#_manifest"
            recipe.editsSignature = {
                $0 = $0.appending(
                    XMLNode(
                        Namespace.ds("Object"), [],
                        [XMLNode(Namespace.ds("Manifest"), [("Id", "_manifest")])]))
            }
        }
        for type in ["Object", "Manifest", "SignatureProperties"] {
            samples.signature("A11", "a Reference that calls the message \(type)", .signatureReference) { recipe in
                recipe.editsSignedInfo = {
                    try $0.set("Type", of: "Reference", "http://www.w3.org/2000/09/xmldsig#" + type)
                }
            }
        }
        for name in ["SignedInfo", "SignatureValue", "KeyInfo"] {
            samples.signature("A12", "two \(name)", .signatureStructure) { recipe in
                recipe.editsSignature = { try $0.double(name) }
            }
        }
        samples.signature("A12", "an evil SignedInfo before the genuine one", .signatureStructure) { recipe in
            recipe.editsSignature = { signature in
                var evil = signature.children[0]
                try evil.set("URI", of: "Reference", "#" + Genuine.evilID)
                signature = signature.inserting(evil, at: 0)
            }
        }
        samples.document("A13", "the attacker's signature before the genuine one", .signatureRepeated) {
            $0.signed.inserting(try SignatureRecipe(.stranger, .rsaSHA512).signature(over: $0.bare), at: $0.place)
        }
        samples.document("A13", "the attacker's signature behind the genuine one", .signatureRepeated) {
            $0.signed.inserting(try SignatureRecipe(.stranger, .rsaSHA512).signature(over: $0.bare), at: $0.place + 1)
        }
        samples.document("A13", "the genuine signature twice", .signatureRepeated) {
            $0.signed.inserting($0.signature, at: $0.place)
        }
        samples.document("A13", "the genuine signature on the evil root, the attacker's beside it", .signatureRepeated)
        {
            $0.evilSigned.inserting(try SignatureRecipe(.stranger, .rsaSHA512).signature(over: $0.evil), at: $0.place)
        }
        for uri in ["#xpointer(/)", "#xpointer(id('ID'))", "#element(/1)", "#*"] {
            samples.signature("A14", "the Reference \(uri)", .signatureReference) { recipe in
                recipe.editsSignedInfo = { info in
                    let id = info.first("Reference")?["URI"].map { String($0.dropFirst()) } ?? ""
                    try info.set("URI", of: "Reference", uri.replacing("ID", with: id))
                }
            }
        }
        for (title, algorithm) in [
            ("XPath", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
            ("XPath Filter 2", "http://www.w3.org/2002/06/xmldsig-filter2"),
        ] {
            samples.signature("A14", "\(title) as a third transform", .signatureAlgorithm, .signatureStructure) {
                recipe in
                recipe.editsSignedInfo = { info in
                    try info.edit("Transforms") {
                        let path = XMLNode(
                            Namespace.ds("XPath"), text: "not(ancestor-or-self::*[local-name()='Status'])")
                        $0 = $0.appending(XMLNode(Namespace.ds("Transform"), [("Algorithm", algorithm)], [path]))
                    }
                }
            }
        }
        for uri in [
            "http://127.0.0.1:9/x", "https://puente.example.es/", "file:///etc/passwd", "data:text/xml,%3Cx/%3E",
            "cid:part", "//evil.example/x", "./x.xml",
        ] {
            samples.signature("A15", "the Reference \(uri)", .signatureReference) { $0.reference = uri }
        }
        samples.signature("A15", "a Reference without URI", .signatureReference, .signatureStructure) { recipe in
            recipe.editsSignedInfo = { try $0.set("URI", of: "Reference", nil) }
        }
        samples.signature("A15", "a RetrievalMethod to the web", .signatureValue) { recipe in
            recipe.key = .stranger
            recipe.editsSignature = { signature in
                try signature.edit("KeyInfo") {
                    $0.content = [
                        .node(XMLNode(Namespace.ds("RetrievalMethod"), [("URI", "http://127.0.0.1:9/key")]))
                    ]
                }
            }
        }
        for (title, algorithms) in transforms {
            samples.signature("A16", "transforms: \(title)", .signatureAlgorithm, .signatureStructure) { recipe in
                recipe.editsSignedInfo = { info in
                    let children = algorithms.map { XMLNode(Namespace.ds("Transform"), [("Algorithm", $0)]) }
                    try info.edit("Transforms") { $0.content = children.map { .node($0) } }
                    if children.isEmpty { try info.remove("Transforms") }
                }
            }
        }
        samples.signature("A16", "SignedInfo by inclusive canonicalisation", .signatureAlgorithm) { recipe in
            recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
            }
        }
        for (title, hidden) in [
            ("a message", XMLNode(Namespace.saml2p("Response"), [("ID", "_hidden")])),
            ("an identifier", XMLNode(Namespace("x", "urn:x")("Data"), [("Id", "_hidden")])),
            ("another SignedInfo", XMLNode(Namespace.ds("SignedInfo"))),
        ] {
            samples.document("A17", "\(title) hidden among what shows keys", .signatureStructure) { genuine in
                var signature = genuine.signature
                try signature.edit("KeyInfo") {
                    $0 = $0.appending(XMLNode(Namespace.ds("KeyValue"), [], [hidden]))
                }
                return genuine.bare.inserting(signature, at: genuine.place)
            }
        }
        samples.document("A17", "another signature inside, which the transform would leave out", .messageSchema) {
            genuine in
            try genuine.signing { root in
                try root.edit(genuine.role.isAnswer ? "Issuer" : "NameIDPolicy") {
                    $0 = $0.appending(genuine.signature)
                }
            }
        }
        samples.document("A17", "a signature within the signature", .signatureStructure, .signatureRepeated) {
            genuine in
            var signature = genuine.signature
            try signature.edit("KeyInfo") { $0 = $0.appending(genuine.signature) }
            return genuine.bare.inserting(signature, at: genuine.place)
        }
        for name in ["DigestValue", "SignatureValue"] {
            samples.octets("A18", "a comment within \(name)", .xmlCommentInText) {
                try $0.replacing("<ds:\(name)>", with: "<ds:\(name)>AA<!-- -->")
            }
            samples.octets("A18", "an instruction within \(name)", .xmlForbiddenNode) {
                try $0.replacing("<ds:\(name)>", with: "<ds:\(name)><?x y?>")
            }
            samples.octets("A18", "a CDATA section within \(name)", .xmlForbiddenNode) {
                try $0.replacing("<ds:\(name)>", with: "<ds:\(name)><![CDATA[AA]]>")
            }
        }
        let digests: [(String, [UInt8])] = [
            ("empty", []), ("of nothing", sha256([])), ("cut to one octet", [0]),
            ("of zeros", [UInt8](repeating: 0, count: 64)),
        ]
        for (title, value) in digests {
            samples.signature("A19", "a digest \(title)", .signatureDigest, .signatureStructure) { recipe in
                recipe.editsSignedInfo = { try $0.setText(of: "DigestValue", Base64.encode(value)) }
            }
        }
        samples.signature("A19", "no DigestValue", .signatureStructure) { recipe in
            recipe.editsSignedInfo = { try $0.remove("DigestValue") }
        }
        samples.signature("A20", "a PrefixList of forty prefixes", .signatureAlgorithm, .signatureStructure, .xmlLimit)
        {
            recipe in
            recipe.editsSignedInfo = { info in
                let list = (0..<40).map { "p\($0)" }.joined(separator: " ")
                try info.edit("Transforms") { transforms in
                    let inclusive = XMLNode(Namespace.ec("InclusiveNamespaces"), [("PrefixList", list)])
                    transforms.content = transforms.children.enumerated().map { index, child in
                        var child = child
                        if index == 1 { child.content = [.node(inclusive)] }
                        return .node(child)
                    }
                }
            }
        }
        samples.octets("A20", "a namespace slipped under a genuine PrefixList", .signatureDigest, on: [.gateway]) {
            try $0.replacing("http://eidas.europa.eu/attributes/naturalperson\"", with: "urn:evil\"")
        }
        return samples.all
    }()

    private static let transforms: [(String, [String])] = {
        let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
        let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
        return [
            ("none", []), ("enveloped alone", [enveloped]), ("canonicalisation alone", [exclusive]),
            ("in the other order", [exclusive, enveloped]), ("one too many", [enveloped, exclusive, exclusive]),
            ("two enveloped", [enveloped, enveloped, exclusive]), ("one unknown", [enveloped, exclusive, "urn:none"]),
            ("Base64", [enveloped, "http://www.w3.org/2000/09/xmldsig#base64"]),
            ("XSLT", [enveloped, "http://www.w3.org/TR/1999/REC-xslt-19991116"]),
            ("with comments", [enveloped, exclusive + "WithComments"]),
            ("inclusive", [enveloped, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"]),
            ("decryption", [enveloped, "http://www.w3.org/2002/07/decrypt#XML", exclusive]),
        ]
    }()

    /// The Reference of a SignedInfo, to something else.
    private static func reference(in info: XMLNode, to uri: String) throws -> XMLNode {
        guard var reference = info.first("Reference") else { throw NothingToSpoil(name: "Reference") }
        reference.set("URI", uri)
        return reference
    }

    static func sha256(_ octets: [UInt8]) -> [UInt8] { DigestAlgorithm.sha256.hash(octets) }
}
