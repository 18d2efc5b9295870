// SPDX-License-Identifier: EUPL-1.2

/// A cross-border identifier, `<from>/<to>/<rest>`, of a natural or a legal person.
///
/// `rest` is opaque, case-sensitive and may itself contain a slash. The whole is at most 256 characters and holds no
/// white space, control character or anything else that nobody can see.
/// - Spec: eIDAS SAML Attribute Profile 1.4 §2.2.3, §2.3.3, §2.5.
public struct PersonIdentifier: Hashable, Sendable {
    public let from: String
    public let to: String
    public let rest: String

    public init(from: MemberState, to: MemberState, rest: String) {
        self.from = from.rawValue
        self.to = to.rawValue
        self.rest = rest
    }

    /// Reads the three-part form; `nil` for anything else. Nothing is trimmed or corrected.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, Self.isCountry(parts[0]), Self.isCountry(parts[1]), !parts[2].isEmpty,
            text.unicodeScalars.count <= 256, text.unicodeScalars.allSatisfy(\.isVisible)
        else { return nil }
        (from, to, rest) = (parts[0], parts[1], parts[2])
    }

    public var text: String { "\(from)/\(to)/\(rest)" }

    private static func isCountry(_ code: String) -> Bool {
        code.utf8.count == 2 && code.utf8.allSatisfy { (65...90).contains($0) }
    }
}

extension Unicode.Scalar {
    /// Whether a person sees something of it: no control, no blank of any width, and nothing that only changes what stands
    /// around it.
    public var isVisible: Bool {
        if (0x21...0x7E).contains(value) { return true }
        return switch properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
            .privateUse:
            false
        default: !properties.isDefaultIgnorableCodePoint && self != "\u{2800}"  // The blank of Braille.
        }
    }
}
