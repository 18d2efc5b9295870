// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Settings
import Testing
import XMLSecurity

@testable import Trust

/// A list of Norway's, which names the node of ``Publisher`` and whoever else is wanted.
struct ListPublisher {
    static let source = NodeEntry.Source.https(url: "https://md.no.example/list", certificateAuthority: nil)

    var territory = "NO"
    var locations: [(url: String, endpoints: [String], keys: [TestKey])] = [
        (Publisher.entityID.rawValue, [Publisher.entityID.rawValue], [.p384])
    ]
    var hours = 48.0
    var key = TestKey.p521

    static func entry(nodePins: [TestKey] = []) throws -> ServiceListEntry {
        ServiceListEntry(
            name: "norway", source: source, pins: [Data(try TestKey.p521.lasting.der)],
            territories: [try World.memberState("NO")], nodePins: try nodePins.map { Data(try $0.lasting.der) })
    }

    func document(at now: Date) throws -> [UInt8] {
        let places = try locations.map { location in
            XMLNode(
                Namespace.mdsl("MetadataLocation"), [("Location", location.url)],
                location.endpoints.map { name in
                    XMLNode(
                        Namespace.mdsl("Endpoint"),
                        [("EndpointType", "http://eidas.europa.eu/metadata/ept/ProxyService"), ("EntityID", name)])
                } + (try location.keys.map { XMLNode.keyInfo(try $0.lasting) }))
        }
        let root = XMLNode(
            Namespace.mdsl("MetadataServiceList"),
            [
                ("Version", "1.0"), ("IssueDate", Instant.write(now - 60)),
                ("NextUpdate", Instant.write(now + hours * 3600)), ("ID", "_list"),
            ],
            [
                XMLNode(
                    Namespace.mdsl("SchemeInformation"), [],
                    [
                        XMLNode(Namespace.mdsl("IssuerName"), text: "x"),
                        XMLNode(Namespace.mdsl("SchemeIdentifier"), text: "https://md.no.example/1"),
                        XMLNode(Namespace.mdsl("SchemeTerritory"), text: territory),
                    ]),
                XMLNode(Namespace.mdsl("MetadataList"), [("Territory", territory)], places),
            ])
        var recipe = SignatureRecipe(key)
        recipe.shown = [try key.lasting]
        return try recipe.sign(root, behind: 2).serialized()
    }
}

extension XMLNode {
    fileprivate static func keyInfo(_ certificate: Certificate) -> XMLNode {
        let text = XMLNode(Namespace.ds("X509Certificate"), text: certificate.base64)
        return XMLNode(Namespace.ds("KeyInfo"), [], [XMLNode(Namespace.ds("X509Data"), [], [text])])
    }
}

extension Life {
    /// The list is asked, and perhaps the node.
    func pass(days: Double = 0, list: ListPublisher, _ node: Publisher? = nil) throws {
        now += days * Publisher.day
        var found: [NodeEntry.Source: Finding] = [:]
        found[ListPublisher.source] = .document(try verifier.documents.keep(list.document(at: now)))
        if let node { found.merge(try self.found(node)) { $1 } }
        try pass(found: found)
    }

    /// The node alone is asked.
    fileprivate func pass(days: Double = 0, node: Publisher) throws {
        now += days * Publisher.day
        try pass(found: found(node))
    }

    private func found(_ node: Publisher) throws -> [NodeEntry.Source: Finding] {
        [
            .https(url: Publisher.entityID.rawValue, certificateAuthority: nil): .document(
                try verifier.documents.keep(node.document(at: now)))
        ]
    }
}

@Suite("Nodes that a list of their country names (M-26)")
struct ListLifeTests {
    private func life(nodePins: [TestKey] = []) throws -> Life {
        let life = try Life([])
        life.lists = [try ListPublisher.entry(nodePins: nodePins)]
        return life
    }

    @Test("A node is found, renewed, and goes when the list drops it")
    func found() throws {
        let life = try life()
        try life.pass()
        #expect(life.held.isEmpty && life.listings.map(\.failure?.rule) == [.metadataUnavailable])
        try life.pass(list: ListPublisher())
        #expect(life.held.map(\.entry.list) == ["norway"] && !life.isUsable)
        try life.pass(days: 0.01, node: Publisher())
        #expect(life.isUsable && life.listings.map(\.nodes.count) == [1])
        var empty = ListPublisher()
        empty.locations = []
        try life.pass(days: 0.1, list: empty)
        #expect(life.held.isEmpty && life.waits.isEmpty)
    }

    @Test("A list that has ended, or that somebody else signed, takes nothing away and adds nothing")
    func unusable() throws {
        let life = try life()
        try life.pass(list: ListPublisher())
        try life.pass(node: Publisher(hours: 240))
        var forged = ListPublisher()
        (forged.key, forged.locations) = (.p256a, [])
        try life.pass(days: 0.1, list: forged)
        #expect(life.isUsable && life.listings.map(\.failure?.rule) == [.metadataSignature])
        try life.pass(days: 0.1, list: ListPublisher(hours: 1))
        try life.pass(days: 1)
        #expect(life.isUsable && life.held.count == 1)
    }

    @Test("An older list that is sent again brings nobody back, also after a restart")
    func older() throws {
        let life = try life()
        let first = try ListPublisher().document(at: life.now)
        try life.pass(list: ListPublisher())
        try life.pass(node: Publisher(hours: 240))
        var empty = ListPublisher()
        empty.locations = []
        try life.pass(days: 0.1, list: empty)
        #expect(life.held.isEmpty)
        for restart in [false, true] {
            let document = try life.verifier.documents.keep(first)
            try life.pass(found: [ListPublisher.source: .document(document)], restart: restart)
            #expect(life.held.isEmpty && life.listings.map(\.failure?.rule) == [.metadataListExpiry])
        }
    }

    @Test("Whom a list drops and names again gets no more by it than whom it names otherwise")
    func again() throws {
        let life = try life()
        try life.pass(list: ListPublisher())
        try life.pass(node: Publisher(hours: 240))
        var (empty, other) = (ListPublisher(), ListPublisher())
        (empty.locations, other.locations[0].keys) = ([], [.brainpool256])
        try life.pass(days: 0.1, list: empty)
        #expect(life.held.isEmpty)
        try life.pass(
            days: 0.1, list: other, Publisher(keys: [.p521], host: "evil.example", signer: .brainpool256, hours: 400))
        #expect(life.waits == [.anchorChanged, .allKeysChanged, .endpointHostMoved] && life.held.isEmpty)
        // Whoever is the same as before comes back by itself.
        try life.pass(days: 0.1, list: ListPublisher(), Publisher(hours: 240))
        #expect(life.isUsable && life.waits.isEmpty)
    }

    @Test("A list speaks for its own territory alone, and another anchor by it waits")
    func territory() throws {
        let life = try life()
        try life.pass(list: ListPublisher(territory: "SE"))
        #expect(life.held.isEmpty)
        try life.pass(list: ListPublisher())
        try life.pass(node: Publisher())
        var other = ListPublisher()
        other.locations[0].keys = [.brainpool256]
        try life.pass(days: 0.1, list: other)
        #expect(life.waits == [.anchorChanged] && life.isUsable)
    }

    @Test("Where the list names nobody at an address, whoever the document claims to describe is looked for")
    func claimed() throws {
        let life = try life(nodePins: [.p384])
        var list = ListPublisher()
        list.locations = [(Publisher.entityID.rawValue, [], [])]
        try life.pass(list: list)
        #expect(life.held.isEmpty && life.listings.map(\.addresses) == [[Publisher.entityID.rawValue]])
        try life.pass(list: list, Publisher())
        #expect(life.held.map(\.entry.entityID) == [Publisher.entityID] && life.isUsable)
        // Of another country: not this list's to name.
        let stranger = try self.life(nodePins: [.p384])
        try stranger.pass(list: list, Publisher(country: "SE"))
        #expect(stranger.held.isEmpty)
    }

    @Test("Without a key in the list or beside it a node is left out; what the operator wrote comes first")
    func precedence() throws {
        let life = try life()
        var list = ListPublisher()
        list.locations[0].keys = []
        try life.pass(list: list)
        #expect(life.held.isEmpty && life.listings[0].leftOut.map(\.rule) == [.metadataListEntry])
        life.entries = [try Life.entry(pins: [.brainpool512])]
        try life.pass(list: ListPublisher())
        #expect(life.held.count == 1 && life.held[0].entry.list == nil)
        #expect(try life.held[0].entry.pins == [Data(TestKey.brainpool512.lasting.der)])
    }
}
