// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import GRDB
import Logging
import PuenteTestKit
import SAML
import Settings
import Synchronization
import Testing

@testable import Trust

/// Keeps what is told, and may fail the first times.
private final class Notebook: AlarmChannel {
    let name = "notebook"
    let bulletins = Mutex<[AlarmBulletin]>([])
    let failures: Int

    init(failures: Int = 0) { self.failures = failures }

    func tell(_ bulletin: AlarmBulletin) async throws {
        let count = bulletins.withLock { bulletins in
            bulletins.append(bulletin)
            return bulletins.count
        }
        if count <= failures { throw AlarmFault(description: "nobody there") }
    }

    /// What was told, as subject and days before the end.
    var told: [String] {
        bulletins.withLock { $0.flatMap(\.alarms).map { "\($0.subject) \($0.alarm ?? 0)" } }
    }
}

/// Lines of the log, with their level.
final class LogBook: LogHandler, Sendable {
    let lines = Mutex<[(level: Logger.Level, text: String)]>([])
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        lines.withLock { $0.append((event.level, (["\(event.message)"] + words).joined(separator: " "))) }
    }

    var logger: Logger { Logger(label: "test") { _ in self } }
}

@Suite("Alarms over the years")
struct TrustAlarmsTests {
    static let days = [60, 30, 14, 7, 1]
    static func day(_ days: Double) -> Date { Life.start + days * Publisher.day }

    /// Checks every hour, and begins anew every ninety days with nothing but the archive.
    private static func watch(
        from first: Double = 0, until last: Double, _ path: String, _ channel: Notebook, _ log: LogBook = LogBook(),
        every hours: Int = 1, _ ends: @escaping @Sendable (Date) -> [End]
    ) async throws {
        var alarms: TrustAlarms?
        for hour in stride(from: Int(first * 24), through: Int(last * 24), by: hours) {
            if hour.isMultiple(of: 90 * 24) { alarms = nil }
            let watching =
                try alarms
                ?? TrustAlarms(
                    try TrustArchive(path: path), channels: [channel], node: ("https://x.example", "x.example"),
                    logger: log.logger
                ) { TrustCalendar(ends($0), alarms: Self.days, at: $0) }
            alarms = watching
            await watching.check(at: day(Double(hour) / 24))
        }
    }

    @Test("Over two years each alarm is given once, in order, and no more once a key was replaced")
    func years() async throws {
        let folder = try Folder([:])
        let (notebook, log) = (Notebook(), LogBook())
        let (old, replaced, new, ours) = try (
            End.certificate(.signing, "PT", "old", until: Self.day(200.5)),
            End.certificate(.signing, "DE", "replaced", until: Self.day(300)),
            End.certificate(.signing, "DE", "new", until: Self.day(700)),
            End.certificate(.tls, nil, "ours", until: Self.day(205))
        )
        try await Self.watch(until: 730, folder.path + "/trust.sqlite", notebook, log, every: 24) { now in
            // Germany drops its old key 20 days before the end.
            [old, ours] + (now < Self.day(280) ? [replaced, new] : [new])
        }
        #expect(
            notebook.told == [
                "CN=old 60", "CN=ours 60", "CN=old 30", "CN=ours 30", "CN=old 14", "CN=ours 14", "CN=old 7",
                "CN=ours 7",
                "CN=old 1", "CN=ours 1", "CN=replaced 60", "CN=replaced 30", "CN=new 60", "CN=new 30", "CN=new 14",
                "CN=new 7", "CN=new 1",
            ])
        let told = log.lines.withLock { $0.filter { $0.text.hasPrefix("end date") } }
        #expect(
            told.count == 17
                && told.allSatisfy { $0.level == ($0.text.contains(#/alarm=(60|30) /#) ? .notice : .warning) })
        #expect(told[0].text.contains("alarm=60 country=PT days=59") && told[0].text.contains("fingerprint=old"))
        let at = notebook.bulletins.withLock { $0.map(\.at) }
        #expect(at[0] == Self.day(141) && at == at.sorted())
    }

    @Test("Who starts late hears of the nearest alarm alone; everything of one hour is one message")
    func late() async throws {
        let folder = try Folder([:])
        let notebook = Notebook()
        let ends = [
            try End.certificate(.signing, "PT", "a", until: Self.day(5)),
            try End.certificate(.signing, "PT", "b", until: Self.day(-3)),
            try End.certificate(.signing, "PT", "c", until: Self.day(40)),
        ]
        let log = LogBook()
        try await Self.watch(until: 3, folder.path + "/trust.sqlite", notebook, log) { _ in ends }
        #expect(notebook.told == ["CN=b 1", "CN=a 7", "CN=c 60"])
        #expect(notebook.bulletins.withLock { $0.count } == 1)
        #expect(log.lines.withLock { $0.count { $0.text.hasPrefix("end date has passed") } } == 1)
        // Another setting of days does not ring for what was told already.
        let archive = try TrustArchive(path: folder.path + "/trust.sqlite")
        let again = TrustCalendar(ends, alarms: [90, 20], at: Self.day(3)).alarming
        #expect(try again.count == 3 && archive.give(again, at: Self.day(3)).isEmpty)
    }

    @Test("What nobody heard is told again every hour, until somebody does")
    func unheard() async throws {
        let folder = try Folder([:])
        let (deaf, log) = (Notebook(failures: 3), LogBook())
        let ends = [try End.certificate(.signing, "PT", "a", until: Self.day(5))]
        try await Self.watch(until: 1, folder.path + "/trust.sqlite", deaf, log) { _ in ends }
        #expect(deaf.told == Array(repeating: "CN=a 7", count: 4))
        let unheard = "alarm not told cause=nobody there channel=notebook"
        #expect(log.lines.withLock { $0.count { $0.text == unheard } } == 3)
        #expect(log.lines.withLock { $0.count { $0.text.hasPrefix("end date comes near") } } == 4)
    }

    @Test("Where one of two hears it, it is told")
    func halfHeard() async throws {
        let folder = try Folder([:])
        let (deaf, good) = (Notebook(failures: .max), Notebook())
        let alarms = TrustAlarms(
            try TrustArchive(path: folder.path + "/trust.sqlite"), channels: [deaf, good],
            node: ("https://x.example", "x.example"), logger: LogBook().logger
        ) { TrustCalendar([try End.certificate(.signing, "PT", "a", until: Self.day(5))], alarms: Self.days, at: $0) }
        await alarms.check(at: Self.day(1))
        await alarms.check(at: Self.day(1) + 3600)
        #expect(deaf.told == ["CN=a 7"] && good.told == ["CN=a 7"])
    }

    @Test("Metadata that is renewed in time is silent for two years, and rings when its source is cut off")
    func renewed() async throws {
        let life = try Life()
        let notebook = Notebook()
        let settings = life.verifier.settings
        let alarms = TrustAlarms(
            life.archive, channels: [notebook], node: ("https://x.example", "x.example"), logger: LogBook().logger
        ) { [held = Reference(life)] now in
            TrustCalendar(held.life.held.flatMap { $0.ends(settings, nil) }, alarms: Self.days, at: now)
        }
        let publisher = Publisher(hours: 50 * 24)
        for _ in 1...25 {
            try life.pass(days: 4, publisher)
            await alarms.check(at: life.now)
            // Half of its validity is over.
            try life.pass(days: 26, [])
            await alarms.check(at: life.now)
        }
        #expect(notebook.told.isEmpty)
        for _ in 1...100 {
            try life.pass(days: 0.25, [nil])
            await alarms.check(at: life.now)
        }
        #expect(notebook.told.map { $0.split(separator: " ").last } == ["60", "30", "14", "7", "1"])
        try life.pass(publisher)
        await alarms.check(at: life.now)
        #expect(notebook.told.count == 5)
    }

    /// A test looks at it from one task alone.
    private final class Reference: @unchecked Sendable {
        let life: Life
        init(_ life: Life) { self.life = life }
    }

    @Test("An archive from before there were alarms gets their table, and keeps what it has")
    func migrated() async throws {
        let folder = try Folder([:])
        let path = folder.path + "/trust.sqlite"
        let end = try End.certificate(.signing, "PT", "a", until: Self.day(5))
        let alarming = TrustCalendar([end], alarms: Self.days, at: Self.day(0)).alarming
        try TrustArchive(path: path).forget()
        for _ in 1...2 {
            // Whoever crashes before it was told tells it again.
            #expect(try TrustArchive(path: path).give(alarming, at: Self.day(0)).count == 1)
        }
        try TrustArchive(path: path).told(alarming)
        #expect(try TrustArchive(path: path).give(alarming, at: Self.day(1)).isEmpty)
    }
}

extension TrustArchive {
    /// As it was made by the first version of its schema.
    fileprivate func forget() throws {
        try write { db in
            try db.execute(
                sql:
                    "DROP TABLE alarm; DROP TABLE kept_list; ALTER TABLE held DROP COLUMN content; PRAGMA user_version = 1"
            )
        }
    }
}
