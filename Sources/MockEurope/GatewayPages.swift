// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Portal
import SAML

/// The pages of the mock Cl@ve gateway: what stands around the methods.
struct GatewayPages: MockPages {
    let language: Language

    var place: MockPage.Place { .gateway }
    var onward: HTML { language("De vuelta al servicio…", "Back to the service…") }

    /// How to identify oneself, and what may go wrong on the way.
    func chooser(_ login: GatewayLogin) -> MockPage {
        let rows: [HTML] = GatewayMethod.allCases.compactMap { row($0, login) }
        return page(
            language("Elija cómo identificarse", "Choose how to identify yourself"),
            """
            <h1>\(language("Elija cómo identificarse", "Choose how to identify yourself"))</h1>
            \(asks(login))
            <form method="post" action="/Proxy2/ServiceRedirect">
            <input type="hidden" name="login" value="\(login.id)"/>
            \(rows.isEmpty ? nobody : "<ul class=\"methods\">\n\(rows)</ul>")
            \(drawer)
            <p class="ways"><button class="quiet" type="submit" name="failure" value="cancelled">\(language("Cancelar", "Cancel"))</button></p>
            </form>
            """, at: "/Proxy2/login/\(login.id)")
    }

    func asks(_ login: GatewayLogin) -> HTML {
        let service: HTML = "<strong><bdi>\(login.question.request.serviceName)</bdi></strong>"
        let level = login.asked.name(language)
        return """
            <p class="lead">\(language(
                "\(service) pide que se identifique con un nivel de seguridad \(level) o superior.",
                "\(service) asks you to identify yourself at assurance level \(level) or higher."))</p>
            """
    }

    private var nobody: HTML {
        language(
            "<p role=\"status\">El servicio excluye todas las formas de identificarse.</p>",
            "<p role=\"status\">The service excludes every way to identify yourself.</p>")
    }

    /// Excluded methods are not there.
    private func row(_ method: GatewayMethod, _ login: GatewayLogin) -> HTML? {
        let obstacle = login.obstacle(to: method)
        guard obstacle != .excluded else { return nil }
        let reason: HTML? =
            obstacle == .tooLow
            ? language(
                "No alcanza el nivel \(login.asked.name(language)) que se pide.",
                "Does not reach the level \(login.asked.name(language)) that is asked.") : nil
        return """
            <li><button type="submit" name="SelectedIdP" value="\(method.rawValue)"\(" disabled=\"\"", if: obstacle != nil)>
            <strong\(" translate=\"no\"", if: method.hasOwnName)>\(method.name(language))</strong> <span>\(method.explanation(language))</span>\
            \(reason.map { "<span class=\"reason\">\($0)</span>" as HTML })
            </button></li>

            """
    }

    /// For whoever tests a service or a node.
    private var drawer: HTML {
        let failures: [HTML] = GatewayManner.failures.filter { $0 != .cancelled }.map { manner in
            """
            <li><button type="submit" class="quiet" name="failure" value="\(manner.rawValue)">\(manner.label(language))</button> \
            <span lang="\(manner.isQuoted ? "es" : language.rawValue)">\(manner.explanation(language))</span></li>

            """
        }
        let spoilt: [HTML] = ([.genuine] + GatewayManner.spoilt).map { manner in
            """
            <li><label><input type="radio" name="manner" value="\(manner.rawValue)"\(" checked=\"\"", if: manner == .genuine)/> \
            <span>\(manner.label(language)) <small>\(manner.explanation(language))</small></span></label></li>

            """
        }
        return """
            <details>
            <summary>\(language("Hacer que algo salga mal", "Make something go wrong"))</summary>
            <p>\(language(
                "Para probar cómo lo toma el servicio que pregunta. Estos errores se envían en el acto:",
                "To try how the asking service takes it. These errors are sent at once:"))</p>
            <ul class="manners">
            \(failures)</ul>
            <fieldset><legend>\(language("La respuesta, cuando se haya identificado", "The answer, once you are identified"))</legend>
            <ul class="plain">
            \(spoilt)</ul>
            </fieldset>
            </details>
            """
    }

    /// What this is, and what there is to try.
    func index(_ dialect: GatewayDialect, _ authority: TestAuthority) -> MockPage {
        let people: [HTML] = Resident.all.map { resident in
            """
            <tr><th scope="row"><code>\(resident.id)</code></th><td>\(resident.name)\
            <br/><small>\(resident.registration.name(language))\(resident.note.map { note in ". \(note.text(language))" as HTML })</small></td></tr>

            """
        }
        let services: [HTML] = dialect.services.values.sorted { $0.name.rawValue < $1.name.rawValue }.map {
            "<li><code>\($0.name.rawValue)</code> <bdi>\($0.name(in: "es"))</bdi></li>\n"
        }
        return page(
            language("Pasarela de prueba", "Mock gateway"),
            """
            <h1>\(language("Una pasarela Cl@ve para probar", "A Cl@ve gateway to test with"))</h1>
            <p class="lead">\(language(
                "Atiende a los servicios registrados en <code>\(dialect.address)</code> y responde como la del Estado.",
                "It serves registered services at <code>\(dialect.address)</code>, and answers as the State's does."))</p>
            <p class="ways"><a class="button quiet" href="/telefono">\(language("Teléfono de prueba", "Mock phone"))</a></p>
            <h2>\(language("Quiénes hay", "Who is there"))</h2>
            <table>
            \(people)</table>
            <p>\(language("La contraseña de todas es", "The password of all of them is")) <code>\(Resident.password)</code>.</p>
            <h2>\(language("Certificados de prueba", "Test certificates"))</h2>
            \(downloads(authority))
            <h2>\(language("Servicios registrados", "Registered services"))</h2>
            <ul>
            \(services)</ul>
            """, at: "/")
    }

    /// - Parameter fault: for whoever runs the service; holds no personal data.
    func refused(_ fault: String) -> MockPage {
        page(
            language("Petición no aceptada", "Request not accepted"),
            """
            <h1>\(language("La pasarela no acepta la petición", "The gateway does not accept the request"))</h1>
            <p>\(language("La de verdad tampoco la aceptaría:", "The real one would not accept it either:"))</p>
            <pre>\(fault)</pre>
            """)
    }

    func lost() -> MockPage {
        page(
            language("Demasiado tarde", "Too late"),
            """
            <h1>\(language("Esta identificación ya no espera", "This login waits no longer"))</h1>
            <p>\(language("Ha terminado, o ha pasado un cuarto de hora. Empiece de nuevo en el servicio.", "It has ended, or a quarter of an hour has passed. Begin again at the service."))</p>
            """)
    }

    func back(_ login: GatewayLogin) -> HTML {
        """
        <p class="ways"><a class="button quiet" href="/Proxy2/login/\(login.id)">\(language("Otra forma de identificarse", "Another way to identify yourself"))</a></p>
        """
    }
}
