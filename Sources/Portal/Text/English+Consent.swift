// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation

extension English {
    var requestTitle: String { "A service in another country asks you to identify yourself" }
    var countryTerm: String { "Country" }
    var sectorTerm: String { "Kind of service" }
    func name(of sector: Sector) -> String {
        switch sector {
        case .public: "Public"
        case .private: "Private"
        }
    }
    var methodsTerm: String { "What you can identify yourself with" }
    func name(of method: ClaveGateway.Method) -> String {
        switch method {
        case .certificate: "electronic identity card or certificate"
        case .permanent: "Cl@ve Permanente"
        case .pin: "Cl@ve PIN"
        case .mobile: "Cl@ve Móvil"
        }
    }
    var loaAskedTerm: String { "Security that it asks for" }
    func asked(_ loa: LoA) -> String {
        switch loa {
        case .low: "At least low: any of the three European levels will do"
        case .substantial: "At least substantial, the second of the three European levels"
        case .high: "High, the strictest of the three European levels"
        }
    }
    var mandatoryHeading: String { "Details that it needs" }
    var mandatoryNote: HTML { "You cannot identify yourself to this service without them." }
    var optionalHeading: String { "Details that it would also like to have" }
    var optionalNote: HTML { "You will decide one by one whether to send them. You can go on without them." }
    var requestSteps: String { "What happens if you continue" }
    func requestStepList(_ person: PersonKind) -> [Section] {
        [
            identification(person),
            Section(
                "You see the details",
                """
                From Cl@ve you come back here, and we show you what is going to be sent and where each detail comes from. If \
                Cl@ve does not give one, we look it up in another register.
                """),
            Section(
                "You decide whether they are sent", "Nothing is sent until you agree. You will also be able to say no."),
        ]
    }
    private func identification(_ person: PersonKind) -> Section {
        switch person {
        case .natural:
            Section(
                "You identify yourself with Cl@ve",
                """
                There you choose one of the means that serve for this service. Your passwords and your PIN do not pass \
                through here.
                """)
        case .legal:
            Section(
                "You identify yourself with Cl@ve",
                """
                You will need the electronic certificate of a representative of the company or organisation. Your PIN and \
                your passwords do not pass through here.
                """)
        }
    }
    var continueToClave: String { "Continue with Cl@ve" }

    var consentTitle: String { "Check the details before they are sent" }
    func consentLead(_ service: HTML) -> HTML {
        "If you agree, \(service) will receive the details on this page and no others. Until then nothing is sent."
    }
    var loaTerm: String { "Security of your identification" }
    func told(_ assurance: Assurance) -> String {
        let level =
            switch assurance.loa {
            case .low: "Low"
            case .substantial: "Substantial"
            case .high: "High"
            }
        return assurance.isNotified
            ? level : level + ", by a means that Spain has not notified to the European Union"
    }
    func heading(of group: DatumGroup.Kind) -> String {
        switch group {
        case .required(.natural): "Details that are needed"
        case .optional(.natural): "Details that you can leave out"
        case .required(.legal): "Details of the company or organisation that are needed"
        case .optional(.legal): "Details of the company or organisation that you can leave out"
        case .representative: "Your details as its representative that are needed"
        }
    }
    var releaseNote: HTML { "Untick those that you do not want to send. That is fine: you can go on without them." }
    func origin(_ source: HTML) -> HTML { "Comes from: \(source)" }
    func hint(_ attribute: KnownAttribute) -> String? {
        switch attribute {
        case .personIdentifier:
            """
            By it the service will recognise you. It begins with the country that gives it (ES) and the one that receives \
            it; then comes your DNI or NIE number, or a code in its place.
            """
        case .legalPersonIdentifier:
            """
            By it the service will recognise the organisation. It begins with the country that gives it (ES) and the one \
            that receives it; then comes the organisation’s NIF number, or a code in its place.
            """
        default: nil
        }
    }
    var show: String { "See the detail" }
    var showAll: String { "See all details" }
    var hideAll: String { "Hide all details" }
    func script(isLatin: Bool) -> String { isLatin ? "In Latin letters" : "In its original script" }
    var notAvailable: HTML {
        "The service also asked for these details, which will not be sent because we do not have them:"
    }
    var notRemembered: HTML {
        """
        We do not keep your decision: next time we will ask you again. Your details are erased from here as soon as they \
        have left, or after some minutes if you do not send them.
        """
    }
    var accept: String { "Agree and send the details" }
    var deny: String { "Send nothing" }
    var denyNote: HTML {
        "If you send nothing, you will return to the service, which will only know that you chose not to identify yourself."
    }

    func name(of attribute: KnownAttribute) -> String {
        switch attribute {
        case .personIdentifier: "Identification number"
        case .familyName: "Family name"
        case .firstName: "First name"
        case .dateOfBirth: "Date of birth"
        case .birthName: "Name at birth"
        case .placeOfBirth: "Place of birth"
        case .currentAddress: "Current address"
        case .gender: "Gender"
        case .nationality: "Nationality"
        case .countryOfBirth: "Country of birth"
        case .townOfBirth: "Town of birth"
        case .countryOfResidence: "Country of residence"
        case .phoneNumber: "Telephone number"
        case .emailAddress: "Email address"
        case .legalPersonIdentifier: "Identification number of the organisation"
        case .legalName: "Name of the organisation"
        case .legalAddress: "Address of the organisation"
        case .vatRegistration: "VAT number"
        case .taxReference: "Tax reference number"
        case .euIdentifier: "European unique identifier of the company (EUID)"
        case .lei: "Legal entity identifier (LEI)"
        case .eori: "Customs operator number (EORI)"
        case .seed: "Excise number (SEED)"
        case .sic: "Activity code (SIC)"
        case .legalPhoneNumber: "Telephone number of the organisation"
        case .legalEmailAddress: "Email address of the organisation"
        }
    }
    func name(of part: AddressPart) -> String {
        switch part {
        case .poBox: "PO box"
        case .designator: "Number and door"
        case .locator: "Building"
        case .area: "Neighbourhood or area"
        case .thoroughfare: "Street"
        case .postName: "Town"
        case .firstAdminUnit: "Country"
        case .secondAdminUnit: "Region or province"
        case .postCode: "Postcode"
        }
    }
    func name(of gender: KnownGender) -> String {
        switch gender {
        case .female: "Female"
        case .male: "Male"
        case .unspecified: "Unspecified"
        }
    }
}
