// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing
import Trust
import YAMLText

/// Attack class G08: what YAML offers to whoever writes a trust list by mistake or on purpose.
@Suite("A hostile trust list")
struct HostileTrustListTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        let position: [Int]
        let advice: String
        init(_ name: String, _ old: String, _ new: String, _ line: Int, _ column: Int, _ advice: String) {
            testDescription = name
            text = TrustListFileTests.sound.replacingOccurrences(of: old, with: new)
            position = [line, column]
            self.advice = advice
        }
    }

    static let cases = [
        Case("alias for a country", "country: DE", "country: *de", 3, 14, "Repeat the value here"),
        Case("anchor", "country: DE", "country: &de DE", 3, 14, "Remove it and repeat"),
        Case("merge key", "country: DE", "<<: {country: DE}", 3, 5, "Repeat the keys instead."),
        Case("tag", "country: DE", "country: !!binary DE", 3, 14, "Remove the tag"),
        Case("key twice", "country: DE", "country: DE\n    country: FR", 4, 5, "Keep one of the two."),
        Case("pins twice", "display-name:", "pins: [AAAA]\n    display-name:", 7, 5, "Keep one of the two."),
        Case("Norway in small letters", "country: DE", "country: no", 3, 14, "Write NO."),
        Case("Norway half and half", "country: DE", "country: No", 3, 14, "Write NO."),
        Case("Norway as a truth value", "country: DE", "country: false", 3, 14, "ISO 3166-1"),
        Case("Greece as ISO has it", "country: DE", "country: GR", 3, 14, "Write EL."),
        Case("octal number", "skew-seconds: 30", "skew-seconds: 030", 8, 35, "Write digits only"),
        Case("octal number of YAML 1.2", "skew-seconds: 30", "skew-seconds: 0o36", 8, 35, "Write digits only"),
        Case("number in base 60", "skew-seconds: 30", "skew-seconds: 0:30", 8, 35, "Write digits only"),
        Case("tab", "    country", "\tcountry", 3, 1, "Indent with spaces"),
        Case("unknown key", "pins:", "pin:", 6, 5, "Did you mean pins?"),
        Case("key of the wrong letter case", "country: DE", "Country: DE", 3, 5, "Did you mean country?"),
        Case("list for text", "country: DE", "country: [DE]", 3, 14, "Remove the - or the brackets."),
        Case("text for a list", "nodes:\n", "nodes: all\nnodes2:\n", 1, 8, "Compare with the commented example."),
        Case("text for keys", "{clock-skew-seconds: 30}", "strict", 8, 14, "Compare with the commented example."),
        Case("truth value of YAML 1.1", "display-name: {en: Germany}", "enabled: no", 7, 14, "Write true or false."),
        Case("second document", "nodes:\n", "nodes: []\n---\nnodes:\n", 3, 1, "Remove the line ---"),
        Case("brackets without end", "{en: Germany}", String(repeating: "[", count: 5000), 7, 0, "brackets"),
        Case(
            "deep nesting", "{en: Germany}",
            "{en: " + String(repeating: "[", count: 30) + String(repeating: "]", count: 30) + "}", 7, 0, "brackets"),
    ]

    @Test("Is refused where the mistake stands, with advice", arguments: cases)
    func refused(_ example: Case) throws {
        let reading = try TrustListFileTests.read(example.text)
        #expect(reading.value == nil)
        let told = reading.faults.filter { fault in
            fault.line == example.position[0] && (fault.column == example.position[1] || example.position[1] == 0)
                && fault.advice.contains(example.advice)
        }
        #expect(!told.isEmpty, "\(reading.faults)")
        #expect(reading.faults.allSatisfy { $0.file.hasSuffix("/t.yaml") && $0.line > 0 && $0.column > 0 })
        #expect(reading.faults.allSatisfy { $0.advice.hasSuffix(".") || $0.advice.hasSuffix("?") }, "\(reading.faults)")
    }

    @Test("Aliases that multiply end quickly, each reported where it stands")
    func bomb() throws {
        var text = "nodes:\n  - &a0 {entity-id: urn:a}\n"
        for level in 1...60 {
            text += "  - &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        var faults: [Fault] = []
        let duration = try ContinuousClock().measure { faults = try TrustListFileTests.read(text).faults }
        #expect(faults.count(where: { $0.found.hasPrefix("an alias") }) == 540)
        #expect(faults.allSatisfy { $0.line > 1 && $0.column > 1 })
        #expect(duration < .seconds(10))
    }

    @Test("Of very many faults the first are told, and that there are more")
    func many() throws {
        let text = "nodes: [" + Array(repeating: "a", count: 20_000).joined(separator: ", ") + "]\n"
        let faults = try TrustListFileTests.read(text).faults
        #expect(faults.count == Faults.limit + 1 && faults.last?.advice == "Mend the others first.")
        #expect(faults.last?.description.contains(":0:") == false)
    }

    @Test("Ten megabytes are refused by their number, unread")
    func size() throws {
        let line = "  - {entity-id: urn:a, country: DE}\n"
        let text = "nodes:\n" + String(repeating: line, count: 10_000_000 / line.utf8.count)
        var faults: [Fault] = []
        let duration = try ContinuousClock().measure { faults = try TrustListFileTests.read(text).faults }
        #expect(faults.map(\.found) == ["\(text.utf8.count) bytes"])
        #expect(faults.first?.advice == "Keep the file at or under \(YAMLDocument.sizeLimit) bytes.")
        #expect(duration < .seconds(2))
    }
}
