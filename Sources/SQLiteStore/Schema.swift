// SPDX-License-Identifier: EUPL-1.2
import Foundation
import GRDB
import Glibc
import Storage

extension DatabasePool {
    /// What every version has added; `PRAGMA user_version` counts how many of them a file has.
    private static let migrations = [
        """
        CREATE TABLE exchange (
            id TEXT NOT NULL UNIQUE,
            question TEXT UNIQUE,
            expires_at REAL NOT NULL,
            key_id TEXT NOT NULL,
            sealed BLOB NOT NULL
        );
        CREATE INDEX exchange_expiry ON exchange (expires_at);
        CREATE TABLE used (
            kind TEXT NOT NULL,
            issuer TEXT NOT NULL,
            id TEXT NOT NULL,
            expires_at REAL NOT NULL,
            PRIMARY KEY (kind, issuer, id)
        ) WITHOUT ROWID;
        CREATE INDEX used_expiry ON used (expires_at);
        CREATE TABLE audit (counter INTEGER PRIMARY KEY, line TEXT NOT NULL);
        CREATE TABLE heart (id INTEGER PRIMARY KEY CHECK (id = 1), beats INTEGER NOT NULL);
        """,
        """
        CREATE TABLE incident (
            has_exchange INTEGER NOT NULL,
            number INTEGER NOT NULL,
            support TEXT NOT NULL UNIQUE,
            expires_at REAL NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (has_exchange, number)
        ) WITHOUT ROWID;
        CREATE INDEX incident_expiry ON incident (expires_at);
        """,
    ]

    /// For reading alone, beside the process that writes, or without one.
    static func reader(at path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let pool = try DatabasePool(path: path, configuration: configuration)
        let version = try pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        guard version == migrations.count else {
            throw StoreError.unavailable(
                "the store has version \(version), and this program reads version \(migrations.count)"
                    + (version < migrations.count ? "; a node that starts brings it up to date" : ""))
        }
        return pool
    }

    static func store(at path: String, patience: TimeInterval) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA secure_delete = ON") }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB has just set NORMAL, with which a power cut undoes the last transactions, and with them replay keys.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        guard try pool.writeWithoutTransaction({ try Int.fetchOne($0, sql: "PRAGMA synchronous") }) == 2 else {
            throw StoreError.unavailable("SQLite does not flush what it commits")
        }
        try pool.write(migrate)
        return pool
    }

    private static func migrate(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= migrations.count else {
            throw StoreError.unavailable("the store has version \(version), we know up to \(migrations.count)")
        }
        for migration in migrations[version...] { try db.execute(sql: migration) }
        try db.execute(sql: "PRAGMA user_version = \(migrations.count)")
    }
}

/// SQLite gives the files it makes beside this one the same permissions.
func makePrivateFile(_ path: String) throws(StoreError) {
    try makePrivateDirectory(for: path)
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(path) }
    Glibc.close(descriptor)
}
