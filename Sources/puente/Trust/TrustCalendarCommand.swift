// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Settings
import Trust
import YAMLText

struct TrustCalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "Every end date, the nearest first: certificates and metadata, ours and theirs.",
        discussion: """
            ALARM says which alarm is due, in days before the end; "renewed" is metadata that its publisher renews by itself. \
            Exit code 1 if something that is in use has ended.

            Examples:
              puente trust calendar
              puente trust calendar --within 90
              puente trust calendar --ics /var/www/calendars/puente.ics
            """)

    @OptionGroup var options: TrustOptions
    @Option(help: "Only what ends within so many days, or has ended.") var within: Int?
    @Flag(help: "Print JSON.") var json = false
    @Option(help: "Write an iCalendar file instead, with a reminder for each alarm.", completion: .file())
    var ics: String?

    func validate() throws {
        guard within.map({ (0...36_500).contains($0) }) ?? true else {
            throw ValidationError("--within must be from 0 to 36500.")
        }
        guard !json || ics == nil else { throw ValidationError("--json and --ics exclude each other.") }
    }

    func run() async throws {
        let settings = try options.settings()
        let directory = try options.directory(settings, for: .looking)
        var calendar = try deciding { try directory.calendar(at: Date()) }
        if let within { calendar = calendar.within(days: within) }
        if let ics {
            let text = calendar.iCalendar(host: settings.publicURL.host, alarms: settings.trust.alarms.days)
            do { try Data(text.utf8).write(to: URL(fileURLWithPath: ics), options: .atomic) } catch {
                throw failure("\(ics) cannot be written")
            }
        } else if json {
            try printJSON(calendar)
        } else {
            print(calendar.ends.isEmpty ? "Nothing ends." : table(calendar.ends))
        }
        if calendar.ends.contains(where: { $0.daysLeft < 0 }) { throw ExitCode(1) }
    }

    private func table(_ ends: [EndDate]) -> String {
        var table = TextTable("ENDS", "DAYS", "COUNTRY", "WHAT", "ALARM", "SUBJECT", "WHERE")
        for end in ends {
            table.add([
                end.date.short, "\(end.daysLeft)", end.owner.word, end.what,
                end.alarm.map { end.daysLeft < 0 ? "ended" : "\($0)" } ?? (end.renewsItself ? "renewed" : "-"),
                end.fingerprint == nil ? end.subject : "\(end.subject) (\(end.fingerprint?.prefix(16) ?? ""))",
                end.places.joined(separator: ", "),
            ])
        }
        return table.text
    }
}
