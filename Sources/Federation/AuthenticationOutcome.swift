// SPDX-License-Identifier: EUPL-1.2
public import struct Foundation.Date

/// How an authentication ended: identified, or refused and why.
public enum AuthenticationOutcome: Hashable, Sendable, Codable {
    case identified(Identity)
    case refused(Refusal)
}

/// A person as the responder identified them. Holds personal data: never logged, erased once the answer has left.
public struct Identity: Hashable, Sendable, Codable {
    public var assurance: Assurance
    /// The country whose scheme identified the person.
    public var memberState: MemberState
    public var attributes: [Attribute]
    public var authenticatedAt: Date

    public init(assurance: Assurance, memberState: MemberState, attributes: [Attribute], authenticatedAt: Date) {
        self.assurance = assurance
        self.memberState = memberState
        self.attributes = attributes
        self.authenticatedAt = authenticatedAt
    }

    public subscript(name: AttributeName) -> Attribute? { attributes.first { $0.name == name } }

    /// Whom it describes: a legal person where only its identifier is there.
    public var person: PersonKind {
        self[.personIdentifier] == nil && self[.legalPersonIdentifier] != nil ? .legal : .natural
    }
}

public struct Attribute: Hashable, Sendable, Codable {
    public var name: AttributeName
    /// At least one. Where a name comes in two scripts, the Latin value is first.
    public var values: [AttributeValue]
    public var origin: Origin

    public init(_ name: AttributeName, _ values: [AttributeValue], from origin: Origin = .responder) {
        self.name = name
        self.values = values
        self.origin = origin
    }

    public init(_ name: AttributeName, _ text: String, from origin: Origin = .responder) {
        self.init(name, [AttributeValue(text)], from: origin)
    }
}

/// Who vouches for an attribute.
public enum Origin: Hashable, Sendable, Codable {
    /// Whoever identified the person.
    case responder
    /// An attribute source, by its name in `metadata/attribute-sources.yaml`.
    case source(String)
}

/// One value, never empty, without white space around it.
public struct AttributeValue: Hashable, Sendable, Codable {
    public var text: String
    /// Whether the sender says that the value is in Latin script (Attribute Profile 1.4 §2.4; true where nothing is said).
    public var isLatin: Bool

    public init(_ text: String, isLatin: Bool = true) {
        self.text = text
        self.isLatin = isLatin
    }
}

/// A responder's or our own "no".
public struct Refusal: Hashable, Sendable, Codable {
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        /// The person gave up or the credential was not accepted.
        case authenticationFailed
        /// The person, or the policy of the responder, said no.
        case denied
        /// What was asked for cannot be given: an attribute, a name identifier format.
        case attributeUnavailable
        /// The assurance that was asked for cannot be reached.
        case assuranceTooLow
        /// The requester asked for something that is not permitted or not understood.
        case requestNotAccepted
        /// Something broke at the responder or here.
        case technical
    }

    public var reason: Reason
    /// Text of the responder for its operators, at most 300 characters, or `nil`.
    public var message: String?
    /// The status codes of the responder, the outermost first; none if it was we who said no.
    public var codes: [String]
    /// What was wrong here, if it was we who said no.
    public var rule: Rule?

    public init(_ reason: Reason, message: String? = nil, codes: [String] = [], rule: Rule? = nil) {
        self.reason = reason
        self.message = message
        self.codes = codes
        self.rule = rule
    }
}
