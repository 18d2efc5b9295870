// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

/// What an encrypted element stands in.
let holder = Namespace.two("Holder")

func encryptedElement(
    _ node: XMLNode, policy: EncryptionPolicy = EncryptionPolicy(allowsOldKeyTransport: true)
) throws -> EncryptedElement {
    let around = node.name == holder ? node : XMLNode(holder, [], [node])
    return try EncryptedElement(in: XMLTree(parsing: around.serialized()).root, policy: policy)
}

@Suite("Encryption")
struct EncryptionTests {
    struct Way: CustomTestStringConvertible, Sendable {
        let key: TestKey
        let transport: Recipient.Transport
        let cipher: ContentCipher
        var testDescription: String { "\(key) \(transport) \(cipher)" }
    }

    static let transports: [(TestKey, Recipient.Transport)] =
        [.rsaOAEP(.sha256), .rsaOAEP(.sha384), .rsaOAEP(.sha512), .rsaOAEP(.sha1), .rsaOAEPMGF1P].map {
            (.rsa3072a, $0)
        }
        + TestKey.curves.flatMap { key in KeyWrap.allCases.map { (key, .ecdhES($0)) } }
    static let ways = transports.flatMap { pair in
        ContentCipher.allCases.map { Way(key: pair.0, transport: pair.1, cipher: $0) }
    }

    @Test("Whatever we encrypt, its recipient opens", arguments: ways)
    func roundTrip(way: Way) throws {
        let node = try message.encrypted(for: [way.key.recipient(way.transport)], cipher: way.cipher)
        let opened = try encryptedElement(node).open(with: [way.key.decryption()])
        #expect(try XMLTree(parsing: opened).root.shape == String(decoding: message.canonical(), as: UTF8.self))
        let isOld = way.transport == .rsaOAEPMGF1P || way.transport == .rsaOAEP(.sha1)
        #expect(try fault { _ = try encryptedElement(node, policy: .eidas) } == (isOld ? .encryptionAlgorithm : nil))
    }

    @Test("The choice for a key follows its kind", arguments: TestKey.curves + [.rsa3072a])
    func defaults(key: TestKey) throws {
        let node = try message.encrypted(for: [key.recipient()], cipher: .aes256GCM)
        #expect(try encryptedElement(node, policy: .eidas).open(with: [key.decryption()]).isEmpty == false)
        #expect(
            try fault {
                _ = try Recipient(key.certificate(), transport: key == .rsa3072a ? .ecdhES(.aes128) : .rsaOAEPMGF1P)
            } == .keyUnusable)
    }

    @Test("Each of several recipients opens, in whatever order its keys are tried; a stranger does not")
    func recipients() throws {
        let keys: [TestKey] = [.rsa3072a, .p256a, .brainpool384, .rsa4096]
        let node = try message.encrypted(for: keys.map { try $0.recipient() }, cipher: .aes128GCM)
        let element = try encryptedElement(node, policy: .eidas)
        for key in keys {
            #expect(try element.open(with: [key.decryption()]).isEmpty == false)
            #expect(
                try element.open(with: [TestKey.rsa3072b.decryption(), TestKey.p384.decryption(), key.decryption()])
                    .isEmpty == false)
        }
        #expect(
            try fault { _ = try element.open(with: [TestKey.rsa3072b.decryption(), TestKey.p256b.decryption()]) }
                == .decryption)
        #expect(try fault { _ = try element.open(with: []) } == .decryption)
    }

    @Test(
        "EncryptedKeys may stand beside the data, with or without RetrievalMethod",
        arguments: [nil, "", "http://www.w3.org/2001/04/xmlenc#EncryptedKey"])
    func beside(type: String?) throws {
        for key in [TestKey.rsa3072a, .p384] {
            var data = try message.encrypted(for: [key.recipient()], cipher: .aes256GCM)
            var encryptedKey = try #require(data.first("EncryptedKey"))
            encryptedKey.set("Id", "_k1")
            let type = type.flatMap { $0.isEmpty ? nil : $0 }
            let retrieval = XMLNode(Namespace.ds("RetrievalMethod"), [("URI", "#_k1"), ("Type", type)])
            try data.edit("KeyInfo") { $0.content = [.node(retrieval)] }
            let around = XMLNode(holder, [], [data, encryptedKey])
            #expect(try encryptedElement(around).open(with: [key.decryption()]).isEmpty == false)
            try data.remove("KeyInfo")
            #expect(
                try encryptedElement(XMLNode(holder, [], [data, encryptedKey])).open(with: [key.decryption()]).isEmpty
                    == false)
        }
    }

    @Test("A recipient that is not named is tried")
    func unnamed() throws {
        var data = try message.encrypted(for: [TestKey.rsa3072a.recipient()], cipher: .aes256GCM)
        try data.edit("EncryptedKey") { try $0.remove("KeyInfo") }
        #expect(
            try encryptedElement(data).open(with: [TestKey.p256a.decryption(), TestKey.rsa3072a.decryption()]).isEmpty
                == false)
    }

    @Test("A recipient is recognised by its key, though its certificate was renewed")
    func renewed() throws {
        let renewed = try TestKey.rsa3072a.key().certify(
            commonName: "renewed", usage: .encryption, from: .init(timeIntervalSince1970: 0), until: .distantFuture)
        let data = try message.encrypted(for: [Recipient(renewed)], cipher: .aes256GCM)
        #expect(try encryptedElement(data).open(with: [TestKey.rsa3072a.decryption()]).isEmpty == false)
    }

    @Test(
        "Digest and mask of OAEP may differ", arguments: [OAEPHash.sha256, .sha384, .sha512],
        [OAEPHash.sha256, .sha512])
    func mixedOAEP(digest: OAEPHash, mask: OAEPHash) throws {
        let (data, key) = try Self.opened()
        let encrypted = try #require(
            OAEP.encrypt(key, for: TestKey.rsa3072a.certificate().publicKey, digest: digest, mgf: mask))
        let changed = try Self.replacingKey(in: data, encrypted) { method in
            try method.set("Algorithm", of: "DigestMethod", digest.digestURI)
            try method.set("Algorithm", of: "MGF", mask.mgfURI)
        }
        #expect(
            try encryptedElement(changed, policy: .eidas).open(with: [TestKey.rsa3072a.decryption()]).isEmpty == false)
    }

    @Test("Absent parameters of xmlenc11 OAEP mean SHA-1, which nodes may not use")
    func absentParameters() throws {
        let (data, key) = try Self.opened()
        for (digest, mask) in [(OAEPHash.sha256, OAEPHash.sha1), (.sha1, .sha256), (.sha1, .sha1)] {
            let encrypted = try #require(
                OAEP.encrypt(key, for: TestKey.rsa3072a.certificate().publicKey, digest: digest, mgf: mask))
            let changed = try Self.replacingKey(in: data, encrypted) { method in
                if digest == .sha1 { try method.remove("DigestMethod") }
                if mask == .sha1 { try method.remove("MGF") }
            }
            #expect(try encryptedElement(changed).open(with: [TestKey.rsa3072a.decryption()]).isEmpty == false)
            #expect(try fault { _ = try encryptedElement(changed, policy: .eidas) } == .encryptionAlgorithm)
        }
    }

    /// An encrypted message and its content key.
    static func opened() throws -> (data: XMLNode, key: [UInt8]) {
        let data = try message.encrypted(for: [TestKey.rsa3072a.recipient()], cipher: .aes256GCM)
        let value = try #require(data.first("EncryptedKey")?.first("CipherValue").flatMap { Base64.decode($0.text) })
        return (
            data, try #require(try OAEP.decrypt(value, with: TestKey.rsa3072a.key(), digest: .sha256, mgf: .sha256))
        )
    }

    static func replacingKey(
        in data: XMLNode, _ value: [UInt8], _ change: (inout XMLNode) throws -> Void = { _ in }
    ) throws -> XMLNode {
        var data = data
        try data.edit("EncryptedKey") { key in
            try key.setText(of: "CipherValue", Base64.encode(value))
            try key.edit("EncryptionMethod", change)
        }
        return data
    }
}
