// SPDX-License-Identifier: EUPL-1.2
import Yams

/// A document without anything that YAML adds to scalars, lists and maps.
struct Tree {
    indirect enum Content {
        /// `isPlain`: neither quoted nor a block.
        case text(String, isPlain: Bool)
        case list([Tree])
        case map([Entry])
        /// Reported already; nothing more is said about it.
        case refused
    }

    struct Entry {
        var key: String
        var position: Position
        var value: Tree
    }

    var content: Content
    var position: Position
}

/// Text to tree.
///
/// Yams follows aliases and stops at the first repeated key. Both are kept from it by characters of the private use area,
/// which no file contains: one stands for every asterisk, so that no alias ever exists and no bomb can go off; the others
/// disguise repeated keys, so that reading goes on.
struct Composer {
    private static let asterisk: Unicode.Scalar = "\u{E000}"
    private static let disguises = Array(0xE001...0xE020 as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)

    private let source: Source
    private var text: [Unicode.Scalar]
    /// The keys that are disguised, by where they stand.
    private var disguised: [Position: String] = [:]

    init(_ text: [Unicode.Scalar], source: Source) {
        self.source = source
        self.text = text.map { $0 == "*" ? Self.asterisk : $0 }
    }

    consuming func compose() -> Tree? {
        while true {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: text)
            do {
                return try compose(String(view))
            } catch YamlError.duplicatedKeysInMapping(let names, let context) where disguise(names[0], at: context.mark)
            {
                continue
            } catch {
                report(error)
                return nil
            }
        }
    }

    private func compose(_ yaml: String) throws -> Tree? {
        let parser = try Parser(yaml: yaml, resolver: .basic, encoding: .utf8)
        // Nodes hold their anchors weakly.
        return try withExtendedLifetime(parser) {
            guard let root = try parser.nextRoot() else {
                source.report(
                    Position(line: 1, column: 1), expected: "a YAML document", found: "an empty file",
                    advice: "Begin with the commented example.")
                return nil
            }
            if let next = try parser.nextRoot() {
                source.report(
                    Position(next.mark), expected: "one document", found: "a second one",
                    advice: "Remove the line --- and what follows, or move it to a file of its own.")
            }
            return tree(root, path: "", depth: 1)
        }
    }

    private func tree(_ node: Node, path: String, depth: Int) -> Tree {
        let position = Position(node.mark)
        guard depth <= YAMLDocument.depthLimit else {
            source.report(
                position, path: path, expected: "at most \(YAMLDocument.depthLimit) levels", found: "more",
                advice: "Check the indentation and the brackets.")
            return Tree(content: .refused, position: position)
        }
        refuseExtras(of: node, path: path)
        return Tree(content: content(node, path: path, depth: depth), position: position)
    }

    private func content(_ node: Node, path: String, depth: Int) -> Tree.Content {
        switch node {
        case .scalar(let scalar):
            guard !isAlias(scalar) else { return .refused }
            let isPlain = scalar.style == .plain
            // Whoever writes null means that nothing is there (YAML 1.2 §10.2.1).
            let isNull = isPlain && ["~", "null", "Null", "NULL"].contains(scalar.string)
            return .text(isNull ? "" : unmasked(scalar.string), isPlain: isPlain)
        case .sequence(let items):
            return .list(items.enumerated().map { tree($1, path: "\(path)[\($0)]", depth: depth + 1) })
        case .mapping(let pairs):
            return .map(entries(pairs, path: path, depth: depth))
        case .alias:
            return .refused
        }
    }

    private func entries(_ pairs: Node.Mapping, path: String, depth: Int) -> [Tree.Entry] {
        var lines: [String: Int] = [:]
        var entries: [Tree.Entry] = []
        for (keyNode, valueNode) in pairs {
            guard let key = key(keyNode, path: path) else { continue }
            let position = Position(keyNode.mark)
            let path = path.isEmpty ? key : "\(path).\(key)"
            let value = tree(valueNode, path: path, depth: depth + 1)
            if let line = lines[key] {
                source.report(
                    position, path: path, expected: "each key once",
                    found: "\(quoted(key)) again, after line \(line)", advice: "Keep one of the two.")
            } else {
                lines[key] = position.line
                entries.append(Tree.Entry(key: key, position: position, value: value))
            }
        }
        return entries
    }

    /// The text of a key, or `nil` for a key that is none and has been reported.
    private func key(_ node: Node, path: String) -> String? {
        let position = Position(node.mark)
        guard case .scalar(let scalar) = node else {
            source.report(
                position, path: path, expected: "a word as key", found: "a list or a map", advice: "Write key: value.")
            return nil
        }
        guard !(scalar.style == .plain && scalar.string == "<<") else {
            source.report(
                position, path: path, expected: "keys written out", found: "the merge key <<",
                advice: "Repeat the keys instead.")
            return nil
        }
        refuseExtras(of: node, isKey: true, path: path)
        guard !isAlias(scalar) else { return nil }
        return disguised[position] ?? unmasked(scalar.string)
    }

    private func refuseExtras(of node: Node, isKey: Bool = false, path: String) {
        let position = Position(node.mark)
        if let anchor = node.anchor {
            source.report(
                position, path: path, expected: "a value written out", found: "the anchor &\(anchor.rawValue)",
                advice: "Remove it and repeat the value where it is needed; quote a text that begins with &.")
        }
        if case .scalar(let scalar) = node, isAlias(scalar) {
            source.report(
                position, path: path, expected: "a value written out", found: "an alias, \(unmasked(scalar.string))",
                advice: "Repeat the value here; quote a text that begins with *.")
        }
        if hasTag(node, isKey: isKey) {
            source.report(
                position, path: path, expected: "a value without a tag", found: "a tag",
                advice: "Remove the tag; quote a text that begins with !.")
        }
    }

    private func hasTag(_ node: Node, isKey: Bool) -> Bool {
        switch node {
        // Yams itself gives the tag of text to quoted scalars and, while it compares them, to keys.
        case .scalar(let scalar):
            isWritten(scalar.tag)
                && (scalar.tag.rawValue != Tag.Name.str.rawValue || (scalar.style == .plain && !isKey))
        case .sequence(let sequence): isWritten(sequence.tag)
        case .mapping(let mapping): isWritten(mapping.tag)
        case .alias: false
        }
    }

    /// By name: each `Tag.implicit` that one compares with is made anew, with tables of everything that Yams can decode.
    private func isWritten(_ tag: Tag) -> Bool { tag.rawValue != Tag.Name.implicit.rawValue }

    private func isAlias(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && scalar.string.unicodeScalars.first == Self.asterisk
    }

    private func unmasked(_ text: String) -> String {
        guard text.unicodeScalars.contains(Self.asterisk) else { return text }
        return text.replacing(String(Self.asterisk), with: "*")
    }
}

extension Composer {
    /// Makes the first of two equal keys different from the second; `false` if that cannot be done.
    private mutating func disguise(_ name: String, at mark: Mark) -> Bool {
        let position = Position(mark)
        guard disguised.count < Self.disguises.count, disguised[position] == nil, var index = position.index(in: text),
            !"[{|>?".unicodeScalars.contains(text[index])
        else { return false }
        if text[index] == "\"" || text[index] == "'" {
            index += 1
            guard index < text.count, text[index] != text[index - 1] else { return false }
        }
        text[index] = Self.disguises[disguised.count]
        disguised[position] = unmasked(name)
        return true
    }

    private func report(_ error: any Error) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            reportSyntax(problem, at: Position(mark))
        case YamlError.duplicatedKeysInMapping(let names, let context):
            source.report(
                Position(context.mark), expected: "each key once",
                found: "\(quoted(unmasked(names[0]))) more than once",
                advice: "Keep one of them. Nothing after it was checked.")
        default:
            source.report(
                Position(line: 1, column: 1), expected: "YAML", found: "something that cannot be read as such",
                advice: "Compare the file with the commented example.")
        }
    }

    private func reportSyntax(_ problem: String, at position: Position) {
        let character = position.index(in: text).map { text[$0] }
        let advice =
            switch problem {
            case _ where character == "\t": "Indent with spaces; YAML allows no tabs there."
            case let p where p.contains("cannot start any token"): "Put the text in quotation marks."
            case let p where p.contains("mapping values are not allowed"):
                "Check the indentation, and put a text with a colon in quotation marks."
            case let p where p.contains("end of stream"): "Close the quotation mark or bracket."
            case let p where p.contains("Maximum nesting level"): "Check the brackets."
            default: "Check indentation, quotation marks and brackets, here and on the line before."
            }
        source.report(
            position, expected: "YAML", found: "a mistake in the syntax (\(problem))",
            advice: advice + " Nothing after it was checked.")
    }
}

extension Position {
    fileprivate init(_ mark: Mark?) {
        self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}
