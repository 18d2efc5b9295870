// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import Testing
import XMLSecurity

@testable import SAML

@Suite("Whom a document claims to describe")
struct ClaimedEntityTests {
    static func claims(_ root: XMLNode) throws -> [ClaimedEntity] {
        try ClaimedEntity.all(in: DocumentSource(root.serialized()))
    }

    @Test("Each entity in each role, with its country, groups within groups included")
    func all() throws {
        let metadata = try NodeMetadata()
        func entity(_ change: (inout XMLNode) throws -> Void) throws -> XMLNode {
            var root = metadata.root
            root.set("ID", nil)
            try change(&root)
            return root
        }
        let both = try entity { root in
            root.set("entityID", " https://both.example/ ")
            var connector = try #require(root.first("IDPSSODescriptor"))
            connector.name = Namespace.md("SPSSODescriptor")
            try connector.remove("NodeCountry")
            root = root.appending(connector)
        }
        let idle = try entity { try $0.remove("IDPSSODescriptor") }
        let nameless = try entity { $0.set("entityID", nil) }
        let inner = XMLNode(Namespace.md("EntitiesDescriptor"), [], [try entity { _ in }])
        let claims = try Self.claims(XMLNode(Namespace.md("EntitiesDescriptor"), [], [both, idle, nameless, inner]))
        // As it is written, though nobody is taken for it.
        let name = EntityID(" https://both.example/ ")
        #expect(
            claims == [
                .init(entityID: name, role: .proxyService, country: "DE"),
                .init(entityID: name, role: .connector, country: nil),
                .init(entityID: EntityID(NodeMetadata.entityID), role: .proxyService, country: "DE"),
            ])
        #expect(try Self.claims(metadata.root) == Array(claims.suffix(1)))
    }

    @Test("What real aggregates claim is what they are asked for")
    func real() throws {
        let claims = try ClaimedEntity.all(
            in: DocumentSource(OtherVector.octets(RealMetadataTests.aggregate)))
        #expect(Set(claims.map(\.entityID.rawValue)) == Set(RealMetadataTests.states.keys))
        #expect(claims.allSatisfy { $0.role == .proxyService })
    }

    @Test("A document that is no metadata claims nothing, and is refused")
    func other() throws {
        #expect(try brokenRule { _ = try Self.claims(ListRecipe().root) } == .metadataContent)
        #expect(try brokenRule { _ = try ClaimedEntity.all(in: DocumentSource(Array("<a>".utf8))) } == .xmlMalformed)
    }
}
