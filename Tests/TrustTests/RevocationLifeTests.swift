// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@testable import Trust

@Suite("Revoked certificates (M-16)")
struct RevocationLifeTests {
    static func path(_ file: String) -> String { Repository.root.path + "/Tests/Vectors/revocation/" + file }
    static func certificate(_ name: String) throws -> Certificate {
        try Certificate(pemOrDER: Repository.octets("Tests/Vectors/revocation/\(name).pem"))
    }
    static func list(_ file: String, mandatory: Bool = false) throws -> RevocationEntry {
        RevocationEntry(
            issuer: Data(try certificate("good").der), source: .file(path: path(file)), isRequired: mandatory)
    }

    /// Metadata whose signer, and whose one or two keys, the authority `good` has certified.
    static func publisher(keys: [String] = ["peer"]) throws -> Publisher {
        var publisher = Publisher()
        publisher.shown = [try certificate("signer")]
        publisher.certificates = try keys.map(certificate)
        return publisher
    }

    static func life(_ lists: RevocationEntry...) throws -> Life {
        var entry = try Life.entry()
        entry.pins = [Data(try certificate("good").der)]
        let life = try Life([entry])
        life.revocations = lists
        return life
    }

    @Test("A list that revokes nobody changes nothing")
    func good() throws {
        let life = try Self.life(Self.list("none.crl", mandatory: true))
        try life.pass(Self.publisher())
        #expect(life.isUsable && life.held[0].revoked.isEmpty)
    }

    @Test("Metadata of a signer that was revoked is not taken, and what is in force ends at once, also after a restart")
    func signer() throws {
        let fresh = try Self.life(Self.list("signer-revoked.crl"))
        try fresh.pass(Self.publisher())
        #expect(!fresh.isUsable && fresh.held.first?.failure?.rule == .signatureKeyRevoked)
        let life = try Self.life()
        try life.pass(Self.publisher())
        #expect(life.isUsable)
        life.revocations = [try Self.list("signer-revoked.crl")]
        for restart in [false, true] {
            try life.pass(restart: restart)
            #expect(!life.isUsable && life.held[0].bar?.rule == .signatureKeyRevoked)
        }
        life.revocations = [try Self.list("none.crl")]
        try life.pass()
        #expect(life.isUsable)
    }

    @Test("A key that was revoked opens no door, another of the same node does; without another the node is out")
    func keys() throws {
        let life = try Self.life(Self.list("peer-revoked.crl"))
        try life.pass(Self.publisher(keys: ["peer", "next"]))
        let held = try #require(life.held.first)
        let peer = try Self.certificate("peer")
        #expect(life.isUsable && held.revoked == [peer])
        let responder = try Responder(held.usable(), held.entry, revoked: held.revoked)
        #expect(responder.sender.revoked == [peer])
        try life.pass(days: 0.1, Self.publisher())
        // The good key has gone: nobody else is left.
        #expect(life.held[0].failure?.rule == .signatureKeyRevoked)
    }

    @Test(
        "A list that cannot be used bars its authority's certificates where it is mandatory, and nobody elsewhere",
        arguments: ["ended.crl", "other.crl", "forged.crl", "README.md", "nothing.crl"], [true, false])
    func unusable(file: String, mandatory: Bool) throws {
        let life = try Self.life()
        try life.pass(Self.publisher())
        life.revocations = [try Self.list(file, mandatory: mandatory)]
        try life.pass()
        #expect(life.isUsable == !mandatory)
        if mandatory {
            let rule = life.held[0].bar?.rule
            #expect(rule == (file == "nothing.crl" ? .metadataUnavailable : .revocationList))
        }
        let failures = life.verifier.revocations(life.revocations, [:], [:], at: life.now).failures
        #expect(failures.count == 1)
    }

    @Test("A list that was fetched counts until its own end, whether or not its source answers")
    func fetched() throws {
        let life = try Self.life()
        try life.pass(Self.publisher())
        let source = NodeEntry.Source.https(url: "https://ca.example/good.crl", certificateAuthority: nil)
        life.revocations = [RevocationEntry(issuer: Data(try Self.certificate("good").der), source: source)]
        let octets = try Repository.octets("Tests/Vectors/revocation/signer-revoked.crl")
        let list = try life.verifier.documents.keep(octets)
        try life.pass(found: [source: .document(list)])
        #expect(life.held[0].bar?.rule == .signatureKeyRevoked)
        var fetch = TrustArchive.Fetch(askedAt: life.now, failures: 0)
        fetch.last = TrustArchive.Fetched(document: list, validators: .init())
        try life.archive.note(fetch, of: source.words)
        for found in [[source: Finding.nothing(Rejection(.metadataUnavailable))], [:]] {
            try life.pass(found: found, restart: true)
            #expect(life.held[0].bar?.rule == .signatureKeyRevoked)
        }
    }

    @Test("Certificates of other authorities are not this list's to judge")
    func others() throws {
        let life = try Life()
        life.revocations = [try Self.list("ended.crl", mandatory: true)]
        try life.pass(Publisher())
        #expect(life.isUsable)
    }

    @Test("Of a chain of authorities each is looked up in the list of the one above")
    func chain() throws {
        let (rootKey, middleKey) = (try PrivateKey.generate(.ec(.p256)), try PrivateKey.generate(.ec(.p256)))
        let dates = (from: Life.start - 86_400, until: Life.start + 86_400)
        let root = try rootKey.certify(
            commonName: "root", usage: .authority, from: dates.from, until: dates.until)
        let middle = try middleKey.certify(
            commonName: "middle", usage: .authority, from: dates.from, until: dates.until, by: (rootKey, root))
        let leaf = try TestKey.p384.key().certify(
            commonName: "leaf", usage: .signing, from: dates.from, until: dates.until, by: (middleKey, middle))
        var publisher = Publisher()
        publisher.shown = [leaf, middle]
        var entry = try Life.entry()
        entry.pins = [Data(root.der)]
        let life = try Life([entry])
        try life.pass(publisher)
        #expect(life.isUsable)
        // The lower list is there in vain as long as nobody answers for the one above.
        life.revocations = [
            RevocationEntry(issuer: Data(middle.der), source: .file(path: "/nothing")),
            RevocationEntry(issuer: Data(root.der), source: .file(path: "/nothing"), isRequired: true),
        ]
        try life.pass()
        #expect(!life.isUsable && life.held[0].bar?.rule == .metadataUnavailable)
    }
}
