// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Testing

/// The words of `Docs/errors.md` are a person's; its rows are ``Rule/explanation``, and `UPDATE_GOLDEN=1` writes them anew.
@Suite("The list of errors")
struct ErrorsTests {
    static func actor(_ responsibility: Responsibility) -> String {
        switch responsibility {
        case .sender: "whoever sent the message"
        case .receiver: "the requester"
        case .peer: "the other side, by what it publishes or states"
        case .operator: "the operator"
        case .person: "nobody"
        }
    }

    static func page(_ reason: PageReason) -> String {
        switch reason {
        case .serviceFault: "service"
        case .countryFault: "country"
        case .expired: "expired"
        case .otherBrowser: "other browser"
        case .countryUnavailable: "unavailable"
        case .notEnough: "not enough"
        case .connectorFault: "Connector"
        case .gatewayFault: "gateway"
        case .otherMethod: "other method"
        case .dataMissing: "data missing"
        case .tooMany: "too many"
        case .ownFault: "ours"
        case .notFound: "not found"
        }
    }

    static func row(_ rule: Rule) -> String {
        let told = rule.explanation
        let cells = [
            "`\(rule.code)`", told.meaning, actor(told.responsibility), told.advice, page(rule.page), told.clause,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// The code of a row, if the line is one.
    static func code(_ line: String) -> String? {
        line.hasPrefix("| `") ? line.dropFirst(3).split(separator: "`", maxSplits: 1).first.map(String.init) : nil
    }

    @Test("The page has one row for every code, with the words of the program")
    func page() throws {
        let file = Repository.root.appending(path: "Docs/errors.md")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let text = lines.map { line in Self.code(line).flatMap(Rule.init).map(Self.row) ?? line }.joined(
            separator: "\n")
        #expect(try Golden.reviewed(file, now: text) == text)
        #expect(lines.compactMap(Self.code).sorted() == Rule.allCases.map(\.code).sorted())
    }

    @Test("What else an audit line may have as its result is told where operators look")
    func results() throws {
        let operations = try String(
            contentsOf: Repository.root.appending(path: "Docs/operations.md"), encoding: .utf8)
        let told = Set(operations.components(separatedBy: "`"))
        let identified = LoA.allCases.map { "identified.\($0.rawValue)" }
        let refused = Refusal.Reason.allCases.map { "refused.\($0.rawValue)" }
        #expect(told.isSuperset(of: identified + refused + ["Success"]))
    }

    @Test("Every rule says what it means, who acts, by which clause, and what to do", arguments: Rule.allCases)
    func explained(rule: Rule) {
        let explanation = rule.explanation
        for text in [explanation.meaning, explanation.advice] {
            #expect(text.hasSuffix(".") && text.first?.isUppercase == true && text.count > 15)
        }
        #expect(!explanation.clause.isEmpty)
        #expect(!(explanation.meaning + explanation.advice + explanation.clause).contains("|"))
        #expect(rule.code.wholeMatch(of: /[a-z]+\.[a-z0-9-]+/) != nil)
    }

    @Test("Codes and meanings are told apart")
    func distinct() {
        #expect(Set(Rule.allCases.map(\.code)).count == Rule.allCases.count)
        #expect(Set(Rule.allCases.map(\.explanation.meaning)).count == Rule.allCases.count)
    }
}
