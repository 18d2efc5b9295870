// SPDX-License-Identifier: EUPL-1.2
import Foundation
import FoundationXML
import Testing

@testable import Portal

@Suite("HTML")
struct HTMLTests {
    static let nasty = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)", "&lt;b&gt;",
        "&#60;&amp;",
        "</title></form><form action='//evil.example'>", "<!--", "]]>", "--><svg/onload=alert(1)>", "a&b;c", "&",
        "\u{202E}gnihsihp", "e\u{301}<\u{301}", "‘’“”", "\r\n\t", "日本語<🇪🇸>", "<<<>>>&&&\"\"\"'''", "", "a<", "<a", "é<é",
    ]

    @Test("Text between tags reads back as it was, and brings no markup", arguments: nasty)
    func text(nasty: String) throws {
        let html: HTML = "<p>\(nasty)</p>"
        #expect(try Fragment(html).text == normalized(nasty))
        #expect(
            !html.markup.dropFirst(3).dropLast(4).utf8.contains { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") })
    }

    @Test("Text in an attribute reads back as it was, and ends no attribute", arguments: nasty)
    func attribute(nasty: String) throws {
        let html: HTML = "<p title=\"\(nasty)\"></p>"
        let blank = nasty.map { $0.isWhitespace ? " " : $0 }
        #expect(try Fragment(html).attributes == ["title": String(blank)])
        #expect(HTML(escaping: nasty).markup.utf8.allSatisfy { !#"<>"'"#.utf8.contains($0) })
    }

    @Test("Random text survives, whatever it is made of", arguments: 0..<200)
    func randomText(seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed))
        let alphabet = Array("<>&\"'/;#aZ0 é€😀=`")
        let text = String(
            (0..<Int.random(in: 0...60, using: &generator)).compactMap { _ in alphabet.randomElement(using: &generator)
            })
        #expect(try Fragment("<p>\(text)</p>").text == text)
    }

    @Test("Markup is not escaped twice, and a missing part leaves nothing")
    func nesting() {
        let inner: HTML = "<b>\("a<b")</b>"
        let none: HTML? = nil
        let list: [HTML] = ["<i/>", "<u/>"]
        let html: HTML =
            "\(inner)|\(none)|\(list)|\(list.joined(separator: ", "))|\(42)|\("x", if: false)\("y", if: true)"
        #expect(html.markup == "<b>a&lt;b</b>||<i/><u/>|<i/>, <u/>|42|y")
    }

    @Test("Base64 of 15 KB goes in unchanged")
    func base64() {
        let base64 = String(repeating: "AZaz09+/", count: 1900) + "AA=="
        #expect(("<input value=\"\(base64)\"/>" as HTML).markup == "<input value=\"" + base64 + "\"/>")
    }

    /// XML reads every line break as one line feed.
    private func normalized(_ text: String) -> String {
        text.replacing("\r\n", with: "\n")
    }
}

/// SplitMix64: the same sequence for the same seed, everywhere.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// One element, read by an XML parser that is not ours.
private final class Fragment: NSObject, XMLParserDelegate {
    struct Malformed: Error {}

    private(set) var text = ""
    private(set) var attributes: [String: String] = [:]

    init(_ html: HTML) throws {
        super.init()
        let parser = XMLParser(data: Data(html.markup.utf8))
        parser.delegate = self
        guard parser.parse() else { throw Malformed() }
    }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        self.attributes = attributes
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
