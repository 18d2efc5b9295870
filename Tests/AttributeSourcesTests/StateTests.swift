// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Testing

@testable import AttributeSources

@Suite("What a source remembers", .timeLimit(.minutes(10)))
struct StateTests {
    private func ask(_ broker: AttributeBroker, after seconds: Double = 0, _ number: String = "00000000T") async throws
        -> String?
    {
        await broker.complete(
            try Sample.query(number), wanting: Sample.wanting(.dateOfBirth), at: Sample.now + seconds
        ).said(.dateOfBirth)
    }

    @Test("The breaker opens, spares the source, tries once, and closes or opens again")
    func breaker() async throws {
        let good = Scripted.Act.give(BrokerTests.born)
        let registry = Scripted(
            .fail(.sourceUnavailable), .breakDown, good, .breakDown, .breakDown, .breakDown, .breakDown, good)
        let broker = AttributeBroker(
            sources: [try Sample.source("a", registry, breaker: .init(failures: 3, seconds: 30))], deadlineSeconds: 300)
        // A success in between begins the count anew.
        for _ in 0..<6 { _ = try await ask(broker) }
        #expect(registry.asked == 6)
        #expect(broker.metrics(at: Sample.now).contains(#"puente_source_open{source="a"} 1"#))
        for second in [1.0, 10, 29] { #expect(try await ask(broker, after: second) == nil) }
        #expect(registry.asked == 6)
        #expect(try await ask(broker, after: 31) == nil && registry.asked == 7)
        #expect(try await ask(broker, after: 60) == nil && registry.asked == 7)
        #expect(try await ask(broker, after: 62) == "1980-01-31 (a)" && registry.asked == 8)
        #expect(try await ask(broker, after: 62) == "1980-01-31 (a)" && registry.asked == 9)
        #expect(broker.metrics(at: Sample.now).contains(#"{source="a",result="refused"} 4"#))
    }

    @Test("While one tries whether the source is back, nobody else does")
    func probe() throws {
        let breaker = CircuitBreaker(.init(failures: 1, seconds: 10))
        let first = try #require(breaker.enter(at: Sample.now))
        let straggler = try #require(breaker.enter(at: Sample.now))
        breaker.leave(.failed, with: first, at: Sample.now)
        #expect(breaker.enter(at: Sample.now + 9) == nil && breaker.isOpen(at: Sample.now + 9))
        let probe = try #require(breaker.enter(at: Sample.now + 11))
        #expect(breaker.enter(at: Sample.now + 11) == nil)
        breaker.leave(.abandoned, with: straggler, at: Sample.now + 11)
        #expect(breaker.enter(at: Sample.now + 11) == nil)
        breaker.leave(.abandoned, with: probe, at: Sample.now + 11)
        let second = try #require(breaker.enter(at: Sample.now + 12))
        breaker.leave(.answered, with: second, at: Sample.now + 12)
        #expect(breaker.enter(at: Sample.now) != nil && breaker.enter(at: Sample.now) != nil)
    }

    @Test("Answers that cannot be used, and people who are not known, do not open the breaker")
    func invalid() async throws {
        let registry = Scripted(.fail(.sourceInvalid), .knowNothing, .fail(.sourceInvalid), .fail(.sourceInvalid))
        let broker = AttributeBroker(
            sources: [try Sample.source("a", registry, breaker: .init(failures: 1, seconds: 30))], deadlineSeconds: 300)
        for _ in 0..<5 { _ = try await ask(broker) }
        #expect(registry.asked == 5)
    }

    @Test("Answers are kept for their time, for this person only, and only good ones")
    func cache() async throws {
        let registry = Scripted(.breakDown, .give(["DateOfBirth": ["never"]]), .knowNothing, .give(BrokerTests.born))
        let broker = AttributeBroker(sources: [try Sample.source("a", registry, cache: 60)], deadlineSeconds: 300)
        for _ in 0..<3 { #expect(try await ask(broker) == nil) }
        #expect(registry.asked == 3)
        for second in [0.0, 1, 59] { #expect(try await ask(broker, after: second) == "1980-01-31 (a)") }
        #expect(registry.asked == 4)
        _ = try await ask(broker, after: 1, "12345678Z")
        #expect(registry.asked == 5)
        _ = try await ask(broker, after: 61)
        #expect(registry.asked == 6)
        #expect(broker.metrics(at: Sample.now).contains(#"{source="a",result="cached"} 2"#))
    }

    @Test("Without cache-seconds nothing is kept")
    func noCache() async throws {
        let registry = Scripted(.give(BrokerTests.born))
        let source = try Sample.source("a", registry)
        let broker = AttributeBroker(sources: [source], deadlineSeconds: 300)
        for _ in 0..<3 { _ = try await ask(broker) }
        #expect(registry.asked == 3 && source.cache == nil)
    }

    @Test("What is kept has bounds, and is dropped when its time is over though nobody asks")
    func forgetting() async throws {
        let answer = SourceAnswer(values: [.dateOfBirth: [AttributeValue("1980-01-31")]], invalid: [:])
        func keep(_ count: Int, in cache: AnswerCache) throws {
            for name in 0..<count {
                cache.keep(answer, for: try Sample.query(known: [.firstName: "\(name)"]), at: Date())
            }
        }
        let lasting = try #require(AnswerCache(seconds: 3600))
        try keep(AnswerCache.capacity + 50, in: lasting)
        #expect(lasting.count == AnswerCache.capacity)
        let brief = try #require(AnswerCache(seconds: 1))
        try keep(3, in: brief)
        for _ in 0..<6000 where brief.count > 0 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(brief.count == 0)
    }

    @Test("Silence counts where a source had nearly all its time, be it that of all together; less says nothing of it")
    func silence() async throws {
        func isOpen(timeout: Double, deadline: Double) async throws -> (Bool, String) {
            let source = try Sample.source(
                "a", Scripted(.dawdle(60, [:])), timeout: timeout, breaker: .init(failures: 1, seconds: 30))
            let broker = AttributeBroker(sources: [source], deadlineSeconds: deadline)
            _ = await broker.complete(try Sample.query(), wanting: Sample.wanting(.dateOfBirth), at: Sample.now)
            return (source.breaker.isOpen(at: Sample.now), broker.metrics(at: Sample.now))
        }
        // A machine that has much else to do may take the time away before the source is asked.
        var hasOpened = false
        for _ in 0..<50 where !hasOpened { hasOpened = try await isOpen(timeout: 0.5, deadline: 0.5).0 }
        #expect(hasOpened)
        let (isOpen, metrics) = try await isOpen(timeout: 300, deadline: 0.5)
        #expect(!isOpen && metrics.contains(#"puente_source_questions_total{source="a",result="abandoned"} 1"#))
    }

    @Test("Metrics are Prometheus text with buckets that add up, and nothing of a person")
    func metrics() async throws {
        let broker = AttributeBroker(
            sources: [
                try Sample.source("a", Scripted(.give(BrokerTests.born)), cost: 1),
                try Sample.source("b", Scripted(.knowNothing), gives: [.gender]),
            ], deadlineSeconds: 300)
        let wanted = Sample.wanting(.dateOfBirth, .gender)
        for _ in 0..<4 { _ = await broker.complete(try Sample.query(), wanting: wanted, at: Sample.now) }
        let text = broker.metrics(at: Sample.now)
        for line in text.split(separator: "\n") where !line.hasPrefix("# ") {
            #expect(
                line.wholeMatch(of: /puente_source_[a-z_]+\{source="[ab]"(,[a-z]+="[^"]+")?\} [0-9.e-]+/) != nil,
                "\(line)")
        }
        for line in [
            #"puente_source_questions_total{source="a",result="answered"} 4"#,
            #"puente_source_questions_total{source="b",result="not_found"} 4"#,
            #"puente_source_seconds_bucket{source="b",le="+Inf"} 4"#,
            #"puente_source_seconds_bucket{source="a",le="+Inf"} 4"#,
            #"puente_source_seconds_count{source="a"} 4"#, #"puente_source_open{source="a"} 0"#,
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        #expect(!text.contains("1980-01-31") && !text.contains("00000000T") && text.hasSuffix("\n"))
    }
}
