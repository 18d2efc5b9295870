// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation

/// What a campaign found, in the forms in which somebody may want it.
public struct Report: Sendable {
    public enum Form: String, CaseIterable, Sendable {
        case table, json, junit
    }

    public var rows: [Campaign.Row] = []
    public var controls: [Campaign.Control] = []
    /// What cannot be tried at this node.
    public var untried: [Sample] = []

    public init() {}

    public var passed: Int { rows.filter(\.isGood).count + controls.filter(\.isGood).count }
    public var failed: Int { rows.count + controls.count - passed }

    public func text(as form: Form) throws -> String {
        switch form {
        case .table: table
        case .json: try json()
        case .junit: junit
        }
    }

    // MARK: For people

    /// One line for a sample as soon as it has been tried.
    public static func line(_ row: Campaign.Row) -> String {
        let head = "\(row.isGood ? "ok  " : "FAIL") \(row.sample.attackClass) \(row.sample.role.rawValue)"
        return head.padded(to: 24) + " " + row.sample.title.padded(to: 64) + " " + row.outcome.text
            + (row.isGood ? "" : ", expected \(row.sample.expectation)")
    }

    public static func line(_ control: Campaign.Control) -> String {
        let head = "\(control.isGood ? "ok  " : "FAIL") -   \(control.role.rawValue)"
        return head.padded(to: 24) + " " + "a genuine message".padded(to: 64) + " " + control.outcome.text
    }

    /// By class.
    private var table: String {
        var lines: [String] = []
        for (letter, title) in AttackClass.groups {
            lines += ["", "\(letter)  \(title)"]
            for attack in AttackClass.all where attack.id.hasPrefix(letter) {
                let tried = rows.filter { $0.sample.attackClass == attack.id }
                let good = tried.filter(\.isGood).count
                let skipped = untried.filter { $0.attackClass == attack.id }.count
                let mark = tried.isEmpty ? "-   " : good == tried.count ? "ok  " : "FAIL"
                lines.append(
                    "\(mark) \(attack.id)  \(attack.title.padded(to: 60))  \(good) of \(tried.count)"
                        + (skipped > 0 ? ", \(skipped) not tried" : ""))
            }
        }
        return lines.joined(separator: "\n") + "\n\n" + summary + "\n"
    }

    private var summary: String {
        let accepted = rows.filter { if case .accepted = $0.outcome { true } else { false } }.count
        let broken = rows.filter { if case .broken = $0.outcome { true } else { false } }.count
        let valid = controls.filter { !$0.isGood }.count
        let others = rows.count - rows.filter(\.isGood).count - accepted - broken
        return
            "\(rows.count) attacks: \(accepted) accepted, \(broken) broke something, \(others) refused by another rule; "
            + "\(controls.count) genuine messages, \(valid) refused"
            + (untried.isEmpty ? "" : "; \(untried.count) not tried")
    }

    // MARK: For machines

    private struct Entry: Encodable {
        let attackClass: String
        let role: String
        let sample: String
        let expected: [String]
        let happened: String
        let rule: String?
        let passed: Bool
        let seconds: Double
    }

    private struct Whole: Encodable {
        let summary: String
        let passed: Int
        let failed: Int
        let attacks: [Entry]
        let notTried: [String]
    }

    private func json() throws -> String {
        let entries =
            controls.map { control in
                Entry(
                    attackClass: "", role: control.role.rawValue, sample: "a genuine message", expected: [],
                    happened: control.outcome.text, rule: control.outcome.rule, passed: control.isGood, seconds: 0)
            }
            + rows.map { row in
                Entry(
                    attackClass: row.sample.attackClass, role: row.sample.role.rawValue, sample: row.sample.title,
                    expected: row.sample.rules.map(\.code), happened: row.outcome.text, rule: row.outcome.rule,
                    passed: row.isGood, seconds: (row.seconds * 1000).rounded() / 1000)
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let whole = Whole(
            summary: summary, passed: passed, failed: failed, attacks: entries, notTried: untried.map(\.description))
        return String(decoding: try encoder.encode(whole), as: UTF8.self) + "\n"
    }

    private var junit: String {
        let cases =
            controls.map { ("genuine", "\($0.role.rawValue): a genuine message", $0.isGood, $0.outcome.text, "", 0.0) }
            + rows.map { row in
                (
                    row.sample.attackClass, "\(row.sample.role.rawValue): \(row.sample.title)", row.isGood,
                    row.outcome.text, row.sample.expectation, row.seconds
                )
            }
        let lines = cases.map { name, title, isGood, happened, expected, seconds in
            let head =
                "  <testcase classname=\"\(name)\" name=\"\(title.escaped)\" time=\"\(String(format: "%.3f", seconds))\""
            return isGood
                ? head + "/>"
                : head
                    + ">\n    <failure message=\"\(happened.escaped)\">expected \(expected.escaped)</failure>\n  </testcase>"
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuite name=\"puente attack\" tests=\"\(cases.count)\" failures=\"\(failed)\" skipped=\"0\">\n"
            + lines.joined(separator: "\n") + "\n</testsuite>\n"
    }
}

extension Sample {
    /// What has to happen.
    var expectation: String { rules.isEmpty ? "a refusal" : rules.map(\.code).joined(separator: " or ") }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    fileprivate var escaped: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
