// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Federation
import Foundation
import Incidents
import SQLiteStore
import Settings
import Storage

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell why a person was turned away, by the support code that they read out.",
        discussion: """
            Tells what happened in that login without naming anybody: each message that crossed, each check as far as it went, \
            the first that failed with what was expected and found, whose fault it is, what to do, and what can be written to \
            the partner, in English and Spanish. Small letters, blanks and a missing hyphen do no harm; a slip of the tongue is \
            told.

            Works beside the running node and without it. Exit code 1 if the code is wrong, unknown or too old.

            Examples:
              puente explain K7QF-2M9Z
              puente explain k7qf 2m9z --config /etc/puente/puente.yaml
              puente explain K7QF-2M9Z --json
            """)

    @Argument(help: "The support code, as on the person's page.") var code: [String]
    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let typed = code.joined(separator: " ")
        guard let support = SupportCode(parsing: typed) else {
            throw failure(
                "\(typed) is no support code: \(SupportCode.fault(of: typed)). Let it be read out again; it looks like K7QF-2M9Z."
            )
        }
        let settings = try Configuration.require(configuration.config)
        let trail = try settings.trail(
            for: "why people were turned away is in the log alone, beside support=\(support)")
        try await readingStore {
            guard let incident = try await trail.incident(support) else {
                throw failure(try await gone(support, from: trail, settings))
            }
            let records = try await records(of: incident, in: trail)
            let story = Story(incident, records)
            print(json ? try story.json() : story.text)
        }
    }

    /// What went before and what came after: no login is longer than an hour.
    private func records(of incident: Incident, in trail: SQLiteReader) async throws(StoreError) -> [AuditRecord] {
        let begin = incident.begunAt ?? incident.at
        let (field, value): (AuditRecord.Field, String) =
            incident.exchange.map { (.exchange, $0.rawValue) } ?? (.support, incident.support.description)
        return try await trail.auditLines(where: field, is: value, from: begin - 3600, to: incident.at + 7200)
            .compactMap(AuditRecord.init)
    }

    private func gone(
        _ support: SupportCode, from trail: SQLiteReader, _ settings: Settings
    ) async throws(StoreError) -> String {
        let lines = try await trail.auditLines(
            where: .support, is: support.description, from: .distantPast, to: .distantFuture)
        guard let record = lines.first.flatMap({ AuditRecord($0) }) else {
            return """
                \(support) is a good code, but this node has not kept it: it is another node's, or of a page that is only in the \
                log (an address that does not exist, overload). Search the log for it.
                """
        }
        return """
            \(support) is too old: stories are kept for \(settings.incidentDays) days (incident-days), and the newest \
            \(incidentLimit) of them. The audit trail has it at \(record.at): \(record.detail ?? record.result ?? record.kind).
            """
    }
}

extension Settings {
    /// What the node has written down, or exit code 1.
    ///
    /// - Parameter elsewhere: where it is if there is no store on the disk.
    func trail(for elsewhere: String) throws -> SQLiteReader {
        guard store.kind == .sqlite else {
            throw failure("The store is in memory (store.kind) and cannot be read from here: \(elsewhere).")
        }
        do { return try SQLiteReader(path: store.path) } catch { throw failure(error.words) }
    }
}

/// Reads the store, or says why it cannot be read, with exit code 1.
func readingStore(_ work: () async throws -> Void) async throws {
    do { try await work() } catch let error as StoreError { throw failure(error.words) }
}

extension StoreError {
    var words: String { cause.map { "The store cannot be read: \($0)." } ?? "The store cannot be read." }

    /// What the system or the file says.
    var cause: String? { if case .unavailable(let text) = self { text } else { nil } }
}
