// SPDX-License-Identifier: EUPL-1.2
import CPKCS11
import Dispatch
import Foundation
import PuenteTestKit
import Synchronization
import Testing

@testable import Tokens
@testable import XMLSecurity

extension Namespace {
    fileprivate static let saml = Namespace("saml2", "urn:oasis:names:tc:SAML:2.0:assertion")
}

@Suite("Keys in a token")
struct TokenKeyTests {
    static let rsa: [TestKey] = [.rsa2048a, .rsa3072a, .rsa4096]
    static let hashes: [(OAEPHash, OAEPHash)] = [
        (.sha1, .sha1), (.sha256, .sha1), (.sha256, .sha256), (.sha512, .sha512),
    ]

    /// One that knows everything, and one that knows RSA without padding alone.
    static let tokens = Result {
        [
            try SoftToken(keys: rsa + TestKey.curves),
            try SoftToken(
                label: "Bare", keys: rsa, without: ["CKM_RSA_PKCS", "CKM_RSA_PKCS_PSS", "CKM_RSA_PKCS_OAEP"]),
        ]
    }

    static func remote(
        _ key: TestKey, in token: SoftToken, uri: String? = nil, pin: String = SoftToken.pin
    ) throws -> PrivateKey {
        let publicKey = try key.certificate().publicKey
        return try token.start { module in
            let remote = try TokenKey(module: module, uri: uri ?? token.address(of: key), publicKey: publicKey) { pin }
            return PrivateKey(remote, of: publicKey)
        }
    }

    static func message(_ body: () throws -> Void) throws -> String {
        let fault = try #require(throws: XMLFault.self) { try body() }
        return "\(fault.kind): expected \(fault.expected ?? "-"), found \(fault.found ?? "-")"
    }

    @Test("It signs in every way that fits, also where the token knows RSA alone", arguments: [0, 1])
    func signatures(number: Int) throws {
        let token = try Self.tokens.get()[number]
        for key in Self.rsa + (number == 0 ? TestKey.curves : []) {
            let remote = try Self.remote(key, in: token)
            #expect(try remote.belongs(to: key.certificate().publicKey))
            for algorithm in SignatureAlgorithm.allCases where remote.kind.fits(algorithm) {
                for text in [[UInt8](), Array("abc".utf8), [UInt8](repeating: 7, count: 10_000)] {
                    let signature = try remote.sign(text, algorithm)
                    #expect(try key.certificate().publicKey.isValid(signature, over: text, algorithm))
                }
            }
            let unknown = try #require(remote.remote?.key as? TokenKey).unknown.withLock { $0 }
            #expect(unknown.isSuperset(of: [.pkcs1, .pss(.sha256), .pss(.sha384), .pss(.sha512)]) == (number == 1))
            #expect(number == 1 || unknown.isEmpty)
        }
    }

    @Test("It opens what was encrypted for it, also where the token knows RSA alone", arguments: [0, 1])
    func decryption(number: Int) throws {
        let token = try Self.tokens.get()[number]
        for key in Self.rsa {
            let remote = try Self.remote(key, in: token)
            for (digest, mgf) in Self.hashes {
                let sealed = try #require(
                    try OAEP.encrypt([1, 2, 3], for: key.certificate().publicKey, digest: digest, mgf: mgf))
                #expect(try OAEP.decrypt(sealed, with: remote, digest: digest, mgf: mgf) == [1, 2, 3])
                #expect(try OAEP.decrypt(sealed, with: remote, digest: .sha384, mgf: mgf) == nil)
                var spoilt = sealed
                spoilt[9] ^= 1
                #expect(try OAEP.decrypt(spoilt, with: remote, digest: digest, mgf: mgf) == nil)
                #expect(try OAEP.decrypt(Array(sealed.dropLast()), with: remote, digest: digest, mgf: mgf) == nil)
                let large = [UInt8](repeating: 0xFF, count: sealed.count)
                #expect(try OAEP.decrypt(large, with: remote, digest: digest, mgf: mgf) == nil)
            }
        }
    }

    @Test("It agrees on a secret", arguments: TestKey.curves)
    func agreement(key: TestKey) throws {
        let remote = try Self.remote(key, in: Self.tokens.get()[0])
        let (secret, point) = try #require(try KeyAgreement.originate(for: key.certificate().publicKey))
        #expect(try KeyAgreement.secret(remote, point: point) == secret)
        var off = point
        off[5] ^= 1
        #expect(try KeyAgreement.secret(remote, point: off) == nil)
    }

    @Test("It proves itself, and another key under the same name does not", arguments: [TestKey.rsa3072a, .p256a])
    func proof(key: TestKey) throws {
        let token = try SoftToken(keys: [key])
        let good = try Self.remote(key, in: token)
        try good.prove(key.certificate(), forEncryption: false)
        try good.prove(key.certificate(), forEncryption: true)
        // The certificate of another key: the public half says one thing, the token does another.
        let other: TestKey = key == .p256a ? .p256b : .rsa3072b
        let wrong = try Self.remote(other, in: token, uri: token.address(of: key))
        #expect(throws: XMLFault.self) { try wrong.prove(other.certificate(), forEncryption: true) }
        let told = try Self.message { try wrong.prove(other.certificate(), forEncryption: false) }
        #expect(told == "internalFailure: expected a signature of the certificate's key, found another from the token")
    }

    @Test("What does not fit is told with the name of the token, and never with the PIN")
    func faults() throws {
        let token = try SoftToken(keys: [.p256a])
        func told(uri: String? = nil, pin: String = SoftToken.pin) throws -> String {
            try Self.message { _ = try Self.remote(.p256a, in: token, uri: uri, pin: pin).sign([1], .ecdsaSHA256) }
        }
        #expect(
            try told(uri: "pkcs11:token=Other;object=p256-1").contains("found no token with the token (token Other)"))
        #expect(try told(uri: "pkcs11:token=Puente;object=x").hasSuffix("in the token (token Puente), found none"))
        for uri in [
            "pkcs11:object=x", "pkcs11:token=Puente", "pkcs11:token=P;object=%x", "pkcs11:token=P;objekt=x", "x",
        ] {
            #expect(try told(uri: uri).hasPrefix("keyUnusable: expected a PKCS#11 URI"))
        }
        try token.add(.p256b, named: "p256-1")
        #expect(try told().hasSuffix("found several"))
        #expect(try told(uri: "pkcs11:token=Puente;id=%0b;type=private").hasSuffix("found none"))
        let missing = try Self.message {
            _ = try TokenKey(
                module: "/no/module.so", uri: "pkcs11:token=a;id=%01", publicKey: TestKey.p256a.certificate().publicKey
            ) { "" }
        }
        #expect(missing.hasPrefix("keyUnusable: expected a PKCS#11 module, found /no/module.so"))
    }

    @Test("A PIN that was refused is not tried again, so that the token does not lock")
    func wrongPIN() throws {
        let token = try SoftToken(keys: [.p256a])
        for _ in 0..<12 {
            let key = try Self.remote(.p256a, in: token, pin: "4321")
            let told = try Self.message { _ = try key.sign([1], .ecdsaSHA256) }
            #expect(
                told == "internalFailure: expected the token (token Puente) to work, found C_Login: CKR_PIN_INCORRECT")
        }
        #expect(try !Self.remote(.p256a, in: token).sign([1], .ecdsaSHA256).isEmpty)
    }

    @Test(
        "An address names a token and a key in it, by octets that are written as such",
        arguments: [
            ("pkcs11:token=Puente;object=a%20b", true), ("pkcs11:serial=1;id=%01%aF", true),
            ("pkcs11:token=Puente", false), ("pkcs11:object=a", false), ("pkcs11:token=Puente;id=%+A", false),
            ("pkcs11:token=Puente;id=%-1", false), ("pkcs11:token=Puente;id=%0", false),
            ("pkcs11:token=Puente;object=a;slot-id=1", false), ("pkcs11:token=Puente;object=a;type=cert", false),
        ])
    func address(uri: String, isOne: Bool) { #expect((TokenAddress(uri) != nil) == isOne) }

    @Test("It goes on when sessions, the login or the module's state are lost")
    func reconnect() throws {
        let token = try SoftToken(keys: [.rsa2048a])
        let key = try Self.remote(.rsa2048a, in: token)
        let address = try #require(TokenAddress(token.address(of: .rsa2048a)))
        let module = try Module.at(token.module)
        let slot = try #require(try module.slots(of: address).first)
        let sealed = try #require(
            try OAEP.encrypt([9], for: TestKey.rsa2048a.certificate().publicKey, digest: .sha256, mgf: .sha256))
        for _ in 0..<3 {
            #expect(try !key.sign([1], .rsaSHA512).isEmpty)
            try module.call("C_CloseAllSessions") { $0.C_CloseAllSessions(slot) }
            #expect(try !key.sign([1], .pssSHA256).isEmpty)
            var session: CK_ULONG = 0
            try module.call("C_OpenSession") { $0.C_OpenSession(slot, 4, nil, nil, &session) }
            try module.call("C_Logout") { $0.C_Logout(session) }
            #expect(try OAEP.decrypt(sealed, with: key, digest: .sha256, mgf: .sha256) == [9])
        }
    }

    @Test("A token that went away is a failure of ours, not of the message, and it may come back")
    func gone() throws {
        let token = try SoftToken(keys: [.rsa3072a])
        let key = try Self.remote(.rsa3072a, in: token)
        let holder = XMLNode(
            Namespace.saml("EncryptedAssertion"), [],
            [
                try XMLNode(Namespace.saml("Assertion"), [], []).encrypted(
                    for: [TestKey.rsa3072a.recipient()], cipher: .aes256GCM)
            ])
        let element = try EncryptedElement(in: XMLTree(parsing: holder.serialized()).root, policy: .eidas)
        let decryption = try DecryptionKey(key: key, certificate: TestKey.rsa3072a.certificate())
        #expect(try !element.open(with: [decryption]).isEmpty)
        let module = try Module.at(token.module)
        try module.call("C_Finalize") { $0.C_Finalize(nil) }
        let tokens = token.folder.appending(path: "tokens")
        let away = token.folder.appending(path: "away")
        try FileManager.default.moveItem(at: tokens, to: away)
        try FileManager.default.createDirectory(at: tokens, withIntermediateDirectories: true)
        try token.start { _ in try module.initialize() }
        #expect(try Self.message { _ = try key.sign([1], .pssSHA256) }.hasPrefix("internalFailure"))
        #expect(try Self.message { _ = try element.open(with: [decryption]) }.hasPrefix("internalFailure"))
        try module.call("C_Finalize") { $0.C_Finalize(nil) }
        try FileManager.default.removeItem(at: tokens)
        try FileManager.default.moveItem(at: away, to: tokens)
        try token.start { _ in try module.initialize() }
        #expect(try !key.sign([1], .pssSHA256).isEmpty)
        #expect(try !element.open(with: [decryption]).isEmpty)
    }

    @Test("Many threads at once get signatures that are right")
    func threads() throws {
        let key = try Self.remote(.p256a, in: Self.tokens.get()[0])
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 200) { number in
            let text = Array("message \(number)".utf8)
            let signature = try? key.sign(text, .ecdsaSHA256)  // nil counts as wrong
            let isRight =
                (try? TestKey.p256a.certificate().publicKey.isValid(signature ?? [], over: text, .ecdsaSHA256))
            if isRight != true { wrong.withLock { $0 += 1 } }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test("It is never written to a file, nor does it sign certificates")
    func hidden() throws {
        let key = try Self.remote(.p256a, in: Self.tokens.get()[0])
        #expect(throws: XMLFault.self) { try key.pem() }
        #expect(throws: XMLFault.self) {
            try key.certify(commonName: "x", usage: .signing, from: Date(), until: Date())
        }
        #expect(throws: XMLFault.self) { try KeyStore.file("x", key, [TestKey.p256a.certificate()], passphrase: "x") }
    }
}
