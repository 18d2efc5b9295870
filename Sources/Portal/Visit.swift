// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import SAML
import Storage
import Trust
import XMLSecurity

/// One request of one browser.
struct Visit: Sendable {
    let portal: Portal
    let request: Request
    /// From the address; says nothing yet about whether there is such an exchange.
    let exchange: Exchange.ID?
    let now: Date
    let notes = Notes()
    /// In which the person chose the country.
    private var chosenLanguage: Language?

    init(portal: Portal, request: Request, exchange: Exchange.ID?, now: Date) {
        self.portal = portal
        self.request = request
        self.exchange = exchange
        self.now = now
    }

    var language: Language {
        askedLanguage ?? chosenLanguage ?? Language(asked: nil, accepted: request.headers[.acceptLanguage])
    }

    /// The same visit, in the language of an exchange.
    func speaking(as exchange: Exchange?) -> Visit {
        var visit = self
        visit.chosenLanguage = exchange?.language.flatMap { Language(tag: $0) } ?? chosenLanguage
        return visit
    }

    /// What the address asks for.
    var askedLanguage: Language? { request.uri.queryParameters["lang"].flatMap { Language(tag: $0) } }

    var browser: BrowserKey? {
        // Several Cookie headers may come over HTTP/2; they are one list.
        BrowserKey(request.headers[values: .cookie].joined(separator: "; "), isSecure: portal.world.isSecure)
    }

    func page(_ page: some Page, at address: LocalPath? = nil, leavesSite: Bool = false) -> Response {
        portal.answers.page(page.render(on: portal.world.site, in: language, at: address), leavesSite: leavesSite)
    }

    /// The exchange of the address, if it is this browser's and of this direction.
    ///
    /// - Throws: ``Rule/exchangeUnknown``, ``Rule/exchangeOtherBrowser``.
    func ownExchange(_ direction: Exchange.Direction) async throws -> Exchange {
        guard let id = exchange else { throw Rejection(.exchangeUnknown) }
        let exchange = try own(try await portal.world.store.find(id))
        guard exchange.direction == direction else { throw Rejection(.exchangeUnknown) }
        return exchange
    }

    /// The form of one of our own pages. Browsers say who sent it; one that says nothing is an old one.
    ///
    /// - Throws: ``Rule/crossSite``, and what ``Form`` throws.
    func ownForm() async throws -> Form {
        if let site = request.headers[.secFetchSite] {
            guard ["same-origin", "none"].contains(site) else {
                throw Rejection(.crossSite, "Sec-Fetch-Site", expected: "same-origin", found: site)
            }
        } else if let origin = request.headers[.origin], origin != "null" {
            // `null` is what our own pages send, which give no referrer away.
            guard origin == portal.world.origin else {
                throw Rejection(.crossSite, "Origin", expected: portal.world.origin, found: origin)
            }
        }
        return try await Form(request, limit: portal.world.messageLimit)
    }

    func own(_ exchange: Exchange) throws(Rejection) -> Exchange {
        guard let browser, isSameSecret(browser.digest, exchange.browser) else {
            throw Rejection(.exchangeOtherBrowser)
        }
        return exchange
    }

    /// The person of an exchange that is over may still be shown the way to the service: catch it, and say which exchange.
    ///
    /// - Throws: ``Rule/exchangeExpired``.
    func checkTime(of exchange: Exchange) throws(Rejection) {
        guard now < exchange.expiresAt else {
            throw Rejection(
                .exchangeExpired, expected: "before \(Instant.write(exchange.expiresAt))", found: Instant.write(now))
        }
    }

    // MARK: Turning away

    /// The page for an error: says what helps the person, keeps what helps the operator.
    ///
    /// - Parameter answer: a message that tells whoever asked how it ended; the person carries it on by a button.
    func turnAway(
        _ error: any Error, from exchange: Exchange? = nil, carrying answer: SealedMessage? = nil
    ) async -> Response {
        let language = speaking(as: exchange).language
        let rejection = Rejection(any: error)
        let support = SupportCode.random()
        await writeDown(rejection, support, of: exchange, cause: error)
        let isOpen = exchange.map { $0.nextStep != .nothing && now < $0.expiresAt } ?? false
        let page = ErrorPage(
            reason: reason(rejection.rule, exchange?.direction ?? direction ?? .connector), supportCode: support,
            serviceName: exchange.flatMap { serviceName(of: $0, in: language) },
            retry: isOpen && answer == nil ? exchange.flatMap(LocalPath.step) : nil,
            wayOn: wayOn(from: exchange, carrying: answer))
        var response = portal.answers.page(
            page.render(on: portal.world.site, in: language), rejection.rule.httpStatus, leavesSite: answer != nil)
        response.headers[.retryAfter] = rejection.rule.retrySeconds.map(String.init)
        return response
    }

    private func requester(of exchange: Exchange) -> Requester? {
        // Unknown by now: the page does without.
        try? portal.world.snapshot().route(exchange.direction).requester(of: exchange)
    }

    private func serviceName(of exchange: Exchange, in language: Language) -> String? {
        switch exchange.direction {
        case .connector: requester(of: exchange)?.name(in: language.rawValue)
        case .proxyService: exchange.request.serviceName
        }
    }

    private func wayOn(from exchange: Exchange?, carrying answer: SealedMessage?) -> ErrorPage.WayOn? {
        if let answer, let target = try? answer.target { return .form(target, answer.formFields) }
        return exchange.flatMap(requester)?.homePage.flatMap { FormTarget($0) }.map(ErrorPage.WayOn.link)
    }

    /// Whoever sent a message that is wrong is named by where it arrived.
    private func reason(_ rule: Rule, _ direction: Exchange.Direction) -> PageReason {
        let path = request.uri.path
        return switch (direction, rule.page) {
        case (.connector, .serviceFault) where path == Paths.assertionConsumerService: .countryFault
        case (.proxyService, .serviceFault), (.proxyService, .countryFault):
            path == Paths.singleSignOnService ? .connectorFault : .gatewayFault
        case (.proxyService, .countryUnavailable): .connectorFault
        case (.proxyService, .notEnough): rule == .responseLoATooLow ? .otherMethod : .dataMissing
        default: rule.page
        }
    }
}

extension SupportCode {
    static func random() -> SupportCode { SupportCode(random: UInt64.random(in: .min ... .max)) }
}

extension Rejection {
    /// What the shell makes of any error.
    init(any error: any Error) {
        switch error {
        case let rejection as Rejection: self = rejection
        case StoreError.duplicate(let key):
            self.init(
                .replayed, key.kind.rawValue + "/@ID", expected: "an ID that was never used", found: key.id.rawValue)
        case StoreError.unknown: self.init(.exchangeUnknown)
        case StoreError.unavailable(let text): self.init(.storeUnavailable, found: text)
        default: self.init(.ownFailure, found: "\(type(of: error))")
        }
    }
}
