// SPDX-License-Identifier: EUPL-1.2

/// A JSON value (RFC 8259). Numbers stay the text that they were: an identifier or a date in digits is not rounded.
enum JSONText: Hashable, Sendable {
    case object([String: JSONText])
    case array([JSONText])
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    /// `nil` for anything but one document in UTF-8, at most 64 levels deep, in which no name comes twice in an object, no
    /// number has more than 64 characters, and no letter more than 30 marks.
    init?(_ octets: [UInt8]) {
        guard String(validating: octets, as: UTF8.self) != nil else { return nil }
        var reader = JSONReader(octets)
        guard let value = reader.document() else { return nil }
        self = value
    }

    /// The texts here: one for a scalar, several for an array of scalars, none for `null`; `nil` for objects.
    var texts: [String]? {
        switch self {
        case .string(let text): [text]
        case .number(let text): [text]
        case .bool(let value): [value ? "true" : "false"]
        case .null: []
        case .object: nil
        case .array(let items):
            switch items.compactMap(\.text) {
            case let texts where texts.count == items.count: texts
            default: nil
            }
        }
    }

    private var text: String? { if case .array = self { nil } else { texts?.first } }
}

/// A place in a JSON document (RFC 6901), such as `/persona/nacimiento/fecha`.
struct JSONPointer: Hashable, Sendable {
    private let steps: [String]

    init?(_ text: String) {
        guard text.hasPrefix("/"), text.firstMatch(of: /~([^01]|$)/) == nil else { return nil }
        steps = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    /// `nil` if nothing is there.
    func value(in document: JSONText) -> JSONText? {
        var here = document
        for step in steps {
            switch here {
            case .object(let members):
                guard let next = members[step] else { return nil }
                here = next
            case .array(let items):
                guard let index = Int(step), String(index) == step, items.indices.contains(index) else { return nil }
                here = items[index]
            default: return nil
            }
        }
        return here
    }
}

extension String {
    /// Whoever compares texts brings the marks above and below a letter into order, at a cost that grows with the square of
    /// their number: no word has more than some.
    fileprivate var isCheap: Bool {
        var run = 0
        for scalar in unicodeScalars {
            run = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : run + 1
            if run > 30 { return false }
        }
        return true
    }
}

private struct JSONReader {
    private let octets: [UInt8]
    private var here = 0
    private static let depthLimit = 64

    init(_ octets: [UInt8]) { self.octets = octets }

    mutating func document() -> JSONText? {
        guard let value = value(depth: 1) else { return nil }
        skipSpace()
        return here == octets.count ? value : nil
    }

    private mutating func value(depth: Int) -> JSONText? {
        skipSpace()
        guard depth <= Self.depthLimit, here < octets.count else { return nil }
        switch octets[here] {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string().map(JSONText.string)
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> JSONText? {
        here += 1
        var members: [String: JSONText] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard let name = string(), take(":"), let value = value(depth: depth + 1),
                members.updateValue(value, forKey: name) == nil
            else { return nil }
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONText? {
        here += 1
        var items: [JSONText] = []
        if take("]") { return .array(items) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            items.append(value)
        } while take(",")
        return take("]") ? .array(items) : nil
    }

    private mutating func string() -> String? {
        guard here < octets.count, octets[here] == UInt8(ascii: "\"") else { return nil }
        here += 1
        var text: [UInt8] = []
        while here < octets.count {
            let octet = octets[here]
            here += 1
            switch octet {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self).flatMap { $0.isCheap ? $0 : nil }
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += Array(String(Character(scalar)).utf8)
            case 0..<32: return nil
            default: text.append(octet)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard here < octets.count else { return nil }
        defer { here += 1 }
        switch octets[here] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let high = unit() else { return nil }
            guard UTF16.isLeadSurrogate(high) else { return Unicode.Scalar(high) }
            guard octets[(here + 1)...].starts(with: "\\u".utf8) else { return nil }
            here += 2
            guard let low = unit(), UTF16.isTrailSurrogate(low) else { return nil }
            return Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        default: return nil
        }
    }

    /// Four hexadecimal digits behind the `u` on which we stand; leaves us on the last of them.
    private mutating func unit() -> UInt16? {
        guard here + 4 < octets.count else { return nil }
        let digits = octets[(here + 1)...(here + 4)]
        here += 4
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func number() -> JSONText? {
        let rest = octets[here...]
        let text = rest.prefix(65).prefix { "+-.0123456789eE".utf8.contains($0) }
        guard text.count <= 64, Self.isNumber(text) else { return nil }
        here += text.count
        return .number(String(decoding: text, as: UTF8.self))
    }

    /// A sign, digits without leading zeros, perhaps a fraction, perhaps an exponent (RFC 8259 §6).
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func digits() -> Int {
            let count = rest.prefix { (48...57).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let beginsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, whole == 1 || !beginsWithZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let mark = rest.first, "eE".utf8.contains(mark) {
            rest = rest.dropFirst()
            if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private mutating func word(_ word: StaticString, _ value: JSONText) -> JSONText? {
        let length = word.utf8CodeUnitCount
        guard octets[here...].starts(with: UnsafeBufferPointer(start: word.utf8Start, count: length)) else {
            return nil
        }
        here += length
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard here < octets.count, octets[here] == UInt8(ascii: character) else { return false }
        here += 1
        return true
    }

    private mutating func skipSpace() {
        while here < octets.count, [0x20, 0x09, 0x0A, 0x0D].contains(octets[here]) { here += 1 }
    }
}
