// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import GRDB

// MARK: Candidates, what was turned back, and how fetching went

extension TrustArchive {
    /// How asking one source went.
    public struct Fetch: Hashable, Sendable {
        public var askedAt: Date
        /// When it last gave a document, or said that it is unchanged.
        public var goodAt: Date?
        /// Why the last answer could not be used; `nil` if it could.
        public var failure: String?
        /// In a row.
        public var failures: Int
        /// The last document that it gave.
        var last: Fetched?
        public var document: DocumentFolder.Digest? { last?.document }
    }

    struct Fetched: Hashable, Sendable {
        var document: DocumentFolder.Digest
        /// What the source said of it, to ask only for another one.
        var validators: MetadataFetcher.Validators
    }

    /// The documents that wait for approval.
    func candidates() throws(Fault) -> [NodeKey: DocumentFolder.Digest] {
        try read { db in
            var found: [NodeKey: DocumentFolder.Digest] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT node, document FROM candidate") {
                let node = try JSON.decode(NodeKey.self, row["node"])
                found[node] = DocumentFolder.Digest(row["document"])
            }
            return found
        }
    }

    func keep(candidate document: DocumentFolder.Digest, of node: NodeKey, at now: Date) throws(Fault) {
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO candidate (node, document, found_at) VALUES (?, ?, ?)",
                arguments: [try JSON.encode(node), document.rawValue, now.timeIntervalSince1970])
        }
    }

    func drop(candidate node: NodeKey) throws(Fault) { try write { db in try Self.drop(candidate: node, db) } }

    static func drop(candidate node: NodeKey, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM candidate WHERE node = ?", arguments: [try JSON.encode(node)])
    }

    /// The wishes that an operator turned back, by node; the fingerprint of no entry at all is empty.
    func turnedBack() throws(Fault) -> [NodeKey: Set<String>] {
        try read { db in
            var found: [NodeKey: Set<String>] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT node, wish FROM turned_back") {
                found[try JSON.decode(NodeKey.self, row["node"]), default: []].insert(row["wish"])
            }
            return found
        }
    }

    static func turnBack(_ wish: String, of node: NodeKey, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO turned_back (node, wish) VALUES (?, ?)",
            arguments: [try JSON.encode(node), wish])
    }

    static func forgive(_ node: NodeKey, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM turned_back WHERE node = ?", arguments: [try JSON.encode(node)])
    }

    /// By address.
    public func fetches() throws(Fault) -> [String: Fetch] {
        try read { db in
            var found: [String: Fetch] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM fetched") { found[row["source"]] = Fetch(row) }
            return found
        }
    }

    func note(_ fetch: Fetch, of source: String) throws(Fault) {
        try write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO fetched
                    (source, asked_at, good_at, failure, failures, document, entity_tag, last_modified)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    source, fetch.askedAt.timeIntervalSince1970, fetch.goodAt?.timeIntervalSince1970, fetch.failure,
                    fetch.failures, fetch.document?.rawValue, fetch.last?.validators.entityTag,
                    fetch.last?.validators.lastModified,
                ])
        }
    }

    /// The last good revocation lists, by the names of their entries.
    func revocationLists() throws(Fault) -> [String: DocumentFolder.Digest] {
        try read { db in
            var found: [String: DocumentFolder.Digest] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT name, document FROM revocation_list") {
                found[row["name"]] = DocumentFolder.Digest(row["document"])
            }
            return found
        }
    }

    /// These and no others.
    func keep(revocationLists lists: [String: DocumentFolder.Digest]) throws(Fault) {
        guard try lists != revocationLists() else { return }
        try write { db in
            try db.execute(sql: "DELETE FROM revocation_list")
            for (name, document) in lists {
                try db.execute(
                    sql: "INSERT INTO revocation_list (name, document) VALUES (?, ?)",
                    arguments: [name, document.rawValue])
            }
        }
    }

    /// Every document that some version, candidate, source or revocation list still needs.
    func documentsInUse() throws(Fault) -> Set<DocumentFolder.Digest> {
        try read { db in
            let all = try String.fetchAll(
                db,
                sql: """
                    SELECT document FROM held WHERE document IS NOT NULL UNION SELECT document FROM candidate
                    UNION SELECT document FROM fetched WHERE document IS NOT NULL
                    UNION SELECT document FROM revocation_list
                    """)
            return Set(all.compactMap(DocumentFolder.Digest.init))
        }
    }

    static let migrations = [
        """
        CREATE TABLE version (
            number INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, steps BLOB NOT NULL
        );
        CREATE TABLE held (
            version INTEGER NOT NULL REFERENCES version (number), position INTEGER NOT NULL, entry BLOB NOT NULL,
            document TEXT, changed_at REAL NOT NULL, accepted_at REAL NOT NULL, PRIMARY KEY (version, position)
        ) WITHOUT ROWID;
        CREATE TABLE candidate (node BLOB PRIMARY KEY, document TEXT NOT NULL, found_at REAL NOT NULL) WITHOUT ROWID;
        CREATE TABLE turned_back (node BLOB NOT NULL, wish TEXT NOT NULL, PRIMARY KEY (node, wish)) WITHOUT ROWID;
        CREATE TABLE fetched (
            source TEXT PRIMARY KEY, asked_at REAL NOT NULL, good_at REAL, failure TEXT, failures INTEGER NOT NULL,
            document TEXT, entity_tag TEXT, last_modified TEXT
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE alarm (
            name TEXT NOT NULL, ends_at INTEGER NOT NULL, days INTEGER NOT NULL, given_at REAL NOT NULL,
            PRIMARY KEY (name, ends_at, days)
        ) WITHOUT ROWID;
        """,
        "CREATE TABLE revocation_list (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;",
    ]

    /// How many of the migrations the file has had.
    static func schemaVersion(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }

    static func migrate(_ db: Database) throws {
        let version = try schemaVersion(db)
        guard version <= migrations.count else {
            throw Fault.unusable(
                path: "trust.sqlite", reason: "it has version \(version), we know up to \(migrations.count)")
        }
        for migration in migrations[version...] { try db.execute(sql: migration) }
        try db.execute(sql: "PRAGMA user_version = \(migrations.count)")
    }
}

extension TrustArchive.Fetch {
    fileprivate init(_ row: Row) {
        self.init(
            askedAt: Date(timeIntervalSince1970: row["asked_at"]),
            goodAt: (row["good_at"] as Double?).map { Date(timeIntervalSince1970: $0) }, failure: row["failure"],
            failures: row["failures"],
            last: (row["document"] as String?).flatMap(DocumentFolder.Digest.init).map {
                .init(
                    document: $0, validators: .init(entityTag: row["entity_tag"], lastModified: row["last_modified"]))
            })
    }
}
