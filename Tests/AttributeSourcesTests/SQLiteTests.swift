// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import GRDB
import Testing
import YAMLText

@testable import AttributeSources

@Suite("Sources in SQLite files", .timeLimit(.minutes(10)))
struct SQLiteTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
        try make()
    }

    private var file: String { folder.path + "/r.sqlite" }

    private func make() throws {
        let queue = try DatabaseQueue(path: file)
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE people (document TEXT, born TEXT, town TEXT, "order" INTEGER);
                    INSERT INTO people VALUES ('00000000T', '31/01/1980', 'Soria', 1), ('12345678Z', NULL, NULL, 2),
                      ('87654321X', '01/02/1990', 'Ávila', 3), ('87654321X', '01/02/1991', 'Ávila', 4),
                      ('99999999R', x'00', 1.5, 5), ('11111111H', 19800131, '', 6),
                      ('22222222J', '01/02/1990' || char(0) || 'x', 'Soria', 7);
                    CREATE VIEW grown AS SELECT * FROM people;
                    CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                      SELECT '00000000T' AS document, '31/01/1980' AS born, 'Soria' AS town FROM n WHERE i < 0;
                    """)
        }
        try queue.close()
    }

    private func ask(
        _ number: String = "00000000T", table: String = "people", date: String = "dd/MM/yyyy",
        file: String = "r.sqlite",
        timeout: Int = 30
    ) async throws -> Completion {
        let text = """
            deadline-seconds: 60
            sources:
              - name: local
                timeout-seconds: \(timeout)
                attributes:
                  - {name: DateOfBirth, at: born, date: \(date)}
                  - {name: PlaceOfBirth, at: town}
                sql: {file: \(file), table: \(table), key: document}
            """
        let faults = Faults()
        let broker = AttributeBroker.read(
            path: try folder.write("s.yaml", text), mapping: try Sample.mapping(), isProduction: false, into: faults)
        return try await #require(broker, "\(faults.sorted)").complete(
            try Sample.query(number), wanting: Sample.wanting(.dateOfBirth, .placeOfBirth), at: Sample.now)
    }

    @Test("A row is read from a table or a view", arguments: ["people", "grown"])
    func row(table: String) async throws {
        let completion = try await ask(table: table)
        #expect(
            completion.said(.dateOfBirth) == "1980-01-31 (local)" && completion.said(.placeOfBirth) == "Soria (local)")
        #expect(completion.failures.isEmpty)
    }

    @Test("No row, and columns with nothing in them")
    func nothing() async throws {
        for number in ["12345678Z", "X1234567L"] {
            let completion = try await ask(number)
            #expect(completion.attributes.isEmpty && completion.failures.isEmpty)
        }
        let number = try await ask("11111111H", date: "yyyyMMdd")
        #expect(number.said(.dateOfBirth) == "1980-01-31 (local)" && number.attributes.count == 1)
    }

    @Test("Two rows, and other things than text, are not used", arguments: ["87654321X", "99999999R", "22222222J"])
    func invalid(number: String) async throws {
        let completion = try await ask(number)
        #expect(completion.attributes.isEmpty && completion.rules == ["local: source.invalid"])
        #expect(!"\(completion)".contains("1990"))
    }

    @Test("No file, no table, no column, no database")
    func unavailable() async throws {
        try folder.write("text.sqlite", String(repeating: "no database ", count: 100))
        for (table, file) in [
            ("people", "none.sqlite"), ("none", "r.sqlite"), ("people", "text.sqlite"), ("people", "."),
        ] {
            let completion = try await ask(table: table, file: file)
            #expect(completion.rules == ["local: source.unavailable"], "\(table) \(file)")
            #expect(!"\(completion)".contains("00000000T"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/none.sqlite"))
    }

    @Test("A column that is not there is no text of that name")
    func column() async throws {
        let queue = try DatabaseQueue(path: file)
        try await queue.write { db in try db.execute(sql: "ALTER TABLE people RENAME COLUMN town TO place") }
        try queue.close()
        let completion = try await ask()
        #expect(completion.attributes.isEmpty && completion.failures.count == 1)
    }

    @Test("A corrupt file")
    func corrupt() async throws {
        var octets = try Data(contentsOf: URL(filePath: file))
        octets.replaceSubrange(100..<octets.count, with: Data(repeating: 0x5A, count: octets.count - 100))
        try octets.write(to: URL(filePath: file))
        #expect(try await ask().rules == ["local: source.unavailable"])
    }

    @Test("An endless view and a lock end at the time limit", .timeLimit(.minutes(10)))
    func slow() async throws {
        #expect(try await ask(table: "endless", timeout: 1).rules == ["local: source.unavailable"])
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(path: file, configuration: configuration)
        try await queue.writeWithoutTransaction { db in try db.execute(sql: "BEGIN EXCLUSIVE") }
        #expect(try await ask(timeout: 1).rules == ["local: source.unavailable"])
        try await queue.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        #expect(try await ask().said(.dateOfBirth) == "1980-01-31 (local)")
    }

    @Test("A copy that replaces the file is seen at once, and nothing is written")
    func replaced() async throws {
        #expect(try await ask().attributes.count == 2)
        try FileManager.default.removeItem(atPath: file)
        let queue = try DatabaseQueue(path: file)
        try await queue.write { db in
            try db.execute(
                sql:
                    "CREATE TABLE people (document, born, town); INSERT INTO people VALUES ('00000000T', '02/02/1982', 'Vigo')"
            )
        }
        try queue.close()
        let before = try Data(contentsOf: URL(filePath: file))
        #expect(try await ask().said(.dateOfBirth) == "1982-02-02 (local)")
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    @Test(
        "Names are letters, digits and _",
        arguments: ["", "a b", "a\"", "1a", "a;b", "ñ", "a.b", String(repeating: "a", count: 64)])
    func names(text: String) { #expect(SQLName(text) == nil) }
}
