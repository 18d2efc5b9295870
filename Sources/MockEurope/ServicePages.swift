// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import SAML

/// The pages of the demo service.
struct ServicePages: Sendable {
    let language: Language

    func front() -> MockPage {
        page(
            language("Registro de solicitudes", "Register of applications"),
            """
            <h1>\(language("Solicite plaza en el puente", "Apply for a place on the bridge"))</h1>
            <p class="lead">\(language(
                "Para continuar necesitamos saber quién es. Si su identidad electrónica es de otro país europeo, también sirve.",
                "To go on we need to know who you are. If your electronic identity is from another European country, it will do."))</p>
            <form method="post" action="/identificarse">
            <p class="ways"><button class="large" type="submit">\(language(
                "Identificarse con su identidad electrónica europea", "Identify with your European eID"))</button></p>
            <details>
            <summary>\(language("Opciones de la demostración", "Options of the demonstration"))</summary>
            <div class="options">
            \(levels)
            \(persons)
            \(deliveries)
            </div>
            </details>
            </form>
            """, at: "/")
    }

    private var levels: HTML {
        let rows: [HTML] = LoA.allCases.map {
            radio("loa", $0.rawValue, $0.name(language), isChosen: $0 == .substantial)
        }
        return
            "<fieldset><legend>\(language("Nivel de seguridad, como mínimo", "Assurance level, at least"))</legend>\n\(rows)</fieldset>"
    }

    private var persons: HTML {
        """
        <fieldset><legend>\(language("A quién se identifica", "Who is identified"))</legend>
        \(radio("person", "natural", language("Una persona", "A person"), isChosen: true))\
        \(radio("person", "legal", language("Una empresa u otra entidad", "A company or other entity"), isChosen: false))\
        <label><input type="checkbox" name="more" value="1"/> \(language("Pedir también datos opcionales", "Ask for optional data too"))</label>
        </fieldset>
        """
    }

    private var deliveries: HTML {
        """
        <fieldset><legend>\(language("Quién pregunta", "Who asks"))</legend>
        \(radio("delivery", Delivery.plain.rawValue, language("El ayuntamiento", "The town council"), isChosen: true))\
        \(radio("delivery", Delivery.encrypted.rawValue, language("Su archivo reservado: respuesta cifrada", "Its reserved records: encrypted answer"), isChosen: false))\
        \(radio("delivery", Delivery.unknown.rawValue, language("Un servicio sin registrar: Puente no debe atenderlo", "An unregistered service: Puente must not serve it"), isChosen: false))\
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
            <h1>\(language("Le llevamos a Puente…", "Taking you to Puente…"))</h1>
            <p>\(language("Si no ocurre nada, pulse el botón.", "If nothing happens, press the button."))</p>
            \(form.markup(language("Continuar", "Continue")))
            """)
    }

    /// An answer to nothing that this browser asked.
    func unexpected() -> MockPage {
        page(
            language("Respuesta inesperada", "Unexpected answer"),
            """
            <h1>\(language("No esperábamos esta respuesta", "We did not expect this answer"))</h1>
            <p>\(language("No corresponde a ninguna petición de este navegador.", "It belongs to no request of this browser."))</p>
            \(back)
            """)
    }

    func result(_ outcome: ServiceOutcome) -> MockPage {
        switch outcome {
        case .identified(let person): identified(person)
        case .failed(let codes, let message): failed(codes, message)
        case .refused(let rejection): refused(rejection)
        case .loggedOut:
            page(
                language("Sesión cerrada", "Logged out"),
                """
                <h1 data-outcome="logged-out">\(language("Ha cerrado la sesión", "You have logged out"))</h1>
                <p class="outcome">\(language("Puente ha confirmado el cierre.", "Puente has confirmed it."))</p>
                \(back)
                """, at: "/resultado")
        }
    }

    func page(_ title: HTML, _ content: HTML, at address: String? = nil) -> MockPage {
        MockPage(place: .service, language: language, title: title, content: content, address: address)
    }

    var back: HTML {
        "<p class=\"ways\"><a class=\"button quiet\" href=\"/\">\(language("Volver al principio", "Back to the start"))</a></p>"
    }
}
