// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SecondOpinion
import Testing
import XMLSecurity

@testable import SAML

@Suite("Lists of metadata")
struct ServiceListTests {
    @Test("Everything that we need is read")
    func read() throws {
        let verified = try ListRecipe().verified()
        let list = verified.list
        #expect(try verified.signer == TestKey.p256a.certificate())
        #expect(list.issueDate == Instant.read("2026-03-02T06:00:00Z"))
        #expect(list.nextUpdate == Instant.read("2026-03-04T06:00:00Z") && verified.validUntil == list.nextUpdate)
        #expect(list.issuerName == "Metadata authority" && list.schemeTerritory == "DE")
        #expect(list.schemeIdentifier == "https://md.example.de/scheme/1")
        #expect(list.distributionPoints == ["https://md.example.de/list.xml"] && list.leftOut.isEmpty)
        let germany = try World.memberState("DE")
        let health = EntityID(ListRecipe.health)
        #expect(
            try list.locations == [
                .init(
                    territory: germany, url: ListRecipe.tax, certificates: [TestKey.p384.certificate()],
                    endpoints: [.init(role: .connector, entityID: EntityID(ListRecipe.tax), isHidden: false)],
                    isHidden: false),
                .init(
                    territory: germany, url: ListRecipe.health, certificates: [],
                    endpoints: [
                        .init(role: .connector, entityID: health, isHidden: false),
                        .init(role: .proxyService, entityID: health, isHidden: false),
                    ], isHidden: false),
                .init(territory: germany, url: ListRecipe.everything, certificates: [], endpoints: [], isHidden: false),
            ])
    }

    @Test(
        "Whatever is signed as the profile says is read the same",
        arguments: [
            SignatureRecipe(.rsa3072a, .pssSHA256), SignatureRecipe(.rsa4096, .pssSHA512), SignatureRecipe(.p384),
            SignatureRecipe(.p521, .ecdsaSHA512), SignatureRecipe(.brainpool256),
        ])
    func signed(recipe: SignatureRecipe) throws {
        var list = try ListRecipe()
        let read = try list.verified().list
        for place in [nil, 0, 1] {
            list.recipe = recipe
            list.place = place
            #expect(try list.verified { $0.pins = [try recipe.key.certificate()] }.list == read)
        }
    }

    struct Spoil: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule?
        let change: @Sendable (inout ListRecipe) throws -> Void
        init(_ description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout ListRecipe) throws -> Void) {
            (testDescription, self.rule, self.change) = (description, rule, change)
        }
    }

    static let spoils = [
        Spoil("signed by a stranger", .metadataSignature) { $0.recipe = SignatureRecipe(.p256b) },
        Spoil("PKCS#1 v1.5", .metadataSignature) { $0.recipe = SignatureRecipe(.rsa3072a, .rsaSHA256) },
        Spoil("unsigned", .metadataSignature) { $0.isSigned = false },
        Spoil("signature over nothing", .metadataSignature) { $0.recipe.reference = "#_other" },
        Spoil("signature over the document", nil) { $0.recipe.reference = "" },
        Spoil("version written small", nil) { list in
            list.root.set("Version", nil)
            list.root.set("version", "1.0")
        },
        Spoil("version written twice", .metadataListContent) { $0.root.set("version", "2.0") },
        Spoil("no version", .metadataListContent) { $0.root.set("Version", nil) },
        Spoil("another version", .metadataListContent) { $0.root.set("Version", "2.0") },
        Spoil("issued in the future", .metadataListExpiry) { $0.root.set("IssueDate", "2026-03-02T09:16:31Z") },
        Spoil("issued by a clock that is ahead a little", nil) { $0.root.set("IssueDate", "2026-03-02T09:16:30Z") },
        Spoil("issued by the clock of another zone", nil) { $0.root.set("IssueDate", "2026-03-02T08:00:00+02:00") },
        Spoil("issued in the future of another zone", .metadataListExpiry) {
            $0.root.set("IssueDate", "2026-03-02T09:16:31-01:00")
        },
        Spoil("no date of issue", .metadataListExpiry) { $0.root.set("IssueDate", nil) },
        Spoil("a date of issue that is none", .metadataListExpiry) { $0.root.set("IssueDate", "yesterday") },
        Spoil("out of date", .metadataListExpiry) { $0.root.set("NextUpdate", "2026-03-02T09:15:30.120Z") },
        Spoil("no next update", nil) { $0.root.set("NextUpdate", nil) },
        Spoil("no next update, and old", .metadataListExpiry) { list in
            list.root.set("NextUpdate", nil)
            list.root.set("IssueDate", "2025-01-01T00:00:00Z")
        },
        Spoil("good for decades", .metadataListExpiry) { $0.root.set("NextUpdate", "2056-03-02T00:00:00Z") },
        Spoil("next update without zone", .metadataListExpiry) { $0.root.set("NextUpdate", "2026-03-04T06:00:00") },
        Spoil("no scheme", .metadataListContent) { try $0.root.remove("SchemeInformation") },
        Spoil("two schemes", .metadataListContent) { try $0.root.double("SchemeInformation") },
        Spoil("no issuer", .metadataListContent) { try $0.root.remove("IssuerName") },
        Spoil("a nameless territory of the scheme", .metadataListContent) {
            try $0.root.setText(of: "SchemeTerritory", " ")
        },
        Spoil("no points of distribution", nil) { try $0.root.remove("DistributionPoints") },
        Spoil("the same entity twice", .metadataListContent) { try $0.root.double("Endpoint") },
        Spoil("an address without entities twice", .metadataListContent) { list in
            try list.root.edit("MetadataList") { $0 = $0.appending(ListRecipe.location(ListRecipe.everything, [])) }
        },
        Spoil("an address with and without entities", .metadataListContent) { list in
            try list.root.edit("MetadataList") { $0 = $0.appending(ListRecipe.location(ListRecipe.tax, [])) }
        },
        Spoil("an entity twice, once suspended", nil) { list in
            try list.root.double("Endpoint")
            try list.root.set("Suspend", of: "Endpoint", "true")
        },
        Spoil("metadata", .metadataListContent) { $0.root.name = Namespace.md("EntityDescriptor") },
        Spoil("another namespace", .metadataListContent) { $0.root.name = Namespace.md("MetadataServiceList") },
    ]

    @Test("One spoilt thing, one rule", arguments: spoils)
    func spoilt(spoil: Spoil) throws {
        var list = try ListRecipe()
        try spoil.change(&list)
        let changed = list
        #expect(try brokenRule { _ = try changed.verified() } == spoil.rule)
    }

    /// What is left of the three entries, in their order, and how many are told as left out.
    struct Left: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let urls: [String]
        let told: Int
        let change: @Sendable (inout ListRecipe) throws -> Void
        init(
            _ description: String, _ urls: [String], told: Int,
            _ change: @escaping @Sendable (inout ListRecipe) throws -> Void
        ) {
            (testDescription, self.urls, self.told, self.change) = (description, urls, told, change)
        }
    }

    private static let (tax, health, everything) = (ListRecipe.tax, ListRecipe.health, ListRecipe.everything)

    static let lefts = [
        Left("the list suspended", [], told: 3) { try $0.root.set("Suspend", of: "MetadataList", "true") },
        Left("the list not suspended", [tax, health, everything], told: 0) {
            try $0.root.set("Suspend", of: "MetadataList", "false")
        },
        Left("suspended in a namespace of its own", [health, everything], told: 1) {
            try $0.root.set(Namespace("se", "urn:se:local")("Suspend"), of: "Endpoint", "1")
        },
        Left("suspended by another word", [health, everything], told: 1) {
            try $0.root.set("Suspend", of: "MetadataLocation", "yes")
        },
        Left("another country", [], told: 3) { try $0.root.set("Territory", of: "MetadataList", "FR") },
        Left("no country", [], told: 3) { try $0.root.set("Territory", of: "MetadataList", nil) },
        Left("the name of a country", [], told: 3) { try $0.root.set("Territory", of: "MetadataList", "Germany") },
        Left("another type of endpoint", [health, everything], told: 1) {
            try $0.root.set("EndpointType", of: "Endpoint", "http://eidas.europa.eu/metadata/ept/Middleware")
        },
        Left("a nameless entity", [health, everything], told: 1) { try $0.root.set("EntityID", of: "Endpoint", " ") },
        Left("plain HTTP", [health, everything], told: 1) {
            try $0.root.set("Location", of: "MetadataLocation", "http://tax.example.de/metadata")
        },
        Left("a file", [health, everything], told: 1) {
            try $0.root.set("Location", of: "MetadataLocation", "file:///etc/passwd")
        },
        Left("no address", [health, everything], told: 1) {
            try $0.root.set("Location", of: "MetadataLocation", nil)
        },
        Left("a key without certificate", [health, everything], told: 1) {
            try $0.root.edit("KeyInfo") { $0.content = [.node(XMLNode(Namespace.ds("KeyValue"), text: ""))] }
        },
        Left("a certificate that nobody can read", [health, everything], told: 1) {
            try $0.root.setText(of: "X509Certificate", "AAAA")
        },
    ]

    @Test("What may not or cannot count is left out and told; the rest serves", arguments: lefts)
    func left(left: Left) throws {
        var list = try ListRecipe()
        try left.change(&list)
        let read = try list.verified().list
        #expect(read.locations.map(\.url) == left.urls)
        #expect(read.leftOut.count == left.told && read.leftOut.allSatisfy { $0.rule == .metadataListEntry })
    }

    @Test("A list speaks for its territories and roles only; none left is not none named")
    func restricted() throws {
        let list = try ListRecipe()
        let connectors = try list.verified { $0.roles = [.connector] }.list
        #expect(connectors.locations.map { $0.endpoints.count } == [1, 1, 0] && connectors.leftOut.count == 1)
        let services = try list.verified { $0.roles = [.proxyService] }.list
        #expect(services.locations.map(\.url) == [ListRecipe.health, ListRecipe.everything])
        let abroad = try list.verified { $0.territories = [try World.memberState("FR")] }.list
        #expect(abroad.locations.isEmpty && abroad.leftOut.count == 3)
        #expect(try list.verified { $0.territories = nil }.list == list.verified().list)
    }

    @Test("Greece is read under both of its codes")
    func greece() throws {
        var list = try ListRecipe()
        for code in ["EL", "GR"] {
            try list.root.set("Territory", of: "MetadataList", code)
            let read = try list.verified { $0.territories = [try World.memberState("EL")] }.list
            #expect(read.locations.count == 3)
        }
    }

    @Test(
        "Whoever is hidden in the list is told as hidden", arguments: ["MetadataList", "MetadataLocation", "Endpoint"])
    func hidden(element: String) throws {
        var list = try ListRecipe()
        try list.root.set("HideFromDiscovery", of: element, "true")
        let locations = try list.verified().list.locations
        #expect(locations.flatMap(\.endpoints).filter(\.isHidden).count == (element == "MetadataList" ? 3 : 1))
        let places = ["MetadataList": 3, "MetadataLocation": 1, "Endpoint": 0]
        #expect(locations.filter(\.isHidden).count == places[element])
    }

    @Test("An unsigned list is taken where the operator says so, a badly signed one nowhere")
    func unsigned() throws {
        var list = try ListRecipe()
        list.isSigned = false
        #expect(try list.verified { $0.allowsUnsigned = true }.signer == nil)
        list.isSigned = true
        list.recipe = SignatureRecipe(.p256b)
        let badly = list
        #expect(try brokenRule { _ = try badly.verified { $0.allowsUnsigned = true } } == .metadataSignature)
    }

    @Test("A list with a document type is refused before anything of it is read")
    func documentType() throws {
        let octets = try Array("<!DOCTYPE x>".utf8) + ListRecipe().octets()
        #expect(try brokenRule { _ = try ListRecipe.verify(octets) } == .xmlDocumentType)
    }

    @Test("A signed list wrapped in an evil one is refused")
    func wrapped() throws {
        let list = try ListRecipe()
        let signed = try list.recipe.sign(list.root, behind: 0)
        let signature = try #require(signed.first("Signature"))
        var evil = list.root
        evil.set("ID", "_evil")
        try evil.set("Location", of: "MetadataLocation", "https://evil.example/")
        let beside = evil.inserting(signature, at: 0).appending(list.root)
        #expect(try brokenRule { _ = try ListRecipe.verify(beside.serialized()) } == .metadataSignature)
        let within = evil.appending(signed)
        #expect(try brokenRule { _ = try ListRecipe.verify(within.serialized()) } == .metadataSignature)
    }

    // MARK: The Swedish list of 2018

    static let swedish = "mdsl-signed/mdservicelist.xml"

    static func readSwedish(_ octets: [UInt8], at time: String, _ territories: Set<MemberState>? = nil) throws
        -> VerifiedServiceList
    {
        let signer = try Certificate(pemOrDER: OtherVector.octets("mdsl-signed/certificates/validation.crt"))
        return try VerifiedServiceList(
            octets,
            expecting: ServiceListExpectation(pins: [signer], territories: territories, signatures: .clave),
            confirmedBy: LibXMLSec1(),
            at: try #require(Instant.read(time)))
    }

    @Test("The real list is read with its pin, at its time, and refused at any other or with a change")
    func real() throws {
        let octets = try OtherVector.octets(Self.swedish)
        let list = try Self.readSwedish(octets, at: "2018-02-26T00:00:00Z").list
        #expect(list.issuerName == "Swedish E-Identification Board" && list.schemeTerritory == "SE")
        #expect(Set(list.locations.map(\.territory.rawValue)).count == 14)
        // Its last entry has no address.
        #expect(list.leftOut.map(\.found) == ["another"])
        #expect(list.locations.allSatisfy { !$0.certificates.isEmpty })
        let spain = try Self.readSwedish(octets, at: "2018-02-26T00:00:00Z", [.spain]).list
        #expect(spain.locations.map(\.url).allSatisfy { $0.hasPrefix("https://se-eidas.redsara.es/") })
        #expect(spain.locations.count == 2 && spain.leftOut.count == list.locations.count - 1)
        for time in ["2018-02-24T11:05:06.232Z", "2018-03-03T11:06:06.233Z", "2022-01-01T00:00:00Z"] {
            #expect(try brokenRule { _ = try Self.readSwedish(octets, at: time) } == .metadataListExpiry)
        }
        // By now, the signer's certificate has ended as well.
        #expect(
            try brokenRule { _ = try Self.readSwedish(octets, at: "2026-11-27T00:00:00Z") } == .metadataSignature)
        let moved = try octets.replacing("https://se-eidas.redsara.es/", with: "https://se-eidas.evil.example/")
        #expect(
            try brokenRule { _ = try Self.readSwedish(moved, at: "2018-02-26T00:00:00Z") } == .metadataSignature)
    }
}
