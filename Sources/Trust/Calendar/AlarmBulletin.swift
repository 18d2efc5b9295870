// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// The alarms of one hour, as they are told outside.
struct AlarmBulletin: Hashable, Sendable, Encodable {
    /// The public address of the node.
    let node: String
    let host: String
    let at: Date
    let alarms: [EndDate]

    private enum CodingKeys: CodingKey { case node, at, alarms }

    var json: Data {
        get throws { try JSON.encode(self) }
    }

    /// One line of ASCII.
    var subject: String {
        let first = alarms.first.map { "\($0.timeLeft): \($0.what) (\($0.owner.word))" } ?? "no alarm"
        return "Puente on \(host), \(first)" + (alarms.count > 1 ? " and \(alarms.count - 1) more" : "")
    }

    var text: String {
        let blocks = alarms.map { end in
            (["\(end.summary) \(end.date.formatted(.iso8601)), \(end.timeLeft)"] + end.details.map { "  " + $0 })
                .joined(separator: "\n")
        }
        return """
            \(blocks.joined(separator: "\n\n"))

            All end dates: puente trust calendar
            What to do: Docs/operations.md, "Alarms"
            \(node)

            """
    }
}

extension EndDate {
    var timeLeft: String {
        switch daysLeft {
        case ..<0: "ended"
        case 0: "less than a day left"
        case 1: "1 day left"
        default: "\(daysLeft) days left"
        }
    }
}
