// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing

@testable import Portal

@Suite("Golden pages")
struct GoldenTests {
    @Test("A page reads as it was reviewed", arguments: Sample.all, Language.allCases)
    func golden(sample: Sample, language: Language) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/\(sample.name).\(language.rawValue).html")
        let markup = sample.markup(in: language)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(markup.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == markup)
    }
}
