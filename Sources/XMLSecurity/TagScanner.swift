// SPDX-License-Identifier: EUPL-1.2

/// Cuts the octets of a document at its tags, without an opinion about anything else: whatever stands between two cuts is
/// parsed afterwards.
///
/// Holds what is not taken yet, and reads on only when asked for more.
struct TagScanner {
    enum Kind {
        /// Text, a comment, a processing instruction or a CDATA section.
        case other
        case start, empty, end
    }

    struct Token {
        let kind: Kind
        let range: Range<Int>
    }

    typealias Source = () throws(XMLFault) -> [UInt8]?

    /// What was read and not taken; indices of tokens count from its beginning.
    private(set) var held: [UInt8] = []
    /// Where the next token begins.
    private(set) var position = 0
    private let source: Source
    private var chunk: ArraySlice<UInt8> = []
    private var total = 0
    private let limit: Int
    /// How much may be held at a time.
    private let heldLimit: Int

    init(_ source: @escaping Source, limit: Int, heldLimit: Int) {
        self.source = source
        self.limit = limit
        self.heldLimit = heldLimit
    }

    /// The next token; `nil` at the end of the document.
    mutating func next() throws(XMLFault) -> Token? {
        while true {
            if let token = held.withUnsafeBufferPointer({ Self.token(in: $0, at: position) }) {
                position = token.range.upperBound
                return token
            }
            if try readMore() { continue }
            guard position < held.count else { return nil }
            // Text behind the root, or a tag without end, which nobody will be able to parse.
            defer { position = held.count }
            return Token(kind: .other, range: position..<held.count)
        }
    }

    /// What is held up to a place, which the next token does not go beyond.
    mutating func take(upTo end: Int) -> ArraySlice<UInt8> {
        let taken = held[..<end]
        held = Array(held[end...])
        position = max(0, position - end)
        return taken
    }

    /// All that is left, taken.
    mutating func rest() throws(XMLFault) -> [UInt8] {
        while try readMore() {}
        return Array(take(upTo: held.count))
    }

    /// As much again as there is of the token that is not complete: it will be looked at from its beginning.
    ///
    /// - Returns: `false` if there is nothing more.
    private mutating func readMore() throws(XMLFault) -> Bool {
        let (start, most) = (held.count, heldLimit + 1 << 16)
        guard start < most else { throw XMLFault(.limit, expected: "elements of at most \(heldLimit) octets") }
        let aim = min(most, start + max(1, start - position))
        while held.count < aim {
            if chunk.isEmpty {
                guard let next = try source() else { break }
                total += next.count
                guard total <= limit else { throw XMLFault(.limit, expected: "at most \(limit) octets") }
                chunk = next[...]
            }
            let piece = chunk.prefix(min(1 << 16, most - held.count))
            held += piece
            chunk = chunk.dropFirst(piece.count)
        }
        return held.count > start
    }

    /// `nil` if the end of the token has not been read yet. A text ends where a tag begins.
    private static func token(in held: UnsafeBufferPointer<UInt8>, at start: Int) -> Token? {
        guard start < held.count else { return nil }
        guard held[start] == UInt8(ascii: "<") else {
            return index(of: UInt8(ascii: "<"), in: held, from: start).map { Token(kind: .other, range: start..<$0) }
        }
        guard start + 1 < held.count else { return nil }
        switch held[start + 1] {
        case UInt8(ascii: "/"):
            return index(of: UInt8(ascii: ">"), in: held, from: start).map { Token(kind: .end, range: start..<$0 + 1) }
        case UInt8(ascii: "?"): return other(held, start, opened: 2, by: "?>")
        case UInt8(ascii: "!"):
            guard start + 2 < held.count else { return nil }
            switch held[start + 2] {
            case UInt8(ascii: "-"): return other(held, start, opened: 4, by: "-->")
            case UInt8(ascii: "["): return other(held, start, opened: 3, by: "]]>")
            default: return other(held, start, opened: 2, by: ">")
            }
        default: return tag(held, start)
        }
    }

    /// A start tag, or that of an empty element: to the first `>` that is not in a value.
    private static func tag(_ held: UnsafeBufferPointer<UInt8>, _ start: Int) -> Token? {
        var quote: UInt8 = 0
        var place = start + 1
        while place < held.count {
            let octet = held[place]
            if quote != 0 {
                if octet == quote { quote = 0 }
            } else if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "'") {
                quote = octet
            } else if octet == UInt8(ascii: ">") {
                let isEmpty = held[place - 1] == UInt8(ascii: "/")
                return Token(kind: isEmpty ? .empty : .start, range: start..<place + 1)
            }
            place += 1
        }
        return nil
    }

    private static func other(
        _ held: UnsafeBufferPointer<UInt8>, _ start: Int, opened: Int, by mark: StaticString
    ) -> Token? {
        let length = mark.utf8CodeUnitCount
        var place = start + opened
        while place + length <= held.count {
            if (0..<length).allSatisfy({ held[place + $0] == mark.utf8Start[$0] }) {
                return Token(kind: .other, range: start..<place + length)
            }
            place += 1
        }
        return nil
    }

    private static func index(of octet: UInt8, in held: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var place = start
        while place < held.count {
            if held[place] == octet { return place }
            place += 1
        }
        return nil
    }
}
