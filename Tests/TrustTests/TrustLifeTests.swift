// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import Settings
import Synchronization
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

/// A Proxy-Service abroad, as it publishes itself.
struct Publisher {
    static let entityID = EntityID("https://no.example/metadata")
    static let day = 86_400.0

    var entityID = Self.entityID
    var country = "NO"
    var keys: [TestKey] = [.p256a]
    var host = "no.example"
    var path = "/sso"
    /// Signs the metadata.
    var signer = TestKey.p384
    var hours = 24.0
    var levels = ["http://eidas.europa.eu/LoA/high"]
    var hasRole = true
    /// Instead of those over the keys, and instead of the signer's own.
    var certificates: [Certificate]?
    var shown: [Certificate]?
    /// What is done to the document before it is signed.
    var edit: @Sendable (inout XMLNode) throws -> Void = { _ in }
    /// How it is signed otherwise than it should be.
    var recipe: @Sendable (inout SignatureRecipe) throws -> Void = { _ in }

    func document(at now: Date) throws -> [UInt8] {
        let metadata = ProxyServiceMetadata(
            entityID: entityID, country: try World.memberState(country),
            singleSignOnService: "https://\(host)\(path)", levels: levels,
            attributes: [], needsRequesterID: false, signing: try certificates ?? keys.map { try $0.lasting },
            details: OperatorDetails(
                name: "x", displayName: "x", url: "https://no.example/",
                support: .init(company: "x", email: "x@no.example"),
                technical: .init(company: "x", email: "x@no.example")), applicationIdentifier: "x")
        var root = metadata.document(id: MessageID("_m"), validUntil: now + hours * 3600)
        if !hasRole { try root.edit("IDPSSODescriptor") { $0.name = Namespace.md("AttributeAuthorityDescriptor") } }
        try edit(&root)
        var signature = SignatureRecipe(signer)
        signature.shown = try shown ?? [signer.lasting]
        try recipe(&signature)
        return try signature.sign(root, behind: 0).serialized()
    }
}

extension TestKey {
    /// Over this key, for thirty years, whenever a test takes place.
    var lasting: Certificate {
        get throws {
            try lastingCertificates.withLock { made in
                if let certificate = made[self] { return certificate }
                let certificate = try key().certify(
                    commonName: rawValue, usage: .signing, from: Date(timeIntervalSince1970: 1_700_000_000),
                    until: Date(timeIntervalSince1970: 2_700_000_000))
                made[self] = certificate
                return certificate
            }
        }
    }
}

private let lastingCertificates = Mutex<[TestKey: Certificate]>([:])

/// A node's trust over the years, with a clock of its own.
final class Life {
    static let start = Date(timeIntervalSince1970: 1_772_442_000)

    let folder: Folder
    let archive: TrustArchive
    let verifier: Verifier
    var now = start
    var held: [Held] = []
    var plan: TrustPlan?
    var entries: [NodeEntry]
    var lists: [ServiceListEntry] = []
    var revocations: [RevocationEntry] = []
    var listings: [Listing] = []

    init(_ entries: [NodeEntry]? = nil, settings more: String = "") throws {
        folder = try Folder([:])
        archive = try TrustArchive(path: folder.path + "/trust.sqlite")
        let settings = Settings.parse(
            """
            public-url: https://puente.example
            connector:
              signing-key: s.key
              signing-certificate: s.pem
              encryption-key: e.key
              encryption-certificate: e.pem
              organization: {name: x, url: "https://www.example"}
              contacts: {support: {company: x, email: a@x.example}, technical: {company: x, email: b@x.example}}
            clave: {signing-key: c.key, signing-certificate: c.pem}
            operator: {name: x, contact-email: a@x.example}
            \(more)
            """, file: folder.path + "/puente.yaml", rules: SettingsRules(checksFiles: false))
        verifier = Verifier(
            settings: try #require(settings.value), documents: DocumentFolder(path: folder.path + "/metadata"),
            reader: LibXMLSec1())
        self.entries = try entries ?? [Self.entry()]
    }

    static func entry(_ publisher: Publisher = Publisher(), pins: [TestKey] = [.p384]) throws -> NodeEntry {
        NodeEntry(
            entityID: publisher.entityID, country: try World.memberState(publisher.country), role: .proxyService,
            source: .https(url: publisher.entityID.rawValue, certificateAuthority: nil),
            pins: try pins.map { Data(try $0.lasting.der) })
    }

    /// Some time goes by and the sources are asked; what is `nil` does not answer.
    func pass(days: Double = 0, _ documents: [[UInt8]?] = [], restart: Bool = false) throws {
        now += days * Publisher.day
        var found: [NodeEntry.Source: Finding] = [:]
        for (entry, octets) in zip(entries, documents) {
            found[entry.source] =
                if let octets { .document(try verifier.documents.keep(octets)) } else {
                    .nothing(Rejection(.metadataUnavailable, found: "no answer"))
                }
        }
        try pass(found: found, restart: restart)
    }

    func pass(found: [NodeEntry.Source: Finding], restart: Bool = false) throws {
        let settlement = try Settlement(
            Registry(nodes: entries, lists: lists, revocations: revocations), found, archive,
            before: restart ? [] : held, verifier, at: now)
        _ = try settlement.write(archive, verifier.documents, why: "test", at: now)
        (held, plan, listings) = (settlement.next, settlement.plan, settlement.listings)
    }

    func pass(days: Double = 0, _ publisher: Publisher, restart: Bool = false) throws {
        try pass(days: days, [publisher.document(at: now + days * Publisher.day)], restart: restart)
    }

    func version() throws -> Int { try archive.inForce().number }
    var waits: [TrustChange.Kind] { plan?.waiting.flatMap(\.waitsFor) ?? [] }
    /// Whether a login could use the first node now.
    var isUsable: Bool {
        held.first.map { held in held.bar == nil && held.entity.map { now < $0.validUntil } ?? false } ?? false
    }
    var keys: [PublicKey] { held.first?.entity?.descriptor.signingCertificates.map(\.publicKey) ?? [] }
}

@Suite("The trust of a node over the years")
struct TrustLifeTests {
    @Test("A document that was damaged is no longer believed, and the same one heals it")
    func healed() throws {
        let life = try Life()
        let octets = try Publisher().document(at: life.now)
        try life.pass([octets])
        let digest = try #require(life.held[0].record.document)
        #expect(life.verifier.documents.isWhole(digest))
        try Data(octets.prefix(1000)).write(to: URL(fileURLWithPath: life.verifier.documents.path(of: digest)))
        #expect(!life.verifier.documents.isWhole(digest))
        try life.pass(restart: true)
        #expect(!life.isUsable)
        try life.pass([octets])
        #expect(try life.isUsable && life.version() == 1 && life.waits.isEmpty)
    }

    @Test(
        "What was fetched under one authority says nothing to whoever asks under another", arguments: [nil, "/a", "/b"])
    func authorities(own: String?) throws {
        func source(_ authority: String?) -> NodeEntry.Source {
            .https(url: Publisher.entityID.rawValue, certificateAuthority: authority)
        }
        var entry = try Life.entry()
        entry.source = source(own)
        let life = try Life([entry])
        var fetch = TrustArchive.Fetch(askedAt: life.now, failures: 0)
        fetch.last = TrustArchive.Fetched(
            document: try life.verifier.documents.keep(Publisher().document(at: life.now)), validators: .init())
        try life.archive.note(fetch, of: source("/a").fetchName)
        try life.pass()
        #expect(life.isUsable == (own == "/a"))
    }

    @Test("Renewed every day for a year: one version, and a login at any time")
    func years() throws {
        let life = try Life()
        try life.pass(Publisher())
        for day in 1...365 {
            try life.pass(days: 1, Publisher(), restart: day.isMultiple(of: 100))
            #expect(life.isUsable && life.waits.isEmpty)
        }
        #expect(try life.version() == 1)
    }

    @Test("The network is cut for two days: logins go on until the metadata ends, and again with the first answer")
    func cut() throws {
        let life = try Life()
        try life.pass(Publisher(hours: 60))
        for hour in 1...48 {
            try life.pass(days: 1 / 24, [nil], restart: hour.isMultiple(of: 7))
            #expect(life.isUsable)
        }
        #expect(life.held[0].failure?.rule == .metadataUnavailable)
        try life.pass(days: 0.6, [nil])
        #expect(!life.isUsable)
        let end = life.held[0].entity?.validUntil
        try life.pass(days: 30, [nil], restart: true)
        #expect(!life.isUsable && life.held[0].entity == nil)
        #expect(life.held[0].since == end, "out of order since the end of its metadata, not since its last good day")
        try life.pass(Publisher())
        #expect(try life.isUsable && life.held[0].failure == nil && life.version() == 1)
    }

    @Test("A key roll-over: the new one beside the old one, then alone, with nobody's help")
    func rollOver() throws {
        let life = try Life()
        try life.pass(Publisher(keys: [.p256a]))
        try life.pass(days: 1, Publisher(keys: [.p256a, .p521]))
        #expect(life.keys.count == 2)
        try life.pass(days: 30, Publisher(keys: [.p521]))
        #expect(try life.keys.count == 1 && life.version() == 3)
        let kinds = try life.archive.history().map { $0.steps.flatMap(\.changes).map(\.kind) }
        #expect(kinds == [[.keyRemoved], [.keyAdded], [.nodeAdded]])
    }

    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let waits: [TrustChange.Kind]
        let publisher: Publisher

        init(_ name: String, _ waits: TrustChange.Kind..., change: (inout Publisher) -> Void) {
            (testDescription, self.waits) = (name, waits)
            var publisher = Publisher()
            change(&publisher)
            self.publisher = publisher
        }
    }

    static let changes = [
        Change("G07: all keys at once", .allKeysChanged) { $0.keys = [.p521] },
        Change("G06: an endpoint on another host", .endpointHostMoved) { $0.host = "no.example.evil.example" },
        Change("an endpoint on another port", .endpointHostMoved) { $0.host = "no.example:8443" },
        Change("an endpoint on the same host") { $0.path = "/sso2" },
        Change("G06: the role vanished", .roleVanished) { $0.hasRole = false },
        Change("G02: older metadata with other content", .older) { ($0.hours, $0.levels) = (12, []) },
        Change("another level") { $0.levels = ["http://eidas.europa.eu/LoA/low"] },
        Change("everything at once", .allKeysChanged, .endpointHostMoved) {
            ($0.keys, $0.host, $0.path) = ([.p521], "x.example", "/y")
        },
    ]

    @Test("What a thief would do waits for a person; the rest is taken over", arguments: changes)
    func takeOver(change: Change) throws {
        let life = try Life()
        try life.pass(Publisher())
        let keys = life.keys
        try life.pass(days: 0.01, change.publisher)
        #expect(life.waits == change.waits)
        #expect(try life.version() == (change.waits.isEmpty ? 2 : 1))
        if !change.waits.isEmpty {
            // The node goes on with what it has, also after a restart, and the change still waits.
            try life.pass(restart: true)
            #expect(life.isUsable && life.waits == change.waits)
            #expect(life.keys.map(\.kind) == keys.map(\.kind))
        }
    }

    @Test("What waits is taken over by an operator, and what was turned back waits from then on")
    func decisions() throws {
        let life = try Life()
        try life.pass(Publisher())
        try life.pass(days: 0.1, Publisher(keys: [.p521]))
        let plan = try #require(life.plan)
        var nodes = try life.archive.inForce().nodes
        nodes[0].record.document = try #require(plan.waiting.first?.after?.document)
        #expect(throws: TrustArchive.Fault.overtaken) {
            try life.archive.commit(nodes, after: 7, plan.steps, at: life.now, who: "ana", why: "asked")
        }
        #expect(try life.archive.commit(nodes, after: 1, plan.steps, at: life.now, who: "ana", why: "asked") == 2)
        try life.pass()
        #expect(life.keys.map(\.kind) == [.ec(.p521)] && life.waits.isEmpty)
        #expect(try life.archive.history().map(\.who) == ["ana", "puente"])
        // Turned back: the same wish is not taken over again.
        let undone = NodeRecord.fingerprint(life.held[0].entry, life.held[0].baseline)
        let first = try life.archive.nodes(of: 1)
        _ = try life.archive.commit(
            first, after: 2, plan.steps, turningBack: [life.held[0].key: [undone]], at: life.now, who: "ana",
            why: "a mistake")
        try life.pass(days: 0.1, Publisher(keys: [.p521]))
        #expect(life.waits == [.allKeysChanged, .turnedBack] && life.keys.map(\.kind) == [.ec(.p256)])
    }

    @Test("Another anchor waits; a node that is added, switched off or removed by the operator does not")
    func entries() throws {
        let life = try Life()
        try life.pass(Publisher())
        let pinned = life.entries[0]
        life.entries = [try Life.entry(pins: [.p521])]
        try life.pass()
        #expect(life.waits == [.anchorChanged] && life.isUsable)
        life.entries = [pinned]
        life.entries[0].enabled = false
        try life.pass()
        #expect(try life.waits.isEmpty && life.held[0].entry.enabled == false && life.version() == 2)
        life.entries = []
        try life.pass()
        #expect(try life.held.isEmpty && life.version() == 3)
    }

    @Test("One bad country never touches another")
    func neighbours() throws {
        let sweden = Publisher(entityID: EntityID("https://se.example/metadata"), country: "SE", host: "se.example")
        let life = try Life([Life.entry(), Life.entry(sweden)])
        try life.pass([Publisher().document(at: life.now), sweden.document(at: life.now)])
        life.now += 3600
        try life.pass([Array("<rubbish".utf8), sweden.document(at: life.now)])
        #expect(life.held.map(\.failure?.rule) == [.xmlMalformed, nil])
        #expect(life.isUsable && life.held[1].entity != nil)
        // One signed by the other's key, or the other's whole document, is none of its own.
        var stolen = sweden
        stolen.signer = .p521
        try life.pass([sweden.document(at: life.now), stolen.document(at: life.now)])
        #expect(life.held.map(\.failure?.rule) == [.metadataEntity, .metadataSignature])
        #expect(life.isUsable && life.held[1].entity != nil)
    }

    @Test("Older metadata with the same content changes nothing, and never shortens what is held")
    func replayed() throws {
        let life = try Life()
        let old = try Publisher().document(at: life.now)
        try life.pass(days: 0.5, Publisher())
        let end = life.held[0].entity?.validUntil
        try life.pass(days: 0.1, [old])
        #expect(life.held[0].entity?.validUntil == end && life.waits.isEmpty)
    }

    @Test("What was withdrawn, or has ended, waits no longer", arguments: [false, true])
    func withdrawn(byTime: Bool) throws {
        let life = try Life()
        try life.pass(Publisher(hours: 240))
        try life.pass(days: 0.1, Publisher(keys: [.p521]))
        #expect(life.waits.contains(.allKeysChanged))
        if byTime { try life.pass(days: 2, restart: true) } else { try life.pass(days: 0.1, Publisher(hours: 240)) }
        try life.pass(restart: true)
        #expect(life.waits.isEmpty && life.isUsable)
        #expect(try life.archive.candidates().isEmpty && life.keys.map(\.kind) == [.ec(.p256)])
    }

    @Test("Lists in another order mix up no documents")
    func reordered() throws {
        let sweden = Publisher(entityID: EntityID("https://se.example/metadata"), country: "SE", host: "se.example")
        let life = try Life([Life.entry(), Life.entry(sweden)])
        try life.pass([Publisher().document(at: life.now), sweden.document(at: life.now)])
        life.entries.reverse()
        life.now += 3600
        try life.pass([sweden.document(at: life.now), Publisher().document(at: life.now)])
        try life.pass(restart: true)
        #expect(life.held.allSatisfy { $0.entity != nil && $0.failure == nil && $0.acceptedAt == life.now })
    }

    @Test("Who was off for a while does not come back with other keys unseen")
    func switchedOff() throws {
        let life = try Life()
        try life.pass(Publisher())
        life.entries[0].enabled = false
        try life.pass()
        try life.pass(days: 100, restart: true)
        life.entries[0].enabled = true
        try life.pass(Publisher(keys: [.p521]))
        #expect(life.waits == [.allKeysChanged])
    }

    @Test(
        "Whose document is damaged on the disk comes back with the same content, and with other keys waits for a person"
    )
    func damaged() throws {
        let life = try Life()
        try life.pass(Publisher())
        for (publisher, waits) in [(Publisher(keys: [.p521]), [TrustChange.Kind.allKeysChanged]), (Publisher(), [])] {
            let digest = try #require(life.held[0].record.document)
            try Data("x".utf8).write(to: URL(fileURLWithPath: life.verifier.documents.path(of: digest)))
            try life.pass(days: 0.1, publisher, restart: true)
            #expect(life.waits == waits && life.isUsable == waits.isEmpty)
        }
        #expect(try life.version() == 1)
    }

    @Test("What waits goes on waiting when its source fails for a while")
    func waiting() throws {
        let life = try Life()
        try life.pass(Publisher())
        try life.pass(days: 0.1, Publisher(keys: [.p521]))
        try life.pass(days: 0.1, [nil])
        try life.pass(restart: true)
        #expect(life.waits == [.allKeysChanged])
        try life.pass(days: 0.1, [Array("<html>".utf8)])
        #expect(life.waits == [.allKeysChanged] && life.plan?.failures.values.map(\.rule) == [.xmlMalformed])
    }

    @Test("A file that was emptied does not take all nodes out by itself")
    func emptied() throws {
        let sweden = Publisher(entityID: EntityID("https://se.example/metadata"), country: "SE", host: "se.example")
        let life = try Life([Life.entry(), Life.entry(sweden)])
        try life.pass([Publisher().document(at: life.now), sweden.document(at: life.now)])
        life.entries = []
        try life.pass()
        #expect(life.waits == [.nodeRemoved, .nodeRemoved] && life.held.count == 2)
    }

    @Test("Who fails goes on failing while others are asked")
    func failing() throws {
        let sweden = Publisher(entityID: EntityID("https://se.example/metadata"), country: "SE", host: "se.example")
        let life = try Life([Life.entry(), Life.entry(sweden)])
        try life.pass([Publisher().document(at: life.now), sweden.document(at: life.now)])
        try life.pass(days: 0.1, [nil])
        try life.pass()
        #expect(life.held.map(\.failure?.rule) == [.metadataUnavailable, nil])
    }

    @Test("Where two decide, one of them brings in no node alone")
    func two() throws {
        let people = "operators: [{name: a, key: \(try Life.pem(.p256a))}, {name: b, key: \(try Life.pem(.p521))}]"
        let life = try Life(settings: "trust: {approvals: 2, \(people)}")
        try life.pass(Publisher())
        let sweden = Publisher(entityID: EntityID("https://se.example/metadata"), country: "SE", host: "se.example")
        life.entries.append(try Life.entry(sweden))
        try life.pass()
        #expect(life.waits == [.nodeAdded] && life.held.count == 1)
    }
}

extension Life {
    /// In quotation marks, as YAML reads it.
    fileprivate static func pem(_ key: TestKey) throws -> String {
        "\"" + (try key.lasting.pem).replacingOccurrences(of: "\n", with: "\\n") + "\""
    }
}
