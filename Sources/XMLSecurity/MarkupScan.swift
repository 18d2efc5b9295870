// SPDX-License-Identifier: EUPL-1.2
import CPuente

/// One pass over the octets of a document, before a tree is made of it.
///
/// libxml2 compares each attribute of a tag with each other one, and looks for a prefix among all that are declared around
/// it: what would cost the square of its number is bounded here. Nothing is seen by the parser that was not counted, even
/// in a document that is not well-formed: every `<` outside a comment and CDATA begins a tag or an instruction here, or the
/// document is refused.
struct MarkupScan {
    private let octets: UnsafeBufferPointer<UInt8>
    private let limits: XMLLimits
    private var place = 0
    private var elements = 0
    /// How many values the tags of the open elements have, from the root to the innermost.
    private var open: [Int] = []
    private var openValues = 0

    private init(_ octets: UnsafeBufferPointer<UInt8>, _ limits: XMLLimits) {
        self.octets = octets
        self.limits = limits
    }

    /// - Parameter bytes: in UTF-8.
    /// - Throws: ``XMLFault/Kind/limit``, ``XMLFault/Kind/malformed``.
    static func check(_ bytes: [UInt8], _ limits: XMLLimits) throws(XMLFault) {
        try bytes.withUnsafeBufferPointer { octets throws(XMLFault) in
            var scan = MarkupScan(octets, limits)
            while let start = scan.find("<", from: scan.place) {
                scan.place = start + 1
                switch scan.octet {
                case UInt8(ascii: "/"): try scan.skipEndTag()
                case UInt8(ascii: "?"): try scan.skipInstruction()
                case UInt8(ascii: "!"): try scan.skipDeclaration()
                default: try scan.countTag()
                }
            }
        }
    }

    /// The one at the place; `nil` at the end.
    private var octet: UInt8? { place < octets.count ? octets[place] : nil }

    private func find(_ octet: Unicode.Scalar, from start: Int, to end: Int? = nil) -> Int? {
        let end = end ?? octets.count
        guard start < end, let base = octets.baseAddress else { return nil }
        let found = cpuente_place(base + start, end - start, UInt8(ascii: octet))
        return found < 0 ? nil : start + found
    }

    // MARK: Elements

    /// A start tag, or that of an empty element, to the first `>` that is not in a value.
    private mutating func countTag() throws(XMLFault) {
        elements += 1
        guard elements <= limits.elements else {
            throw XMLFault(.limit, expected: "at most \(limits.elements) elements")
        }
        let isEmpty = try skipTag()
        guard open.count <= limits.depth else { throw XMLFault(.limit, expected: "at most \(limits.depth) levels") }
        if isEmpty { openValues -= open.removeLast() }
    }

    /// - Returns: whether the element is empty.
    private mutating func skipTag() throws(XMLFault) -> Bool {
        var values = 0
        while let octet {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                guard let end = find(Unicode.Scalar(octet), from: place + 1), find("<", from: place, to: end) == nil
                else { throw XMLFault(.malformed) }
                values += 1
                // Attributes and namespaces, each by its own limit afterwards.
                guard values <= 2 * limits.attributesPerElement else {
                    throw XMLFault(.limit, expected: "at most \(limits.attributesPerElement) attributes")
                }
                place = end
            case UInt8(ascii: ">"):
                openValues += values
                open.append(values)
                guard openValues <= 16 * limits.attributesPerElement else {
                    throw XMLFault(
                        .limit,
                        expected: "at most \(16 * limits.attributesPerElement) attributes of elements in each other")
                }
                let isEmpty = octets[place - 1] == UInt8(ascii: "/")
                place += 1
                return isEmpty
            case UInt8(ascii: "<"): throw XMLFault(.malformed)
            default: break
            }
            place += 1
        }
        throw XMLFault(.malformed)
    }

    private mutating func skipEndTag() throws(XMLFault) {
        guard let end = find(">", from: place), find("<", from: place, to: end) == nil else {
            throw XMLFault(.malformed)
        }
        place = end + 1
        openValues -= open.popLast() ?? 0
    }

    // MARK: What is no element

    private mutating func skipInstruction() throws(XMLFault) {
        let start = place + 1
        guard try skip("?", to: "?>"), isLetter(octets[start]), find("<", from: start, to: place) == nil else {
            throw XMLFault(.malformed)
        }
    }

    private mutating func skipDeclaration() throws(XMLFault) {
        if try skip("!--", to: "-->") { return }
        if try skip("![CDATA[", to: "]]>") { return }
        throw XMLFault(.malformed)
    }

    /// - Returns: `false` if something else begins here.
    private mutating func skip(_ opening: StaticString, to closing: StaticString) throws(XMLFault) -> Bool {
        guard isHere(opening, at: place) else { return false }
        let start = place + opening.utf8CodeUnitCount
        var end = start
        while let last = find(">", from: end) {
            end = last + 1
            let begin = end - closing.utf8CodeUnitCount
            guard begin >= start, isHere(closing, at: begin) else { continue }
            try check(start..<begin)
            place = end
            return true
        }
        throw XMLFault(.malformed)
    }

    private func isHere(_ word: StaticString, at place: Int) -> Bool {
        place + word.utf8CodeUnitCount <= octets.count
            && (0..<word.utf8CodeUnitCount).allSatisfy { octets[place + $0] == word.utf8Start[$0] }
    }

    private func isLetter(_ octet: UInt8) -> Bool { (0x41...0x5A).contains(octet & 0xDF) || octet == UInt8(ascii: "_") }

    /// The parser stops in the middle of what is too long or has characters that XML has not, and reads on as if it were over.
    private func check(_ range: Range<Int>) throws(XMLFault) {
        guard range.count <= limits.textLength else {
            throw XMLFault(.limit, found: "\(range.count) octets of a comment")
        }
        for place in range {
            switch octets[place] {
            case 0x09, 0x0A, 0x0D, 0x20...0xEE, 0xF0...: continue
            case 0xEF where place + 2 < octets.count && octets[place + 1] == 0xBF && octets[place + 2] >= 0xBE:
                throw XMLFault(.malformed)  // U+FFFE and U+FFFF
            case 0xEF: continue
            default: throw XMLFault(.malformed)
            }
        }
    }
}
