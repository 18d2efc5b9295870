// SPDX-License-Identifier: EUPL-1.2

/// What a person reads out to the help desk, and what the help desk finds in the audit log: `K7QF-2M9Z`.
///
/// Seven random characters of Crockford's Base32 and one that checks them. The characters are elements of GF(32); those of
/// a good code, weighted by falling powers of 2 from the left, add up to zero. Eight different weights, none of them zero:
/// one wrong character never passes, nor do any two that changed places.
public struct SupportCode: Hashable, Sendable, CustomStringConvertible {
    /// Two groups of four with a hyphen between them.
    public let description: String

    /// - Parameter random: its low 35 bits make the code. Not a secret, but hard to run into by accident.
    public init(random: UInt64) {
        var digits = (0..<7).map { UInt8(truncatingIfNeeded: random >> (5 * $0)) & 31 }
        digits.append(Self.doubled(Self.sum(digits)))
        self.init(digits: digits)
    }

    /// Reads a code as people write it: in any case, with or without hyphens and blanks, O for 0, I or L for 1.
    ///
    /// `nil` when the length is wrong, a character is foreign, or the check fails.
    public init?(parsing text: String) {
        var digits: [UInt8] = []
        for scalar in text.unicodeScalars where !Self.isSeparator(scalar) {
            guard digits.count < 8, let digit = Self.digit(scalar) else { return nil }
            digits.append(digit)
        }
        guard digits.count == 8, Self.sum(digits) == 0 else { return nil }
        self.init(digits: digits)
    }

    private init(digits: [UInt8]) {
        let characters = digits.map { Self.alphabet[Int($0)] }
        description = String(characters[..<4]) + "-" + String(characters[4...])
    }

    /// Base32 without I, L, O and U.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
        guard scalar.isASCII else { return nil }
        switch scalar {
        case "o", "O": return 0
        case "i", "I", "l", "L": return 1
        default:
            let capital = Character(Character(scalar).uppercased())
            return alphabet.firstIndex(of: capital).map { UInt8($0) }
        }
    }

    /// What is wrong with a text that is no code, in words for whoever typed it.
    public static func fault(of text: String) -> String {
        let characters = text.unicodeScalars.filter { !isSeparator($0) }
        if let foreign = characters.first(where: { digit($0) == nil }) {
            return "there is no \(Rejection.shortened(String(foreign))) in codes"
        }
        guard characters.count == 8 else { return "it has \(characters.count) characters, not 8" }
        return "its last character does not fit the others: one is wrong, or two changed places"
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .dashPunctuation
    }

    /// The weighted sum by Horner's rule; the last digit weighs 1.
    private static func sum(_ digits: [UInt8]) -> UInt8 {
        digits.reduce(0) { doubled($0) ^ $1 }
    }

    /// Twice an element of GF(32), whose polynomial is x⁵ + x² + 1.
    private static func doubled(_ element: UInt8) -> UInt8 {
        let shifted = element << 1
        return shifted < 32 ? shifted : shifted ^ 0b100101
    }
}

extension SupportCode: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let code = try SupportCode(parsing: container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a support code")
        }
        self = code
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
