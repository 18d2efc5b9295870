// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Portal
import SAML

/// How it ended, in words and in the terms of the protocol.
extension FrenchPages {
    func result(_ outcome: FrenchOutcome) -> MockPage {
        switch outcome {
        case .identified(let person): identified(person)
        case .failed(let codes, let message): failed(codes, message)
        case .refused(let rejection): refused(rejection)
        }
    }

    private func identified(_ person: FrenchOutcome.Person) -> MockPage {
        let rows: [HTML] = person.attributes.map { row($0) }
        let loa = person.assurance.loa
        let isNotified = person.assurance.isNotified
        return page(
            language("Identificación correcta", "Identified"),
            """
            <p class="greeting" lang="fr">Bonjour,</p>
            <h1 class="outcome" data-outcome="identified"><bdi>\(name(of: person))</bdi></h1>
            <p class="facts">
            <span>\(language("Nivel de seguridad", "Assurance level")): <strong class="loa \(loa.rawValue)" data-fact="loa" data-value="\(loa.rawValue)">\(loa.name(language))</strong></span>
            <span>\(language("Medio", "Scheme")): <strong data-fact="notified" data-value="\(isNotified ? "yes" : "no")">\(isNotified ? language("notificado", "notified") : language("no notificado", "not notified"))</strong></span>
            </p>
            <table>
            <tr><th scope="col">\(language("Dato", "Item"))</th><th scope="col">\(language("Valor", "Value"))</th></tr>
            \(rows)</table>
            \(back)
            """, at: "/fr/mairie/resultado")
    }

    private func row(_ attribute: Assertion.Attribute) -> HTML {
        let values: [HTML] = attribute.values.map { value in
            value.isLatin
                ? "<span data-script=\"latin\"><bdi>\(value.text)</bdi></span>"
                : "<span data-script=\"original\"><bdi>\(value.text)</bdi></span> <small>(\(language("en su escritura", "in its own script")))</small>"
        }
        return """
            <tr data-attribute="\(attribute.friendlyName ?? attribute.name)"><th scope="row">\(label(attribute))</th>\
            <td>\(values.joined(separator: "<br/>"))</td></tr>

            """
    }

    private func label(_ attribute: Assertion.Attribute) -> HTML {
        let name = attribute.friendlyName ?? attribute.name
        guard name.hasPrefix("Representative") else { return Datum(rawValue: name)?.name(language) ?? "\(name)" }
        let own = String(name.dropFirst("Representative".count))
        return "\(language("Representante", "Representative")): \(Datum(rawValue: own)?.name(language) ?? "\(own)")"
    }

    private func name(of person: FrenchOutcome.Person) -> String {
        let parts = [Datum.firstName, .familyName, .legalName].compactMap { person[$0].first { $0.isLatin }?.text }
        return parts.isEmpty ? "?" : parts.joined(separator: " ")
    }

    private func failed(_ codes: [String], _ message: String?) -> MockPage {
        let short = codes.map { String($0.split(separator: ":").last ?? "") }
        return page(
            language("Sin identificar", "Not identified"),
            """
            <h1 class="outcome" data-outcome="failed">\(language("No se ha podido identificar", "You could not be identified"))</h1>
            <p class="lead">\(inWords(short, message ?? ""))</p>
            <table>
            <tr><th scope="row">\(language("Códigos", "Codes"))</th><td data-fact="codes">\(short.joined(separator: " / "))</td></tr>
            <tr><th scope="row">\(language("Mensaje", "Message"))</th><td data-fact="message" lang="en">\(message ?? "—")</td></tr>
            </table>
            \(back)
            """, at: "/fr/mairie/resultado")
    }

    private func inWords(_ codes: [String], _ message: String) -> HTML {
        switch (codes.first, codes.last) {
        case (_, "RequestDenied"): language("Usted ha dicho que no.", "You said no.")
        case (_, "AuthnFailed"),
            (_, "Responder") where message.hasPrefix("003002"):
            language("La identificación en España no se completó.", "The identification in Spain was not completed.")
        case (_, "InvalidAttrNameOrValue"):
            language("España no puede dar un dato que hace falta.", "Spain cannot give an item that is needed.")
        case ("Requester", _):
            language("España no atiende lo que se ha pedido.", "Spain does not serve what was asked.")
        default: language("Algo ha fallado por el camino.", "Something failed on the way.")
        }
    }

    private func refused(_ rejection: Rejection) -> MockPage {
        page(
            language("Respuesta no aceptada", "Answer not accepted"),
            """
            <h1 class="outcome" data-outcome="refused">\(language("No aceptamos la respuesta de España", "We do not accept Spain's answer"))</h1>
            <p>\(language("Es un fallo de la demostración. Detalles:", "That is a fault of the demonstration. Details:"))</p>
            <pre data-fact="rule" data-value="\(rejection.rule.code)">\(rejection.description)</pre>
            \(back)
            """, at: "/fr/mairie/resultado")
    }
}
