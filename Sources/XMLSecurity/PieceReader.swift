// SPDX-License-Identifier: EUPL-1.2
import CLibXML2

/// What a ``PieceReader`` comes by. Its elements belong to the tree of one piece, in which the containers around it hold
/// nothing else.
package enum Piece {
    /// A container begins: the last of these, which are it and those around it.
    case opened([Element])
    /// A signature of the innermost of these containers, which in this tree holds nothing else. Told before anything that the
    /// container holds, where its place is known.
    case signature([Element])
    /// The place of that signature: content for the containers around, nothing for the one that it signs.
    case signaturePlace([Element])
    /// Some of what the innermost of these containers holds.
    case content([Element], children: [Element])
    case closed
    /// All of a document whose root is no container.
    case whole([UInt8])
}

/// Reads a document of any size in pieces, each a small tree: those children of a container that come next.
///
/// Whatever ``XMLTree`` refuses is refused here too, and by the same checks, but for limits: a container may hold any number
/// of children, each of which has the size of a piece.
///
/// Containers are cut only at tags. Were a tag seen here where libxml2 sees none, the pieces would be no trees, or others
/// than those that were signed: what is digested and what is read is one and the same tree.
package final class PieceReader {
    /// The octets of the document, chunk by chunk.
    package typealias Source = () throws(XMLFault) -> [UInt8]?

    private let container: XMLName
    private let visit: (Piece) throws(XMLFault) -> Void
    private var scanner: TagScanner
    private var open: [Container] = []
    private var identifiers = Identifiers()
    /// Pieces that were cut out for their own sake, however small they are.
    private var cuts = 0
    /// Signatures that stand behind other children, by the number of their container.
    package private(set) var late: [Int: [UInt8]] = [:]
    private var opened = 0
    private let known: [Int: [UInt8]]
    private let pieceLength: Int

    private struct Container {
        let number: Int
        /// Its tag, open, and its name.
        let tag: [UInt8]
        let name: [UInt8]
        var content = Inspection.Content()
        var hasChildren = false
        var signatures = 0
    }

    private static let pieceLimit = 2 << 20
    private static let tagLimit = 1 << 14
    private static let cutLimit = 4096
    private static let documentLimit = 512 << 20

    /// - Parameter late: what an earlier reader of this document found to be so.
    /// - Parameter pieceLength: octets of a piece. Few for its tree to stay near the processor, many to hide what each costs.
    package init(
        _ source: @escaping Source, container: XMLName, late: [Int: [UInt8]] = [:], pieceLength: Int = 1 << 16,
        visit: @escaping (Piece) throws(XMLFault) -> Void
    ) {
        self.container = container
        self.visit = visit
        known = late
        self.pieceLength = pieceLength
        scanner = TagScanner(source, limit: Self.documentLimit, heldLimit: Self.pieceLimit)
    }

    package func read() throws(XMLFault) {
        guard try readHead() else { return }
        while !open.isEmpty { try readContent() }
        // Behind the root: nothing, or what may stand there.
        _ = try XMLTree(parsing: Array("<a/>".utf8) + scanner.rest(), limits: .metadata)
    }

    // MARK: Head

    /// Everything up to the first tag. `false` if the root is no container.
    private func readHead() throws(XMLFault) -> Bool {
        var root: TagScanner.Token?
        while let token = try scanner.next() {
            guard case .other = token.kind else {
                root = token
                break
            }
        }
        guard let root, root.kind != .end, Self.local(scanner.held[root.range]) == container.local else {
            try visit(.whole(scanner.rest()))
            return false
        }
        let head = Array(scanner.held[..<root.range.upperBound])
        let tag = Self.openTag(scanner.held[root.range], root.kind)
        let name = Self.name(tag[...])
        let tree = try XMLTree(
            parsing: head.dropLast(root.range.count) + tag + Self.endTag(name), limits: .metadata,
            knowing: &identifiers)
        guard tree.root.is(container) else {
            try visit(.whole(scanner.rest()))
            return false
        }
        _ = scanner.take(upTo: root.range.upperBound)
        try enter(tag, name, in: tree, isEmpty: root.kind == .empty)
        return true
    }

    private func enter(_ tag: [UInt8], _ name: [UInt8], in tree: XMLTree, isEmpty: Bool) throws(XMLFault) {
        open.append(Container(number: opened, tag: tag, name: name))
        opened += 1
        guard open.map(\.tag.count).reduce(0, +) <= Self.tagLimit else {
            throw XMLFault(.limit, expected: "tags of groups of at most \(Self.tagLimit) octets")
        }
        try visit(.opened(containers(of: tree)))
        if let last = open.last, let signature = known[last.number] {
            var others = Identifiers()
            try visit(.signature(containers(of: parse(signature, knowing: &others))))
        }
        if isEmpty { try leave() }
    }

    private func leave() throws(XMLFault) {
        open.removeLast()
        try visit(.closed)
    }

    // MARK: Content

    /// Up to a piece, a container or the end of one.
    private func readContent() throws(XMLFault) {
        var depth = 0
        var childStart = 0
        while let token = try scanner.next() {
            switch (token.kind, depth) {
            case (.other, _): break
            case (.end, 0):
                try flush(upTo: token.range.lowerBound)
                try readEnd(token.range.count)
                return
            case (.end, _): depth -= 1
            case (.start, 1...): depth += 1
            case (.empty, 1...): break
            case (.start, _), (.empty, _):
                childStart = token.range.lowerBound
                if Self.local(scanner.held[token.range]) == container.local, try readContainer(token) { return }
                depth = token.kind == .start ? 1 : 0
            }
            guard depth == 0, token.kind != .other else { continue }
            if Self.local(scanner.held[childStart...]) == "Signature", try readSignature(from: childStart) { return }
            open[open.count - 1].hasChildren = true
            if scanner.position >= pieceLength {
                try flush(upTo: scanner.position)
                return
            }
        }
        try flush(upTo: scanner.held.count)
        throw XMLFault(.malformed)
    }

    private func readEnd(_ count: Int) throws(XMLFault) {
        let tag = scanner.take(upTo: count)
        guard let last = open.last, tag.dropFirst(2).starts(with: last.name),
            tag.dropFirst(2 + last.name.count).dropLast().allSatisfy({ $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 })
        else { throw XMLFault(.malformed) }
        try leave()
    }

    /// `false` if the tag only looks like one of a container.
    private func readContainer(_ token: TagScanner.Token) throws(XMLFault) -> Bool {
        try cut()
        let tag = Self.openTag(scanner.held[token.range], token.kind)
        let name = Self.name(tag[...])
        var others = Identifiers()
        // Twice: with identifiers only when it is known not to be read as somebody's content.
        let look = try parse(tag + Self.endTag(name), knowing: &others)
        guard let found = containers(of: look).last?.children.first, found.is(container) else { return false }
        try flush(upTo: token.range.lowerBound)
        _ = scanner.take(upTo: token.range.count)
        open[open.count - 1].hasChildren = true
        let tree = try parse(tag + Self.endTag(name), knowing: &identifiers)
        try enter(tag, name, in: tree, isEmpty: token.kind == .empty)
        return true
    }

    /// `false` if the element that was just read only looks like a signature.
    private func readSignature(from start: Int) throws(XMLFault) -> Bool {
        try cut()
        let octets = Array(scanner.held[start..<scanner.position])
        var others = Identifiers()
        let look = containers(of: try parse(octets, knowing: &others))
        guard let last = open.last, let element = look.last?.children.first, element.is(Namespace.ds("Signature"))
        else { return false }
        open[open.count - 1].signatures += 1
        if last.hasChildren, known[last.number] == nil, last.signatures == 0 {
            late[last.number] = octets
        } else if known[last.number] != octets || last.signatures > 0 {
            try visit(.signature(look))
        }
        // What stands before it is content, and comes behind.
        try flush(upTo: start)
        try visit(
            .signaturePlace(containers(of: parse(Array(scanner.take(upTo: octets.count)), knowing: &identifiers))))
        return true
    }

    private func cut() throws(XMLFault) {
        cuts += 1
        guard cuts <= Self.cutLimit else {
            throw XMLFault(.limit, expected: "at most \(Self.cutLimit) groups and signatures of groups")
        }
    }

    /// Hands over what is held.
    private func flush(upTo end: Int) throws(XMLFault) {
        guard end > 0 else { return }
        let chain = containers(of: try parse(Array(scanner.take(upTo: end)), knowing: &identifiers))
        guard let last = chain.last else { return }
        try visit(.content(chain, children: last.children))
    }

    // MARK: Trees

    /// A tree of all open containers and some content of the innermost, or of an element in it.
    private func parse(_ content: [UInt8], knowing identifiers: inout Identifiers) throws(XMLFault) -> XMLTree {
        try XMLTree.checkOctets(content)
        var bytes: [UInt8] = []
        for container in open { bytes += container.tag }
        bytes += content
        for container in open.reversed() { bytes += Self.endTag(container.name) }
        let tree = XMLTree(owning: try XMLTree.parse(bytes, .metadata), of: bytes)
        var inspection = Inspection(.metadata, of: content, taking: &identifiers)
        guard let last = containers(of: tree).last, let depth = open.indices.last else {
            throw XMLFault(.malformed)
        }
        try inspection.visitContent(of: last.node, depth: depth + 1, besides: &open[depth].content)
        identifiers = inspection.identifiers
        return tree
    }

    /// The open containers, from the root to the innermost. Those around it hold nothing but each other, or somebody has
    /// closed one where no tag was seen.
    private func containers(of tree: XMLTree) -> [Element] {
        var chain = [tree.root]
        while chain.count < open.count {
            let node = chain[chain.count - 1].node
            guard let child = node.pointee.children, child == node.pointee.last,
                child.pointee.type == XML_ELEMENT_NODE
            else { return [] }
            chain.append(Element(tree: tree, node: child))
        }
        return chain
    }

    // MARK: Tags

    private static func openTag(_ tag: ArraySlice<UInt8>, _ kind: TagScanner.Kind) -> [UInt8] {
        kind == .empty ? tag.dropLast(2) + [UInt8(ascii: ">")] : Array(tag)
    }

    private static func endTag(_ name: [UInt8]) -> [UInt8] { Array("</".utf8) + name + [UInt8(ascii: ">")] }

    /// The name in a tag, with its prefix.
    private static func name(_ tag: ArraySlice<UInt8>) -> [UInt8] {
        Array(tag.dropFirst().prefix { $0 > 32 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ">") })
    }

    private static func local(_ tag: ArraySlice<UInt8>) -> String {
        let name = name(tag)
        return String(decoding: name[((name.firstIndex(of: UInt8(ascii: ":")) ?? -1) + 1)...], as: UTF8.self)
    }
}
