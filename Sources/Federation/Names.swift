// SPDX-License-Identifier: EUPL-1.2

/// The name under which a SAML entity is known: a URI, or for Cl@ve services the registered ProviderName.
/// Compared octet by octet, never normalised (SAML Core 2.0 §8.3.6).
public struct EntityID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ text: String) { rawValue = text }
    public var description: String { rawValue }
}

extension EntityID {
    /// Swift's own comparison of texts takes letters for equal that only mean the same, such as K and the Kelvin sign.
    public static func == (a: EntityID, b: EntityID) -> Bool { a.rawValue.hasOctets(of: b.rawValue) }
    public func hash(into hasher: inout Hasher) { hasher.combine(octetsOf: rawValue) }
}

/// The `ID` of a SAML message or assertion: an NCName (SAML Core 2.0 §1.3.4). Compared octet by octet.
public struct MessageID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ text: String) { rawValue = text }
    public var description: String { rawValue }
}

extension MessageID {
    public static func == (a: MessageID, b: MessageID) -> Bool { a.rawValue.hasOctets(of: b.rawValue) }
    public func hash(into hasher: inout Hasher) { hasher.combine(octetsOf: rawValue) }
}

extension String {
    /// Whether both are the same, octet by octet.
    public func hasOctets(of other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var (one, other) = (self, other)
        return one.withUTF8 { one in other.withUTF8 { other in one.elementsEqual(other) } }
    }
}

extension Hasher {
    fileprivate mutating func combine(octetsOf text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// A country of the federation as eIDAS writes it: ISO 3166-1 alpha-2 in capitals, except that Greece is `EL`.
///
/// - Spec: eIDAS SAML Message Format 1.4 §4.2; Attribute Profile 1.4 §2.2.3.
public struct MemberState: RawRepresentable, Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    public let rawValue: String

    /// `nil` unless `code` is two capital letters; `GR` is refused because eIDAS writes `EL`.
    public init?(rawValue code: String) {
        guard code.utf8.count == 2, code.utf8.allSatisfy({ (65...90).contains($0) }), code != "GR" else { return nil }
        rawValue = code
    }

    public static let spain = MemberState(code: "ES")
    private init(code: String) { rawValue = code }

    public var description: String { rawValue }
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// Whether a prefix of an identifier names this country. Peers up to 1.3 may still write `GR` for Greece.
    public func isNamed(by prefix: some StringProtocol) -> Bool {
        prefix == rawValue || (rawValue == "EL" && prefix == "GR")
    }
}

/// The canonical name of an attribute, independent of any dialect: the friendly name of the eIDAS Attribute Profile 1.4,
/// or of the Cl@ve attributes that have no eIDAS counterpart.
public struct AttributeName: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ text: String) { rawValue = text }
    public var description: String { rawValue }

    public static let personIdentifier = Self("PersonIdentifier")
    public static let familyName = Self("FamilyName")
    public static let firstName = Self("FirstName")
    public static let dateOfBirth = Self("DateOfBirth")
    public static let legalPersonIdentifier = Self("LegalPersonIdentifier")
    public static let legalName = Self("LegalName")
    public static let firstSurname = Self("FirstSurname")
    public static let selectedIdP = Self("SelectedIdP")
    public static let relayState = Self("RelayState")
    public static let partialAfirma = Self("PartialAfirma")

    /// Whether this is an attribute of a representative, which may never be requested (Attribute Profile 1.4 §2.8).
    public var isRepresentative: Bool { rawValue.hasPrefix("Representative") }

    /// The same attribute of the representative of the person.
    public var ofRepresentative: AttributeName { Self("Representative" + rawValue) }
}

/// Whether a service or connector belongs to the public sector (eIDAS `SPType`, Message Format 1.4 §4.1).
public enum Sector: String, Hashable, Sendable, Codable, CaseIterable {
    case `public`, `private`
}

/// Whom an authentication identifies. The two sets must not be mixed in one request (Message Format 1.4 §2.3.2).
public enum PersonKind: String, Hashable, Sendable, Codable, CaseIterable {
    case natural, legal

    /// The minimum data set, every member of which must be present (Implementing Regulation (EU) 2015/1501, Annex).
    public var minimumDataSet: [AttributeName] {
        switch self {
        case .natural: [.personIdentifier, .familyName, .firstName, .dateOfBirth]
        case .legal: [.legalPersonIdentifier, .legalName]
        }
    }

    public var identifier: AttributeName {
        switch self {
        case .natural: .personIdentifier
        case .legal: .legalPersonIdentifier
        }
    }
}
