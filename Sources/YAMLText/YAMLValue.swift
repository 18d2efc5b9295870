// SPDX-License-Identifier: EUPL-1.2
public import struct Foundation.Data

/// A place in a document, with or without something in it.
///
/// A getter returns `nil` when nothing is there, or when what is there is wrong; then it has reported a ``Fault`` and the
/// caller goes on with any value it likes, because a file with faults yields nothing in the end:
///
///     let port = map["port"].integer(in: 1...65535) ?? 8443             // a default
///     let name = map.required("name").string() ?? ""                    // never used without a name
public struct YAMLValue {
    enum Content {
        case present(Tree)
        case absent(isRequired: Bool)
    }

    /// Such as `services[2].return-addresses[0]`.
    public let path: String
    let content: Content
    let position: Position
    let source: Source

    init(_ tree: Tree, path: String, in source: Source) {
        self.init(.present(tree), at: tree.position, path: path, in: source)
    }

    init(_ content: Content, at position: Position, path: String, in source: Source) {
        self.content = content
        self.position = position
        self.path = path
        self.source = source
    }

    public var isPresent: Bool {
        if case .present = content { true } else { false }
    }

    /// `file:line`, for faults that point from one place to another.
    public var place: String { "\(source.file):\(position.line)" }

    /// Reports a fault at this place.
    public func fault(expected: String, found: String, advice: String) {
        source.report(position, path: path, expected: expected, found: found, advice: advice)
    }
}

// MARK: Scalars

extension YAMLValue {
    /// Text as it is written, quoted or not, never empty.
    public func string(_ expected: String = "text") -> String? {
        take(expected) { if case .text(let text, _) = $0, !text.isEmpty { text } else { nil } }
    }

    /// Text that `parse` understands.
    public func parsed<T>(_ expected: String, advice: String, _ parse: (String) -> T?) -> T? {
        guard let text = string(expected) else { return nil }
        guard let value = parse(text) else {
            fault(expected: expected, found: quoted(text), advice: advice)
            return nil
        }
        return value
    }

    /// A decimal number without leading zeros, signs other than `-`, fractions or separators.
    public func integer(in range: ClosedRange<Int>) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return parsed(expected, advice: "Write digits only, within the range.") { text in
            Int(text).flatMap { String($0) == text && range.contains($0) ? $0 : nil }
        }
    }

    /// `true` or `false`, and none of YAML's other words for them.
    public func bool() -> Bool? {
        parsed("true or false", advice: "Write true or false.") { ["true": true, "false": false][$0] }
    }

    /// One of the raw values of an enumeration.
    public func word<Word>(_: Word.Type = Word.self) -> Word?
    where Word: RawRepresentable<String> & CaseIterable {
        word(among: Word.allCases.map(\.rawValue)).flatMap(Word.init)
    }

    /// One of the cases of an enumeration, by a name that is not its raw value.
    public func word<Word: CaseIterable>(named name: (Word) -> String) -> Word? {
        word(among: Word.allCases.map(name)).flatMap { word in Word.allCases.first { name($0) == word } }
    }

    public func word(among words: [String]) -> String? {
        let expected = alternatives(words)
        guard let text = string(expected) else { return nil }
        if words.contains(text) { return text }
        fault(expected: expected, found: quoted(text), advice: adviceToChoose(words, insteadOf: text))
        return nil
    }
}

// MARK: Files

extension YAMLValue {
    /// A path, seen from the folder of the file that holds it.
    public func filePath() -> String? {
        string("a path").map { LocalFile.path($0, besides: source.file) }
    }

    /// A path like ``filePath()``, of a regular file of at most `limit` bytes that is there now.
    public func existingFile(limit: Int) -> String? {
        guard let path = filePath() else { return nil }
        do {
            try LocalFile.check(path, limit: limit)
            return path
        } catch {
            fault(expected: "a readable file", found: error.found, advice: error.advice)
            return nil
        }
    }

    /// The contents of the file that is named here.
    public func fileContents(limit: Int) -> Data? {
        guard let path = filePath() else { return nil }
        do {
            return try LocalFile.read(path, limit: limit)
        } catch {
            fault(expected: "a readable file", found: error.found, advice: error.advice)
            return nil
        }
    }
}

// MARK: Lists and maps

extension YAMLValue {
    /// The members of a list; empty when nothing is there.
    ///
    /// - Parameter least: how many there must be. A list that is absent and not required is not held to it.
    public func list(of members: String, atLeast least: Int = 0) -> [YAMLValue] {
        let expected = "a list of \(members)"
        guard let items = take(expected, { if case .list(let items) = $0 { items } else { nil } }) else { return [] }
        if items.count < least {
            fault(
                expected: expected + " with \(least) or more", found: "\(items.count)",
                advice: "Add a line that begins with -.")
        }
        return items.enumerated().map { YAMLValue($1, path: "\(path)[\($0)]", in: source) }
    }

    /// The values of a list in which none may come twice; what `read` refuses is left out.
    public func distinct<T: Hashable>(
        _ members: String, atLeast least: Int = 0, _ read: (YAMLValue) -> T?
    ) -> [T] {
        var seen: [T: YAMLValue] = [:]
        return list(of: members, atLeast: least).compactMap { item in
            guard let value = read(item) else { return nil }
            if let first = seen.updateValue(item, forKey: value) {
                item.fault(
                    expected: "each of the \(members) once", found: "the same as in line \(first.position.line)",
                    advice: "Remove one of the two.")
            }
            return value
        }
    }

    /// A map of which `read` asks for all keys that may be there: any other is reported.
    public func map<T>(_ read: (YAMLMap) -> T) -> T? {
        entries("keys and values").map { YAMLMap($0, of: self).closing(read) }
    }

    /// Like ``map(_:)``, for a map whose keys all have defaults: an absent one is read as empty.
    public func section<T>(_ read: (YAMLMap) -> T) -> T {
        map(read) ?? YAMLMap.absent(of: self).closing(read)
    }

    /// The pairs of a map with keys of its own choosing, such as language tags.
    public func pairs(_ expected: String) -> [(key: YAMLValue, value: YAMLValue)] {
        (entries(expected) ?? []).map { entry in
            let path = self.path.isEmpty ? entry.key : "\(self.path).\(entry.key)"
            let key = Tree(content: .text(entry.key, isPlain: false), position: entry.position)
            return (YAMLValue(key, path: path, in: source), YAMLValue(entry.value, path: path, in: source))
        }
    }

    /// Whether keys are written here, for values that have a short and a long form.
    public var isMap: Bool {
        if case .present(let tree) = content, case .map = tree.content { true } else { false }
    }

    /// Whether members are written here, for values that may be one or several.
    public var isList: Bool {
        if case .present(let tree) = content, case .list = tree.content { true } else { false }
    }

    /// Every scalar at or below this place.
    public var scalars: [YAMLValue] {
        guard case .present(let tree) = content else { return [] }
        switch tree.content {
        case .text: return [self]
        case .list: return list(of: "").flatMap(\.scalars)
        case .map: return pairs("").flatMap(\.value.scalars)
        case .refused: return []
        }
    }

    private func entries(_ expected: String) -> [Tree.Entry]? {
        take(expected) { if case .map(let entries) = $0 { entries } else { nil } }
    }

    /// What `pick` makes of the content; reports what is missing or of another kind.
    private func take<T>(_ expected: String, _ pick: (Tree.Content) -> T?) -> T? {
        switch content {
        case .absent(let isRequired):
            if isRequired {
                let key = path.split(separator: ".").last.map(String.init) ?? path
                fault(expected: expected, found: "nothing", advice: "Add the key \(key).")
            }
            return nil
        case .present(let tree):
            if let value = pick(tree.content) { return value }
            reportKind(of: tree.content, expected: expected)
            return nil
        }
    }

    private func reportKind(of content: Tree.Content, expected: String) {
        switch content {
        case .text("", isPlain: true):
            fault(expected: expected, found: "nothing", advice: "Write a value, or remove the key.")
        case .text("", isPlain: false):
            fault(expected: expected, found: "empty text", advice: "Write a value, or remove the key.")
        case .text(let text, _):
            fault(expected: expected, found: quoted(text), advice: "Compare with the commented example.")
        case .list:
            fault(expected: expected, found: "a list", advice: "Remove the - or the brackets.")
        case .map:
            fault(expected: expected, found: "keys and values", advice: "Compare with the commented example.")
        case .refused:
            break
        }
    }
}
