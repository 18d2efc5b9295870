// SPDX-License-Identifier: EUPL-1.2

/// Markup that is safe to send.
///
/// What the source code spells out is markup; every `String` that enters by interpolation is text and is escaped. There
/// is no other way in: literals are `StaticString`, so a string made at run time cannot pass for one.
public struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The finished markup.
    public let markup: String

    /// Text, made safe between tags and inside quoted attributes.
    public init(escaping text: String) {
        var interpolation = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
        interpolation.appendInterpolation(text)
        self.init(stringInterpolation: interpolation)
    }

    public init(stringLiteral literal: StaticString) {
        markup = literal.description
    }

    public init(stringInterpolation: StringInterpolation) {
        markup = stringInterpolation.markup
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            markup.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            markup += literal.description
        }

        /// Text, escaped. Runs without a special character are copied whole: 15 KB of Base64 cost a few microseconds.
        public mutating func appendInterpolation(_ text: String) {
            var text = text
            text.withUTF8 { bytes in
                var rest = bytes[...]
                while let special = rest.firstIndex(where: HTML.isSpecial) {
                    markup += String(decoding: rest[..<special], as: UTF8.self)
                    markup += HTML.reference(for: rest[special])
                    rest = rest[(special + 1)...]
                }
                markup += String(decoding: rest, as: UTF8.self)
            }
        }

        public mutating func appendInterpolation(_ number: Int) {
            markup += String(number)
        }

        public mutating func appendInterpolation(_ html: HTML?) {
            if let html { markup += html.markup }
        }

        public mutating func appendInterpolation(_ html: HTML, if condition: Bool) {
            if condition { markup += html.markup }
        }

        public mutating func appendInterpolation(_ parts: some Sequence<HTML>) {
            for part in parts { markup += part.markup }
        }
    }

    /// Whether a byte could begin or end markup, a reference or an attribute.
    @inline(__always)
    fileprivate static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "&") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    /// The character reference that stands for a special byte.
    fileprivate static func reference(for byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        default: "&#\(byte);"
        }
    }
}

extension Sequence<HTML> {
    public func joined(separator: HTML) -> HTML {
        var parts: [HTML] = []
        for part in self { parts += parts.isEmpty ? [part] : [separator, part] }
        return "\(parts)"
    }
}
