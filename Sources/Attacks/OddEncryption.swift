// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import SAML
import XMLSecurity

/// `xenc:EncryptedData` made by hand: as it should be, until something in it is changed.
struct OddEncryption: Sendable {
    /// What EncryptionMethod says.
    var cipher = ContentCipher.aes256GCM.uri
    /// The content key.
    var key: [UInt8]
    var type: String? = "http://www.w3.org/2001/04/xmlenc#Element"
    /// From key and plain octets.
    var seals: @Sendable ([UInt8], [UInt8]) throws -> [UInt8] = { key, plain in
        BareAES(key: key).gcm(plain, iv: try randomBytes(12))
    }
    var transport = OddTransport()

    init() throws { key = try randomBytes(32) }

    func data(_ plain: [UInt8], for recipient: Certificate) throws -> XMLNode {
        XMLNode(
            Namespace.xenc("EncryptedData"), [("Type", type)],
            [
                XMLNode(Namespace.xenc("EncryptionMethod"), [("Algorithm", cipher)]),
                XMLNode(Namespace.ds("KeyInfo"), [], [try transport.encryptedKey(key, for: recipient)]),
                .cipherData(try seals(key, plain)),
            ])
    }
}

/// How a content key reaches an RSA key: OAEP over SHA-256 without a label, until something in it is changed.
struct OddTransport: Sendable {
    typealias Hash = @Sendable ([UInt8]) -> [UInt8]

    /// What EncryptionMethod says.
    var method = AlgorithmURI.rsaOAEP
    var digestURI: String? = OAEPHash.sha256.digestURI
    var maskURI: String? = OAEPHash.sha256.mgfURI
    var labelText: String?
    /// What is done.
    var digest: Hash = DigestAlgorithm.sha256.hash
    var mask: Hash = DigestAlgorithm.sha256.hash
    var label: [UInt8] = []
    /// Instead of OAEP: from content key and length of the modulus.
    var pads: (@Sendable ([UInt8], Int) throws -> [UInt8])?

    func encryptedKey(_ key: [UInt8], for recipient: Certificate) throws -> XMLNode {
        let length = recipient.publicKey.modulusBits / 8
        let block = try pads?(key, length) ?? oaep(key, length)
        return XMLNode(
            Namespace.xenc("EncryptedKey"), [],
            [
                XMLNode(
                    Namespace.xenc("EncryptionMethod"), [("Algorithm", method)],
                    [
                        digestURI.map { XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", $0)]) },
                        labelText.map { XMLNode(Namespace.xenc("OAEPparams"), text: $0) },
                        maskURI.map { XMLNode(Namespace.xenc11("MGF"), [("Algorithm", $0)]) },
                    ]),
                .keyInfo(recipient), .cipherData(try recipient.publicKey.powered(block)),
            ])
    }

    /// EME-OAEP (RFC 8017 §7.1.1).
    private func oaep(_ message: [UInt8], _ length: Int) throws -> [UInt8] {
        let mark = digest(label)
        let filling = [UInt8](repeating: 0, count: length - message.count - 2 * mark.count - 2)
        let seed = try randomBytes(mark.count)
        let block = mark + filling + [1] + message
        let masked = zip(block, OddPSS.mgf1(seed, block.count, mask)).map { $0 ^ $1 }
        return [0] + zip(seed, OddPSS.mgf1(masked, seed.count, mask)).map { $0 ^ $1 } + masked
    }

    /// EME-PKCS1-v1_5 (RFC 8017 §7.2.1).
    static func pkcs1(_ message: [UInt8], _ length: Int) throws -> [UInt8] {
        [0, 2] + (try randomBytes(length - message.count - 3)).map { max($0, 1) } + [0] + message
    }
}

/// A content key that is agreed on P-256, made by hand.
struct OddAgreement: Sendable {
    /// The point of the originator: `04 ‖ X ‖ Y`.
    var point: [UInt8]
    /// What both sides compute from it.
    var secret: [UInt8]

    func encryptedKey(_ key: [UInt8], for recipient: Certificate) throws -> XMLNode {
        // The parts that are right come from a genuine one.
        var element = XMLNode(Namespace.saml2("EncryptedAssertion"))
        element = try element.encrypted(for: [Recipient(recipient)], cipher: .aes256GCM)
        guard var found = element.first("EncryptedKey") else { throw NothingToSpoil(name: "EncryptedKey") }
        try found.setText(of: "PublicKey", Base64.encode(point))
        let wrapping = DigestAlgorithm.sha256.hash([0, 0, 0, 1] + secret)
        try found.setText(of: "CipherValue", Base64.encode(BareAES(key: wrapping).wrap(key)))
        return found
    }
}

extension XMLNode {
    static func cipherData(_ octets: [UInt8]) -> XMLNode {
        XMLNode(Namespace.xenc("CipherData"), [], [XMLNode(Namespace.xenc("CipherValue"), text: Base64.encode(octets))])
    }
}

extension NodeAnswer {
    /// Our key that opens what is encrypted for us.
    var opener: TestKey { recipients.isEmpty ? .registered : .connectorEncryption }

    /// Encrypts by hand; `change` may spoil what is encrypted.
    mutating func encryptByHand(
        _ edit: @Sendable (inout OddEncryption) throws -> Void,
        _ change: @escaping @Sendable ([UInt8]) throws -> [UInt8] = { $0 }
    ) throws {
        var encryption = try OddEncryption()
        try edit(&encryption)
        let recipient = try opener.certificate()
        recipients = []
        editsContent = { [encryption] content in
            let data = try encryption.data(change(content.serialized()), for: recipient)
            content = XMLNode(Namespace.saml2("EncryptedAssertion"), [], [data])
        }
    }

    /// Encrypts as the product does, and changes the EncryptedAssertion.
    mutating func encrypt(_ edit: @escaping @Sendable (inout XMLNode) throws -> Void) throws {
        recipients = [try opener.recipient()]
        editsContent = edit
    }
}
