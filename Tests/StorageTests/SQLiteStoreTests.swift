// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import GRDB
import Storage
import Testing

@testable import SQLiteStore

@Suite("The SQLite store")
struct SQLiteStoreTests {
    @Test("Exchanges, keys and the trail outlive the program")
    func reopened() async throws {
        try await withFile { path in
            let first = try SQLiteStore(path: path, sealing: AtRest(.sample))
            try await first.openAsked()
            await first.close()
            let second = try SQLiteStore(path: path, sealing: AtRest(.sample))
            #expect(try await second.find(awaiting: MessageID("_q")).id == .numbered(1))
            await #expect(throws: StoreError.duplicate(.request("_request-1"))) {
                try await second.open(.sample(2), using: [.request("_request-1")], .sample())
            }
            try await second.record(.sample(.nodeStarted))
            #expect(try await second.verifiedLines().count == 3)
            await second.close()
        }
    }

    @Test("A commit is flushed to the disk, and what is deleted is overwritten")
    func pragmas() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            #expect(try await store.pragma("synchronous") == "2")
            #expect(try await store.pragma("journal_mode") == "wal")
            #expect(try await store.pragma("secure_delete") == "1")
            await store.close()
        }
    }

    @Test("Nothing of a request or a person lies in the files in plain text")
    func sealed() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            for number in 1...20 { try await store.open(.sample(number), using: [], .sample()) }
            _ = try await store.update(.numbered(1), using: [], .sample()) { exchange throws(Rejection) in
                try exchange.asked(.sample("_q"))
            }
            try await store.consent(.response("_r1"))
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            #expect(files.count == 3)
            for file in files {
                let octets = try Data(contentsOf: file)
                for marker in [Exchange.marker, Identity.marker, "00000000T"] {
                    #expect(octets.range(of: Data(marker.utf8)) == nil)
                }
                #expect(try permissions(file.path) == 0o600)
            }
            #expect(try permissions(folder.path) == 0o700)
            await store.close()
        }
    }

    @Test("Nothing that was replaced or removed outlives the clearing, or the program, in the write-ahead log")
    func log() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            func logged() throws -> Int {
                let log = path + "-wal"
                return FileManager.default.fileExists(atPath: log) ? try Data(contentsOf: URL(filePath: log)).count : 0
            }
            for number in 1...20 { try await store.open(.sample(number), using: [], .sample()) }
            #expect(try logged() > 0)
            try await store.purge(before: .distantPast)
            #expect(try logged() == 0)
            try await store.open(.sample(21), using: [], .sample())
            await store.close()
            #expect(try logged() == 0)
        }
    }

    @Test("Another key opens nothing; the right one beside it does, and moves the row to the newest")
    func keys() async throws {
        try await withFile { path in
            let first = try SQLiteStore(path: path, sealing: AtRest(.numbered(1)))
            try await first.openAsked()
            await first.close()
            let foreign = try SQLiteStore(path: path, sealing: AtRest(.numbered(2)))
            await expectUnavailable("none of ours") { try await foreign.find(.numbered(1)) }
            await expectUnavailable("none of ours") { try await foreign.finish(.response("a")) }
            await foreign.close()
            let rotated = try SQLiteStore(path: path, sealing: AtRest(.numbered(2), older: [.numbered(1)]))
            try await rotated.finish(.response("a"))
            await rotated.close()
            let next = try SQLiteStore(path: path, sealing: AtRest(.numbered(2)))
            #expect(try await next.find(.numbered(1)).stage == .finished)
            await next.close()
        }
    }

    @Test("A file of something else, of a newer version or out of reach is refused")
    func unusable() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            await store.close()
            try await DatabaseQueue(path: path).write { try $0.execute(sql: "PRAGMA user_version = 99") }
            expectUnavailable("version 99") { try SQLiteStore(path: path, sealing: AtRest(.sample)) }
            try Data(String(repeating: "no database ", count: 1000).utf8).write(to: URL(fileURLWithPath: path))
            expectUnavailable("SQLite 26") { try SQLiteStore(path: path, sealing: AtRest(.sample)) }
            expectUnavailable { try SQLiteStore(path: path + "/below/file", sealing: AtRest(.sample)) }
        }
    }

    @Test("A damaged file is reported, not trusted")
    func damaged() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            for number in 1...50 { try await store.open(.sample(number), using: [.request("\(number)")], .sample()) }
            await store.close()
            var octets = try Data(contentsOf: URL(fileURLWithPath: path))
            for index in octets.indices.dropFirst(8192) { octets[index] = UInt8(truncatingIfNeeded: index &* 31) }
            try octets.write(to: URL(fileURLWithPath: path))
            let damaged = try SQLiteStore(path: path, sealing: AtRest(.sample))
            await expectUnavailable("SQLite") { try await damaged.find(.numbered(7)) }
            await expectUnavailable("SQLite") {
                try await damaged.open(.sample(99), using: [.request("99")], .sample())
            }
            await damaged.close()
        }
    }

    @Test("A locked file is reported after some patience; reading goes on, and writing once it is free")
    func locked() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample), patience: 0.1)
            try await store.openAsked()
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            await expectUnavailable("SQLite 5") { try await store.record(.sample()) }
            await expectUnavailable("SQLite 5") { try await store.probe() }
            #expect(try await store.find(.numbered(1)).id == .numbered(1))
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try await store.probe()
            await store.close()
        }
    }

    @Test("After closing, calls are refused")
    func closed() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            async let pending: Void = store.record(.sample())
            try await pending
            await store.close()
            await store.close()
            await expectUnavailable { try await store.probe() }
            await expectUnavailable { try await store.find(.numbered(1)) }
        }
    }
}

/// A place for a store in a new folder that does not exist yet.
func withFile(_ body: (String) async throws -> Void) async throws {
    try await withFolder { try await body($0 + "/data/puente.sqlite") }
}

func expectUnavailable<T>(
    _ part: String = "", sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> T
) async {
    let error = await #expect(throws: StoreError.self, sourceLocation: sourceLocation) { _ = try await call() }
    expectUnavailable(part, sourceLocation: sourceLocation) { if let error { throw error } }
}

extension SQLiteStore {
    /// The value of a pragma on the connection that writes.
    func pragma(_ name: String) async throws -> String? {
        try await pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }
}
