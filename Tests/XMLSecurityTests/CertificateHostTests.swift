// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing
import XMLSecurity

@Suite("The host of a certificate")
struct CertificateHostTests {
    static let now = Date(timeIntervalSince1970: 1_772_442_000)

    static func certificate(_ name: String, _ usage: CertificateUsage = .server) throws -> Certificate {
        try PrivateKey.generate(.ec(.p256)).certify(commonName: name, usage: usage, from: now, until: now + 60)
    }

    @Test(
        "It is for the host that it names",
        arguments: [("node.example", "NODE.example"), ("127.0.0.1", "127.0.0.1"), ("::1", "0:0:0:0:0:0:0:1")])
    func named(name: String, host: String) throws { #expect(try Self.certificate(name).isFor(host: host)) }

    @Test(
        "It is for no other, and no name is an address",
        arguments: [
            ("node.example", "other.example"), ("node.example", "a.node.example"), ("127.0.0.1", "node.example"),
            ("127.0.0.1", "127.0.0.2"), ("node.example", "127.0.0.1"), ("node.example", ""),
        ])
    func other(name: String, host: String) throws { #expect(try !Self.certificate(name).isFor(host: host)) }

    @Test("Without alternative names the common name counts")
    func commonName() throws {
        let old = try Self.certificate("node.example", .signing)
        #expect(old.isFor(host: "node.example") && !old.isFor(host: "other.example"))
    }
}
