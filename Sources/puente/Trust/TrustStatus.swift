// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Federation
import Foundation
import SAML
import Trust

struct TrustStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "How each node abroad stands.",
        discussion: """
            A line for each node: whether it can be used, until when, the first of its certificates to end, when it was last \
            asked and last changed. Exit code 1 if a node that is switched on cannot be used.

            Examples:
              puente trust status
              puente trust status --json
            """)

    @OptionGroup var options: TrustOptions
    @Flag(help: "Print JSON, with everything that is known.") var json = false

    func run() async throws {
        let directory = try options.directory(try options.settings(), for: .looking)
        let report = try deciding { try directory.report(at: Date()) }
        if json {
            try printJSON(report)
        } else {
            print(report.nodes.isEmpty ? "No node is in the trust lists." : table(report.nodes))
            if !report.lists.isEmpty { print("\n" + table(report.lists)) }
            let version =
                report.version == 0
                ? "No version is in force yet: this is what the first start will take over."
                : "Version \(report.version) is in force."
            print("\n" + version + waiting(directory.plan))
        }
        if report.nodes.contains(where: { $0.light == .out }) { throw ExitCode(1) }
    }

    private func table(_ nodes: [TrustReport.Node]) -> String {
        var table = TextTable(
            "COUNTRY", "ROLE", "STATE", "VALID UNTIL", "KEYS", "FIRST KEY ENDS", "LAST FETCH", "LAST CHANGE", "NOTES")
        for node in nodes {
            table.add([
                node.country.rawValue, node.role.rawValue, node.light.rawValue, node.validUntil?.short ?? "-",
                "\(node.keys.count)", node.keys.map(\.notAfter).min()?.day ?? "-",
                node.lastFetch?.short ?? (node.source.hasPrefix("/") ? "file" : "never"), node.lastChange.short,
                node.notes.first.map { $0 + (node.notes.count > 1 ? " (and \(node.notes.count - 1) more)" : "") } ?? "",
            ])
        }
        return table.text
    }

    private func table(_ lists: [TrustReport.List]) -> String {
        var table = TextTable("LIST", "STATE", "VALID UNTIL", "NODES", "LAST FETCH", "NOTES")
        for list in lists {
            table.add([
                list.name, list.light.rawValue, list.validUntil?.short ?? "-", "\(list.nodes)",
                list.lastFetch?.short ?? (list.source.hasPrefix("/") ? "file" : "never"),
                list.notes.joined(separator: "; "),
            ])
        }
        return table.text
    }

    private func waiting(_ plan: TrustPlan) -> String {
        switch plan.waiting.count {
        case 0: ""
        case 1: " 1 change waits for approval: puente trust plan"
        case let count: " \(count) changes wait for approval: puente trust plan"
        }
    }
}

struct TrustShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Everything that is known of a country's nodes.",
        discussion: """
            Examples:
              puente trust show DE
              puente trust show DE --json
            """)

    @OptionGroup var options: TrustOptions
    @Argument(help: "The country, two letters.") var country: CountryArgument
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let directory = try options.directory(try options.settings(), for: .looking)
        let nodes = try deciding { try directory.report(at: Date()) }.nodes.filter { $0.country == country.state }
        guard !nodes.isEmpty else { throw failure("No node of \(country.state) is in the trust lists.") }
        if json { return try printJSON(nodes) }
        print(nodes.map(text).joined(separator: "\n\n"))
    }

    private func text(_ node: TrustReport.Node) -> String {
        var lines = [
            "\(node.entityID)",
            "  \(node.role.rawValue) of \(node.country), \(node.light.rawValue) since \(node.since.short)",
        ]
        lines += node.notes.map { "  ! \($0)" }
        lines.append("  source       \(node.source)" + (node.list.map { ", named by the list \($0)" } ?? ""))
        lines.append(
            "  last fetch   \(node.lastFetch?.short ?? "never"), last good \(node.lastGoodFetch?.short ?? "never")")
        lines.append("  last change  \(node.lastChange.short)")
        lines.append("  valid until  \(node.validUntil?.short ?? "-")")
        lines += node.endpoints.map { "  endpoint     \($0)" }
        lines += node.levels.map { "  level        \($0)" }
        lines += node.keys.map { key in
            "  \((key.use.rawValue + " key").padding(toLength: 15, withPad: " ", startingAt: 0)) \(key.kind), \(key.subject), until \(key.notAfter.day)\n                  SHA-256 \(key.fingerprint)"
        }
        if !node.attributes.isEmpty { lines.append("  attributes   \(node.attributes.count)") }
        return lines.joined(separator: "\n")
    }
}
