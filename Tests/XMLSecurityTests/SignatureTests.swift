// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Signatures")
struct SignatureTests {
    struct Pair: CustomTestStringConvertible, Sendable {
        let key: TestKey
        let algorithm: SignatureAlgorithm
        var testDescription: String { "\(key) \(algorithm)" }
    }

    /// Every algorithm with every key that fits it.
    static let pairs = TestKey.allCases.filter { $0 != .secp256k1 }.flatMap { key in
        SignatureAlgorithm.allCases
            .filter {
                ($0.scheme == .ecdsa) == !key.rawValue.hasPrefix("rsa")
                    && (key.rawValue.hasSuffix("-1") || key == .service)
            }
            .map { Pair(key: key, algorithm: $0) }
    }

    @Test("Whatever we sign, we verify", arguments: pairs)
    func roundTrip(pair: Pair) throws {
        let signed = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1)
        let tree = try XMLTree(parsing: signed.serialized())
        let verified = try tree.root.verifySignature(
            trusting: [pair.key.certificate()], policy: .clave, confirmedBy: nil)
        #expect(try verified.certificate == pair.key.certificate())
        #expect(verified.algorithm == pair.algorithm)
        #expect(verified.element == tree.root)
        #expect(verified.element.children.map(\.local) == ["Issuer", "Signature", "Body"])
    }

    @Test("A recipe of the kit signs as we do", arguments: pairs)
    func recipe(pair: Pair) throws {
        let signed = try SignatureRecipe(pair.key, pair.algorithm).sign(message, behind: 1)
        let tree = try XMLTree(parsing: signed.serialized())
        _ = try tree.root.verifySignature(trusting: [pair.key.certificate()], policy: .clave, confirmedBy: nil)
    }

    @Test("The nodes' policy takes RSA-PSS and ECDSA, and no PKCS#1 v1.5", arguments: pairs)
    func eidas(pair: Pair) throws {
        let tree = try XMLTree(parsing: message.signed(by: pair.key.signer(pair.algorithm), behind: 1).serialized())
        let expected: XMLFault.Kind? =
            if pair.algorithm.scheme == .pkcs1 { .signatureAlgorithm } else if pair.key == .rsa2048a { .keyWeak } else {
                nil
            }
        #expect(
            try fault {
                _ = try tree.root.verifySignature(trusting: [pair.key.certificate()], policy: .eidas, confirmedBy: nil)
            }
                == expected)
    }

    @Test("A curve outside the list is refused, to sign and to verify")
    func foreignCurve() throws {
        #expect(try fault { _ = try TestKey.secp256k1.signer() } == .keyUnusable)
        #expect(try fault { _ = try TestKey.secp256k1.signer(.ecdsaSHA256) } == .keyUnusable)
        let tree = try XMLTree(parsing: message.signed(by: TestKey.p256a.signer(), behind: 1).serialized())
        let shown = try XMLTree(
            parsing: tree.root.canonical().replacing(
                TestKey.p256a.certificate().base64, with: TestKey.secp256k1.certificate().base64))
        #expect(
            try fault {
                _ = try shown.root.verifySignature(
                    trusting: [TestKey.secp256k1.certificate()], policy: .clave, confirmedBy: nil)
            }
                == .keyWeak)
    }

    @Test("Signatures are never twice the same, and never with a line break")
    func fresh() throws {
        for key in [TestKey.rsa3072a, .p256a] {
            let signer = try key.signer()
            let first = try message.signed(by: signer, behind: 1)
            #expect(try first != message.signed(by: signer, behind: 1))
            let signature = try #require(first.first("Signature"))
            #expect(!String(decoding: signature.serialized(), as: UTF8.self).contains("\n"))
        }
    }

    @Test("A signer is a key with its own certificate and an algorithm that fits")
    func signers() throws {
        #expect(
            try fault { _ = try Signer(key: TestKey.rsa3072a.key(), chain: [TestKey.rsa3072b.certificate()]) }
                == .keyUnusable)
        #expect(try fault { _ = try Signer(key: TestKey.rsa3072a.key(), chain: []) } == .keyUnusable)
        #expect(try fault { _ = try TestKey.rsa3072a.signer(.ecdsaSHA256) } == .keyUnusable)
        #expect(try fault { _ = try TestKey.p256a.signer(.pssSHA256) } == .keyUnusable)
        #expect(
            try TestKey.curves.map { try $0.signer().algorithm } == [
                .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512, .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512,
            ])
        #expect(try TestKey.rsa3072a.signer().algorithm == .pssSHA256)
    }

    @Test("An assertion signed by one key inside a response signed by another: each covers its own")
    func nested() throws {
        let inner = try message.signed(by: TestKey.p384.signer(), behind: 1)
        let outer = XMLNode(
            Namespace.two("Response"), [("ID", "_r")], [XMLNode(Namespace.two("Issuer"), text: "i"), inner])
        let tree = try XMLTree(parsing: outer.signed(by: TestKey.rsa3072a.signer(), behind: 1).serialized())
        let assertion = tree.root.children[2]
        #expect(
            try tree.root.verifySignature(trusting: [TestKey.rsa3072a.certificate()], policy: .eidas, confirmedBy: nil)
                .element
                == tree.root)
        #expect(
            try assertion.verifySignature(trusting: [TestKey.p384.certificate()], policy: .eidas, confirmedBy: nil)
                .element == assertion)
        #expect(
            try fault {
                _ = try assertion.verifySignature(
                    trusting: [TestKey.rsa3072a.certificate()], policy: .eidas, confirmedBy: nil)
            }
                == .keyUnknown)
    }

    @Test("A signature between two texts verifies, and the tree is as before")
    func betweenTexts() throws {
        var mixed = XMLNode(Namespace.one("Message"), [("ID", "_m")])
        mixed.content = [.text(" before "), .text(" behind ")]
        let signature = try SignatureRecipe(.p256a).signature(over: mixed)
        mixed.content.insert(.node(signature), at: 1)
        let tree = try XMLTree(parsing: mixed.serialized())
        let before = try tree.root.shape
        for _ in 0..<3 {
            _ = try tree.root.verifySignature(trusting: [TestKey.p256a.certificate()], policy: .eidas, confirmedBy: nil)
        }
        #expect(try tree.root.shape == before)
        #expect(tree.root.text == " before  behind ")
    }

    @Test("A Reference may be empty for the document element, and only for it")
    func emptyReference() throws {
        var recipe = SignatureRecipe(.p256a)
        recipe.reference = ""
        let signed = try recipe.sign(message, behind: 1)
        let trusted = [try TestKey.p256a.certificate()]
        _ = try XMLTree(parsing: signed.serialized()).root.verifySignature(
            trusting: trusted, policy: .eidas, confirmedBy: nil)
        let around = XMLNode(Namespace.two("Around"), [], [signed])
        let inner = try XMLTree(parsing: around.serialized()).root.children[0]
        #expect(
            try fault { _ = try inner.verifySignature(trusting: trusted, policy: .eidas, confirmedBy: nil) }
                == .signatureReference)
    }

    @Test(
        "Prefixes of an InclusiveNamespaces list are digested with the element",
        arguments: [[Namespace.two], [.two, .xs]])
    func inclusive(prefixes: [Namespace]) throws {
        var plain = XMLNode(
            Namespace.one("Message"), [("ID", "_m")], mentioning: [.two, .xs], [XMLNode(Namespace.one("A"))])
        var recipe = SignatureRecipe(.p256a)
        recipe.prefixes = prefixes
        plain = try recipe.sign(plain, behind: 1)
        let trusted = [try TestKey.p256a.certificate()]
        _ = try XMLTree(parsing: plain.serialized()).root.verifySignature(
            trusting: trusted, policy: .eidas, confirmedBy: nil)
        // What the list covers cannot be rebound.
        let changed = try plain.serialized().replacing("urn:example:two", with: "urn:example:six")
        #expect(
            try fault {
                _ = try XMLTree(parsing: changed).root.verifySignature(
                    trusting: trusted, policy: .eidas, confirmedBy: nil)
            }
                == .digest)
    }

    @Test("KeyInfo may be missing: then every trusted certificate is tried")
    func withoutKeyInfo() throws {
        var recipe = SignatureRecipe(.p256a)
        recipe.shown = []
        let tree = try XMLTree(parsing: recipe.sign(message, behind: 1).serialized())
        let trusted = try [TestKey.rsa2048a, .rsa3072a, .p384, .p256b, .p256a].map { try $0.certificate() }
        #expect(
            try tree.root.verifySignature(trusting: trusted, policy: .eidas, confirmedBy: nil).certificate
                == TestKey.p256a.certificate())
        #expect(
            try fault {
                _ = try tree.root.verifySignature(
                    trusting: [TestKey.p256b.certificate()], policy: .eidas, confirmedBy: nil)
            }
                == .signatureValue)
        #expect(
            try fault { _ = try tree.root.verifySignature(trusting: [], policy: .eidas, confirmedBy: nil) }
                == .keyUnknown)
    }

    @Test("A renewed certificate over the same key is the same signer")
    func renewed() throws {
        let renewed = try TestKey.p256a.key().certify(
            commonName: "renewed", usage: .signing, from: Date(timeIntervalSince1970: 1_700_000_000),
            until: Date(timeIntervalSince1970: 2_000_000_000))
        let tree = try XMLTree(parsing: message.signed(by: TestKey.p256a.signer(), behind: 1).serialized())
        #expect(
            try tree.root.verifySignature(trusting: [renewed], policy: .eidas, confirmedBy: nil).certificate == renewed)
    }

    @Test(
        "A detached signature verifies over its octets and nothing else",
        arguments: pairs.filter { $0.key != .rsa2048a })
    func detached(pair: Pair) throws {
        let octets = Array("SAMLRequest=a%2Bb&RelayState=c&SigAlg=d".utf8)
        let value = try pair.key.key().sign(octets, pair.algorithm)
        let trusted = [try TestKey.p256b.certificate(), try TestKey.rsa3072e.certificate(), try pair.key.certificate()]
        func verify(_ value: [UInt8], _ octets: [UInt8], _ policy: SignaturePolicy = .clave) throws -> XMLFault.Kind? {
            try fault {
                _ = try verifyDetached(
                    value, over: octets, algorithm: pair.algorithm.uri, trusting: trusted, policy: policy)
            }
        }
        #expect(try verify(value, octets) == nil)
        #expect(try verify(value, octets + [0]) != nil)
        #expect(try verify(value + [0], octets) != nil)
        #expect(try verify([], octets) != nil)
        if pair.algorithm.scheme == .pkcs1 { #expect(try verify(value, octets, .eidas) == .signatureAlgorithm) }
    }
}
