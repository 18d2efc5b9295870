// SPDX-License-Identifier: EUPL-1.2
import Federation
import XMLSecurity

/// The attributes that mock citizens have, by the friendly names of the eIDAS Attribute Profile 1.4 §2.2 and §2.3.
enum Datum: String, Hashable, Sendable, CaseIterable {
    case personIdentifier = "PersonIdentifier"
    case familyName = "FamilyName"
    case firstName = "FirstName"
    case dateOfBirth = "DateOfBirth"
    case birthName = "BirthName"
    case placeOfBirth = "PlaceOfBirth"
    case gender = "Gender"
    case nationality = "Nationality"
    case legalPersonIdentifier = "LegalPersonIdentifier"
    case legalName = "LegalName"
    case vatRegistration = "VATRegistration"

    static let natural = Namespace("eidas-natural", "http://eidas.europa.eu/attributes/naturalperson")
    static let legal = Namespace("eidas-legal", "http://eidas.europa.eu/attributes/legalperson")

    var kind: PersonKind {
        switch self {
        case .legalPersonIdentifier, .legalName, .vatRegistration: .legal
        default: .natural
        }
    }

    var namespace: Namespace { kind == .legal ? Self.legal : Self.natural }
    var uri: String { namespace.uri + "/" + local }
    /// The value of `xsi:type`.
    var type: String { namespace.prefix + ":" + local + "Type" }

    var isIdentifier: Bool { self == .personIdentifier || self == .legalPersonIdentifier }

    /// Two names on the wire differ from their friendly names, and a number has one more word.
    private var local: String {
        switch self {
        case .familyName: "CurrentFamilyName"
        case .firstName: "CurrentGivenName"
        case .vatRegistration: "VATRegistrationNumber"
        default: rawValue
        }
    }
}
