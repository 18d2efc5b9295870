// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@Suite("The table of targets")
struct PackageTests {
    /// Each target of `Package.swift` that is no test, with what it depends on of ours.
    static func declared() throws -> [String: Set<String>] {
        let package = try String(contentsOfFile: Repository.path("Package.swift"), encoding: .utf8)
        let declaration =
            /(?:target\(|\.(?:target|executableTarget|systemLibrary)\(\s*name:)\s*"([^"]+)"(?:,\s*(?:dependencies:\s*)?\[([^\]]*)\])?/
        let pairs = package.matches(of: declaration).map { match in
            let list = String(match.2 ?? "").replacing(/\.product\([^)]*\)/, with: "")
            return (String(match.1), Set(list.matches(of: /"([^"]+)"/).map { String($0.1) }))
        }
        return Dictionary(pairs) { $0.union($1) }
    }

    /// The same as `Docs/architecture.md` tells it.
    static func told() throws -> [String: Set<String>] {
        let text = try String(contentsOfFile: Repository.path("Docs/architecture.md"), encoding: .utf8)
        let section = text.components(separatedBy: "\n## Targets\n").last?.components(separatedBy: "\n## ").first ?? ""
        let pairs = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
            let cells = row.split(separator: "|").map { cell in
                cell.matches(of: /`([^`]+)`/).map { String($0.1) }
            }
            return cells[0].map { ($0, Set(cells[2])) }
        }
        return Dictionary(pairs) { $0.union($1) }
    }

    @Test("Has every target of the package, with what it depends on")
    func table() throws {
        let (declared, told) = (try Self.declared(), try Self.told())
        #expect(declared.count > 25)
        #expect(declared.keys.sorted() == told.keys.sorted())
        for (target, dependencies) in declared { #expect(told[target] == dependencies, "\(target)") }
    }
}
