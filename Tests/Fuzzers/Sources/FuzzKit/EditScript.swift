// SPDX-License-Identifier: EUPL-1.2

/// Octets of a fuzzer as a list of edits. Any octets are a script; after the last octet everything reads as nought.
public struct EditScript {
    private var rest: ArraySlice<UInt8>

    public init(_ octets: some Sequence<UInt8>) { rest = Array(octets)[...] }

    private mutating func octet() -> Int { Int(rest.popFirst() ?? 0) }

    /// Below `bound`, which must not be nought.
    public mutating func number(below bound: Int) -> Int { (octet() << 8 | octet()) % bound }

    /// How many kinds of edit there are; a script names one by an octet below.
    public static let kinds: UInt8 = 10
    private static let mostEdits = 12
    private static let mostOctets = 100_000

    /// A document with the edits made in it, one after the other; elements may come from all documents of the pool.
    public mutating func edit(_ document: [UInt8], with pool: [[UInt8]]) -> [UInt8] {
        var edited = document
        var edits = 0
        while !rest.isEmpty, edits < Self.mostEdits, edited.count < Self.mostOctets {
            editOnce(&edited, pool)
            edits += 1
        }
        return edited
    }

    private mutating func editOnce(_ octets: inout [UInt8], _ pool: [[UInt8]]) {
        switch octet() % Int(Self.kinds) {
        case 0:
            let place = number(below: octets.count + 1)
            octets.replaceSubrange(place..<min(place + 1, octets.count), with: [UInt8(octet())])
        case 1:
            let place = number(below: octets.count + 1)
            octets.removeSubrange(place..<min(place + octet(), octets.count))
        case 2: octets.insert(contentsOf: literal(), at: number(below: octets.count + 1))
        case 3: octets.insert(contentsOf: snippet(), at: boundary(in: octets))
        case 4: octets.insert(contentsOf: element(of: pool), at: boundary(in: octets))
        case 5: octets.replaceSubrange(range(in: octets), with: element(of: pool))
        case 6: octets.removeSubrange(range(in: octets))
        case 7:
            let moved = range(in: octets)
            let element = octets[moved]
            octets.removeSubrange(moved)
            octets.insert(contentsOf: element, at: boundary(in: octets))
        case 8:
            let replaced = range(in: octets)
            octets.replaceSubrange(replaced, with: namesake(of: octets[replaced], in: pool))
        default:
            let wrapped = range(in: octets)
            let name = Array(Self.wrappers[number(below: Self.wrappers.count)].utf8)
            octets.replaceSubrange(
                wrapped,
                with: Array("<".utf8) + name + Array(">".utf8) + octets[wrapped] + Array("</".utf8) + name
                    + Array(">".utf8))
        }
    }

    private mutating func literal() -> [UInt8] {
        let count = octet() % 64
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    private mutating func snippet() -> [UInt8] { Array(Self.snippets[number(below: Self.snippets.count)].utf8) }

    private mutating func element(of pool: [[UInt8]]) -> [UInt8] {
        let document = pool[number(below: pool.count)]
        return Array(document[range(in: document)])
    }

    /// What another document says under the same name; nothing if it does not.
    private mutating func namesake(of element: ArraySlice<UInt8>, in pool: [[UInt8]]) -> [UInt8] {
        let document = pool[number(below: pool.count)]
        let name = element.prefix { !" >/".utf8.contains($0) }
        let all = elementRanges(in: document).filter { document[$0].prefix { !" >/".utf8.contains($0) } == name }
        return all.isEmpty ? [] : Array(document[all[number(below: all.count)]])
    }

    private mutating func range(in octets: [UInt8]) -> Range<Int> {
        let all = elementRanges(in: octets)
        return all.isEmpty ? 0..<octets.count : all[number(below: all.count)]
    }

    /// Before or behind an element, or right inside it.
    private mutating func boundary(in octets: [UInt8]) -> Int {
        let range = range(in: octets)
        switch octet() % 3 {
        case 0: return range.lowerBound
        case 1: return range.upperBound
        default: return (octets[range].firstIndex(of: UInt8(ascii: ">")) ?? range.upperBound - 1) + 1
        }
    }

    private static let wrappers = [
        "saml2p:Extensions", "saml2p:Response", "saml2:Assertion", "saml2:EncryptedAssertion", "saml2p:StatusDetail",
        "ds:Object", "saml2:Advice", "ds:Signature", "x",
    ]
    private static let snippets = [
        "<!-- -->", "<![CDATA[x]]>", "<?x y?>", "<!DOCTYPE a>", "&#13;", "&amp;", "&#0;", "\u{FEFF}", "\u{301}", "<x/>",
        "<x xmlns=''/>", "<x Id='_1'/>", "<x xml:id='_1'/>", "<saml2:Advice/>", "<ds:Signature/>", " ",
    ]
}

/// Where the elements of a document are, outermost first, as its plain tags say. Damaged documents have fewer.
func elementRanges(in octets: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var open: [(start: Int, place: Int)] = []
    var index = 0
    while index + 1 < octets.count {
        guard octets[index] == UInt8(ascii: "<"), let end = octets[index...].firstIndex(of: UInt8(ascii: ">")) else {
            index += 1
            continue
        }
        let next = octets[index + 1]
        if next == UInt8(ascii: "/") {
            if let (start, place) = open.popLast() { found[place] = start..<(end + 1) }
        } else if next != UInt8(ascii: "!"), next != UInt8(ascii: "?") {
            if octets[end - 1] != UInt8(ascii: "/") { open.append((index, found.count)) }
            found.append(index..<(end + 1))
        }
        index = end + 1
    }
    return found
}
