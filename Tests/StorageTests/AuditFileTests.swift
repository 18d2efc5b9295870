// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import GRDB
import SQLiteStore
import Testing

@testable import Storage

/// H07: somebody who can write the file of a store cannot change its trail without being found.
@Suite("The audit trail in its file")
struct AuditFileTests {
    @Test("A sound trail verifies, whole and after an end that was kept, beside the writer and without it")
    func sound() async throws {
        try await withTrail { path, store in
            let whole = try await SQLiteReader(path: path).verify()
            #expect(whole.counter == 12)
            #expect(try await SQLiteReader(path: path).auditEnd() == whole)
            let kept = try #require(AuditChain(whole.description))
            #expect(kept == whole)
            try await store.record(.sample(.requestSent))
            #expect(try await SQLiteReader(path: path).verify(after: kept).counter == 13)
            await store.close()
            #expect(try await SQLiteReader(path: path).verify().counter == 13)
            #expect(try await SQLiteReader(path: path).verify(after: kept).counter == 13)
        }
    }

    /// What somebody does to the file, and the line at which it shows.
    struct Deed: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: String
        let fault: AuditChain.Fault
        var testDescription: String { name }
    }

    static let deeds = [
        Deed(
            name: "a word altered",
            sql: "UPDATE audit SET line = replace(line, 'request.received', 'response.sent') WHERE counter = 5",
            fault: .init(line: 5, reason: .altered)),
        Deed(
            name: "an instant altered by a second",
            sql: "UPDATE audit SET line = replace(line, 'T12:00:00', 'T12:00:01') WHERE counter = 1",
            fault: .init(line: 1, reason: .altered)),
        Deed(
            name: "a line removed", sql: "DELETE FROM audit WHERE counter = 7",
            fault: .init(line: 7, reason: .outOfPlace(found: 8))),
        Deed(
            name: "a line removed and the others moved up",
            sql: "DELETE FROM audit WHERE counter = 7; UPDATE audit SET counter = counter - 1 WHERE counter > 7",
            fault: .init(line: 7, reason: .outOfPlace(found: 8))),
        Deed(
            name: "the beginning cut off", sql: "DELETE FROM audit WHERE counter <= 3",
            fault: .init(line: 1, reason: .outOfPlace(found: 4))),
        Deed(
            name: "two lines that changed places",
            sql: """
                UPDATE audit SET counter = -4 WHERE counter = 4; UPDATE audit SET counter = 4 WHERE counter = 5;
                UPDATE audit SET counter = 5 WHERE counter = -4
                """,
            fault: .init(line: 4, reason: .outOfPlace(found: 5))),
        Deed(
            name: "a line written twice",
            sql: "INSERT INTO audit SELECT 13, line FROM audit WHERE counter = 12",
            fault: .init(line: 13, reason: .outOfPlace(found: 12))),
        // Of two lines that do not fit with nothing behind them, nobody can tell which is the false one.
        Deed(
            name: "a line inserted at the end, with the right number",
            sql:
                "INSERT INTO audit SELECT 13, replace(line, '\"counter\":12', '\"counter\":13') FROM audit WHERE counter = 12",
            fault: .init(line: 12, reason: .altered)),
        Deed(
            name: "a line put before the first",
            sql: "INSERT INTO audit SELECT -1, line FROM audit WHERE counter = 3",
            fault: .init(line: 1, reason: .outOfPlace(found: 3))),
        Deed(
            name: "rubbish in place of a line", sql: "UPDATE audit SET line = 'rubbish' WHERE counter = 9",
            fault: .init(line: 9, reason: .unreadable)),
    ]

    @Test("What somebody did to the file is found, and its first line named", arguments: deeds)
    func found(deed: Deed) async throws {
        try await withTrail { path, store in
            await store.close()
            try await change(path, deed.sql)
            let reader = try SQLiteReader(path: path)
            await #expect(throws: deed.fault) { try await reader.verify() }
        }
    }

    @Test("A trail that was cut off at its end, or written anew, is found by an end that was kept")
    func kept() async throws {
        try await withTrail { path, store in
            let kept = try await store.auditEnd()
            await store.close()
            try await change(path, "DELETE FROM audit WHERE counter > 10")
            #expect(try await SQLiteReader(path: path).verify().counter == 10)
            await #expect(throws: AuditChain.Fault(line: 12, reason: .missing)) {
                try await SQLiteReader(path: path).verify(after: kept)
            }
            var chain = AuditChain.empty
            let lines = (1...12).map { chain.append(.sample(.logoutAnswered, $0)) }
            for (index, line) in lines.enumerated() {
                try await change(path, "INSERT OR REPLACE INTO audit VALUES (\(index + 1), '\(line)')")
            }
            #expect(try await SQLiteReader(path: path).verify().counter == 12)
            await #expect(throws: AuditChain.Fault(line: 12, reason: .altered)) {
                try await SQLiteReader(path: path).verify(after: kept)
            }
        }
    }

    @Test(
        "An end that was kept is read as it was written, and nothing else is one",
        arguments: [
            "", "12", "12:", "0:" + String(repeating: "a", count: 64), "1:" + String(repeating: "A", count: 64),
        ])
    func ends(text: String) { #expect(AuditChain(text) == nil) }

    @Test("What is no store of this version is said so")
    func others() async throws {
        try await withFile { path in
            #expect(throws: StoreError.unavailable("there is no store at \(path)")) { try SQLiteReader(path: path) }
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            await store.close()
            try await change(path, "PRAGMA user_version = 1")
            expectUnavailable("version 1") { _ = try SQLiteReader(path: path) }
            try Data("rubbish".utf8).write(to: URL(filePath: path))
            expectUnavailable("SQLite") { _ = try SQLiteReader(path: path) }
        }
    }

    private func withTrail(_ body: (String, SQLiteStore) async throws -> Void) async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            for number in 1...12 { try await store.record(.sample(.requestReceived, number)) }
            try await body(path, store)
            await store.close()
        }
    }

    private func change(_ path: String, _ sql: String) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}
