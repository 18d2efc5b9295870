// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// D09: agreement on our key on P-256.
    static let agreements: [Sample] = {
        var samples = Samples()
        let zero = [UInt8](repeating: 0, count: 32)
        /// Of the order 2 on a curve that differs from P-256 in its last term: the agreed secret is its X, or nothing.
        let points: [(String, [UInt8], [UInt8])] = [
            ("a point of order two on another curve", [4] + zero.dropLast() + [2] + zero, zero.dropLast() + [2]),
            ("a point of zeros", [4] + zero + zero, zero), ("the point at infinity", [0], zero),
            ("a point without its Y", [2] + zero.dropLast() + [5], zero.dropLast() + [5]),
            ("a point with a coordinate of the field's size", [4] + prime + zero, zero),
            ("half a point", [4] + zero, zero),
            ("nothing as a point", [], zero),
        ]
        for (title, point, secret) in points {
            samples.answer("D09", title, .encryptionFailed, on: [.connector]) { answer in
                answer.recipients = []
                answer.editsContent = { content in
                    let (recipient, key) = (try RingKey.agreement.pair().certificate, try randomBytes(32))
                    let encrypted = try OddAgreement(point: point, secret: secret).encryptedKey(key, for: recipient)
                    let data = XMLNode(
                        Namespace.xenc("EncryptedData"), [("Type", xenc + "Element")],
                        [
                            XMLNode(Namespace.xenc("EncryptionMethod"), [("Algorithm", ContentCipher.aes256GCM.uri)]),
                            XMLNode(Namespace.ds("KeyInfo"), [], [encrypted]),
                            .cipherData(BareAES(key: key).gcm(content.serialized(), iv: try randomBytes(12))),
                        ])
                    content = XMLNode(Namespace.saml2("EncryptedAssertion"), [], [data])
                }
            }
        }
        func edited(_ title: String, _ rule: Rule, edit: @escaping @Sendable (inout XMLNode) throws -> Void) {
            samples.answer("D09", title, rule, on: [.connector]) {
                $0.recipients = [try Recipient(RingKey.agreement.pair().certificate)]
                $0.editsContent = edit
            }
        }
        edited("a point on P-384 under the name of P-256", .encryptionFailed) {
            let other = try XMLNode(Namespace.saml2("Assertion")).encrypted(
                for: [TestKey.p384.recipient()], cipher: .aes256GCM)
            try $0.setText(of: "PublicKey", other.first("PublicKey")?.text ?? "")
        }
        edited("another curve that is allowed", .encryptionFailed) {
            try $0.set("URI", of: "NamedCurve", Curve.brainpoolP256r1.urn)
        }
        edited("a curve that is not allowed", .encryptionAlgorithm) {
            try $0.set("URI", of: "NamedCurve", "urn:oid:1.3.132.0.10")
        }
        edited("no curve", .encryptionAlgorithm) { try $0.remove("NamedCurve") }
        edited("no key of the originator", .encryptionStructure) { try $0.remove("OriginatorKeyInfo") }
        for (title, value, rule): (String, String, Rule) in [
            ("another party in the derivation", "0041", .encryptionFailed),
            ("half an octet in the derivation", "0741", .encryptionStructure),
            ("no hexadecimal in the derivation", "zz", .encryptionStructure),
            ("a derivation from kilobytes", String(repeating: "00", count: 2_000), .encryptionStructure),
        ] {
            edited(title, rule) { try $0.set("PartyUInfo", of: "ConcatKDFParams", value) }
        }
        edited("a derivation over SHA-1", .encryptionAlgorithm) {
            try $0.edit("ConcatKDFParams") { try $0.set("Algorithm", of: "DigestMethod", OAEPHash.sha1.digestURI) }
        }
        edited("PBKDF2 for the derivation", .encryptionAlgorithm) {
            try $0.set("Algorithm", of: "KeyDerivationMethod", "http://www.w3.org/2009/xmlenc11#pbkdf2")
        }
        edited("no derivation", .encryptionAlgorithm) { try $0.remove("KeyDerivationMethod") }
        edited("an agreement with a static key", .encryptionAlgorithm) {
            try $0.set("Algorithm", of: "AgreementMethod", xenc + "dh")
        }
        edited("another wrap than the key was made for", .encryptionFailed) {
            try $0.edit("EncryptedKey") { try $0.set("Algorithm", of: "EncryptionMethod", KeyWrap.aes128.rawValue) }
        }
        edited("a wrap with Triple DES", .encryptionAlgorithm) {
            try $0.edit("EncryptedKey") { try $0.set("Algorithm", of: "EncryptionMethod", xenc + "kw-tripledes") }
        }
        edited("a changed octet in the wrapped key", .encryptionFailed) {
            try changeKey(in: &$0) { $0.dropLast() + [($0.last ?? 0) ^ 1] }
        }
        edited("a wrapped key of one block", .encryptionFailed) { try changeKey(in: &$0) { Array($0.prefix(16)) } }
        edited("RSA named for a key on a curve", .encryptionFailed) {
            try $0.edit("EncryptedKey") { key in
                let method = XMLNode(
                    Namespace.xenc("EncryptionMethod"), [("Algorithm", AlgorithmURI.rsaOAEP)],
                    [
                        XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", OAEPHash.sha256.digestURI)]),
                        XMLNode(Namespace.xenc11("MGF"), [("Algorithm", OAEPHash.sha256.mgfURI)]),
                    ])
                try key.edit("EncryptionMethod") { $0 = method }
            }
        }
        return samples.all
    }()

    /// Of the field of P-256.
    private static let prime: [UInt8] =
        [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 12) + [UInt8](repeating: 0xFF, count: 12)
}
