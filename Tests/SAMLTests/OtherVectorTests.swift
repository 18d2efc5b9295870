// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Testing
import XMLSecurity

@testable import SAML

extension OtherVector {
    func tree() throws -> XMLTree { try XMLTree(parsing: xml(), limits: .metadata) }

    /// The certificates that a signature shows, and those that we make over the keys it shows bare.
    func shown(in signature: Element) throws -> [Certificate] {
        let keyInfo = signature.children(Namespace.ds("KeyInfo"))
        let certificates = keyInfo.flatMap(\.descendants).filter { $0.is(Namespace.ds("X509Certificate")) }
        let values = keyInfo.flatMap { $0.children(Namespace.ds("KeyValue")) }
        // One that cannot be read shows nothing.
        return try certificates.compactMap { element in element.base64.flatMap { try? Certificate(der: $0) } }
            + values.compactMap { try Certificate.over(keyValue: $0) }
    }

    /// All certificates of the folder.
    func folderCertificates() throws -> [Certificate] {
        try Self.all(.certificate).filter { $0.folder == folder }.map { try Certificate(pemOrDER: $0.octets()) }
    }

    /// The file beside it that says what was encrypted.
    var plain: OtherVector? {
        file.hasSuffix(".xml") ? try? neighbour(file.replacing(/\.xml$/, with: ".data")) : nil
    }

    /// The private keys of a file, or of all files of the folder, with their certificates.
    func decryptionKeys(of name: String?) throws -> [DecryptionKey] {
        let holders = try Self.all(.keyStore) + Self.all(.privateKey)
        return try holders.filter { $0.folder == folder && (name == nil || $0.file == name) }.flatMap { holder in
            // What cannot be opened is told by the suite about keys.
            guard try ProfileRow.row(holder, .key) == nil else { return [DecryptionKey]() }
            guard let passphrase = holder.passphrase else {
                let key = try PrivateKey(pemOrDER: holder.octets())
                let own = try folderCertificates().first { key.belongs(to: $0.publicKey) }
                return [try DecryptionKey(key: key, certificate: try own ?? key.somebody())]
            }
            return try KeyStore(pkcs12: holder.octets(), passphrase: passphrase).entries.compactMap { entry in
                try entry.chain.first.map { try DecryptionKey(key: entry.key, certificate: $0) }
            }
        }
    }
}

extension PrivateKey {
    fileprivate func somebody() throws -> Certificate {
        try certify(
            commonName: "x", usage: kindIsRSA ? .encryption : .agreement, from: .distantPast.addingTimeInterval(1e10),
            until: .distantPast.addingTimeInterval(7e10))
    }

    private var kindIsRSA: Bool { if case .rsa = kind { true } else { false } }
}

/// The rejection that some work ends in.
private func rejection(_ work: () throws(XMLFault) -> Void) -> Rejection? {
    do {
        try translating { () throws(XMLFault) in try work() }
        return nil
    } catch {
        return error
    }
}

@Suite("The index of vectors")
struct OtherIndexTests {
    private static let head = "file,kind,algorithms,crypto,expected,certificate,notes,origin\n"

    @Test(
        "A folder is read by its index; what the index does not tell, or tells in unknown words, is a fault",
        arguments: [
            ("a.xml,Response,Response: rsa-sha256/sha256,Response: valid (KeyInfo),\"ok, \"\"so\"\"\",,,x", true),
            ("", false), ("b.xml,Response,,,,,,x", false), ("a.xml,Response,,,,,x", false),
            ("a.xml,Response,Response: rsa-sha256/sha256,Response: perhaps,,,,x", false),
            ("a.xml,Response,Response: rsa-sha256/sha256,,,,,x", false),
            ("a.xml,Response,enc: aes256-gcm key rsa-oaep,melts,,,,x", false),
        ])
    func index(row: String, isGood: Bool) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "puente-vectors-\(UUID().uuidString)")
        let folder = root.appending(path: "set")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        #expect(throws: (any Error).self) { try OtherVector.rows(of: "set", in: root) }
        try Data("<a/>".utf8).write(to: folder.appending(path: "a.xml"))
        try Data((Self.head + row).utf8).write(to: folder.appending(path: "index.csv"))
        #expect(try OtherVector.folders(in: root) == ["set"])
        let rows = try? OtherVector.rows(of: "set", in: root)
        #expect((rows != nil) == isGood)
        if isGood { #expect(rows?.first?.expected == "ok, \"so\"" && rows?.first?.signatures.count == 1) }
    }
}

@Suite("Documents of others")
struct OtherDocumentTests {
    @Test("Every XML file is read, and its root is what the index says", arguments: try OtherVector.xml())
    func document(vector: OtherVector) throws {
        let octets = try vector.xml()
        let row = try ProfileRow.row(vector, .document)
        var root: String?
        let found = rejection { () throws(XMLFault) in
            root = try XMLTree(parsing: octets, limits: .metadata).root.local
        }
        #expect(found?.rule == row?.rules.first, "\(String(describing: found))")
        if row == nil { #expect(root == vector.kind) }
    }

    @Test("What is not well-formed is refused", arguments: try OtherVector.all(.notWellFormed))
    func malformed(vector: OtherVector) throws {
        let octets = try vector.octets()
        let found = rejection { () throws(XMLFault) in _ = try XMLTree(parsing: octets, limits: .metadata) }
        #expect(found?.rule == .xmlMalformed)
    }
}

@Suite("Signatures of others")
struct OtherSignatureTests {
    static func signed() throws -> [OtherVector] {
        try OtherVector.xml().filter { try !$0.signatures.isEmpty && ProfileRow.row($0, .document) == nil }
    }

    @Test("A signature gets the verdict of its mathematics and of the profile", arguments: try signed())
    func verdict(vector: OtherVector) throws {
        let signatures = try vector.tree().root.descendants.filter { $0.is(Namespace.ds("Signature")) }
        #expect(signatures.count == vector.signatures.count)
        for (index, (claim, signature)) in zip(vector.signatures, signatures).enumerated() {
            let row = try ProfileRow.row(vector, .signature, number: index + 1)
            let signed = signature.parent ?? signature
            #expect(claim.element == (signature.parent?.local ?? "(root)"))
            let trusted = try trusted(claim, signature, in: vector)
            let found = rejection { () throws(XMLFault) in
                let verified = try signed.verifySignature(trusting: trusted, policy: .clave, confirmedBy: nil)
                #expect(verified.element == signed)
            }
            let text = Comment(rawValue: found.map { "\($0)" } ?? "verified")
            switch (row, claim.verdict) {
            case (let row?, _):
                #expect(found?.rule == row.rules.first, text)
                #expect(row.found.isEmpty || found?.found?.contains(row.found) == true, text)
            case (nil, _) where claim.element == "(root)":
                // Enveloping: the element that holds the message is the signature itself.
                #expect(found?.rule == .signatureMissing, text)
            case (nil, _) where claim.isObsolete:
                #expect(found?.rule == .signatureAlgorithm && found?.found?.hasPrefix("http") == true, text)
            case (nil, .valid): #expect(found == nil, text)
            case (nil, .invalid): #expect(found?.rule == .signatureDigest || found?.rule == .signatureValue, text)
            case (nil, .unknown): Issue.record("neither the index nor the profile says what is right: \(text)")
            }
            let stranger = rejection { () throws(XMLFault) in
                _ = try signed.verifySignature(trusting: Self.strangers, policy: .clave, confirmedBy: nil)
            }
            #expect(stranger != nil)
        }
    }

    static let strangers = [TestKey.stranger, .p256a].compactMap { try? $0.certificate() }

    private func trusted(
        _ claim: OtherVector.Signature, _ signature: Element, in vector: OtherVector
    ) throws -> [Certificate] {
        if case .valid(let key) = claim.verdict, key.contains("/") {
            return [try Certificate(pemOrDER: vector.neighbour(key).octets())]
        }
        let shown = try vector.shown(in: signature)
        return shown.isEmpty ? try vector.folderCertificates() : shown
    }
}

@Suite("What others encrypted")
struct OtherEncryptionTests {
    static let lenient = EncryptionPolicy(allowsOldKeyTransport: true)

    static func encrypted() throws -> [OtherVector] { try OtherVector.xml().filter { $0.encryption != nil } }

    @Test("An encrypted part opens with the key of its folder, or is refused by name", arguments: try encrypted())
    func opening(vector: OtherVector) throws {
        let claim = try #require(vector.encryption)
        let row = try ProfileRow.row(vector, .encryption)
        let holder = try Self.holder(in: vector)
        let keys = try vector.decryptionKeys(of: claim.key)
        var plain: [UInt8] = []
        let found = rejection { () throws(XMLFault) in
            plain = try EncryptedElement(in: holder, policy: Self.lenient).open(with: keys)
        }
        let text = Comment(rawValue: found.map { "\($0)" } ?? "opened")
        if let row {
            #expect(found?.rule == row.rules.first, text)
            #expect(row.found.isEmpty || found?.found?.contains(row.found) == true, text)
        } else if claim.isObsolete {
            #expect(found?.rule == .encryptionAlgorithm, text)
            #expect(found?.found?.contains(/cbc|rsa-1_5/) == true, text)
        } else if claim.key == nil {
            #expect(found?.rule == .encryptionFailed, text)
        } else {
            #expect(found == nil && !keys.isEmpty, text)
            #expect(try vector.kind != "Response" || XMLTree(parsing: plain).root.local == "Assertion")
            if let data = vector.plain { #expect(try plain == data.octets()) }
            try expectNoOther(holder, keys)
            try expectProfile(claim, holder)
        }
    }

    /// Nobody else's key opens it.
    private func expectNoOther(_ holder: Element, _ keys: [DecryptionKey]) throws {
        let others = try [TestKey.connectorEncryption, .p256b, .p384, .p521, .brainpool256].map { try $0.decryption() }
        let found = rejection { () throws(XMLFault) in
            _ = try EncryptedElement(in: holder, policy: Self.lenient).open(with: others)
        }
        #expect(found?.rule == .encryptionFailed)
    }

    /// The profile of 1.4 takes the old key transport from nobody.
    private func expectProfile(_ claim: OtherVector.Encryption, _ holder: Element) throws {
        let isOld = claim.algorithms.contains("rsa-oaep-mgf1p")
        let found = rejection { () throws(XMLFault) in _ = try EncryptedElement(in: holder, policy: .eidas) }
        if isOld { #expect(found?.rule == .encryptionAlgorithm && found?.found?.contains("mgf1p") == true) }
    }

    /// The element around EncryptedData; a file that is nothing else gets one.
    static func holder(in vector: OtherVector) throws -> Element {
        let data = try vector.tree().root.descendants.first { $0.is(Namespace.xenc("EncryptedData")) }
        if let parent = try #require(data).parent { return parent }
        let text = String(decoding: try vector.xml(), as: UTF8.self).replacing(/^<\?xml.*?\?>/, with: "")
        return try XMLTree(parsing: Array("<holder>\(text)</holder>".utf8)).root
    }
}
