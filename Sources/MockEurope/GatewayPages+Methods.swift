// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import SAML

/// Certificate, Cl@ve Permanente, Cl@ve PIN, and the one that leads nowhere.
extension GatewayPages {
    /// What was typed and is not right.
    enum Mistake: Sendable { case unknownPerson, wrongPassword, wrongCode }

    func certificates(_ login: GatewayLogin, _ authority: TestAuthority, _ address: String) -> MockPage {
        let rows: [HTML] = authority.certificates.map { certificate in
            """
            <li><button type="submit" name="certificate" value="\(certificate.profile.id)">
            \(describe(certificate.profile))</button></li>

            """
        }
        let target = "\(address)/IdP2/AuthenticateCitizen?login=\(login.id)"
        return page(
            GatewayMethod.certificate.name(language),
            """
            <h1>\(GatewayMethod.certificate.name(language))</h1>
            <h2>\(language("Sin instalar nada", "Without installing anything"))</h2>
            <form method="post" action="/Proxy2/login/\(login.id)/certificado">
            <ul class="citizens">
            \(rows)</ul>
            </form>
            <h2>\(language("Con uno instalado en el navegador", "With one that is installed in the browser"))</h2>
            <p>\(language(
                "El navegador le pedirá uno por TLS. Avisará antes de que no conoce al servidor, porque es de prueba.",
                "The browser will ask you for one in TLS. It will warn you first that it does not know the server, as it is a mock."))</p>
            <p class="ways"><a class="button" href="\(target)">\(language("Usar un certificado instalado", "Use an installed certificate"))</a></p>
            <details><summary>\(language("Descargar los certificados de prueba", "Download the test certificates"))</summary>
            \(downloads(authority))</details>
            \(back(login))
            """, at: "/Proxy2/login/\(login.id)/certificado")
    }

    /// Whose it is, of which class, and what is the matter with it.
    private func describe(_ profile: TestCertificate.Profile) -> HTML {
        let state: HTML? =
            switch profile.state {
            case .good: nil
            case .expired: language("caducado", "expired")
            case .revoked: language("revocado", "revoked")
            }
        return """
            <span class="who"><bdi>\(profile.commonName)</bdi><br/><small>\(language("Clase", "Class")) \(profile.classification), \(profile.kind(language))\(state.map { ", <strong>\($0)</strong>" as HTML })</small></span>
            <span class="loa \(profile.loa.rawValue)">\(language("nivel", "level")) \(profile.loa.name(language))</span>
            """
    }

    func downloads(_ authority: TestAuthority) -> HTML {
        let rows: [HTML] = authority.certificates.map { certificate in
            let id = certificate.profile.id
            return """
                <tr><th scope="row"><bdi>\(certificate.profile.commonName)</bdi></th><td>\(language("Clase", "Class")) \(certificate.profile.classification): \
                <a href="/certificados/\(id).p12" download="">PKCS#12</a>, <a href="/certificados/\(id).pem" download="">PEM</a></td></tr>

                """
        }
        return """
            <table>
            \(rows)<tr><th scope="row">\(language("Su autoridad", "Their authority"))</th><td><a href="/certificados/autoridad.pem" download="">PEM</a></td></tr>
            </table>
            <p>\(language("La contraseña de los ficheros PKCS#12 es", "The password of the PKCS#12 files is")) <code>\(TestAuthority.passphrase)</code>.</p>
            """
    }

    func permanent(_ login: GatewayLogin, _ mistake: Mistake?) -> MockPage {
        page(
            "Cl@ve Permanente",
            """
            <h1 translate="no">Cl@ve Permanente</h1>
            \(alert(mistake))
            <form class="fields" method="post" action="/Proxy2/login/\(login.id)/permanente">
            <label class="field"><span>\(language("Usuario (DNI o NIE)", "User (DNI or NIE)"))</span>
            <input type="text" name="user" autocomplete="off" required=""/></label>
            <label class="field"><span>\(language("Contraseña", "Password"))</span>
            <input type="password" name="password" autocomplete="off" required=""/></label>
            <p class="ways"><button type="submit">\(language("Entrar", "Log in"))</button></p>
            </form>
            \(hints(.permanent))
            \(back(login))
            """, at: "/Proxy2/login/\(login.id)/permanente")
    }

    /// The code by SMS, for the higher level.
    func secondFactor(_ login: GatewayLogin, isWrong: Bool) -> MockPage {
        page(
            language("Código por SMS", "Code by SMS"),
            """
            <h1>\(language("Le hemos enviado un código por SMS", "We have sent you a code by SMS"))</h1>
            \(alert(isWrong ? .wrongCode : nil))
            <p>\(language("Es de seis cifras. Búsquelo en", "It has six digits. Look for it on")) \(phoneLink).</p>
            \(codeForm("/Proxy2/login/\(login.id)/permanente/sms", length: 6))
            \(back(login))
            """)
    }

    /// Whose it is; then, once that is known, the PIN.
    func pin(_ login: GatewayLogin, _ mistake: Mistake?) -> MockPage {
        let address = "/Proxy2/login/\(login.id)/pin"
        let isSent = login.claimed != nil && mistake != .unknownPerson
        let form: HTML =
            isSent
            ? """
            <p>\(language("Su código de acceso es", "Your access code is")) <strong>\(login.mark)</strong>. \
            \(language("El PIN, de tres cifras, está en", "The PIN, three digits, is on")) \(phoneLink).</p>
            \(codeForm(address, length: 3))
            """
            : personForm(address, language("Pedir el PIN", "Ask for the PIN"))
        return page(
            "Cl@ve PIN",
            """
            <h1 translate="no">Cl@ve PIN</h1>
            \(alert(mistake))
            \(form)
            \(hints(.pin))
            \(back(login))
            """, at: address)
    }

    func otherCountries(_ login: GatewayLogin) -> MockPage {
        page(
            GatewayMethod.otherCountries.name(language),
            """
            <h1>\(GatewayMethod.otherCountries.name(language))</h1>
            <p class="lead">\(language(
                "Aquí no lleva a ninguna parte: la pasarela de verdad preguntaría al nodo eIDAS español.",
                "Here it leads nowhere: the real gateway would ask the Spanish eIDAS node."))</p>
            <p>\(language(
                "Un nodo que pregunta por encargo de otro país debe excluirlo con <code>EIDASIdP</code>, o la identificación daría vueltas entre dos nodos sin acabar nunca.",
                "A node that asks on behalf of another country has to exclude it with <code>EIDASIdP</code>, or the login would go round between two nodes for ever."))</p>
            \(back(login))
            """, at: "/Proxy2/login/\(login.id)/otro-pais")
    }

    // MARK: Parts

    func alert(_ mistake: Mistake?) -> HTML? {
        guard let mistake else { return nil }
        let text: HTML =
            switch mistake {
            case .unknownPerson: language("No conocemos ese DNI o NIE.", "We do not know that DNI or NIE.")
            case .wrongPassword:
                language("El usuario o la contraseña no son correctos.", "The user or the password is not right.")
            case .wrongCode: language("El código no es correcto.", "The code is not right.")
            }
        return "<p class=\"alert\" role=\"alert\">\(text)</p>"
    }

    func personForm(_ address: String, _ button: HTML) -> HTML {
        """
        <form class="fields" method="post" action="\(address)">
        <label class="field"><span>DNI \(language("o", "or")) NIE</span>
        <input type="text" name="person" autocomplete="off" required=""/></label>
        <p class="ways"><button type="submit">\(button)</button></p>
        </form>
        """
    }

    func codeForm(_ address: String, length: Int) -> HTML {
        """
        <form class="fields" method="post" action="\(address)">
        <label class="field"><span>\(language("Código", "Code"))</span>
        <input class="digits" type="text" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="\(length)" required=""/></label>
        <p class="ways"><button type="submit">\(language("Continuar", "Continue"))</button></p>
        </form>
        """
    }

    var phoneLink: HTML {
        "<a href=\"/telefono\" target=\"_blank\">\(language("el teléfono de prueba", "the mock phone"))</a>"
    }

    /// The invented people, and how far each gets.
    func hints(_ method: GatewayMethod) -> HTML {
        let rows: [HTML] = Resident.all.map { resident in
            let reach = method.reach(resident.registration)
            return """
                <tr><th scope="row"><code>\(resident.id)</code></th><td>\(resident.name) \
                <span class="loa \(reach.rawValue)">\(language("nivel", "level")) \(reach.name(language))</span></td></tr>

                """
        }
        let password: HTML? =
            method == .permanent
            ? "<p>\(language("La contraseña de todas es", "The password of all of them is")) <code>\(Resident.password)</code>.</p>"
            : nil
        return """
            <details open="">
            <summary>\(language("Personas inventadas", "Invented people"))</summary>
            <table>
            \(rows)</table>
            \(password)
            </details>
            """
    }
}

extension TestCertificate.Profile {
    func kind(_ language: Language) -> HTML {
        switch classification {
        case 0: loa == .high ? "DNIe" : language("persona física", "natural person")
        case 5: language("empleado público", "public employee")
        case 8: language("sello de entidad", "seal of an entity")
        case 11: language("representante de una empresa", "representative of a company")
        case 12:
            language(
                "representante de una entidad sin personalidad jurídica",
                "representative of an entity without legal personality")
        default: ""
        }
    }
}
