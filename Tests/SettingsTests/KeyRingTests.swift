// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Settings
import Testing
import YAMLText

@Suite("A key ring")
struct KeyRingTests {
    static let day0 = Date(timeIntervalSince1970: 1_772_442_000)

    /// A folder with a ring, gone when the test is over.
    final class Place {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        var path: String { folder + "/ring.yaml" }

        init(_ text: String? = nil) throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }  // the system clears its temporary folder anyway

        func read() -> (ring: KeyRing?, faults: [Fault]) {
            let faults = Faults()
            let rules = SettingsRules(checksFiles: false)
            return (KeyRing.read(path: path, isProduction: false, rules: rules, into: faults), faults.sorted)
        }
    }

    static func entry(_ id: String, _ key: Settings.KeyPlace = .pem(path: "a.key")) -> KeyRing.Entry {
        KeyRing.Entry(id: id, state: .gone, since: day0, key: key, certificate: "a.pem")
    }

    static func ring(_ states: (String, KeyRing.State)...) -> KeyRing {
        KeyRing(
            file: "ring.yaml",
            entries: states.map { id, state in
                var entry = entry(id)
                entry.state = state
                return entry
            })
    }

    private static func states(_ ring: KeyRing) -> [String] { ring.entries.map { "\($0.id) \($0.state)" } }

    @Test("A key comes as the next one, is used, retires and is gone, and each step has its time")
    func life() throws {
        var ring = KeyRing(file: "ring.yaml")
        try ring.add(Self.entry("a"), at: Self.day0)
        #expect(Self.states(ring) == ["a active"])
        try ring.add(Self.entry("b"), at: Self.day0 + 1)
        #expect(Self.states(ring) == ["a active", "b next"])
        try ring.roll(at: Self.day0 + 2)
        #expect(Self.states(ring) == ["a retiring", "b active"])
        #expect(ring.entries.map(\.since) == [Self.day0 + 2, Self.day0 + 2])
        try ring.add(Self.entry("c"), at: Self.day0 + 3)
        try ring.retire("a", at: Self.day0 + 4)
        try ring.retire("c", at: Self.day0 + 5)
        #expect(Self.states(ring) == ["a gone", "b active", "c gone"])
        #expect(ring.entries.map(\.since) == [Self.day0 + 4, Self.day0 + 2, Self.day0 + 5])
    }

    @Test(
        "What would leave us without a key, or with two, is refused and changes nothing",
        arguments: [
            ("add", "no key that is next already", "b"), ("add again", "an id of its own", "a"),
            ("roll", "a key that is next", "none"),
            ("retire active", "a key that is not used", "a, the active one"),
            ("retire gone", "a key that is not gone", "c, gone already"),
            ("retire unknown", "one of a, c", "\"x\""),
        ])
    func refused(step: String, expected: String, found: String) throws {
        let isFull = step == "add"
        let ring = isFull ? Self.ring(("a", .active), ("b", .next)) : Self.ring(("a", .active), ("c", .gone))
        var changed = ring
        let fault = try #require(throws: Fault.self) {
            switch step {
            case "add": try changed.add(Self.entry("d"), at: Self.day0)
            case "add again": try changed.add(Self.entry("a"), at: Self.day0)
            case "roll": try changed.roll(at: Self.day0)
            case "retire active": try changed.retire("a", at: Self.day0)
            case "retire gone": try changed.retire("c", at: Self.day0)
            default: try changed.retire("x", at: Self.day0)
            }
        }
        #expect(fault.found == found && fault.expected.contains(expected) && changed == ring)
    }

    @Test("What is written reads as it was, whatever is in the names")
    func roundTrip() throws {
        let place = try Place()
        let odd = "/srv/a b: #'\"\\ñ\t{}.p12"
        let keys: [Settings.KeyPlace] = [
            .pem(path: place.folder + "/keys/a.key"), .pem(path: "/etc/no/yes.key"), .pem(path: place.folder + "/null"),
            .pkcs12(path: odd, passphrase: .environment(name: "PASS")),
            .pkcs12(path: place.folder + "/b.p12", passphrase: .file(path: place.folder + "/b.txt")),
            .pkcs11(
                module: "/usr/lib/softhsm/libsofthsm2.so", uri: "pkcs11:token=A%20B;object=k;type=private",
                pin: .credential(name: "pin")),
        ]
        var ring = KeyRing(file: place.path)
        for (number, key) in keys.enumerated() {
            var entry = Self.entry("2026-11-2\(number)", key)
            entry.state = number == 0 ? .active : number == 1 ? .next : .retiring
            entry.certificate = place.folder + "/keys/\(number).pem"
            if case .pkcs12 = key { entry.certificate = nil }
            ring.entries.append(entry)
        }
        _ = try KeyRing.change(path: place.path, ifAbsent: ring) { _ in }
        #expect(place.read().faults == [] && place.read().ring == ring)
        let text = try String(contentsOfFile: place.path, encoding: .utf8)
        #expect(text.contains("key: keys/a.key\n") && text.contains("# Written by `puente keys`"))
        _ = try KeyRing.change(path: place.path) { try $0.roll(at: Self.day0 + 60) }
        #expect(place.read().ring.map { $0.entries[1].state } == .active)
    }

    @Test("The file is replaced whole: it keeps its rights, and nothing is left beside it")
    func replaced() throws {
        let place = try Place(Self.ring(("a", .active), ("b", .next)).text)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: place.path)
        try KeyRing.change(path: place.path) { try $0.roll(at: Self.day0) }
        let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder) == ["ring.yaml"])
        let before = try Data(contentsOf: URL(fileURLWithPath: place.path))
        #expect(throws: Fault.self) { try KeyRing.change(path: place.path) { try $0.roll(at: Self.day0) } }
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == before)
        #expect(throws: Fault.self) { try KeyRing.change(path: place.folder + "/other.yaml") { _ in } }
    }

    @Test("Two who change it at once both have their way")
    func atOnce() async throws {
        let place = try Place(Self.ring(("a", .active), ("b", .next)).text)
        let path = place.path
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try? KeyRing.change(path: path) {
                        $0.entries[1].since = Self.day0 + Double(number)
                        $0.entries.append(Self.entry("n\(number)"))
                    }
                }
            }
        }
        #expect(place.read().ring?.entries.count == 22)
    }

    @Test(
        "One spoilt thing is one fault, where it stands",
        arguments: [
            ("state: active", "state: activ", "active, retiring or gone"),
            ("state: active", "state: next", "exactly one key that is active"),
            ("state: next", "state: active", "exactly one key that is active"),
            ("id: \"b\"", "id: \"a\"", "each id once"), ("id: \"b\"", "id: \"b b\"", "a name of letters"),
            (
                "since: 2026-03-02T09:00:00Z\n    certificate: a.pem\n    key: a.key\n  - id: \"b\"",
                "since: soon\n    certificate: a.pem\n    key: a.key\n  - id: \"b\"", "an instant"
            ),
            ("    key: a.key\n  - id: \"b\"", "  - id: \"b\"", "a path"),
            ("key: a.key\n  - id: \"b\"", "key: {pkcs12: {file: x}}\n  - id: \"b\"", "where the secret is"),
            (
                "key: a.key\n  - id: \"b\"", "key: {pkcs12: {file: x, passphrase: hunter2}}\n  - id: \"b\"",
                "where the secret is"
            ),
            ("key: a.key\n  - id: \"b\"", "key: {}\n  - id: \"b\"", "one of pkcs12 and pkcs11"),
            (
                "key: a.key\n  - id: \"b\"",
                "key: {pkcs11: {module: m, uri: 'pkcs11:token=a;object=b?pin-value=hunter2', pin: {file: p}}}\n  - id: \"b\"",
                "without a PIN in it"
            ),
        ])
    func spoilt(old: String, new: String, words: String) throws {
        let text = Self.ring(("a", .active), ("b", .next)).text
        #expect(text.contains(old))
        let faults = try Place(text.replacingOccurrences(of: old, with: new)).read().faults
        #expect(faults.count == 1 && faults[0].description.contains(words), "\(faults)")
        #expect(!"\(faults)".contains("hunter2"))
    }

    @Test("The schema has the keys of the reader, no more and no fewer, and explains each")
    func schema() throws {
        let schema = try SchemaUnderTest("key-ring")
        let place = try Place(try schema.documentWithEveryKey())
        #expect(knownKeys(place.read().faults) == schema.keys)
        #expect(schema.undescribed == [])
        let missing = try Place("keys: [{}]").read().faults.filter { $0.found == "nothing" }.map(\.path)
        // The certificate may be left out beside a PKCS#12 file.
        #expect(try Set(missing) == SchemaUnderTest("key-ring").required.union(["keys[0].certificate"]))
    }
}
