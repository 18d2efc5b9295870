// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import SAML

/// The pages of one mock state, in the order in which a citizen sees them.
struct StatePages: MockPages {
    let profile: StateProfile
    let language: Language

    var place: MockPage.Place { .state(profile) }
    var onward: HTML { language("De vuelta a España…", "Back to Spain…") }

    /// Who is there to log in. No password is asked for.
    func login(_ login: Login, id: String) -> MockPage {
        let request = login.request
        let citizens = profile.citizens.filter { $0.kind == request.person }
        let list: HTML = "<ul class=\"citizens\">\n\(citizens.map(row))</ul>"
        let nobody: HTML =
            "<p>\(language("Aquí no hay nadie a quien identificar así.", "There is nobody here to identify like this."))</p>"
        return page(
            language("Identifíquese", "Identify yourself"),
            """
            <p class="greeting" lang="\(profile.language)">\(profile.greeting)</p>
            <h1>\(language("¿Quién quiere ser hoy?", "Who would you like to be today?"))</h1>
            <p class="lead">\(asks(request))</p>
            <form method="post" action="/\(profile.path)/citizen">
            <input type="hidden" name="login" value="\(id)"/>
            \(citizens.isEmpty ? nobody : list)
            </form>
            \(declining(id, "cancel", language("Cancelar la identificación", "Cancel the identification")))
            """)
    }

    private func asks(_ request: AuthnRequest) -> HTML {
        let service: HTML = "<strong><bdi>\(request.providerName ?? "")</bdi></strong>"
        let level = request.lowestLoA.map { $0.name(language) } ?? "?"
        return language(
            "\(service) pide, a través de España, que se identifique con un nivel de seguridad \(level) o superior.",
            "\(service) asks, by way of Spain, that you identify yourself at assurance level \(level) or higher.")
    }

    private func row(_ citizen: Citizen) -> HTML {
        """
        <li><button type="submit" name="citizen" value="\(citizen.id)">
        <span class="who"><span lang="\(profile.language)">\(citizen.displayName)</span>\
        \(citizen.latinName.map { " <small><bdi>\($0)</bdi></small>" as HTML })</span>
        <span class="loa \(citizen.loa.rawValue)">\(language("nivel", "level")) \(citizen.loa.name(language))</span>
        </button></li>

        """
    }

    /// What will be sent, and a choice of ways to send it.
    func confirm(_ citizen: Citizen, _ answer: StateAnswer, id: String, canRepeat: Bool) -> MockPage {
        let rows: [HTML] = answer.wanted(of: citizen).map { datum, value in
            "<tr><th scope=\"row\">\(datum.name(language))</th><td>\(value.latin)\(value.original.map { "<br/><span lang=\"\(profile.language)\">\($0)</span>" as HTML })</td></tr>\n"
        }
        return page(
            language("Confirme el envío", "Confirm the transfer"),
            """
            <h1>\(language("Estos datos se enviarán a España", "This data will be sent to Spain"))</h1>
            <table>
            \(rows)<tr><th scope="row">\(language("Nivel de seguridad", "Assurance level"))</th>\
            <td><span class="loa \(citizen.loa.rawValue)">\(citizen.loa.name(language))</span></td></tr>
            </table>
            <form method="post" action="/\(profile.path)/answer">
            <input type="hidden" name="login" value="\(id)"/>
            <input type="hidden" name="citizen" value="\(citizen.id)"/>
            <p class="ways"><button type="submit" name="manner" value="genuine">\(language("De acuerdo, enviar", "I agree, send"))</button></p>
            \(drawer(canRepeat))
            </form>
            \(declining(id, "deny", language("No consiento el envío", "I do not consent")))
            """)
    }

    /// What Puente has to refuse, for operators who want to see it do so.
    private func drawer(_ canRepeat: Bool) -> HTML {
        let rows: [HTML] = Manner.allCases.filter { $0 != .genuine }.map { manner in
            let isOff = manner == .repeated && !canRepeat
            return """
                <li><button type="submit" class="quiet" name="manner" value="\(manner.rawValue)"\(" disabled=\"\"", if: isOff)>\
                \(manner.label(language))</button> <span>\(manner.explanation(language))</span></li>

                """
        }
        return """
            <details>
            <summary>\(language("Responder mal a propósito", "Answer wrongly on purpose"))</summary>
            <p>\(language("Para ver cómo Puente rechaza lo que no debe aceptar.", "To see how Puente refuses what it must not accept."))</p>
            <ul class="manners">
            \(rows)</ul>
            </details>
            """
    }

    private func declining(_ id: String, _ how: String, _ label: HTML) -> HTML {
        """
        <form method="post" action="/\(profile.path)/decline">
        <input type="hidden" name="login" value="\(id)"/>
        <p><button class="quiet" type="submit" name="how" value="\(how)">\(label)</button></p>
        </form>
        """
    }

    /// - Parameter fault: for whoever runs the Connector; holds no personal data.
    func refused(_ fault: String) -> MockPage {
        page(
            language("Petición no aceptada", "Request not accepted"),
            """
            <h1>\(language("Este Estado no acepta la petición", "This state does not accept the request"))</h1>
            <p>\(language("Un nodo de verdad tampoco la aceptaría:", "A real node would not accept it either:"))</p>
            <pre>\(fault)</pre>
            """)
    }
}

extension Manner {
    func label(_ language: Language) -> HTML {
        switch self {
        case .genuine: language("Respuesta auténtica", "Genuine answer")
        case .expired: language("Respuesta caducada", "Expired answer")
        case .otherCountry: language("Identificador de otro país", "Identifier of another country")
        case .unsigned: language("Respuesta sin firma", "Unsigned answer")
        case .repeated: language("Respuesta repetida", "Repeated answer")
        }
    }

    func explanation(_ language: Language) -> HTML {
        switch self {
        case .genuine: ""
        case .expired: language("Emitida hace veinte minutos.", "Issued twenty minutes ago.")
        case .otherCountry: language("El identificador empieza por XX.", "The identifier begins with XX.")
        case .unsigned: language("Cualquiera pudo escribirla.", "Anybody might have written it.")
        case .repeated:
            language(
                "La última que este Estado envió. Antes debe haber una.",
                "The last one that this state sent. There must be one first.")
        }
    }
}

extension Datum {
    func name(_ language: Language) -> HTML {
        switch self {
        case .personIdentifier: language("Identificador", "Identifier")
        case .familyName: language("Apellidos", "Family name")
        case .firstName: language("Nombre", "First name")
        case .dateOfBirth: language("Fecha de nacimiento", "Date of birth")
        case .birthName: language("Nombre al nacer", "Name at birth")
        case .placeOfBirth: language("Lugar de nacimiento", "Place of birth")
        case .gender: language("Sexo", "Gender")
        case .nationality: language("Nacionalidad", "Nationality")
        case .legalPersonIdentifier: language("Identificador de la entidad", "Identifier of the entity")
        case .legalName: language("Denominación", "Legal name")
        case .vatRegistration: language("Número de IVA", "VAT number")
        }
    }
}
