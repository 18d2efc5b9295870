// SPDX-License-Identifier: EUPL-1.2
import Federation

/// The attributes of `mappings/eidas.yaml`, which we can name in words and whose values we can show in words.
enum KnownAttribute: String, CaseIterable {
    case personIdentifier = "PersonIdentifier"
    case familyName = "FamilyName"
    case firstName = "FirstName"
    case dateOfBirth = "DateOfBirth"
    case birthName = "BirthName"
    case placeOfBirth = "PlaceOfBirth"
    case currentAddress = "CurrentAddress"
    case gender = "Gender"
    case nationality = "Nationality"
    case countryOfBirth = "CountryOfBirth"
    case townOfBirth = "TownOfBirth"
    case countryOfResidence = "CountryOfResidence"
    case phoneNumber = "PhoneNumber"
    case emailAddress = "EmailAddress"

    case legalPersonIdentifier = "LegalPersonIdentifier"
    case legalName = "LegalName"
    case legalAddress = "LegalAddress"
    case vatRegistration = "VATRegistration"
    case taxReference = "TaxReference"
    case euIdentifier = "D-2012-17-EUIdentifier"
    case lei = "LEI"
    case eori = "EORI"
    case seed = "SEED"
    case sic = "SIC"
    case legalPhoneNumber = "LegalPhoneNumber"
    case legalEmailAddress = "LegalEmailAddress"
}

extension AttributeName {
    /// The same attribute whoever it is about: of a representative, what it would be of the person.
    var known: KnownAttribute? {
        KnownAttribute(rawValue: isRepresentative ? String(rawValue.dropFirst("Representative".count)) : rawValue)
    }
}

/// The parts of a postal address (Attribute Profile 1.4 §2.2.9), in the order of the schema.
enum AddressPart: String, CaseIterable {
    case poBox = "PoBox"
    case designator = "LocatorDesignator"
    case locator = "LocatorName"
    case area = "CvaddressArea"
    case thoroughfare = "Thoroughfare"
    case postName = "PostName"
    case firstAdminUnit = "AdminunitFirstline"
    case secondAdminUnit = "AdminunitSecondline"
    case postCode = "PostCode"
}

/// `Gender`, as its canonical value is written.
enum KnownGender: String, CaseIterable {
    case female = "Female"
    case male = "Male"
    case unspecified = "Unspecified"
}

extension Texts {
    /// An attribute in words; its canonical name when it is one that we do not know.
    func name(of attribute: AttributeName) -> String {
        attribute.known.map(name(of:)) ?? attribute.rawValue
    }
}
