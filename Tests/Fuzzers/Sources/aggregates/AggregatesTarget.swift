// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import FuzzKit
import PuenteTestKit

@testable import SAML
@testable import XMLSecurity

/// Metadata of many entities, read in pieces and as a whole: both ways have the same fate, and each group of pieces has
/// the digest that libxml2 gives it. Who holds no pinned key is refused, or tells what was published.
///
/// The first octet chooses: `<` a document as it comes; `E` an edit script over signed groups; `S` a group that the pinned
/// key signs, behind as many children as the next octet says, `s` an edit script over good ones.
enum AggregatesTarget: FuzzTarget {
    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        let whole = pool.enumerated().map { ("group-\($0.offset)", $0.element) }
        let signed = (0..<4).map { ("signed-\($0)", Array("S".utf8) + [$0] + pool[0]) }
        let twisted = twists.enumerated().map { ("twist-\($0.offset)", Array($0.element.utf8)) }
        return (whole + signed + twisted).map { (name: $0.0, octets: $0.1) } + EditScript.seeds("E", over: pool.count)
            + EditScript.seeds("s", over: pool.count)
    }

    static func run(_ octets: [UInt8]) throws {
        var script = EditScript(octets.dropFirst())
        switch octets.first {
        case UInt8(ascii: "E"): judge(script.edit(oneOf: pool))
        case UInt8(ascii: "S"):
            let place = script.number(below: 8)
            try sign(Array(octets.dropFirst(2)), behind: place)
        case UInt8(ascii: "s"):
            let place = script.number(below: 8)
            try sign(script.edit(oneOf: pool), behind: place)
        default: judge(octets)
        }
    }

    // MARK: Groups

    private static let recipe = SignatureRecipe(.p256a)
    private static let now = scenery("there is a world") { try World().now }

    private static func group(_ id: String, _ children: [XMLNode]) -> XMLNode {
        XMLNode(Namespace.md("EntitiesDescriptor"), [("ID", id)], children)
    }

    /// Signed as a whole before, between and behind; by the entity; within another group; by a stranger; not at all.
    private static let pool = scenery("groups are written") { () throws -> [[UInt8]] in
        let node = try NodeMetadata().root
        let others = (0..<2).map { index in
            var other = node
            other.set("ID", "_o\(index)")
            other.set("entityID", "https://other.example/\(index)")
            return other
        }
        let all = group("_g", [others[0], node, others[1]])
        let inner = try recipe.sign(group("_i", [node, others[0]]), behind: 1)
        let wanted = try recipe.sign(node, behind: 0)
        let evil = try SignatureRecipe(.p256b).sign(all, behind: 3)
        let good = try (0...3).map { try recipe.sign(all, behind: $0) }
        let nested = [group("_n", [others[1], inner]), try recipe.sign(group("_n", [inner, others[1]]), behind: 2)]
        let all0 = good + nested + [group("_u", [others[0], wanted]), wanted, evil, all]
        return all0.map { $0.serialized() }
    }

    /// Where a cut might be seen that libxml2 does not see.
    private static let twists = ["<a:EntitiesDescriptor", "<EntitiesDescriptor"].flatMap { tag in
        [
            "<!-- \(tag)> -->", "<![CDATA[\(tag)>]]>", "<?x \(tag)>?>", "<b c='\(tag)>'/>", "<Signature>'</Signature>",
            "\(tag) x=\"/>\"></a:EntitiesDescriptor >", "\(tag)/>\r\n&#13;", "<!-- --><Signature/>",
        ].map { inside in
            let namespace = Namespace.md.uri
            let name = String(tag.dropFirst())
            return "<\(name) xmlns='\(namespace)' xmlns:a='\(namespace)'>\(inside)</\(name)>"
        }
    }

    // MARK: Judging

    private static let expectations = scenery("peers are expected") { () throws -> [MetadataExpectation] in
        func peer(_ name: String, _ pins: [TestKey], _ allowsUnsigned: Bool = false) throws -> MetadataExpectation {
            MetadataExpectation(
                entityID: EntityID(name), country: try World.memberState("DE"), role: .proxyService,
                pins: try pins.map { try $0.certificate() }, allowsUnsigned: allowsUnsigned)
        }
        return [
            try peer(NodeMetadata.entityID, [.p256a]), try peer("https://other.example/0", [.p256a]),
            try peer(NodeMetadata.entityID, [.p384]), try peer(NodeMetadata.entityID, [], true),
            try peer("https://nobody.example/", [.p256a]),
        ]
    }
    private static let honest = scenery("good groups are accepted") {
        try expectations.prefix(2).map { try VerifiedEntity(pool[0], expecting: $0, confirmedBy: nil, at: now) }
    }

    /// A document of somebody without the pinned key.
    private static func judge(_ octets: [UInt8]) {
        let found = agree(octets)
        for (found, honest) in zip(found, honest) {
            guard let found else { continue }
            promise(found.entity == honest.entity && found.descriptor == honest.descriptor, "nobody else says more")
        }
        promise(found[2] == nil, "another key than the pinned one vouches for nobody")
    }

    private static func sign(_ octets: [UInt8], behind place: Int) throws {
        guard let root = (try? XMLTree(parsing: octets, limits: .metadata))?.root else { return }
        let copy = XMLNode(copying: root) { $0.is(Namespace.ds("Signature")) && $0.parent == root }
        _ = agree(try recipe.sign(copy, behind: min(place, copy.content.count)).serialized())
    }

    /// What becomes of each expectation.
    private static func agree(_ octets: [UInt8]) -> [VerifiedEntity?] {
        checkDigests(octets)
        let whole = expectations.map { try? VerifiedEntity(octets, expecting: $0, confirmedBy: nil, at: now) }
        for chunk in [octets.count + 1, 7] {
            let found = VerifiedEntity.read(
                from: source(octets, chunk: chunk), expecting: expectations, confirmedBy: nil, at: now)
            promise(found.map { try? $0.get() } == whole, "in pieces and as a whole, metadata have the same fate")
            for case .failure(let rejection) in found {
                promise(rejection.rule != .ownFailure, "metadata are no reason to fail, but \(rejection)")
            }
        }
        return whole
    }

    private static func source(_ octets: [UInt8], chunk: Int) -> DocumentSource {
        DocumentSource { () throws(Rejection) in
            var rest = octets[...]
            return { () throws(Rejection) in
                defer { rest = rest.dropFirst(chunk) }
                return rest.isEmpty ? nil : Array(rest.prefix(chunk))
            }
        }
    }
}

@_cdecl("fuzz_aggregates_main")
func fuzzAggregates(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    AggregatesTarget.main(count, arguments)
}
