// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// A German list with one Proxy-Service and one Connector, written without a writer of ours.
struct ListDocument: Sendable {
    static let proxyService = "http://eidas.europa.eu/metadata/ept/ProxyService"
    static let connector = "http://eidas.europa.eu/metadata/ept/Connector"
    var root: XMLNode
    var recipe = SignatureRecipe(.p256a)
    /// Behind how many children of the root the signature stands.
    var place = 3

    init() throws {
        let key = try XMLNode.keyInfo(TestKey.country.certificate())
        root = XMLNode(
            Namespace.mdsl("MetadataServiceList"),
            [
                ("Version", "1.0"), ("IssueDate", "2026-03-02T00:00:00Z"), ("NextUpdate", "2026-03-03T00:00:00Z"),
                ("ID", "_l1"),
            ],
            [
                XMLNode(
                    Namespace.mdsl("SchemeInformation"), [],
                    [
                        XMLNode(Namespace.mdsl("IssuerName"), text: "Bundesamt"),
                        XMLNode(Namespace.mdsl("SchemeIdentifier"), text: "urn:de:mdsl"),
                        XMLNode(Namespace.mdsl("SchemeTerritory"), text: "DE"),
                    ]),
                XMLNode(
                    Namespace.mdsl("MetadataList"), [("Territory", "DE")],
                    [
                        XMLNode(
                            Namespace.mdsl("MetadataLocation"), [("Location", "https://knoten.example.de/metadata")],
                            [Self.endpoint(Self.proxyService, "https://knoten.example.de/metadata"), key]),
                        XMLNode(
                            Namespace.mdsl("MetadataLocation"), [("Location", "https://dienst.example.de/metadata")],
                            [Self.endpoint(Self.connector, "https://dienst.example.de/connector"), key]),
                    ]),
                XMLNode(
                    Namespace.mdsl("DistributionPoints"), [],
                    [XMLNode(Namespace.mdsl("DistributionPoint"), text: "https://liste.example.de/mdsl.xml")]),
            ])
    }

    static func endpoint(_ type: String, _ entityID: String) -> XMLNode {
        XMLNode(Namespace.mdsl("Endpoint"), [("EndpointType", type), ("EntityID", entityID)])
    }

    func octets() throws -> [UInt8] { try recipe.sign(root, behind: place).serialized() }

    static func verify(
        _ octets: [UInt8], _ change: (inout ServiceListExpectation) -> Void = { _ in }
    ) throws -> VerifiedServiceList {
        var expected = ServiceListExpectation(
            pins: [try TestKey.p256a.certificate()], territories: [try World.memberState("DE")])
        change(&expected)
        return try VerifiedServiceList(octets, expecting: expected, at: World().now)
    }
}

@Suite("Lists of metadata")
struct ServiceListTests {
    static let real = "mdsl-signed/mdservicelist.xml"

    static func verifyReal(at instant: String) throws -> VerifiedServiceList {
        let signer = try Certificate(pemOrDER: OtherVector.octets("mdsl-signed/certificates/validation.crt"))
        let expected = ServiceListExpectation(pins: [signer], territories: nil, signatures: .clave)
        let now = try #require(Instant.read(instant))
        return try VerifiedServiceList(OtherVector.octets(real), expecting: expected, at: now)
    }

    @Test("A real list of 2018 is read in its week, and refused today")
    func realList() throws {
        let verified = try Self.verifyReal(at: "2018-03-01T00:00:00Z")
        let list = verified.list
        #expect(list.issuerName == "Swedish E-Identification Board" && list.schemeTerritory == "SE")
        #expect(verified.validUntil == Instant.read("2018-03-03T11:06:06.233Z"))
        #expect(list.locations.contains { $0.territory == .spain && $0.url.contains("se-eidas.redsara.es") })
        #expect(Set(list.locations.map(\.territory)).count > 10)
        #expect(list.locations.allSatisfy { !$0.url.isEmpty && !$0.certificates.isEmpty })
        let two = try #require(list.locations.first { $0.url.contains("buergerkarte") })
        #expect(two.endpoints.map(\.role) == [.proxyService, .connector] && !two.endpoints.contains { $0.isHidden })
        #expect(list.leftOut.allSatisfy { $0.rule == .metadataListEntry })
        for instant in ["2022-01-01T00:00:00Z", "2018-03-03T11:06:07Z", "2018-02-24T11:00:00Z"] {
            #expect(try brokenRule { _ = try Self.verifyReal(at: instant) } == .metadataListExpiry)
        }
        // By now the signer's certificate has ended as well.
        #expect(try brokenRule { _ = try Self.verifyReal(at: "2026-11-27T00:00:00Z") } == .metadataSignature)
    }

    @Test("A list says where metadata are, whose keys sign them and who is there")
    func read() throws {
        let verified = try ListDocument.verify(ListDocument().octets())
        let list = verified.list
        #expect(list.distributionPoints == ["https://liste.example.de/mdsl.xml"] && list.leftOut.isEmpty)
        #expect(list.locations.map(\.url).map { $0.contains("knoten") } == [true, false])
        #expect(list.locations.map(\.endpoints).map { $0.map(\.role) } == [[.proxyService], [.connector]])
        #expect(try list.locations.allSatisfy { try $0.certificates == [TestKey.country.certificate()] })
        #expect(try verified.signer == TestKey.p256a.certificate())
        #expect(verified.validUntil == Instant.read("2026-03-03T00:00:00Z"))
    }

    @Test(
        "Every algorithm of a node is good for a list",
        arguments: [
            (TestKey.rsa3072a, SignatureAlgorithm.pssSHA256), (.rsa4096, .pssSHA512), (.p384, .ecdsaSHA384),
            (.brainpool256, .ecdsaSHA256),
        ])
    func algorithms(key: TestKey, algorithm: SignatureAlgorithm) throws {
        var document = try ListDocument()
        document.recipe = SignatureRecipe(key, algorithm)
        let octets = try document.octets()
        let pin = try key.certificate()
        #expect(try ListDocument.verify(octets) { $0.pins = [pin] }.list.locations.count == 2)
        #expect(try brokenRule { _ = try ListDocument.verify(octets) } == .metadataSignature)
    }

    struct Twin: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule?
        let change: @Sendable (inout ListDocument) throws -> Void
        init(_ description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout ListDocument) throws -> Void) {
            (testDescription, self.rule, self.change) = (description, rule, change)
        }
    }

    static let twins = [
        Twin("signed by a stranger", .metadataSignature) { $0.recipe = SignatureRecipe(.p256b) },
        Twin("PKCS#1 v1.5", .metadataSignature) { $0.recipe = SignatureRecipe(.rsa3072a, .rsaSHA256) },
        Twin("signature first", nil) { $0.place = 0 },
        Twin("reference to the document", nil) { $0.recipe.reference = "" },
        Twin("reference elsewhere", .metadataSignature) { $0.recipe.reference = "#_l2" },
        Twin("NextUpdate past", .metadataListExpiry) { $0.root.set("NextUpdate", "2026-03-02T09:15:30Z") },
        Twin("NextUpdate years ahead", .metadataListExpiry) { $0.root.set("NextUpdate", "2036-03-02T00:00:00Z") },
        Twin("NextUpdate without zone", .metadataListExpiry) { $0.root.set("NextUpdate", "2026-03-03T00:00:00") },
        Twin("no NextUpdate", nil) { $0.root.set("NextUpdate", nil) },
        Twin("no NextUpdate, issued long ago", .metadataListExpiry) {
            $0.root.set("NextUpdate", nil)
            $0.root.set("IssueDate", "2024-03-02T00:00:00Z")
        },
        Twin("issued in the future", .metadataListExpiry) { $0.root.set("IssueDate", "2026-03-02T10:00:00Z") },
        Twin("not issued", .metadataListExpiry) { $0.root.set("IssueDate", nil) },
        Twin("version in lower case", nil) {
            $0.root.set("Version", nil)
            $0.root.set("version", "1.0")
        },
        Twin("another version", .metadataListContent) { $0.root.set("Version", "2.0") },
        Twin("two versions", .metadataListContent) { $0.root.set("version", "1.0") },
        Twin("no issuer", .metadataListContent) { try $0.root.remove("IssuerName") },
        Twin("another root", .metadataListContent) { $0.root.name = Namespace.md("EntitiesDescriptor") },
        Twin("an entity twice", .metadataListContent) {
            try $0.root.edit("MetadataList") { list in
                list = list.appending(
                    XMLNode(
                        Namespace.mdsl("MetadataLocation"), [("Location", "https://evil.example.de/metadata")],
                        [ListDocument.endpoint(ListDocument.proxyService, "https://knoten.example.de/metadata")]))
            }
        },
        Twin("DistributionPoint without namespace", nil) {
            try $0.root.edit("DistributionPoints") {
                $0.content = [.node(XMLNode("DistributionPoint", text: "https://liste.example.de/"))]
            }
        },
    ]

    @Test("One spoilt thing, one rule", arguments: twins)
    func spoilt(twin: Twin) throws {
        var document = try ListDocument()
        try twin.change(&document)
        let changed = document
        #expect(try brokenRule { _ = try ListDocument.verify(changed.octets()) } == twin.rule)
    }

    @Test("An unsigned list is taken only where the operator says so; a bad signature never")
    func unsigned() throws {
        var document = try ListDocument()
        let bare = document.root.serialized()
        #expect(try brokenRule { _ = try ListDocument.verify(bare) } == .metadataSignature)
        #expect(try ListDocument.verify(bare) { $0.allowsUnsigned = true }.signer == nil)
        document.recipe = SignatureRecipe(.p256b)
        let bad = try document.octets()
        #expect(try brokenRule { _ = try ListDocument.verify(bad) { $0.allowsUnsigned = true } } == .metadataSignature)
    }

    @Test("A signed list within an evil one, and a document type, are refused")
    func wrapped() throws {
        let document = try ListDocument()
        let signed = try document.recipe.sign(document.root, behind: 0)
        var evil = document.root
        evil.set("ID", "_evil")
        try evil.set("Location", of: "MetadataLocation", "https://evil.example.de/metadata")
        let signature = try #require(signed.first("Signature"))
        let below = evil.inserting(signature, at: 0).appending(document.root)
        #expect(try brokenRule { _ = try ListDocument.verify(below.serialized()) } == .metadataSignature)
        #expect(
            try brokenRule { _ = try ListDocument.verify(evil.appending(signed).serialized()) } == .metadataSignature)
        let typed = Array("<!DOCTYPE x>".utf8) + (try document.octets())
        #expect(try brokenRule { _ = try ListDocument.verify(typed) } == .xmlDocumentType)
    }

    /// What of a list counts, and for what reason the rest does not.
    static func kept(_ change: (inout ListDocument) throws -> Void) throws -> (urls: [String], leftOut: [Rejection]) {
        var document = try ListDocument()
        try change(&document)
        let list = try ListDocument.verify(document.octets()).list
        return (list.locations.map(\.url), list.leftOut)
    }

    static let entries = [
        Twin("another territory", nil) { try $0.root.set("Territory", of: "MetadataList", "FR") },
        Twin("no territory", nil) { try $0.root.set("Territory", of: "MetadataList", nil) },
        Twin("all of it suspended", nil) { try $0.root.set("Suspend", of: "MetadataList", "true") },
        Twin("suspended in a namespace of its own", nil) {
            try $0.root.set(Namespace("se", "http://example.se/")("Suspend"), of: "MetadataList", "1")
        },
        Twin("no address", nil) { $0.root = try $0.root.with("Location", "") },
        Twin("an address of plain HTTP", nil) { $0.root = try $0.root.with("Location", "http://a.example/") },
    ]

    @Test("What a list may not say is left out, with the reason", arguments: entries)
    func leftOut(twin: Twin) throws {
        let (urls, leftOut) = try Self.kept(twin.change)
        #expect(!urls.contains { $0.contains("knoten") })
        #expect(!leftOut.isEmpty && leftOut.allSatisfy { $0.rule == .metadataListEntry && $0.expected != nil })
    }

    @Test("An entry that is to be hidden is told as hidden")
    func hidden() throws {
        var document = try ListDocument()
        try document.root.set("HideFromDiscovery", of: "Endpoint", "true")
        let list = try ListDocument.verify(document.octets()).list
        #expect(list.locations.flatMap(\.endpoints).map(\.isHidden) == [true, false])
    }

    @Test("A suspended endpoint is passed over, and so is a place where none is left")
    func suspended() throws {
        let (urls, leftOut) = try Self.kept { try $0.root.set("Suspend", of: "Endpoint", "true") }
        #expect(urls == ["https://dienst.example.de/metadata"] && leftOut.count == 1)
        let hidden = try Self.kept { try $0.root.set("Suspend", of: "Endpoint", "false") }
        #expect(hidden.urls.count == 2 && hidden.leftOut.isEmpty)
    }

    @Test("A list may speak only for the roles that the operator names")
    func roles() throws {
        let list = try ListDocument.verify(ListDocument().octets()) { $0.roles = [.connector] }.list
        #expect(list.locations.map(\.url) == ["https://dienst.example.de/metadata"])
        #expect(list.leftOut.map(\.expected) == ["connector"])
    }

    @Test("A key that cannot be read is no reason to take another")
    func keys() throws {
        let (urls, leftOut) = try Self.kept { try $0.root.setText(of: "X509Certificate", "AAAA") }
        #expect(urls == ["https://dienst.example.de/metadata"] && leftOut.count == 1)
        let bare = try Self.kept { try $0.root.remove("KeyInfo") }
        #expect(bare.urls.count == 2 && bare.leftOut.isEmpty)
    }

    @Test("A document tells whom it claims to describe, before anything of it is verified")
    func claims() throws {
        let metadata = try NodeMetadata()
        var other = metadata.root
        other.set("entityID", "https://other.example/")
        try other.remove("NodeCountry")
        var bare = metadata.root
        try bare.remove("IDPSSODescriptor")
        let group = XMLNode(
            Namespace.md("EntitiesDescriptor"), [],
            [other, bare, XMLNode(Namespace.md("EntitiesDescriptor"), [], [metadata.root])].map { node in
                var node = node
                node.set("ID", nil)
                return node
            })
        let claims = try ClaimedEntity.all(in: try group.with("ID", nil, of: "EntityDescriptor").serialized())
        #expect(claims.map(\.entityID.rawValue) == ["https://other.example/", NodeMetadata.entityID])
        #expect(claims.map(\.country) == [nil, "DE"] && claims.allSatisfy { $0.role == .proxyService })
        #expect(try ClaimedEntity.all(in: metadata.root.serialized()).count == 1)
        let list = try ListDocument().octets()
        #expect(try brokenRule { _ = try ClaimedEntity.all(in: list) } == .metadataContent)
    }
}

extension XMLNode {
    /// With an attribute of the first MetadataLocation, or of another element, changed.
    fileprivate func with(
        _ attribute: XMLName, _ value: String?, of local: String = "MetadataLocation"
    ) throws -> XMLNode {
        var copy = self
        try copy.set(attribute, of: local, value)
        return copy
    }
}
