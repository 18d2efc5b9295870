// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Testing

@testable import AttributeSources

@Suite("The attribute broker", .timeLimit(.minutes(10)))
struct BrokerTests {
    static let born: Record = ["DateOfBirth": ["1980-01-31"]]

    private func complete(
        _ sources: [Source], _ names: AttributeName..., query: SourceQuery? = nil, deadline: Double = 300
    ) async throws -> Completion {
        let wanted = names.isEmpty ? [AttributeName.dateOfBirth] : names
        return try await AttributeBroker(sources: sources, deadlineSeconds: deadline).complete(
            query ?? Sample.query(), wanting: wanted.map { RequestedAttribute($0, isRequired: true) }, at: Sample.now)
    }

    @Test("An attribute comes with its source as origin")
    func origin() async throws {
        let completion = try await complete([Sample.source("a", Scripted(.give(Self.born)))])
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (a)" && completion.failures.isEmpty)
        #expect(completion.attributes.map(\.origin) == [.source("a")])
    }

    @Test("The cheapest is asked, and the others are not")
    func cheapest() async throws {
        let (dear, cheap) = (Scripted(.give(["DateOfBirth": ["1999-09-09"]])), Scripted(.give(Self.born)))
        let completion = try await complete([
            Sample.source("dear", dear, cost: 9), Sample.source("cheap", cheap, cost: 1),
        ])
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (cheap)" && dear.asked == 0)
    }

    @Test(
        "Whoever does not know or fails hands over to the next",
        arguments: [
            (Scripted.Act.knowNothing, []), (.fail(.sourceUnavailable), ["a: source.unavailable"]),
            (.fail(.sourceInvalid), ["a: source.invalid"]), (.breakDown, ["a: source.unavailable"]),
            (.give([:]), []), (.give(["DateOfBirth": ["31/01/1980"]]), ["a: source.invalid"]),
            (.give(["DateOfBirth": ["1980-02-30"]]), ["a: source.invalid"]),
            (.give(["DateOfBirth": ["1980-01-31", "1980-01-30"]]), ["a: source.invalid"]),
        ])
    func fallback(act: Scripted.Act, rules: [String]) async throws {
        let completion = try await complete([
            Sample.source("a", Scripted(act), cost: 1), Sample.source("b", Scripted(.give(Self.born)), cost: 2),
        ])
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (b)" && completion.rules == rules)
        #expect(completion.failure(of: .dateOfBirth) == nil)
        let alone = try await complete([Sample.source("a", Scripted(act))])
        #expect(alone.attributes.isEmpty && alone.rules == rules)
        #expect(alone.failure(of: .dateOfBirth)?.rule == alone.failures.first?.rejection.rule)
        #expect(alone.failures.allSatisfy { !"\($0)".contains("1980") && !"\($0)".contains("00000000T") })
    }

    @Test("Where nobody knows the person nothing has failed")
    func unknown() async throws {
        let completion = try await complete([
            Sample.source("a", Scripted(.knowNothing)), Sample.source("b", Scripted(.knowNothing)),
        ])
        #expect(completion.attributes.isEmpty && completion.failures.isEmpty)
    }

    @Test("Sources of different attributes are asked at the same time, and one that fails costs the others nothing")
    func concurrently() async throws {
        let meeting = Meeting(of: 3)
        let completion = try await complete(
            [
                Sample.source("a", Scripted(.meet(meeting, Self.born))),
                Sample.source("b", Scripted(.meet(meeting, ["PlaceOfBirth": ["Soria"]])), gives: [.placeOfBirth]),
                Sample.source("c", Scripted(.meet(meeting, [:])), gives: [.gender]),
                Sample.source("d", Scripted(.breakDown), gives: [.nationality]),
            ], .dateOfBirth, .placeOfBirth, .gender, .nationality)
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (a)" && completion.said(.placeOfBirth) == "Soria (b)")
        #expect(completion.rules == ["d: source.unavailable"])
        #expect(completion.failure(of: .nationality)?.rule == .sourceUnavailable)
        #expect(completion.failure(of: .gender) == nil)
    }

    @Test("At the deadline there is what there is, and nobody is waited for")
    func deadline() async throws {
        let sources = try [
            Sample.source("a", Scripted(.give(Self.born))),
            Sample.source("b", Scripted(.dawdle(40, [:])), gives: [.placeOfBirth], cost: 1),
            Sample.source("c", Scripted(.give(["PlaceOfBirth": ["Ávila"]])), gives: [.placeOfBirth], cost: 2),
        ]
        let isSound = try await isSeen {
            let start = ContinuousClock.now
            let completion = try await complete(sources, .dateOfBirth, .placeOfBirth, deadline: 1)
            return ContinuousClock.now - start < .seconds(20) && completion.said(.dateOfBirth) == "1980-01-31 (a)"
                && completion.attributes.count == 1
                && completion.failure(of: .placeOfBirth)?.rule == .sourceUnavailable
        }
        #expect(isSound)
    }

    @Test("A slow source loses its turn long before the deadline")
    func timeout() async throws {
        let sources = try [
            Sample.source("slow", Scripted(.dawdle(3600, [:])), cost: 1, timeout: 0.2),
            Sample.source("b", Scripted(.give(Self.born)), cost: 2),
        ]
        let completion = try await complete(sources)
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (b)" && completion.rules == ["slow: source.unavailable"])
    }

    @Test("Two sources that disagree: the cheaper counts, each attribute is whole, and what one lacks the other gives")
    func disagreement() async throws {
        let a: Record = ["DateOfBirth": ["1980-01-31"], "Gender": ["Nobody"], "PlaceOfBirth": []]
        let b: Record = ["DateOfBirth": ["1981-02-28"], "Gender": ["Female"], "PlaceOfBirth": ["Soria"]]
        let gives: [AttributeName] = [.dateOfBirth, .gender, .placeOfBirth]
        let other = Scripted(.give(b))
        let completion = try await complete(
            [
                Sample.source("a", Scripted(.give(a)), gives: gives, cost: 1),
                Sample.source("b", other, gives: gives, cost: 2),
            ], .dateOfBirth, .gender, .placeOfBirth)
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (a)")
        #expect(completion.said(.gender) == "Female (b)" && completion.said(.placeOfBirth) == "Soria (b)")
        #expect(completion.rules == ["a: source.invalid"] && other.asked == 1)
    }

    @Test("Only what was wanted is given, in that order, and only of the person's kind")
    func wanted() async throws {
        let record: Record = ["DateOfBirth": ["1980-01-31"], "Gender": ["Female"], "LegalName": ["Puentes, S.A."]]
        let source = try Sample.source(
            "a", Scripted(.give(record)), gives: [.dateOfBirth, .gender, .legalName], subjects: [.dni, .entity])
        let completion = try await complete([source], .gender, .legalName, .gender)
        #expect(completion.attributes.map(\.name) == [.gender])
        let broker = AttributeBroker(sources: [source], deadlineSeconds: 300)
        #expect(
            broker.offered(for: .natural) == [.dateOfBirth, .gender] && broker.offered(for: .legal) == [.legalName])
        let company = try await complete([source], .gender, .legalName, query: Sample.query("B12345674"))
        #expect(company.said(.legalName) == "Puentes, S.A. (a)" && company.attributes.count == 1)
    }

    @Test("Numbers and levels that a source does not serve do not reach it")
    func eligible() async throws {
        let registry = Scripted(.give(Self.born))
        let source = try Sample.source("a", registry, subjects: [.nie], highestLoA: .substantial)
        for query in try [Sample.query(), Sample.query("X1234567L"), Sample.query("X1234567L", loa: .substantial)] {
            _ = try await complete([source], query: query)
        }
        #expect(registry.asked == 1)
    }

    @Test("Many logins at once each get their own answer")
    func many() async throws {
        let registry = Scripted(.dawdle(0.05, Self.born))
        let broker = AttributeBroker(sources: [try Sample.source("a", registry)], deadlineSeconds: 300)
        let query = try Sample.query()
        let said = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await broker.complete(query, wanting: Sample.wanting(.dateOfBirth), at: Sample.now).said(
                        .dateOfBirth)
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(said == Array(repeating: "1980-01-31 (a)", count: 100) && registry.asked == 100 && registry.most > 1)
    }

    @Test("A login that is given up gives up its questions, and the source is not blamed")
    func cancelled() async throws {
        let registry = Scripted(.dawdle(20, Self.born))
        let broker = AttributeBroker(sources: [try Sample.source("a", registry, timeout: 300)], deadlineSeconds: 300)
        let query = try Sample.query()
        let login = Task { await broker.complete(query, wanting: Sample.wanting(.dateOfBirth), at: Sample.now) }
        while registry.asked == 0 { try await Task.sleep(for: .milliseconds(5)) }
        login.cancel()
        #expect(await login.value.attributes.isEmpty)
        #expect(broker.metrics(at: Sample.now).contains(#"{source="a",result="abandoned"} 1"#))
        #expect(!broker.sources[0].breaker.isOpen(at: Sample.now))
    }
}
