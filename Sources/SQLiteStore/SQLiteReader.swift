// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import GRDB
public import Storage

/// Reads what a store has written down for operators, beside the node that writes it or without one. Changes nothing, and
/// needs no key but to count what is under way: nothing else of it is about people.
public struct SQLiteReader: SQLiteTrail {
    private let pool: DatabasePool

    /// - Throws: ``StoreError/unavailable(_:)`` if there is no store, it is none of ours, or of another version.
    public init(path: String) throws(StoreError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .unavailable("there is no store at \(path)")
        }
        do { pool = try .reader(at: path) } catch { throw StoreError(error) }
    }

    func read<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws(StoreError) -> T {
        do { return try await pool.read(work) } catch { throw StoreError(error) }
    }

    /// As ``ExchangeStore/underway(at:)`` says, of a store that another process writes to.
    public func underway(at now: Date, keyFile: String) async throws(StoreError) -> [EntityID: Int] {
        try await underway(at: now, opening: try AtRest(existing: keyFile))
    }
}

/// Whatever has connections to read by.
protocol SQLiteTrail: AuditTrail {
    func read<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws(StoreError) -> T
}

extension SQLiteTrail {
    func underway(at now: Date, opening atRest: AtRest) async throws(StoreError) -> [EntityID: Int] {
        try await read { db in
            var counts: [EntityID: Int] = [:]
            for row in try db.rows(lastingAt: now) {
                let exchange: Exchange = try atRest.open(row.sealed, as: row.id)
                if let peer = exchange.neededPeer { counts[peer, default: 0] += 1 }
            }
            return counts
        }
    }

    public func auditLines(after counter: Int, limit: Int) async throws(StoreError) -> [String] {
        try await read { try $0.auditLines(after: counter, limit: limit) }
    }

    public func auditLines(
        where field: AuditRecord.Field, is value: String, from start: Date, to end: Date
    ) async throws(StoreError) -> [String] {
        try await read { try $0.auditLines(with: AuditRecord.part(field, value), from: start, to: end) }
    }

    public func lastAuditLine() async throws(StoreError) -> (counter: Int, line: String)? {
        try await read { try $0.lastAuditLine() }
    }

    public func incident(_ code: SupportCode) async throws(StoreError) -> Incident? {
        try await read { try $0.incident(code) }
    }
}
