// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import SAML

/// The pages of the demo service.
struct ServicePages: DemoServicePages {
    let language: Language

    var place: MockPage.Place { .service }
    var onward: HTML { language("Le llevamos a Puente…", "Taking you to Puente…") }

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
            \(levels())
            \(persons)
            \(deliveries)
            </div>
            </details>
            </form>
            """, at: "/")
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
}
