// SPDX-License-Identifier: EUPL-1.2

/// The number by which Spain knows a person or an entity, bare: without country and without separators.
///
/// It is personal data: what it says of itself in a log or a test's report is its kind, never its text.
/// - Spec: Cl@ve dossier §6.5; Real Decreto 1065/2007 art. 18-23 and Orden EHA/451/2008.
public struct SpanishIdentifier: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Spaniards.
        case dni
        /// Foreigners with a Spanish number.
        case nie
        /// Spaniards under 14 without a DNI, Spaniards abroad without a DNI, foreigners without an NIE.
        case nifK = "nif-k"
        case nifL = "nif-l"
        case nifM = "nif-m"
        /// Companies, associations, public bodies: what was called CIF.
        case entity

        public var person: PersonKind { self == .entity ? .legal : .natural }
    }

    public let kind: Kind
    /// In capitals, a DNI with eight digits, `00000000T`, and an entity with the customary of its two control characters.
    public let text: String
    /// `false` only for the kinds K, L and M, of whose control character the sources disagree: it is then worth a warning
    /// and no refusal.
    public let hasExpectedControl: Bool

    /// Reads any customary spelling: small letters, and spaces, dots or hyphens between the characters; a DNI without its
    /// leading zeros. `nil` for anything else, a wrong check character included.
    public init?(_ text: String) {
        let octets = text.utf8.filter { !Self.separators.contains($0) }.map { (97...122).contains($0) ? $0 - 32 : $0 }
        guard (2...9).contains(octets.count), let control = octets.last else { return nil }
        if Self.isDigit(octets[0]) {
            let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 9 - octets.count)
            self.init(first: nil, digits: zeros + octets.dropLast(), control: control)
        } else {
            guard octets.count == 9 else { return nil }
            self.init(first: octets[0], digits: octets.dropFirst().dropLast().map { $0 }, control: control)
        }
    }

    public var person: PersonKind { kind.person }

    private init?(first: UInt8?, digits: [UInt8], control: UInt8) {
        guard digits.allSatisfy(Self.isDigit) else { return nil }
        let values = digits.map { Int($0) - 48 }
        let isExpected: Bool
        switch first.map({ Character(Unicode.Scalar($0)) }) {
        case nil: (kind, isExpected) = (.dni, control == Self.letter(values))
        case "X": (kind, isExpected) = (.nie, control == Self.letter([0] + values))
        case "Y": (kind, isExpected) = (.nie, control == Self.letter([1] + values))
        case "Z": (kind, isExpected) = (.nie, control == Self.letter([2] + values))
        case "K": (kind, isExpected) = (.nifK, control == Self.letter(values))
        case "L": (kind, isExpected) = (.nifL, control == Self.letter(values))
        case "M": (kind, isExpected) = (.nifM, control == Self.letter(values))
        case let letter? where Self.entityLetters.contains(letter):
            (kind, isExpected) = (.entity, Self.entityControls(values).contains(control))
        default: return nil
        }
        let toleratesAnother = [.nifK, .nifL, .nifM].contains(kind) && (65...90).contains(control)
        guard isExpected || toleratesAnother else { return nil }
        hasExpectedControl = isExpected
        let written = kind == .entity ? Self.customaryControl(first, values) : control
        text = String(decoding: (first.map { [$0] } ?? []) + digits + [written], as: UTF8.self)
    }
}

// MARK: Check characters

extension SpanishIdentifier {
    private static let separators = Array(" .-".utf8)
    private static let letters = Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)
    private static let entityLetters = "ABCDEFGHJNPQRSUVW"

    private static func isDigit(_ octet: UInt8) -> Bool { (48...57).contains(octet) }

    private static func letter(_ digits: [Int]) -> UInt8 { letters[digits.reduce(0) { $0 * 10 + $1 } % 23] }

    /// One of the two for each entity, so that it has one number only: customary is a letter for public and foreign bodies
    /// and a digit for all others (Cl@ve dossier §6.5).
    private static func customaryControl(_ first: UInt8?, _ digits: [Int]) -> UInt8 {
        entityControls(digits)[first.map { "PQRSNW".utf8.contains($0) } ?? false ? 1 : 0]
    }

    /// The digit and the letter; which of them an entity bears depends on its first letter in ways on which the sources
    /// disagree.
    private static func entityControls(_ digits: [Int]) -> [UInt8] {
        let sum = digits.enumerated().reduce(0) { sum, digit in
            let value = digit.offset % 2 == 0 ? digit.element * 2 : digit.element
            return sum + value / 10 + value % 10
        }
        let control = (10 - sum % 10) % 10
        return [Array("0123456789".utf8)[control], Array("JABCDEFGHI".utf8)[control]]
    }
}

// MARK: Text

extension SpanishIdentifier: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a Spanish identifier")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension SpanishIdentifier: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "a number of the kind \(kind.rawValue)" }
    public var debugDescription: String { description }
}
