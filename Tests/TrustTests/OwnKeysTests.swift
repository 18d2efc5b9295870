// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Settings
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

/// Settings whose keys are in rings, in a folder of their own.
final class Rings {
    static let pairs: [(ring: String, old: TestKey, new: TestKey)] = [
        ("connector-signing", .connector, .p256a), ("connector-encryption", .connectorEncryption, .rsa4096),
        ("metadata", .p384, .p521), ("clave", .gateway, .rsa2048b), ("proxy", .connector, .p256b),
        ("gateway", .service, .rsa2048b),
    ]
    let folder: Folder
    let settings: Settings
    var now: Date

    init(_ change: (inout String) -> Void = { _ in }) throws {
        now = try World().now
        folder = try Folder([:])
        var text = """
            public-url: https://puente.example.es
            connector:
              signing-ring: connector-signing.yaml
              encryption-ring: connector-encryption.yaml
              metadata-ring: metadata.yaml
              organization: {name: x, url: "https://www.example"}
              contacts: {support: {company: x, email: a@x.example}, technical: {company: x, email: b@x.example}}
            clave: {signing-ring: clave.yaml}
            proxy-service: {signing-ring: proxy.yaml, metadata-ring: metadata.yaml}
            clave-gateway:
              address: https://pasarela.example.es/Proxy2/ServiceProvider
              provider-name: S0000000J_E00000000
              certificates: [{file: "\(Self.file(.gateway))"}]
              signing-ring: gateway.yaml
            operator: {name: x, contact-email: a@x.example}
            """
        change(&text)
        for pair in Self.pairs {
            let path = "\(folder.path)/\(pair.ring).yaml"
            try KeyRing.change(path: path, ifAbsent: KeyRing(file: path)) { [now] ring in
                try ring.add(Self.entry("old", pair.old), at: now)
                try ring.add(Self.entry("new", pair.new), at: now)
            }
        }
        let reading = Settings.parse(text, file: folder.path + "/puente.yaml")
        #expect(reading.faults == [])
        settings = try #require(reading.value)
    }

    /// Key and certificate in one file.
    static func file(_ key: TestKey) -> String { Repository.path("Tests/Vectors/keys/\(key.rawValue).pem") }

    static func entry(_ id: String, _ key: TestKey, _ place: Settings.KeyPlace? = nil) -> KeyRing.Entry {
        KeyRing.Entry(
            id: id, state: .gone, since: .distantPast, key: place ?? .pem(path: file(key)), certificate: file(key))
    }

    func change(_ ring: String, _ body: (inout KeyRing) throws -> Void) throws {
        try KeyRing.change(path: "\(folder.path)/\(ring).yaml", body)
    }

    func read() -> (keys: OwnKeys?, faults: [Fault]) {
        let faults = Faults()
        return (OwnKeys(settings, at: now, into: faults), faults.sorted)
    }

    func keys() throws -> OwnKeys {
        let (keys, faults) = read()
        #expect(faults == [])
        return try #require(keys)
    }
}

@Suite("Our own keys")
struct OwnKeysTests {
    static func certificates(_ keys: TestKey...) throws -> [Certificate] { try keys.map { try $0.certificate() } }

    @Test(
        "Each state does what it is for: signing keys are published before and after, encryption keys open before and after"
    )
    func states() throws {
        let rings = try Rings()
        func published(_ keys: OwnKeys) -> ConnectorMetadata { keys.metadata(rings.settings, version: "1") }
        let before = try rings.keys()
        #expect(try before.connector.certificate == TestKey.connector.certificate())
        #expect(try published(before).signing == Self.certificates(.connector, .p256a))
        #expect(try published(before).encryption == Self.certificates(.connectorEncryption, .rsa4096))
        #expect(try before.decryption.map(\.certificate) == Self.certificates(.connectorEncryption, .rsa4096))
        #expect(try before.metadata.certificate == TestKey.p384.certificate())
        #expect(try before.gateway.certificate == TestKey.gateway.certificate())
        for pair in Rings.pairs { try rings.change(pair.ring) { try $0.roll(at: rings.now) } }
        let after = try rings.keys()
        #expect(try after.connector.certificate == TestKey.p256a.certificate())
        #expect(try published(after).signing == Self.certificates(.p256a, .connector))
        #expect(try published(after).encryption == Self.certificates(.rsa4096))
        #expect(try after.decryption.map(\.certificate) == Self.certificates(.rsa4096, .connectorEncryption))
        #expect(try after.metadata.certificate == TestKey.p521.certificate())
        #expect(try after.gateway.certificate == TestKey.rsa2048b.certificate())
        let proxy = try #require(after.proxyService)
        #expect(try proxy.signer.certificate == TestKey.p256b.certificate())
        #expect(try proxy.signing.published == Self.certificates(.p256b, .connector))
        #expect(try proxy.service.certificate == TestKey.rsa2048b.certificate())
        #expect(proxy.service.algorithm == .rsaSHA512)
        #expect(try proxy.decryption.map(\.certificate) == Self.certificates(.rsa2048b, .service))
        for pair in Rings.pairs { try rings.change(pair.ring) { try $0.retire("old", at: rings.now) } }
        let end = try rings.keys()
        #expect(try published(end).signing == Self.certificates(.p256a))
        #expect(try end.decryption.map(\.certificate) == Self.certificates(.rsa4096))
    }

    @Test("A login that began before a roll ends after it, whichever key the other side used")
    func inFlight() throws {
        let rings = try Rings()
        let before = try rings.keys()
        var world = try World()
        func take(_ keys: OwnKeys) throws {
            world.node = keys.node(rings.settings)
            world.requester.seal.signer = try keys.gateway.using(.rsaSHA512)
        }
        try take(before)
        let (sent, exchange, question) = try world.ask()
        _ = try SentDocument(sent).root.verifySignature(
            trusting: Self.certificates(.connector), policy: .eidas, confirmedBy: nil)
        for pair in Rings.pairs { try rings.change(pair.ring) { try $0.roll(at: rings.now) } }
        try take(try rings.keys())
        for recipient in [TestKey.connectorEncryption, .rsa4096] {
            var answer = try world.answer(to: question)
            answer.recipients = [try recipient.recipient()]
            let outcome = try world.accept(answer, to: question, in: exchange)
            let document = try SentDocument(
                world.route().sendResponse(outcome, in: exchange, without: [], at: world.now))
            #expect(try world.open(document, from: .rsa2048b).statusCodes == [SAMLURI.success])
        }
        // What is asked from now on is believed by whoever fetched our metadata before the roll.
        let known = before.metadata(rings.settings, version: "1").signing
        let (later, _, _) = try world.ask()
        _ = try SentDocument(later).root.verifySignature(trusting: known, policy: .eidas, confirmedBy: nil)
        // And not before the old key is gone does it stop opening.
        try rings.change("connector-encryption") { try $0.retire("old", at: rings.now) }
        try take(try rings.keys())
        #expect(
            try brokenRule { _ = try world.accept(try world.answer(to: question), to: question, in: exchange) }
                == .encryptionFailed)
    }

    @Test("A Connector that asked before a roll gets an answer that it believes, and the gateway's is opened")
    func inFlightAbroad() throws {
        let rings = try Rings()
        let before = try #require(try rings.keys().proxyService)
        var world = try World(.proxyService)
        func take(_ keys: OwnKeys.ProxyService) {
            world.node.asker.signer = keys.service
            world.node.asker.decryptionKeys = keys.decryption
            world.requester.seal.signer = keys.signer
        }
        take(before)
        let (_, exchange, question) = try world.ask()
        for pair in Rings.pairs { try rings.change(pair.ring) { try $0.roll(at: rings.now) } }
        take(try #require(try rings.keys().proxyService))
        var answer = try world.answer(to: question)
        answer.recipients = [try TestKey.service.recipient()]
        let outcome = try world.accept(answer, to: question, in: exchange)
        let document = try SentDocument(world.route().sendResponse(outcome, in: exchange, without: [], at: world.now))
        _ = try document.root.verifySignature(trusting: before.signing.published, policy: .eidas, confirmedBy: nil)
        #expect(try world.open(document, from: .p256b).statusCodes == [SAMLURI.success])
    }

    @Test("Keys are read from PKCS#12 files, modern and old, and a wrong passphrase says so", arguments: [false, true])
    func pkcs12(isOld: Bool) throws {
        let rings = try Rings()
        let path = rings.folder.path + "/key.p12"
        try Program.run(
            [
                "openssl", "pkcs12", "-export", "-in", Rings.file(.rsa3072a), "-out", path, "-passout",
                "pass:hunter2 ñ",
            ] + (isOld ? ["-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES"] : []))
        try Data("hunter2 ñ\n".utf8).write(to: URL(fileURLWithPath: rings.folder.path + "/good"))
        try Data("hunter3\n".utf8).write(to: URL(fileURLWithPath: rings.folder.path + "/wrong"))
        func put(_ passphrase: String) throws -> [Fault] {
            let secret = Secret.file(path: "\(rings.folder.path)/\(passphrase)")
            try rings.change("connector-signing") { ring in
                ring.entries[1].key = .pkcs12(path: path, passphrase: secret)
                ring.entries[1].certificate = nil
            }
            return rings.read().faults
        }
        #expect(try put("good") == [])
        #expect(
            try rings.keys().metadata(rings.settings, version: "1").signing
                == Self.certificates(.connector, .rsa3072a))
        try rings.change("connector-signing") { try $0.roll(at: rings.now) }
        let text = Array("abc".utf8)
        let signer = try rings.keys().connector
        #expect(try signer.key.sign(text, .pssSHA256).count == 384)
        let wrong = try put("wrong")
        #expect(wrong.map(\.found) == ["a wrong passphrase"] && wrong.map(\.file) == [path])
        #expect(try put("none").map(\.found) == ["no file at \(rings.folder.path)/none"])
        #expect(!"\(wrong)".contains("hunter"))
    }

    @Test(
        "A key in PEM that a passphrase keeps is told as such, of messages and of TLS",
        arguments: [["pkey"], ["rsa", "-traditional"]])
    func encrypted(form: [String]) throws {
        let folder = try Folder([:])
        let path = folder.path + "/key.pem"
        try Program.run(
            ["openssl"] + form + ["-aes256", "-in", Rings.file(.rsa3072a), "-out", path, "-passout", "pass:hunter2"])
        let server = try Rings {
            $0 += "\nlisten: {tls: {key: \"\(path)\", certificate: \"\(Rings.file(.rsa3072a))\"}}\n"
        }
        let signing = try Rings()
        try signing.change("connector-signing") { $0.entries[1].key = .pem(path: path) }
        for rings in [server, signing] {
            let faults = rings.read().faults
            #expect(faults.map(\.found) == ["an encrypted one"] && faults.map(\.file) == [path])
            #expect(faults.first?.advice.contains("openssl pkey") == true)
        }
    }

    @Test("Keys in a token sign, open and are proved when they are read")
    func pkcs11() throws {
        let token = try SoftToken(keys: [.p256a, .rsa4096])
        let rings = try Rings()
        func put(_ ring: String, _ key: TestKey, pin: String = SoftToken.pin) throws {
            try Data(pin.utf8).write(to: URL(fileURLWithPath: rings.folder.path + "/pin"))
            try rings.change(ring) { ring in
                ring.entries[1].key = .pkcs11(
                    module: token.module, uri: token.address(of: key), pin: .file(path: rings.folder.path + "/pin"))
            }
        }
        try put("connector-signing", .p256a)
        try put("connector-encryption", .rsa4096)
        for ring in ["connector-signing", "connector-encryption"] {
            try rings.change(ring) { try $0.roll(at: rings.now) }
        }
        let keys = try token.start { _ in try rings.keys() }
        var world = try World()
        world.node = keys.node(rings.settings)
        world.requester.seal.signer = try keys.gateway.using(.rsaSHA512)
        let (sent, exchange, question) = try world.ask()
        _ = try SentDocument(sent).root.verifySignature(
            trusting: Self.certificates(.p256a), policy: .eidas, confirmedBy: nil)
        var answer = try world.answer(to: question)
        answer.recipients = [try TestKey.rsa4096.recipient()]
        #expect(try world.finish(answer, to: question, in: exchange).statusCodes == [SAMLURI.success])
        // Another certificate than that of the key in the token.
        try rings.change("connector-signing") { $0.entries[1].certificate = Rings.file(.p256b) }
        let faults = rings.read().faults
        #expect(faults.map(\.file) == [token.module])
        #expect(faults.first?.expected == "a signature of the certificate's key")
        try rings.change("connector-signing") { ring in
            ring.entries[1].key = .pkcs11(
                module: token.module, uri: "pkcs11:token=Puente;object=no", pin: .file(path: rings.folder.path + "/pin")
            )
        }
        #expect(rings.read().faults.first?.expected == "one private key of that name in the token (token Puente)")
    }

    @Test("Every key that lives is held to what its purpose asks, so that a roll cannot fail")
    func held() throws {
        func faults(_ ring: String, _ key: TestKey, _ text: (inout String) -> Void = { _ in }) throws -> [String] {
            let rings = try Rings(text)
            try rings.change(ring) { $0.entries[1] = Self.next(key) }
            return rings.read().faults.map { "\($0.expected): \($0.found)" }
        }
        #expect(try faults("connector-signing", .p256b) == [])
        #expect(
            try faults("connector-signing", .rsa2048a)
                == ["RSA of 3072 bits or more, or a named curve: RSA-2048"])
        #expect(try faults("clave", .rsa2048a) == [])
        #expect(
            try faults("connector-encryption", .connector) == ["another key than the signing key: the same"])
        #expect(
            try faults("connector-signing", .rsa3072a) {
                $0.replace(
                    "  signing-ring: connector-signing.yaml",
                    with: "  signing-ring: connector-signing.yaml\n  signature-algorithm: rsa-pss-sha512")
            } == [])
        #expect(
            try faults("connector-signing", .p256b) {
                $0.replace(
                    "  signing-ring: connector-signing.yaml",
                    with: "  signing-ring: connector-signing.yaml\n  signature-algorithm: rsa-pss-sha512")
            } == ["a key for \(SignatureAlgorithm.pssSHA512.uri): prime256v1"])
        #expect(
            try faults("gateway", .p256b) == ["a key for \(SignatureAlgorithm.rsaSHA512.uri): prime256v1"])
    }

    private static func next(_ key: TestKey) -> KeyRing.Entry {
        var entry = Rings.entry("new", key)
        entry.state = .next
        return entry
    }

    @Test("Time counts for the key that is used, not for one that is to come or that retires")
    func time() throws {
        let rings = try Rings()
        for day in [-20_000.0, 40_000] {
            rings.now += day * 86_400
            #expect(Set(rings.read().faults.map(\.expected)) == ["a certificate that is valid now"])
            rings.now -= day * 86_400
        }
        let early = try TestKey.p256b.key().certify(
            commonName: "x", usage: .signing, from: rings.now + 60, until: rings.now + 120)
        let path = rings.folder.path + "/early.pem"
        try Data(early.pem.utf8).write(to: URL(fileURLWithPath: path))
        try rings.change("connector-signing") {
            $0.entries[1] = Self.next(.p256b)
            $0.entries[1].certificate = path
        }
        #expect(try rings.keys().connectorSigning.published.contains(early))
        try rings.change("connector-signing") { try $0.roll(at: rings.now) }
        #expect(rings.read().faults.map(\.file) == [path])
        rings.now += 90
        #expect(try rings.keys().connector.certificate == early)
        rings.now += 90
        #expect(rings.read().faults.map(\.file) == [path])
    }

    @Test("Files of a key that is gone may be gone, those of any other may not")
    func files() throws {
        let rings = try Rings()
        try rings.change("connector-signing") { ring in
            ring.entries.insert(Rings.entry("older", .p521, .pem(path: "/nowhere/key")), at: 0)
        }
        #expect(rings.read().faults == [])
        try rings.change("connector-signing") { $0.entries[0].state = .retiring }
        #expect(rings.read().faults.map(\.found) == ["no file at /nowhere/key"])
    }

    @Test("A ring of signing keys needs a key of its own for the metadata, which others pin")
    func metadataKey() throws {
        let text = """
            public-url: https://puente.example.es
            connector: {signing-ring: a.yaml}
            """
        let faults = Settings.parse(text, file: "p.yaml", rules: SettingsRules(checksFiles: false)).faults
        #expect(faults.contains { $0.path == "connector.signing-ring" && $0.expected.hasPrefix("metadata-ring") })
        let both = Settings.parse(
            "connector: {signing-ring: a.yaml, signing-key: a.key, metadata-ring: b.yaml}", file: "p.yaml",
            rules: SettingsRules(checksFiles: false)
        ).faults
        #expect(both.contains { $0.expected == "signing-ring alone" })
    }
}

/// A program of Debian's that must be there.
enum Program {
    struct Failure: Error {
        let told: String
    }

    static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let told = Pipe()
        process.standardError = told
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = try told.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(told: String(decoding: text, as: UTF8.self)) }
    }
}
