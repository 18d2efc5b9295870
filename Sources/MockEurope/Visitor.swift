// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML

/// A person of the journeys: knows the way through the pages, and what to expect on it.
struct Visitor: Sendable {
    let browser: Browser
    let addresses: Addresses
    /// The code of the rule that a page with this support code was shown for, as the audit trail has it.
    let reason: @Sendable (String) async throws -> String?

    // MARK: Steps

    /// From the demo service to Puente's list of countries, or to wherever that leads instead.
    func begin(_ wish: Wish = Wish()) async throws -> WebPage {
        let front = try await browser.get(addresses.service + "/")
        let form = try front.form(to: "/identificarse")
        let asked = try await browser.submit(
            form,
            changing: [
                "loa": wish.loa.rawValue, "person": wish.person.rawValue, "delivery": wish.delivery.rawValue,
                "more": wish.wantsMore ? "1" : nil,
            ])
        return try await browser.goOn(from: asked)
    }

    /// The page that carries the question to a country.
    func choose(_ state: StateProfile, on selector: WebPage) async throws -> WebPage {
        let (form, button) = try selector.button("country", state.country.rawValue)
        return try await browser.submit(form, button)
    }

    /// From the list of countries to the page that asks for consent.
    func login(_ citizen: String, _ state: StateProfile, on selector: WebPage) async throws -> WebPage {
        let login = try await browser.goOn(from: choose(state, on: selector))
        let (form, button) = try login.button("citizen", citizen)
        return try await browser.submit(form, button)
    }

    /// The page that carries the answer of the country, which is not yet sent.
    func consent(_ manner: Manner = .genuine, on page: WebPage) async throws -> WebPage {
        let (form, button) = try page.button("manner", manner.rawValue)
        return try await browser.submit(form, button)
    }

    /// All the way: from the demo service and back to it, or to wherever it ends.
    func identify(
        as citizen: String, _ state: StateProfile, _ wish: Wish = Wish(), _ manner: Manner = .genuine
    ) async throws -> WebPage {
        let confirm = try await login(citizen, state, on: begin(wish))
        return try await browser.goOn(from: consent(manner, on: confirm))
    }

    // MARK: Expectations

    /// The service knows the person, and each of the values is there.
    func expectIdentified(
        _ page: WebPage, _ loa: LoA, _ country: String, _ values: [Datum: [String]]
    ) throws {
        try expect(page, "outcome", ["identified"])
        try expect(page, "loa", [loa.rawValue])
        try expect(page, "country", [country])
        for (datum, value) in values { try expect(page, datum.rawValue, value) }
    }

    /// The service was told no, with these codes and with these words in the message.
    func expectFailed(_ page: WebPage, _ codes: String, saying words: String) throws {
        try expect(page, "outcome", ["failed"])
        try expect(page, "codes", [codes])
        let message = page.facts["message"]?.first ?? ""
        guard message.contains(words) else { throw Surprise("\"\(words)\" in the message", message) }
    }

    /// Puente shows an error page with a support code, for this reason, and tells the service nothing.
    func expectTurnedAway(_ page: WebPage, _ rule: Rule) async throws {
        guard page.status >= 400, page.address.hasPrefix(addresses.puente) else {
            throw Surprise("an error page of Puente", "status \(page.status) at \(page.address), \"\(page.heading)\"")
        }
        guard !page.forms.contains(where: { $0["SAMLResponse"] != nil }) else {
            throw Surprise("no answer to the service", "one")
        }
        try await expectReason(of: page, rule)
    }

    /// The audit trail has this reason under the support code of the page.
    func expectReason(of page: WebPage, _ rule: Rule) async throws {
        guard let code = page.supportCode.flatMap(SupportCode.init(parsing:)) else {
            throw Surprise("a support code", "\"\(page.heading)\"")
        }
        let found = try await reason("\(code)")
        guard found == rule.code else { throw Surprise("reason \(rule.code)", found ?? "none in the audit trail") }
    }

    func expect(_ page: WebPage, _ fact: String, _ values: [String]) throws {
        guard page.facts[fact] == values else {
            let found = page.facts[fact].map { $0.joined(separator: " | ") }
            let about = page.facts["codes"].map { " (\($0.joined()), \(page.facts["message"]?.joined() ?? ""))" } ?? ""
            throw Surprise(
                "\(fact) = \(values.joined(separator: " | "))",
                found.map { $0 + about } ?? "page \"\(page.heading)\", status \(page.status)")
        }
    }
}
