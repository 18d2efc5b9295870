// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal

/// Cl@ve Móvil on both of its sides, and the messages of the mock phone.
extension GatewayPages {
    /// The page that waits for the phone.
    func mobile(_ login: GatewayLogin, _ mistake: Mistake?) -> MockPage {
        let address = "/Proxy2/login/\(login.id)/movil"
        return page(
            "Cl@ve Móvil",
            """
            <h1 translate="no">Cl@ve Móvil</h1>
            \(alert(mistake))
            \(login.claimed == nil ? scan(login, address) : push(login, address))
            <p class="ways"><a class="button quiet" href="\(address)" data-wait="\(address)/estado">\(language("Ya he confirmado", "I have confirmed"))</a></p>
            \(hints(.mobile))
            \(back(login))
            """, at: address)
    }

    private func scan(_ login: GatewayLogin, _ address: String) -> HTML {
        """
        <div class="columns">
        <section>
        <h2>\(language("Con un código QR", "With a QR code"))</h2>
        <p>\(language("Escanéelo con la aplicación, o", "Scan it with the app, or")) <a href="/telefono/\(login.id)" target="_blank">\(language("ábralo en el teléfono de prueba", "open it on the mock phone"))</a>.</p>
        <img class="qr" src="\(address)/qr.svg" alt="\(language("Código QR para la aplicación", "QR code for the app"))" width="220" height="220"/>
        </section>
        <section>
        <h2>\(language("Con su DNI o NIE", "With your DNI or NIE"))</h2>
        <p>\(language("Le llegará un aviso al teléfono.", "Your phone will get a notice."))</p>
        \(personForm(address, language("Enviar el aviso", "Send the notice")))
        </section>
        </div>
        """
    }

    private func push(_ login: GatewayLogin, _ address: String) -> HTML {
        """
        <p class="lead">\(language("Confirme en", "Confirm it on")) \(phoneLink). \
        \(language("Compruebe que muestra", "See that it shows")) <strong class="digits">\(login.mark)</strong>.</p>
        <details><summary>\(language("¿Su teléfono no tiene conexión?", "Is your phone offline?"))</summary>
        <p>\(language("La aplicación muestra un código de seis cifras. Escríbalo aquí.", "The app shows a code of six digits. Type it here."))</p>
        \(codeForm(address, length: 6))
        </details>
        """
    }

    // MARK: The phone

    /// What waits for somebody, and the messages.
    func phone(waiting: [GatewayLogin], inbox: [GatewaySMS]) -> MockPage {
        let logins: [HTML] = waiting.map { login in
            """
            <li><a class="button" href="/telefono/\(login.id)"><bdi>\(login.claimed?.name ?? "?")</bdi> · \(login.mark)</a></li>

            """
        }
        let none: HTML = "<p>\(language("Nada todavía.", "Nothing yet."))</p>"
        let messages: [HTML] = inbox.enumerated().map { index, message in
            let fact: HTML = index == 0 ? " data-fact=\"sms\" data-value=\"\(message.code)\"" : ""
            return """
                <li\(fact)><strong><bdi>\(message.resident.name)</bdi></strong> <bdi>\(language("Su código Cl@ve es", "Your Cl@ve code is")) <strong class="digits">\(message.code)</strong></bdi></li>

                """
        }
        return screen(
            language("Teléfono", "Phone"),
            """
            <h1>\(language("Teléfono de prueba", "Mock phone"))</h1>
            <p>\(language("Es el de todas las personas inventadas a la vez.", "It is the one of all invented people at once."))</p>
            <h2>\(language("Avisos de Cl@ve", "Notices of Cl@ve"))</h2>
            \(logins.isEmpty ? none : Self.list("plain", logins))
            <h2>SMS</h2>
            \(messages.isEmpty ? none : Self.list("sms", messages))
            <p class="ways"><a class="button quiet" href="/telefono">\(language("Mirar de nuevo", "Look again"))</a></p>
            """, at: "/telefono")
    }

    private static func list(_ name: HTML, _ rows: [HTML]) -> HTML { "<ul class=\"\(name)\">\n\(rows)</ul>" }

    /// One login on the phone: whose phone is it, does the person confirm, and then the end.
    func phone(_ login: GatewayLogin) -> MockPage {
        let content: HTML
        if !login.isOpen {
            content = ended(login)
        } else if let resident = login.claimed {
            content = confirmation(login, resident)
        } else {
            content = owners(login)
        }
        return screen(language("Teléfono", "Phone"), content, at: "/telefono/\(login.id)")
    }

    private func owners(_ login: GatewayLogin) -> HTML {
        let rows: [HTML] = Resident.all.map { resident in
            let reach = GatewayMethod.mobile.reach(resident.registration)
            return """
                <li><button type="submit" name="person" value="\(resident.id)"><span class="who"><bdi>\(resident.name)</bdi></span>
                <span class="loa \(reach.rawValue)">\(language("nivel", "level")) \(reach.name(language))</span></button></li>

                """
        }
        return """
            <h1>\(language("¿De quién es este teléfono?", "Whose phone is this?"))</h1>
            <form method="post" action="/telefono/\(login.id)">
            <ul class="citizens">
            \(rows)</ul>
            </form>
            """
    }

    private func confirmation(_ login: GatewayLogin, _ resident: Resident) -> HTML {
        """
        <p class="greeting"><bdi>\(resident.name)</bdi></p>
        <h1>\(language("¿Quiere identificarse?", "Do you want to identify yourself?"))</h1>
        <p>\(language("Lo pide", "Asked by")) <strong><bdi>\(login.question.request.serviceName)</bdi></strong>. \
        \(language("La página debe mostrar", "The page has to show")) <strong class="digits">\(login.mark)</strong>.</p>
        <form method="post" action="/telefono/\(login.id)">
        <p class="ways"><button type="submit" name="answer" value="yes">\(language("Confirmar", "Confirm"))</button>
        <button class="quiet" type="submit" name="answer" value="no">\(language("Rechazar", "Decline"))</button></p>
        </form>
        <p>\(language("Sin conexión, escriba este código en la página:", "Offline, type this code on the page:")) \
        <strong class="digits" data-fact="code" data-value="\(login.code)">\(login.code)</strong></p>
        """
    }

    private func ended(_ login: GatewayLogin) -> HTML {
        let isConfirmed = if case .identified = login.stage { true } else { false }
        return """
            <h1>\(isConfirmed ? language("Confirmado", "Confirmed") : language("No se ha confirmado", "Not confirmed"))</h1>
            <p>\(language("Vuelva a la otra pestaña.", "Go back to the other tab."))</p>
            <p class="ways"><a class="button quiet" href="/telefono">\(language("Volver al teléfono", "Back to the phone"))</a></p>
            """
    }

    private func screen(_ title: HTML, _ content: HTML, at address: String) -> MockPage {
        MockPage(place: .phone, language: language, title: title, content: content, address: address)
    }
}
