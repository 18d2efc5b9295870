// SPDX-License-Identifier: EUPL-1.2
import FuzzKit

@testable import SAML
@testable import XMLSecurity

extension AggregatesTarget {
    /// Whatever the pieces are, a group has the digest that it has as a whole, and what is no document is refused.
    static func checkDigests(_ octets: [UInt8]) {
        let whole = (try? XMLTree(parsing: octets, limits: .metadata)).map { groups($0.root) }
        // Each piece is a tree: of large documents there are fewer.
        let least = octets.count < 2_000 ? 1 : 700
        for (chunk, piece) in [(1 << 20, 1 << 16), (5, least), (500, 3 * least)] {
            do {
                let found = try digests(octets, chunk: chunk, piece: piece)
                guard let whole else {
                    promise(false, "what is no document is none in pieces")
                    return
                }
                promise(
                    found == whole.map { try? DigestAlgorithm.sha256.hash($0.canonical()) }, "a group has one digest")
            } catch {
                // A group may have no end of children, but the tags around them and the cuts are counted.
                promise(whole == nil || error.kind == .limit, "a document is one in pieces, too, but \(error)")
            }
        }
    }

    private static let name = Namespace.md("EntitiesDescriptor")

    /// In the order of their ends.
    private static func groups(_ element: Element) -> [Element] {
        guard element.is(name) else { return [] }
        return element.children(name).flatMap(groups) + [element]
    }

    private static func digests(_ octets: [UInt8], chunk: Int, piece: Int) throws(XMLFault) -> [[UInt8]?] {
        var open: [ContainerDigest] = []
        var found: [[UInt8]?] = []
        var rest = octets[...]
        let source: PieceReader.Source = { () throws(XMLFault) in
            defer { rest = rest.dropFirst(chunk) }
            return rest.isEmpty ? nil : Array(rest.prefix(chunk))
        }
        let reader = PieceReader(source, container: name, pieceLength: piece) { piece throws(XMLFault) in
            switch piece {
            case .opened(let chain):
                for digest in open { try digest.enter(chain) }
                open.append(try ContainerDigest(.sha256, inclusive: [], of: chain))
            case .signaturePlace(let chain), .content(let chain, _): for digest in open { try digest.add(chain) }
            case .closed:
                for digest in open { digest.leave() }
                if let last = open.popLast() { found.append(last.finish()) }
            case .signature: break
            case .whole(let octets): _ = try XMLTree(parsing: octets, limits: .metadata)
            }
        }
        try reader.read()
        promise(open.isEmpty, "what begins ends")
        return found
    }
}
