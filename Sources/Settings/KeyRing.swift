// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import YAMLText

/// Several keys of one purpose, and where each stands in its life.
///
/// A key is added as the next one, becomes the active one, retires and is gone, in this order and by `puente keys`
/// alone, which writes the file. The schema is `Docs/schema/key-ring.json`.
public struct KeyRing: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable, Encodable {
        /// Told to others where they learn keys from us, and not used. Opens what was encrypted for it.
        case next
        /// Used: exactly one in each ring.
        case active
        /// No longer used. What was signed with it is still believed, what was encrypted for it still opened.
        case retiring
        /// Kept as a memory alone: its files are not read and may be deleted.
        case gone
    }

    public struct Entry: Hashable, Sendable {
        /// Names the key in commands.
        public var id: String
        public var state: State
        /// When it came into this state.
        public var since: Date
        public var key: Settings.KeyPlace
        /// `nil` where the key's own file has it.
        public var certificate: String?

        public init(id: String, state: State, since: Date, key: Settings.KeyPlace, certificate: String?) {
            self.id = id
            self.state = state
            self.since = since
            self.key = key
            self.certificate = certificate
        }
    }

    public var file: String
    public var entries: [Entry]

    public init(file: String, entries: [Entry] = []) {
        self.file = file
        self.entries = entries
    }

    public func first(_ state: State) -> Entry? { entries.first { $0.state == state } }
}

// MARK: Its life

extension KeyRing {
    /// Takes a key in: as the active one if it is the first, else as the next one.
    public mutating func add(_ entry: Entry, at now: Date) throws(Fault) {
        if let next = first(.next) {
            throw fault("no key that is next already", "\(next.id)", "Roll it, or retire it, before adding another.")
        }
        guard !entries.contains(where: { $0.id == entry.id }) else {
            throw fault("an id of its own", entry.id, "Choose another with --id.")
        }
        var entry = entry
        entry.state = first(.active) == nil ? .active : .next
        entry.since = now
        entries.append(entry)
    }

    /// Makes the next key the active one, and retires the one that was active.
    public mutating func roll(at now: Date) throws(Fault) {
        guard let next = entries.firstIndex(where: { $0.state == .next }) else {
            throw fault("a key that is next", "none", "Make one with puente keys new --ring \(file).")
        }
        for index in entries.indices where entries[index].state == .active { set(.retiring, index, now) }
        set(.active, next, now)
    }

    /// Ends the life of a key that is not the active one.
    public mutating func retire(_ id: String, at now: Date) throws(Fault) {
        guard let index = entries.firstIndex(where: { $0.id == id }) else {
            throw fault(
                "one of \(entries.map(\.id).joined(separator: ", "))", quoted(id), "See puente keys list.")
        }
        switch entries[index].state {
        case .active:
            throw fault(
                "a key that is not used", "\(id), the active one",
                "Make another with puente keys new --ring, and roll to it first.")
        case .gone: throw fault("a key that is not gone", "\(id), gone already", "Nothing is left to do.")
        case .next, .retiring: set(.gone, index, now)
        }
    }

    private mutating func set(_ state: State, _ index: Int, _ now: Date) {
        entries[index].state = state
        entries[index].since = now
    }

    private func fault(_ expected: String, _ found: String, _ advice: String) -> Fault {
        Fault(file: file, expected: expected, found: found, advice: advice)
    }
}

// MARK: Reading

extension KeyRing {
    /// - Returns: what can be read of it, even where a fault was reported; `nil` if nothing can.
    public static func read(
        path: String, isProduction: Bool, rules: SettingsRules = SettingsRules(), into faults: Faults
    ) -> KeyRing? {
        guard !path.isEmpty, let root = YAMLDocument.read(path: path, into: faults) else { return nil }
        return root.map { map in
            let list = map.required("keys")
            let items = list.list(of: "keys", atLeast: 1)
            let entries = items.compactMap { item in item.map { entry($0, isProduction, rules) } ?? nil }
            if entries.count == items.count, !entries.isEmpty { check(entries, list) }
            return KeyRing(file: path, entries: entries)
        }
    }

    private static func entry(_ map: YAMLMap, _ isProduction: Bool, _ rules: SettingsRules) -> Entry? {
        let state = map.required("state").word(State.self)
        // The files of a key that is gone may be gone too.
        let isRead = state != .gone
        let reader = SettingsReader(
            map: map, isProduction: isProduction && isRead, rules: isRead ? rules : SettingsRules(checksFiles: false))
        let since = map.required("since").parsed("an instant", advice: "Write it as 2026-11-27T15:00:00Z.") {
            try? Date($0, strategy: .iso8601)  // nil: reported as no instant
        }
        let id = map.required("id").parsed(
            "a name of letters, digits, -, . and _, 64 at most", advice: "Such as 2026-11-27."
        ) {
            isName($0) ? $0 : nil
        }
        let (place, certificate) = reader.key(map, "key", "certificate")
        guard let state, let id, let since else { return nil }
        return Entry(id: id, state: state, since: since, key: place, certificate: certificate)
    }

    /// Whether a key may be called so.
    public static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
    }

    private static func check(_ entries: [Entry], _ list: YAMLValue) {
        let active = entries.count { $0.state == .active }
        if active != 1 {
            list.fault(
                expected: "exactly one key that is active", found: "\(active)",
                advice: "Correct the states by hand this once; puente keys keeps them right.")
        } else if entries.count(where: { $0.state == .next }) > 1 {
            list.fault(
                expected: "at most one key that is next", found: "more", advice: "Mark those you do not mean as gone.")
        }
        if Set(entries.map(\.id)).count < entries.count {
            list.fault(expected: "each id once", found: "one of them twice", advice: "Give each key an id of its own.")
        }
    }
}

// MARK: Writing

extension KeyRing {
    /// As it stands in the file. Paths below its folder are written as seen from there.
    public var text: String {
        var lines = [
            "# Written by `puente keys`, which leaves out comments. See Docs/keys.md.", "keys:",
        ]
        for entry in entries {
            lines.append("  - id: \(quoted(entry.id))")
            lines.append("    state: \(entry.state.rawValue)")
            lines.append("    since: \(entry.since.formatted(.iso8601))")
            if let certificate = entry.certificate { lines.append("    certificate: \(scalar(certificate))") }
            lines.append("    key: \(written(entry.key))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func written(_ place: Settings.KeyPlace) -> String {
        switch place {
        case .pem(let path): scalar(path)
        case .pkcs12(let path, let passphrase):
            "{pkcs12: {file: \(scalar(path)), passphrase: \(written(passphrase))}}"
        case .pkcs11(let module, let uri, let pin):
            "{pkcs11: {module: \(scalar(module)), uri: \(Self.scalar(uri)), pin: \(written(pin))}}"
        }
    }

    private func written(_ secret: Secret) -> String {
        switch secret {
        case .file(let path): "{file: \(scalar(path))}"
        case .environment(let name): "{environment: \(Self.scalar(name))}"
        case .credential(let name): "{credential: \(Self.scalar(name))}"
        }
    }

    private func scalar(_ path: String) -> String {
        let folder = (file as NSString).deletingLastPathComponent + "/"
        return Self.scalar(path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path)
    }

    /// Plain where that is safe, else in double quotes with the escapes of JSON, which are among YAML's.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            (text.first?.isLetter == true || text.first == "/")
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
        if isPlain, text.lowercased() != "null" { return text }
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _ where scalar.value < 0x20: "\\u" + String(0x1_0000 + scalar.value, radix: 16).dropFirst()
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }

    /// Reads the ring, changes it and writes it, while no other `puente keys` can.
    ///
    /// - Parameter ring: what to begin with where there is no file yet; `nil` where there has to be one.
    public static func change<T>(
        path: String, ifAbsent ring: KeyRing? = nil, _ body: (inout KeyRing) throws -> T
    ) throws -> T {
        try LocalFile.locked(path) {
            let faults = Faults()
            let isNew = ring != nil && !FileManager.default.fileExists(atPath: path)
            // Whether the files of its keys are there is looked at where they are used.
            let rules = SettingsRules(checksFiles: false)
            let read = isNew ? ring : KeyRing.read(path: path, isProduction: false, rules: rules, into: faults)
            if let fault = faults.sorted.first { throw fault }
            var changed = read ?? KeyRing(file: path)
            let result = try body(&changed)
            try changed.write()
            return result
        }
    }

    private func write() throws(Fault) {
        do { try LocalFile.replace(file, with: Data(text.utf8)) } catch {
            throw fault("a file that can be written", error.found, error.advice)
        }
    }
}
