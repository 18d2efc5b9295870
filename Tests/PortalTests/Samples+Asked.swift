// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation

@testable import Portal

/// The pages of a person who is asked from another country, in every state.
extension Sample {
    static let asked = [
        request("natural", natural), request("bare", bare), request("legal", legal), request("everything", everything),
        consent("natural", natural, naturalData), consent("bare", bare, required(naturalData)),
        consent("legal", legal, legalData), consent("everything", everything, longData),
        consent("only-page", natural, naturalData, isOnlyPage: true),
    ]

    /// Both pages where everything that strangers name is called the same.
    static func asked(by name: String) -> [any Page] {
        var inquiry = natural
        inquiry.asker = name
        inquiry.optional.append(AttributeName(name))
        let values = [AttributeValue(name), AttributeValue(name, isLatin: false)]
        let data = KnownAttribute.allCases.map {
            ConsentPage.Datum(name: AttributeName($0.rawValue), values: [values[0]], origin: name, isRequired: true)
        }
        let odd = ConsentPage.Datum(name: AttributeName(name), values: values, origin: name, isRequired: false)
        return [
            RequestPage(inquiry: inquiry, action: .front),
            ConsentPage(inquiry: inquiry, data: data + [odd], assurance: Assurance(.low), action: .front),
        ]
    }

    static func request(_ state: String, _ inquiry: Inquiry) -> Sample {
        let path = path("/x/0123456789abcdef0123456789abcdef/request")
        return Sample(
            name: "request-\(state)", page: RequestPage(inquiry: inquiry, action: path), address: path)
    }

    static func consent(
        _ state: String, _ inquiry: Inquiry, _ data: [ConsentPage.Datum], isOnlyPage: Bool = false
    ) -> Sample {
        let path = path("/x/0123456789abcdef0123456789abcdef/consent")
        let page = ConsentPage(
            inquiry: inquiry, data: data,
            assurance: inquiry.person == .legal ? Assurance(.high) : Assurance(.substantial, notified: false),
            action: path, isOnlyPage: isOnlyPage)
        return Sample(name: "consent-\(state)", page: page, address: path)
    }

    // MARK: Who asks for what

    static let natural = Inquiry(
        asker: "Service de démonstration", country: state("FR"), sector: .public, person: .natural, loa: .substantial,
        mandatory: PersonKind.natural.minimumDataSet, optional: names(["PlaceOfBirth", "Gender", "CurrentAddress"]))

    /// Nothing that the person could decline.
    static let bare = Inquiry(
        asker: "Κύπρος – Υπηρεσία", country: state("CY"), sector: .private, person: .natural, loa: .low,
        mandatory: PersonKind.natural.minimumDataSet, optional: [])

    static let legal = Inquiry(
        asker: "Handelsregister der Niederlande", country: state("NL"), sector: .private, person: .legal, loa: .high,
        mandatory: PersonKind.legal.minimumDataSet, optional: names(["VATRegistration", "LegalAddress", "LEI"]),
        methods: [.certificate])

    /// A name as long as names may be, without a gap, and all that there is to ask for.
    static let everything = Inquiry(
        asker: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
            + "Rindfleischetikettierungsüberwachungsaufgaben", country: state("XA"), sector: .public, person: .natural,
        loa: .low, mandatory: PersonKind.natural.minimumDataSet,
        optional: KnownAttribute.allCases.prefix(14).map { AttributeName($0.rawValue) }
            .filter { !PersonKind.natural.minimumDataSet.contains($0) })

    // MARK: What would be sent

    static let naturalData: [ConsentPage.Datum] = [
        datum("PersonIdentifier", "ES/FR/99999999R"), datum("FamilyName", "Española Ejemplo"),
        datum("FirstName", "Begoña"),
        datum("DateOfBirth", "1980-01-31", from: "Registro Civil de prueba"),
        datum("PlaceOfBirth", "Castellón de la Plana", from: "Registro Civil de prueba", isRequired: false),
        datum(
            "CurrentAddress",
            "Thoroughfare: Calle Mayor\nLocatorDesignator: 1, 2.º B\nPostName: Madrid\nPostCode: 28013",
            from: "Padrón de prueba", isRequired: false),
    ]

    static let legalData: [ConsentPage.Datum] = [
        datum("LegalPersonIdentifier", "ES/NL/B12345674"), datum("LegalName", "Puentes Imaginarios, S.A."),
        datum("VATRegistration", "ESB12345674", from: "Agencia Tributaria de prueba", isRequired: false),
        datum("RepresentativePersonIdentifier", "ES/NL/99999999R"),
        datum("RepresentativeFamilyName", "Española Ejemplo"), datum("RepresentativeFirstName", "Begoña"),
        datum("RepresentativeDateOfBirth", "1980-01-31", from: "Registro Civil de prueba"),
    ]

    /// Long names, names in two scripts, several values, codes in words and one that has none.
    static let longData: [ConsentPage.Datum] = [
        datum("PersonIdentifier", "ES/XA/" + String(repeating: "0A", count: 125)),
        .init(
            name: .familyName,
            values: [
                .init("Papadopoulou-Konstantinidou de la Santísima Trinidad"),
                .init("Παπαδοπούλου-Κωνσταντινίδου", isLatin: false),
            ], isRequired: true),
        .init(name: .firstName, values: [.init("Eleni"), .init("Ελένη", isLatin: false)], isRequired: true),
        datum("DateOfBirth", "1912-02-29", from: String(repeating: "Registro", count: 16)),
        datum("BirthName", "Eleni " + String(repeating: "Papadopoulou", count: 12), isRequired: false),
        datum("Gender", "Female", isRequired: false),
        .init(
            name: .init("Nationality"), values: [.init("ES"), .init("EL"), .init("JP"), .init("XA")],
            isRequired: false),
        datum("CountryOfBirth", "EL", isRequired: false), datum("TownOfBirth", "Ioánnina", isRequired: false),
        datum("PhoneNumber", "+34910000000", isRequired: false),
        datum("EmailAddress", "eleni.papadopoulou@correo.example", isRequired: false),
        datum("Shoesize", "38", from: "Padrón de prueba", isRequired: false),
    ]

    static func datum(_ name: String, _ text: String, from origin: String? = nil, isRequired: Bool = true)
        -> ConsentPage.Datum
    {
        .init(name: AttributeName(name), values: [AttributeValue(text)], origin: origin, isRequired: isRequired)
    }

    private static func required(_ data: [ConsentPage.Datum]) -> [ConsentPage.Datum] { data.filter(\.isRequired) }

    private static func names(_ names: [String]) -> [AttributeName] { names.map { AttributeName($0) } }
}
