// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import SAML

/// How it ended, in words and in the terms of the protocol.
extension ServicePages {
    func identified(_ person: ServiceOutcome.Person) -> MockPage {
        let rows: [HTML] = person.attributes.map { row($0) }
        return page(
            language("Identificación correcta", "Identified"),
            """
            <p class="greeting">\(language("Le damos la bienvenida,", "Welcome,"))</p>
            <h1 class="outcome" data-outcome="identified"><bdi>\(name(of: person))</bdi></h1>
            \(original(person).map { "<p class=\"original\"><bdi>\($0)</bdi></p>" as HTML })
            <p class="facts">
            <span>\(language("País", "Country")): \(country(of: person))</span>
            <span>\(language("Nivel de seguridad", "Assurance level")): <strong class="loa \(person.loa)" data-fact="loa" data-value="\(person.loa)">\(LoA(rawValue: person.loa).map { $0.name(language) } ?? "\(person.loa)")</strong></span>
            <span>\(language("Respuesta", "Answer")): <strong>\(person.delivery == .encrypted ? language("cifrada", "encrypted") : language("sin cifrar", "not encrypted"))</strong></span>
            </p>
            <table>
            <tr><th scope="col">\(language("Dato", "Item"))</th><th scope="col">\(language("Valor", "Value"))</th></tr>
            \(rows)</table>
            <form method="post" action="/salir">
            <div class="ways"><button type="submit">\(language("Cerrar la sesión", "Log out"))</button>
            <a class="button quiet" href="/">\(language("Volver al principio", "Back to the start"))</a></div>
            </form>
            """, at: "/resultado")
    }

    private func row(_ attribute: Assertion.Attribute) -> HTML {
        let label = Datum(rawValue: attribute.friendlyName ?? "").map { $0.name(language) } ?? self.label(attribute)
        let values: [HTML] = attribute.values.map { value in
            value.isLatin
                ? "<span data-script=\"latin\"><bdi>\(value.text)</bdi></span>"
                : "<span data-script=\"original\"><bdi>\(value.text)</bdi></span> <small>(\(language("en su escritura", "in its own script")))</small>"
        }
        return """
            <tr data-attribute="\(attribute.friendlyName ?? attribute.name)"><th scope="row">\(label)</th>\
            <td>\(values.joined(separator: "<br/>"))</td></tr>

            """
    }

    private func label(_ attribute: Assertion.Attribute) -> HTML {
        switch attribute.friendlyName {
        case "SelectedIdP": language("Medio de identificación", "Means of identification")
        default: "\(attribute.friendlyName ?? attribute.name)"
        }
    }

    private func name(of person: ServiceOutcome.Person) -> String {
        let parts = [Datum.firstName, .familyName, .legalName].compactMap { person[$0].first { $0.isLatin }?.text }
        return parts.isEmpty ? person.nameID ?? "?" : parts.joined(separator: " ")
    }

    private func original(_ person: ServiceOutcome.Person) -> String? {
        let parts = [Datum.firstName, .familyName, .legalName].compactMap { person[$0].first { !$0.isLatin }?.text }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    /// The identifier says it; Cl@ve has no attribute for it.
    private func country(of person: ServiceOutcome.Person) -> HTML {
        let identifier = (person[.personIdentifier] + person[.legalPersonIdentifier]).first
        let code = identifier.flatMap { PersonIdentifier($0.text)?.from } ?? "?"
        let name = StateProfile.all.first { $0.country.rawValue == code }?.name(language) ?? code
        return "<strong data-fact=\"country\" data-value=\"\(code)\">\(name)</strong>"
    }

    func failed(_ codes: [String], _ message: String?) -> MockPage {
        let short = codes.map { String($0.split(separator: ":").last ?? "") }
        return page(
            language("Sin identificar", "Not identified"),
            """
            <h1 class="outcome" data-outcome="failed">\(language("No se ha podido identificar", "You could not be identified"))</h1>
            <p class="lead">\(inWords(short))</p>
            <table>
            <tr><th scope="row">\(language("Códigos", "Codes"))</th><td data-fact="codes">\(short.joined(separator: " / "))</td></tr>
            <tr><th scope="row">\(language("Mensaje", "Message"))</th><td data-fact="message" lang="en">\(message ?? "—")</td></tr>
            </table>
            \(back)
            """, at: "/resultado")
    }

    private func inWords(_ codes: [String]) -> HTML {
        switch codes.last {
        case "RequestDenied":
            language("Usted, o el otro país, ha dicho que no.", "You, or the other country, said no.")
        case "AuthnFailed":
            language(
                "La identificación en el otro país no se completó o no basta para este trámite.",
                "The identification in the other country was not completed, or is not enough here.")
        case "InvalidAttrNameOrValue":
            language("Falta un dato obligatorio, o no es válido.", "A required item is missing, or is not valid.")
        case "NoAuthnContext":
            language("El nivel de seguridad no basta.", "The assurance level is not enough.")
        default: language("Algo ha fallado por el camino.", "Something failed on the way.")
        }
    }

    func refused(_ rejection: Rejection) -> MockPage {
        page(
            language("Respuesta no aceptada", "Answer not accepted"),
            """
            <h1 class="outcome" data-outcome="refused">\(language("No aceptamos la respuesta de la pasarela", "We do not accept the gateway's answer"))</h1>
            <p>\(language("Es un fallo de la demostración. Detalles:", "That is a fault of the demonstration. Details:"))</p>
            <pre>\(rejection.description)</pre>
            \(back)
            """, at: "/resultado")
    }
}
