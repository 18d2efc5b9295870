// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// The way into a YAML file: one document, UTF-8, at most 4 MiB, 24 levels deep.
///
/// Anchors, aliases, tags and merge keys are refused, and so is a key that comes twice. Every scalar is its text: `NO`
/// is Norway, `010` is three characters, and only a getter gives them a type.
public enum YAMLDocument {
    public static let sizeLimit = 4 << 20
    public static let depthLimit = 24

    /// Reads a file; `nil` after a fault that leaves nothing to go on with.
    ///
    /// - Parameter path: becomes ``Fault/file``, and relative paths in the file are seen from its folder.
    public static func read(path: String, into faults: Faults) -> YAMLValue? {
        do {
            return parse(try LocalFile.read(path, limit: sizeLimit), file: path, into: faults)
        } catch {
            faults.add(Fault(file: path, expected: "a YAML file", found: error.found, advice: error.advice))
            return nil
        }
    }

    /// Reads text that was loaded already; `file` is as in ``read(path:into:)``.
    public static func parse(_ text: String, file: String, into faults: Faults) -> YAMLValue? {
        parse(Data(text.utf8), file: file, into: faults)
    }

    private static func parse(_ data: Data, file: String, into faults: Faults) -> YAMLValue? {
        let source = Source(file: file, faults: faults)
        guard data.count <= sizeLimit else {
            source.report(
                Position(line: 1, column: 1), expected: "at most \(sizeLimit) bytes", found: "\(data.count) bytes",
                advice: "Split the file.")
            return nil
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            source.report(
                positionOfFirstBadOctet(in: data), expected: "text in UTF-8", found: "an octet that is not part of it",
                advice: "Save the file as UTF-8.")
            return nil
        }
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        if let odd = scalars.firstIndex(where: { !isText($0) }) {
            source.report(
                Position(of: odd, in: scalars), expected: "printable text",
                found: "the character U+" + String(scalars[odd].value, radix: 16, uppercase: true),
                advice: "Delete the character.")
            return nil
        }
        return Composer(scalars, source: source).compose().map { YAMLValue($0, path: "", in: source) }
    }

    /// What YAML calls printable (YAML 1.2.2 §5.1), less the private use area, which the composer needs.
    private static func isText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xF900...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
            true
        default: false
        }
    }

    private static func positionOfFirstBadOctet(in data: Data) -> Position {
        let repaired = Array(String(decoding: data, as: UTF8.self).unicodeScalars)
        let index = repaired.firstIndex(of: "\u{FFFD}") ?? 0
        return Position(of: index, in: repaired)
    }
}

/// A file being read, and where its faults go.
struct Source {
    let file: String
    let faults: Faults

    func report(_ position: Position, path: String = "", expected: String, found: String, advice: String) {
        faults.add(
            Fault(
                file: file, line: position.line, column: position.column, path: path, expected: expected, found: found,
                advice: advice))
    }
}

/// Line and column, both from 1; a column is a Unicode scalar.
struct Position: Hashable {
    var line: Int
    var column: Int
}

extension Position {
    init(of index: Int, in text: [Unicode.Scalar]) {
        self.init(line: 1, column: 1)
        for i in 0..<min(index, text.count) {
            let endsLine = text[i].isLineBreak && !(text[i] == "\r" && i + 1 < text.count && text[i + 1] == "\n")
            if endsLine { (line, column) = (line + 1, 1) } else { column += 1 }
        }
    }

    /// The inverse of `init(of:in:)`; `nil` past the end.
    func index(in text: [Unicode.Scalar]) -> Int? {
        var here = Position(line: 1, column: 1)
        for i in text.indices {
            if here == self { return i }
            let endsLine = text[i].isLineBreak && !(text[i] == "\r" && i + 1 < text.count && text[i + 1] == "\n")
            if endsLine { here = Position(line: here.line + 1, column: 1) } else { here.column += 1 }
        }
        return nil
    }
}

extension Unicode.Scalar {
    /// As libyaml counts lines.
    fileprivate var isLineBreak: Bool {
        self == "\n" || self == "\r" || self == "\u{85}" || self == "\u{2028}" || self == "\u{2029}"
    }
}
