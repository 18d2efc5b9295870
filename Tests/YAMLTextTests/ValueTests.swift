// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing

@testable import YAMLText

private enum Level: String, CaseIterable { case low, substantial, high }

@Suite("A YAML value")
struct ValueTests {
    /// What `read` makes of the key `k` of `yaml`, and the only fault.
    private func read<T>(_ yaml: String, _ read: (YAMLValue) -> T) -> (value: T?, fault: String?) {
        let faults = Faults()
        let value = YAMLDocument.parse(yaml, file: "f.yaml", into: faults)?.map { read($0.required("k")) }
        #expect(faults.count <= 1)
        return (value, faults.sorted.first?.description)
    }

    @Test("A fault names file, line, column, path, what was expected, what was found and the cure")
    func wording() {
        let faults = Faults()
        let root = YAMLDocument.parse(
            "services:\n  - lowest-loa: low\n  - {}\n  - lowest-loa: hgih\n", file: "metadata/services.yaml",
            into: faults)
        root?.map { root in
            for entry in root.required("services").list(of: "services") {
                entry.map { _ = $0["lowest-loa"].word(Level.self) }
            }
        }
        #expect(
            faults.sorted.map(\.description) == [
                "metadata/services.yaml:4:17: services[2].lowest-loa: expected low, substantial or high, found \"hgih\". "
                    + "Write one of the three."
            ])
    }

    @Test(
        "Country codes and their like are text, quoted or not",
        arguments: [
            "NO", "'NO'", "no", "on", "off", "y", "'null'", "'~'", "010", "1e3", "0x1F", "2001-01-01", "1_000", ".inf",
        ])
    func norway(yaml: String) {
        let (text, fault) = read("k: \(yaml)") { $0.string() }
        #expect(text == yaml.filter { $0 != "'" })
        #expect(fault == nil)
    }

    @Test("null is nothing, not a word", arguments: ["null", "~", "Null", "NULL", ""])
    func null(yaml: String) {
        let (text, fault) = read("k: \(yaml)") { $0.string() }
        #expect(text.flatMap(\.self) == nil)
        #expect(fault?.contains("found nothing") ?? false)
    }

    @Test("Only true and false are truth values", arguments: ["yes", "No", "on", "True", "TRUE", "1", "y"])
    func bool(yaml: String) {
        let (value, fault) = read("k: \(yaml)") { $0.bool() }
        #expect(value == .some(nil))
        #expect(fault == "f.yaml:1:4: k: expected true or false, found \"\(yaml)\". Write true or false.")
        #expect(read("k: true") { $0.bool() }.value == true)
        #expect(read("k: false") { $0.bool() }.value == false)
    }

    @Test(
        "Only plain decimal numbers within the range are numbers",
        arguments: [
            "0", "61", "010", "0x10", "1_0", "1.0", "+1", "1e1", "٣", "99999999999999999999", "ten", "-0",
        ])
    func integer(yaml: String) {
        let (value, fault) = read("k: \(yaml)") { $0.integer(in: 1...60) }
        #expect(value == .some(nil))
        #expect(
            fault == "f.yaml:1:4: k: expected a whole number from 1 to 60, found \"\(yaml)\". "
                + "Write digits only, within the range.")
        #expect(read("k: 60") { $0.integer(in: 1...60) }.value == 60)
    }

    @Test(
        "A value of another kind is reported as what it is",
        arguments: [
            ("k:", "nothing"), ("k: ''", "empty text"), ("k: [a]", "a list"), ("k: {a: b}", "keys and values"),
            ("{}", "nothing"),
        ])
    func kinds(yaml: String, found: String) {
        #expect(read(yaml) { $0.string() }.fault?.contains("expected text, found \(found). ") == true)
    }

    @Test("Lists and maps are not guessed from other kinds", arguments: ["k: x", "k:"])
    func collections(yaml: String) {
        #expect(read(yaml) { $0.list(of: "words").count }.fault?.contains("expected a list of words") == true)
        #expect(read(yaml) { $0.map { _ in } }.fault?.contains("expected keys and values") == true)
    }

    @Test("A list that is too short is reported")
    func short() {
        #expect(read("k: []") { $0.list(of: "words", atLeast: 1).count }.fault?.contains("found 0.") == true)
    }

    @Test("An unknown key is answered with the nearest known one that is still free")
    func unknown() {
        let faults = Faults()
        YAMLDocument.parse("port: 1\nhots: x\nwhatever: 1\n", file: "f.yaml", into: faults)?.map { map in
            _ = (map["host"].string(), map["port"].string())
        }
        #expect(
            faults.sorted.map(\.description) == [
                "f.yaml:2:1: hots: expected one of host, port, found the unknown key \"hots\". Did you mean host?",
                "f.yaml:3:1: whatever: expected one of host, port, found the unknown key \"whatever\". "
                    + "Remove it: nothing reads it.",
            ])
    }

    @Test("A section that is left out still tells which of its keys are required; one of another kind only that")
    func sections() {
        let section: (YAMLValue) -> Void = { $0.section { _ = $0.required("x").string() } }
        let faults = Faults()
        YAMLDocument.parse("a: 1", file: "f.yaml", into: faults)?.map { map in
            _ = map["a"].string()
            section(map["k"])
        }
        #expect(faults.sorted.map(\.path) == ["k.x"])
        #expect(read("k: [1]", section).fault?.contains("expected keys and values, found a list") == true)
    }

    @Test("A quotation is short and on one line")
    func quotation() {
        #expect(quoted("a\nb") == "\"a…\"")
        #expect(quoted(String(repeating: "x", count: 61)) == "\"" + String(repeating: "x", count: 60) + "…\"")
        #expect(quoted("x") == "\"x\"")
    }

    @Test(
        "A pattern stands for the files that match its last part, in the order of their names",
        arguments: [
            ("trust-*.yaml", ["trust-a.yaml", "trust-b.yaml"]), ("trust-?.yaml", ["trust-a.yaml", "trust-b.yaml"]),
            ("trust-[b-z].yaml", ["trust-b.yaml"]), ("*", ["other", "trust-a.yaml", "trust-b.yaml"]),
            ("none.yaml", ["none.yaml"]), ("trust-*.yml", nil), ("no-folder/*.yaml", nil),
        ] as [(String, [String]?)])
    func patterns(pattern: String, names: [String]?) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("[\(UUID().uuidString)]").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }  // the system clears its temporary folder anyway
        for name in ["trust-b.yaml", "trust-a.yaml", "other", ".trust-c.yaml"] {
            try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        let found = try? LocalFile.matching("\(folder)/\(pattern)")  // nil: nothing matches
        #expect(found == names?.map { "\(folder)/\($0)" })
    }

    @Test("A file in a folder that may not be entered is not told as missing")
    func closed() throws {
        let closed = LocalFile.absence(of: "keys/a.key", EACCES)
        #expect(closed.found == "a folder above keys/a.key that this user may not enter")
        #expect(closed.advice.contains("right to enter"))
        #expect(LocalFile.absence(of: "keys/a.key", ENOENT).found == "no file at keys/a.key")
        let path = "/no/such/a.key"
        #expect(throws: LocalFile.absence(of: path, ENOENT)) { try LocalFile.check(path, limit: 1) }
    }

    @Test(
        "A relative path is seen from the folder of its file",
        arguments: [
            ("a.pem", "etc/p.yaml", "etc/a.pem"), ("/a.pem", "etc/p.yaml", "/a.pem"),
            ("keys/a.pem", "p.yaml", "keys/a.pem"),
            ("../a.pem", "/etc/p/p.yaml", "/etc/p/../a.pem"),
        ])
    func paths(path: String, file: String, result: String) {
        #expect(LocalFile.path(path, besides: file) == result)
    }
}
