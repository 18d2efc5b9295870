// SPDX-License-Identifier: EUPL-1.2
import Federation

/// Who is asked next, and what has come of it: pure.
///
/// Each attribute has a row of sources, the cheapest first. The first of each row are asked at the same time; whoever
/// does not know, or fails, hands over to the next of the row. Nobody is asked twice, and an attribute comes whole from
/// one source.
struct Plan {
    private enum State {
        case untouched, asked
        case over(Source.Outcome)
    }

    private let wanted: [AttributeName]
    private let sources: [Source]
    private var states: [State]

    /// - Parameter sources: those that serve the question, the cheapest first.
    init(_ wanted: [AttributeName], from sources: [Source]) {
        self.wanted = wanted.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        self.sources = sources
        states = sources.map { _ in .untouched }
    }

    subscript(index: Int) -> Source { sources[index] }

    /// The sources that are to be asked now, by number.
    mutating func next() -> [Int] {
        let heads = Set(wanted.compactMap(head)).sorted().filter {
            if case .untouched = states[$0] { true } else { false }
        }
        for index in heads { states[index] = .asked }
        return heads
    }

    mutating func settle(_ index: Int, _ outcome: Source.Outcome) { states[index] = .over(outcome) }

    /// The source that an attribute waits for; `nil` if it is there, or nobody is left to ask.
    private func head(of name: AttributeName) -> Int? {
        for (index, source) in sources.enumerated() where source.gives.contains(name) {
            guard case .over(let outcome) = states[index] else { return index }
            if outcome.values(of: name) != nil { return nil }
        }
        return nil
    }

    var completion: Completion {
        Completion(attributes: wanted.compactMap(attribute), failures: sources.indices.flatMap(failures))
    }

    private func attribute(_ name: AttributeName) -> Attribute? {
        for (index, source) in sources.enumerated() {
            if case .over(let outcome) = states[index], let values = outcome.values(of: name) {
                return Attribute(name, values, from: .source(source.terms.name))
            }
        }
        return nil
    }

    private func failures(of index: Int) -> [SourceFailure] {
        let source = sources[index]
        guard case .over(let outcome) = states[index] else { return [] }
        switch outcome {
        case .notFound: return []
        case .failed(let rejection):
            let wanted = wanted.filter(source.gives.contains)
            return [SourceFailure(source: source.terms.name, wanted: wanted, rejection: rejection)]
        case .answered(let answer):
            return wanted.compactMap { name in
                answer.invalid[name].map { SourceFailure(source: source.terms.name, wanted: [name], rejection: $0) }
            }
        }
    }
}

extension Source.Outcome {
    fileprivate func values(of name: AttributeName) -> [AttributeValue]? {
        if case .answered(let answer) = self { answer.values[name] } else { nil }
    }
}
