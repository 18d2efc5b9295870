// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import SAML
import Testing

@Suite("Instants")
struct InstantTests {
    @Test("An instant survives the trip, to the millisecond", arguments: 0..<500)
    func roundTrip(seed: Int) throws {
        // From 1970 to 2240, with an odd step that meets all months and hours.
        let milliseconds = Double(seed) * 17_039_361_337
        let date = Date(timeIntervalSince1970: milliseconds / 1000)
        let text = Instant.write(date)
        let read = try #require(Instant.read(text))
        #expect(abs(read.timeIntervalSince(date)) < 0.0006)
        #expect(Instant.write(read) == text)
    }

    @Test(
        "Known instants are read and written",
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0.0), ("2000-02-29T23:59:59.999Z", 951_868_799.999),
            ("2024-02-29T12:00:00.000Z", 1_709_208_000), ("2026-03-02T09:15:30.120Z", 1_772_442_930.12),
            ("2100-03-01T00:00:00.000Z", 4_107_542_400), ("9999-12-31T23:59:59.000Z", 253_402_300_799),
        ])
    func known(text: String, seconds: Double) throws {
        let read = try #require(Instant.read(text))
        #expect(abs(read.timeIntervalSince1970 - seconds) < 0.0005)
        #expect(Instant.write(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test(
        "Fractions and the two ways of writing UTC are read",
        arguments: [
            "2026-03-02T09:15:30Z", "2026-03-02T09:15:30.1Z", "2026-03-02T09:15:30.123456789Z",
            "2026-03-02T09:15:30+00:00",
            "2026-03-02T09:15:30.120+00:00",
        ])
    func forms(text: String) { #expect(Instant.read(text) != nil) }

    @Test(
        "Where every zone may be written, each is the same instant",
        arguments: [
            "2026-03-02T09:15:30Z", "2026-03-02T10:15:30+01:00", "2026-03-01T23:15:30-10:00",
            "2026-03-02T14:45:30.000+05:30",
        ])
    func zones(text: String) { #expect(Instant.readInAnyZone(text) == Instant.read("2026-03-02T09:15:30Z")) }

    @Test(
        "A zone that is none is refused",
        arguments: [
            "2026-03-02T09:15:30", "2026-03-02T09:15:30+1:00", "2026-03-02T09:15:30+15:00", "2026-03-02T09:15:30+01:60",
            "2026-03-02T09:15:30-00:00", "2026-03-02T09:15:30+01:00Z", "2026-03-02T09:15:30+0100",
        ])
    func noZones(text: String) { #expect(Instant.readInAnyZone(text) == nil) }

    @Test(
        "Odd forms are refused",
        arguments: [
            "", "2026-03-02", "2026-03-02T09:15:30", "2026-03-02T09:15:30+01:00", "2026-03-02T09:15:30-00:00",
            "2026-03-02T09:15:30z", "2026-03-02t09:15:30Z", "2026-03-02 09:15:30Z", " 2026-03-02T09:15:30Z",
            "2026-03-02T09:15:30Z ", "2026-3-2T9:15:30Z", "2026-03-02T24:00:00Z", "2026-03-02T23:59:60Z",
            "2026-03-02T09:60:30Z",
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z", "2026-03-02T09:15:30.Z", "2026-03-02T09:15:30.1234567890Z",
            "2026-03-02T09:15:30,5Z",
            "+2026-03-02T09:15:30Z", "-2026-03-02T09:15:30Z", "12026-03-02T09:15:30Z", "1969-12-31T23:59:59Z",
            "２０２６-03-02T09:15:30Z", "2026-03-02T09:15Z", "2026-03-02T09:15:30ZZ", "2026-W10-1T09:15:30Z",
            "20260302T091530Z",
        ])
    func odd(text: String) { #expect(Instant.read(text) == nil) }

    @Test("A day is a day of the calendar", arguments: ["1980-01-31", "2000-02-29", "0001-01-01", "9999-12-31"])
    func day(text: String) { #expect(Instant.isDate(text)) }

    @Test(
        "No other text is a day",
        arguments: [
            "", "1980-02-30", "1900-02-29", "31/01/1980", "1980-01-31Z", "1980-1-31", "80-01-31",
            "1980-01-31T00:00:00Z", "1980", "0000-01-01",
        ])
    func noDay(text: String) { #expect(!Instant.isDate(text)) }
}
