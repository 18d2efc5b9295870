// SPDX-License-Identifier: EUPL-1.2

/// One change to a document, such as anybody on its way can make: to an octet, an element, an attribute, a text or a name.
public struct Mutation: Sendable, CustomStringConvertible {
    public enum Kind: CaseIterable, Sendable {
        case octetChanged, octetRemoved, octetInserted, markupInserted
        case elementRemoved, elementDoubled, elementMoved, elementsSwapped, elementRenamed, elementWrapped,
            elementEmptied
        case attributeRemoved, attributeDoubled, attributeMoved, attributeRenamed, attributeChanged
        case textChanged, textDoubled, textMoved, prefixChanged, namespaceChanged

        /// What can be done where there are no elements.
        static let plain: [Kind] = [
            .octetChanged, .octetRemoved, .octetInserted, .markupInserted, .textChanged, .textDoubled, .textMoved,
        ]
    }

    public let kind: Kind
    /// Where in the original something was replaced, and by what. Later places first.
    let edits: [Edit]

    struct Edit {
        let range: Range<Int>
        let octets: [UInt8]
    }

    public var description: String {
        let places = edits.map { edit in
            "\(edit.range) by \(String(decoding: edit.octets.prefix(80), as: UTF8.self).debugDescription)"
        }
        return "\(kind): \(places.joined(separator: ", "))"
    }

    public func applied(to octets: [UInt8]) -> [UInt8] {
        var octets = octets
        for edit in edits { octets.replaceSubrange(edit.range, with: edit.octets) }
        return octets
    }
}

/// A document that is going to be changed.
public struct Mutable: Sendable {
    public let octets: [UInt8]
    private let markup: Markup

    /// - Parameter octets: a document, or a query, whose parameters count as texts.
    public init(_ octets: [UInt8]) {
        self.octets = octets
        markup = octets.contains(UInt8(ascii: "<")) ? Markup(octets) : Markup(query: octets)
    }

    /// A change of a random kind that changes something.
    public func mutation(_ random: inout Seeded) -> Mutation {
        while true {
            let kinds = markup.elements.isEmpty ? Mutation.Kind.plain : Mutation.Kind.allCases
            let kind = kinds.any(&random)
            let edits = edits(kind, &random).sorted { $0.range.lowerBound > $1.range.lowerBound }
            guard !edits.isEmpty,
                zip(edits, edits.dropFirst()).allSatisfy({ $1.range.upperBound <= $0.range.lowerBound })
            else { continue }
            let mutation = Mutation(kind: kind, edits: edits)
            if mutation.applied(to: octets) != octets { return mutation }
        }
    }

    private typealias Edit = Mutation.Edit

    private func edits(_ kind: Mutation.Kind, _ random: inout Seeded) -> [Edit] {
        switch kind {
        case .octetChanged: [Edit(octet(&random), [octets.any(&random) ^ .random(in: 1...255, using: &random)])]
        case .octetRemoved: [Edit(octet(&random), [])]
        case .octetInserted: [Edit(at: octet(&random).lowerBound, [.random(in: 0...255, using: &random)])]
        case .markupInserted: [Edit(at: octet(&random).lowerBound, Array(Self.snippets.any(&random).utf8))]
        case .elementRemoved: [Edit(element(&random).range, [])]
        case .elementDoubled: doubled(element(&random).range)
        case .elementMoved: moved(element(&random).range, to: boundary(&random))
        case .elementsSwapped: swapped(element(&random).range, element(&random).range)
        case .elementRenamed: renamed(element(&random), as: self[element(&random).names[0]])
        case .elementWrapped: wrapped(element(&random), in: self[element(&random).names[0]])
        case .elementEmptied: [Edit(element(&random).inside, [])]
        case .attributeRemoved: attribute(&random).map { [Edit($0.range, [])] } ?? []
        case .attributeDoubled: attribute(&random).map { doubled($0.range) } ?? []
        case .attributeMoved:
            attribute(&random).map { moved($0.range, to: element(&random).names[0].upperBound) } ?? []
        case .attributeRenamed: pair(&random).map { [Edit($0.name, self[$1.name])] } ?? []
        case .attributeChanged: pair(&random).map { [Edit($0.value, other($0.value, $1.value, &random))] } ?? []
        case .textChanged: [Edit(text(&random), other(text(&random), text(&random), &random))]
        case .textDoubled: doubled(text(&random))
        case .textMoved: moved(text(&random), to: boundary(&random))
        case .prefixChanged: prefixChanged(&random)
        case .namespaceChanged: namespaceChanged(&random)
        }
    }

    private subscript(range: Range<Int>) -> [UInt8] { Array(octets[range]) }

    // MARK: Choosing

    private func octet(_ random: inout Seeded) -> Range<Int> {
        let place = Int.random(in: octets.indices, using: &random)
        return place..<place + 1
    }

    private func element(_ random: inout Seeded) -> Markup.Element { markup.elements.any(&random) }

    private func attribute(_ random: inout Seeded) -> Markup.Attribute? {
        let bearers = markup.elements.filter { !$0.attributes.isEmpty }
        return bearers.isEmpty ? nil : bearers.any(&random).attributes.any(&random)
    }

    private func pair(_ random: inout Seeded) -> (Markup.Attribute, Markup.Attribute)? {
        guard let first = attribute(&random), let second = attribute(&random) else { return nil }
        return (first, second)
    }

    private func text(_ random: inout Seeded) -> Range<Int> { markup.texts.any(&random) }

    /// Before, behind, or at the beginning of an element; or at the edge of a text.
    private func boundary(_ random: inout Seeded) -> Int {
        guard !markup.elements.isEmpty else { return text(&random).upperBound }
        let element = element(&random)
        return [element.range.lowerBound, element.range.upperBound, element.startTag.upperBound].any(&random)
    }

    // MARK: Changing

    private func doubled(_ range: Range<Int>) -> [Edit] { [Edit(at: range.upperBound, self[range])] }

    /// Nothing if it would come to stand within itself.
    private func moved(_ range: Range<Int>, to place: Int) -> [Edit] {
        guard place <= range.lowerBound || place >= range.upperBound else { return [] }
        return [Edit(range, []), Edit(at: place, self[range])]
    }

    private func swapped(_ first: Range<Int>, _ second: Range<Int>) -> [Edit] {
        first.overlaps(second) ? [] : [Edit(first, self[second]), Edit(second, self[first])]
    }

    private func renamed(_ element: Markup.Element, as name: [UInt8]) -> [Edit] { element.names.map { Edit($0, name) } }

    private func wrapped(_ element: Markup.Element, in name: [UInt8]) -> [Edit] {
        let tag = { (mark: String) in Array(mark.utf8) + name + Array(">".utf8) }
        return [Edit(at: element.range.lowerBound, tag("<")), Edit(at: element.range.upperBound, tag("</"))]
    }

    /// Another value than the one that is there: one that stands elsewhere, nothing, or itself a little changed.
    private func other(_ value: Range<Int>, _ elsewhere: Range<Int>, _ random: inout Seeded) -> [UInt8] {
        let (text, octet) = (self[value], UInt8.random(in: 0x21...0x7E, using: &random))
        return [self[elsewhere], [], text + [octet], [octet] + text, text.dropLast(), text + text, [32] + text + [10]]
            .any(&random)
    }

    /// One element says another prefix, or none.
    private func prefixChanged(_ random: inout Seeded) -> [Edit] {
        let (changed, other) = (element(&random), self[element(&random).names[0]])
        let name = self[changed.names[0]]
        let local = Array(name.suffix(from: (name.firstIndex(of: UInt8(ascii: ":")) ?? -1) + 1))
        let prefix = other.firstIndex(of: UInt8(ascii: ":")).map { Array(other[...$0]) } ?? []
        return renamed(changed, as: [prefix + local, local].any(&random))
    }

    /// A declaration says another namespace, or declares another prefix.
    private func namespaceChanged(_ random: inout Seeded) -> [Edit] {
        let declared = markup.elements.flatMap(\.attributes).filter { octets[$0.name].starts(with: "xmlns".utf8) }
        guard !declared.isEmpty else { return [] }
        let (one, two) = (declared.any(&random), declared.any(&random))
        return [
            [Edit(one.value, self[two.value])], [Edit(one.name, Array("xmlns:other".utf8))],
            [Edit(one.name, Array("xmlns".utf8))], [Edit(one.value, Array("urn:other".utf8))],
        ].any(&random)
    }

    private static let snippets = [
        "<!-- -->", "<![CDATA[x]]>", "&#13;", "&amp;", "&lt;", "\n", "<a/>", "<a>", "</a>", " xmlns=''",
        " xml:lang='es'",
        " xml:id='_1'", " Id='_1'", "\u{301}", "\u{FEFF}", "<?x y?>", "<!DOCTYPE a>", "</", "=", "\"", "&#x41;",
        "\u{3C9}",
    ]
}

extension Mutation.Edit {
    fileprivate init(_ range: Range<Int>, _ octets: some Sequence<UInt8>) {
        self.init(range: range, octets: Array(octets))
    }
    fileprivate init(at place: Int, _ octets: [UInt8]) { self.init(range: place..<place, octets: octets) }
}

extension Array {
    /// One of the members; there is one.
    fileprivate func any(_ random: inout Seeded) -> Element { self[Int.random(in: indices, using: &random)] }
}
