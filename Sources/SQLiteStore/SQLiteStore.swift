// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import GRDB
public import Storage
import Synchronization

/// Keeps exchanges in one SQLite file beside the program.
///
/// All writing goes through one connection, where the steps of many callers share a transaction and its flush to the
/// disk. Reading goes on meanwhile, on connections of its own.
public final class SQLiteStore: ExchangeStore, SQLiteTrail {
    let pool: DatabasePool
    private let commits: GroupCommit
    private let atRest: AtRest
    private let isOpen = Mutex(true)

    /// Opens the file, or makes it and its directory, for its owner alone.
    ///
    /// - Parameter patience: seconds to wait for another process that has locked the file.
    /// - Throws: ``StoreError/unavailable(_:)`` if it is not our file, is damaged, or comes from a newer version.
    public init(path: String, sealing atRest: AtRest, patience: TimeInterval = 5) throws(StoreError) {
        try makePrivateFile(path)
        do { pool = try DatabasePool.store(at: path, patience: patience) } catch { throw StoreError(error) }
        commits = GroupCommit(pool)
        self.atRest = atRest
    }

    public func open(_ exchange: Exchange, using keys: [ReplayKey], _ event: AuditEvent) async throws(StoreError) {
        let sealed = try atRest.seal(exchange)
        try await write { db in
            try db.use(keys, at: event.at)
            try db.insert(exchange, sealed)
            try db.append(event)
        }
    }

    public func find(_ id: Exchange.ID) async throws(StoreError) -> Exchange {
        let row = try await read { try $0.row(of: id) }
        return try atRest.open(row.sealed, as: row.id)
    }

    public func find(awaiting question: MessageID) async throws(StoreError) -> Exchange {
        let row = try await read { try $0.row(awaiting: question) }
        return try atRest.open(row.sealed, as: row.id)
    }

    public func update(
        _ id: Exchange.ID, using keys: [ReplayKey], _ events: [AuditEvent],
        _ step: @escaping @Sendable (Exchange) throws(Rejection) -> Exchange
    ) async throws -> Exchange {
        do {
            return try await commits.perform { [atRest] db in
                try db.use(keys, at: events.first?.at ?? .distantPast)
                let row = try db.row(of: id)
                let next = try step(atRest.open(row.sealed, as: id))
                guard next.id == id else { throw StoreError.unavailable("a step may not exchange the exchange") }
                try db.update(next, atRest.seal(next), awaited: next.awaited(before: row.question))
                for event in events { try db.append(event) }
                return next
            }
        } catch let rejection as Rejection { throw rejection } catch { throw StoreError(error) }
    }

    public func record(_ event: AuditEvent, using key: ReplayKey?) async throws(StoreError) {
        try await write { db in
            try db.use(key.map { [$0] } ?? [], at: event.at)
            try db.append(event)
        }
    }

    public func record(_ incident: Incident, _ event: AuditEvent?) async throws(StoreError) {
        try await write { db in
            try db.keep(incident)
            if let event { try db.append(event) }
        }
    }

    /// Works in batches, so that logins go on meanwhile. Stops early if its task is cancelled; what is left is
    /// forgotten the next time.
    public func purge(before date: Date) async throws(StoreError) {
        atRest.forget(before: date)
        var isDone = false
        while !isDone, !Task.isCancelled {
            isDone = try await write { try $0.purgeSome(before: date) }
        }
        if isOpen.withLock({ $0 }) { await emptyLog() }
    }

    /// What was replaced or removed stays in the write-ahead log until that is emptied: people would be in it for hours.
    private func emptyLog() async {
        // The passive one waits for nobody. Where somebody reads, all of the log cannot be taken over: the next time.
        _ = try? await pool.writeWithoutTransaction { db in
            let (inLog, takenOver) = try db.checkpoint(.passive)
            if inLog == takenOver { try db.checkpoint(.truncate) }
        }
    }

    public func underway(at now: Date) async throws(StoreError) -> [EntityID: Int] {
        try await underway(at: now, opening: atRest)
    }

    public func probe() async throws(StoreError) {
        let written = try await write { try $0.beat() }
        guard try await read({ try $0.beats() }) >= written else {
            throw .unavailable("what is written cannot be read")
        }
    }

    public func close() async {
        // A second call finds nothing to close; what touches a closed connection would bring the program down.
        guard
            isOpen.withLock({ isOpen in
                defer { isOpen = false }
                return isOpen
            })
        else { return }
        await commits.finish()
        await emptyLog()
        // What was acknowledged is on the disk; a connection that does not close cleanly loses nothing.
        try? pool.close()
    }

    func read<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws(StoreError) -> T {
        do { return try await pool.read(work) } catch { throw StoreError(error) }
    }

    private func write<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws(StoreError) -> T {
        do { return try await commits.perform(work) } catch { throw StoreError(error) }
    }
}

extension StoreError {
    /// SQLite's message names tables and columns, never values.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError:
            self = .unavailable("SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")")
        case is CancellationError: self = .unavailable("cancelled")
        default: self = .unavailable("\(type(of: error))")
        }
    }
}
