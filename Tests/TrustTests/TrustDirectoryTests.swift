// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import Logging
import PuenteTestKit
import SAML
import SecondOpinion
import Settings
import Synchronization
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

/// A node's directory on files of its own, with one Proxy-Service abroad whose metadata is a file.
final class Place {
    let folder: Folder
    let settings: Settings
    let now = Life.start

    /// - Parameter more: lines of the settings.
    init(_ publisher: Publisher = Publisher(), _ more: String = "") throws {
        folder = try Folder([
            "metadata/services.yaml": "services: []\n", "ana.pem": try TestKey.p256b.certificate().pem,
        ])
        func key(_ key: TestKey) -> String { Repository.root.path + "/Tests/Vectors/keys/\(key.rawValue).pem" }
        let text = """
            public-url: https://puente.example
            connector:
              signing-key: \(key(.connector))
              signing-certificate: \(key(.connector))
              encryption-key: \(key(.connectorEncryption))
              encryption-certificate: \(key(.connectorEncryption))
              organization: {name: x, url: "https://www.example"}
              contacts: {support: {company: x, email: a@x.example}, technical: {company: x, email: b@x.example}}
            clave: {signing-key: \(key(.gateway)), signing-certificate: \(key(.gateway))}
            mappings: {eidas: \(Repository.root.path)/mappings/eidas.yaml, clave2: \(Repository.root.path)/mappings/clave2.yaml}
            operator: {name: x, contact-email: a@x.example}
            \(more)
            """
        let reading = Settings.parse(text, file: folder.path + "/puente.yaml")
        settings = try #require(reading.value, "\(reading.faults)")
        try publish(publisher)
        try trust(.p384)
    }

    func publish(_ publisher: Publisher) throws {
        try Data(publisher.document(at: now)).write(to: URL(fileURLWithPath: folder.path + "/metadata/no.xml"))
    }

    func trust(_ pin: TestKey) throws {
        let list = """
            nodes:
              - entity-id: \(Publisher.entityID)
                country: NO
                role: proxy-service
                source: {file: no.xml}
                pins: ["\(try pin.lasting.base64)"]
            """
        try Data(list.utf8).write(to: URL(fileURLWithPath: folder.path + "/metadata/trust-list.yaml"))
    }

    func directory(
        _ mode: TrustDirectory.Mode, asking reader: any SecondReader = LibXMLSec1(), _ log: LogBook = LogBook()
    ) throws -> TrustDirectory {
        let faults = Faults()
        let directory = TrustDirectory(
            settings, at: now, logger: log.logger, for: mode, asking: reader, into: faults)
        return try #require(directory, "\(faults.sorted)")
    }

    var keys: [KeyKind] {
        get throws {
            guard let country = try directory(.looking).snapshot.connector.countries.first,
                case .usable(let responder) = country.state
            else { return [] }
            return responder.sender.signingCertificates.map(\.publicKey.kind)
        }
    }
}

@Suite("What operators decide about trust")
struct TrustDirectoryTests {
    @Test("A change waits, is applied, is turned back, and waits from then on")
    func life() throws {
        let place = try Place()
        let node = try place.directory(.serving)
        #expect(node.version == 1 && node.plan.waiting.isEmpty)
        try place.publish(Publisher(keys: [.p521]))
        #expect(node.reload(at: place.now) == [] && node.version == 1)
        #expect(node.plan.waiting.flatMap(\.waitsFor) == [.allKeysChanged])
        let office = try place.directory(.operating)
        #expect(try office.apply(TrustPlanFile(office.plan), at: place.now, who: "ana", why: "asked") == 2)
        #expect(node.reload(at: place.now) == [] && node.version == 2)
        #expect(try place.keys == [.ec(.p521)])
        let back = try place.directory(.operating)
        let plan = try back.plan(backTo: 1, at: place.now)
        #expect(try back.apply(TrustPlanFile(plan), at: place.now, who: "ana", why: "no") == 3)
        #expect(node.reload(at: place.now) == [] && node.version == 3)
        #expect(node.plan.waiting.flatMap(\.waitsFor) == [.allKeysChanged, .turnedBack])
        #expect(try place.keys == [.ec(.p256)])
        #expect(try node.archive.history().map(\.who) == ["ana", "ana", "puente"])
    }

    @Test("A plan that is overtaken, or whose document is gone, is refused, and nothing is changed")
    func overtaken() throws {
        let place = try Place()
        _ = try place.directory(.serving)
        try place.publish(Publisher(keys: [.p521]))
        let office = try place.directory(.operating)
        let plan = try TrustPlanFile(office.plan)
        try place.publish(Publisher(keys: [.brainpool256]))
        // The plan's own document was in the file alone.
        #expect(throws: TrustRefusal.documentMissing(NodeKey(Publisher.entityID, .proxyService))) {
            try office.apply(plan, at: place.now, who: "ana", why: "asked")
        }
        let newer = try place.directory(.operating)
        _ = try newer.apply(TrustPlanFile(newer.plan), at: place.now, who: "luis", why: "asked")
        #expect(throws: TrustRefusal.outdated(base: 1, inForce: 2)) {
            try office.apply(plan, at: place.now, who: "ana", why: "asked")
        }
        #expect(try place.keys == [.ec(.brainpoolP256r1)])
    }

    @Test("A plan is applied with the newest document that says the same, once, whatever other nodes do")
    func renewed() throws {
        let place = try Place()
        let node = try place.directory(.serving)
        try place.publish(Publisher(keys: [.p521]))
        let plan = try TrustPlanFile(place.directory(.operating).plan)
        // Signed anew, for longer: another document with the same content.
        try place.publish(Publisher(keys: [.p521], hours: 200))
        #expect(node.reload(at: place.now) == [])
        // A version of something else was made meanwhile.
        let other = try node.archive.commit(
            try node.archive.inForce().nodes, after: 1, [], at: place.now, who: "luis", why: "something else")
        let office = try place.directory(.operating)
        #expect(try office.apply(plan, at: place.now, who: "ana", why: "asked") == other + 1)
        #expect(try place.keys == [.ec(.p521)])
        #expect(throws: TrustRefusal.outdated(base: 1, inForce: other + 1)) {
            try place.directory(.operating).apply(plan, at: place.now, who: "ana", why: "again")
        }
    }

    @Test("What a return undoes does not come back beside other news, and a return to what has ended says so")
    func returned() throws {
        let place = try Place()
        let node = try place.directory(.serving)
        try place.publish(Publisher(keys: [.p256a, .p521], hours: 400))
        #expect(node.reload(at: place.now) == [] && node.version == 2)
        let office = try place.directory(.operating)
        _ = try office.apply(TrustPlanFile(office.plan(backTo: 1, at: place.now)), at: place.now, who: "ana", why: "no")
        try place.publish(Publisher(keys: [.p256a, .p521], levels: []))
        #expect(node.reload(at: place.now) == [])
        #expect(node.plan.waiting.flatMap(\.waitsFor) == [.turnedBack] && node.version == 3)
        try place.publish(Publisher(keys: [.p256a], levels: []))
        #expect(node.reload(at: place.now) == [] && node.version == 4)
        // The metadata of the first version has ended long ago.
        let late = place.now + 300 * 3600
        let plan = try place.directory(.operating).plan(backTo: 1, at: late)
        #expect(plan.steps.flatMap(\.changes).contains { $0.kind == .contentChanged })
        #expect(plan.failures.values.map(\.rule) == [.metadataExpiry])
    }

    @Test("A switch that is turned back stays so, and so does an entry beside other news")
    func switched() throws {
        let place = try Place()
        let node = try place.directory(.serving)
        let list = place.folder.path + "/metadata/trust-list.yaml"
        let on = try String(contentsOfFile: list, encoding: .utf8)
        for (edit, publisher) in [
            ("\n    enabled: false\n", Publisher()),
            ("\n    profile: {allows-old-key-transport: true}\n", Publisher(levels: [])),
        ] {
            let before = node.version
            try Data((on + edit).utf8).write(to: URL(fileURLWithPath: list))
            #expect(node.reload(at: place.now) == [] && node.version == before + 1)
            let office = try place.directory(.operating)
            let plan = try TrustPlanFile(office.plan(backTo: before, at: place.now))
            #expect(try office.apply(plan, at: place.now, who: "ana", why: "no") == before + 2)
            try place.publish(publisher)
            #expect(node.reload(at: place.now) == [] && node.version == before + 2)
            #expect(node.plan.waiting.flatMap(\.waitsFor) == [.turnedBack])
            try Data(on.utf8).write(to: URL(fileURLWithPath: list))
            try place.publish(Publisher())
            #expect(node.reload(at: place.now) == [] && node.plan.waiting.isEmpty)
        }
    }

    @Test("A role that vanished is taken over as it is shown")
    func vanished() throws {
        let place = try Place()
        _ = try place.directory(.serving)
        try place.publish(Publisher(hasRole: false))
        let office = try place.directory(.operating)
        #expect(office.plan.waiting.flatMap(\.waitsFor) == [.roleVanished])
        #expect(try office.apply(TrustPlanFile(office.plan), at: place.now, who: "ana", why: "asked") == 2)
    }

    @Test("A missing file of one node touches nobody else, and is a fault for puente check alone")
    func missing() throws {
        let place = try Place()
        let node = try place.directory(.serving)
        try FileManager.default.removeItem(atPath: place.folder.path + "/metadata/no.xml")
        #expect(node.reload(at: place.now) == [])
        #expect(try place.keys == [.ec(.p256)])
        let faults = Faults()
        TrustDirectory.check(node.settings, at: place.now, into: faults)
        #expect(faults.sorted.contains { $0.path == "nodes[0].source.file" })
    }

    @Test("The table of Cl@ve in the place of that of eIDAS is a fault")
    func swappedTables() throws {
        var settings = try Place().settings
        swap(&settings.mappings.eidas, &settings.mappings.clave2)
        let faults = Faults()
        TrustDirectory.check(settings, at: Life.start, into: faults)
        #expect(faults.sorted.contains { $0.found == "those of Cl@ve" && $0.file.hasSuffix("mappings/clave2.yaml") })
    }

    /// A plan that says it switches a node, and does something else.
    private func lie(_ place: Place, _ text: (String) throws -> String) throws -> TrustPlanFile {
        let office = try place.directory(.operating)
        let honest = String(decoding: try TrustPlanFile(office.plan).octets, as: UTF8.self)
        let lie = try text(honest)
        #expect(lie != honest)
        return try TrustPlanFile(reading: Data(lie.utf8))
    }

    @Test("A plan whose words hide what its entries do cannot even be read")
    func lies() throws {
        let place = try Place()
        _ = try place.directory(.serving)
        try place.trust(.p521)
        try place.publish(Publisher(signer: .p521))
        let node = NodeKey(Publisher.entityID, .proxyService)
        #expect(throws: TrustRefusal.untrue(node)) {
            try lie(place) { $0.replacingOccurrences(of: "\"anchor-changed\"", with: "\"profile-changed\"") }
        }
        #expect(throws: TrustRefusal.untrue(node)) {
            try lie(place) {
                $0.replacingOccurrences(
                    of: "\"country\" : \"NO\",\n      \"node\"", with: "\"country\" : \"SE\",\n      \"node\"")
            }
        }
        #expect(throws: TrustRefusal.unreadable("this is no plan as puente trust plan --out writes it")) {
            try TrustPlanFile(reading: Data("{}".utf8))
        }
    }

    @Test("A plan whose words hide what its metadata does is not applied")
    func hidden() throws {
        let place = try Place()
        _ = try place.directory(.serving)
        try place.publish(Publisher(keys: [.p521]))
        let plan = try lie(place) { $0.replacingOccurrences(of: "\"all-keys-changed\"", with: "\"content-changed\"") }
        let office = try place.directory(.operating)
        #expect(throws: TrustRefusal.untrue(NodeKey(Publisher.entityID, .proxyService))) {
            try office.apply(plan, at: place.now, who: "ana", why: "asked")
        }
        #expect(try office.archive.history().count == 1)
    }

    @Test("Two signatures are those of two registered operators over these very octets")
    func signatures() throws {
        let place = try Place()
        let file = try TrustPlanFile(place.directory(.looking).plan)
        let octets = [UInt8](file.octets)
        func sign(_ key: TestKey, _ octets: [UInt8]) throws -> [UInt8] { try key.key().signDetached(octets) }
        let people = try [TestKey.p256b, .rsa3072a, .brainpool512].map {
            TrustOperator(name: $0.rawValue, key: try PublicKey(pem: Array(try $0.certificate().pem.utf8)))
        }
        let (one, other) = (try sign(.p256b, octets), try sign(.rsa3072a, octets))
        #expect(try file.requireSignatures(2, [one, other], among: people) == ["p256-2", "rsa3072-1"])
        for few in [
            [], [one], [one, one], [one, try sign(.p521, octets)], [one, try sign(.rsa3072a, octets + [32])],
        ] {
            #expect(throws: TrustRefusal.self) { try file.requireSignatures(2, few, among: people) }
        }
        #expect(try file.requireSignatures(0, [], among: people) == [])
    }

    @Test("A command shows what is in force, not what a node will take over by itself")
    func looking() throws {
        let place = try Place()
        _ = try place.directory(.serving)
        try place.publish(Publisher(keys: [.p256a, .p521]))
        let command = try place.directory(.looking)
        #expect(command.plan.steps.map(\.isAutomatic) == [true])
        let keys = try command.report(at: place.now).nodes[0].keys.filter { $0.use == .signing }
        #expect(keys.map(\.fingerprint) == [try TestKey.p256a.lasting.fingerprint])
        #expect(try command.export(at: place.now).count == 2)
        let added = try #require(try place.directory(.serving).report(at: place.now).nodes.first)
        #expect(added.keys.count { $0.use == .signing } == 2)
    }

    @Test("What is exported is read by another node, and means the same")
    func export() throws {
        let place = try Place()
        let node = try place.directory(.serving)
        let folder = try Folder([:])
        for (name, octets) in try node.export(at: place.now) {
            try octets.write(to: URL(fileURLWithPath: folder.path + "/" + name))
        }
        let rules = RegistryRules(attributes: nil)
        let reading = Registry.read(trustLists: [folder.path + "/trust-list.yaml"], services: [], rules: rules)
        #expect(reading.faults == [])
        var entry = try #require(reading.value?.nodes.first)
        let path = entry.source.words
        #expect(
            try TrustDirectory.verify(MetadataSource.file(path), entry, confirmedBy: nil, at: place.now)
                .country.rawValue == "NO")
        entry.source = .file(path: place.folder.path + "/metadata/no.xml")
        let held = node.state.withLock(\.held)
        #expect(entry.entityID == held[0].entry.entityID && entry.profile == held[0].entry.profile)
        #expect(entry.pins.count == 1 && entry.enabled)
    }
}
