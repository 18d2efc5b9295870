// SPDX-License-Identifier: EUPL-1.2
import Foundation
import XMLSecurity

extension TrustCalendar {
    /// The calendar as a file for programs that show calendars (RFC 5545), with a reminder for each alarm.
    ///
    /// Metadata that renews itself is not in it: its end moves every day.
    ///
    /// - Parameters:
    ///   - host: of our node, which makes the names of events unique in the world.
    ///   - days: how many days before an end its reminders come.
    public func iCalendar(host: String, alarms days: [Int]) -> String {
        let stamp = at.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        let events = ends.filter { !$0.renewsItself }.flatMap { $0.event(host, stamp, days) }
        let head = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Puente//Trust calendar//EN", "CALSCALE:GREGORIAN",
            "X-WR-CALNAME:\(host.iCalendarText)",
        ]
        return (head + events + ["END:VCALENDAR"]).map(\.folded).joined()
    }
}

extension EndDate {
    /// In words, for a line of a calendar or of a message.
    public var summary: String { "\(owner.word): \(what) \(daysLeft < 0 ? "ended" : "ends")" }

    /// Everything that helps to find it.
    public var details: [String] {
        [subject] + (fingerprint.map { ["SHA-256 \($0)"] } ?? []) + places
    }

    fileprivate func event(_ host: String, _ stamp: String, _ days: [Int]) -> [String] {
        let digest = DigestAlgorithm.sha256.hash(Array(name.utf8)).hexadecimal.prefix(32)
        let day = date.formatted(.iso8601.year().month().day().dateSeparator(.omitted))
        let summary = "\(owner.word): \(what) ends".iCalendarText
        let reminders = days.flatMap { days in
            ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:\(summary)", "TRIGGER:-P\(days)D", "END:VALARM"]
        }
        return [
            "BEGIN:VEVENT", "UID:\(digest)@\(host)", "DTSTAMP:\(stamp)", "DTSTART;VALUE=DATE:\(day)",
            "SUMMARY:\(summary)", "DESCRIPTION:\(details.joined(separator: "\n").iCalendarText)", "TRANSP:TRANSPARENT",
        ] + reminders + ["END:VEVENT"]
    }
}

extension String {
    /// As a value of type TEXT (§3.3.11): no control characters but line breaks.
    fileprivate var iCalendarText: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\\", ";", ",": text += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: continue
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Lines of at most 75 octets, no character torn apart, each with its end (§3.1).
    fileprivate var folded: String {
        var (lines, octets) = ("", 0)
        for scalar in unicodeScalars {
            let width = UTF8.width(scalar)
            if octets + width > 75 {
                lines += "\r\n "
                octets = 1
            }
            lines.unicodeScalars.append(scalar)
            octets += width
        }
        return lines + "\r\n"
    }
}
