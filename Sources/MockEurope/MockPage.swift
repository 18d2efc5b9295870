// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal

/// A page of a demo service, of a mock state or of the mock gateway. Like Puente's own pages it is well-formed XML and has neither style nor
/// script inside.
struct MockPage: Sendable {
    enum Place: Sendable {
        case service
        case state(StateProfile)
        /// The list of all mock states.
        case states
        /// The mock Cl@ve gateway, and the phone that belongs to it.
        case gateway, phone
        /// The demo service in France.
        case mairie
    }

    let place: Place
    let language: Language
    let title: HTML
    let content: HTML
    /// Where a GET shows the page again in another language; `nil` for answers to a POST.
    var address: String?

    var document: HTML {
        """
        <!DOCTYPE html>
        <html lang="\(language.rawValue)">
        <head>
        <meta charset="utf-8"/>
        <title>\(title) · \(place.name(language))</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="robots" content="noindex"/>
        <link rel="icon" type="image/svg+xml" href="/assets/mock.svg"/>
        <link rel="stylesheet" href="/assets/mock.css"/>
        <script src="/assets/mock.js" defer=""></script>
        </head>
        <body class="\(place.style)">
        <p class="mock">\(notice)</p>
        <header>
        <div class="inner">
        <a class="place" href="\(place.front)">\(place.emblem)<span><strong\(place.nameLanguage)>\(place.name(language))</strong> <small>\(place.office(language))</small></span></a>
        \(address.map(languages))
        </div>
        </header>
        <main>
        \(content)
        </main>
        <footer><div class="inner">\(foot)</div></footer>
        </body>
        </html>

        """
    }

    private var notice: HTML {
        switch place {
        case .service:
            language(
                "<strong>Servicio de prueba.</strong> Este ayuntamiento no existe.",
                "<strong>Test service.</strong> This town council does not exist.")
        case .gateway:
            language(
                "<strong>Pasarela de prueba.</strong> No es Cl@ve; todas las personas son inventadas.",
                "<strong>Mock gateway.</strong> This is not Cl@ve; all people are invented.")
        case .phone:
            language(
                "<strong>Teléfono de prueba.</strong> Todas las personas son inventadas.",
                "<strong>Mock phone.</strong> All people are invented.")
        case .mairie:
            language(
                "<strong>Servicio de prueba.</strong> Este pueblo francés no existe.",
                "<strong>Test service.</strong> This French village does not exist.")
        case .state, .states:
            language(
                "<strong>Estado de prueba.</strong> No es la página de ningún país; todas las personas son inventadas.",
                "<strong>Mock state.</strong> This is no page of any country; all people are invented.")
        }
    }

    private var foot: HTML {
        language(
            "Parte de la demostración de Puente. Nada de lo que haga aquí tiene efecto alguno.",
            "Part of the demonstration of Puente. Nothing that you do here has any effect.")
    }

    private func languages(_ address: String) -> HTML {
        let other: Language = language == .spanish ? .english : .spanish
        return """
            <a class="language" href="\(address)?lang=\(other.rawValue)" lang="\(other.rawValue)" hreflang="\(other.rawValue)">\
            \(other == .spanish ? "Español" : "English")</a>
            """
    }
}

extension MockPage.Place {
    func name(_ language: Language) -> HTML {
        switch self {
        case .service: "Ayuntamiento de Villanueva del Puente"
        case .state(let profile): "\(profile.name(language))"
        case .states: language("Estados de prueba", "Mock states")
        case .gateway: language("Pasarela Cl@ve de prueba", "Mock Cl@ve gateway")
        case .phone: language("Teléfono de prueba", "Mock phone")
        case .mairie: "Mairie de Pont-l’Imaginaire"
        }
    }

    /// Councils have a name in their own language alone.
    fileprivate var nameLanguage: HTML? {
        switch self {
        case .service: " lang=\"es\""
        case .mairie: " lang=\"fr\""
        case .state, .states, .gateway, .phone: nil
        }
    }

    var front: String {
        switch self {
        case .mairie: "/fr/mairie"
        case .phone: "/telefono"
        case .service, .state, .states, .gateway: "/"
        }
    }

    func office(_ language: Language) -> HTML {
        switch self {
        case .service: language("Sede electrónica de demostración", "Demonstration e-office")
        case .state: language("Identidad electrónica de prueba", "Test electronic identity")
        case .states: language("Identidades electrónicas de prueba", "Test electronic identities")
        case .gateway: language("Identificación de prueba", "Test identification")
        case .phone: language("Aplicación y mensajes", "App and messages")
        case .mairie: language("Servicio de demostración", "Demonstration service")
        }
    }

    fileprivate var style: HTML {
        switch self {
        case .service: "service"
        case .state(let profile): "state state-\(profile.path)"
        case .states: "state"
        case .gateway: "gateway"
        case .phone: "gateway phone"
        case .mairie: "state state-fr"
        }
    }

    fileprivate var emblem: HTML {
        switch self {
        case .service: "<img src=\"/assets/mock.svg\" alt=\"\" width=\"44\" height=\"44\"/>"
        case .state(let profile): "<b class=\"emblem\" aria-hidden=\"true\">\(profile.country.rawValue)</b>"
        case .states: "<b class=\"emblem\" aria-hidden=\"true\">EU</b>"
        case .gateway, .phone: "<b class=\"emblem\" aria-hidden=\"true\">@</b>"
        case .mairie: "<b class=\"emblem\" aria-hidden=\"true\">FR</b>"
        }
    }
}

extension Language {
    /// The one of two texts that is in this language.
    func callAsFunction(_ spanish: HTML, _ english: HTML) -> HTML { self == .spanish ? spanish : english }
}

extension PostForm {
    /// A form that goes on by itself, and by its button where there is no script.
    func markup(_ label: HTML) -> HTML {
        """
        <form method="post" action="\(target)" data-autosubmit="">
        \(fields.map { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\"/>\n" as HTML })\
        <p class="ways"><button type="submit">\(label)</button></p>
        </form>
        """
    }
}

extension LoA {
    func name(_ language: Language) -> HTML {
        switch self {
        case .low: language("bajo", "low")
        case .substantial: language("sustancial", "substantial")
        case .high: language("alto", "high")
        }
    }
}
