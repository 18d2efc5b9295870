// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import SAML

/// A message with its verdict, in a file of `Tests/Vectors`: lines `name: value`, an empty line, the message.
///
/// `expect`, the code of the rule that it breaks, or `accepted`; `now`, the instant at which it is judged; `note`, for people.
public struct Vector: Sendable, CustomStringConvertible {
    public struct Unreadable: Error, CustomStringConvertible {
        public let description: String
    }

    public let name: String
    /// `nil`: the message is to be accepted.
    public let rule: Rule?
    public let now: Date
    public let note: String
    public let message: [UInt8]
    public var description: String { name }

    /// The vectors of one folder, by name. An empty folder throws.
    public static func all(in folder: String) throws -> [Vector] {
        let path = Repository.root.appending(path: "Tests/Vectors").appending(path: folder)
        let files = try FileManager.default.contentsOfDirectory(at: path, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "vector" }.sorted { $0.path < $1.path }
        guard !files.isEmpty else { throw Unreadable(description: "no vectors in \(folder)") }
        return try files.map(Vector.init)
    }

    private init(_ file: URL) throws {
        name = file.deletingPathExtension().lastPathComponent
        let octets = Array(try Data(contentsOf: file))
        guard let end = octets.indices.first(where: { octets[$0...].starts(with: [10, 10]) }) else {
            throw Unreadable(description: "\(name): no empty line")
        }
        let head = String(decoding: octets[..<end], as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let fields = Dictionary(head.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
        guard let expect = fields["expect"], expect == "accepted" || Rule(rawValue: expect) != nil else {
            throw Unreadable(description: "\(name): expect is no code of a rule")
        }
        guard let now = fields["now"].flatMap(Instant.read), let note = fields["note"] else {
            throw Unreadable(description: "\(name): now or note is missing")
        }
        rule = Rule(rawValue: expect)
        self.now = now
        self.note = note
        message = Array(octets[(end + 2)...])
    }
}
