// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import GRDB
import Storage

/// An exchange as it lies in the file.
struct ExchangeRow: Sendable {
    let id: Exchange.ID
    let question: MessageID?
    let sealed: Sealed
}

extension ExchangeRow {
    fileprivate init(_ row: Row) throws {
        guard let id = Exchange.ID(rawValue: try row.decode(forColumn: "id")) else {
            throw StoreError.unavailable("a stored exchange has no proper identifier")
        }
        let question: String? = try row.decode(forColumn: "question")
        let sealed = Sealed(keyID: try row.decode(forColumn: "key_id"), octets: try row.decode(forColumn: "sealed"))
        self.init(id: id, question: question.map(MessageID.init(rawValue:)), sealed: sealed)
    }
}

// Every statement of a login finds its rows through an index, so that its cost does not grow with the file.
extension Database {
    func row(of id: Exchange.ID) throws -> ExchangeRow {
        try exchangeRow("SELECT id, question, key_id, sealed FROM exchange WHERE id = ?", id.rawValue)
    }

    func row(awaiting question: MessageID) throws -> ExchangeRow {
        try exchangeRow("SELECT id, question, key_id, sealed FROM exchange WHERE question = ?", question.rawValue)
    }

    func rows(lastingAt now: Date) throws -> [ExchangeRow] {
        try Row.fetchAll(
            self, sql: "SELECT id, question, key_id, sealed FROM exchange WHERE expires_at > ?",
            arguments: [now.timeIntervalSince1970]
        ).map(ExchangeRow.init)
    }

    private func exchangeRow(_ sql: String, _ argument: String) throws -> ExchangeRow {
        guard let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: [argument]) else {
            throw StoreError.unknown
        }
        return try ExchangeRow(row)
    }

    func insert(_ exchange: Exchange, _ sealed: Sealed) throws {
        try cachedStatement(
            sql: "INSERT INTO exchange (id, question, expires_at, key_id, sealed) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            exchange.id.rawValue, exchange.awaited(before: nil)?.rawValue, exchange.expiresAt.timeIntervalSince1970,
            sealed.keyID, sealed.octets,
        ])
    }

    func update(_ exchange: Exchange, _ sealed: Sealed, awaited question: MessageID?) throws {
        try cachedStatement(
            sql: "UPDATE exchange SET question = ?, expires_at = ?, key_id = ?, sealed = ? WHERE id = ?"
        ).execute(arguments: [
            question?.rawValue, exchange.expiresAt.timeIntervalSince1970, sealed.keyID, sealed.octets,
            exchange.id.rawValue,
        ])
    }

    func use(_ keys: [ReplayKey], at now: Date) throws {
        let statement = try cachedStatement(
            sql: """
                INSERT INTO used (kind, issuer, id, expires_at) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at WHERE used.expires_at < ?
                """)
        for key in keys {
            try statement.execute(arguments: [
                key.kind.rawValue, key.issuer.rawValue, key.id.rawValue, key.expiresAt.timeIntervalSince1970,
                now.timeIntervalSince1970,
            ])
            if changesCount == 0 { throw StoreError.duplicate(key) }
        }
    }

    /// Reads the end of the trail from the file each time: right after a failed batch, and beside other processes.
    func append(_ event: AuditEvent) throws {
        let last = try lastAuditLine()
        var chain = last.map { AuditChain(endingWith: $0.line, counter: $0.counter) } ?? .empty
        let line = chain.append(event)
        try cachedStatement(sql: "INSERT INTO audit (counter, line) VALUES (?, ?)")
            .execute(arguments: [chain.counter, line])
    }

    func auditLines(after counter: Int, limit: Int) throws -> [String] {
        try String.fetchAll(
            cachedStatement(sql: "SELECT line FROM audit WHERE counter > ? ORDER BY counter LIMIT ?"),
            // From the beginning, also what stands before the place of the first line.
            arguments: [counter == 0 ? Int.min : counter, max(0, limit)])
    }

    func lastAuditLine() throws -> (counter: Int, line: String)? {
        try Row.fetchOne(cachedStatement(sql: "SELECT counter, line FROM audit ORDER BY counter DESC LIMIT 1")).map {
            (try $0.decode(forColumn: "counter"), try $0.decode(forColumn: "line"))
        }
    }

    func auditLines(with part: String, from start: Date, to end: Date) throws -> [String] {
        try String.fetchAll(
            self, sql: "SELECT line FROM audit WHERE counter >= ? AND counter < ? AND instr(line, ?) ORDER BY counter",
            arguments: [try auditCounter(at: start), try auditCounter(at: end), part])
    }

    /// The number of about the first line that was written at this time or later, by halves: lines lie in the order in
    /// which their steps ended, which is nearly that of time.
    private func auditCounter(at date: Date) throws -> Int {
        var (low, high) = (1, (try lastAuditLine()?.counter ?? 0) + 1)
        while low < high {
            let middle = low + (high - low) / 2
            let line = try String.fetchOne(
                cachedStatement(sql: "SELECT line FROM audit WHERE counter >= ? ORDER BY counter LIMIT 1"),
                arguments: [middle])
            if let instant = line.flatMap(AuditRecord.instant), instant < date {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Beside the newest of its kind the oldest has no place.
    func keep(_ incident: Incident) throws {
        let hasExchange = incident.exchange != nil
        let newest = try Int.fetchOne(
            cachedStatement(sql: "SELECT max(number) FROM incident WHERE has_exchange = ?"), arguments: [hasExchange])
        let number = (newest ?? 0) + 1
        try cachedStatement(
            sql: """
                INSERT OR REPLACE INTO incident (has_exchange, number, support, expires_at, body) VALUES (?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            hasExchange, number, incident.support.description, incident.until.timeIntervalSince1970,
            String(decoding: try JSONEncoder().encode(incident), as: UTF8.self),
        ])
        try cachedStatement(sql: "DELETE FROM incident WHERE has_exchange = ? AND number <= ?")
            .execute(arguments: [hasExchange, number - incidentLimit])
    }

    func incident(_ code: SupportCode) throws -> Incident? {
        let body = try String.fetchOne(
            cachedStatement(sql: "SELECT body FROM incident WHERE support = ?"), arguments: [code.description])
        do { return try body.map { try JSONDecoder().decode(Incident.self, from: Data($0.utf8)) } } catch {
            throw StoreError.unavailable("incident \(code) was written by another version")
        }
    }

    /// Whether nothing more is left to forget. Forgets so little at once that others hardly wait.
    func purgeSome(before date: Date) throws -> Bool {
        let size = 500
        let arguments: StatementArguments = [date.timeIntervalSince1970, size]
        try cachedStatement(
            sql: "DELETE FROM exchange WHERE rowid IN (SELECT rowid FROM exchange WHERE expires_at < ? LIMIT ?)"
        ).execute(arguments: arguments)
        let exchanges = changesCount
        try cachedStatement(
            sql: """
                DELETE FROM used WHERE (kind, issuer, id) IN
                (SELECT kind, issuer, id FROM used WHERE expires_at < ? LIMIT ?)
                """
        ).execute(arguments: arguments)
        let keys = changesCount
        try cachedStatement(
            sql: """
                DELETE FROM incident WHERE (has_exchange, number) IN
                (SELECT has_exchange, number FROM incident WHERE expires_at < ? LIMIT ?)
                """
        ).execute(arguments: arguments)
        return exchanges < size && keys < size && changesCount < size
    }

    /// Counts on, and returns the count.
    func beat() throws -> Int {
        try Int.fetchOne(
            cachedStatement(
                sql: """
                    INSERT INTO heart (id, beats) VALUES (1, 1)
                    ON CONFLICT DO UPDATE SET beats = beats + 1 RETURNING beats
                    """)) ?? 0
    }

    func beats() throws -> Int {
        try Int.fetchOne(cachedStatement(sql: "SELECT beats FROM heart")) ?? 0
    }
}
