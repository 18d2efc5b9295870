// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Parsing")
struct ParsingTests {
    @Test("What a message may hold is read as it stands")
    func good() throws {
        let tree = try XMLTree(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- before --><a xmlns="urn:x:a" xmlns:b="urn:x:b" b:c=" d " ID="_1">
              <!-- between --><b:e>&lt;&amp;&gt;&quot;&apos;&#xE9;&#10; ñ</b:e>
            </a><!-- behind -->
            """)
        #expect(tree.root.namespaceURI == "urn:x:a")
        #expect(tree.root[Namespace("z", "urn:x:b")("c")] == " d ")
        #expect(tree.root.children.map(\.text) == ["<&>\"'é\n ñ"])
        #expect(tree.root.children[0].path == "a/e")
        #expect(!tree.root.hasText)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let kind: XMLFault.Kind
        let octets: [UInt8]

        init(_ description: String, _ kind: XMLFault.Kind, _ octets: [UInt8]) {
            (testDescription, self.kind, self.octets) = (description, kind, octets)
        }
        init(_ description: String, _ kind: XMLFault.Kind, _ text: String) {
            self.init(description, kind, Array(text.utf8))
        }
    }

    static let refused: [Case] = [
        Case("nothing", .malformed, ""),
        Case("byte order mark", .encoding, [0xEF, 0xBB, 0xBF] + Array("<a/>".utf8)),
        Case("UTF-16 with mark", .encoding, [0xFF, 0xFE, 0x3C, 0, 0x61, 0, 0x2F, 0, 0x3E, 0]),
        Case("UTF-16 without mark", .encoding, [0x3C, 0, 0x61, 0, 0x2F, 0, 0x3E, 0]),
        Case("UTF-16 declared", .encoding, "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>"),
        Case("UTF-7 declared", .encoding, "<?xml version='1.0' encoding='utf-7'?><a/>"),
        Case("Latin-1 declared", .encoding, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"),
        Case(
            "a declaration without end", .malformed,
            "<?xml version='1.0' " + String(repeating: " ", count: 100_000) + "?><a/>"
        ),
        Case("marks behind a declared encoding", .malformed, "<?xml version='1.0' encoding='utf-8\u{301}'?><a/>"),
        Case("Latin-1 octets", .encoding, [0x3C, 0x61, 0x3E, 0xE9, 0x3C, 0x2F, 0x61, 0x3E]),
        Case("overlong slash", .encoding, [0x3C, 0x61, 0x3E, 0xC0, 0xAF, 0x3C, 0x2F, 0x61, 0x3E]),
        Case("encoded surrogate", .encoding, [0x3C, 0x61, 0x3E, 0xED, 0xA0, 0x80, 0x3C, 0x2F, 0x61, 0x3E]),
        Case("NUL octet", .encoding, [0x3C, 0x61, 0x3E, 0, 0x3C, 0x2F, 0x61, 0x3E]),
        Case("empty DOCTYPE", .documentType, "<!DOCTYPE a><a/>"),
        Case("DOCTYPE with external subset", .documentType, "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/x.dtd\"><a/>"),
        Case("external entity", .documentType, "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"),
        Case("parameter entity", .documentType, "<!DOCTYPE a [<!ENTITY % x SYSTEM \"file:///etc/passwd\">%x;]><a/>"),
        Case(
            "expansion bomb", .documentType,
            "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;\">]><a>&d;</a>"),
        Case("lower-case doctype", .malformed, "<!doctype a><a/>"),
        Case("undeclared entity", .malformed, "<a>&nbsp;</a>"),
        Case("CDATA", .forbiddenNode, "<a><![CDATA[x]]></a>"),
        Case("processing instruction inside", .forbiddenNode, "<a><?x y?></a>"),
        Case("processing instruction before", .forbiddenNode, "<?x y?><a/>"),
        Case("processing instruction behind", .forbiddenNode, "<a/><?x y?>"),
        Case("comment in text", .commentInText, "<a>admin<!-- -->istrator</a>"),
        Case("comment before text", .commentInText, "<a><!-- -->admin</a>"),
        Case("text before the root", .malformed, "x<a/>"),
        Case("text behind the root", .malformed, "<a/>x"),
        Case("two roots", .malformed, "<a/><a/>"),
        Case("unclosed", .malformed, "<a><b></a>"),
        Case("attribute twice", .malformed, "<a b='1' b='2'/>"),
        Case("attribute twice by two prefixes", .namespace, "<a xmlns:x='urn:y' xmlns:z='urn:y' x:b='1' z:b='2'/>"),
        Case("undeclared prefix", .namespace, "<x:a/>"),
        Case("undeclared prefix of an attribute", .namespace, "<a x:b='1'/>"),
        Case("relative namespace", .namespace, "<a xmlns='relative'/>"),
        Case("relative namespace of a prefix", .namespace, "<a xmlns:x='../x'/>"),
        Case("relative namespace with a colon", .namespace, "<a xmlns:x='the/t:p'/>"),
        Case("namespace that is no URI", .namespace, "<a xmlns:x='urn:[x'/>"),
        Case("namespace with an ampersand", .namespace, "<a xmlns:x='urn:x?a&amp;b'/>"),
        Case("namespace with blanks", .namespace, "<a xmlns:x='urn:x y'/>"),
        Case("prefix undeclared by 1.1", .namespace, "<a xmlns:x='urn:x'><b xmlns:x=''/></a>"),
        Case("control character", .malformed, "<a>\u{1}</a>"),
        Case("control character by reference", .malformed, "<a>&#1;</a>"),
        Case("NUL by reference", .malformed, "<a>&#0;</a>"),
        Case("surrogate by reference", .malformed, "<a>&#xD800;</a>"),
        Case("U+FFFE", .malformed, "<a>\u{FFFE}</a>"),
        Case("U+FFFE by reference", .malformed, "<a>&#xFFFE;</a>"),
        Case("same ID twice", .identifierRepeated, "<a ID='_1'><b ID='_1'/></a>"),
        Case("same ID under another name", .identifierRepeated, "<a ID='_1'><b Id='_1'/></a>"),
        Case("same ID under xml:id", .identifierRepeated, "<a ID='_1'><b xml:id='_1'/></a>"),
        Case("same ID in another namespace", .identifierRepeated, "<a ID='_1' xmlns:x='urn:x'><b x:id='_1'/></a>"),
        Case("IDs that differ by case", .identifierRepeated, "<a ID='_a'><b ID='_A'/></a>"),
        Case("IDs that differ by a blank", .identifierRepeated, "<a ID='_a'><b ID=' _a'/></a>"),
        Case("IDs that differ by a reference", .identifierRepeated, "<a ID='_a'><b ID='_&#97;'/></a>"),
        Case("attribute without value", .malformed, "<a b/>"),
        Case("XML 1.1", .malformed, "<?xml version='1.1'?><a/>"),
        Case("XML 1.2", .malformed, "<?xml version='1.2' encoding='UTF-8'?><a/>"),
        Case("XML 1.05", .malformed, "<?xml version=\"1.05\"?><a/>"),
        Case("XML without version", .malformed, "<?xml encoding='UTF-8'?><a/>"),
        Case("encoding like UTF-8", .encoding, "<?xml version='1.0' encoding='utf-8x'?><a/>"),
        Case("end of XML 2.0", .malformed, "<?xml version='2.0'?><a/>x"),
    ]

    @Test("What no message needs is refused", arguments: refused)
    func refusal(document: Case) throws {
        #expect(try fault { _ = try XMLTree(parsing: document.octets) } == document.kind)
    }

    static let limited: [Case] = [
        Case("41 levels", .limit, String(repeating: "<a>", count: 41) + String(repeating: "</a>", count: 41)),
        Case("257 levels", .limit, String(repeating: "<a>", count: 257) + String(repeating: "</a>", count: 257)),
        Case("18000 levels, and no end", .limit, String(repeating: "<a>", count: 18_000)),
        Case("4001 elements", .limit, "<a>" + String(repeating: "<b/>", count: 4000) + "</a>"),
        Case("33 attributes", .limit, "<a " + (0..<33).map { "a\($0)='x' " }.joined() + "/>"),
        Case("33 namespaces", .limit, "<a " + (0..<33).map { "xmlns:a\($0)='urn:x:\($0)' " }.joined() + "/>"),
        Case("a name of 129 octets", .limit, "<" + String(repeating: "a", count: 129) + "/>"),
        Case("a name of 60000 octets", .limit, "<" + String(repeating: "a", count: 60_000) + "/>"),
        Case("an attribute name of 60000 octets", .limit, "<a " + String(repeating: "b", count: 60_000) + "='x'/>"),
        Case("a prefix of 60000 octets", .limit, "<" + String(repeating: "a", count: 60_000) + ":b/>"),
        Case("an attribute name of 129 octets", .limit, "<a " + String(repeating: "b", count: 129) + "='x'/>"),
        Case("a prefix of 129 octets", .limit, "<a xmlns:" + String(repeating: "b", count: 129) + "='urn:x'/>"),
        Case("31 combining marks in a row", .limit, "<a>e" + String(repeating: "\u{301}", count: 31) + "</a>"),
        Case("marks in an attribute", .limit, "<a ID='_" + String(repeating: "\u{301}\u{316}", count: 16) + "'/>"),
        Case("marks by reference", .limit, "<a b='" + String(repeating: "&#x301;&#790;", count: 16) + "'/>"),
        Case("14000 attributes", .limit, "<a " + many + "/>"),
        Case(
            "14000 namespaces", .limit,
            "<a " + (0..<8_000).map { "xmlns:a\($0)='u:'" }.joined(separator: " ") + "/>"),
        Case(
            "attributes of elements in each other", .limit,
            String(repeating: "<a " + (0..<30).map { "a\($0)='' " }.joined() + ">", count: 18)
                + String(repeating: "</a>", count: 18)),
        Case("131073 octets", .limit, "<a>" + String(repeating: "x", count: 131_066) + "</a>"),
    ]

    private static let many = (0..<14_000).map { "a\($0)=''" }.joined(separator: " ")

    /// The parser compares the attributes of a tag with each other, whatever it thought of the octets before it.
    static let hiding = [
        "<r><!X <a \(many)/></r>", "<r><!-X <a \(many)/>--></r>", "<r><![CDAT[<a \(many)/>]]></r>",
        "<r><a \"><a \(many)/></r>", "<r><b c='<a \(many.replacing("'", with: "\""))/>'/></r>",
        "<r><b <a \(many)/></r>", "<r></b <a \(many)/></r>", "<r><? <a \(many)/>?></r>", "<r><?x <a \(many)/>?></r>",
        "<r><?\u{D7} <a \(many)/>?></r>", "<?xml version='1.0'><r \(many)/>?>", "<?xml version='1.0' <r \(many)/>?>",
        "<r><!-- \u{1} <a \(many)/>--></r>", "<r><!-- \u{FFFE} <a \(many)/>--></r>",
        "<r><![CDATA[\u{1} <a \(many)/>]]></r>", "<r>]]>&x;<a \(many)/></r>", "<a \(many)", "<r><!-- <a \(many)/>",
        "<r><!---><a \(many)/></r>",
    ]

    @Test("Nothing is seen by the parser that was not counted before", arguments: hiding.indices)
    func hidden(index: Int) throws {
        let octets = Array(Self.hiding[index].utf8)
        let found = try fault { try MarkupScan.check(octets, .message) }
        #expect(found == .malformed || found == .limit)
    }

    @Test(
        "What hides nothing is not refused for it",
        arguments: [
            "<!-- <a b='c'> \" --><a/>", "<a><!-- ' --><b c='>' d=\"'>\"/></a>", "<a b='/'>></a>", "<a b = 'c' />",
            "<a><!----></a>", "<r><!--><a b=''/>--></r>", "<!-- \u{FFFD}\u{FFDF}\u{10FFFF} --><a/>",
            "<a\n\tb='\n'\n></a\n>",
        ])
    func open(text: String) throws {
        #expect(try fault { try MarkupScan.check(Array(text.utf8), .message) } == nil)
        #expect(try fault { _ = try XMLTree(text) } == nil)
    }

    @Test("One more than the limit is refused", arguments: limited)
    func limits(document: Case) throws {
        #expect(try fault { _ = try XMLTree(parsing: document.octets) } == .limit)
    }

    @Test(
        "The limit itself is not",
        arguments: [
            String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
            "<a>" + String(repeating: "<b/>", count: 3999) + "</a>",
            "<a " + (0..<32).map { "a\($0)='x' " }.joined() + "/>",
            "<" + String(repeating: "a", count: 128) + "/>",
            "<a>e" + String(repeating: "\u{301}", count: 30) + "e\u{301}</a>",
            "<a>" + String(repeating: "x", count: 131_065) + "</a>",
        ])
    func atTheLimit(text: String) throws {
        #expect(try fault { _ = try XMLTree(text) } == nil)
    }

    @Test("Depth beyond what the parser's stack would bear is refused, not survived by luck")
    func veryDeep() throws {
        let text = String(repeating: "<a>", count: 18_000) + String(repeating: "</a>", count: 18_000)
        #expect(try fault { _ = try XMLTree(text, limits: .metadata) } == .limit)
    }

    @Test("A byte order mark may stand before metadata, once, and before no message")
    func byteOrderMark() throws {
        let (mark, text): ([UInt8], [UInt8]) = ([0xEF, 0xBB, 0xBF], Array("<?xml version='1.0'?><a/>".utf8))
        #expect(try XMLTree(parsing: mark + text, limits: .metadata).root.local == "a")
        #expect(try fault { _ = try XMLTree(parsing: mark + text) } == .encoding)
        #expect(try fault { _ = try XMLTree(parsing: mark + mark + text, limits: .metadata) } == .encoding)
    }

    @Test("A style sheet may stand before metadata, and nowhere else")
    func styleSheet() throws {
        #expect(try fault { _ = try XMLTree("<?xml-stylesheet href='x'?><a/>", limits: .metadata) } == nil)
        #expect(
            try fault { _ = try XMLTree("<a><?xml-stylesheet href='x'?></a>", limits: .metadata) } == .forbiddenNode)
    }

    @Test("Any octets at all are parsed or rejected", arguments: 0..<500)
    func noise(seed: Int) throws {
        var random = Seeded(seed)
        let alphabet = Array("<>/=\"' abxmlns:!-[]&;#?\u{9}\n\u{0}é1".utf8)
        var octets = seed % 2 == 0 ? Array("<a>".utf8) : []
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            octets.append(
                seed % 5 == 0 ? .random(in: 0...255, using: &random) : alphabet.randomElement(using: &random) ?? 0)
        }
        if let tree = try? XMLTree(parsing: octets) {
            let again = try XMLTree(parsing: try tree.root.canonical())
            #expect(try again.root.shape == tree.root.shape)
        }
    }
}
