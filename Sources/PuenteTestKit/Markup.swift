// SPDX-License-Identifier: EUPL-1.2

/// Where the parts of a document stand, as its plain tags say: for documents of our own writers, which write no comments and
/// no CDATA, and `>` only at the end of a tag.
struct Markup {
    struct Element {
        /// From the start tag to the end tag.
        var range: Range<Int>
        var startTag: Range<Int>
        /// Its qualified name, in the start tag and in the end tag.
        var names: [Range<Int>]
        /// Each with the space before it.
        var attributes: [Attribute]

        var inside: Range<Int> { startTag.upperBound..<max(startTag.upperBound, range.upperBound - endTagLength) }
        private var endTagLength: Int { names.count > 1 ? names[1].count + 3 : 0 }
    }

    struct Attribute {
        let range: Range<Int>
        let name: Range<Int>
        let value: Range<Int>
    }

    /// In the order of their start tags: the root first.
    private(set) var elements: [Element] = []
    /// What stands between tags and is not empty.
    private(set) var texts: [Range<Int>] = []

    init(_ octets: [UInt8]) {
        var open: [Int] = []
        var place = 0
        while place < octets.count {
            guard octets[place] == UInt8(ascii: "<"), let end = octets[place...].firstIndex(of: UInt8(ascii: ">"))
            else {
                let next = octets[place...].dropFirst().firstIndex(of: UInt8(ascii: "<")) ?? octets.count
                texts.append(place..<next)
                place = next
                continue
            }
            if octets[place + 1] == UInt8(ascii: "/") {
                guard let index = open.popLast() else { return }
                elements[index].range = elements[index].range.lowerBound..<end + 1
                elements[index].names.append(place + 2..<end)
            } else {
                elements.append(Self.element(octets, place..<end + 1))
                if octets[end - 1] != UInt8(ascii: "/") { open.append(elements.count - 1) }
            }
            place = end + 1
        }
    }

    /// The parameters of a query as texts, each with the sign before it.
    init(query octets: [UInt8]) {
        let signs = octets.indices.filter { octets[$0] == UInt8(ascii: "&") }
        texts = zip([0] + signs, signs + [octets.count]).map { $0..<$1 }.filter { !$0.isEmpty }
    }

    private static func element(_ octets: [UInt8], _ tag: Range<Int>) -> Element {
        let inside = octets[tag].dropFirst().dropLast(octets[tag.upperBound - 2] == UInt8(ascii: "/") ? 2 : 1)
        let name = inside.prefix { $0 != 32 }
        var element = Element(
            range: tag, startTag: tag, names: [name.startIndex..<name.endIndex], attributes: [])
        var rest = inside[name.endIndex...]
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")), equals + 1 < rest.endIndex,
            let end = rest[(equals + 2)...].firstIndex(of: rest[equals + 1])
        {
            element.attributes.append(
                Attribute(
                    range: rest.startIndex..<end + 1, name: rest.startIndex + 1..<equals, value: equals + 2..<end))
            rest = rest[(end + 1)...]
        }
        return element
    }
}
