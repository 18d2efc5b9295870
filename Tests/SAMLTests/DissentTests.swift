// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("Metadata over whose signature the second reader disagrees")
struct MetadataDissentTests {
    typealias Manner = Dissenter.Manner

    static func rules(_ octets: [UInt8], _ reader: Dissenter) throws -> [Rule?] {
        let expected = try AggregateRecipe.expectation()
        let now = try World().now
        let whole = try brokenRule { _ = try VerifiedEntity(octets, expecting: expected, confirmedBy: reader, at: now) }
        let source = DocumentSource(octets, chunk: 1000)
        let pieces = VerifiedEntity.read(from: source, expecting: [expected], confirmedBy: reader, at: now)
        return [whole, try brokenRule { _ = try pieces[0].get() }]
    }

    static let refused: [Rule?] = [.signatureSecondOpinion, .signatureSecondOpinion]

    @Test("A single entity is refused", arguments: Manner.allCases)
    func single(manner: Manner) throws {
        let metadata = try NodeMetadata()
        let octets = try metadata.recipe.sign(metadata.root, behind: 0).serialized()
        #expect(try Self.rules(octets, Dissenter(manner, about: "_e1")) == Self.refused)
    }

    @Test("A group is refused, wherever its signature stands", arguments: Manner.allCases, 0...4)
    func group(manner: Manner, place: Int) throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others + [recipe.metadata.root])
        let octets = try recipe.sign(group, behind: place).serialized()
        #expect(try Self.rules(octets, Dissenter(manner, about: "_g")) == Self.refused)
        #expect(try Self.rules(octets, Dissenter(manner, about: "_e1")) == [nil, nil])
    }

    @Test("A group without identifier is the document", arguments: Manner.allCases)
    func document(manner: Manner) throws {
        let recipe = try AggregateRecipe()
        let octets = try recipe.sign(AggregateRecipe.group(nil, [recipe.metadata.root])) { $0.reference = "" }
        #expect(try Self.rules(octets.serialized(), Dissenter(manner, about: "")) == Self.refused)
        #expect(try Self.rules(octets.serialized(), Dissenter { _ in false }) == [nil, nil])
    }

    @Test("An entity of an aggregate is refused for its own signature", arguments: Manner.allCases)
    func entity(manner: Manner) throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others + [try recipe.sign(recipe.metadata.root)])
        for octets in [group.serialized(), try recipe.sign(group).serialized()] {
            #expect(try Self.rules(octets, Dissenter(manner, about: "_e1")) == Self.refused)
        }
    }

    @Test("A list is refused", arguments: Manner.allCases)
    func list(manner: Manner) throws {
        let recipe = try ListRecipe()
        let expected = ServiceListExpectation(
            pins: [try TestKey.p256a.certificate()], territories: [try World.memberState("DE")])
        let rule = try brokenRule {
            _ = try VerifiedServiceList(
                recipe.octets(), expecting: expected, confirmedBy: Dissenter(manner) { _ in true }, at: World().now)
        }
        #expect(rule == .signatureSecondOpinion)
    }

    @Test("In a document of more than 2 MiB only entities are read again")
    func large() throws {
        var recipe = try AggregateRecipe(others: 0)
        let filling = String(repeating: "x", count: 1 << 20)
        recipe.others = (0..<3).map { index in
            var other = recipe.metadata.root
            other.set("ID", "_o\(index)")
            other.set("entityID", "https://other.example/\(index)")
            return other.appending(XMLNode(Namespace.md("AdditionalMetadataLocation"), text: filling))
        }
        let group = AggregateRecipe.group("_g", recipe.others + [recipe.metadata.root])
        let expected = try AggregateRecipe.expectation()
        let now = try World().now
        func asked(_ octets: [UInt8]) throws -> [String] {
            let reader = Dissenter { _ in false }
            let source = DocumentSource(octets, chunk: 1 << 16)
            let found = VerifiedEntity.read(from: source, expecting: [expected], confirmedBy: reader, at: now)
            _ = try found[0].get()
            return reader.asked.map(\.identifier)
        }
        #expect(try asked(recipe.sign(group).serialized()) == [])
        let single = AggregateRecipe.group("_g", recipe.others + [try recipe.sign(recipe.metadata.root)])
        #expect(try asked(recipe.sign(single).serialized()) == ["_e1"])
        let small = AggregateRecipe.group("_g", [recipe.metadata.root])
        #expect(try asked(recipe.sign(small).serialized()) == ["_g"])
    }
}
