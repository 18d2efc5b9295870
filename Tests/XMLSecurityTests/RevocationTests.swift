// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing
import XMLSecurity

@Suite("Lists of revoked certificates, made by OpenSSL")
struct RevocationTests {
    static let now = Date(timeIntervalSince1970: 1_772_442_000)

    static func octets(_ file: String) throws -> [UInt8] { try Repository.octets("Tests/Vectors/revocation/\(file)") }
    static func certificate(_ name: String) throws -> Certificate {
        try Certificate(pemOrDER: octets("\(name).pem"))
    }
    static func list(_ name: String, of issuer: String = "good", at now: Date = now) throws -> RevocationList {
        try RevocationList(pemOrDER: octets("\(name).crl"), of: certificate(issuer), at: now)
    }

    @Test(
        "Says who was revoked, and of nobody else",
        arguments: [("none", []), ("signer-revoked", ["signer"]), ("peer-revoked", ["peer"])] as [(String, [String])])
    func revoked(list: String, names: [String]) throws {
        let list = try Self.list(list)
        let found = try ["signer", "peer", "next"].filter { try list.revokes(Self.certificate($0)) }
        #expect(found == names)
    }

    @Test("A list that has ended still says who was revoked")
    func ended() throws {
        let list = try Self.list("ended-signer-revoked")
        #expect(list.nextUpdate <= Self.now)
        #expect(try list.revokes(Self.certificate("signer")))
        #expect(try !list.revokes(Self.certificate("peer")))
    }

    @Test(
        "A list of another authority, and one that is forged, incomplete or none at all, is refused",
        arguments: [
            ("other", .keyUnknown), ("forged", .signatureValue), ("delta", .keyUnusable),
            ("sha1", .signatureAlgorithm), ("endless", .keyUnusable),
        ] as [(String, XMLFault.Kind)])
    func refused(name: String, kind: XMLFault.Kind) throws {
        let error = #expect(throws: XMLFault.self) { try Self.list(name) }
        #expect(error?.kind == kind)
        let none = #expect(throws: XMLFault.self) {
            try RevocationList(pemOrDER: Self.octets("good.pem"), of: Self.certificate("good"), at: Self.now)
        }
        #expect(none?.kind == .keyUnusable)
        let early = #expect(throws: XMLFault.self) { try Self.list("none", at: Self.now - 7 * 86_400) }
        #expect(early?.kind == .keyExpired)
    }

    @Test("Of RSASSA-PSS the parameters name the digest")
    func pss() throws {
        #expect(try Self.list("pss", of: "rsa").thisUpdate < Self.now)
        let error = #expect(throws: XMLFault.self) { try Self.list("pss-sha1", of: "rsa") }
        #expect(error?.kind == .signatureAlgorithm)
    }

    @Test("It is read in PEM and in DER, and tells when the next one comes")
    func forms() throws {
        let pem = try Self.octets("none.crl")
        let text = String(decoding: pem, as: UTF8.self).split(separator: "\n").dropFirst().dropLast().joined()
        let der = try #require(Base64.decode(text))
        let list = try RevocationList(pemOrDER: der, of: Self.certificate("good"), at: Self.now)
        #expect(list.nextUpdate == ISO8601DateFormatter().date(from: "2056-01-01T00:00:00Z"))
        let longer = #expect(throws: XMLFault.self) {
            try RevocationList(pemOrDER: der + [0], of: Self.certificate("good"), at: Self.now)
        }
        #expect(longer?.kind == .keyUnusable)
    }

    @Test("A list in which one octet is another is refused")
    func mutated() throws {
        let text = String(decoding: try Self.octets("signer-revoked.crl"), as: UTF8.self)
        let der = try #require(Base64.decode(text.split(separator: "\n").dropFirst().dropLast().joined()))
        let issuer = try Self.certificate("good")
        for place in der.indices {
            for bit in [UInt8(1), 0x80] {
                var octets = der
                octets[place] ^= bit
                #expect(throws: XMLFault.self, "\(place)") {
                    try RevocationList(pemOrDER: octets, of: issuer, at: Self.now)
                }
            }
        }
    }

    @Test("Who certified whom is decided by the signature")
    func issued() throws {
        let (good, other, peer) = try (Self.certificate("good"), Self.certificate("other"), Self.certificate("peer"))
        #expect(peer.isIssued(by: good) && good.isIssued(by: good))
        #expect(!peer.isIssued(by: other) && !good.isIssued(by: peer) && !other.isIssued(by: good))
    }

    @Test("Of a certificate of somebody else's a list says nothing")
    func stranger() throws {
        let list = try Self.list("none")
        let error = #expect(throws: XMLFault.self) {
            try list.revokes(TestKey.p256a.certificate())
        }
        #expect(error?.kind == .keyUnusable)
    }
}
