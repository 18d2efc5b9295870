// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import Trust

@Suite("When a source is asked")
struct RefreshScheduleTests {
    static let start = Date(timeIntervalSince1970: 1_772_442_000)
    static let hourly = RefreshSchedule(intervalSeconds: 3600)

    /// Asks a source for some days, and returns the instants.
    static func asked(
        days: Double, seed: Int = 1, isGood: (Date) -> Bool = { _ in true }, endsAt: (Date) -> Date? = { _ in nil }
    ) -> [Date] {
        var (random, now, failures, asked) = (Seeded(seed), start, 0, [Date]())
        while now < start + days * 86400 {
            asked.append(now)
            failures = isGood(now) ? 0 : failures + 1
            let chance = Double.random(in: 0...1, using: &random)
            now = hourly.next(askedAt: now, failures: failures, endsAt: endsAt(now), chance: chance)
        }
        return asked
    }

    static func pauses(_ asked: [Date]) -> [Double] { zip(asked.dropFirst(), asked).map { $0.timeIntervalSince($1) } }

    @Test("All is well for a month: once an hour, up to a tenth sooner, never twice the same", arguments: 1...5)
    func calm(seed: Int) {
        let pauses = Self.pauses(Self.asked(days: 30, seed: seed))
        #expect(pauses.allSatisfy { (3240...3600).contains($0) })
        #expect((720...800).contains(pauses.count))
        #expect(Set(pauses).count > 700)
    }

    @Test("An outage of two days: soon again at first, then as often as always, then at once back to normal")
    func outage() {
        let down = (Self.start + 86400)..<(Self.start + 3 * 86400)
        let asked = Self.asked(days: 4, isGood: { !down.contains($0) })
        let during = Self.pauses(asked.filter(down.contains))
        for (pause, expected) in zip(during, [60.0, 120, 240, 480, 960, 1920, 3600, 3600]) {
            #expect((max(60, 0.9 * expected)...expected).contains(pause))
        }
        #expect(during.count < 60)
        #expect(Self.pauses(asked.filter { $0 >= down.upperBound }).allSatisfy { (3240...3600).contains($0) })
    }

    @Test("Metadata that ends soon is asked for sooner, and once a minute at the most")
    func ending() {
        let end = Self.start + 86400
        let asked = Self.asked(days: 3, endsAt: { _ in end })
        let pauses = Self.pauses(asked)
        #expect(pauses.allSatisfy { (60...3600).contains($0) })
        for (instant, pause) in zip(asked, pauses) {
            let half = abs(end.timeIntervalSince(instant)) / 2
            #expect(pause <= max(60, half))
            if half >= 3600 { #expect(pause >= 3240) }
        }
        #expect(asked.contains { (-70...70).contains($0.timeIntervalSince(end)) })
    }

    @Test("Failures before the end do not slow the questions down, and many do not overflow")
    func failing() {
        let end = Self.start + 600
        let next = Self.hourly.next(askedAt: Self.start, failures: 9, endsAt: end, chance: 0)
        #expect(next == Self.start + 300)
        let late = Self.hourly.next(askedAt: Self.start, failures: .max, endsAt: nil, chance: 0)
        #expect(late == Self.start + 3600)
    }

    @Test("Hints are heard at once, but once a minute")
    func hints() {
        #expect(Self.hourly.next(hintedAt: Self.start, askedAt: nil) == Self.start)
        #expect(Self.hourly.next(hintedAt: Self.start, askedAt: Self.start - 61) == Self.start)
        #expect(Self.hourly.next(hintedAt: Self.start, askedAt: Self.start - 10) == Self.start + 50)
    }
}
