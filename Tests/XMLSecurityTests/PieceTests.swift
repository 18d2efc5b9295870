// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import Testing

@testable import XMLSecurity

extension Namespace {
    fileprivate static let group = Namespace("g", "urn:example:group")
}

extension [UInt8] {
    /// The octets in chunks of a length.
    fileprivate func chunks(of length: Int) -> PieceReader.Source {
        var rest = self[...]
        return { () throws(XMLFault) in
            defer { rest = rest.dropFirst(length) }
            return rest.isEmpty ? nil : Array(rest.prefix(length))
        }
    }
}

/// A document of groups within groups, as text: with all the freedom that writers have.
private struct RandomGroups {
    var random: Seeded
    var identifiers = 0
    private let prefixes = ["", "g", "h", "a"]
    private let uris = ["urn:example:group", "urn:example:a", "urn:example:b"]

    init(_ seed: Int) { random = Seeded(seed) }

    mutating func pick<T>(_ all: [T]) -> T { all[Int.random(in: all.indices, using: &random)] }
    mutating func happens(_ chances: Int) -> Bool { Int.random(in: 0..<chances, using: &random) == 0 }

    mutating func document() -> String {
        let head = pick(["", "\u{FEFF}", "<?xml version=\"1.0\"?>\n", "<!-- head -->", "\n"])
        return head + group(["": "", "xml": "xml"], depth: 0) + pick(["", "\n", "<!-- tail -->"])
    }

    private mutating func group(_ scope: [String: String], depth: Int) -> String {
        var scope = scope
        var (name, tag) = begin("Group", "urn:example:group", &scope)
        if happens(12) { return "<\(name)\(tag)/>" }
        var inside = ""
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            inside += space()
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where depth < 3: inside += group(scope, depth: depth + 1)
            case 1: inside += "<!-- <\(name)> ' -->"
            case 2: inside += element(scope, "Signature", depth: 1)
            case 3: inside += element(scope, "Group", depth: 1)
            default: inside += element(scope, "Item", depth: 2)
            }
        }
        tag += happens(4) ? " " : ""
        return "<\(name)\(tag)>\(inside)\(space())</\(name)\(happens(4) ? "\n" : "")>"
    }

    private mutating func element(_ scope: [String: String], _ local: String, depth: Int) -> String {
        var scope = scope
        let (name, tag) = begin(local, pick(["urn:example:a", "urn:example:b", Namespace.ds.uri]), &scope)
        if happens(3) { return "<\(name)\(tag)/>" }
        let inside =
            depth > 0 && happens(2)
            ? (happens(2) ? element(scope, "Group", depth: depth - 1) : "")
                + element(scope, "Signature", depth: depth - 1)
            : pick(["", "text", "\r\n", "&lt;&amp;&#13; ñ>", "]] >", "  "])
        return "<\(name)\(tag)>\(inside)</\(name)>"
    }

    /// The name and attributes of an element in a namespace, which is declared if it is not yet, or now and then.
    private mutating func begin(_ local: String, _ uri: String, _ scope: inout [String: String]) -> (String, String) {
        var tag = ""
        let prefix: String
        if let known = scope.filter({ $0.value == uri }).keys.sorted().first, !happens(4) {
            prefix = known
        } else {
            prefix = pick(prefixes)
            scope[prefix] = uri
            tag += " xmlns\(prefix.isEmpty ? "" : ":" + prefix)=\"\(uri)\""
        }
        if happens(4) {
            let (other, uri) = (pick(["p", "q", "a", "h"]), pick(uris))
            if other != prefix {
                scope[other] = uri
                tag += " xmlns:\(other)='\(uri)'"
                if happens(2) { tag += "\n\(other):k=\"v&#10;&quot;>\"" }
            }
        }
        if happens(3) { tag += " b='/\"' a = \"x\ty\"" }
        if happens(5) {
            identifiers += 1
            tag += " ID=\"_\(identifiers)\""
        }
        return (prefix.isEmpty ? local : prefix + ":" + local, tag)
    }

    private mutating func space() -> String { pick(["", "", "\n  ", "\r\n", "\r", "\t"]) }
}

@Suite("Large documents in pieces")
struct PieceTests {
    static let name = Namespace.group("Group")

    /// The digest of each container, in the order of their ends.
    static func digests(
        _ octets: [UInt8], inclusive prefixes: [String] = [], chunk: Int = 1 << 20, piece: Int = 1 << 16
    ) throws -> [[UInt8]] {
        var open: [ContainerDigest] = []
        var found: [[UInt8]] = []
        let reader = PieceReader(octets.chunks(of: chunk), container: name, pieceLength: piece) {
            piece throws(XMLFault) in
            switch piece {
            case .opened(let chain):
                for digest in open { try digest.enter(chain) }
                open.append(try ContainerDigest(.sha256, inclusive: prefixes, of: chain))
            // No enveloped signature here: all is content.
            case .signaturePlace(let chain): for digest in open { try digest.add(chain) }
            case .content(let chain, _): for digest in open { try digest.add(chain) }
            case .closed:
                for digest in open { digest.leave() }
                if let last = open.popLast() { found.append(last.finish()) }
            case .signature: break
            case .whole(let octets): _ = try XMLTree(parsing: octets, limits: .metadata)
            }
        }
        try reader.read()
        #expect(open.isEmpty)
        return found
    }

    static func digests(byTree octets: [UInt8], inclusive prefixes: [String] = []) throws -> [[UInt8]] {
        let root = try XMLTree(parsing: octets, limits: .metadata).root
        func containers(_ element: Element) -> [Element] {
            guard element.is(name) else { return [] }
            return element.children(name).flatMap(containers) + [element]
        }
        return try containers(root).map { DigestAlgorithm.sha256.hash(try $0.canonical(inclusive: prefixes)) }
    }

    @Test("Each group has the digest that libxml2 gives it as a whole", arguments: 0..<600)
    func digest(seed: Int) throws {
        var writer = RandomGroups(seed)
        let octets = Array(writer.document().utf8)
        let prefixes = [[], ["a", "p"], ["#default", "g", "q", "none"]][seed % 3]
        let expected = try Self.digests(byTree: octets, inclusive: prefixes)
        #expect(try Self.digests(octets, inclusive: prefixes) == expected)
        #expect(try Self.digests(octets, inclusive: prefixes, chunk: 1 + seed % 7, piece: 1) == expected)
        #expect(try Self.digests(octets, inclusive: prefixes, chunk: 50, piece: 100) == expected)
    }

    /// Which of several faults is told depends on what is looked at first: of pieces the first piece, of a whole its tags.
    static func agree(_ pieces: XMLFault.Kind?, _ whole: XMLFault.Kind?) -> Bool {
        guard let pieces, let whole else { return pieces == nil && whole == nil }
        return pieces == whole || [.malformed, .encoding, .documentType].contains(whole)
    }

    @Test("What is refused as a whole is refused in pieces, and nothing else", arguments: 0..<3000)
    func refusals(seed: Int) throws {
        var writer = RandomGroups(seed % 50)
        var random = Seeded(seed + 1_000_000)
        var octets = Array(writer.document().utf8)
        for _ in 0...(seed % 2) { octets = octets.edited(&random) }
        let whole = try fault { _ = try Self.digests(byTree: octets) }
        let pieces = try fault { _ = try Self.digests(octets, chunk: 1 + seed % 100, piece: 1 + seed % 200) }
        #expect(Self.agree(pieces, whole), "\(String(decoding: octets, as: UTF8.self))")
        if whole == nil { #expect(try Self.digests(octets, piece: 10) == Self.digests(byTree: octets)) }
    }

    static let inserts: [String: String] = [
        "CDATA": "<![CDATA[ </g:Group> ]]>", "a processing instruction": "<?x </g:Group> ?>",
        "a document type": "<!DOCTYPE a>", "a declared entity": "<!ENTITY a 'b'>", "an unknown entity": "&nbsp;",
        "an identifier twice": "<i ID='_x'/><i Id=' _X '/>", "an unknown prefix": "<y:i/>",
        "a relative namespace": "<i xmlns='relative'/>", "an attribute twice": "<i a='1' a='2'/>",
        "a comment in text": "<i>a<!-- -->b</i>", "text and a comment in the group": "text<i/><!-- --><i/>",
        "a comment that does not end": "<!-- ", "a tag that does not end": "<i ", "a value that does not end": "<i a='",
        "another end": "</i>", "the end of the group in advance": "</g:Group>", "an ampersand": "&", "a mark": "<",
        "]]>": "]]>", "a NUL": "\0", "an attribute without value": "<i a/>", "deep": deep,
        "many marks": "<i>a" + String(repeating: "\u{301}", count: 40) + "</i>",
        "many attributes": "<i " + (0..<70).map { "a\($0)='' " }.joined() + "/>",
        "a long name": "<" + String(repeating: "i", count: 300) + "/>",
        "a group in the middle of something": "<i><g:Group></i></g:Group>", "nothing wrong": "<i/> <!-- -->",
    ]
    private static let deep = String(repeating: "<i>", count: 39) + String(repeating: "</i>", count: 39)

    @Test("Each thing that is not let in is not let in anywhere", arguments: inserts.keys.sorted())
    func inserted(name: String) throws {
        let insert = try #require(Self.inserts[name])
        let text = """
            <?xml version="1.0"?><g:Group xmlns:g="urn:example:group" ID="_g">|<i/>|<g:Group>|<i>|</i>|</g:Group>|
            <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">|</ds:Signature>|</g:Group>|
            """
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        for place in 1..<parts.count {
            let octets = Array((parts[..<place].joined() + insert + parts[place...].joined()).utf8)
            let whole = try fault { _ = try Self.digests(byTree: octets) }
            for piece in [1, 1 << 16] {
                #expect(try fault { _ = try Self.digests(octets, chunk: 10, piece: piece) } == whole, "at \(place)")
            }
        }
    }

    @Test("A document ends where it must")
    func ends() throws {
        let text = "<g:Group xmlns:g='urn:example:group'><g:Group><i/></g:Group></g:Group>"
        for length in 0..<text.utf8.count {
            #expect(try fault { _ = try Self.digests(Array(text.utf8.prefix(length))) } == .malformed)
        }
        for tail in ["<i/>", "text", "<?x?>", "<g:Group/>", "</g:Group>", "\0", "<!DOCTYPE a>"] {
            let octets = Array((text + tail).utf8)
            let whole = try fault { _ = try Self.digests(byTree: octets) }
            #expect(try whole != nil && fault { _ = try Self.digests(octets) } == whole)
        }
    }

    @Test("A long text that comes in very small chunks is looked at as often as it doubles")
    func trickle() throws {
        let text =
            "<g:Group xmlns:g='urn:example:group'><i>" + String(repeating: "x", count: 1 << 19) + "</i></g:Group>"
        let octets = Array(text.utf8)
        #expect(try Self.digests(octets, chunk: 64) == Self.digests(byTree: octets))
    }

    @Test("Sizes are limited: of a child, of tags, of what is cut out")
    func limits() throws {
        func kind(_ inside: String, tag: String = "") throws -> XMLFault.Kind? {
            let text = "<g:Group xmlns:g='urn:example:group' \(tag)>\(inside)</g:Group>"
            return try fault { _ = try Self.digests(Array(text.utf8)) }
        }
        let item = "<i>" + String(repeating: "x", count: 1 << 20) + "</i>"
        #expect(try kind(String(repeating: item, count: 8)) == nil)
        #expect(try kind("<i>" + item + item + item + "</i>") == .limit)
        #expect(try kind("", tag: "a='\(String(repeating: "x", count: 1 << 14))'") == .limit)
        #expect(try kind(String(repeating: "<g:Group/>", count: 4000)) == nil)
        #expect(try kind(String(repeating: "<g:Group/>", count: 4100)) == .limit)
        #expect(try kind(String(repeating: "<Signature/>", count: 4100)) == .limit)
        var sent = 0
        let endless = PieceReader(
            { () throws(XMLFault) in
                sent += 1 << 20
                return Array(repeating: 32, count: 1 << 20)
            }, container: Self.name, visit: { _ in })
        #expect(try fault { try endless.read() } == .limit)
        #expect(sent < 4 << 20)
    }
}
