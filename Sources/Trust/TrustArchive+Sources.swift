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

    /// The wishes that an operator turned back, by node, and what was in them (``VerifiedEntity/marks``); the fingerprint of
    /// no entry at all is empty.
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

    /// The last good list of an entry, of other states or of revoked certificates.
    struct KeptList: Hashable, Sendable {
        var document: DocumentFolder.Digest
        /// Nothing that was issued earlier takes its place.
        var issuedAt: Date
    }

    /// By the names of their entries.
    func keptLists() throws(Fault) -> [String: KeptList] {
        try read { db in
            var found: [String: KeptList] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM kept_list") {
                found[row["name"]] = DocumentFolder.Digest(row["document"]).map {
                    KeptList(document: $0, issuedAt: Date(timeIntervalSince1970: row["issued_at"]))
                }
            }
            return found
        }
    }

    /// These and no others.
    func keep(lists: [String: KeptList]) throws(Fault) {
        guard try lists != keptLists() else { return }
        try write { db in
            try db.execute(sql: "DELETE FROM kept_list")
            for (name, list) in lists {
                try db.execute(
                    sql: "INSERT INTO kept_list (name, document, issued_at) VALUES (?, ?, ?)",
                    arguments: [name, list.document.rawValue, list.issuedAt.timeIntervalSince1970])
            }
        }
    }

    /// Every document that some version, candidate, source or list still needs.
    func documentsInUse() throws(Fault) -> Set<DocumentFolder.Digest> {
        try read { db in
            let all = try String.fetchAll(
                db,
                sql: """
                    SELECT document FROM held WHERE document IS NOT NULL UNION SELECT document FROM candidate
                    UNION SELECT document FROM fetched WHERE document IS NOT NULL
                    UNION SELECT document FROM kept_list
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
        """
        CREATE TABLE kept_list (
            name TEXT PRIMARY KEY, document TEXT NOT NULL, issued_at REAL NOT NULL
        ) WITHOUT ROWID;
        ALTER TABLE held ADD COLUMN content TEXT;
        ALTER TABLE alarm ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
        """,
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
