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
