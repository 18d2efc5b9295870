// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import SAML

/// The pages of the demo service in France.
struct FrenchPages: Sendable {
    let language: Language

    func front() -> MockPage {
        page(
            language("Inscripción en el baile", "Registration for the ball"),
            """
            <p class="greeting" lang="fr">Bienvenue</p>
            <h1>\(language("Apúntese al baile del pueblo", "Put yourself down for the village ball"))</h1>
            <p class="lead">\(language(
                "El ayuntamiento francés necesita saber quién es usted. Su identidad electrónica española sirve.",
                "The French town hall needs to know who you are. Your Spanish electronic identity will do."))</p>
            <form method="post" action="/fr/mairie/identificarse">
            <p class="ways"><button class="large" type="submit">\(language(
                "Identificarse con su identidad española", "Identify with your Spanish eID"))</button></p>
            <details>
            <summary>\(language("Opciones de la demostración", "Options of the demonstration"))</summary>
            <div class="options">
            \(levels)
            \(persons)
            \(bindings)
            \(registrations)
            </div>
            </details>
            </form>
            """, at: "/fr/mairie")
    }

    private var levels: HTML {
        let rows: [HTML] = LoA.allCases.map {
            radio("loa", $0.rawValue, $0.name(language), isChosen: $0 == .substantial)
        }
        return """
            <fieldset><legend>\(language("Nivel de seguridad, como mínimo", "Assurance level, at least"))</legend>
            \(rows)\
            <label><input type="checkbox" name="non-notified" value="1" checked=""/> <span>\(language("Aceptar también medios no notificados", "Accept schemes that are not notified too"))</span></label>
            </fieldset>
            """
    }

    private var persons: HTML {
        """
        <fieldset><legend>\(language("A quién se identifica", "Who is identified"))</legend>
        \(radio("person", "natural", language("Una persona", "A person"), isChosen: true))\
        \(radio("person", "legal", language("Una empresa u otra entidad", "A company or other entity"), isChosen: false))\
        <label><input type="checkbox" name="more" value="1"/> <span>\(language("Pedir también datos opcionales", "Ask for optional data too"))</span></label>
        </fieldset>
        """
    }

    private var bindings: HTML {
        """
        <fieldset><legend>\(language("Cómo se envía la petición", "How the request travels"))</legend>
        \(radio("binding", Binding.post.rawValue, "<bdi>HTTP-POST</bdi>", isChosen: true))\
        \(radio("binding", Binding.redirect.rawValue, "<bdi>HTTP-Redirect (SAML)</bdi>", isChosen: false))\
        \(radio("binding", Binding.commission.rawValue, language("La «redirección» de la Comisión", "The Commission’s “redirect”"), isChosen: false))\
        </fieldset>
        """
    }

    private var registrations: HTML {
        """
        <fieldset><legend>\(language("Qué Conector pregunta", "Which Connector asks"))</legend>
        \(radio("registration", Registration.curve.rawValue, language("El de siempre: cifrado con ECDH-ES", "The usual one: encryption by ECDH-ES"), isChosen: true))\
        \(radio("registration", Registration.rsa.rawValue, language("Otro, con clave RSA", "Another one, with an RSA key"), isChosen: false))\
        \(radio("registration", Registration.unknown.rawValue, language("Uno que Puente no conoce", "One that Puente does not know"), isChosen: false))\
        \(radio("registration", Registration.expired.rawValue, language("Uno con metadatos caducados", "One whose metadata has expired"), isChosen: false))\
        </fieldset>
        """
    }

    private func radio(_ name: HTML, _ value: String, _ label: HTML, isChosen: Bool) -> HTML {
        "<label><input type=\"radio\" name=\"\(name)\" value=\"\(value)\"\(" checked=\"\"", if: isChosen)/> <span>\(label)</span></label>\n"
    }

    func forward(_ form: PostForm) -> MockPage {
        page(
            language("Un momento", "One moment"),
            """
            <h1>\(language("Le llevamos a España…", "Taking you to Spain…"))</h1>
            <p>\(language("Si no ocurre nada, pulse el botón.", "If nothing happens, press the button."))</p>
            \(form.markup(language("Continuar", "Continue")))
            """)
    }

    /// By GET; a link, because a form would write the query anew.
    func forward(to address: String) -> MockPage {
        page(
            language("Un momento", "One moment"),
            """
            <h1>\(language("Le llevamos a España…", "Taking you to Spain…"))</h1>
            <p>\(language("Si no ocurre nada, pulse el botón.", "If nothing happens, press the button."))</p>
            <p class="ways"><a class="button" href="\(address)" data-autofollow="">\(language("Continuar", "Continue"))</a></p>
            """)
    }

    /// An answer to nothing that was asked.
    func unexpected() -> MockPage {
        page(
            language("Respuesta inesperada", "Unexpected answer"),
            """
            <h1>\(language("No esperábamos esta respuesta", "We did not expect this answer"))</h1>
            <p>\(language("No corresponde a ninguna petición de este servicio.", "It belongs to no request of this service."))</p>
            \(back)
            """)
    }

    func proxyRefused(_ rejection: Rejection) -> MockPage {
        page(
            language("Sin conexión con España", "No connection to Spain"),
            """
            <h1>\(language("El Conector no acepta los metadatos de Puente", "The Connector does not accept Puente's metadata"))</h1>
            <pre>\(rejection.description)</pre>
            \(back)
            """)
    }

    func page(_ title: HTML, _ content: HTML, at address: String? = nil) -> MockPage {
        MockPage(place: .mairie, language: language, title: title, content: content, address: address)
    }

    var back: HTML {
        "<p class=\"ways\"><a class=\"button quiet\" href=\"/fr/mairie\">\(language("Volver al principio", "Back to the start"))</a></p>"
    }
}
