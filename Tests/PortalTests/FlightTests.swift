// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Testing

@testable import Portal

/// Ends once fifty callers have had the time to come.
private actor Work {
    private var count = 0

    func run() async -> Int {
        count += 1
        // Should the sleep be cut short, the count tells all the same.
        try? await Task.sleep(for: .milliseconds(300))
        return count
    }
}

@Suite("Work that is done once")
struct FlightTests {
    @Test("However many come for the same exchange, the work is done once, and all get its result")
    func once() async throws {
        let flights = Flights<Int>()
        let id = try #require(Exchange.ID(rawValue: String(repeating: "a", count: 32)))
        let other = try #require(Exchange.ID(rawValue: String(repeating: "b", count: 32)))
        let work = Work()
        let results = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await flights.join(id) { await work.run() } } }
            #expect(try await flights.join(other) { 7 } == 7)
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(results == [1])
        #expect(try await flights.join(id) { 9 } == 9)
    }

    @Test("Who only asks what comes of it waits for it, and begins nothing")
    func awaited() async throws {
        let flights = Flights<Int>()
        let id = try #require(Exchange.ID(rawValue: String(repeating: "a", count: 32)))
        #expect(await flights.awaited(id) == nil)
        var seen: Int?
        // Whoever comes when all is over has nothing to wait for; on a busy machine that may happen.
        for _ in 0..<50 where seen == nil {
            let (started, starter) = AsyncStream.makeStream(of: Void.self)
            async let joined = flights.join(id) {
                starter.finish()
                try? await Task.sleep(for: .milliseconds(100))
                return 7
            }
            for await _ in started {}
            seen = await flights.awaited(id)
            #expect(try await joined == 7)
        }
        #expect(seen == 7)
        #expect(await flights.awaited(id) == nil)
    }

    @Test("A failure is everybody's, and the next may try again")
    func failure() async throws {
        let flights = Flights<Int>()
        let id = try #require(Exchange.ID(rawValue: String(repeating: "a", count: 32)))
        await #expect(throws: Rejection.self) {
            _ = try await flights.join(id) { throw Rejection(.sourceUnavailable) }
        }
        #expect(try await flights.join(id) { 1 } == 1)
    }
}

@Suite("What is kept for a while")
struct LatelyTests {
    let now = Date(timeIntervalSince1970: 1_000)

    @Test("What expired makes room; the rest stays")
    func expiry() {
        let lately = Lately<String, Int>(limit: 2)
        lately.keep(1, under: "past", until: now, at: now - 10)
        lately.keep(2, under: "coming", until: now + 60, at: now - 10)
        lately.keep(3, under: "new", until: now + 60, at: now)
        #expect(lately.find("past") == nil && lately.find("coming") == 2 && lately.find("new") == 3)
    }

    @Test("Never more than the limit")
    func limit() {
        let lately = Lately<Int, Int>(limit: 3)
        for key in 0..<100 { lately.keep(key, under: key, until: now + 60, at: now) }
        #expect(lately.find(99) == 99)
        #expect((0..<100).filter { lately.find($0) != nil }.count <= 3)
    }
}
