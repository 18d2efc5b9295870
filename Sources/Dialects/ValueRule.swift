// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

/// The closed list of conversions between a value on the wire and its canonical text. Pure, both ways, never guessing.
public enum ValueRule: String, Hashable, Sendable, CaseIterable {
    /// Any text of 1 to 65535 characters.
    case text
    /// A name, which may come a second time in its own script.
    case name
    /// `XX/YY/id` (Attribute Profile 1.4 §2.2.3).
    case identifier
    /// `YYYY-MM-DD`, a day of the calendar.
    case date
    /// `Male`, `Female` or `Unspecified`; read regardless of case, and `Not Specified` as older nodes wrote it.
    case gender
    /// Two capital letters.
    case country
    /// Base64 of XML elements without a root; canonical are lines `Element: text` (Attribute Profile 1.4 §2.2.9).
    case address

    /// - Parameter wire: trimmed.
    /// - Returns: the canonical text, or `nil` if the value is not of its form.
    public func read(_ wire: String) -> String? {
        guard wire.unicodeScalars.count <= 65_535, wire.unicodeScalars.allSatisfy(Self.isPrintable),
            wire.unicodeScalars.contains(where: \.isVisible), !wire.stacksMarks
        else { return nil }
        return switch self {
        case .text, .name: wire
        case .identifier: PersonIdentifier(wire)?.text
        case .date: Instant.isDate(wire) ? wire : nil
        case .gender: Self.genders[wire.lowercased()]
        case .country: wire.utf8.count == 2 && wire.utf8.allSatisfy { (65...90).contains($0) } ? wire : nil
        case .address: PostalAddress(wire: wire)?.text
        }
    }

    /// - Parameter prefix: of the namespace that the value's `xsi:type` is in; address elements are written with it.
    public func write(_ canonical: String, prefix: String) -> String? {
        switch self {
        case .text, .name, .identifier, .date, .gender, .country: canonical
        case .address: PostalAddress(text: canonical)?.wire(prefix: prefix)
        }
    }

    /// Whether a text is canonical: one that ``read(_:)`` could have given.
    public func admits(_ canonical: String) -> Bool {
        guard self == .address else { return read(canonical) == canonical }
        return Self.text.read(canonical) != nil && PostalAddress(text: canonical)?.text == canonical
    }

    /// The parts that an address may have, in the order of the schema.
    public static var addressParts: [String] { PostalAddress.names }

    /// Whether a second value, in another script, may stand beside the Latin one (Attribute Profile 1.4 §2.4).
    var hasScripts: Bool { self == .name }

    private static let genders = [
        "male": "Male", "female": "Female", "unspecified": "Unspecified", "not specified": "Unspecified",
    ]

    /// Tab and line breaks occur in addresses; other controls, and what turns text around, do not occur in data of people.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if (32...126).contains(scalar.value) { return true }
        return switch scalar.properties.generalCategory {
        case .control: scalar == "\t" || scalar == "\n" || scalar == "\r"
        case .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        case .format: !(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
        default: true
        }
    }
}

/// A postal address of the eIDAS profile: some of nine parts, in the order of the schema; or all in one text, as older nodes
/// send it.
struct PostalAddress {
    static let names = [
        "PoBox", "LocatorDesignator", "LocatorName", "CvaddressArea", "Thoroughfare", "PostName", "AdminunitFirstline",
        "AdminunitSecondline", "PostCode",
    ]
    private static let whole = "FullCvaddress"
    private static let readable = names + [whole]

    private var parts: [String: String] = [:]

    /// The canonical form: a line `Element: text` for each part.
    init?(text: String) {
        for line in text.split(separator: "\n") {
            guard let colon = line.firstRange(of: ": ") else { return nil }
            guard set(String(line[..<colon.lowerBound]), String(line[colon.upperBound...])) else { return nil }
        }
        if parts.isEmpty { return nil }
    }

    /// Base64 of a fragment without a root. The prefix is usually undeclared, and the Commission's nodes do not escape: read
    /// as XML if it is, else element by element (eIDAS dossier §3.7).
    init?(wire: String) {
        guard let octets = Base64.decode(wire), octets.count <= 65_536, !octets.contains(0),
            let fragment = String(validating: octets, as: UTF8.self), !octets.containsMarkupDeclaration,
            !fragment.stacksMarks
        else { return nil }
        guard readAsXML(fragment) || readByPattern(fragment), !parts.isEmpty else { return nil }
        if parts.count > 1 { parts[Self.whole] = nil }
    }

    var text: String {
        Self.readable.compactMap { name in parts[name].map { "\(name): \($0)" } }.joined(separator: "\n")
    }

    func wire(prefix: String) -> String {
        let lines = Self.readable.compactMap { name in
            parts[name].map { "<\(prefix):\(name)>\(escaped($0))</\(prefix):\(name)>\n" }
        }
        return Base64.encode(Array(lines.joined().utf8))
    }

    private mutating func set(_ name: String, _ value: String) -> Bool {
        let value = value.split(whereSeparator: \.isNewline).joined(separator: " ").trimmingXMLSpace()
        guard let known = Self.readable.first(where: { $0.lowercased() == name.lowercased() }), parts[known] == nil
        else {
            return false
        }
        if !value.isEmpty { parts[known] = value }
        return true
    }

    private mutating func readAsXML(_ fragment: String) -> Bool {
        var body = fragment.trimmingXMLSpace()
        if body.hasPrefix("<?xml"), let end = body.range(of: "?>") { body.removeSubrange(..<end.upperBound) }
        let prefixes = Set(body.matches(of: /<\/?([A-Za-z_][\w.-]*):/).map { String($0.1) })
        guard prefixes.count <= 8 else { return false }
        let declarations = prefixes.filter { !body.contains("xmlns:\($0)=") }.sorted()
            .map { " xmlns:\($0)=\"urn:x-prefix:\($0)\"" }.joined()
        let document = "<a\(declarations)>\(body)</a>"
        guard let tree = try? XMLTree(parsing: Array(document.utf8)) else { return false }
        var elements = tree.root.children
        // Some nodes send a root element around the parts.
        if elements.count == 1, !elements[0].children.isEmpty { elements = elements[0].children }
        return readAll(elements.map { ($0.local, $0.trimmedText) })
    }

    private mutating func readByPattern(_ fragment: String) -> Bool {
        let found = fragment.matches(of: /<[A-Za-z_][\w.-]*:([A-Za-z]+)>([^<\n]*)<\/[A-Za-z_][\w.-]*:[A-Za-z]+>/)
        return readAll(found.map { (String($0.1), String($0.2)) })
    }

    /// Other elements are passed over, such as the AddressID of older nodes (Interoperability Architecture 1.4 §2.3.1).
    private mutating func readAll(_ pairs: [(String, String)]) -> Bool {
        parts = [:]
        let names = Self.readable.map { $0.lowercased() }
        for (name, value) in pairs where names.contains(name.lowercased()) {
            guard set(name, value) else { return false }
        }
        return true
    }

    /// By scalars: among characters, a bracket that a mark clings to is no bracket.
    private func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}

extension String {
    /// Whether there are more marks above and below a letter than any language has (UAX #15 §13), as in a document of XML.
    fileprivate var stacksMarks: Bool {
        var run = 0
        for scalar in unicodeScalars where scalar.value >= 0x300 || run > 0 {
            run = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : run + 1
            if run > 30 { return true }
        }
        return false
    }
}

extension [UInt8] {
    /// Whether `<!` stands anywhere: a comment, CDATA or a document type.
    fileprivate var containsMarkupDeclaration: Bool {
        indices.dropLast().contains { self[$0] == UInt8(ascii: "<") && self[$0 + 1] == UInt8(ascii: "!") }
    }
}
