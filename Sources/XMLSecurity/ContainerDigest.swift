// SPDX-License-Identifier: EUPL-1.2
import CLibXML2

/// The digest of a signed container of which a ``PieceReader`` shows one piece after the other.
///
/// The exclusive canonical form of an element begins and ends with tags in which nothing depends on what stands between them
/// (Exclusive C14N §3). So each piece is canonicalised by itself, within the tags of the containers around it, and what lies
/// between those tags goes into the digest.
package final class ContainerDigest {
    private let running: RunningDigest
    private let prefixes: [String]
    /// How many containers are around the one that is digested.
    private let depth: Int
    /// Of that container and of those that are open within: the end tag, and the length of all start tags so far.
    private var open: [(end: [UInt8], starts: Int)] = []

    /// - Parameter chain: with the container as the innermost, and nothing in it but its signature.
    init(
        _ algorithm: DigestAlgorithm, inclusive prefixes: [String], of chain: [Element],
        omitting signature: Element? = nil
    ) throws(XMLFault) {
        running = RunningDigest(algorithm)
        self.prefixes = prefixes
        depth = chain.count - 1
        try enter(chain, omitting: signature)
    }

    /// A container within begins; the innermost of the chain, without content.
    package func enter(_ chain: [Element]) throws(XMLFault) { try enter(chain, omitting: nil) }

    private func enter(_ chain: [Element], omitting signature: Element?) throws(XMLFault) {
        let before = open.last?.starts ?? 0
        open.append((chain[chain.count - 1].endTag, 0))
        let octets = try chain[depth].canonical(inclusive: prefixes, omitting: signature)
        let starts = octets.count - ends
        open[open.count - 1].starts = starts
        add(octets, before..<starts)
    }

    /// Adds what the innermost container of the chain holds.
    package func add(_ chain: [Element]) throws(XMLFault) {
        let octets = try chain[depth].canonical(inclusive: prefixes)
        add(octets, (open.last?.starts ?? 0)..<(octets.count - ends))
    }

    /// The innermost container ends.
    package func leave() {
        guard let last = open.popLast() else { return }
        add(last.end, last.end.indices)
    }

    /// To be asked once, when all containers have ended.
    func finish() -> [UInt8] { running.finish() }

    private var ends: Int { open.reduce(0) { $0 + $1.end.count } }

    private func add(_ octets: [UInt8], _ range: Range<Int>) {
        octets.withUnsafeBytes { running.add(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

extension PromisedDigest {
    /// - Parameter chain: with the signed container as the innermost, and nothing in it but its signature.
    package func begin(_ chain: [Element]) throws(XMLFault) -> ContainerDigest {
        try ContainerDigest(digest, inclusive: prefixes, of: chain, omitting: signature)
    }

    package func isKept(by digest: ContainerDigest) -> Bool { digest.finish() == value }
}

extension Element {
    /// As canonical XML writes it: with the prefix of the document.
    fileprivate var endTag: [UInt8] {
        let prefix = node.pointee.ns?.pointee.prefix.map { String(cString: $0) + ":" } ?? ""
        return Array("</\(prefix)\(local)>".utf8)
    }
}
