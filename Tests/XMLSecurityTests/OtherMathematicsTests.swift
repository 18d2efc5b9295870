// SPDX-License-Identifier: EUPL-1.2
import CLibXML2
import Foundation
import PuenteTestKit
import SAML
import Testing

@testable import XMLSecurity

/// What the profile refuses for its form still shows whether our arithmetic is that of others.
@Suite("The mathematics of others")
struct OtherMathematicsTests {
    struct Signed: CustomTestStringConvertible, Sendable {
        let vector: OtherVector
        let number: Int
        var testDescription: String { "\(vector) \(number + 1)" }
        var claim: OtherVector.Signature { vector.signatures[number] }
    }

    /// Every signature of which an independent check says that it is valid, by an algorithm of ours.
    static func signed() throws -> [Signed] {
        try OtherVector.xml().filter { try ProfileRow.row($0, .document) == nil }.flatMap { vector in
            vector.signatures.indices.map { Signed(vector: vector, number: $0) }
        }.filter {
            guard case .valid = $0.claim.verdict else { return false }
            return !$0.claim.isObsolete || $0.claim.algorithms.contains(/^(rsa|ecdsa)-sha(256|384|512)\//)
        }
    }

    @Test(
        "A SignatureValue that others found valid is valid, however SignedInfo was made canonical",
        arguments: try signed())
    func value(signed: Signed) throws {
        let tree = try XMLTree(parsing: signed.vector.xml(), limits: .metadata)
        let signature = tree.root.descendants.filter { $0.is(Namespace.ds("Signature")) }[signed.number]
        let info = try #require(signature.only(Namespace.ds("SignedInfo")))
        let uri = try #require(info.only(Namespace.ds("SignatureMethod"))?["Algorithm"])
        let algorithm = try #require(SignatureAlgorithm(rawValue: uri))
        let octets = try info.canonicalByItsMethod()
        let value = try #require(signature.only(Namespace.ds("SignatureValue"))?.base64)
        let keys = try Self.keys(signed, signature)
        #expect(keys.contains { $0.isValid(value, over: octets, algorithm) })
        #expect(!keys.contains { $0.isValid(value, over: octets + [10], algorithm) })
    }

    private static func keys(_ signed: Signed, _ signature: Element) throws -> [PublicKey] {
        if case .valid(let key) = signed.claim.verdict, key.contains("/") {
            return [try Certificate(pemOrDER: signed.vector.neighbour(key).octets()).publicKey]
        }
        let keyInfo = try #require(signature.only(Namespace.ds("KeyInfo")))
        let shown = keyInfo.descendants.filter { $0.is(Namespace.ds("X509Certificate")) }
        return try shown.compactMap { try $0.base64.map { try Certificate(der: $0).publicKey } }
            + keyInfo.children(Namespace.ds("KeyValue")).compactMap { try Certificate.over(keyValue: $0)?.publicKey }
    }

    /// GCM with a key that both sides know by name.
    @Test("What is encrypted with a key by name opens with that key", arguments: [128, 192, 256])
    func contentCiphers(bits: Int) throws {
        let path = "xmlsec/enc/enc-aes\(bits)gcm-keyname"
        let data = try XMLTree(parsing: OtherVector.octets(path + ".xml")).root
        let name = try #require(data.descendants.first { $0.local == "KeyName" }?.trimmedText)
        let keys = try XMLTree(parsing: OtherVector.octets("xmlsec/keys/keys.xml"), limits: .metadata).root.children
        let holder = try #require(keys.first { $0.children.first?.trimmedText == name })
        let key = try #require(holder.descendants.first { $0.local == "AESKeyValue" }?.base64)
        let uri = try #require(data.only(Namespace.xenc("EncryptionMethod"))?["Algorithm"])
        let cipher = try #require(ContentCipher(rawValue: uri))
        let sealed = try #require(data.descendants.first { $0.local == "CipherValue" }?.base64)
        #expect(key.count * 8 == bits && cipher.keyLength == key.count)
        #expect(GCM.open(sealed, key: key, cipher) == (try OtherVector.octets(path + ".data")))
        #expect(GCM.open(sealed, key: key.reversed(), cipher) == nil)
    }

    static func agreements() throws -> [OtherVector] {
        try OtherVector.xml().filter { $0.folder == "xmlsec" && $0.notes.hasPrefix("originator named by KeyName") }
    }

    /// The originator's certificate stands beside the file; its key is put where our profile wants it.
    @Test("An agreement with a named originator opens once the originator is shown", arguments: try agreements())
    func agreement(vector: OtherVector) throws {
        let curve = try #require(vector.file.firstMatch(of: /p(256|384|521)/)?.output.1)
        func file(_ name: Substring) throws -> [UInt8] {
            let name = "ec-prime\(curve)v1-\(name).pem"
            return try OtherVector.octets("xmlsec/keys/" + name)
        }
        let originator = try Certificate(pemOrDER: file("cert"))
        let recipient = try PrivateKey(pem: file("second-key"))
        let shown =
            "<dsig:KeyValue><d:DEREncodedKeyValue xmlns:d=\"http://www.w3.org/2009/xmldsig11#\">"
            + Base64.encode(originator.publicKeyInfo) + "</d:DEREncodedKeyValue></dsig:KeyValue>"
        let text = String(decoding: try vector.octets(), as: UTF8.self).replacing(/^<\?xml.*?\?>/, with: "")
            .replacing("<dsig:KeyName>originator-key-name</dsig:KeyName>", with: shown)
        let holder = try XMLTree("<holder>\(text)</holder>").root
        let certificate = try recipient.certify(
            commonName: "x", usage: .agreement, from: CertificateTests.now, until: CertificateTests.now + 60)
        let ours = try DecryptionKey(key: recipient, certificate: certificate)
        let encrypted = try EncryptedElement(in: holder, policy: .eidas)
        let key = try #require(try encrypted.keys.first?.open(with: recipient))
        // xmlsec wraps 32 octets for AES-128 too and uses the first 16; a key of another length opens nothing of ours.
        let opened = GCM.open(encrypted.sealed, key: Array(key.prefix(encrypted.cipher.keyLength)), encrypted.cipher)
        let plain = try XMLTree(parsing: vector.neighbour(vector.file.replacing(".xml", with: ".data")).octets())
        #expect(try XMLTree(parsing: #require(opened)).root.shape == plain.root.shape)
        let isOfItsLength = key.count == encrypted.cipher.keyLength
        #expect(try fault { _ = try encrypted.open(with: [ours]) } == (isOfItsLength ? nil : .decryption))
    }

    static func transports() throws -> [OtherVector] {
        try OtherVector.xml().filter { vector in
            guard let encryption = vector.encryption, encryption.key?.hasSuffix(".pem") == true else { return false }
            return encryption.algorithms.contains("cbc") && encryption.algorithms.contains("oaep")
        }
    }

    @Test("A content key comes out of OAEP even where the content is refused for CBC", arguments: try transports())
    func transport(vector: OtherVector) throws {
        let tree = try XMLTree(parsing: vector.xml())
        let element = try #require(tree.root.descendants.first { $0.is(Namespace.xenc("EncryptedKey")) })
        let encrypted = try EncryptedKey(element, EncryptionPolicy(allowsOldKeyTransport: true))
        let key = try PrivateKey(pem: vector.neighbour(try #require(vector.encryption?.key)).octets())
        #expect(try [16, 32].contains(encrypted.open(with: key)?.count))
        #expect(try encrypted.open(with: TestKey.rsa4096.key()) == nil)
    }
}

extension Element {
    /// By the method that SignedInfo names: exclusive C14N, or Canonical XML 1.0, which the product does not have.
    fileprivate func canonicalByItsMethod() throws -> [UInt8] {
        let method = try #require(only(Namespace.ds("CanonicalizationMethod")))
        let prefixes = (method.children.first?["PrefixList"] ?? "").split(separator: " ").map(String.init)
        switch method["Algorithm"] {
        case "http://www.w3.org/2001/10/xml-exc-c14n#": return try canonical(inclusive: prefixes)
        case "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": return try inclusive()
        default: throw NothingToSpoil(name: method["Algorithm"] ?? "method")
        }
    }

    private func inclusive() throws -> [UInt8] {
        let isInside: xmlC14NIsVisibleCallback = { apex, node, parent in
            let isPart = [XML_NAMESPACE_DECL, XML_ATTRIBUTE_NODE].contains(node?.pointee.type)
            var next = isPart ? parent : node
            while let current = next {
                if UnsafeMutableRawPointer(current) == apex { return 1 }
                next = current.pointee.parent
            }
            return 0
        }
        let output = try #require(xmlAllocOutputBuffer(nil))
        defer { xmlOutputBufferClose(output) }
        let length = xmlC14NExecute(
            tree.document, isInside, UnsafeMutableRawPointer(node), Int32(XML_C14N_1_0.rawValue), nil, 0, output)
        #expect(length >= 0 && xmlOutputBufferFlush(output) >= 0)
        let content = try #require(xmlOutputBufferGetContent(output))
        return [UInt8](UnsafeBufferPointer(start: content, count: xmlOutputBufferGetSize(output)))
    }
}
