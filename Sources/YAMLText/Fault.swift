// SPDX-License-Identifier: EUPL-1.2

/// One thing that is wrong in a file that an operator edits.
///
/// Texts are in English, hold no secret and quote at most a few words of the file.
public struct Fault: Error, Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The path of the file as it was given.
    public var file: String
    /// 1 for the first line; 0 where the fault is about the file as a whole.
    public var line: Int
    /// 1 for the first character of the line, counted in Unicode scalars; 0 where `line` is 0.
    public var column: Int
    /// Where in the document, such as `services[2].return-addresses[0]`; empty for the document itself.
    public var path: String
    /// What belongs there, without a full stop: `low, substantial or high`.
    public var expected: String
    /// What is there, without a full stop: `"hgih"`.
    public var found: String
    /// How to mend it, in whole sentences.
    public var advice: String

    public init(
        file: String, line: Int = 0, column: Int = 0, path: String = "", expected: String, found: String, advice: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.expected = expected
        self.found = found
        self.advice = advice
    }

    /// One line, without what a file could steer a terminal with:
    /// `metadata/services.yaml:12:5: services[2].lowest-loa: expected low, substantial or high, found "hgih". Write one of the three.`
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        let subject = path.isEmpty ? "" : "\(path): "
        let text = "\(place): \(subject)expected \(expected), found \(found). \(advice)"
        let shown = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(shown))
    }

    /// By file, then by position.
    public static func < (a: Fault, b: Fault) -> Bool {
        (a.file, a.line, a.column, a.path, a.expected) < (b.file, b.line, b.column, b.path, b.expected)
    }
}

/// Collects the faults of one or more files, so that all of them can be told at once.
public final class Faults {
    /// More of one file help nobody.
    public static let limit = 1000

    private var kept: Set<Fault> = []
    private var counts: [String: Int] = [:]

    public init() {}

    /// Keeps the fault; the same fault twice counts once. Of a file with very many the first are kept.
    public func add(_ fault: Fault) {
        guard counts[fault.file, default: 0] <= Self.limit, kept.insert(fault).inserted else { return }
        counts[fault.file, default: 0] += 1
        if counts[fault.file, default: 0] > Self.limit { kept.remove(fault) }
    }

    public var isEmpty: Bool { kept.isEmpty }
    public var count: Int { sorted.count }
    /// Behind those of the files, which of them have more.
    public var sorted: [Fault] {
        kept.sorted()
            + counts.filter { $0.value > Self.limit }.keys.sorted().map { file in
                Fault(
                    file: file, expected: "at most \(Self.limit) faults", found: "more",
                    advice: "Mend the others first."
                )
            }
    }
}

/// What came of reading a file: a sound value, or the faults that stand in its way.
public struct Reading<Value: Sendable>: Sendable {
    /// `nil` if there is any fault.
    public let value: Value?
    /// What could be made of the file although there may be faults: good for nothing but to look for further ones.
    public let draft: Value?
    /// In the order of the file.
    public let faults: [Fault]

    /// Runs `body`, and keeps its value only if it reported nothing.
    public init(_ body: (Faults) -> Value?) {
        let faults = Faults()
        draft = body(faults)
        value = faults.isEmpty ? draft : nil
        self.faults = faults.sorted
    }
}

/// A piece of a file as a fault quotes it: in quotation marks, on one line, cut after 60 characters.
public func quoted(_ text: String) -> String {
    let line = text.prefix { !$0.isNewline }
    let isCut = line.count > 60 || line.count < text.count
    return "\"" + line.prefix(60) + (isCut ? "…" : "") + "\""
}
