// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

/// Whoever reads the log looks a message up in `Docs/operations.md`.
@Suite("The table of log messages")
struct LogTests {
    /// What a node consists of.
    static let folders = ["Portal", "Trust", "AttributeSources", "SQLiteStore", "puente"]
    /// These log what they are given, so that their callers are looked at.
    static let forwarding: Set = [
        "Sources/Portal/Notes.swift", "Sources/Portal/Legs.swift", "Sources/Trust/Calendar/TrustAlarms.swift",
    ]

    static func texts() throws -> [(path: String, text: String)] {
        try folders.flatMap { try SourceFile.all(in: "Sources/\($0)") }.map {
            ($0.path, $0.lines.joined(separator: "\n"))
        }
    }

    static func written() throws -> Set<String> {
        var messages: Set<String> = []
        for (_, text) in try texts() {
            messages.formUnion(text.matches(of: /logger\.[a-z]+\(\s*"([^"\\]+)"/).map { String($0.1) })
            messages.formUnion(text.matches(of: /[^.A-Za-z]log\(\s*"([^"\\]+)"/).map { String($0.1) })
            messages.formUnion(text.matches(of: /Logger\.Message = "([^"\\]+)"/).map { String($0.1) })
            messages.formUnion(text.matches(of: /[ ]as: "([^"\\]+)", at: \./).map { String($0.1) })
            messages.formUnion(
                text.matches(of: /\? "([^"\\]+)" : "([^"\\]+)",\s*metadata:/).flatMap { [String($0.1), String($0.2)] })
        }
        return messages
    }

    @Test("Has every message that a node writes, and no other")
    func table() throws {
        let operations = try String(contentsOfFile: Repository.path("Docs/operations.md"), encoding: .utf8)
        let section = operations.components(separatedBy: "\n## Logs\n").last?.components(separatedBy: "\n## ").first
        let rows = try #require(section).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let told = rows.flatMap { row in
            row.split(separator: "|")[0].matches(of: /`([^`]+)`/).map { String($0.1) }
        }
        #expect(told.count == Set(told).count)
        let written = try Self.written()
        #expect(Set(told).subtracting(written) == [])
        #expect(written.subtracting(told) == [])
    }

    @Test("A message stands where it is logged, so that the table can be compared")
    func literals() throws {
        for (path, text) in try Self.texts() {
            let levels = /logger\.(critical|error|warning|notice|info|debug|trace)\(/
            let withMessage = /logger\.(critical|error|warning|notice|info|debug|trace)\(\s*"[^"\\]+"/
            #expect(text.matches(of: levels).count == text.matches(of: withMessage).count, "\(path)")
            #expect(!text.contains("logger.log(") || Self.forwarding.contains(path), "\(path)")
        }
    }
}
