// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Testing
import XMLSecurity
import YAMLText

@testable import Dialects
@testable import SAML

/// A row of a committed table, as a test argument.
struct RowUnderTest: CustomTestStringConvertible, Sendable {
    let table: String
    let row: MappingTable.Row
    var testDescription: String { "\(table): \(row.name)" }

    static func all() throws -> [RowUnderTest] {
        try ["eidas", "clave2"].flatMap { table in
            try World.mapping(table).rows.map { RowUnderTest(table: table, row: $0) }
        }
    }

    /// Canonical texts that the rule allows.
    var samples: [String] {
        switch row.rule {
        case .text, .name: ["x", "Núñez & Söhne <GmbH>", "Ελένη", "a\nb", "\"'", "𝄞"]
        case .identifier: ["DE/ES/1", "EL/ES/a/b", "FR/EU/ñ"]
        case .date: ["1980-01-31", "2000-02-29"]
        case .gender: ["Male", "Female", "Unspecified"]
        case .country: ["EL", "ES", "XK"]
        case .address: ["PostCode: 12999", "PoBox: 1\nThoroughfare: Calle <Ñ> & Co.\nPostName: Villanueva: abajo"]
        }
    }
}

@Suite("Mapping tables")
struct MappingTests {
    @Test("What a row writes, it reads back", arguments: try RowUnderTest.all())
    func roundTrip(example: RowUnderTest) throws {
        let row = example.row
        for sample in example.samples {
            let attribute = Attribute(row.name, sample)
            #expect(try row.read(Self.values(of: row.write(attribute)), at: "x") == attribute)
        }
        guard row.rule == .name else { return }
        let scripts = Attribute(row.name, [AttributeValue("Eleni"), AttributeValue("Ελένη", isLatin: false)])
        let written = try row.write(scripts)
        #expect(try row.read(Self.values(of: written), at: "x") == scripts)
        #expect(written.children.map { $0[row.typeNamespace("LatinScript")] } == [nil, "false"])
        // A peer that sends the original first means the same.
        let swapped = try Self.values(of: written).reversed()
        #expect(try row.read(Array(swapped), at: "x") == scripts)
    }

    /// As the reader of assertions sees what was written.
    static func values(of node: XMLNode) throws -> [Assertion.Value] {
        var assertion = try template.get()
        try assertion.edit("AttributeStatement") { $0.content = [.node(node)] }
        let read = try Assertion(reading: XMLTree(parsing: assertion.serialized()).root)
        return try #require(read.attributeStatements.first?.first).values
    }

    private static let template = Result {
        let (_, _, question) = try World().ask()
        return try #require(try NodeAnswer(.german, to: question).assertion)
    }

    @Test("Both tables agree on the names they share, and carry every member of both data sets with its representative")
    func agreement() throws {
        let (eidas, clave) = (try World.mapping("eidas"), try World.mapping("clave2"))
        for row in eidas.rows {
            let twin = try #require(clave[row.name], "\(row.name)")
            #expect(
                twin.uri == row.uri && twin.friendlyName == row.friendlyName && twin.rule == row.rule
                    && twin.person == row.person)
        }
        for kind in PersonKind.allCases {
            for name in kind.minimumDataSet {
                #expect(eidas[name]?.isMandatory == true && eidas[name]?.person == kind)
                let representative = try #require(eidas[name.ofRepresentative])
                #expect(representative.uri.contains("/representative/") && !representative.isMandatory)
                #expect(representative.typeNamespace.uri.hasSuffix("/representative"))
            }
        }
        #expect(Set(eidas.rows.filter(\.isMandatory).map(\.name)) == Set(PersonKind.allCases.flatMap(\.minimumDataSet)))
    }

    @Test("An alias is understood and never written")
    func aliases() throws {
        let table = try World.mapping("eidas")
        for row in table.rows {
            for alias in row.aliases {
                #expect(table[uri: alias] == row)
                #expect(
                    try row.write(Attribute(row.name, RowUnderTest(table: "", row: row).samples[0]))["Name"] == row.uri)
            }
        }
        #expect(table.rows.contains { !$0.aliases.isEmpty })
    }

    @Test(
        "LatinScript is read qualified and bare, as false and 0; anything else is Latin",
        arguments: [("false", false), ("0", false), ("true", true), ("1", true), (" false ", false)], [true, false])
    func latinScript(given: (text: String, isLatin: Bool), isQualified: Bool) throws {
        let name: XMLName = isQualified ? Namespace.eidasNatural("LatinScript") : "LatinScript"
        let value = XMLNode(Namespace.saml2("AttributeValue"), [(name, given.text)], text: "x")
        let node = XMLNode(Namespace.saml2("Attribute"), [("Name", "urn:x")], [value])
        #expect(try Self.values(of: node).map(\.isLatin) == [given.isLatin])
    }

    @Test("LatinScript of another namespace says nothing")
    func foreignLatinScript() throws {
        let value = XMLNode(
            Namespace.saml2("AttributeValue"), [(Namespace("x", "urn:x")("LatinScript"), "false")], text: "x")
        #expect(
            try Self.values(of: XMLNode(Namespace.saml2("Attribute"), [("Name", "urn:x")], [value])).map(\.isLatin) == [
                true
            ])
    }

    @Test("Values that are empty, nested, too many or not of their form are refused")
    func refusals() throws {
        let table = try World.mapping("eidas")
        func rule(
            _ name: String, _ texts: [String], latin: Set<String>? = nil, isStructured: Bool = false
        ) throws -> Rule? {
            let row = try #require(table[AttributeName(name)])
            let values = texts.map {
                Assertion.Value(text: $0, isLatin: latin?.contains($0) ?? true, isStructured: isStructured)
            }
            return try brokenRule { _ = try row.read(values, at: "x") }
        }
        #expect(try rule("FamilyName", []) == .attributeInvalid)
        #expect(try rule("FamilyName", [""]) == .attributeInvalid)
        #expect(try rule("FamilyName", ["x"], isStructured: true) == .attributeInvalid)
        #expect(try rule("FamilyName", ["a", "b"], latin: ["b"]) == nil)
        // Which of them is the name?
        #expect(try rule("FamilyName", ["a", "b"]) == .attributeRepeated)
        #expect(try rule("FamilyName", ["a", "b"], latin: []) == .attributeRepeated)
        #expect(try rule("FamilyName", ["a", "b", "c"]) == .attributeRepeated)
        #expect(try rule("DateOfBirth", ["1980-01-31", "1980-01-31"]) == .attributeRepeated)
        #expect(try rule("Nationality", ["DE", "FR", "EL"]) == nil)
        #expect(try rule("DateOfBirth", ["31/01/1980"]) == .attributeInvalid)
        #expect(try rule("PersonIdentifier", ["0123456789"]) == .identifierInvalid)
    }

    static let document = """
        namespaces: { n: "urn:n" }
        attributes:
          - { name: A, uri: "urn:a", type: "n:T", rule: date, example: "1980-01-31" }
        """

    @Test(
        "A table with a fault does not read, and the fault says where",
        arguments: [
            ("1980-01-31", "31/01/1980"), ("rule: date", "rule: dates"), ("n:T", "m:T"), ("n:T", "T"),
            ("uri: \"urn:a\", ", ""),
            ("name: A, ", ""), (", example: \"1980-01-31\"", ""), ("example:", "examples:"),
            ("namespaces", "namespace"),
            ("  - {", "  - { name: B, uri: \"urn:a\", type: \"n:T\", rule: text, example: x }\n  - {"),
        ])
    func faults(old: String, new: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "puente-mapping-\(UInt64.random(in: 0 ... .max)).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        func read(_ text: String) throws -> [Fault] {
            try Data(text.utf8).write(to: file)
            let faults = Faults()
            _ = MappingTable.read(path: file.path, into: faults)
            return faults.sorted
        }
        #expect(try read(Self.document).isEmpty)
        let faults = try read(Self.document.replacing(old, with: new, maxReplacements: 1))
        #expect(!faults.isEmpty)
        #expect(faults.allSatisfy { !$0.expected.isEmpty && !$0.advice.isEmpty })
    }
}
