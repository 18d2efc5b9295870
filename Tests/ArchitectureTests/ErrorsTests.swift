// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Testing

/// `Docs/errors.md` is written from ``Rule/explanation``; `UPDATE_GOLDEN=1` writes it anew.
@Suite("The list of errors")
struct ErrorsTests {
    static let faults: [Responsibility: String] = [
        .sender: "the sender of the message", .receiver: "the requester", .peer: "the publisher of the metadata",
        .operator: "the operator of this node", .person: "nobody; the person can try again",
    ]

    static var page: String {
        var lines = [
            "# Errors", "",
            "Every reason for which Puente turns a message away, by its code. Codes are stable: they stand in the log, in the audit",
            "trail, in metrics and in what `puente inspect` and `puente explain` print. The person sees a page and a support code instead;",
            "the requester a SAML status, which says no more than it must.", "",
        ]
        var group = ""
        for rule in Rule.allCases.sorted(by: { ($0.group, $0.code) < ($1.group, $1.code) }) {
            if rule.group != group {
                if !group.isEmpty { lines.append("") }
                group = rule.group
                lines += ["## \(group)", "", "| Code | Meaning | Whose fault | Clause | What to do | Page | Status |", "|---|---|---|---|---|---|---|"]
            }
            let row = rule.explanation
            lines.append(
                "| `\(rule.code)` | \(row.meaning) | \(faults[row.responsibility] ?? "") | \(row.clause) | \(row.advice) | \(rule.page.rawValue) | \(rule.status.rawValue) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test("The page has a row for every code, as it was reviewed")
    func page() throws {
        let text = Self.page
        #expect(try Golden.reviewed(Repository.root.appending(path: "Docs/errors.md"), now: text) == text)
    }

    @Test("Every rule says what it means, whose fault it is, by which clause, and what to do", arguments: Rule.allCases)
    func explained(rule: Rule) {
        let explanation = rule.explanation
        for text in [explanation.meaning, explanation.advice] {
            #expect(text.hasSuffix(".") && text.first?.isUppercase == true && text.count > 15)
        }
        #expect(!explanation.clause.isEmpty && Self.faults[explanation.responsibility] != nil)
        #expect(!(explanation.meaning + explanation.advice + explanation.clause).contains("|"))
        #expect(rule.code.wholeMatch(of: /[a-z]+\.[a-z0-9-]+/) != nil)
    }

    @Test("Codes and meanings are told apart")
    func distinct() {
        #expect(Set(Rule.allCases.map(\.code)).count == Rule.allCases.count)
        #expect(Set(Rule.allCases.map(\.explanation.meaning)).count == Rule.allCases.count)
    }
}

extension Rule {
    fileprivate var group: String { String(code.prefix { $0 != "." }) }
}
