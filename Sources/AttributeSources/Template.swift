// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML
import XMLSecurity

import struct Foundation.Date

/// One question to one source: the query, and what makes it different from all others.
struct Question: Sendable {
    let query: SourceQuery
    /// At most 26 characters, as the `IdPeticion` of SCSP v3 may have.
    let id: String
    let now: Date

    init(_ query: SourceQuery, at now: Date) {
        self.query = query
        self.now = now
        id = "PUENTE" + (0..<10).map { _ in UInt8.random(in: .min ... .max) }.hexadecimal.uppercased()
    }
}

/// Text with places for what is known about a person, such as `{identifier}` or `{first-name}`.
struct Template: Hashable, Sendable {
    enum Placeholder: Hashable, Sendable {
        /// `{identifier}`: bare and normalised.
        case identifier
        /// `{document-type}`: `DNI`, `NIE`, `NIF` or `CIF`, as the registries of the State tell them apart.
        case documentType
        /// `{request-id}`: new for each question.
        case requestID
        /// `{now}`: in UTC.
        case now
        /// `{first-name}` and the like: what whoever identified the person said.
        case known(AttributeName)
    }

    enum Piece: Hashable, Sendable {
        case text(String)
        case value(Placeholder)
    }

    /// How values are made harmless where they stand.
    enum Place: Hashable, Sendable {
        /// Percent-encoded: a segment of a path, a value of a query, of a form or of a header.
        case address
        /// The inside of a JSON string.
        case json
        /// Nothing to escape: the value goes into a tree, or is compared.
        case verbatim
    }

    let pieces: [Piece]

    /// A word in braces that stands for nothing.
    struct Unknown: Error {
        let word: String
    }

    /// - Parameter names: the attributes that may be known. Braces around anything but small letters and hyphens are
    /// text.
    init(_ text: String, names: Set<AttributeName>) throws(Unknown) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let match = rest.firstMatch(of: /\{([a-z][a-z-]*)\}/) {
            if match.range.lowerBound > rest.startIndex {
                pieces.append(.text(String(rest[..<match.range.lowerBound])))
            }
            guard let placeholder = Placeholder(String(match.1), names: names) else {
                throw Unknown(word: String(match.1))
            }
            pieces.append(.value(placeholder))
            rest = rest[match.range.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    var placeholders: [Placeholder] { pieces.compactMap { if case .value(let value) = $0 { value } else { nil } } }

    /// `nil` if something is not known of this person, or cannot stand in this place.
    func text(for question: Question, in place: Place = .verbatim) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .value(let placeholder):
                guard let value = placeholder.value(for: question), let part = place.escaped(value) else { return nil }
                text += part
            }
        }
        return text
    }
}

extension Template.Placeholder {
    init?(_ word: String, names: Set<AttributeName>) {
        switch word {
        case "identifier": self = .identifier
        case "document-type": self = .documentType
        case "request-id": self = .requestID
        case "now": self = .now
        default:
            let name = AttributeName(
                word.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined())
            guard names.contains(name) else { return nil }
            self = .known(name)
        }
    }

    func value(for question: Question) -> String? {
        switch self {
        case .identifier: question.query.identifier.text
        case .documentType: question.query.identifier.kind.documentType
        case .requestID: question.id
        case .now: Instant.write(question.now)
        case .known(let name): question.query.known[name]
        }
    }
}

extension SpanishIdentifier.Kind {
    fileprivate var documentType: String {
        switch self {
        case .dni: "DNI"
        case .nie: "NIE"
        case .nifK, .nifL, .nifM: "NIF"
        case .entity: "CIF"
        }
    }
}

extension Template.Place {
    /// `nil` for what no escaping makes harmless: nothing at all, control characters, and steps out of a path.
    func escaped(_ value: String) -> String? {
        let isPlain = value.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && !$0.isNoncharacter }
        guard !value.isEmpty, isPlain else { return nil }
        switch self {
        case .verbatim: return value
        case .address: return value == "." || value == ".." ? nil : Self.percentEncoded(value)
        case .json: return Self.jsonEscaped(value)
        }
    }

    /// By scalars: among characters, a quotation mark that a mark clings to is no quotation mark.
    private static func jsonEscaped(_ value: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text.append("\\") }
            text.append(scalar)
        }
        return String(text)
    }

    /// All but the unreserved characters of RFC 3986 §2.3.
    private static func percentEncoded(_ value: String) -> String {
        var text = ""
        for octet in value.utf8 {
            switch octet {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(octet))
            default: text += "%" + [octet].hexadecimal.uppercased()
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isNoncharacter: Bool { value & 0xFFFE == 0xFFFE }
}
