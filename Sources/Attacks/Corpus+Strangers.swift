// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// C02 to C04, C06: signed by the attacker, and what KeyInfo says of it.
    static let strangers: [Sample] = {
        var samples = Samples()
        /// The attacker's document, signed with his key.
        func forged(
            _ id: String, _ title: String, _ rule: Rule,
            edit: @escaping @Sendable (inout SignatureRecipe, Certificate) throws -> Void
        ) {
            samples.document(id, title, rule) { genuine in
                try genuine.signing(genuine.evil) {
                    let certificate = try $0.key.certificate()
                    $0.key = .stranger
                    try edit(&$0, certificate)
                }
            }
            samples.metadata(id, title, .metadataSignature) { genuine in
                try genuine.signing(genuine.evil) {
                    let certificate = try $0.key.certificate()
                    $0.key = .stranger
                    try edit(&$0, certificate)
                }
            }
        }
        forged("C02", "a stranger's key, shown", .signatureKeyUnknown) { _, _ in }
        forged("C02", "a stranger's key, and no KeyInfo", .signatureValue) { recipe, _ in
            recipe.shown = []
        }
        forged("C02", "a stranger's key as KeyValue", .signatureValue) { recipe, _ in
            recipe.editsSignature = { try $0.edit("KeyInfo") { try $0 = keyInfo(keyValue(.stranger)) } }
        }
        forged("C02", "a stranger's key as DEREncodedKeyValue", .signatureValue) { recipe, _ in
            recipe.editsSignature = {
                let key = Base64.encode(try TestKey.stranger.certificate().publicKeyInfo)
                try $0.edit("KeyInfo") { $0 = keyInfo(XMLNode(Namespace.dsig11("DEREncodedKeyValue"), text: key)) }
            }
        }
        forged("C02", "a stranger's key behind an address", .signatureValue) { recipe, _ in
            recipe.editsSignature = {
                let retrieval = XMLNode(Namespace.ds("RetrievalMethod"), [("URI", Genuine.evilAddress + "key")])
                try $0.edit("KeyInfo") { $0 = keyInfo(retrieval) }
            }
        }
        forged("C02", "a stranger's key under the name of the registered one", .signatureValue) {
            recipe, registered in
            recipe.editsSignature = {
                try $0.edit("KeyInfo") { $0 = keyInfo(XMLNode(Namespace.ds("KeyName"), text: registered.subject)) }
            }
        }
        forged("C03", "the registered certificate shown, another key", .signatureValue) { $0.shown = [$1] }
        forged("C03", "the attacker's certificate, then the registered one", .signatureValue) {
            $0.shown = [try TestKey.stranger.certificate(), $1]
        }
        forged("C03", "the registered certificate, then the attacker's", .signatureValue) {
            $0.shown = [$1, try TestKey.stranger.certificate()]
        }
        forged("C03", "issuer and serial number of the registered certificate", .signatureValue) {
            recipe, registered in
            recipe.editsSignature = {
                let serial = XMLNode(
                    Namespace.ds("X509IssuerSerial"), [],
                    [
                        XMLNode(Namespace.ds("X509IssuerName"), text: registered.issuer),
                        XMLNode(Namespace.ds("X509SerialNumber"), text: registered.serialNumber),
                    ])
                try $0.edit("KeyInfo") { $0 = keyInfo(XMLNode(Namespace.ds("X509Data"), [], [serial])) }
            }
        }
        forged("C03", "a leaf that says it was issued by the registered certificate", .signatureKeyUnknown) {
            $0.shown = [try leaf(under: $1)]
        }
        forged("C03", "such a leaf, then the registered certificate", .signatureValue) {
            $0.shown = [try leaf(under: $1), $1]
        }
        forged("C04", "a clone with the same subject, issuer and serial number", .signatureKeyUnknown) {
            $0.shown = [try clone(of: $1, for: &$0)]
        }
        forged("C04", "a leaf under a clone, then the clone", .signatureKeyUnknown) {
            let clone = try clone(of: $1, for: &$0)
            $0.shown = [try leaf(under: clone, by: $0.key), clone]
        }
        forged("C04", "the clone, then the registered certificate", .signatureValue) {
            $0.shown = [try clone(of: $1, for: &$0), $1]
        }
        forged("C06", "a certificate that nobody can read", .signatureKeyUnknown) {
            recipe, _ in
            recipe.editsSignature = { try $0.setText(of: "X509Certificate", Base64.encode([0x30, 0x82, 0xFF, 0xFF])) }
        }
        forged("C06", "the registered certificate, cut in the middle", .signatureKeyUnknown) { recipe, registered in
            recipe.editsSignature = {
                try $0.setText(of: "X509Certificate", Base64.encode(Array(registered.der.prefix(300))))
            }
        }
        forged("C06", "the registered certificate with octets behind it", .signatureKeyUnknown) { recipe, registered in
            recipe.editsSignature = { try $0.setText(of: "X509Certificate", Base64.encode(registered.der + [0])) }
        }
        forged("C06", "a certificate that is no Base64", .signatureStructure) { recipe, _ in
            recipe.editsSignature = { try $0.setText(of: "X509Certificate", "%%%") }
        }
        forged("C06", "a certificate that is empty", .signatureStructure) { recipe, _ in
            recipe.editsSignature = { try $0.setText(of: "X509Certificate", "") }
        }
        forged("C06", "a public key whose modulus is zero", .signatureKeyUnknown) { recipe, _ in
            let key = keyValue([0], exponent: [0])
            let shown = try Certificate.over(keyValue: XMLTree(parsing: key.serialized()).root)
            recipe.shown = [shown].compactMap(\.self)
        }
        forged("C06", "fifty certificates", .xmlLimit) {
            $0.shown = [Certificate](repeating: try TestKey.stranger.certificate(), count: 49) + [$1]
        }
        return samples.all
    }()

    // MARK: Making them

    private static func keyInfo(_ child: XMLNode) -> XMLNode { XMLNode(Namespace.ds("KeyInfo"), [], [child]) }

    private static func keyValue(_ key: TestKey) throws -> XMLNode {
        // It ends in the modulus and the exponent 65537.
        keyValue(Array(try key.certificate().publicKeyInfo.dropLast(5).suffix(384)), exponent: [1, 0, 1])
    }

    private static func keyValue(_ modulus: [UInt8], exponent: [UInt8]) -> XMLNode {
        let numbers = [("Modulus", modulus), ("Exponent", exponent)].map { name, octets in
            XMLNode(Namespace.ds(name), text: Base64.encode(octets))
        }
        return XMLNode(Namespace.ds("KeyValue"), [], [XMLNode(Namespace.ds("RSAKeyValue"), [], numbers)])
    }

    /// A certificate of the attacker with that one as its issuer.
    static func leaf(under issuer: Certificate, by key: TestKey = .stranger) throws -> Certificate {
        try TestKey.stranger.key().certify(
            commonName: "Leaf", usage: .signing, from: issuer.notBefore, until: issuer.notAfter,
            by: (key.key(), issuer))
    }

    /// Over a key of the same size, which signs from here on.
    private static func clone(of certificate: Certificate, for recipe: inout SignatureRecipe) throws -> Certificate {
        if certificate.publicKey.modulusBits == 2048 { recipe.key = .rsa2048b }
        return try certificate.cloned(over: recipe.key)
    }
}
