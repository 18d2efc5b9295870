// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@Suite("House style")
struct StyleTests {
    @Test("Every source file begins with its licence", arguments: ["Sources", "Tests"])
    func licence(folder: String) throws {
        let files = try SourceFile.all(in: folder, named: [".swift", ".c", ".h", ".py"]).filter {
            !$0.path.hasPrefix("Tests/Vectors/")
        }
        #expect(files.count > 20)
        for file in files {
            #expect(file.lines.prefix(2).contains { $0.contains("SPDX-License-Identifier: EUPL-1.2") }, "\(file.path)")
        }
    }

    /// What bad input must never be able to reach, and what is not finished.
    static func isForbidden(_ line: Substring) -> Bool {
        line.contains(/\btry!|\bas!|\b(fatalError|preconditionFailure|assertionFailure)\s*\(|\b(TODO|FIXME|XXX|HACK)\b/)
    }

    @Test("No source file can stop the program by a word, or is unfinished")
    func words() throws {
        for file in try SourceFile.all(in: "Sources") {
            for (number, line) in file.lines.enumerated() {
                #expect(!Self.isForbidden(line), "\(file.path):\(number + 1): \(line)")
            }
        }
    }

    @Test("No test is switched off")
    func disabled() throws {
        let words = [".disabled" + "(", ".enabled" + "(if", "XCT" + "Skip", "withKnown" + "Issue"]
        for file in try SourceFile.all(in: "Tests") {
            for (number, line) in file.lines.enumerated() {
                #expect(!words.contains { line.contains($0) }, "\(file.path):\(number + 1)")
            }
        }
    }

    @Test("A file is one thing: at most 20 kB, rules and texts aside")
    func size() throws {
        let lists: Set = ["Sources/Federation/Rule+Explanation.swift"]
        for file in try SourceFile.all(in: "Sources") where !lists.contains(file.path) && !file.path.contains("/Text/")
        {
            #expect(file.lines.map(\.utf8.count).reduce(file.lines.count, +) < 20_480, "\(file.path)")
        }
    }
}
