// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation

extension Spanish {
    var requestTitle: String { "Un servicio de otro país le pide que se identifique" }
    var countryTerm: String { "País" }
    var sectorTerm: String { "Tipo de servicio" }
    func name(of sector: Sector) -> String {
        switch sector {
        case .public: "Público"
        case .private: "Privado"
        }
    }
    var methodsTerm: String { "Con qué puede identificarse" }
    func name(of method: ClaveGateway.Method) -> String {
        switch method {
        case .certificate: "DNI electrónico o certificado"
        case .permanent: "Cl@ve Permanente"
        case .pin: "Cl@ve PIN"
        case .mobile: "Cl@ve Móvil"
        }
    }
    var loaAskedTerm: String { "Seguridad que pide" }
    func asked(_ loa: LoA) -> String {
        switch loa {
        case .low: "Nivel bajo como mínimo: vale cualquiera de los tres niveles europeos"
        case .substantial: "Nivel sustancial como mínimo, el segundo de los tres europeos"
        case .high: "Nivel alto, el más exigente de los tres europeos"
        }
    }
    var mandatoryHeading: String { "Datos que necesita" }
    var mandatoryNote: HTML { "Sin ellos no puede identificarse en este servicio." }
    var optionalHeading: String { "Datos que también le gustaría tener" }
    var optionalNote: HTML { "Usted decidirá, uno por uno, si los envía. Puede seguir sin ellos." }
    var requestSteps: String { "Qué pasará si continúa" }
    func requestStepList(_ person: PersonKind) -> [Section] {
        [
            identification(person),
            Section(
                "Verá los datos",
                """
                De Cl@ve volverá aquí y le mostraremos qué se va a enviar y de dónde viene cada dato. Si Cl@ve no da \
                alguno, lo consultaremos en otro registro.
                """),
            Section("Decidirá si se envían", "Hasta que usted acepte no se envía nada. También podrá decir que no."),
        ]
    }
    private func identification(_ person: PersonKind) -> Section {
        switch person {
        case .natural:
            Section(
                "Se identificará con Cl@ve",
                "Elegirá allí uno de los medios que sirven para este servicio. Sus contraseñas y su PIN no pasan por aquí."
            )
        case .legal:
            Section(
                "Se identificará con Cl@ve",
                """
                Necesitará el certificado electrónico de representante de la empresa o entidad. Su PIN y sus contraseñas \
                no pasan por aquí.
                """)
        }
    }
    var continueToClave: String { "Continuar con Cl@ve" }

    var consentTitle: String { "Revise los datos antes de enviarlos" }
    func consentLead(_ service: HTML) -> HTML {
        "Si usted acepta, \(service) recibirá los datos de esta página y ninguno más. Hasta entonces no se envía nada."
    }
    var loaTerm: String { "Seguridad de su identificación" }
    func told(_ assurance: Assurance) -> String {
        let level =
            switch assurance.loa {
            case .low: "Nivel bajo"
            case .substantial: "Nivel sustancial"
            case .high: "Nivel alto"
            }
        return assurance.isNotified ? level : level + ", con un medio que España no ha notificado a la Unión Europea"
    }
    func heading(of group: DatumGroup.Kind) -> String {
        switch group {
        case .required(.natural): "Datos necesarios"
        case .optional(.natural): "Datos que puede quitar"
        case .required(.legal): "Datos necesarios de la empresa o entidad"
        case .optional(.legal): "Datos de la empresa o entidad que puede quitar"
        case .representative: "Sus datos necesarios, como representante"
        }
    }
    var releaseNote: HTML { "Quite la marca de los que no quiera enviar. No pasa nada: puede seguir sin ellos." }
    func origin(_ source: HTML) -> HTML { "Origen: \(source)" }
    func hint(_ attribute: KnownAttribute) -> String? {
        switch attribute {
        case .personIdentifier:
            """
            Con él le reconocerá el servicio. Empieza por el país que lo da (ES) y el que lo recibe; detrás va su DNI o \
            NIE, o un código que lo sustituye.
            """
        case .legalPersonIdentifier:
            """
            Con él reconocerá el servicio a la entidad. Empieza por el país que lo da (ES) y el que lo recibe; detrás va \
            el NIF de la entidad, o un código que lo sustituye.
            """
        default: nil
        }
    }
    var show: String { "Ver el dato" }
    var showAll: String { "Ver todos los datos" }
    var hideAll: String { "Ocultar todos los datos" }
    func script(isLatin: Bool) -> String { isLatin ? "Con letras latinas" : "En su escritura original" }
    var notAvailable: HTML { "El servicio también ha pedido estos datos, que no se enviarán porque no los tenemos:" }
    var notRemembered: HTML {
        """
        No guardamos su decisión: la próxima vez volveremos a preguntarle. Sus datos se borran de aquí en cuanto salen, o \
        al cabo de unos minutos si no los envía.
        """
    }
    var accept: String { "Aceptar y enviar los datos" }
    var deny: String { "No enviar nada" }
    var denyNote: HTML {
        "Si no envía nada, volverá al servicio, que solo sabrá que no ha querido identificarse."
    }

    func name(of attribute: KnownAttribute) -> String {
        switch attribute {
        case .personIdentifier: "Número de identificación"
        case .familyName: "Apellidos"
        case .firstName: "Nombre"
        case .dateOfBirth: "Fecha de nacimiento"
        case .birthName: "Nombre y apellidos al nacer"
        case .placeOfBirth: "Lugar de nacimiento"
        case .currentAddress: "Domicilio actual"
        case .gender: "Sexo"
        case .nationality: "Nacionalidad"
        case .countryOfBirth: "País de nacimiento"
        case .townOfBirth: "Municipio de nacimiento"
        case .countryOfResidence: "País de residencia"
        case .phoneNumber: "Teléfono"
        case .emailAddress: "Correo electrónico"
        case .legalPersonIdentifier: "Número de identificación de la entidad"
        case .legalName: "Denominación de la entidad"
        case .legalAddress: "Domicilio de la entidad"
        case .vatRegistration: "Número de IVA"
        case .taxReference: "Número de identificación fiscal"
        case .euIdentifier: "Identificador único europeo de la empresa (EUID)"
        case .lei: "Identificador de entidad jurídica (LEI)"
        case .eori: "Número de operador en aduanas (EORI)"
        case .seed: "Número de impuestos especiales (SEED)"
        case .sic: "Código de actividad (SIC)"
        case .legalPhoneNumber: "Teléfono de la entidad"
        case .legalEmailAddress: "Correo electrónico de la entidad"
        }
    }
    func name(of part: AddressPart) -> String {
        switch part {
        case .poBox: "Apartado de correos"
        case .designator: "Número, piso y puerta"
        case .locator: "Edificio"
        case .area: "Barrio o zona"
        case .thoroughfare: "Calle"
        case .postName: "Población"
        case .firstAdminUnit: "País"
        case .secondAdminUnit: "Región o provincia"
        case .postCode: "Código postal"
        }
    }
    func name(of gender: KnownGender) -> String {
        switch gender {
        case .female: "Mujer"
        case .male: "Hombre"
        case .unspecified: "Sin especificar"
        }
    }
}
