// SPDX-License-Identifier: EUPL-1.2

/// Octets of a fuzzer as a list of edits. Any octets are a script; after the last octet everything reads as nought.
public struct EditScript {
    private var rest: ArraySlice<UInt8>

    public init(_ octets: some Sequence<UInt8>) { rest = Array(octets)[...] }

    private mutating func octet() -> Int { Int(rest.popFirst() ?? 0) }

    /// Below `bound`, which must not be nought.
    public mutating func number(below bound: Int) -> Int { (octet() << 8 | octet()) % bound }

    /// How many kinds of edit there are; a script names one by an octet below.
    public static let kinds: UInt8 = 12
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

    /// A seed for each kind of edit in each document of a pool.
    public static func seeds(_ mode: Character, over documents: Int) -> [(name: String, octets: [UInt8])] {
        (0..<UInt8(documents)).flatMap { document in
            (0..<kinds).map { kind in
                (
                    "script-\(mode)-\(document)-\(kind)",
                    Array("\(mode)".utf8) + [0, document, kind, 0, 9, 0, 7, 0, 5, 1]
                )
            }
        }
    }

    /// One of the documents with the edits made in it.
    public mutating func edit(oneOf pool: [[UInt8]]) -> [UInt8] {
        edit(pool[number(below: pool.count)], with: pool)
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
        case 9: octets.replaceSubrange(text(in: octets), with: word())
        case 10: octets.replaceSubrange(value(in: octets), with: word())
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

    private mutating func word() -> [UInt8] { Array(Self.words[number(below: Self.words.count)].utf8) }

    /// The text at the beginning of an element.
    private mutating func text(in octets: [UInt8]) -> Range<Int> {
        let element = range(in: octets)
        guard let start = octets[element].firstIndex(of: UInt8(ascii: ">")) else { return element }
        let end = octets[start...].firstIndex(of: UInt8(ascii: "<")) ?? octets.count
        return (start + 1)..<max(start + 1, end)
    }

    /// What stands between the quotes of one of an element's attributes.
    private mutating func value(in octets: [UInt8]) -> Range<Int> {
        let element = range(in: octets)
        let end = octets[element].firstIndex(of: UInt8(ascii: ">")) ?? element.upperBound
        let quotes = octets[element.lowerBound..<end].indices.filter { octets[$0] == UInt8(ascii: "\"") }
        guard quotes.count > 1 else { return element.lowerBound..<element.lowerBound }
        let first = number(below: quotes.count / 2) * 2
        return (quotes[first] + 1)..<quotes[first + 1]
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
    /// What one message or another says somewhere, right or wrong.
    private static let words = [
        "", " ", "x", "true", "false", "2.0", "_question", "_a", "urn:x", "\u{3A0}\u{3B1}", "e\u{301}", "&#13;",
        "&#x1F600;",
        "DE", "ES", "DE/ES/other", "FR/ES/other", "DE/FR/other", "DE/ES/", "ES/ES/other", "public", "private",
        "minimum",
        "exact", "Male", "Unspecified", "1970-01-01", "1970-02-30", "1970", "2026-03-02T09:15:30Z",
        "2026-03-02T09:20:30Z",
        "2036-03-02T09:15:30Z", "2016-03-02T09:15:30Z", "2026-03-02T09:15:30+01:00",
        "https://puente.example.es/eidas/connector/acs", "https://puente.example.es/eidas/connector/metadata",
        "https://knoten.example.de/metadata", "https://servicio.example.es/retorno", "https://other.example/",
        "http://other.example/", "javascript:x", "http://eidas.europa.eu/LoA/low",
        "http://eidas.europa.eu/LoA/substantial",
        "http://eidas.europa.eu/LoA/high", "http://eidas.europa.eu/NotNotified/LoA/high",
        "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
        "http://eidas.europa.eu/attributes/naturalperson/Gender",
        "http://eidas.europa.eu/attributes/naturalperson/CurrentAddress",
        "http://eidas.europa.eu/attributes/naturalperson/representative/PersonIdentifier",
        "http://eidas.europa.eu/attributes/legalperson/LegalPersonIdentifier",
        "urn:oasis:names:tc:SAML:2.0:status:Success", "urn:oasis:names:tc:SAML:2.0:status:Responder",
        "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed", "urn:oasis:names:tc:SAML:2.0:cm:bearer",
        "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", "X0000000X_E00000000;Sede",
        "https://puente.example.es/eidas/proxy/sso", "https://puente.example.es/clave/acs",
        "https://noeud.example.fr/connector/acs", "https://noeud.example.fr/connector/metadata", "00000001R",
        "B00000000", "ES/ES/00000001R", "AFIRMA", "SEGSOC", "IDP_MOVIL", "0", "5", "11", "12", "clasificacion",
        "NIF-CIF",
        "NIFResponsable", "http://es.minhafp.clave/PartialAfirma",
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
