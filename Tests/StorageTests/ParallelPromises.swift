// SPDX-License-Identifier: EUPL-1.2
import Federation
import Storage
import Testing

@Suite("What every store promises to parallel callers")
struct ParallelPromises {
    @Test("One of 64 callers with the same key wins", arguments: StoreUnderTest.all)
    func replay(store: StoreUnderTest) async throws {
        try await store.run { store in
            let won = try await winners(of: 64, failing: { $0 as? StoreError == .duplicate(.request("a")) }) {
                try await store.open(.sample($0), using: [.request("a")], .sample())
            }
            #expect(won == 1)
            #expect(try await store.verifiedLines().count == 1)
        }
    }

    @Test("One of 64 different answers to the same question wins", arguments: StoreUnderTest.all)
    func answers(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            let won = try await winners(of: 64, failing: { $0 as? Rejection == Rejection(.exchangeFinished) }) {
                try await store.finish(.response("\($0)"))
            }
            #expect(won == 1)
        }
    }

    @Test(
        "Of one answer and a change of country, either the answer wins or it is too late", arguments: StoreUnderTest.all
    )
    func race(store: StoreUnderTest) async throws {
        for _ in 0..<20 {
            try await store.run { store in
                try await store.openAsked()
                let won = try await winners(of: 2, failing: { $0 is Rejection }) { caller in
                    if caller == 0 {
                        try await store.finish(.response("a"))
                    } else {
                        _ = try await store.update(.numbered(1), using: [], .sample()) { exchange throws(Rejection) in
                            try exchange.asked(.sample("_q2"))
                        }
                    }
                }
                #expect(won == 1)
            }
        }
    }

    @Test("A caller who fails takes no other caller along", arguments: StoreUnderTest.all)
    func neighbours(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.open(.sample(1000), using: [.request("taken")], .sample())
            let won = try await winners(of: 200, failing: { $0 as? StoreError == .duplicate(.request("taken")) }) {
                let key = $0.isMultiple(of: 2) ? "\($0)" : "taken"
                try await store.open(
                    .sample($0), using: [.request("\($0)-first"), .request(key)], .sample(at: .noon, $0))
            }
            #expect(won == 100)
            for number in 0..<200 {
                let isKept = (try? await store.find(.numbered(number))) != nil
                #expect(isKept == number.isMultiple(of: 2))
            }
        }
    }

    @Test("The audit trail has no gap and no fork", arguments: StoreUnderTest.all)
    func trail(store: StoreUnderTest) async throws {
        try await store.run { store in
            _ = try await winners(of: 300, failing: { _ in false }) {
                try await store.record(.sample(.messageRejected, at: .noon, $0))
            }
            #expect(try await store.verifiedLines().count == 300)
        }
    }

    @Test("Who cancels one caller cancels no other", arguments: StoreUnderTest.all)
    func cancelled(store: StoreUnderTest) async throws {
        try await store.run { store in
            let others = Task { try await winners(of: 50, failing: { _ in false }) { _ in try await store.probe() } }
            let first = Task { try await store.record(.sample()) }
            first.cancel()
            _ = await first.result
            let won = try await others.value
            #expect(won == 50)
        }
    }
}
