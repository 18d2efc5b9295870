// SPDX-License-Identifier: EUPL-1.2
import Federation
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
