// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import GRDB
import SAML
import YAMLText

/// The versions of our trust, `state/trust.sqlite`: the newest is in force. The running node and the commands of an
/// operator both write here; every step is one transaction, so that a crash leaves the old version or the new one.
public final class TrustArchive: Sendable {
    /// One version: who made it, when, why, and what it changed.
    public struct Version: Hashable, Sendable, Encodable {
        public let number: Int
        public let at: Date
        public let who: String
        public let why: String
        public let steps: [TrustPlan.Step]
    }

    public enum Fault: Error, Hashable, CustomStringConvertible {
        /// Another process made a version meanwhile.
        case overtaken
        case unknownVersion(Int)
        /// `isDamaged`: its content is no archive, or no longer.
        case unusable(path: String, reason: String, isDamaged: Bool = false)

        public var description: String {
            switch self {
            case .overtaken: "the trust was changed meanwhile"
            case .unknownVersion(let number): "there is no version \(number)"
            case .unusable(let path, let reason, _): "\(path) cannot be used: \(reason)"
            }
        }
    }

    private let path: String
    private let queue: DatabaseQueue

    /// Opens the file, or makes it, for its owner alone.
    ///
    /// - Parameter path: `nil` for an archive that is gone with the process.
    public init(path: String?) throws(Fault) {
        self.path = path ?? "memory"
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { db in
                // What was agreed with an operator survives a power cut.
                try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
            }
            if let path {
                try Self.makePrivate(path)
                queue = try DatabaseQueue(path: path, configuration: configuration)
            } else {
                queue = try DatabaseQueue(configuration: configuration)
            }
            // Who may not write may read nevertheless.
            let version = try queue.read(Self.schemaVersion)
            if version != Self.migrations.count { try queue.write(Self.migrate) }
        } catch { throw .unusable(path: path ?? "memory", reason: "\(error)", isDamaged: error.isDamage) }
    }

    private static func makePrivate(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            LocalFile.give(path, toOwnerOf: folder)
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(Fault) -> Value {
        do { return try queue.read(body) } catch { throw fault(error) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(Fault) -> Value {
        do { return try queue.write(body) } catch { throw fault(error) }
    }

    private func fault(_ error: any Error) -> Fault {
        (error as? Fault) ?? .unusable(path: path, reason: "\(error)", isDamaged: error.isDamage)
    }
}

extension Error {
    /// Whether a database says that its file is none, or is damaged.
    fileprivate var isDamage: Bool {
        let code = (self as? DatabaseError)?.resultCode  // nil: another error, such as a file that cannot be made
        return code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB
    }
}

/// A node of a version, with its dates.
struct ArchivedNode: Hashable, Sendable {
    var record: NodeRecord
    /// When its content last changed.
    var changedAt: Date
    /// When its document was found good.
    var acceptedAt: Date
    /// What its document says, as ``VerifiedEntity/fingerprint``: known although the document may be damaged by now.
    var content: String?
}

// MARK: Versions

extension TrustArchive {
    /// The number of the version in force, and its nodes in the order of the trust lists; 0 and none if there is none yet.
    func inForce() throws(Fault) -> (number: Int, nodes: [ArchivedNode]) {
        try read { db in
            let number = try Self.newest(db)
            return (number, try Self.nodes(of: number, db))
        }
    }

    /// Newest first.
    public func history() throws(Fault) -> [Version] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM version ORDER BY number DESC").map(Version.init)
        }
    }

    func nodes(of number: Int) throws(Fault) -> [ArchivedNode] {
        try read { db in
            guard try Row.fetchOne(db, sql: "SELECT 1 FROM version WHERE number = ?", arguments: [number]) != nil else {
                throw Fault.unknownVersion(number)
            }
            return try Self.nodes(of: number, db)
        }
    }

    /// Puts a version into force.
    ///
    /// - Parameters:
    ///   - base: the version that it follows.
    ///   - nodes: all of them, in order.
    ///   - undone: what an operator turns back with it, by node: wishes and parts of them; `nil` if nobody but the rules
    ///     decided.
    /// - Throws: ``Fault/overtaken`` if another version than `base` is in force.
    func commit(
        _ nodes: [ArchivedNode], after base: Int, _ steps: [TrustPlan.Step],
        turningBack undone: [NodeKey: Set<String>]? = nil,
        at now: Date, who: String, why: String
    ) throws(Fault) -> Int {
        try write { db in
            guard try Self.newest(db) == base else { throw Fault.overtaken }
            let number = base + 1
            try db.execute(
                sql: "INSERT INTO version (number, at, who, why, steps) VALUES (?, ?, ?, ?, ?)",
                arguments: [number, now.timeIntervalSince1970, who, why, try JSON.encode(steps)])
            for (position, node) in nodes.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO held (version, position, entry, document, changed_at, accepted_at, content)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        number, position, try JSON.encode(node.record.entry), node.record.document?.rawValue,
                        node.changedAt.timeIntervalSince1970, node.acceptedAt.timeIntervalSince1970, node.content,
                    ])
            }
            for step in steps { try Self.drop(candidate: step.node, db) }
            if let undone {
                // What was turned back earlier is right after all, or undone once more.
                for step in steps { try Self.forgive(step.node, db) }
                for (node, wishes) in undone { for wish in wishes { try Self.turnBack(wish, of: node, db) } }
            }
            return number
        }
    }

    /// A node's document is renewed: it says the same for longer. No version of its own.
    func renew(_ node: ArchivedNode, at position: Int, in base: Int) throws(Fault) {
        try write { db in
            guard try Self.newest(db) == base else { throw Fault.overtaken }
            try db.execute(
                sql: """
                    UPDATE held SET document = ?, accepted_at = ?, content = ? WHERE version = ? AND position = ?
                    """,
                arguments: [
                    node.record.document?.rawValue, node.acceptedAt.timeIntervalSince1970, node.content, base, position,
                ])
            try Self.drop(candidate: NodeKey(node.record.entry), db)
        }
    }

    private static func newest(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT max(number) FROM version") ?? 0
    }

    private static func nodes(of number: Int, _ db: Database) throws -> [ArchivedNode] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM held WHERE version = ? ORDER BY position", arguments: [number]
        ).map(ArchivedNode.init)
    }

    /// A node as it was in the newest version that had it.
    func node(_ key: NodeKey) throws(Fault) -> ArchivedNode? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT * FROM held WHERE json_extract(CAST(entry AS TEXT), '$.entityID') = ?
                    AND json_extract(CAST(entry AS TEXT), '$.role') = ? ORDER BY version DESC LIMIT 1
                    """, arguments: [key.entityID.rawValue, key.role.rawValue]
            ).map(ArchivedNode.init)
        }
    }
}

extension ArchivedNode {
    fileprivate init(_ row: Row) throws {
        let document = (row["document"] as String?).flatMap(DocumentFolder.Digest.init)
        self.init(
            record: NodeRecord(entry: try JSON.decode(NodeEntry.self, row["entry"]), document: document),
            changedAt: Date(timeIntervalSince1970: row["changed_at"]),
            acceptedAt: Date(timeIntervalSince1970: row["accepted_at"]), content: row["content"])
    }
}

extension TrustArchive.Version {
    fileprivate init(_ row: Row) throws {
        self.init(
            number: row["number"], at: Date(timeIntervalSince1970: row["at"]), who: row["who"], why: row["why"],
            steps: try JSON.decode([TrustPlan.Step].self, row["steps"]))
    }
}
