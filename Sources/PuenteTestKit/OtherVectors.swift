// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import SAML

/// A file that another project made, with what others say of it: one row of an `index.csv` below `Tests/Vectors/others`.
///
/// Every folder there is read; a file without a row, a row without a file and a word that nobody knows are faults.
public struct OtherVector: Sendable, CustomStringConvertible {
    public struct Unreadable: Error, CustomStringConvertible {
        public let description: String
    }

    /// One `ds:Signature` of the file, in document order.
    public struct Signature: Sendable {
        public enum Verdict: Sendable, Equatable {
            /// The mathematics holds with the key that is named: a file of the folder, `KeyInfo`, or a kind of KeyValue.
            case valid(key: String)
            case invalid
            case unknown
        }
        public let element: String
        public let algorithms: String
        public let verdict: Verdict

        /// Whether an algorithm is named that no profile allows any more, whatever the mathematics says.
        public var isObsolete: Bool {
            algorithms.contains(/\b(?:[a-z]+-)*(?:sha1|md5|ripemd160)\b|^(?:dsa|hmac)-/)
        }
    }

    public struct Encryption: Sendable {
        public let algorithms: String
        /// The file of the folder that opens it; `nil` if none does.
        public let key: String?

        public var isObsolete: Bool { ["cbc", "rsa-1_5", "tripledes"].contains { algorithms.contains($0) } }
    }

    public let folder: String
    public let file: String
    public let kind: String
    public let signatures: [Signature]
    public let encryption: Encryption?
    public let expected: String
    public let certificate: String
    public let notes: String

    public var path: String { folder + "/" + file }
    public var description: String { path }
    public var passphrase: String? { notes.halves(at: "password ")?.1 }
    public var isToBeRefused: Bool { expected.hasPrefix("refuse") || expected.contains("; refuse") }

    public static let root = Repository.root.appending(path: "Tests/Vectors/others")

    public func octets() throws -> [UInt8] { try Self.octets(path) }
    public static func octets(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    /// Another file of the same folder.
    public func neighbour(_ file: String) throws -> OtherVector {
        guard let found = try Self.all().first(where: { $0.folder == folder && $0.file == file }) else {
            throw Unreadable(description: "\(path): no row for \(file)")
        }
        return found
    }

    /// The file with Base64 and DEFLATE undone, where it is no XML as it stands.
    public func xml() throws -> [UInt8] { try Unwrapped(try octets()).octets }
}

extension OtherVector {
    /// Kinds of files that are no XML for us; every other kind is the local name of the root.
    public enum Kind: String, CaseIterable, Sendable {
        case keyStore = "key store"
        case privateKey = "private key"
        case certificate
        case data
        case notWellFormed = "not well-formed"
    }

    /// The rows of all folders; of one of the kinds, or of XML.
    public static func all() throws -> [OtherVector] { try read.get() }
    public static func all(_ kind: Kind) throws -> [OtherVector] { try all().filter { $0.kind == kind.rawValue } }
    public static func xml() throws -> [OtherVector] { try all().filter { Kind(rawValue: $0.kind) == nil } }

    private static let read = Result { try folders(in: root).flatMap { try rows(of: $0, in: root) } }

    /// The folders of vectors. One without an index, or with nothing in it, throws where it is read.
    public static func folders(in root: URL) throws -> [String] {
        let found = try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent).sorted()
        guard !found.isEmpty else { throw Unreadable(description: "no folders in \(root.lastPathComponent)") }
        return found
    }

    public static func rows(of folder: String, in root: URL) throws -> [OtherVector] {
        let place = root.appending(path: folder)
        let table = try CSVTable(at: place.appending(path: "index.csv"))
        let rows = try table.rows.map { try OtherVector(folder, $0) }
        guard !rows.isEmpty else { throw Unreadable(description: "\(folder)/index.csv has no rows") }
        let files = try FileManager.default.subpathsOfDirectory(atPath: place.path(percentEncoded: false)).filter {
            !["index.csv", "ORIGIN.md"].contains($0) && !place.appending(path: $0).hasDirectoryPath
                && (try? Data(contentsOf: place.appending(path: $0))) != nil
        }
        let difference = Set(files).symmetricDifference(rows.map(\.file)).sorted()
        guard difference.isEmpty, Set(rows.map(\.file)).count == rows.count else {
            throw Unreadable(description: "\(folder): files and rows differ: \(difference)")
        }
        return rows
    }

    private init(_ folder: String, _ row: [String: String]) throws {
        func cell(_ name: String) throws -> String {
            guard let text = row[name] else {
                throw Unreadable(description: "\(folder)/index.csv has no column \(name)")
            }
            return text
        }
        self.folder = folder
        file = try cell("file")
        let place = "\(folder)/\(file)"
        kind = try cell("kind")
        expected = try cell("expected")
        certificate = try cell("certificate")
        notes = try cell("notes")
        let parts = try cell("algorithms").parts
        let found = try cell("crypto").parts
        let signed = parts.filter { !$0.hasPrefix("enc:") }
        let encrypted = parts.filter { $0.hasPrefix("enc:") }
        let verdicts = found.filter { $0.contains(":") }
        let openings = found.filter { !$0.contains(":") }
        guard signed.count == verdicts.count, encrypted.count == openings.count, encrypted.count <= 1 else {
            throw Unreadable(description: "\(place): algorithms and crypto do not match")
        }
        signatures = try zip(signed, verdicts).map { [place] in try Signature($0, $1, in: place) }
        encryption = try zip(encrypted, openings).map { [place] in try Encryption($0, $1, in: place) }.first
    }
}

extension OtherVector.Signature {
    fileprivate init(_ algorithms: String, _ verdict: String, in place: String) throws {
        let (left, right) = (algorithms.halves(at: ": "), verdict.halves(at: ": "))
        guard let left, let right, left.0 == right.0 else {
            throw OtherVector.Unreadable(description: "\(place): \(algorithms) against \(verdict)")
        }
        element = left.0
        self.algorithms = left.1
        switch right.1 {
        case "invalid": self.verdict = .invalid
        case "not verified here": self.verdict = .unknown
        case let text where text.hasPrefix("valid (") && text.hasSuffix(")"):
            self.verdict = .valid(key: String(text.dropFirst(7).dropLast()))
        default: throw OtherVector.Unreadable(description: "\(place): verdict \(verdict)")
        }
    }
}

extension OtherVector.Encryption {
    fileprivate init(_ algorithms: String, _ opening: String, in place: String) throws {
        self.algorithms = String(algorithms.dropFirst(5))
        if opening == "no key here opens it" {
            key = nil
        } else if let found = opening.halves(at: "opens with "), found.0.isEmpty {
            key = found.1
        } else {
            throw OtherVector.Unreadable(description: "\(place): \(opening)")
        }
    }
}

/// Where our profile decides otherwise than the mathematics: one row of `Tests/Vectors/others/profile.csv`.
public struct ProfileRow: Sendable {
    /// What of a file the row is about.
    public enum Part: String, Sendable {
        /// Reading the XML.
        case document
        /// `ds:Signature`: all of the file, or `signature 2`, the second one in document order.
        case signature
        case encryption
        /// What a message or metadata says, read for itself.
        case content
        /// A key, certificate or container.
        case key
    }

    public let part: Part
    /// Which of several signatures; `nil`: all.
    public let number: Int?
    /// The rules that are broken, all of them, in their order; none for the word `accepted`.
    public let rules: [Rule]
    /// What the refusal must name; empty: nothing in particular.
    public let found: String
    public let reason: String

    /// - Throws: if the table names a file that is not there, a rule that does not exist, or gives no reason.
    public static func all() throws -> [String: [ProfileRow]] { try read.get() }
    public static func row(_ vector: OtherVector, _ part: Part, number: Int = 1) throws -> ProfileRow? {
        try all()[vector.path]?.first { $0.part == part && ($0.number ?? number) == number }
    }

    private static let read = Result {
        let known = Set(try OtherVector.all().map(\.path))
        var found: [String: [ProfileRow]] = [:]
        for row in try CSVTable(at: OtherVector.root.appending(path: "profile.csv")).rows {
            let (file, row) = (row["file"] ?? "", try ProfileRow(row))
            guard known.contains(file),
                found[file]?.contains(where: { $0.part == row.part && $0.number == row.number }) != true
            else {
                throw OtherVector.Unreadable(description: "profile.csv: \(file) is unknown, or is told twice")
            }
            found[file, default: []].append(row)
        }
        return found
    }

    private init(_ row: [String: String]) throws {
        let codes = row["rule"] == "accepted" ? [] : (row["rule"] ?? "").split(separator: " ").map(String.init)
        let rules = codes.compactMap(Rule.init)
        let words = (row["part"] ?? "").split(separator: " ")
        guard let part = words.first.flatMap({ Part(rawValue: String($0)) }), rules.count == codes.count,
            row["rule"]?.isEmpty == false,
            let reason = row["reason"], !reason.isEmpty
        else { throw OtherVector.Unreadable(description: "profile.csv: \(row)") }
        self.part = part
        number = words.dropFirst().first.flatMap { Int($0) }
        self.rules = rules
        self.reason = reason
        found = row["found"] ?? ""
    }
}

/// Comma-separated values with a head, as RFC 4180 writes them.
struct CSVTable {
    let rows: [[String: String]]

    init(at file: URL) throws {
        var records = Self.records(in: try String(contentsOf: file, encoding: .utf8))
        guard !records.isEmpty else { throw OtherVector.Unreadable(description: "\(file.path) is empty") }
        let head = records.removeFirst()
        guard records.allSatisfy({ $0.count == head.count }) else {
            throw OtherVector.Unreadable(description: "\(file.path): a row with more or fewer cells than the head")
        }
        rows = records.map { Dictionary(zip(head, $0)) { first, _ in first } }
    }

    private static func records(in text: String) -> [[String]] {
        var records: [[String]] = []
        var (record, cell): ([String], String) = ([], "")
        var (isQuoted, wasQuote) = (false, false)
        for character in text {
            switch character {
            case "\"":
                // A doubled one inside quotes closes and opens again, and stands for itself.
                if !isQuoted, wasQuote { cell.append("\"") }
                isQuoted.toggle()
            case "," where !isQuoted:
                record.append(cell)
                cell = ""
            case "\n" where !isQuoted, "\r\n" where !isQuoted:
                records.append(record + [cell])
                (record, cell) = ([], "")
            default: cell.append(character)
            }
            wasQuote = character == "\""
        }
        return cell.isEmpty && record.isEmpty ? records : records + [record + [cell]]
    }
}

extension String {
    /// The pieces of a list with `; ` between them.
    fileprivate var parts: [String] { isEmpty ? [] : components(separatedBy: "; ") }

    fileprivate func halves(at mark: String) -> (String, String)? {
        range(of: mark).map { (String(self[..<$0.lowerBound]), String(self[$0.upperBound...])) }
    }
}
