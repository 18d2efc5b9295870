// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Exclusive canonical XML")
struct CanonicalizationTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let input: String
        let output: String
        /// Local name of the element to be canonicalised.
        let element: String
        let prefixes: [String]
        var testDescription: String { "\(input) \(prefixes)" }
    }

    static let folder = "santuario-interop/"
    static let cases = [
        Case(
            input: "exc-c14n/example2_2_1.xml", output: "exc-c14n/example2_2_c14nized_exclusive.xml", element: "elem2",
            prefixes: []),
        Case(
            input: "exc-c14n/example2_2_2.xml", output: "exc-c14n/example2_2_c14nized_exclusive.xml", element: "elem2",
            prefixes: []),
        Case(
            input: "exc-c14n/example2_2_1.xml", output: "exc-c14n/example2_2_1_c14nized.xml", element: "elem2",
            prefixes: ["n0", "n3"]),
        Case(
            input: "exc-c14n/example2_4.xml", output: "exc-c14n/example2_4_c14nized.xml", element: "elem2", prefixes: []
        ),
        Case(
            input: "exc-c14n-merlin/exc-signature.xml", output: "exc-c14n-merlin/c14n-0.txt", element: "Object",
            prefixes: []),
        Case(
            input: "exc-c14n-merlin/exc-signature.xml", output: "exc-c14n-merlin/c14n-1.txt", element: "Object",
            prefixes: ["bar", "#default"]),
        Case(
            input: "exc-c14n-merlin/exc-signature.xml", output: "exc-c14n-merlin/c14n-4.txt", element: "SignedInfo",
            prefixes: []),
    ]

    @Test("The vectors of others come out octet by octet", arguments: cases)
    func vectors(example: Case) throws {
        let tree = try XMLTree(parsing: OtherVector.octets(Self.folder + example.input))
        let element = try #require(tree.root.descendants.first { $0.local == example.element })
        let expected = String(decoding: try OtherVector.octets(Self.folder + example.output), as: UTF8.self)
        #expect(String(decoding: try element.canonical(inclusive: example.prefixes), as: UTF8.self) == expected)
    }

    @Test("What we write is canonical as libxml2 sees it", arguments: 0..<500)
    func agreement(seed: Int) throws {
        var random = Seeded(seed)
        let node = XMLNode.random(depth: 4, &random)
        let tree = try XMLTree(parsing: node.serialized())
        #expect(try tree.root.shape == String(decoding: node.canonical(), as: UTF8.self))
        // The same below another element, which brings namespaces of its own.
        let around = XMLNode(Namespace("outer", "urn:example:outer")("Around"), [], mentioning: [.xs], [node])
        let inner = try XMLTree(parsing: around.serialized()).root.children[0]
        #expect(try inner.shape == String(decoding: node.canonical(), as: UTF8.self))
        // Canonical XML is its own canonical form, and is read as what was written.
        #expect(try XMLTree(parsing: node.canonical()).root.shape == String(decoding: node.canonical(), as: UTF8.self))
    }

    @Test("A namespace that only a value mentions is declared in the text, and left out of the canonical form")
    func mentioned() throws {
        let node = XMLNode(Namespace.one("A"), [(Namespace.xsi("type"), "two:B")], mentioning: [.two])
        #expect(String(decoding: node.serialized(), as: UTF8.self).contains("xmlns:two=\"urn:example:two\""))
        #expect(!String(decoding: node.canonical(), as: UTF8.self).contains("xmlns:two"))
    }

    @Test("Attributes are sorted by code points, not by what marks amount to")
    func order() throws {
        let node = XMLNode(XMLName(unqualified: "a"), [("N\u{301}", "1"), ("Name", "2"), ("\u{143}b", "3")])
        let canonical = try XMLTree(parsing: node.serialized()).root.canonical()
        #expect(node.canonical() == canonical)
        #expect(String(decoding: canonical, as: UTF8.self).hasPrefix("<a Name="))
    }

    @Test("Taking a signature out for a moment leaves the tree as it was, text nodes included")
    func omission() throws {
        let text = "<a xmlns='urn:x'> one <b/> two <c xmlns='urn:y'><d/></c> three <e/></a>"
        let tree = try XMLTree(text)
        let before = try tree.root.shape
        for child in tree.root.children {
            let without = String(decoding: try tree.root.canonical(omitting: child), as: UTF8.self)
            #expect(!without.contains("<\(child.local)"))
            #expect(try tree.root.shape == before)
            #expect(tree.root.children.map(\.local) == ["b", "c", "e"])
        }
        let alone = try XMLTree("<a><b/></a>")
        #expect(
            String(decoding: try alone.root.canonical(omitting: alone.root.children[0]), as: UTF8.self) == "<a></a>")
        #expect(try alone.root.shape == "<a><b></b></a>")
    }

    @Test("A style sheet before metadata is not part of its canonical form")
    func styleSheet() throws {
        let tree = try XMLTree("<?xml-stylesheet href='x'?><!-- x --><a ID='_1'/>", limits: .metadata)
        #expect(try tree.root.shape == "<a ID=\"_1\"></a>")
    }
}

extension XMLNode {
    /// A small tree with namespaces, awkward texts and attributes.
    fileprivate static func random(depth: Int, _ random: inout Seeded) -> XMLNode {
        let spaces = [
            Namespace.one, .two, .ds, Namespace("a", "urn:z"), Namespace("z", "urn:a"), Namespace("ABC", "http://x/"),
        ]
        let texts = ["", "x", " y ", "é ñ 𝄞", "a&b<c>d\"e'f", "tab\there", "line\nbreak", "cr\rhere", "]]>", "&#x9;"]
        var attributes: [(XMLName, String?)] = []
        for name in ["b", "a", "Z", "ñ"] where Bool.random(using: &random) {
            attributes.append((XMLName(unqualified: name), texts.randomElement(using: &random)))
        }
        for space in spaces.shuffled(using: &random).prefix(2) where Bool.random(using: &random) {
            attributes.append((space("q"), texts.randomElement(using: &random)))
        }
        if Bool.random(using: &random) { attributes.append((Namespace.xml("lang"), "es")) }
        var node = XMLNode(
            (spaces.randomElement(using: &random) ?? .one)(["E", "e", "f-1"].randomElement(using: &random) ?? "E"),
            attributes)
        for _ in 0..<(depth == 0 ? 0 : Int.random(in: 0...3, using: &random)) {
            if Bool.random(using: &random) { node.content.append(.text(texts.randomElement(using: &random) ?? "")) }
            node.content.append(.node(XMLNode.random(depth: depth - 1, &random)))
        }
        if depth == 0 { node.content = [.text(texts.randomElement(using: &random) ?? "")] }
        return node
    }
}
