// SPDX-License-Identifier: EUPL-1.2
import Federation

import struct Foundation.Date

/// Somewhere records about people are kept: how it is asked, whatever that means for its kind.
protocol Registry: Sendable {
    /// Whether the question can be put at all: everything that its templates need is known.
    func canAsk(_ question: Question) -> Bool

    /// `nil` if the registry does not know the person.
    ///
    /// - Parameter seconds: how long it may take at most.
    /// - Throws: ``Rule/sourceUnavailable`` or ``Rule/sourceInvalid``.
    func record(for question: Question, within seconds: Double) async throws -> Record?
}

/// One entry of the file: which people and attributes it serves, and what it costs to ask it.
struct SourceTerms: Hashable, Sendable {
    var name: String
    /// For people, by language.
    var displayName: [String: String]
    var subjects: Set<SpanishIdentifier.Kind>
    var highestLoA: LoA
    var cost: Int
    var timeoutSeconds: Double
    /// How many questions may be under way at the same time.
    var atOnce: Int
    var cacheSeconds: Int
    var breaker: CircuitBreaker.Terms
}

/// A source with its state.
struct Source: Sendable {
    enum Outcome: Sendable {
        case answered(SourceAnswer)
        case notFound
        case failed(Rejection)
    }

    let terms: SourceTerms
    let layout: Layout
    let registry: any Registry
    let breaker: CircuitBreaker
    let cache: AnswerCache?
    private let turns: Turns

    init(terms: SourceTerms, layout: Layout, registry: any Registry) {
        self.terms = terms
        self.layout = layout
        self.registry = registry
        breaker = CircuitBreaker(terms.breaker)
        cache = AnswerCache(seconds: terms.cacheSeconds)
        turns = Turns(terms.atOnce)
    }

    var gives: Set<AttributeName> { Set(layout.entries.map(\.name)) }

    func gives(of person: PersonKind) -> Set<AttributeName> {
        Set(layout.entries.filter { ($0.person ?? person) == person }.map(\.name))
    }

    func serves(_ question: Question) -> Bool {
        terms.subjects.contains(question.query.identifier.kind)
            && question.query.assurance.loa <= terms.highestLoA && registry.canAsk(question)
    }

    /// - Parameter seconds: what is left of the time for all sources.
    func answer(_ question: Question, within seconds: Double, _ metrics: SourceMetrics) async -> Outcome {
        if let answer = cache?.find(question.query, at: question.now) {
            metrics.count(.cached, of: terms.name)
            return .answered(answer)
        }
        guard seconds > 0 else {
            metrics.count(.abandoned, of: terms.name)
            return .failed(unavailable("no time left to ask"))
        }
        let clock = ContinuousClock()
        let arrival = clock.now
        // Waiting for a turn is no fault of the source.
        guard await turns.take(within: seconds) else {
            metrics.count(.refused, of: terms.name)
            return .failed(unavailable("no turn in time: \(terms.atOnce) questions are under way"))
        }
        defer { turns.giveBack() }
        guard let pass = breaker.enter(at: question.now) else {
            metrics.count(.refused, of: terms.name)
            return .failed(unavailable("too many failures lately"))
        }
        let start = clock.now
        let given = min(seconds - (start - arrival) / .seconds(1), terms.timeoutSeconds)
        var (outcome, result, end) = await ask(question, within: given)
        let duration = clock.now - start
        // Much less than its own time says nothing about the source.
        if end == .failed, given < 0.9 * terms.timeoutSeconds, duration >= .seconds(0.9 * given) {
            (result, end) = (.abandoned, .abandoned)
        }
        breaker.leave(end, with: pass, at: question.now.addingTimeInterval(duration / .seconds(1)))
        metrics.count(result, of: terms.name, after: duration)
        if case .answered(let answer) = outcome, answer.invalid.isEmpty {
            cache?.keep(answer, for: question.query, at: question.now)
        }
        return outcome
    }

    private func ask(
        _ question: Question, within seconds: Double
    ) async -> (Outcome, SourceMetrics.Result, CircuitBreaker.End) {
        do {
            let record = try await first(within: seconds) { [registry] in
                try await registry.record(for: question, within: seconds)
            }
            guard let record, let answer = try layout.read(record, for: question) else {
                return (.notFound, .notFound, .answered)
            }
            return (.answered(answer), answer.invalid.isEmpty ? .answered : .invalid, .answered)
        } catch let rejection as Rejection {
            // Whoever answers, even wrongly, keeps nobody waiting.
            let isInvalid = rejection.rule == .sourceInvalid
            return (.failed(rejection), isInvalid ? .invalid : .failed, isInvalid ? .answered : .failed)
        } catch is CancellationError {
            return (.failed(unavailable("the question was given up")), .abandoned, .abandoned)
        } catch is TooLate {
            return (.failed(unavailable("none in time")), .failed, .failed)
        } catch {
            return (.failed(unavailable(String(describing: type(of: error)))), .failed, .failed)
        }
    }

    private func unavailable(_ found: String) -> Rejection {
        Rejection(.sourceUnavailable, terms.name, expected: "an answer", found: found)
    }
}

struct TooLate: Error {}

/// What `work` gives, unless its time is over before. Whoever is late is cancelled and not waited for.
func first<T: Sendable>(
    within seconds: Double, _ work: @escaping @Sendable () async throws -> T
) async throws -> T {
    let (results, continuation) = AsyncStream.makeStream(of: Result<T, any Error>.self)
    let worker = Task {
        do { continuation.yield(.success(try await work())) } catch { continuation.yield(.failure(error)) }
    }
    let alarm = Task {
        try await Task.sleep(for: .seconds(max(0, seconds)))
        continuation.yield(.failure(TooLate()))
    }
    defer {
        worker.cancel()
        alarm.cancel()
        continuation.finish()
    }
    for await result in results { return try result.get() }
    throw CancellationError()
}
