// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing
import YAMLText

/// The faults of a text whose keys `a`, `b` and `c` may hold anything.
func structuralFaults(_ text: String) -> [Fault] {
    let faults = Faults()
    let root = YAMLDocument.parse(text, file: "t.yaml", into: faults)
    _ = root?.map { map in ["a", "b", "c"].map { map[$0].scalars.count } }
    return faults.sorted
}

@Suite("A YAML document")
struct DocumentTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        let position: [Int]
        let says: String
        var testDescription: String { name }
        init(_ name: String, _ text: String, _ line: Int, _ column: Int, _ says: String) {
            (self.name, self.text, self.position, self.says) = (name, text, [line, column], says)
        }
    }

    @Test(
        "Each thing that is refused is reported once, where it stands",
        arguments: [
            Case("empty file", "", 1, 1, "an empty file"),
            Case("only a comment", "# nothing\n", 1, 1, "an empty file"),
            Case("anchor", "a: 1\nb: &x 2\n", 2, 4, "the anchor &x"),
            Case("anchored list", "a:\n  - &x [1]\n", 2, 5, "the anchor &x"),
            Case("anchored key", "&x a: 1\n", 1, 1, "the anchor &x"),
            Case("alias", "a: 1\nb: *x\n", 2, 4, "an alias, *x"),
            Case("alias in a list", "a: [1, *x]\n", 1, 8, "an alias, *x"),
            Case("alias as key", "a: 1\n*x : 2\n", 2, 1, "an alias, *x"),
            Case("tag", "a: !!int 1\n", 1, 4, "a tag"),
            Case("tagged text", "a: !!str 1\n", 1, 4, "a tag"),
            Case("local tag", "a: !python/object {}\n", 1, 4, "a tag"),
            Case("merge key", "a: 1\n<<: {b: 2}\n", 2, 1, "the merge key <<"),
            Case("second document", "a: 1\n---\nb: 2\n", 3, 1, "a second one"),
            Case("list as key", "a: 1\n? [x]\n: 2\n", 2, 3, "a list or a map"),
            Case("repeated key", "a: 1\nb: 2\na: 3\n", 3, 1, "\"a\" again, after line 1"),
            Case("repeated key, quoted once", "a: 1\n\"a\": 3\n", 2, 1, "\"a\" again, after line 1"),
            Case("repeated key, escaped once", "\"\\u0061\": 1\na: 3\n", 2, 1, "\"a\" again, after line 1"),
            Case("repeated key in brackets", "b: {x: 1, 'x': 2}\n", 1, 11, "\"x\" again, after line 1"),
            Case("repeated key with an asterisk", "b: {x*: 1, x*: 2}\n", 1, 12, "\"x*\" again, after line 1"),
            Case("tab", "a:\n\tb: 1\n", 2, 1, "mistake in the syntax"),
            Case("colon in text", "a: b: c\n", 1, 5, "mistake in the syntax"),
            Case("open quotation mark", "a: \"x\nb: 2\n", 3, 1, "mistake in the syntax"),
            Case("indentation", "a: 1\n b: 2\n", 2, 3, "mistake in the syntax"),
            Case("at sign", "a: @x\n", 1, 4, "mistake in the syntax"),
            Case("control character", "a: 1\nb: x\u{7}y\n", 2, 5, "the character U+7"),
            Case("private use character", "a: \u{E000}x\n", 1, 4, "the character U+E000"),
            Case("unknown key", "a: 1\nd: 2\n", 2, 1, "the unknown key \"d\""),
        ])
    func refused(_ example: Case) {
        let faults = structuralFaults(example.text)
        #expect(faults.map { [$0.line, $0.column] } == [example.position])
        #expect(faults.first?.found.contains(example.says) == true, "\(faults)")
    }

    @Test(
        "A text that looks like an alias, an anchor, a tag or a merge key is text when it is quoted, commented or inside",
        arguments: [
            ("a: '*x'", "*x"), ("a: \"&x\"", "&x"), ("a: '!x'", "!x"),
            ("a: https://sp.example/*", "https://sp.example/*"),
            ("a: x & y # *b &c !d", "x & y"), ("a: |\n  *x\n  &y\n", "*x\n&y\n"), ("a: 'null'", "null"),
            ("\u{FEFF}a: x", "x"), ("---\na: x\n...\n", "x"), ("a: <<", "<<"), ("%YAML 1.1\n---\na: x", "x"),
            ("a: \"\\u002ax\"", "*x"), ("a: été 🇪🇺", "été 🇪🇺"),
        ])
    func text(yaml: String, value: String) {
        let faults = Faults()
        let root = YAMLDocument.parse(yaml, file: "t.yaml", into: faults)
        #expect(root?.map { $0["a"].string() } == value)
        #expect(faults.isEmpty, "\(faults.sorted)")
    }

    @Test("Repeated keys do not hide other faults, nor each other")
    func repeatedAmongOthers() {
        let faults = structuralFaults("a: 1\nb: {x: 1, x: 2, y: 1, y: 2, x: 3}\na: *q\na: 4\nd: 5\n")
        #expect(
            faults.map { [$0.line, $0.column] } == [[2, 11], [2, 23], [2, 29], [3, 1], [3, 4], [4, 1], [5, 1]])
    }

    @Test("Control characters that a file holds as escapes are not shown", arguments: ["\\e[2J", "\\n", "\\t", "\\a"])
    func controlCharacters(escape: String) {
        let faults = structuralFaults("\"x\(escape)y\": 1\n")
        #expect(faults.count == 1 && faults.allSatisfy { !$0.description.utf8.contains { $0 < 32 } })
        #expect(faults.first?.description.contains("\u{FFFD}") == true)
    }

    @Test("Forty repetitions of a key end with a fault, not with patience")
    func manyRepetitions() {
        #expect(!structuralFaults(String(repeating: "a: 1\n", count: 41)).isEmpty)
    }

    @Test("Aliases that multiply are never followed, not even in keys")
    func bomb() {
        var text = "a: &x0 [lol]\n"
        for i in 1...40 { text += "? &x\(i) [*x\(i - 1), *x\(i - 1), *x\(i - 1)]\n: 1\n" }
        var count = 0
        let duration = ContinuousClock().measure { count = structuralFaults(text + "b: {? *x40 : 1}").count }
        #expect(count > 40)
        #expect(duration < .seconds(5))
    }

    @Test(
        "Depth is bounded",
        arguments: ["[", "{a: ", "- ", "? ", "a: [", "[? "].map { String(repeating: $0, count: 100_000) }
            + [String(repeating: "[", count: 26) + String(repeating: "]", count: 26)])
    func depth(text: String) {
        #expect(!structuralFaults("a: \n  " + text).isEmpty)
    }

    @Test("Size is bounded")
    func size() {
        let faults = structuralFaults("a: 1\n" + String(repeating: "#", count: 4 << 20))
        #expect(faults.map(\.expected) == ["at most 4194304 bytes"])
    }

    @Test("A file that is not UTF-8 is refused at the octet")
    func encoding() throws {
        let path = try temporaryFile(Data("a: 1\nb: caf".utf8) + [0xE9] + Data("\n".utf8))
        let faults = Faults()
        #expect(YAMLDocument.read(path: path, into: faults) == nil)
        #expect(faults.sorted.map { [$0.line, $0.column] } == [[2, 7]])
    }

    @Test("A missing file and a folder are faults without a line", arguments: ["/no/such/file.yaml", "/tmp"])
    func unreadable(path: String) {
        let faults = Faults()
        #expect(YAMLDocument.read(path: path, into: faults) == nil)
        #expect(faults.sorted.first?.description.hasPrefix("\(path): expected a YAML file, found ") == true)
    }
}

func temporaryFile(_ data: Data) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".yaml").path
    try data.write(to: URL(fileURLWithPath: path))
    return path
}
