// SPDX-License-Identifier: EUPL-1.2
import FuzzKit
import PuenteTestKit
import Settings
import YAMLText

/// Files that operators write. A file has a value or faults, and each fault is one line about a place in the file; what is
/// read, written with nothing but brackets and quotation marks, is read again as the same. Neither `puente.yaml` nor any
/// other file stops us.
enum YAMLTarget: FuzzTarget {
    private static let files = [
        "Docs/examples/puente.yaml", "metadata/trust-list.yaml", "metadata/services.yaml",
        "metadata/attribute-sources.yaml", "mappings/clave2.yaml",
    ]

    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        let texts = [
            "", "a: 1\na: 2\n", "a: &x [1]\nb: *x\n", "<<: {a: 1}", "a: !!int 1", "a: |\n  x\n   y\n",
            "a: >-\n  x\n\n  y\n",
            "? [a]\n: 1", "- - - a", "a: [1, {b: 'c'}, \"d\\u002a\"]", "a: ~\nb: null\nc: NO\nd: 010",
            "---\na: 1\n---\nb: 2",
            "\u{FEFF}a: x", "a: \u{E000}", "a:\n\tb: 1", "a: @x", "{x*: 1, x*: 2}", "%YAML 1.1\n---\na: x\n...\n",
            "*x : 1",
            "a: \u{85}b\u{2028}c: 1", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "a: été 🇪🇺", "a: 'it''s'", "\"a\\\nb\": 1",
            "a: # c\n  b",
        ]
        return try files.enumerated().map { (name: "file-\($0.offset)", octets: try Repository.octets($0.element)) }
            + texts.enumerated().map { (name: "text-\($0.offset)", octets: Array($0.element.utf8)) }
    }

    static func run(_ octets: [UInt8]) throws {
        guard let text = String(validating: octets, as: UTF8.self) else { return }
        let faults = Faults()
        let root = YAMLDocument.parse(text, file: file, into: faults)
        promise(root != nil || !faults.isEmpty, "a file that is not read is told why")
        check(faults.sorted, text)
        if let root, faults.isEmpty { checkAgain(root) }
        checkSettings(text)
    }

    private static let file = "/etc/puente/puente.yaml"

    private static func check(_ faults: [Fault], _ text: String) {
        let lines = text.unicodeScalars.count { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) } + 2
        for fault in faults {
            promise(
                (1...lines).contains(fault.line) && fault.column >= 1, "a fault is at a place of the file: \(fault)")
            promise(!"\(fault)".utf8.contains { $0 < 32 }, "a fault is one line: \(fault)")
            promise("\(fault)".utf8.count < 4_000, "a fault is a few words")
        }
    }

    // MARK: Written again

    private static func checkAgain(_ root: YAMLValue) {
        let plain = written(root)
        let faults = Faults()
        let again = YAMLDocument.parse(plain, file: file, into: faults)
        promise(faults.isEmpty, "what was read can be written: \(faults.sorted.first.map { "\($0)" } ?? "")")
        promise(again.map(written) == plain, "a file stays what it is")
    }

    /// In flow style, every scalar in quotation marks; the keys with their mark, because others may have 1,024 characters only.
    private static func written(_ value: YAMLValue) -> String {
        if value.isMap {
            let pairs = value.pairs("keys").map { "? " + quoted($0.key) + " : " + written($0.value) }
            return "{" + pairs.joined(separator: ", ") + "}"
        }
        if value.isList { return "[" + value.list(of: "values").map(written).joined(separator: ", ") + "]" }
        return quoted(value)
    }

    /// A getter reports an empty text, which nobody asks for here.
    private static func quoted(_ value: YAMLValue) -> String {
        let escaped = (value.string() ?? "").unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        return "\"" + escaped.joined() + "\""
    }

    // MARK: Settings

    private static let rules = SettingsRules(checksFiles: false)

    private static func checkSettings(_ text: String) {
        let reading = Settings.parse(text, file: file, rules: rules)
        promise((reading.value == nil) != reading.faults.isEmpty, "settings have a value or faults")
        check(reading.faults.filter { $0.line > 0 }, text)
        guard let settings = reading.value else { return }
        promise(settings == Settings.parse(text, file: file, rules: rules).value, "settings are what they are")
        promise((1...60).contains(settings.exchangeMinutes), "settings keep their ranges")
        promise(!settings.isProduction || settings.publicURL.description.hasPrefix("https://"), "production is secure")
    }
}

@_cdecl("fuzz_yaml_main")
func fuzzYAML(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    YAMLTarget.main(count, arguments)
}
