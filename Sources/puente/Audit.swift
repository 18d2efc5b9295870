// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import SQLiteStore
import Settings
import Storage

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify and export the audit trail.",
        discussion: """
            Each line of the trail holds the digest of the line before it. Keep its end on another machine now and then: what \
            lies before it can then no longer be altered, removed, moved or added to without being found.

            Examples:
              puente audit verify
              puente audit end >> /mnt/elsewhere/trail-ends
              puente audit verify --after 1234:9b1f…
              puente audit export --after 1234 > trail.jsonl
            """,
        subcommands: [AuditVerify.self, AuditExport.self, AuditEnd.self])
}

/// The trail of the settings' store.
struct TrailOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    func open() throws -> SQLiteReader {
        try Configuration.require(configuration.config).trail(for: "its audit trail ends with the process")
    }
}

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no line was altered, removed, moved or added.",
        discussion: """
            Reads the whole trail, or with --after what follows an end that was kept elsewhere and whether that is still there. \
            Works beside the running node. Exit code 1 names the first line at which something shows.

            Nobody can tell from a trail alone that its last lines were cut off, or that all of it was written anew: an end that \
            was kept elsewhere does.

            Examples:
              puente audit verify --config /etc/puente/puente.yaml
              puente audit verify --after "$(tail -1 /mnt/elsewhere/trail-ends)"
            """)

    @OptionGroup var trail: TrailOption
    @Option(help: "An end that was kept elsewhere, as puente audit end prints it.") var after: EndArgument?

    func run() async throws {
        let reader = try trail.open()
        let start = after?.end ?? .empty
        try await readingStore {
            do {
                let end = try await reader.verify(after: start)
                let lines = end.counter - start.counter
                print("\(lines) \(lines == 1 ? "line is" : "lines are") as written. The trail ends with")
                print(end == .empty ? "nothing" : end.description)
            } catch let fault as AuditChain.Fault {
                throw failure("Broken: \(fault).")
            }
        }
    }
}

struct AuditExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the lines, as they are: JSON, one to a line.",
        discussion: """
            Examples:
              puente audit export > trail.jsonl
              puente audit export --after 1234 >> trail.jsonl
            """)

    @OptionGroup var trail: TrailOption
    @Option(help: "The number of the last line not to print.") var after = 0

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after must be the number of a line, or 0.") }
    }

    func run() async throws {
        let reader = try trail.open()
        try await readingStore {
            var last = after
            while true {
                let lines = try await reader.auditLines(after: last, limit: 1000)
                if lines.isEmpty { return }
                print(lines.joined(separator: "\n"))
                // Of a trail that somebody cut, the numbers have gaps.
                last = max(last + lines.count, lines.last.flatMap { AuditRecord($0)?.counter } ?? 0)
            }
        }
    }
}

struct AuditEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "Print the end of the trail, to be kept elsewhere.",
        discussion: """
            One line: the number of the last line, a colon, its SHA-256. It is not verified: that is for puente audit verify.

            Example:
              puente audit end --config /etc/puente/puente.yaml | ssh archive 'cat >> trail-ends'
            """)

    @OptionGroup var trail: TrailOption

    func run() async throws {
        let reader = try trail.open()
        try await readingStore {
            let end = try await reader.auditEnd()
            guard end != .empty else { throw failure("The trail is empty.") }
            print(end)
        }
    }
}

/// An end of the trail as an argument.
struct EndArgument: ExpressibleByArgument {
    let end: AuditChain

    init?(argument: String) {
        guard let end = AuditChain(argument) else { return nil }
        self.end = end
    }
}
