// SPDX-License-Identifier: EUPL-1.2
import Foundation
import GRDB

extension TrustArchive {
    /// Remembers that the alarms that are due were given.
    ///
    /// - Returns: those that had not been given yet. Who comes late gets the nearest alarm of a date, not all that it missed.
    func give(_ alarming: [EndDate], at now: Date) throws(Fault) -> [EndDate] {
        guard !alarming.isEmpty else { return [] }
        return try write { db in
            try alarming.filter { end in
                guard let days = end.alarm else { return false }
                let date = Int64(end.date.timeIntervalSince1970)
                let wasGiven = try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM alarm WHERE name = ? AND ends_at = ? AND days <= ?)",
                    arguments: [end.name, date, days])
                guard wasGiven == false else { return false }
                try db.execute(
                    sql: "INSERT INTO alarm (name, ends_at, days, given_at) VALUES (?, ?, ?, ?)",
                    arguments: [end.name, date, days, now.timeIntervalSince1970])
                return true
            }
        }
    }
}
