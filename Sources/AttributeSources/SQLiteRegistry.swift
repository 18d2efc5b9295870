// SPDX-License-Identifier: EUPL-1.2
import Federation
import GRDB
import NIOPosix

/// A registry that is a table or view of a SQLite file, which is only ever read.
///
/// The file is opened anew for each question, so that a copy that replaces it is seen at once.
struct SQLiteRegistry: Registry {
    let source: String
    let file: String
    /// Names that ``SQLName`` has checked.
    let table: SQLName
    let key: SQLName
    let columns: [SQLName]

    func canAsk(_ question: Question) -> Bool { true }

    func record(for question: Question, within seconds: Double) async throws -> Record? {
        do {
            let queue = try await open(within: seconds)
            let rows = try await queue.read { [select, text = question.query.identifier.text] db in
                try Row.fetchAll(db, sql: select, arguments: [text]).map(record)
            }
            guard rows.count <= 1 else {
                throw Rejection(.sourceInvalid, source, expected: "one row", found: "more than one")
            }
            return rows.first
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            throw CancellationError()
        } catch let error as DatabaseError {
            // SQLite's message may quote what it was asked for; its code does not.
            throw Rejection(
                .sourceUnavailable, source, expected: "a row", found: "SQLite code \(error.extendedResultCode.rawValue)"
            )
        }
    }

    /// Opening reads the file, and waits where somebody holds a lock: not on the threads that everybody shares.
    private func open(within seconds: Double) async throws -> DatabaseQueue {
        try await NIOThreadPool.singleton.runIfActive { [file] in
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(seconds)
            configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA trusted_schema = OFF") }
            return try DatabaseQueue(path: file, configuration: configuration)
        }
    }

    /// Two rows are enough to know that there is not one.
    private var select: String {
        let names = columns.map(\.quoted)
        // The library ends a text at its first NUL, whatever stands behind it.
        let ends = names.map { "instr(ifnull(\($0), ''), char(0))" }
        let selected = (names + [ends.joined(separator: " + ")]).joined(separator: ", ")
        return "SELECT \(selected) FROM \(table.quoted) WHERE \(key.quoted) = ? LIMIT 2"
    }

    private func record(_ row: Row) throws -> Record {
        guard row[columns.count] == 0 else {
            throw Rejection(.sourceInvalid, source, expected: "texts without NUL", found: "one with it")
        }
        var record: Record = [:]
        for (index, column) in columns.enumerated() {
            switch (row[index] as DatabaseValue).storage {
            case .null: record[column.text] = []
            case .string(let text): record[column.text] = [text]
            case .int64(let number): record[column.text] = [String(number)]
            case .double, .blob:
                throw Rejection(
                    .sourceInvalid, "\(source) \(column.text)", expected: "text or a whole number",
                    found: "another type")
            }
        }
        return record
    }
}

/// The name of a table, view or column: letters, digits and `_`, beginning with no digit, at most 63 characters.
struct SQLName: Hashable, Sendable {
    let text: String

    init?(_ text: String) {
        guard text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]{0,62}/) != nil else { return nil }
        self.text = text
    }

    var quoted: String { "\"\(text)\"" }
}
