// SPDX-License-Identifier: EUPL-1.2
import Foundation
import GRDB

extension TrustArchive {
    /// Remembers the alarms that are due.
    ///
    /// - Returns: those that were not told yet: new ones, and those that nobody heard. Who comes late gets the
    ///   nearest alarm of a date, not all that it missed.
    func give(_ alarming: [EndDate], at now: Date) throws(Fault) -> [EndDate] {
        guard !alarming.isEmpty else { return [] }
        return try write { db in
            try alarming.filter { end in
                guard let days = end.alarm else { return false }
                let date = Int64(end.date.timeIntervalSince1970)
                let wasTold = try Bool.fetchOne(
                    db,
                    sql: "SELECT EXISTS (SELECT 1 FROM alarm WHERE name = ? AND ends_at = ? AND days <= ? AND told)",
                    arguments: [end.name, date, days])
                guard wasTold == false else { return false }
                try db.execute(
                    sql: "INSERT OR IGNORE INTO alarm (name, ends_at, days, given_at, told) VALUES (?, ?, ?, ?, 0)",
                    arguments: [end.name, date, days, now.timeIntervalSince1970])
                return true
            }
        }
    }

    /// Remembers that somebody heard them.
    func told(_ alarms: [EndDate]) throws(Fault) {
        try write { db in
            for end in alarms {
                try db.execute(
                    sql: "UPDATE alarm SET told = 1 WHERE name = ? AND ends_at = ? AND days = ?",
                    arguments: [end.name, Int64(end.date.timeIntervalSince1970), end.alarm])
            }
        }
    }
}
