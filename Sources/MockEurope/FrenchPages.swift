// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import SAML

/// The pages of the demo service in France.
struct FrenchPages: DemoServicePages {
    let language: Language

    var place: MockPage.Place { .mairie }
    var onward: HTML { language("Le llevamos a España…", "Taking you to Spain…") }

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
            \(levels(besides: checkbox("non-notified", language("Aceptar también medios no notificados", "Accept schemes that are not notified too"), isChecked: true)))
            \(persons)
            \(bindings)
            \(registrations)
            </div>
            </details>
            </form>
            """, at: "/fr/mairie")
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

    func proxyRefused(_ rejection: Rejection) -> MockPage {
        page(
            language("Sin conexión con España", "No connection to Spain"),
            """
            <h1>\(language("El Conector no acepta los metadatos de Puente", "The Connector does not accept Puente's metadata"))</h1>
            <pre>\(rejection.description)</pre>
            \(back)
            """)
    }
}
