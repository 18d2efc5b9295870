// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing
import XMLSecurity

@Suite("Certificates for TLS")
struct ServerCertificateTests {
    /// The octets of a general name: 2 is a DNS name, 7 an address (RFC 5280 §4.2.1.6).
    private static func generalName(_ kind: UInt8, _ octets: [UInt8]) -> Data {
        Data([0x80 | kind, UInt8(octets.count)] + octets)
    }

    @Test(
        "The host is named where clients look for it",
        arguments: [
            ("node.example", generalName(2, Array("node.example".utf8)), true),
            ("127.0.0.1", generalName(7, [127, 0, 0, 1]), true),
            ("My node", generalName(2, Array("My node".utf8)), false),
        ])
    func host(name: String, expected: Data, isNamed: Bool) throws {
        let now = Date(timeIntervalSince1970: 1_772_442_000)
        let certificate = try PrivateKey.generate(.ec(.p256))
            .certify(commonName: name, usage: .server, from: now, until: now + 86_400)
        #expect((Data(certificate.der).range(of: expected) != nil) == isNamed)
    }
}
