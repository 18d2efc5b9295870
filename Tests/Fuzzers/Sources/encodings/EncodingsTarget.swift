// SPDX-License-Identifier: EUPL-1.2
import Foundation
import FuzzKit
import PuenteTestKit
import SAML

@testable import XMLSecurity

/// Base64, DEFLATE, hexadecimal, the escapes of forms, instants, and the two bindings that are made of them: each
/// undoes what it does, and reads what others read, no more.
enum EncodingsTarget: FuzzTarget {
    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        let texts = [
            "QUJD", "Q U\tJ\r\nD", "QQ==", "QUI=", "QUI =", "AB==", "A===", "2026-03-02T09:15:30.120Z",
            "2024-02-29T00:00:00+00:00", "a=1&b=%C3%B1+x&&c", "00ffA9",
            "SAMLRequest=PGEvPg%3D%3D&RelayState=x", "SAMLRequest=AwA%3D&SigAlg=a&Signature=AAAA",
        ]
        let message = try Vector.all(in: "requests").first { $0.name == "good-php" }?.message ?? []
        let packed = Deflate.deflate(message) ?? []
        let query = "SAMLRequest=" + Base64.encode(packed).replacing("+", with: "%2B") + "&SigAlg=urn:x&Signature=AAAA"
        let octets: [[UInt8]] = [
            packed, Array(Base64.encode(packed).utf8), Array(query.utf8),
            Deflate.deflate([UInt8](repeating: 65, count: 100_000)) ?? [], [3, 0], [1, 1, 0, 254, 255, 66],
        ]
        return (texts.map { Array($0.utf8) } + octets).enumerated().map { ("encoded-\($0.offset)", $0.element) }
    }

    static func run(_ octets: [UInt8]) throws {
        checkBase64(octets)
        checkHexadecimal(octets)
        checkDeflate(octets)
        guard let text = String(validating: octets, as: UTF8.self) else { return }
        checkEscapes(text)
        checkInstants(text)
        checkBindings(text)
    }

    private static func checkBase64(_ octets: [UInt8]) {
        let encoded = Base64.encode(octets)
        promise(encoded == Data(octets).base64EncodedString(), "Base64 is written as Foundation writes it")
        promise(Base64.decode(encoded) == octets, "Base64 reads what it wrote")
        func isSpace(_ octet: UInt8) -> Bool { " \t\r\n".utf8.contains(octet) }
        let bare = octets.filter { !isSpace($0) }
        // From the first sign of padding to the last octet that is no space.
        let padding = octets.drop { $0 != UInt8(ascii: "=") }.reversed().drop(while: isSpace)
        // Foundation reads some texts that nobody writes; those are not ours to read.
        let other = Data(base64Encoded: Data(bare)).map { Array($0) }.flatMap { decoded in
            Array(Data(decoded).base64EncodedString().utf8) == bare && !padding.contains(where: isSpace)
                ? decoded : nil
        }
        promise(Base64.decode(octets) == other, "Base64 is read as Foundation reads it, strictly")
        if let text = String(validating: octets, as: UTF8.self) {
            promise(Base64.decode(text) == other, "text and octets read alike")
        }
    }

    private static func checkHexadecimal(_ octets: [UInt8]) {
        promise([UInt8](hexadecimal: octets.hexadecimal.utf8) == octets, "hexadecimal reads what it wrote")
        guard let text = String(validating: octets, as: UTF8.self), let read = [UInt8](hexadecimal: text.utf8) else {
            return
        }
        promise(read.hexadecimal == text.lowercased(), "hexadecimal writes what it read")
    }

    private static let limit = 65_536

    private static func checkDeflate(_ octets: [UInt8]) {
        let packed = Deflate.deflate(octets)
        promise(packed.map { Deflate.inflate($0, limit: octets.count + 1) } == octets, "DEFLATE reads what it wrote")
        guard let plain = Deflate.inflate(octets, limit: limit) else { return }
        promise(plain.count <= limit, "no more than the limit comes out")
        promise(plain.isEmpty || Deflate.inflate(octets, limit: plain.count) == plain, "just enough is enough")
        promise(plain.isEmpty || Deflate.inflate(octets, limit: plain.count - 1) == nil, "one octet over is over")
        promise(Deflate.inflate(octets + [0], limit: limit) == nil, "nothing may follow")
        promise(Deflate.inflate(octets.dropLast(), limit: limit) == nil, "nothing may be missing")
        let again = Deflate.deflate(plain)
        promise(again.flatMap { Deflate.inflate($0, limit: plain.count + 1) } == plain, "what was read can be written")
    }

    private static func checkEscapes(_ text: String) {
        promise(PercentEncoding.decode(Substring(text)) == unescaped(text), "escapes are read as they are defined")
        for (name, raw) in PercentEncoding.pairs(in: text) {
            promise(!name.utf8.contains(UInt8(ascii: "&")) && !raw.utf8.contains(UInt8(ascii: "&")), "pairs are apart")
        }
    }

    /// What stands behind each percent sign begins with two digits.
    private static func unescaped(_ text: String) -> String? {
        let parts = text.utf8.map { $0 == UInt8(ascii: "+") ? 32 : $0 }
            .split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        var octets = Array(parts[0])
        for part in parts.dropFirst() {
            let digits = String(decoding: part.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let octet = UInt8(digits, radix: 16) else {
                return nil
            }
            octets += [octet] + part.dropFirst(2)
        }
        return String(validating: octets, as: UTF8.self)
    }

    private static func checkInstants(_ text: String) {
        guard let instant = Instant.read(text) else { return }
        let written = Instant.write(instant)
        let again = Instant.read(written)
        promise(again.map { abs($0.timeIntervalSince(instant)) <= 0.001 } ?? false, "an instant survives")
        promise(again.map(Instant.write) == written, "an instant is written in one way")
    }

    private static func checkBindings(_ text: String) {
        if let received = try? ReceivedMessage(post: text, relayState: text) {
            promise(received.octets == Base64.decode(text), "POST carries Base64")
            promise(received.relayState == text && text.unicodeScalars.count <= 80, "a RelayState is short")
        }
        guard let received = try? ReceivedMessage(redirect: text) else { return }
        promise(received.octets.count <= ReceivedMessage.defaultLimit, "a message has its limit")
        let isSigned = received.querySignature != nil
        promise(isSigned || received.octets.first == UInt8(ascii: "<"), "without a signature in the query it is XML")
    }
}

@_cdecl("fuzz_encodings_main")
func fuzzEncodings(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    EncodingsTarget.main(count, arguments)
}
