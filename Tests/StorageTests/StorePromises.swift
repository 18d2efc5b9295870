// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Storage
import Testing

@Suite("What every store promises")
struct StorePromises {
    @Test("What was opened is found as it was", arguments: StoreUnderTest.all)
    func open(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.open(.sample(), using: [.request("a")], .sample())
            #expect(try await store.find(.numbered(1)) == .sample())
            await #expect(throws: StoreError.unknown) { try await store.find(.numbered(2)) }
        }
    }

    @Test("A used key is refused and leaves nothing of the step", arguments: StoreUnderTest.all)
    func replay(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.open(.sample(1), using: [.request("a")], .sample())
            await #expect(throws: StoreError.duplicate(.request("a"))) {
                try await store.open(.sample(2), using: [.request("b"), .request("a")], .sample())
            }
            await #expect(throws: StoreError.unknown) { try await store.find(.numbered(2)) }
            #expect(try await store.verifiedLines().count == 1)
            try await store.open(.sample(2), using: [.request("b")], .sample())
        }
    }

    @Test("A key serves once within one step too", arguments: StoreUnderTest.all)
    func repeated(store: StoreUnderTest) async throws {
        try await store.run { store in
            await #expect(throws: StoreError.duplicate(.request("a"))) {
                try await store.open(.sample(), using: [.request("a"), .request("a")], .sample())
            }
        }
    }

    @Test("The same identifier serves once per kind and issuer", arguments: StoreUnderTest.all)
    func distinct(store: StoreUnderTest) async throws {
        try await store.run { store in
            let kinds = ReplayKey.Kind.allCases.map { ReplayKey($0, of: EntityID("A"), MessageID("_1"), until: .noon) }
            let other = ReplayKey(.request, of: EntityID("B"), MessageID("_1"), until: .noon)
            try await store.open(.sample(), using: kinds + [other], .sample())
        }
    }

    @Test("A key may be used again once it has expired, and not before", arguments: StoreUnderTest.all)
    func expiry(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.open(.sample(1), using: [.request("a", until: .noon + 60)], .sample())
            let again = ReplayKey.request("a", until: .noon + 120)
            await #expect(throws: StoreError.duplicate(again)) {
                try await store.open(.sample(2), using: [again], .sample(at: .noon + 60))
            }
            try await store.open(.sample(2), using: [again], .sample(at: .noon + 61))
            await #expect(throws: StoreError.duplicate(again)) {
                try await store.open(.sample(3), using: [again], .sample(at: .noon + 62))
            }
        }
    }

    @Test("An exchange opens once", arguments: StoreUnderTest.all)
    func reopened(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.open(.sample(), using: [.request("a")], .sample())
            await #expect(throws: StoreError.self) {
                try await store.open(.sample(), using: [.request("b")], .sample())
            }
            #expect(try await store.verifiedLines().count == 1)
        }
    }

    @Test("Only the newest question finds its exchange", arguments: StoreUnderTest.all)
    func awaiting(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.open(.sample(), using: [], .sample())
            for question in ["_q1", "_q2"] {
                _ = try await store.update(.numbered(1), using: [], .sample(.requestSent)) {
                    exchange throws(Rejection) in
                    try exchange.asked(.sample(question))
                }
            }
            #expect(try await store.find(awaiting: MessageID("_q2")).question == .sample("_q2"))
            await #expect(throws: StoreError.unknown) { try await store.find(awaiting: MessageID("_q1")) }
        }
    }

    @Test(
        "A finished exchange is still found by its question, and refuses a second answer", arguments: StoreUnderTest.all
    )
    func finished(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            let ended = try await store.finish(.response("_r1"))
            #expect(ended.stage == .finished)
            #expect(try await store.find(awaiting: MessageID("_q")) == ended)
            await #expect(throws: Rejection(.exchangeFinished)) { try await store.finish(.response("_r2")) }
            await #expect(throws: StoreError.duplicate(.response("_r1"))) { try await store.finish(.response("_r1")) }
        }
    }

    @Test(
        "Whoever has to agree is found as they were, by either name, and by no second answer",
        arguments: StoreUnderTest.all)
    func consenting(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            let kept = try await store.consent(.response("_r1"))
            #expect(kept.stage == .consenting(.sample) && kept.nextStep == .consent(.sample))
            #expect(try await store.find(.numbered(1)) == kept)
            #expect(try await store.find(awaiting: MessageID("_q")) == kept)
            await #expect(throws: Rejection(.exchangeFinished)) { try await store.consent(.response("_r2")) }
            await #expect(throws: Rejection(.exchangeFinished)) { try await store.finish(.response("_r2")) }
            await #expect(throws: StoreError.duplicate(.response("_r1"))) { try await store.consent(.response("_r1")) }
            await #expect(throws: Rejection(.exchangeFinished)) {
                _ = try await store.update(.numbered(1), using: [], .sample(.requestSent)) {
                    exchange throws(Rejection) in
                    try exchange.asked(.sample("_q2"))
                }
            }
            #expect(try await store.find(.numbered(1)) == kept)
        }
    }

    @Test("Who has agreed is forgotten, and agrees once", arguments: StoreUnderTest.all)
    func agreed(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            try await store.consent(.response("_r1"))
            let ended = try await store.end()
            #expect(ended.stage == .finished)
            #expect(try await store.find(.numbered(1)) == ended)
            #expect(try await store.find(awaiting: MessageID("_q")) == ended)
            await #expect(throws: Rejection(.exchangeFinished)) { try await store.end() }
        }
    }

    @Test("Of many who agree at once one succeeds", arguments: StoreUnderTest.all)
    func agreedAtOnce(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            try await store.consent(.response("_r1"))
            let agreed = try await winners(
                of: 20, failing: { $0 as? Rejection == Rejection(.exchangeFinished) },
                { _ in _ = try await store.end() })
            #expect(agreed == 1)
        }
    }

    @Test("Whoever never agrees is purged like others", arguments: StoreUnderTest.all)
    func neverAgreed(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            try await store.consent(.response("_r1"))
            try await store.purge(before: .noon + 900)
            #expect(try await store.find(.numbered(1)).stage == .consenting(.sample))
            try await store.purge(before: .noon + 901)
            await #expect(throws: StoreError.unknown) { try await store.find(.numbered(1)) }
            await #expect(throws: StoreError.unknown) { try await store.find(awaiting: MessageID("_q")) }
        }
    }

    @Test("A step that throws changes nothing", arguments: StoreUnderTest.all)
    func thrown(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            let before = try await (store.find(.numbered(1)), store.verifiedLines())
            await #expect(throws: Rejection(.responseStatus)) {
                _ = try await store.update(.numbered(1), using: [.response("_r1")], .sample()) { _ throws(Rejection) in
                    throw Rejection(.responseStatus)
                }
            }
            #expect(try await store.find(.numbered(1)) == before.0)
            #expect(try await store.verifiedLines() == before.1)
            _ = try await store.finish(.response("_r1"))
        }
    }

    @Test("A step may not turn one exchange into another", arguments: StoreUnderTest.all)
    func swapped(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.open(.sample(), using: [], .sample())
            await #expect(throws: StoreError.self) {
                _ = try await store.update(.numbered(1), using: [], .sample()) { _ in .sample(2) }
            }
            await #expect(throws: StoreError.unknown) {
                _ = try await store.update(.numbered(2), using: [], .sample()) { $0 }
            }
        }
    }

    @Test("A question belongs to one exchange", arguments: StoreUnderTest.all)
    func sharedQuestion(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            try await store.open(.sample(2), using: [], .sample())
            await #expect(throws: StoreError.self) {
                _ = try await store.update(.numbered(2), using: [], .sample()) { exchange throws(Rejection) in
                    try exchange.asked(.sample("_q"))
                }
            }
            #expect(try await store.find(awaiting: MessageID("_q")).id == .numbered(1))
        }
    }

    @Test("Purging forgets what has expired and nothing else", arguments: StoreUnderTest.all)
    func purge(store: StoreUnderTest) async throws {
        try await store.run { store in
            _ = try await winners(of: 1200, failing: { _ in false }) { caller in
                let (number, expiry) = (caller + 1, Date.noon + Double(caller + 1))
                try await store.open(
                    .sample(number, expiresAt: expiry), using: [.request("\(number)", until: expiry)], .sample())
            }
            try await store.purge(before: .noon + 1101)
            for number in [1, 500, 1100] {
                await #expect(throws: StoreError.unknown) { try await store.find(.numbered(number)) }
                try await store.open(.sample(number), using: [.request("\(number)")], .sample())
            }
            for number in [1101, 1200] {
                #expect(try await store.find(.numbered(number)).id == .numbered(number))
                await #expect(throws: StoreError.duplicate(.request("\(number)"))) {
                    try await store.open(.sample(5000), using: [.request("\(number)")], .sample())
                }
            }
            #expect(try await store.verifiedLines().count == 1203)
        }
    }

    @Test("A purged exchange is not found by its question either", arguments: StoreUnderTest.all)
    func purgedQuestion(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.openAsked()
            try await store.purge(before: .noon + 901)
            await #expect(throws: StoreError.unknown) { try await store.find(awaiting: MessageID("_q")) }
        }
    }

    @Test("Probing works again and again", arguments: StoreUnderTest.all)
    func probe(store: StoreUnderTest) async throws {
        try await store.run { store in
            try await store.probe()
            try await store.probe()
            #expect(try await store.verifiedLines().isEmpty)
        }
    }

    @Test("Audit lines come in pages", arguments: StoreUnderTest.all)
    func pages(store: StoreUnderTest) async throws {
        try await store.run { store in
            for _ in 1...5 { try await store.record(.sample(.nodeStarted)) }
            let lines = try await store.verifiedLines()
            #expect(try await store.auditLines(after: 0, limit: 2) == Array(lines[0..<2]))
            #expect(try await store.auditLines(after: 3, limit: 9) == Array(lines[3...]))
            #expect(try await store.auditLines(after: 5, limit: 9).isEmpty)
        }
    }
}

extension ExchangeStore {
    /// Exchange 1, asked `_q`.
    func openAsked() async throws {
        try await open(.sample(), using: [.request("_request-1")], .sample())
        _ = try await update(.numbered(1), using: [], .sample(.requestSent)) { exchange throws(Rejection) in
            try exchange.asked(.sample("_q"))
        }
    }

    /// Exchange 1 after the answer to `_q`, waiting for the person to agree.
    @discardableResult
    func consent(_ key: ReplayKey) async throws -> Exchange {
        try await update(.numbered(1), using: [key], .sample(.responseReceived)) { exchange throws(Rejection) in
            try exchange.consenting(to: .sample, answering: MessageID("_q"))
        }
    }

    /// Exchange 1 after its answer has left.
    @discardableResult
    func end() async throws -> Exchange {
        try await update(.numbered(1), using: [], .sample(.responseSent)) { exchange throws(Rejection) in
            try exchange.finished(answering: nil)
        }
    }

    @discardableResult
    func finish(_ key: ReplayKey) async throws -> Exchange {
        try await update(.numbered(1), using: [key], .sample(.responseReceived)) { exchange throws(Rejection) in
            try exchange.finished(answering: MessageID("_q"))
        }
    }
}
