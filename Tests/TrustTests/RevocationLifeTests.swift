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
        arguments: ["ended.crl", "other.crl", "forged.crl", "delta.crl", "README.md", "nothing.crl"], [true, false])
    func unusable(file: String, mandatory: Bool) throws {
        let life = try Self.life()
        try life.pass(Self.publisher())
        life.revocations = [try Self.list(file, mandatory: mandatory)]
        try life.pass()
        #expect(life.isUsable == !mandatory)
        if mandatory {
            #expect(life.held[0].bar?.rule == .revocationList)
        }
        let revocations = life.verifier.revocations(life.revocations, [:], [:], [:], at: life.now)
        #expect(revocations.failures(at: life.now).count == 1)
    }

    static let source = NodeEntry.Source.https(url: "https://ca.example/good.crl", certificateAuthority: nil)

    /// A life in which a list that revokes the signer was fetched.
    static func fetchedLife(mandatory: Bool = false, _ file: String = "signer-revoked.crl") throws -> Life {
        let life = try life()
        try life.pass(publisher())
        life.revocations = [
            RevocationEntry(issuer: Data(try certificate("good").der), source: source, isRequired: mandatory)
        ]
        try life.fetched(file)
        return life
    }

    @Test("A list that was fetched counts whether or not its source answers, also after a restart")
    func fetched() throws {
        let life = try Self.fetchedLife()
        #expect(life.held[0].bar?.rule == .signatureKeyRevoked)
        for found in [[Self.source: Finding.nothing(Rejection(.metadataUnavailable))], [:]] {
            try life.pass(found: found, restart: true)
            #expect(life.held[0].bar?.rule == .signatureKeyRevoked)
        }
    }

    @Test(
        "What is no good list, or an older one, does not take the place of the last good one, also after a restart",
        arguments: ["README.md", "forged.crl", "delta.crl", "sha1.crl", "older.crl", "other.crl"])
    func displaced(file: String) throws {
        let life = try Self.fetchedLife(mandatory: true)
        try life.fetched(file)
        for restart in [false, true] {
            try life.pass(restart: restart)
            #expect(life.held[0].bar?.rule == .signatureKeyRevoked)
            let failures = life.verifier.revocations(
                life.revocations, [:], try life.archive.fetches(), try life.archive.keptLists(),
                at: life.now
            ).failures(at: life.now)
            #expect(failures[Self.source.words]?.rule == .revocationList)
        }
        // Nothing sweeps the copy away; a newer list brings the node back.
        let kept = try Set(life.archive.keptLists().values.map(\.document))
        #expect(kept.count == 1)
        #expect(try kept.isSubset(of: life.archive.documentsInUse()))
        try life.fetched("none.crl")
        #expect(life.isUsable)
    }

    @Test("A file that was spoilt takes nothing away from its last good content")
    func spoilt() throws {
        let life = try Self.life()
        try life.pass(Self.publisher())
        let path = life.folder.path + "/good.crl"
        let good = try Repository.octets("Tests/Vectors/revocation/signer-revoked.crl")
        try Data(good).write(to: URL(fileURLWithPath: path))
        life.revocations = [
            RevocationEntry(issuer: Data(try Self.certificate("good").der), source: .file(path: path))
        ]
        for octets in [good, Array(good.prefix(200)), []] {
            try Data(octets).write(to: URL(fileURLWithPath: path))
            try life.pass(restart: true)
            #expect(life.held[0].bar?.rule == .signatureKeyRevoked)
        }
    }

    @Test("A list that has ended still revokes, and one that is mandatory ends at its hour unasked")
    func ends() throws {
        let waited = try Self.life(Self.list("ended-signer-revoked.crl"))
        try waited.pass(Self.publisher())
        #expect(!waited.isUsable && waited.held.first?.failure?.rule == .signatureKeyRevoked)
        let life = try Self.life(Self.list("none.crl", mandatory: true))
        try life.pass(Self.publisher())
        #expect(life.isUsable)
        let end = try #require(life.held[0].barredFrom)
        #expect(end == ISO8601DateFormatter().date(from: "2056-01-01T00:00:00Z"))
        var held = life.held[0]
        held.barredFrom = life.now + 60
        #expect(held.end(life.verifier.settings) == life.now + 60)
        let responder = try Responder(held.usable(), held.entry, until: held.end(life.verifier.settings))
        #expect(responder.validUntil == life.now + 60)
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
        #expect(!life.isUsable && life.held[0].bar?.rule == .revocationList)
    }

    @Test("Of several lists of one authority it is enough that one tells")
    func split() throws {
        let life = try Self.life(
            Self.list("none.crl", mandatory: true), Self.list("nothing.crl", mandatory: true))
        try life.pass(Self.publisher())
        #expect(life.isUsable)
        life.revocations.append(try Self.list("peer-revoked.crl"))
        try life.pass()
        #expect(!life.isUsable)
    }
}

extension Life {
    /// The source of the revocation list gives something, and the archive notes it.
    fileprivate func fetched(_ file: String) throws {
        let document = try verifier.documents.keep(Repository.octets("Tests/Vectors/revocation/\(file)"))
        var fetch = TrustArchive.Fetch(askedAt: now, failures: 0)
        fetch.last = TrustArchive.Fetched(document: document, validators: .init())
        try archive.note(fetch, of: RevocationLifeTests.source.words)
        try pass(found: [RevocationLifeTests.source: .document(document)])
    }
}
