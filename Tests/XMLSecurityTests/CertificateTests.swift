// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Keys and certificates")
struct CertificateTests {
    static let now = Date(timeIntervalSince1970: 1_772_442_930)

    @Test("Keys and certificates are read as what they are", arguments: TestKey.allCases)
    func kinds(key: TestKey) throws {
        let kind = try key.key().kind
        #expect(try key.certificate().publicKey.kind == kind)
        #expect(try key.key().belongs(to: key.certificate().publicKey))
        #expect(key == .secp256k1 ? kind == .other("secp256k1") : kind.isRSA == key.rawValue.hasPrefix("rsa"))
        #expect(try key.certificate().subject.contains(key.rawValue))
    }

    @Test("A key survives the trip through PEM", arguments: [TestKey.rsa2048a, .p521, .brainpool384])
    func pem(key: TestKey) throws {
        let again = try PrivateKey(pem: Array(try key.key().pem().utf8))
        #expect(try again.belongs(to: key.certificate().publicKey))
    }

    @Test("New keys are what was asked for", arguments: [KeyKind.rsa(bits: 2048)] + Curve.allCases.map(KeyKind.ec))
    func generation(kind: KeyKind) throws { #expect(try PrivateKey.generate(kind).kind == kind) }

    @Test(
        "Keys that nobody should have are not made",
        arguments: [KeyKind.rsa(bits: 1024), .rsa(bits: 16_384), .other("DSA")])
    func noGeneration(kind: KeyKind) throws { #expect(try fault { _ = try PrivateKey.generate(kind) } == .keyUnusable) }

    @Test(
        "What is no key or no certificate is refused",
        arguments: ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func garbage(text: String) throws {
        #expect(try fault { _ = try PrivateKey(pem: Array(text.utf8)) } == .keyUnusable)
        #expect(try fault { _ = try Certificate(pemOrDER: Array(text.utf8)) } == .keyUnusable)
        #expect(try fault { _ = try certificates(pemOrDER: Array(text.utf8)) } == .keyUnusable)
    }

    @Test("A certificate is exactly one, in PEM, DER or Base64")
    func forms() throws {
        let certificate = try TestKey.p256a.certificate()
        for octets in [certificate.der, Array(certificate.pem.utf8), Array(certificate.base64.utf8)] {
            #expect(try Certificate(pemOrDER: octets) == certificate)
        }
        #expect(try fault { _ = try Certificate(der: certificate.der + [0]) } == .keyUnusable)
        #expect(try fault { _ = try Certificate(der: Array(certificate.der.dropLast())) } == .keyUnusable)
        var dateless = certificate.der
        let month = try #require(dateless.firstRange(of: [0x17, 13])).upperBound + 2
        dateless.replaceSubrange(month..<month + 2, with: Array("99".utf8))
        #expect(try fault { _ = try Certificate(der: dateless) } == .keyUnusable)
        let two = Array((certificate.pem + (try TestKey.p384.certificate().pem)).utf8)
        #expect(try certificates(pemOrDER: two).count == 2)
        #expect(certificate.fingerprint.count == 64)
    }

    @Test("What we certify says what was asked, from its first second until before its last")
    func certify() throws {
        let certificate = try TestKey.p256a.key().certify(
            commonName: "Nodo Ñ", organization: "Órgano", country: "ES", usage: .encryption, from: Self.now,
            until: Self.now + 60)
        #expect(certificate.subject.contains("Nodo Ñ") && certificate.subject.contains("Órgano"))
        #expect(certificate.subject == certificate.issuer)
        #expect([-1, 0, 59, 60].map { certificate.isValid(at: Self.now + Double($0)) } == [false, true, true, false])
    }

    @Test("A chain leads to its anchor through what is shown, in time, and to no other")
    func chains() throws {
        let day = 86_400.0
        let root = try TestKey.p384.key().certify(
            commonName: "root", usage: .authority, from: Self.now - day, until: Self.now + day)
        let middle = try TestKey.p521.key().certify(
            commonName: "middle", usage: .authority, from: Self.now - day, until: Self.now + day,
            by: (TestKey.p384.key(), root))
        let leaf = try TestKey.p256a.key().certify(
            commonName: "leaf", usage: .signing, from: Self.now - day, until: Self.now + day,
            by: (TestKey.p521.key(), middle))
        let lookAlike = try TestKey.p256b.key().certify(
            commonName: "root", usage: .authority, from: Self.now - day, until: Self.now + day)
        #expect(leaf.chains(to: [root], through: [middle], at: Self.now))
        #expect(leaf.chains(to: [middle], through: [], at: Self.now))
        #expect(leaf.chains(to: [leaf], through: [], at: Self.now))
        #expect(!leaf.chains(to: [root], through: [], at: Self.now))
        #expect(!leaf.chains(to: [], through: [middle, root], at: Self.now))
        #expect(!leaf.chains(to: [lookAlike], through: [middle], at: Self.now))
        #expect(!leaf.chains(to: [root], through: [middle], at: Self.now + 2 * day))
        // A signer is no authority.
        let under = try TestKey.p256b.key().certify(
            commonName: "under", usage: .signing, from: Self.now - day, until: Self.now + day,
            by: (TestKey.p256a.key(), leaf))
        #expect(!under.chains(to: [root], through: [leaf, middle], at: Self.now))
    }
}

extension KeyKind {
    fileprivate var isRSA: Bool { if case .rsa = self { true } else { false } }
}
