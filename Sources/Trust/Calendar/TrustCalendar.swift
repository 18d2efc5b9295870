// SPDX-License-Identifier: EUPL-1.2
public import Foundation

/// Every end date that concerns us, ours and theirs, the nearest first. A value: state and time are arguments.
public struct TrustCalendar: Hashable, Sendable, Encodable {
    public let at: Date
    public let ends: [EndDate]

    /// What somebody has to do something about.
    public var alarming: [EndDate] { ends.filter { $0.alarm != nil } }

    private init(at: Date, ends: [EndDate]) { (self.at, self.ends) = (at, ends) }

    /// - Parameter days: how many days before an end alarms ring.
    init(_ ends: [End], alarms days: [Int], at now: Date) {
        let uses = Dictionary(grouping: ends) { end in
            [end.owner.word, end.fingerprint ?? "\(end.kind.rawValue) \(end.place)"]
        }
        self.init(
            at: now,
            ends: uses.values.compactMap { EndDate($0, alarms: days, at: now) }
                .sorted { ($0.date, $0.name) < ($1.date, $1.name) })
    }

    /// What ends within so many days, or has ended.
    public func within(days: Int) -> TrustCalendar {
        TrustCalendar(at: at, ends: ends.filter { $0.date <= at + Double(days) * 86_400 })
    }
}

extension EndDate {
    /// - Parameter uses: all of the same thing.
    fileprivate init?(_ uses: [End], alarms days: [Int], at now: Date) {
        guard let first = uses.first else { return nil }
        let kinds = Set(uses.map(\.kind))
        self.init(
            date: first.date, kinds: Kind.allCases.filter(kinds.contains), owner: first.owner, subject: first.subject,
            fingerprint: first.fingerprint, places: Set(uses.map(\.place)).sorted(),
            daysLeft: Int((first.date.timeIntervalSince(now) / 86_400).rounded(.down)),
            renewsItself: first.renewal?.works ?? false, alarm: first.due(days, at: now).min())
    }
}
