// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing

@testable import Portal

@Suite("Languages")
struct LanguageTests {
    @Test("The address wins over the browser", arguments: ["en", "EN", "en-IE"])
    func asked(tag: String) {
        #expect(Language(asked: tag, accepted: "es") == .english)
    }

    @Test("A language that we do not speak is as good as none", arguments: ["de", "", "english", "e", "<script>"])
    func unknown(tag: String) {
        #expect(Language(asked: tag, accepted: "en") == .english)
        #expect(Language(asked: tag, accepted: nil) == .spanish)
    }

    static let headers: [(String, Language)] = [
        ("en", .english), ("en-GB,en;q=0.9", .english), ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", .english),
        ("es;q=0.5, en;q=0.8", .english), ("en;q=0.5,es;q=0.8", .spanish), ("en;q=0.5,es;q=0.5", .english),
        ("ca,es;q=0.8,en;q=0.9", .english), ("en;q=0, fr", .spanish), ("en ; q=1", .english), ("de", .spanish),
        ("*", .spanish), ("", .spanish), (",,;;q=,", .spanish), ("en;q=x,es;q=0.1", .spanish), ("en;level=1", .spanish),
        (String(repeating: "\u{301}\u{316}", count: 20_000), .spanish),
        (String(repeating: "de,", count: 200) + "en", .spanish),
    ]

    @Test("The browser's preference counts by weight, then by order", arguments: headers)
    func accepted(header: String, expected: Language) {
        #expect(Language(asked: nil, accepted: header) == expected)
    }

    @Test("Names are sorted as a language sorts them, not by code point")
    func collation() {
        let names = ["Portugal", "Österreich", "Niederlande", "Zypern"]
        let german = Locale(identifier: "de_DE")
        let sorted = names.sorted {
            $0.compare($1, options: .caseInsensitive, range: nil, locale: german) == .orderedAscending
        }
        #expect(sorted == ["Niederlande", "Österreich", "Portugal", "Zypern"])
    }
}
