// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import Testing
import XMLSecurity

extension DocumentSource {
    /// The octets in chunks of a length; `opened` counts how often they were asked for.
    init(_ octets: [UInt8], chunk: Int, opened: (() -> Void)? = nil) {
        self.init { () throws(Rejection) in
            opened?()
            var rest = octets[...]
            return { () throws(Rejection) in
                defer { rest = rest.dropFirst(chunk) }
                return rest.isEmpty ? nil : Array(rest.prefix(chunk))
            }
        }
    }
}

/// Groups of entities, one of which is the German node of ``NodeMetadata``.
struct AggregateRecipe {
    var metadata: NodeMetadata
    var others: [XMLNode]

    init(others count: Int = 3) throws {
        let node = try NodeMetadata()
        metadata = node
        others = (0..<count).map { index in
            var other = node.root
            other.set("ID", "_o\(index)")
            other.set("entityID", "https://other.example/\(index)")
            return other
        }
    }

    static func group(_ id: String?, _ children: [XMLNode]) -> XMLNode {
        XMLNode(Namespace.md("EntitiesDescriptor"), [("ID", id)], children)
    }

    /// Signs a group behind some of its children.
    func sign(_ group: XMLNode, behind index: Int = 0, _ change: (inout SignatureRecipe) -> Void = { _ in }) throws
        -> XMLNode
    {
        var recipe = metadata.recipe
        change(&recipe)
        return try recipe.sign(group, behind: index)
    }

    static func expectation(
        _ entityID: String = NodeMetadata.entityID, pins: [TestKey] = [.p256a], allowsUnsigned: Bool = false,
        country: String = "DE"
    ) throws -> MetadataExpectation {
        MetadataExpectation(
            entityID: EntityID(entityID), country: try World.memberState(country), role: .proxyService,
            pins: try pins.map { try $0.certificate() }, allowsUnsigned: allowsUnsigned)
    }

    /// What becomes of expectations of all kinds, which must be the same by both ways.
    static func judge(_ octets: [UInt8], _ comment: Comment? = nil) throws -> [Rule?] {
        let expectations = [
            try expectation(), try expectation(pins: [.p256b]), try expectation(pins: [], allowsUnsigned: true),
            try expectation("https://other.example/0"), try expectation("https://nobody.example/"),
            try expectation(country: "FR"),
        ]
        return try agree(octets, expectations, at: World().now, comment)
    }

    static func agree(
        _ octets: [UInt8], _ expectations: [MetadataExpectation], at now: Date, _ comment: Comment? = nil
    ) throws -> [Rule?] {
        let whole = expectations.map { expected in
            Result { () throws(Rejection) in
                try VerifiedEntity(octets, expecting: expected, confirmedBy: LibXMLSec1(), at: now)
            }
        }
        for chunk in [max(1, octets.count), 1000] {
            let found = VerifiedEntity.read(
                from: DocumentSource(octets, chunk: chunk), expecting: expectations, confirmedBy: LibXMLSec1(), at: now)
            try #require(found.count == whole.count)
            for (found, whole) in zip(found, whole) {
                switch (found, whole) {
                case (.success(let found), .success(let whole)): #expect(found == whole, comment)
                case (.failure(let found), .failure(let whole)):
                    // Which of several faults is told depends on what is looked at first.
                    let depends = [Rule.xmlMalformed, .xmlEncoding, .xmlDocumentType].contains(whole.rule)
                    #expect(found.rule == whole.rule || depends, comment)
                default: Issue.record("\(found) in pieces, \(whole) as a whole; \(comment?.rawValue ?? "")")
                }
            }
        }
        return whole.map { if case .failure(let rejection) = $0 { rejection.rule } else { nil } }
    }
}

@Suite("Aggregates of any size")
struct AggregateTests {
    static let good: [Rule?] = [nil, .metadataSignature, .metadataSignature, nil, .metadataEntity, .metadataCountry]
    static let unsigned: [Rule?] = [
        .metadataSignature, .metadataSignature, nil, .metadataSignature, .metadataEntity, .metadataSignature,
    ]

    @Test("A group signed before, between or behind what it covers is read the same")
    func places() throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others + [recipe.metadata.root])
        for place in 0...4 {
            let octets = try recipe.sign(group, behind: place).serialized()
            #expect(try AggregateRecipe.judge(octets) == Self.good)
            var opened = 0
            let source = DocumentSource(octets, chunk: 100) { opened += 1 }
            let found = try VerifiedEntity.read(
                from: source, expecting: [AggregateRecipe.expectation()], confirmedBy: nil, at: World().now)
            #expect(try found[0].get().signer == TestKey.p256a.certificate())
            // Only what stands behind makes us begin again.
            #expect(opened == (place == 0 ? 1 : 2))
        }
    }

    @Test("The nearest signature counts: of the entity, of its group, of a group around")
    func nearest() throws {
        let recipe = try AggregateRecipe()
        let (entity, others) = (recipe.metadata.root, recipe.others)
        let signed = try recipe.sign(entity)
        let bad = try recipe.sign(entity) { $0 = SignatureRecipe(.p256b) }
        let inner = AggregateRecipe.group("_i", [entity])
        func judge(_ group: XMLNode) throws -> Rule? { try AggregateRecipe.judge(group.serialized())[0] }
        func outer(_ inner: XMLNode) -> XMLNode { AggregateRecipe.group("_g", [others[0], inner, others[1]]) }
        #expect(try judge(outer(signed)) == nil)
        #expect(try judge(recipe.sign(outer(bad))) == .metadataSignature)
        #expect(try judge(outer(recipe.sign(inner))) == nil)
        #expect(try judge(outer(recipe.sign(inner, behind: 1))) == nil)
        #expect(try judge(recipe.sign(outer(inner))) == nil)
        #expect(try judge(recipe.sign(outer(inner), behind: 3)) == nil)
        #expect(try judge(recipe.sign(outer(recipe.sign(inner, behind: 1)), behind: 2)) == nil)
        let strange = try recipe.sign(inner) { $0 = SignatureRecipe(.p256b) }
        #expect(try judge(recipe.sign(outer(strange))) == .metadataSignature)
        #expect(try judge(recipe.sign(outer(bad), behind: 1)) == .metadataSignature)
        // A good signature further in is no excuse for a bad one of others.
        let inDanger = try recipe.sign(outer(signed)) { $0 = SignatureRecipe(.p256b) }
        #expect(try judge(inDanger) == nil)
    }

    @Test("Unsigned groups serve where it is allowed, and a signature that is there must be good")
    func unsigned() throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others + [recipe.metadata.root])
        #expect(try AggregateRecipe.judge(group.serialized()) == Self.unsigned)
        for place in [0, 4] {
            let octets = try recipe.sign(group, behind: place).serialized()
            for (old, new) in [("other.example/1", "other.example/9"), (NodeMetadata.entityID, "https://x.example/")] {
                let changed = try octets.replacing(old, with: new)
                #expect(try AggregateRecipe.judge(changed).allSatisfy { $0 != nil })
            }
        }
    }

    @Test("Algorithms, digests, references and prefix lists are those of any signature")
    func signatures() throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others + [recipe.metadata.root])
        let named = XMLNode(
            Namespace.md("EntitiesDescriptor"), [("ID", "_g")], mentioning: [.xs, .xenc],
            recipe.others + [recipe.metadata.root])
        func rule(_ group: XMLNode, _ change: (inout SignatureRecipe) -> Void) throws -> [Rule?] {
            let rules = try [0, 2].map { place in
                try AggregateRecipe.judge(recipe.sign(group, behind: place, change).serialized())
            }
            #expect(rules[0] == rules[1])
            return rules[0]
        }
        for digest in DigestAlgorithm.allCases { #expect(try rule(group) { $0.digest = digest } == Self.good) }
        #expect(try rule(group) { $0.reference = "" } == Self.good)
        #expect(try rule(named) { $0.prefixes = [.xs, .xenc] } == Self.good)
        let badly: [(inout SignatureRecipe) -> Void] = [
            { $0.reference = "#_o1" }, { $0.reference = "#_none" },
            { $0.editsValue = { $0.map { ~$0 } } },
            {
                $0.editsSignedInfo = {
                    try $0.setText(of: "DigestValue", Base64.encode([UInt8](repeating: 0, count: 32)))
                }
            },
            { $0.editsSignedInfo = { try $0.double("Transform") } },
            { $0.editsSignedInfo = { try $0.double("Reference") } },
            { $0.editsSignature = { $0 = $0.appending(XMLNode(Namespace.ds("Object"))) } },
        ]
        for change in badly { #expect(try rule(group, change)[0] == .metadataSignature) }
    }

    @Test("Two signatures of a group are one too many, wherever they stand")
    func repeated() throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others + [recipe.metadata.root])
        let signature = try recipe.metadata.recipe.signature(over: group)
        for first in 0...4 {
            for second in first...5 {
                let octets = group.inserting(signature, at: first).inserting(signature, at: second).serialized()
                #expect(try AggregateRecipe.judge(octets)[0] == .metadataSignature)
            }
        }
    }

    @Test("Signed groups wrapped in evil ones are refused")
    func wrapped() throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others)
        let signed = try recipe.sign(group)
        let signature = try #require(signed.first("Signature"))
        let evil = try NodeMetadata(key: .stranger).root
        let attempts = [
            AggregateRecipe.group("_e", [signature, evil, group]), AggregateRecipe.group("_e", [evil, signed]),
            AggregateRecipe.group(nil, [signature, AggregateRecipe.group("_g", recipe.others + [evil])]),
            signed.appending(evil), signed.appending(AggregateRecipe.group("_x", [evil])),
            AggregateRecipe.group("_e", [AggregateRecipe.group("_f", [signature, evil]), group]),
            AggregateRecipe.group("_e", [evil, XMLNode(Namespace.md("Extensions"), [], [signed])]),
        ]
        for attempt in attempts {
            #expect(try AggregateRecipe.judge(attempt.serialized())[0] == .metadataSignature)
        }
    }

    @Test("Who is there twice, in whatever groups, is refused; the others are not")
    func twice() throws {
        let recipe = try AggregateRecipe()
        var again = recipe.metadata.root
        again.set("ID", "_again")
        let inner = AggregateRecipe.group("_i", [again])
        for last in [again, inner] {
            let group = AggregateRecipe.group("_g", [recipe.metadata.root] + recipe.others + [last])
            let rules = try AggregateRecipe.judge(recipe.sign(group).serialized())
            #expect(rules[0] == .metadataEntity && rules[3] == nil)
        }
    }

    @Test("The ends of the groups around count, and the limits of each piece")
    func ends() throws {
        let recipe = try AggregateRecipe()
        var group = AggregateRecipe.group("_g", [AggregateRecipe.group(nil, [recipe.metadata.root])])
        group.set("validUntil", "2026-03-01T00:00:00Z")
        #expect(try AggregateRecipe.judge(recipe.sign(group).serialized())[0] == .metadataExpiry)
        group.set("validUntil", "2026-03-04T00:00:00Z")
        #expect(try AggregateRecipe.judge(recipe.sign(group).serialized())[0] == nil)
    }

    /// Everything that can go wrong in reading is the same for all that is expected.
    @Test("What the source cannot give, or gives differently the second time, is refused")
    func sources() throws {
        let recipe = try AggregateRecipe()
        let group = AggregateRecipe.group("_g", recipe.others + [recipe.metadata.root])
        let late = try recipe.sign(group, behind: 4).serialized()
        let expected = try AggregateRecipe.expectation()
        let now = try World().now
        func rule(_ source: DocumentSource) -> Rule? {
            let found = VerifiedEntity.read(from: source, expecting: [expected, expected], confirmedBy: nil, at: now)
            return found.count == 2 ? found.compactMap { $0.failure?.rule }.first : .ownFailure
        }
        #expect(rule(DocumentSource(late)) == nil)
        let gone = Rejection(.metadataUnavailable, "file")
        #expect(rule(DocumentSource { () throws(Rejection) in throw gone }) == .metadataUnavailable)
        #expect(
            rule(DocumentSource { () throws(Rejection) in { () throws(Rejection) in throw gone } })
                == .metadataUnavailable)
        var opened = 0
        let other = try late.replacing("https://other.example/1", with: "https://other.example/7")
        let changing = DocumentSource { () throws(Rejection) in
            opened += 1
            var rest: [UInt8]? = opened == 1 ? late : other
            return { () throws(Rejection) in
                defer { rest = nil }
                return rest
            }
        }
        #expect(rule(changing) == .metadataSignature && opened == 2)
    }

    @Test("One octet changed is refused by both ways, or means nothing to either", arguments: 0..<400)
    func mutations(seed: Int) throws {
        var random = Seeded(seed)
        let recipe = try AggregateRecipe(others: 2)
        let inner = try recipe.sign(AggregateRecipe.group("_i", [recipe.others[1]]), behind: seed / 4 % 2)
        let group = AggregateRecipe.group("_g", [recipe.others[0], recipe.metadata.root, inner])
        let octets = try recipe.sign(group, behind: seed % 4).serialized().edited(&random)
        _ = try AggregateRecipe.judge(octets, Comment(rawValue: String(decoding: octets, as: UTF8.self)))
    }

    @Test("Metadata of others has the same fate by both ways", arguments: try RealMetadataTests.metadata())
    func others(vector: OtherVector) throws {
        let octets = try Unwrapped(vector.octets()).octets
        let root = try XMLTree(parsing: octets, limits: .metadata).root
        let shown = root.descendants(Namespace.ds("X509Certificate")).prefix(3).compactMap { element in
            element.base64.flatMap { try? Certificate(der: $0) }
        }
        let named = root.descendants(Namespace.md("EntityDescriptor")).compactMap { $0["entityID"] }
        let country = root.descendants(Namespace.eidas("NodeCountry")).first?.trimmedText ?? "XC"
        var expectations: [MetadataExpectation] = []
        for name in Set(named + ["https://nobody.example/"]) {
            for role in EntityDescriptor.Role.allCases {
                for (pins, policy) in [(shown, SignaturePolicy.clave), (shown, .eidas), ([], .clave)] {
                    expectations.append(
                        MetadataExpectation(
                            entityID: EntityID(name), country: try World.memberState(country),
                            role: role, pins: pins, allowsUnsigned: pins.isEmpty, signatures: policy))
                }
            }
        }
        for time in ["2016-01-01T00:00:00Z", "2018-06-01T00:00:00Z", "2021-06-01T00:00:00Z", "2023-06-01T00:00:00Z"] {
            let now = try #require(Instant.read(time))
            let rules = try AggregateRecipe.agree(octets, expectations, at: now)
            #expect(rules.count == expectations.count)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
