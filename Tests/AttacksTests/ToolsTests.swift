// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@testable import Attacks

/// What attackers make by hand must be right but for what is wrong on purpose: else it is refused for another reason.
@Suite("Tools of attackers")
struct ToolsTests {
    @Test("Old digests are those of RFC 1321 and RFC 3174", arguments: ["abc", String(repeating: "x", count: 119)])
    func digests(text: String) {
        let known = [
            "abc": ("900150983cd24fb0d6963f7d28e17f72", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            String(repeating: "x", count: 119): (
                "ab347a5f68c8a443cfcddc633f12c24f", "4300320394f7ee239bcdce7d3b8bcee173a0cd5c"
            ),
        ]
        #expect(OldDigest.md5(Array(text.utf8)).hexadecimal == known[text]?.0)
        #expect(OldDigest.sha1(Array(text.utf8)).hexadecimal == known[text]?.1)
    }

    @Test(
        "AES is that of FIPS 197 appendix C",
        arguments: [
            (16, "69c4e0d86a7b0430d8cdb78070b4c55a"), (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (32, "8ea2b7ca516745bfeafc49904b496089"),
        ])
    func aes(length: Int, cipher: String) {
        let block = (0..<16).map { UInt8($0 * 17) }
        #expect(BareAES(key: (0..<length).map { UInt8($0) }).encrypt(block).hexadecimal == cipher)
    }

    static func opened(_ data: XMLNode, by key: DecryptionKey) throws -> [UInt8] {
        let holder = XMLNode(Namespace.saml2("EncryptedAssertion"), [], [data])
        let root = try XMLTree(parsing: holder.serialized()).root
        return try EncryptedElement(in: root, policy: EncryptionPolicy(allowsOldKeyTransport: true)).open(with: [key])
    }

    @Test("What is encrypted by hand opens")
    func opening() throws {
        let plain = Array("<a>so etwas</a>".utf8)
        for edit in Self.sound {
            var encryption = try OddEncryption()
            edit(&encryption)
            let data = try encryption.data(plain, for: TestKey.connectorEncryption.certificate())
            #expect(try Self.opened(data, by: TestKey.connectorEncryption.decryption()) == plain)
        }
    }

    static let sound: [@Sendable (inout OddEncryption) -> Void] = [
        { _ in },
        {
            $0.transport.method = AlgorithmURI.rsaOAEPMGF1P
            ($0.transport.digestURI, $0.transport.digest) = (OAEPHash.sha1.digestURI, OldDigest.sha1)
            ($0.transport.maskURI, $0.transport.mask) = (nil, OldDigest.sha1)
        },
        { ($0.transport.digestURI, $0.transport.digest) = (OAEPHash.sha512.digestURI, DigestAlgorithm.sha512.hash) },
        { ($0.key, $0.cipher) = (Array($0.key.prefix(16)), ContentCipher.aes128GCM.uri) },
    ]

    @Test("A key that is agreed by hand opens")
    func agreement() throws {
        // The generator, which is the public key of 1: the secret is X of the other public key.
        let generator: [UInt8] = Self.octets(
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
        )
        let pair = try RingKey.agreement.pair()
        let point = pair.certificate.publicKeyInfo.suffix(64)
        let agreed = OddAgreement(point: generator, secret: Array(point.prefix(32)))
        let (key, plain) = (try randomBytes(32), Array("<a/>".utf8))
        let data = XMLNode(
            Namespace.xenc("EncryptedData"), [],
            [
                XMLNode(Namespace.xenc("EncryptionMethod"), [("Algorithm", ContentCipher.aes256GCM.uri)]),
                XMLNode(Namespace.ds("KeyInfo"), [], [try agreed.encryptedKey(key, for: pair.certificate)]),
                .cipherData(BareAES(key: key).gcm(plain, iv: try randomBytes(12))),
            ])
        #expect(try Self.opened(data, by: DecryptionKey(key: pair.key, certificate: pair.certificate)) == plain)
    }

    static func octets(_ hexadecimal: String) -> [UInt8] {
        stride(from: 0, to: hexadecimal.count, by: 2).compactMap {
            UInt8(hexadecimal.dropFirst($0).prefix(2), radix: 16)
        }
    }

    @Test("PSS made by hand is valid, and so is what spare keys sign")
    func signing() throws {
        let root = XMLNode(Namespace.saml2p("Response"), [("ID", "_a")])
        var recipe = SignatureRecipe(.country, .pssSHA256)
        recipe.signs = { try TestKey.country.key().sign($0, OddPSS()) }
        try Self.verify(recipe.sign(root, behind: 0), trusting: TestKey.country.certificate())
        for spare in SpareKey.allCases where ![.secp256k1, .exponent, .shortest].contains(spare) {
            try recipe.use(spare)
            try Self.verify(recipe.sign(root, behind: 0), trusting: spare.pair().certificate)
        }
    }

    static func verify(_ node: XMLNode, trusting certificate: Certificate) throws {
        let policy = SignaturePolicy(algorithms: Set(SignatureAlgorithm.allCases), minimumRSABits: 1024)
        _ = try XMLTree(parsing: node.serialized()).root.verifySignature(
            trusting: [certificate], policy: policy, confirmedBy: nil)
    }

    @Test("A clone looks like its original, is sound, and has another key")
    func clones() throws {
        let original = try TestKey.country.certificate()
        let clone = try original.cloned(over: .stranger)
        #expect(clone.subject == original.subject && clone.issuer == original.issuer)
        #expect(clone.serialNumber == original.serialNumber)
        #expect(clone.publicKeyInfo == (try TestKey.stranger.certificate().publicKeyInfo))
        #expect(clone.signatureDigestBits == 256)
        #expect(try SpareKey.sha1.pair().certificate.signatureDigestBits == 160)
    }
}
