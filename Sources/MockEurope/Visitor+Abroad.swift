// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation

/// What a person does at the mock Cl@ve gateway to identify themselves.
enum ClaveLogin: Sendable {
    /// The notice on the phone is confirmed there.
    case push(Resident)
    /// The code on the page is scanned, and confirmed on the phone.
    case scan(Resident)
    /// The six digits of the phone are typed on the page.
    case digits(Resident)
    /// User and password, and the code by SMS where it is asked for.
    case password(Resident)
    case pin(Resident)
    /// A test certificate that is not installed.
    case certificate(String)
    /// One that the browser shows in TLS, or none.
    case installed(String?)
}

/// The second story: from mock France through Puente to the mock Cl@ve gateway, and back.
extension Visitor {
    // MARK: Steps

    /// From the French service to Puente's page that says who asks, or to wherever that leads instead.
    func beginAbroad(_ wish: FrenchWish = FrenchWish()) async throws -> WebPage {
        let front = try await browser.get(addresses.states + "/fr/mairie")
        let asked = try await browser.submit(
            try front.form(to: "/identificarse"),
            changing: [
                "loa": wish.loa.rawValue, "person": wish.person.rawValue, "binding": wish.binding.rawValue,
                "registration": wish.registration.rawValue, "more": wish.wantsMore ? "1" : nil,
                "non-notified": wish.acceptsNonNotified ? "1" : nil,
            ])
        return try await browser.goOn(from: asked)
    }

    /// From the page that says who asks to the methods of Cl@ve.
    func goToClave(_ wish: FrenchWish = FrenchWish()) async throws -> WebPage {
        let (form, button) = try await beginAbroad(wish).button("continue")
        return try await browser.goOn(from: browser.submit(form, button))
    }

    /// From the methods to the page that carries the answer, which is not yet sent.
    func log(in login: ClaveLogin, _ manner: GatewayManner = .genuine, on chooser: WebPage) async throws -> WebPage {
        let (form, button) = try chooser.button("SelectedIdP", login.method.rawValue)
        let page = try await browser.submit(form, button, changing: ["manner": manner.rawValue])
        switch login {
        case .push(let resident):
            let waiting = try await type(["person": resident.id], on: page)
            _ = try await answerPhone(waiting)
            return try await browser.get(waiting.address)
        case .scan(let resident):
            _ = try await answerPhone(page, as: resident)
            return try await browser.get(page.address)
        case .digits(let resident):
            let waiting = try await type(["person": resident.id], on: page)
            return try await type(["code": fact("code", on: openPhone(waiting))], on: waiting)
        case .password(let resident):
            let next = try await type(["user": resident.id, "password": Resident.password], on: page)
            guard next.automaticForm == nil else { return next }
            return try await type(["code": fact("sms", on: browser.get(addresses.gateway + "/telefono"))], on: next)
        case .pin(let resident):
            let next = try await type(["person": resident.id], on: page)
            return try await type(["code": fact("sms", on: browser.get(addresses.gateway + "/telefono"))], on: next)
        case .certificate(let id):
            let (form, button) = try page.button("certificate", id)
            return try await browser.submit(form, button)
        case .installed(let id):
            guard let link = page.links.first(where: { $0.hasPrefix(addresses.certificates) }) else {
                throw Surprise("a link to where certificates are asked for", "\(page.links)")
            }
            return try await browser.get(link, showing: id)
        }
    }

    /// Back to Puente, which shows what will be sent, or to wherever that leads instead.
    func identify(
        by login: ClaveLogin, _ manner: GatewayManner = .genuine, _ wish: FrenchWish = FrenchWish()
    ) async throws -> WebPage {
        try await browser.goOn(from: log(in: login, manner, on: goToClave(wish)))
    }

    /// Agrees to what will be sent, except for some of it, and goes on to the French service.
    func agree(keepingBack declined: [Datum] = [], on consent: WebPage) async throws -> WebPage {
        let (form, button) = try consent.button("accept")
        let changes = declined.map { ("release." + $0.rawValue, nil as String?) }
        return try await browser.goOn(
            from: browser.submit(form, button, changing: Dictionary(changes) { first, _ in first }))
    }

    private func type(_ fields: [String: String], on page: WebPage) async throws -> WebPage {
        guard let form = page.forms.first(where: { form in fields.keys.allSatisfy { form[$0] != nil } }) else {
            throw Surprise("a form with \(fields.keys.sorted())", "page \"\(page.heading)\", status \(page.status)")
        }
        return try await browser.submit(form, changing: fields)
    }

    /// The page of this login on the mock phone.
    private func openPhone(_ page: WebPage) async throws -> WebPage {
        let parts = page.address.split(separator: "/")
        guard parts.count > 2 else { throw Surprise("a page of a login", page.address) }
        return try await browser.get(addresses.gateway + "/telefono/" + parts[parts.count - 2])
    }

    private func answerPhone(_ page: WebPage, as resident: Resident? = nil) async throws -> WebPage {
        var phone = try await openPhone(page)
        if let resident {
            let (form, button) = try phone.button("person", resident.id)
            phone = try await browser.submit(form, button)
        }
        let (form, button) = try phone.button("answer", "yes")
        return try await browser.submit(form, button)
    }

    private func fact(_ name: String, on page: WebPage) throws -> String {
        guard let value = page.facts[name]?.first else { throw Surprise("\(name) on the phone", page.heading) }
        return value
    }

    // MARK: Expectations

    /// Puente shows what will be sent.
    func expectConsent(_ page: WebPage) throws {
        guard page.status == 200, page.address.hasPrefix(addresses.puente), page.address.contains("/consent") else {
            throw Surprise("what will be sent", "page \"\(page.heading)\", status \(page.status) at \(page.address)")
        }
    }

    /// The French service knows the person, and each of the values is there; those of `absent` are not.
    func expectKnown(
        _ page: WebPage, _ loa: LoA, isNotified: Bool, _ values: [String: [String]], absent: [Datum] = []
    ) throws {
        try expect(page, "outcome", ["identified"])
        try expect(page, "loa", [loa.rawValue])
        try expect(page, "notified", [isNotified ? "yes" : "no"])
        for (name, value) in values { try expect(page, name, value) }
        for datum in absent where page.facts[datum.rawValue] != nil {
            throw Surprise("no \(datum.rawValue)", "one")
        }
    }

    /// Puente shows an error page for this reason, with a button that tells the French service.
    func expectToldAndCarried(_ page: WebPage, _ rule: Rule) async throws -> WebPage {
        guard page.status >= 400, page.address.hasPrefix(addresses.puente) else {
            throw Surprise("an error page of Puente", "status \(page.status) at \(page.address), \"\(page.heading)\"")
        }
        try await expectReason(of: page, rule)
        guard let form = page.forms.first(where: { $0["SAMLResponse"] != nil }) else {
            throw Surprise("an answer to carry on", "none, \"\(page.heading)\"")
        }
        return try await browser.submit(form)
    }
}

extension ClaveLogin {
    var method: GatewayMethod {
        switch self {
        case .push, .scan, .digits: .mobile
        case .password: .permanent
        case .pin: .pin
        case .certificate, .installed: .certificate
        }
    }
}
