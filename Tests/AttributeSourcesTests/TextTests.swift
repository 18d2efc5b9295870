// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Testing

@testable import AttributeSources

@Suite("Templates")
struct TemplateTests {
    static let hostile = "O'\"\\{}<&> ñ/../?a=b%2F;"

    private func text(_ template: String, _ place: Template.Place, _ name: String?) throws -> String? {
        try Template(template, names: [.firstName]).text(
            for: Sample.question(known: name.map { [.firstName: $0] } ?? [:]), in: place)
    }

    /// Scalars that cling to a neighbour, so that no character of the text is a quotation mark or a backslash.
    @Test(
        "Values stay values whatever clings to their quotation marks",
        arguments: [
            "ANA\u{600}\",\"b\":\"c", "ANA\"\u{301},\"", "ANA\u{600}\\", "\u{110BD}\"", "\\\u{200D}", "\"\u{FE0F}",
        ])
    func clinging(value: String) throws {
        let json = try #require(try text(#"{"a":"{first-name}"}"#, .json, value))
        #expect(JSONText(Array(json.utf8)) == .object(["a": .string(value)]))
    }

    @Test("Values are harmless where they stand")
    func escaping() throws {
        let address = try #require(try text("/p/{first-name}/{identifier}", .address, Self.hostile))
        #expect(address.wholeMatch(of: /\/p\/[A-Za-z0-9%._~-]+\/00000000T/) != nil)
        #expect(address.dropFirst(3).prefix { $0 != "/" }.removingPercentEncoding == Self.hostile)
        let json = try #require(try text(#"{"a":"{first-name}"}"#, .json, Self.hostile))
        #expect(JSONText(Array(json.utf8)) == .object(["a": .string(Self.hostile)]))
    }

    @Test(
        "What cannot be made harmless is not put",
        arguments: ["", "a\nb", "a\r\nX: y", "a\u{0}", "\u{7F}", "a\u{FFFE}"])
    func refused(value: String) throws {
        for place in [Template.Place.address, .json, .verbatim] {
            #expect(try text("{first-name}", place, value) == nil)
        }
    }

    @Test("No step out of a path", arguments: [".", ".."])
    func dots(value: String) throws { #expect(try text("/{first-name}/x", .address, value) == nil) }

    @Test("What is not known leaves the question unasked")
    func unknown() throws { #expect(try text("{first-name}", .verbatim, nil) == nil) }

    @Test("Braces around other things are text; an unknown word is a mistake")
    func braces() throws {
        #expect(
            try text(#"{"a": {"b": 1}} {} { identifier } {Identifier}"#, .verbatim, nil)?.contains("{Identifier}")
                == true)
        #expect(throws: Template.Unknown.self) { try Template("{identifer}", names: []) }
        #expect(throws: Template.Unknown.self) { try Template("{last-name}", names: [.firstName]) }
    }

    @Test("Each question has an ID of its own, of the length that SCSP allows")
    func ids() throws {
        let template = try Template("{request-id}|{document-type}|{now}", names: [])
        let texts = try (0..<50).map { _ in try #require(template.text(for: Sample.question("X1234567L"))) }
        #expect(Set(texts).count == 50)
        #expect(texts.allSatisfy { $0.wholeMatch(of: /PUENTE[0-9A-F]{20}\|NIE\|2026-05-28T20:26:40\.000Z/) != nil })
    }
}

@Suite("JSON")
struct JSONTests {
    @Test(
        "Documents",
        arguments: [
            (#" {"a":[1,-2.5e3,"x",true,null],"b":{}} "#, true), (#""😀 \u00f1\uD83D\ude00\/\n""#, true), ("0", true),
            ("[]", true), ("", false), ("{", false), ("[1,]", false), (#"{"a":1,}"#, false), (#"{"a":1}x"#, false),
            ("01", false), ("+1", false), (".5", false), ("1.", false), ("NaN", false), ("tru", false), ("'a'", false),
            (#"{"a":1,"a":2}"#, false), (#"{a:1}"#, false), ("\"\n\"", false), (#""\x""#, false), (#""\uD83D""#, false),
            (#""\uD83Dx""#, false), (#""\ude00""#, false), (#""\u12""#, false), (#""\u12g4""#, false),
            (#""abc"#, false),
            (#""\"#, false), ("<html></html>", false), (String(repeating: "[", count: 5000), false),
            ("/**/1", false), ("\u{FEFF}1", false),
        ])
    func documents(text: String, isSound: Bool) { #expect((JSONText(Array(text.utf8)) != nil) == isSound) }

    @Test("Octets that are no text", arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x00]] as [[UInt8]])
    func octets(octets: [UInt8]) { #expect(JSONText(octets) == nil) }

    @Test("A long array is as many texts, at a cost that grows with its length alone")
    func longArray() {
        let long = JSONText(Array(("[" + Array(repeating: "1", count: 100_000).joined(separator: ",") + "]").utf8))
        #expect(long?.texts?.count == 100_000)
        #expect(JSONText(Array("[1,[2]]".utf8))?.texts == nil)
    }

    @Test("Every cut of a document is refused, and no change of an octet stops the reader")
    func cuts() {
        let document = Array(#"{"person":{"birth":"1980","list":[1,2,{"x":"\u00f1\uD83D\uDE00"}],"t":true}}"#.utf8)
        for count in document.indices { #expect(JSONText(Array(document.prefix(count))) == nil) }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            var changed = document
            changed[Int.random(in: document.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            _ = JSONText(changed)
        }
    }

    @Test(
        "Places",
        arguments: [
            ("/person/birth", ["1980"]), ("/person/list/1", ["2"]), ("/person/list", ["1", "2"]), ("/a~1b/c~0d", ["x"]),
            ("/person/none", nil), ("/person/list/2", nil), ("/person/list/01", nil), ("/person/birth/0", nil),
            ("/", nil),
            ("/empty", []),
        ] as [(String, [String]?)])
    func places(pointer: String, texts: [String]?) throws {
        let text = #"{"person":{"birth":"1980","list":[1,2]},"a/b":{"c~d":"x"},"empty":null}"#
        let document = try #require(JSONText(Array(text.utf8)))
        #expect(try #require(JSONPointer(pointer)).value(in: document)?.texts == texts)
    }

    @Test("What is no place", arguments: ["", "a", "/a~", "/a~2", "#/a"])
    func noPlaces(text: String) { #expect(JSONPointer(text) == nil) }

    @Test("Numbers stay what they were, and what is nested is no text")
    func texts() throws {
        #expect(JSONText(Array("19800131000000000001".utf8))?.texts == ["19800131000000000001"])
        #expect(JSONText(Array("1.0".utf8))?.texts == ["1.0"])
        #expect(JSONText(Array("[[1]]".utf8))?.texts == nil && JSONText(Array(#"{"a":1}"#.utf8))?.texts == nil)
    }
}
