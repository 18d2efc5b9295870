// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Base64 and DEFLATE")
struct CodingTests {
    @Test("Base64 survives the trip", arguments: 0..<200)
    func base64(length: Int) {
        var random = Seeded(length)
        let octets = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = Base64.encode(octets)
        #expect(Base64.decode(text) == octets)
        #expect(Base64.decode(text.wrapped(at: 76)) == octets)
        #expect(text.utf8.count == (length + 2) / 3 * 4)
    }

    @Test(
        "What is not Base64 is refused",
        arguments: [
            "A", "AA", "AAA", "AA=", "AA===", "AAA==", "A===", "====", "=", "AAAA=", "AA==AAAA", "AA= =", "AA=\n=",
            "A=AA", "QQ==QQ==",
            "AAA-", "AAA_",
            "AAA\u{B}", "AAA.", "AAA\u{A0}A", "AB==", "AAB=", "ÁAAA", "AAAA\u{0}", "%41%41", "AA\u{FEFF}AA",
        ])
    func badBase64(text: String) { #expect(Base64.decode(text) == nil) }

    @Test(
        "White space of XML may stand anywhere",
        arguments: [" QUJD", "Q U\tJ\r\nD", "QUI =", "QQ ==", "QQ==\r\n", "QUJD\n", " \n"])
    func whiteSpace(text: String) {
        let bare = String(text.filter { !$0.isWhitespace })
        #expect(Base64.decode(text) != nil && Base64.decode(text) == Base64.decode(bare))
    }

    @Test("DEFLATE survives the trip", arguments: [0, 1, 100, 5_000, 100_000])
    func deflate(length: Int) throws {
        let octets = (0..<length).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let packed = try #require(Deflate.deflate(octets))
        #expect(Deflate.inflate(packed, limit: max(length, 1)) == octets)
        #expect(length == 0 || Deflate.inflate(packed, limit: length - 1) == nil)
        #expect(Deflate.inflate(packed + [0], limit: 200_000) == nil)
        #expect(Deflate.inflate(Array(packed.dropLast()), limit: 200_000) == nil)
    }

    @Test("A bomb stops at the limit")
    func bomb() throws {
        let packed = try #require(Deflate.deflate([UInt8](repeating: 65, count: 4 << 20)))
        #expect(packed.count < 10_000)
        #expect(Deflate.inflate(packed, limit: 131_072) == nil)
    }

    @Test(
        "What is not DEFLATE is refused",
        arguments: [[], [0xFF], [0x78, 0x9C, 0x03, 0x00], Array("<a/>".utf8)] as [[UInt8]])
    func noDeflate(octets: [UInt8]) { #expect(Deflate.inflate(octets, limit: 1000) == nil) }

    @Test("Digests are those of FIPS 180-4")
    func digests() {
        #expect(
            DigestAlgorithm.sha256.hash(Array("abc".utf8)).hexadecimal
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(DigestAlgorithm.sha384.hash([]).hexadecimal.hasPrefix("38b060a751ac96384cd9327eb1b1e36a"))
        #expect(DigestAlgorithm.sha512.hash([]).hexadecimal.hasPrefix("cf83e1357eefb8bdf1542850d66d8007"))
    }
}

@Suite("Keyed digests")
struct KeyedDigestTests {
    /// RFC 4231 §4.2, §4.3 and §4.7: keys shorter and longer than a block.
    @Test(
        "HMAC, by the vectors of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func vectors(key: [UInt8], text: String, digest: String) {
        #expect(DigestAlgorithm.sha256.hash(Array(text.utf8), keyed: key).hexadecimal == digest)
    }

    @Test("With SHA-512 the block is longer")
    func long() {
        #expect(
            DigestAlgorithm.sha512.hash(Array("what do ya want for nothing?".utf8), keyed: Array("Jefe".utf8))
                .hexadecimal
                == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        )
    }
}

@Suite("Secrets")
struct SecretComparisonTests {
    @Test("Two are the same if every octet is")
    func same() {
        #expect(isSameSecret("", "") && isSameSecret("0f1e", "0f1e"))
        for other in ["", "0f1", "0f1e0", "1f1e", "0f1f"] { #expect(!isSameSecret("0f1e", other)) }
    }
}
