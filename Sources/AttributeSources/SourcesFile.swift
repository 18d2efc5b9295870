// SPDX-License-Identifier: EUPL-1.2
public import Dialects
import Federation
import XMLSecurity
public import YAMLText

extension AttributeBroker {
    /// Reads `metadata/attribute-sources.yaml`. Its commented example and `Docs/schema/attribute-sources.json` explain
    /// each key; relative paths are seen from the folder of the file.
    ///
    /// - Parameter mapping: the table of `mappings/eidas.yaml`: which attributes there are, and what their values look
    /// like.
    /// - Parameter isProduction: refuses example values and http to other machines in entries that are enabled.
    /// - Returns: `nil` if there is any fault.
    public static func read(
        path: String, mapping: MappingTable, isProduction: Bool, into faults: Faults
    ) -> AttributeBroker? {
        let before = faults.count
        guard let root = YAMLDocument.read(path: path, into: faults) else { return nil }
        let broker = root.map { SourcesReader(mapping: mapping, isProduction: isProduction).broker($0) }
        return faults.count == before ? broker : nil
    }
}

/// Reads one file.
final class SourcesReader {
    let mapping: MappingTable
    let isProduction: Bool
    /// Whether the entry at hand is enabled: only then its files have to be there.
    private(set) var isLive = true
    /// For all sources together.
    private var deadlineSeconds = 8
    private var places: [String: String] = [:]

    /// `FirstSurname` is no attribute of eIDAS, but Cl@ve tells it and registries ask for it.
    var names: Set<AttributeName> { mapping.names.union([.firstSurname]) }

    init(mapping: MappingTable, isProduction: Bool) {
        self.mapping = mapping
        self.isProduction = isProduction
    }

    func broker(_ map: YAMLMap) -> AttributeBroker {
        deadlineSeconds = map["deadline-seconds"].integer(in: 1...60) ?? deadlineSeconds
        let sources = map.required("sources").list(of: "sources").compactMap(source)
        return AttributeBroker(sources: sources, deadlineSeconds: Double(deadlineSeconds))
    }

    /// `nil` for an entry that is switched off, or faulty.
    private func source(_ value: YAMLValue) -> Source? {
        guard let (source, isEnabled) = value.map(source(_:)), isEnabled else { return nil }
        if isProduction { value.refusePlaceholders() }
        return source
    }

    private func source(_ map: YAMLMap) -> (Source?, Bool) {
        let isEnabled = map["enabled"].bool() ?? true
        isLive = isEnabled
        let terms = self.terms(map)
        let kinds = [map["http"], map["sql"], map["scsp"]]
        if kinds.count(where: \.isPresent) != 1 {
            map.fault(
                expected: "one of http, sql and scsp", found: kinds.contains(where: \.isPresent) ? "several" : "none",
                advice: "Say how the source is asked, in one of the three ways.")
        }
        let layout = self.layout(map, of: terms)
        let registry: (any Registry)?
        if kinds[0].isPresent {
            registry = kinds[0].map { http($0, layout) } ?? nil
        } else if kinds[1].isPresent {
            registry = kinds[1].map { sqlite($0, layout) } ?? nil
        } else {
            registry = kinds[2].isPresent ? kinds[2].map { scsp($0, layout) } ?? nil : nil
        }
        return (registry.map { Source(terms: terms, layout: layout.layout, registry: $0) }, isEnabled)
    }

    private func terms(_ map: YAMLMap) -> SourceTerms {
        SourceTerms(
            name: name(map.required("name")),
            displayName: map["display-name"].textByLanguage(),
            subjects: subjects(map["subjects"]),
            highestLoA: map["highest-loa"].word() ?? .high,
            cost: map["cost"].integer(in: 0...1000) ?? 10,
            // No source has longer than all together.
            timeoutSeconds: Double(min(map["timeout-seconds"].integer(in: 1...30) ?? 3, deadlineSeconds)),
            atOnce: map["at-once"].integer(in: 1...512) ?? 32,
            cacheSeconds: map["cache-seconds"].integer(in: 0...3600) ?? 0,
            breaker: map["circuit-breaker"].section { breaker in
                CircuitBreaker.Terms(
                    failures: breaker["failures"].integer(in: 1...100) ?? 5,
                    seconds: Double(breaker["seconds"].integer(in: 1...3600) ?? 30))
            })
    }

    private func name(_ value: YAMLValue) -> String {
        guard let name = value.label() else { return "" }
        if let place = places.updateValue(value.place, forKey: name) {
            value.fault(
                expected: "a name of its own for each source", found: "\(quoted(name)), as in \(place)",
                advice: "Give one of the two another name.")
        }
        return name
    }

    private func subjects(_ value: YAMLValue) -> Set<SpanishIdentifier.Kind> {
        guard value.isPresent else { return [.dni, .nie, .nifK, .nifL, .nifM] }
        return Set(value.distinct("kinds of number", atLeast: 1) { $0.word(SpanishIdentifier.Kind.self) })
    }
}

// MARK: Attributes

/// A layout with the values of the file in which its places are written, for the kinds to check.
struct DraftLayout {
    var layout: Layout
    var places: [String: YAMLValue]
}

extension SourcesReader {
    private func layout(_ map: YAMLMap, of terms: SourceTerms) -> DraftLayout {
        var places: [String: YAMLValue] = [:]
        func note(_ value: YAMLValue) -> String? {
            guard let text = value.string("a place in the answer") else { return nil }
            places[text] = value
            return text
        }
        var seen: Set<AttributeName> = []
        let entries = map.required("attributes").list(of: "attributes", atLeast: 1).compactMap { value in
            value.map { entry($0, terms, &seen, note) } ?? nil
        }
        let mustEqual = map["must-equal"].list(of: "places and values").compactMap { value in
            value.map { map -> (place: String, template: Template)? in
                let (place, template) = (note(map.required("at")), template(map.required("value")))
                guard let place, let template else { return nil }
                return (place, template)
            } ?? nil
        }
        let notFoundWhen = map["not-found-when"].list(of: "places and values").compactMap { value in
            value.map { map -> (place: String, values: Set<String>)? in
                let values = map.required("is").distinct("values", atLeast: 1) { $0.string() }
                return note(map.required("at")).map { ($0, Set(values)) }
            } ?? nil
        }
        let layout = Layout(source: terms.name, entries: entries, mustEqual: mustEqual, notFoundWhen: notFoundWhen)
        return DraftLayout(layout: layout, places: places)
    }

    private func entry(
        _ map: YAMLMap, _ terms: SourceTerms, _ seen: inout Set<AttributeName>, _ note: (YAMLValue) -> String?
    ) -> Layout.Entry? {
        let name = map.required("name")
        let row = row(name, terms, &seen)
        let content = content(map, row, note)
        let date = map["date"]
        let pattern = date.parsed(
            "a form of days with yyyy, MM and dd", advice: "Write it as dd/MM/yyyy or yyyyMMdd.", DatePattern.init)
        if let row, date.isPresent, row.rule != .date {
            date.fault(expected: "date only beside a date", found: "it beside \(row.name)", advice: "Remove it.")
        }
        let words = map["values"].isPresent ? words(map["values"], row) : nil
        guard let row, let content else { return nil }
        return Layout.Entry(
            name: row.name, rule: row.rule, person: row.person, isMultiple: row.isMultiple, content: content,
            date: pattern, words: words)
    }

    private func row(
        _ value: YAMLValue, _ terms: SourceTerms, _ seen: inout Set<AttributeName>
    ) -> MappingTable.Row? {
        guard let text = value.string("the name of an attribute") else { return nil }
        let permitted = mapping.rows.filter { !$0.name.isRepresentative && $0.rule != .identifier }
        guard let row = permitted.first(where: { $0.name.rawValue == text }) else {
            let suggestion = nearest(to: text, among: permitted.map(\.name.rawValue)).map { "Did you mean \($0)?" }
            value.fault(
                expected: "an attribute that a source may give", found: quoted(text),
                advice: suggestion ?? "See the names in mappings/eidas.yaml; identifiers come from the login alone.")
            return nil
        }
        if !seen.insert(row.name).inserted {
            value.fault(expected: "each attribute once", found: quoted(text), advice: "Remove one of the two.")
        }
        if let person = row.person, !terms.subjects.contains(where: { $0.person == person }) {
            value.fault(
                expected: "an attribute of the subjects of this source", found: "one of a \(person.rawValue) person",
                advice: "Remove it, or add to subjects.")
        }
        return row
    }

    private func content(
        _ map: YAMLMap, _ row: MappingTable.Row?, _ note: (YAMLValue) -> String?
    ) -> Layout.Content? {
        let address = map["address"]
        let at = address.isPresent ? map["at"] : map.required("at")
        if address.isPresent != (row?.rule == .address) || address.isPresent == at.isPresent, row != nil,
            address.isPresent || at.isPresent
        {
            map.fault(
                expected: row?.rule == .address ? "address" : "at", found: address.isPresent ? "address" : "at",
                advice: "An address is given by its parts, everything else by one place.")
        }
        if address.isPresent { return .address(addressParts(address, note)) }
        if at.isList { return .text(at.list(of: "places", atLeast: 1).compactMap(note)) }
        return note(at).map { .text([$0]) }
    }

    private func addressParts(
        _ value: YAMLValue, _ note: (YAMLValue) -> String?
    ) -> [(part: String, place: String)] {
        value.map { map in
            ValueRule.addressParts.compactMap { part in
                map[part].isPresent ? note(map[part]).map { (part, $0) } : nil
            }
        } ?? []
    }

    /// The words of the source, each with a canonical value.
    private func words(_ value: YAMLValue, _ row: MappingTable.Row?) -> [String: String] {
        var words: [String: String] = [:]
        for (key, value) in value.pairs("words of the source and our values, such as V: Male") {
            guard let word = key.string(), let ours = value.string() else { continue }
            if let row, !row.rule.admits(ours) {
                value.fault(
                    expected: "a value of the form \(row.rule)", found: quoted(ours),
                    advice: "See the example of \(row.name) in mappings/eidas.yaml.")
            }
            words[word] = ours
        }
        return words
    }

    func template(_ value: YAMLValue) -> Template? {
        guard let text = value.string("text, with places such as {identifier}") else { return nil }
        do {
            return try Template(text, names: names)
        } catch {
            report(error.word, at: value)
            return nil
        }
    }

    func report(_ word: String, at value: YAMLValue) {
        value.fault(
            expected: "{identifier}, {document-type}, {request-id}, {now} or an attribute such as {first-name}",
            found: "{\(word)}", advice: "Correct the word in braces.")
    }
}
