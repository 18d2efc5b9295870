// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing

@testable import Trust

/// RFC 5545, read as strictly as its grammar; `Tests/Peers/peers/calendars.py` reads it with software of others.
@Suite("iCalendar")
struct ICalendarTests {
    static let now = Life.start
    static let nasty =
        "CN=a\\b;c,d\nMinisterio de Economía y Comercio, Subdirección General de Tecnologías, ñandú 😀\r\u{7}"

    static func file() throws -> String {
        var ends = [
            try End.certificate(.signing, "PT", "aa", until: now + 40.6 * 86_400),
            try End.certificate(.tls, nil, "bb", "listen.tls", until: now - 86_400),
            End(.metadata, .ours, "y", "y", until: now + 90 * 86_400),
            End(.metadata, .ours, "x", "x", until: now + 3600, .init(validSeconds: 3600, works: true)),
        ]
        ends[0].subject = nasty
        return TrustCalendar(ends, alarms: [60, 1], at: now).iCalendar(host: "puente.example", alarms: [60, 1])
    }

    /// Lines as they were before they were folded.
    static func lines(_ file: String) throws -> [String] {
        let octets = Array(file.utf8)
        try #require(Array(octets.suffix(2)) == [13, 10])
        let physical = octets.split(separator: 10, omittingEmptySubsequences: false).dropLast()
        for line in physical {
            #expect(line.last == 13 && line.count <= 76, "75 octets and the end of the line")
            #expect(line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
            #expect(String(validating: line, as: UTF8.self) != nil, "no character is torn apart")
        }
        return file.replacingOccurrences(of: "\r\n ", with: "").components(separatedBy: "\r\n").dropLast()
    }

    @Test("Lines are folded, and every component has what it must have and is closed")
    func grammar() throws {
        let lines = try Self.lines(Self.file())
        #expect(lines.first == "BEGIN:VCALENDAR" && lines.last == "END:VCALENDAR")
        var open: [String] = []
        var names: [[String]] = []
        for line in lines {
            let match = try #require(line.wholeMatch(of: /([A-Z-]+)((?:;[A-Z-]+=[A-Z]+)*):(.*)/))
            let (name, value) = (String(match.1), String(match.3))
            switch name {
            case "BEGIN":
                open.append(value)
                names.append([])
            case "END":
                let last = open.popLast()
                #expect(last == value)
                let found = names.popLast() ?? []
                let required = [
                    "VCALENDAR": ["VERSION", "PRODID"], "VEVENT": ["UID", "DTSTAMP", "DTSTART", "SUMMARY"],
                    "VALARM": ["ACTION", "TRIGGER", "DESCRIPTION"],
                ]
                for name in required[value] ?? ["a known component"] { #expect(found.count { $0 == name } == 1) }
                #expect(Set(found).count == found.count)
            default: names[names.count - 1].append(name)
            }
        }
        #expect(open.isEmpty)
        #expect(lines.count { $0 == "BEGIN:VEVENT" } == 3 && lines.count { $0 == "BEGIN:VALARM" } == 6)
        #expect(
            lines.filter { $0.hasPrefix("TRIGGER") }
                == Array(repeating: ["TRIGGER:-P60D", "TRIGGER:-P1D"], count: 3).flatMap(\.self))
    }

    @Test("Days, stamps and texts are what they should be")
    func values() throws {
        let lines = try Self.lines(Self.file())
        #expect(
            lines.filter { $0.hasPrefix("DTSTART") }.map { String($0.suffix(8)) } == [
                "20260301", "20260411", "20260531",
            ])
        #expect(lines.contains("DTSTART;VALUE=DATE:20260411") && lines.contains("DTSTAMP:20260302T090000Z"))
        #expect(lines.contains("SUMMARY:PT: signing certificate ends"))
        let text = try #require(lines.first { $0.hasPrefix("DESCRIPTION:CN=a") })
        #expect(
            text == #"DESCRIPTION:CN=a\\b\;c\,d\nMinisterio de Economía y Comercio\, Subdirección General de "#
                + #"Tecnologías\, ñandú 😀\nSHA-256 aa\nnode"#)
    }

    @Test("An event keeps its name, also when metadata moves its end")
    func stable() throws {
        func names(_ until: Double, _ digest: String) throws -> [String] {
            let ends = [
                End(.metadata, .ours, "y", "y", until: Self.now + until * 86_400),
                try End.certificate(.signing, "PT", digest, until: Self.now + 86_400),
            ]
            let calendar = TrustCalendar(ends, alarms: [1], at: Self.now + until)
            return try Self.lines(calendar.iCalendar(host: "puente.example", alarms: [1])).filter {
                $0.hasPrefix("UID:")
            }
        }
        let (before, moved, other) = (try names(90, "aa"), try names(99, "aa"), try names(90, "bb"))
        #expect(before == moved && before[0] != before[1] && before[0] != other[0] && before[1] == other[1])
        #expect(before.allSatisfy { $0.wholeMatch(of: /UID:[0-9a-f]{32}@puente\.example/) != nil })
    }
}
