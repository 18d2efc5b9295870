// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Decryption that fails")
struct DecryptionTests {
    typealias Tampering = SignatureRefusalTests.Tampering

    /// Well-formed all of them; found only with the key in hand, and all alike from outside.
    static let damages: [Tampering] = [
        Tampering("content flipped", .decryption) { try $0.flip("CipherData", octet: 20) },
        Tampering("IV flipped", .decryption) { try $0.flip("CipherData", octet: 0) },
        Tampering("tag flipped", .decryption) { try $0.flip("CipherData", octet: -1) },
        Tampering("tag cut short", .decryption) { try $0.editValue("CipherData") { $0.removeLast(4) } },
        Tampering("only an IV", .decryption) { try $0.editValue("CipherData") { $0 = Array($0.prefix(12)) } },
        Tampering("one octet", .decryption) { try $0.editValue("CipherData") { $0 = [0] } },
        Tampering("another cipher", .decryption) {
            $0.content[2] = .node(
                XMLNode(Namespace.xenc("EncryptionMethod"), [("Algorithm", ContentCipher.aes128GCM.uri)]))
        },
        Tampering("key flipped", .decryption) { try $0.edit("EncryptedKey") { try $0.flip("CipherData", octet: 5) } },
        Tampering("key of zeros", .decryption) {
            try $0.edit("EncryptedKey") {
                try $0.editValue("CipherData") { $0 = [UInt8](repeating: 0, count: $0.count) }
            }
        },
        Tampering("key too long", .decryption) {
            try $0.edit("EncryptedKey") { try $0.editValue("CipherData") { $0.append(0) } }
        },
        Tampering("key too short", .decryption) {
            try $0.edit("EncryptedKey") { try $0.editValue("CipherData") { $0.removeLast() } }
        },
    ]

    @Test("Every way of failing is told alike", arguments: damages, [TestKey.rsa3072a, .p256a, .brainpool512])
    func damaged(damage: Tampering, key: TestKey) throws {
        var data = try message.encrypted(for: [key.recipient()], cipher: .aes256GCM)
        // The data's own CipherData comes last; bring it forward, so that an edit by name finds it.
        data.content.reverse()
        try damage.change(&data)
        data.content.reverse()
        let element = try encryptedElement(data)
        do {
            _ = try element.open(with: [key.decryption()])
            Issue.record("it opened")
        } catch {
            #expect(error as? XMLFault == XMLFault(.decryption, "EncryptedData"))
        }
    }

    @Test("A content key of the wrong length opens nothing", arguments: [0, 1, 15, 16, 24, 31, 33, 64])
    func keyLength(length: Int) throws {
        let (data, _) = try EncryptionTests.opened()
        let key = [UInt8](repeating: 7, count: length)
        let encrypted = try #require(
            OAEP.encrypt(key, for: TestKey.rsa3072a.certificate().publicKey, digest: .sha256, mgf: .sha256))
        let element = try encryptedElement(EncryptionTests.replacingKey(in: data, encrypted))
        #expect(try fault { _ = try element.open(with: [TestKey.rsa3072a.decryption()]) } == .decryption)
    }

    @Test("OAEP with another digest, mask or label than it says opens nothing")
    func oaepParameters() throws {
        let (data, key) = try EncryptionTests.opened()
        for (digest, mask) in [(OAEPHash.sha512, OAEPHash.sha256), (.sha256, .sha512), (.sha1, .sha1)] {
            let encrypted = try #require(
                OAEP.encrypt(key, for: TestKey.rsa3072a.certificate().publicKey, digest: digest, mgf: mask))
            let element = try encryptedElement(EncryptionTests.replacingKey(in: data, encrypted))
            #expect(try fault { _ = try element.open(with: [TestKey.rsa3072a.decryption()]) } == .decryption)
        }
        var labelled = data
        try labelled.edit("EncryptedKey") {
            try $0.edit("EncryptionMethod") { $0 = $0.appending(XMLNode(Namespace.xenc("OAEPparams"), text: "AAAA")) }
        }
        #expect(try fault { _ = try encryptedElement(labelled) } == .encryptionAlgorithm)
    }

    static let methods: [Tampering] = [
        Tampering("AES-CBC", .encryptionAlgorithm) {
            try $0.set("Algorithm", of: "EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")
        },
        Tampering("3DES", .encryptionAlgorithm) {
            try $0.set("Algorithm", of: "EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#tripledes-cbc")
        },
        Tampering("a stranger inside", .encryptionStructure) {
            try $0.edit("EncryptedData") { $0 = $0.appending(XMLNode(Namespace.one("Stranger"))) }
        },
        Tampering("CipherData before KeyInfo", .encryptionStructure) {
            try $0.edit("EncryptedData") { data in
                let cipher = try #require(data.first("CipherData"))
                data = data.inserting(cipher, at: 0)
            }
        },
        Tampering("text inside", .encryptionStructure) {
            try $0.edit("EncryptedData") { $0.content.append(.text("x")) }
        },
        Tampering("an attribute that nobody knows", .encryptionStructure) {
            try $0.set("Evil", of: "EncryptedData", "x")
        },
        Tampering("an attribute of the value", .encryptionStructure) { try $0.set("Id", of: "CipherValue", "x") },
        Tampering("another size than the cipher's", .encryptionAlgorithm) {
            try $0.edit("EncryptionMethod") {
                $0 = $0.appending(XMLNode(Namespace.xenc("KeySize"), text: "64"))
            }
        },
        Tampering("no content cipher", .encryptionAlgorithm) { try $0.remove("EncryptionMethod") },
        Tampering("RSA 1.5", .encryptionAlgorithm) {
            try $0.edit("EncryptedKey") {
                try $0.set("Algorithm", of: "EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#rsa-1_5")
            }
        },
        Tampering("no key transport", .encryptionStructure) {
            try $0.edit("EncryptedKey") { try $0.remove("EncryptionMethod") }
        },
        Tampering("unknown digest in OAEP", .encryptionAlgorithm) {
            try $0.edit("EncryptedKey") {
                try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2001/04/xmldsig-more#md5")
            }
        },
        Tampering("unknown mask in OAEP", .encryptionAlgorithm) { try $0.set("Algorithm", of: "MGF", "urn:x") },
        Tampering("Type Content", .encryptionStructure) { $0.set("Type", "http://www.w3.org/2001/04/xmlenc#Content") },
        Tampering("CipherReference", .encryptionStructure) { data in
            data.content.removeLast()
            let reference = XMLNode(Namespace.xenc("CipherReference"), [("URI", "http://127.0.0.1:1/x")])
            data = data.appending(XMLNode(Namespace.xenc("CipherData"), [], [reference]))
        },
        Tampering("no CipherData", .encryptionStructure) { $0.content.removeLast() },
        Tampering("empty CipherValue", .encryptionStructure) { data in
            data.content.removeLast()
            data = data.appending(XMLNode(Namespace.xenc("CipherData"), [], [XMLNode(Namespace.xenc("CipherValue"))]))
        },
        Tampering("no EncryptedKey", .encryptionStructure) { try $0.remove("KeyInfo") },
        Tampering("17 EncryptedKeys", .encryptionStructure) {
            try $0.edit("KeyInfo") { $0.content = Array(repeating: $0.content[0], count: 17) }
        },
        Tampering("RetrievalMethod to a URL", .encryptionStructure) {
            try $0.edit("KeyInfo") {
                $0 = $0.appending(XMLNode(Namespace.ds("RetrievalMethod"), [("URI", "http://127.0.0.1:1/key")]))
            }
        },
        Tampering("RetrievalMethod to nowhere", .encryptionStructure) {
            try $0.edit("KeyInfo") { $0 = $0.appending(XMLNode(Namespace.ds("RetrievalMethod"), [("URI", "#_none")])) }
        },
    ]

    @Test("What the profile does not know is refused before any key is touched", arguments: methods)
    func refused(method: Tampering) throws {
        var data = try message.encrypted(for: [TestKey.rsa3072a.recipient()], cipher: .aes256GCM)
        try method.change(&data)
        #expect(try fault { _ = try encryptedElement(data) } == method.kind)
    }

    @Test("A key for somebody else, in a way that we refuse, does not spoil ours")
    func foreignKey() throws {
        var data = try message.encrypted(
            for: [TestKey.rsa3072b.recipient(), TestKey.rsa3072a.recipient()], cipher: .aes256GCM)
        try data.edit("EncryptedKey") {
            try $0.set("Algorithm", of: "EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#rsa-1_5")
        }
        #expect(try encryptedElement(data, policy: .eidas).open(with: [TestKey.rsa3072a.decryption()]).isEmpty == false)
    }

    @Test("A holder holds one EncryptedData and its keys, and nothing else")
    func holders() throws {
        let data = try message.encrypted(for: [TestKey.rsa3072a.recipient()], cipher: .aes256GCM)
        for node in [
            XMLNode(holder), XMLNode(holder, [], [data, data]), XMLNode(holder, [], [data, message]),
        ] {
            #expect(try fault { _ = try encryptedElement(node) } == .encryptionStructure)
        }
        var texted = XMLNode(holder, [], [data])
        texted.content.append(.text("x"))
        #expect(try fault { _ = try encryptedElement(texted) } == .encryptionStructure)
    }

    static let agreements: [Tampering] = [
        Tampering("another KDF", .encryptionAlgorithm) {
            try $0.set("Algorithm", of: "KeyDerivationMethod", "http://www.w3.org/2009/xmlenc11#pbkdf2")
        },
        Tampering("no KDF", .encryptionAlgorithm) { try $0.remove("KeyDerivationMethod") },
        Tampering("SHA-1 in the KDF", .encryptionAlgorithm) {
            try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")
        },
        Tampering("another agreement", .encryptionAlgorithm) {
            try $0.set("Algorithm", of: "AgreementMethod", "http://www.w3.org/2001/04/xmlenc#dh")
        },
        Tampering("padding bits in a parameter", .encryptionStructure) {
            try $0.set("PartyUInfo", of: "ConcatKDFParams", "03F8")
        },
        Tampering("odd hexadecimal", .encryptionStructure) { try $0.set("PartyUInfo", of: "ConcatKDFParams", "000") },
        Tampering("a curve that we do not know", .encryptionAlgorithm) {
            try $0.set("URI", of: "NamedCurve", "urn:oid:1.3.132.0.10")
        },
        Tampering("no originator", .encryptionStructure) { try $0.remove("OriginatorKeyInfo") },
        Tampering("changed parameter", .decryption) { try $0.set("AlgorithmID", of: "ConcatKDFParams", "0000") },
        Tampering("another curve", .decryption) { try $0.set("URI", of: "NamedCurve", Curve.p384.urn) },
        Tampering("a point off the curve", .decryption) { try $0.flipText("PublicKey", octet: 40) },
        Tampering("a compressed point", .decryption) {
            try $0.edit("PublicKey") { $0.text = Base64.encode([2] + Array((Base64.decode($0.text) ?? [])[1..<33])) }
        },
        Tampering("the point at infinity", .decryption) { try $0.setText(of: "PublicKey", "AA==") },
        Tampering("a point of zeros", .decryption) {
            try $0.setText(of: "PublicKey", Base64.encode([4] + [UInt8](repeating: 0, count: 64)))
        },
        Tampering("an empty point", .decryption) { try $0.setText(of: "PublicKey", "") },
    ]

    @Test("An originator's key in DER stands in KeyInfo itself, or in KeyValue", arguments: [true, false])
    func originatorInDER(isInKeyInfo: Bool) throws {
        var data = try message.encrypted(for: [TestKey.p256a.recipient()], cipher: .aes256GCM)
        // The SubjectPublicKeyInfo of P-256 up to its point is the same for every key.
        let head = try TestKey.p256a.certificate().publicKeyInfo.dropLast(65)
        try data.edit("OriginatorKeyInfo") { info in
            let point = Base64.decode(info.first("PublicKey")?.text ?? "") ?? []
            let encoded = XMLNode(Namespace.dsig11("DEREncodedKeyValue"), text: Base64.encode(head + point))
            info.content = [.node(isInKeyInfo ? encoded : XMLNode(Namespace.ds("KeyValue"), [], [encoded]))]
        }
        let plain = try encryptedElement(data).open(with: [TestKey.p256a.decryption()])
        #expect(plain == message.serialized())
    }

    @Test(
        "What was encrypted in its place has the namespaces of its place, and no others",
        arguments: [
            ("<s:Assertion x:a='1'><s:b/></s:Assertion>", "urn:s"), ("\n<Assertion><b c='>'/></Assertion>", "urn:d"),
            ("<s:Assertion/>", "urn:s"), ("<Assertion xmlns='urn:own' s:a=''/>", "urn:own"),
            ("<s:Assertion xmlns:s='urn:own' x:a=''/>", "urn:own"), ("<s:Assertion xmlns:s = \"urn:own\"/>", "urn:own"),
            ("<none:Assertion/>", nil), ("<s:Assertion y='>' none:x=''/>", nil), ("text", nil), ("<s:Assertion", nil),
        ] as [(String, String?)])
    func inPlace(plain: String, namespace: String?) throws {
        let data = try message.encrypted(for: [TestKey.p256a.recipient()], cipher: .aes256GCM)
        let inner = XMLNode(Namespace("x", "urn:x")("inner"), [], [data])
        let text = String(decoding: inner.serialized(), as: UTF8.self)
        let outer = try XMLTree("<outer xmlns='urn:d' xmlns:s='urn:s' xmlns:gone='urn:g'>\(text)</outer>").root
        let element = try EncryptedElement(in: outer.children[0], policy: .eidas)
        let octets = Array(plain.utf8)
        guard let namespace else {
            #expect(try fault { _ = try element.tree(of: octets) } != nil)
            return
        }
        let root = try element.tree(of: octets).root
        #expect(root.namespaceURI == namespace && root.local == "Assertion")
    }

    @Test("Key agreement with altered parts fails", arguments: agreements)
    func agreement(tampering: Tampering) throws {
        var data = try message.encrypted(for: [TestKey.p256a.recipient()], cipher: .aes256GCM)
        try data.edit("AgreementMethod", tampering.change)
        #expect(
            try fault { _ = try encryptedElement(data, policy: .eidas).open(with: [TestKey.p256a.decryption()]) }
                == tampering.kind)
    }
}

extension XMLNode {
    /// Changes the octets of the first CipherValue below an element.
    fileprivate mutating func editValue(_ local: String, _ change: (inout [UInt8]) -> Void) throws {
        try edit(local) { data in
            try data.edit("CipherValue") { value in
                var octets = Base64.decode(value.text) ?? []
                change(&octets)
                value.text = Base64.encode(octets)
            }
        }
    }

    fileprivate mutating func flip(_ local: String, octet: Int) throws {
        try editValue(local) { $0[octet < 0 ? $0.count + octet : octet] ^= 1 }
    }

    fileprivate mutating func flipText(_ local: String, octet: Int) throws {
        try edit(local) { value in
            var octets = Base64.decode(value.text) ?? []
            octets[octet] ^= 1
            value.text = Base64.encode(octets)
        }
    }
}
