// SPDX-License-Identifier: EUPL-1.2
public import struct Foundation.Date

/// `xs:dateTime` in UTC, as SAML writes it (SAML Core 2.0 §1.3.3). By hand, because Foundation's formatters cost fifty
/// times as much and accept more.
public enum Instant {
    /// Reads `2026-03-02T09:15:30.120Z`. The zone must be `Z` or `+00:00`; leap seconds and 24:00 are refused, as no peer
    /// that is in its right mind sends them.
    public static func read(_ text: String) -> Date? {
        guard let (date, offset) = parts(text), offset == 0 else { return nil }
        return date
    }

    /// The same with `-05:00` or another zone, as documents that are not SAML's may have it (XML Schema 1.0, Part 2 §3.2.7.3).
    public static func readInAnyZone(_ text: String) -> Date? { parts(text).map { $0.addingTimeInterval(-Double($1)) } }

    /// As the clock of the zone says, and by how many seconds that is ahead of UTC.
    private static func parts(_ text: String) -> (Date, offset: Int)? {
        var digits = Digits(text)
        guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2), digits.skip("-"),
            let day = digits.number(2), digits.skip("T"), let hour = digits.number(2), digits.skip(":"),
            let minute = digits.number(2), digits.skip(":"), let second = digits.number(2),
            let fraction = digits.fraction(), let offset = digits.zone(), isDay(year, month, day), hour < 24,
            minute < 60,
            second < 60, year >= 1970
        else { return nil }
        let seconds = ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        return (Date(timeIntervalSince1970: Double(seconds) + fraction), offset)
    }

    /// Writes UTC with milliseconds, the nearest: a `Date` holds most of them only almost.
    public static func write(_ date: Date) -> String {
        let milliseconds = Int((date.timeIntervalSince1970 * 1000).rounded())
        let (days, inDay) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = civil(days)
        let (seconds, fraction) = inDay.quotientAndRemainder(dividingBy: 1000)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(seconds / 3600, 2) + ":"
            + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2) + "." + padded(fraction, 3) + "Z"
    }

    /// Whether the text is a calendar day, `YYYY-MM-DD`. There is no year 0 (XML Schema 1.0, Part 2 §3.2.7).
    public static func isDate(_ text: String) -> Bool {
        var digits = Digits(text)
        guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2), digits.skip("-"),
            let day = digits.number(2), digits.isAtEnd, year > 0
        else { return false }
        return isDay(year, month, day)
    }

    /// The last calendar day, `YYYY-MM-DD`, that has begun: the next one in UTC has begun already somewhere. Nobody was born
    /// after it.
    public static func lastDay(at now: Date) -> String { String(write(now.addingTimeInterval(86_400)).prefix(10)) }

    private static func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= lengths[month - 1]
    }

    /// Days between 1970-01-01 and a day of the Gregorian calendar; years begin in March, so that leap days come last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

private struct Digits {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ width: Int) -> Int? {
        let head = rest.prefix(width)
        guard head.count == width, head.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(width)
        return head.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Nothing, or a point and one to nine digits.
    mutating func fraction() -> Double? {
        guard skip(".") else { return 0 }
        let head = rest.prefix { (48...57).contains($0) }
        guard (1...9).contains(head.count) else { return nil }
        rest = rest.dropFirst(head.count)
        var scale = 1.0
        return head.reduce(0.0) { sum, digit in
            scale /= 10
            return sum + Double(digit - 48) * scale
        }
    }

    /// In seconds; `nil` if none is said.
    mutating func zone() -> Int? {
        if skip("Z") { return isAtEnd ? 0 : nil }
        let isBehind = skip("-")
        guard isBehind || skip("+"), let hours = number(2), skip(":"), let minutes = number(2), isAtEnd, hours <= 14,
            minutes < 60, !(isBehind && hours + minutes == 0)
        else { return nil }
        return (hours * 60 + minutes) * (isBehind ? -60 : 60)
    }
}
