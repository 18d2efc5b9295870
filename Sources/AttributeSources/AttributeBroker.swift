// SPDX-License-Identifier: EUPL-1.2
public import Federation

public import struct Foundation.Date

/// Completes an identity from the sources of `metadata/attribute-sources.yaml`.
public final class AttributeBroker: Sendable {
    /// The cheapest first, in the order of the file where the cost is the same.
    let sources: [Source]
    let deadlineSeconds: Double
    private let counts: SourceMetrics

    init(sources: [Source], deadlineSeconds: Double) {
        let order = sources.enumerated().sorted {
            ($0.element.terms.cost, $0.offset) < ($1.element.terms.cost, $1.offset)
        }
        self.sources = order.map(\.element)
        self.deadlineSeconds = deadlineSeconds
        counts = SourceMetrics(names: sources.map(\.terms.name))
    }

    /// The attributes that some source gives of people of this kind.
    public func offered(for person: PersonKind) -> Set<AttributeName> {
        let serving = sources.filter { $0.terms.subjects.contains { $0.person == person } }
        return serving.reduce(into: []) { $0.formUnion($1.gives(of: person)) }
    }

    /// Asks for what is wanted, of whoever gives it; at the end of the deadline there is what there is until then.
    ///
    /// - Parameter now: by which circuit breakers and memory go, and what is written into questions.
    public func complete(
        _ query: SourceQuery, wanting: [RequestedAttribute], at now: Date
    ) async -> Completion {
        let question = Question(query, at: now)
        let person = query.identifier.person
        let wanted = wanting.map(\.name).filter(offered(for: person).contains)
        var plan = Plan(wanted, from: sources.filter { $0.serves(question) })
        let clock = ContinuousClock()
        let end = clock.now + .seconds(deadlineSeconds)
        await withTaskGroup(of: (Int, Source.Outcome).self) { group in
            var next = plan.next()
            repeat {
                for index in next {
                    let source = plan[index]
                    group.addTask { [counts] in
                        (index, await source.answer(question, within: (end - clock.now) / .seconds(1), counts))
                    }
                }
                guard let (index, outcome) = await group.next() else { break }
                plan.settle(index, outcome)
                next = plan.next()
            } while true
        }
        return plan.completion
    }

    /// How people are told of a source; its name in the file where that says nothing else.
    public func name(of source: String, in language: String) -> String {
        let names = sources.first { $0.terms.name == source }?.terms.displayName ?? [:]
        return names[language] ?? names["es"] ?? names["en"] ?? names.min { $0.key < $1.key }?.value ?? source
    }

    /// What became of all questions, in the text format of Prometheus; without anything about people.
    ///
    /// - Parameter now: by which circuit breakers are open or not.
    public func metrics(at now: Date) -> String {
        counts.text(open: Set(sources.filter { $0.breaker.isOpen(at: now) }.map(\.terms.name)))
    }
}
