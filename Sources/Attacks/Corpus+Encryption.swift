// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// D01 to D05; the others are in ``opened``.
    static let encryption: [Sample] = ciphers + transports + damaged + manyKeys + opened

    static let xenc = Namespace.xenc.uri

    /// D01: CBC, which tells by its padding what is inside.
    private static let ciphers: [Sample] = {
        var samples = Samples()
        func cbc(_ title: String, _ bits: Int, _ seal: @escaping @Sendable (BareAES, [UInt8], [UInt8]) -> [UInt8]) {
            samples.sealed("D01", title, .encryptionAlgorithm) {
                $0.cipher = xenc + "aes\(bits)-cbc"
                $0.key = try randomBytes(bits / 8)
                $0.seals = { seal(BareAES(key: $0), $1, try randomBytes(16)) }
            }
        }
        for bits in [128, 192, 256] { cbc("AES-\(bits) with CBC", bits) { $0.cbc($1, iv: $2) } }
        cbc("CBC with a padding that is too long", 128) { $0.cbc($1, iv: $2, padding: 17) }
        cbc("CBC with a padding of nothing", 128) { $0.cbc($1, iv: $2, padding: 0) }
        cbc("CBC with a changed octet in the last block but one", 128) { aes, plain, iv in
            var sealed = aes.cbc(plain, iv: iv)
            sealed[sealed.count - 17] ^= 1
            return sealed
        }
        cbc("CBC of half a block", 128) { $0.cbc($1, iv: $2).dropLast(8) }
        samples.sealed("D01", "GCM named, CBC made", .encryptionFailed) {
            $0.seals = { BareAES(key: $0).cbc($1, iv: try randomBytes(16)) }
        }
        samples.sealed("D01", "CBC named, GCM made", .encryptionAlgorithm) { $0.cipher = xenc + "aes256-cbc" }
        samples.sealed("D01", "no cipher", .encryptionAlgorithm) { $0.cipher = "" }
        for cipher in ["tripledes-cbc", "kw-aes256"] {
            samples.sealed("D01", "the name of \(cipher)", .encryptionAlgorithm) { $0.cipher = xenc + cipher }
        }
        samples.steps("D01", "whatever cannot be opened looks the same", .encryptionFailed, on: Role.answers) {
            attacker, role in
            try await attacker.compareFailures(role)
        }
        return samples.all
    }()

    /// D02, D03: how the content key travels.
    private static let transports: [Sample] = {
        var samples = Samples()
        func old(_ title: String, _ pads: @escaping @Sendable ([UInt8], Int) throws -> [UInt8]) {
            samples.sealed("D02", title, .encryptionAlgorithm) {
                ($0.transport.method, $0.transport.digestURI, $0.transport.maskURI) = (xenc + "rsa-1_5", nil, nil)
                $0.transport.pads = pads
            }
        }
        old("RSA v1.5", OddTransport.pkcs1)
        old("RSA v1.5 with a block as for signatures") { [0, 1] + (try OddTransport.pkcs1($0, $1)).dropFirst(2) }
        old("RSA v1.5 without a zero before the key") {
            Array((try OddTransport.pkcs1($0, $1)).map { max($0, 1) }).dropFirst() + [1]
        }
        old("RSA v1.5 with a key that is too long") { try OddTransport.pkcs1($0 + $0, $1) }
        samples.sealed("D02", "RSA v1.5 under the name of OAEP", .encryptionFailed) {
            $0.transport.pads = OddTransport.pkcs1
        }
        samples.sealed("D02", "no padding under the name of OAEP", .encryptionFailed) {
            $0.transport.pads = { [UInt8](repeating: 0, count: $1 - $0.count) + $0 }
        }

        func oaep(
            _ title: String, _ rule: Rule, on roles: [Role] = Role.answers,
            edit: @escaping @Sendable (inout OddTransport) -> Void
        ) {
            samples.sealed("D03", title, rule, on: roles) { edit(&$0.transport) }
        }
        oaep("rsa-oaep-mgf1p from a node without leave", .encryptionAlgorithm, on: [.connector]) {
            ($0.method, $0.digestURI, $0.maskURI) = (AlgorithmURI.rsaOAEPMGF1P, OAEPHash.sha1.digestURI, nil)
            ($0.digest, $0.mask) = (OldDigest.sha1, OldDigest.sha1)
        }
        oaep("a digest of SHA-1", .encryptionAlgorithm, on: [.connector]) {
            ($0.digestURI, $0.digest) = (OAEPHash.sha1.digestURI, OldDigest.sha1)
        }
        oaep("no digest, which means SHA-1", .encryptionAlgorithm, on: [.connector]) {
            ($0.digestURI, $0.digest) = (nil, OldDigest.sha1)
        }
        oaep("a mask over SHA-1", .encryptionAlgorithm, on: [.connector]) {
            ($0.maskURI, $0.mask) = (OAEPHash.sha1.mgfURI, OldDigest.sha1)
        }
        oaep("no mask, which means SHA-1", .encryptionAlgorithm, on: [.connector]) {
            ($0.maskURI, $0.mask) = (nil, OldDigest.sha1)
        }
        oaep("a digest of MD5", .encryptionAlgorithm) {
            ($0.digestURI, $0.digest) = ("http://www.w3.org/2001/04/xmldsig-more#md5", OldDigest.md5)
        }
        oaep("a mask that is none", .encryptionAlgorithm) { $0.maskURI = "http://www.w3.org/2009/xmlenc11#mgf1md5" }
        oaep("a label", .encryptionAlgorithm) {
            ($0.labelText, $0.label) = (Base64.encode(Array("label".utf8)), Array("label".utf8))
        }
        oaep("a label that is not named", .encryptionFailed) { $0.label = Array("label".utf8) }
        oaep("a label that is named and not used", .encryptionAlgorithm) { $0.labelText = "bGFiZWw=" }
        oaep("another digest than is named", .encryptionFailed) { $0.digest = DigestAlgorithm.sha512.hash }
        oaep("another mask than is named", .encryptionFailed) { $0.mask = DigestAlgorithm.sha384.hash }
        oaep("an algorithm that is none", .encryptionAlgorithm) { $0.method = "urn:x:rsa" }
        return samples.all
    }()

    /// D04.
    private static let damaged: [Sample] = {
        var samples = Samples()
        func gcm(_ title: String, _ rule: Rule = .encryptionFailed, _ change: @escaping @Sendable ([UInt8]) -> [UInt8])
        {
            samples.sealed("D04", title, rule) {
                let seals = $0.seals
                $0.seals = { change(try seals($0, $1)) }
            }
        }
        for count in [1, 4, 12, 15, 16] { gcm("a tag cut by \(count) octets") { $0.dropLast(count) } }
        gcm("a tag of zeros") { $0.dropLast(16) + [UInt8](repeating: 0, count: 16) }
        gcm("a changed tag") { $0.dropLast() + [($0.last ?? 0) ^ 1] }
        gcm("a changed IV") { [$0[0] ^ 1] + $0.dropFirst() }
        gcm("a changed octet") { $0.prefix(100) + [$0[100] ^ 0x20] + $0.dropFirst(101) }
        gcm("octets behind the tag") { $0 + [0] }
        gcm("IV and tag alone") { $0.prefix(12) + $0.suffix(16) }
        gcm("less than IV and tag") { Array($0.prefix(27)) }
        gcm("an IV alone") { Array($0.prefix(12)) }
        gcm("nothing", .encryptionStructure) { _ in [] }
        for length in [1, 8, 16] {
            samples.sealed("D04", "an IV of \(length) octets", .encryptionFailed) {
                $0.seals = { BareAES(key: $0).gcm($1, iv: try randomBytes(length)) }
            }
        }
        samples.sealed("D04", "no IV", .encryptionFailed) {
            $0.seals = { Array(BareAES(key: $0).gcm($1, iv: [UInt8](repeating: 0, count: 12)).dropFirst(12)) }
        }
        return samples.all
    }()

    /// D05.
    private static let manyKeys: [Sample] = {
        var samples = Samples()
        for (length, cipher) in [(16, ContentCipher.aes256GCM), (24, .aes256GCM), (32, .aes128GCM), (16, .aes192GCM)] {
            samples.sealed("D05", "a key of \(length) octets for \(cipher.name)", .encryptionFailed) {
                $0.key = try randomBytes(length)
                $0.cipher = cipher.uri
            }
        }
        for length in [0, 1, 31, 33, 64] {
            samples.sealed("D05", "a key of \(length) octets", .encryptionFailed) {
                $0.key = try randomBytes(length)
                // Sealed with what a reader might make of it.
                $0.seals = { key, plain in
                    let filled = Array((key + [UInt8](repeating: 0, count: 32)).prefix(32))
                    return BareAES(key: filled).gcm(plain, iv: try randomBytes(12))
                }
            }
        }
        func edited(_ title: String, _ rules: Rule..., edit: @escaping @Sendable (inout XMLNode) throws -> Void) {
            samples.answer("D05", title, rules) { try $0.encrypt(edit) }
        }
        edited("no EncryptedKey", .encryptionStructure) { try $0.remove("EncryptedKey") }
        edited("an EncryptedKey without a value", .encryptionStructure) {
            try $0.edit("EncryptedKey") { try $0.setText(of: "CipherValue", "") }
        }
        edited("an EncryptedKey cut by an octet", .encryptionFailed) { try changeKey(in: &$0) { $0.dropLast() } }
        edited("an EncryptedKey with a changed octet", .encryptionFailed) {
            try changeKey(in: &$0) { $0.dropLast() + [($0.last ?? 0) ^ 1] }
        }
        edited("an EncryptedKey of zeros", .encryptionFailed) {
            try changeKey(in: &$0) { [UInt8](repeating: 0, count: $0.count) }
        }
        edited("a key that is named for somebody else", .encryptionFailed) {
            let other = try TestKey.stranger.certificate().base64
            try $0.setText(of: "X509Certificate", other)
        }
        for (count, rule) in [
            (16, Rule.encryptionFailed), (17, .encryptionStructure), (1_000, .encryptionStructure), (4_000, .xmlLimit),
        ] {
            edited("\(count) keys, of which none opens", rule, .parameterTooLarge) { root in
                guard var key = root.first("EncryptedKey") else { throw NothingToSpoil(name: "EncryptedKey") }
                if count > 17 {
                    key = XMLNode(Namespace.xenc("EncryptedKey"))
                } else {
                    try key.remove("KeyInfo")
                    try key.setText(of: "CipherValue", Base64.encode([UInt8](repeating: 1, count: 256)))
                }
                try root.edit("KeyInfo") {
                    $0 = XMLNode(Namespace.ds("KeyInfo"), [], [XMLNode](repeating: key, count: count))
                }
            }
        }
        edited("a thousand EncryptedData", .encryptionStructure) { root in
            let data = XMLNode(Namespace.xenc("EncryptedData"))
            root = XMLNode(root.name, [], root.children + [XMLNode](repeating: data, count: 1_000))
        }
        return samples.all
    }()

    /// Changes the encrypted content key.
    static func changeKey(in root: inout XMLNode, _ change: ([UInt8]) -> [UInt8]) throws {
        try root.edit("EncryptedKey") { key in
            try key.edit("CipherValue") { $0.text = Base64.encode(change(Base64.decode($0.text) ?? [])) }
        }
    }
}

extension Samples {
    /// An answer whose assertion is encrypted by hand for our key.
    mutating func sealed(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.answers,
        edit: @escaping @Sendable (inout OddEncryption) throws -> Void
    ) {
        answer(id, title, rules, on: roles) { try $0.encryptByHand(edit) }
    }

    /// An answer whose assertion is something else before it is encrypted.
    mutating func plain(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.answers,
        change: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) {
        answer(id, title, rules, on: roles) { try $0.encryptByHand({ _ in }, change) }
    }
}
