// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Settings
import Synchronization
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

/// The ways out of the house: a loopback server for the webhook, a script for sendmail.
@Suite("How alarms are told outside", .timeLimit(.minutes(10)))
struct AlarmChannelsTests {
    static let bulletin: AlarmBulletin = {
        var end = End(
            .pin, .ours, "CN=Ministerio de Economía\r\nBcc: evil@x.example", "x", until: Life.start + 6.5 * 86_400)
        end.fingerprint = "aa\n.\nbb"
        let calendar = TrustCalendar(
            [end, end, End(.metadata, .ours, "y", "y", until: Life.start)], alarms: [7], at: Life.start)
        return AlarmBulletin(
            node: "https://puente.example", host: "puente.example", at: Life.start, alarms: calendar.alarming)
    }()

    static func alarms(_ yaml: String) throws -> Settings.Trust.Alarms {
        try Life(settings: "trust:\n  alarms: \(yaml)").verifier.settings.trust.alarms
    }

    private static func webhook(_ server: LyingServer, _ folder: Folder, secret: String? = nil) throws -> Webhook {
        let secret = secret.map { ", secret: {file: \($0)}" } ?? ""
        let yaml = "{webhook: {url: \"http://127.0.0.1:\(server.port)/hook?x=1\"\(secret)}}"
        let settings = try #require(try alarms(yaml).webhook)
        return Webhook(settings, secondsForEachTry: 1, pauses: [.milliseconds(5), .milliseconds(5)])
    }

    @Test("A webhook gets JSON, signed with the secret")
    func signed() async throws {
        let folder = try Folder(["secret": "correct horse\n"])
        let server = try await LyingServer { _ in LyingServer.document("") }
        try await Self.webhook(server, folder, secret: folder.path + "/secret").tell(Self.bulletin)
        try await server.close()
        #expect(server.asked.count == 1)
        let parts = server.asked[0].components(separatedBy: "\r\n\r\n")
        #expect(parts[0].hasPrefix("POST /hook?x=1 HTTP/1.1\r\n"))
        #expect(parts[0].contains(/(?i)content-type: application\/json/))
        let code = try hmacSHA256(key: Array("correct horse".utf8), Array(parts[1].utf8)).hexadecimal
        #expect(parts[0].contains("Puente-Signature: sha256=\(code)"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(parts[1].utf8)) as? [String: Any])
        #expect(json["node"] as? String == "https://puente.example" && json["at"] as? String == "2026-03-02T09:00:00Z")
        #expect((json["alarms"] as? [[String: Any]])?.map { $0["daysLeft"] as? Int } == [0, 6])
    }

    @Test("A receiver that fails is asked three times, and no more")
    func tries() async throws {
        let folder = try Folder([:])
        let server = try await LyingServer { _ in [LyingServer.head("HTTP/1.1 503 No", "Content-Length: 0"), .close] }
        await #expect(throws: AlarmFault.self) { try await Self.webhook(server, folder).tell(Self.bulletin) }
        try await server.close()
        #expect(server.asked.count == 3 && server.asked.allSatisfy { !$0.contains("Puente-Signature") })
    }

    static let lies: [(String, [LyingServer.Act])] = [
        ("a redirect", [LyingServer.head("HTTP/1.1 302 x", "Location: /elsewhere", "Content-Length: 0"), .close]),
        ("silence", [.wait(seconds: 3600)]), ("a hang-up", [.close]), ("rubbish", [.send("nonsense\r\n\r\n"), .close]),
    ]

    @Test("Whatever else it does, it was not told, and we go on", arguments: lies.indices)
    func lying(index: Int) async throws {
        let server = try await LyingServer { _ in Self.lies[index].1 }
        await #expect(throws: AlarmFault.self, "\(Self.lies[index].0)") {
            try await Self.webhook(server, Folder([:])).tell(Self.bulletin)
        }
        try await server.close()
        #expect(server.asked.count == 3 && server.asked.allSatisfy { $0.hasPrefix("POST /hook") })
    }

    @Test("One good answer ends the tries; an answer without end is not waited for")
    func recovers() async throws {
        let folder = try Folder([:])
        let server = try await LyingServer { [answers = Counter()] _ in
            answers.next() == 1
                ? [.close] : [LyingServer.head("HTTP/1.1 204 Fine"), .wait(seconds: 1), .close]
        }
        try await Self.webhook(server, folder).tell(Self.bulletin)
        try await server.close()
        #expect(server.asked.count == 2)
    }

    @Test("Without its secret nothing is sent, and the secret's place is told")
    func lostSecret() async throws {
        let folder = try Folder([:])
        let server = try await LyingServer { _ in LyingServer.document("") }
        let webhook = try Self.webhook(server, folder, secret: folder.path + "/secret")
        await #expect(throws: AlarmFault.self) { try await webhook.tell(Self.bulletin) }
        try await server.close()
        #expect(server.asked.isEmpty)
    }

    // MARK: sendmail

    /// A script in the place of sendmail, and what it was given.
    private static func mail(_ script: String, _ folder: Folder, seconds: Double = 20) throws -> Sendmail {
        let path = folder.path + "/sendmail"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let yaml = "{mail: {to: [ana@x.example, guardia@x.example], from: puente@x.example, sendmail: \"\(path)\"}}"
        return Sendmail(try #require(try alarms(yaml).mail), seconds: seconds)
    }

    @Test("sendmail gets one message, whose text is whole and whose header nobody can add to")
    func mailed() async throws {
        let folder = try Folder([:])
        let mail = try Self.mail(
            "echo \"$@\" > \(folder.path)/arguments; env > \(folder.path)/environment; cat > \(folder.path)/message",
            folder)
        try await mail.tell(Self.bulletin)
        func read(_ name: String) throws -> String {
            try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
        }
        #expect(try read("arguments") == "-t -i\n")
        #expect(try !read("environment").contains("HOME="))
        let message = try read("message")
        #expect(message.utf8.allSatisfy { $0 == 10 || (0x20..<0x7F).contains($0) })
        let parts = message.components(separatedBy: "\n\n")
        #expect(parts.count == 2)
        let fields = parts[0].split(separator: "\n").map { $0.prefix { $0 != ":" } }
        #expect(
            fields == [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ])
        #expect(parts[0].contains("To: ana@x.example, guardia@x.example\n"))
        #expect(
            parts[0].contains("Subject: Puente on puente.example, less than a day left: metadata (ours) and 1 more\n"))
        #expect(parts[0].contains("Date: Mon, 2 Mar 2026 09:00:00 +0000\n"))
        let body = try #require(Data(base64Encoded: parts[1], options: .ignoreUnknownCharacters))
        #expect(String(decoding: body, as: UTF8.self).contains("CN=Ministerio de Economía"))
    }

    @Test("What would break a header stays out of it")
    func injection() throws {
        let folder = try Folder([:])
        let mail = try Self.mail("", folder)
        let bulletin = AlarmBulletin(
            node: "x", host: "x\r\nBcc: evil@x.example\n\nñ", at: Life.start, alarms: Self.bulletin.alarms)
        let head = try #require(mail.message(bulletin).components(separatedBy: "\n\n").first)
        #expect(!head.split(separator: "\n").contains { $0.hasPrefix("Bcc") } && !head.contains("\r"))
        #expect(head.split(separator: "\n").count == 9)
    }

    static let failures = ["exit 75", "kill -9 $$", "exec sleep 3600"]

    @Test("A mail program that fails or hangs is told of, and ended", arguments: failures)
    func mailFails(script: String) async throws {
        let folder = try Folder([:])
        let mail = try Self.mail(script, folder, seconds: 1)
        await #expect(throws: AlarmFault.self) { try await mail.tell(Self.bulletin) }
        try FileManager.default.removeItem(atPath: folder.path + "/sendmail")
        await #expect(throws: AlarmFault.self) { try await mail.tell(Self.bulletin) }
    }
}

/// Counts calls, wherever they come from.
private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
