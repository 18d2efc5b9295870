// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import HTTPTypes
import Hummingbird
import Logging
import SAML
import Storage

/// Connectors of other states ask: legs 1 and 2 of the Proxy-Service direction, and its answers.
extension Portal {
    /// `POST, GET /eidas/proxy/sso`: by the POST binding, the Redirect binding or the Commission node's "redirect".
    func receiveFromConnector(_ visit: Visit) async throws -> Response {
        let received = try await receive(visit)
        let snapshot = world.snapshot()
        let (exchange, cookie) = try await begin(received, by: .proxyService, snapshot, visit)
        var response: Response
        do {
            response = try await firstStep(of: exchange, snapshot, visit)
        } catch {
            response = await visit.turnAway(error, from: exchange)
        }
        response.headers[values: .setCookie].append(cookie)
        return response
    }

    private func receive(_ visit: Visit) async throws -> ReceivedMessage {
        switch visit.request.method {
        case .post:
            let form = try await Form(visit.request, limit: world.messageLimit)
            return try ReceivedMessage(
                post: try form.message(["SAMLRequest"]).value, relayState: form["RelayState"],
                limit: world.messageLimit)
        case .get: return try ReceivedMessage(redirect: visit.request.uri.query ?? "", limit: world.messageLimit)
        // HEAD comes with every GET: whoever looks at an address beforehand must not use it up.
        case let other: throw Rejection(.methodNotAllowed, expected: "GET, POST", found: other.rawValue)
        }
    }

    private func firstStep(of exchange: Exchange, _ snapshot: Snapshot, _ visit: Visit) async throws -> Response {
        let route = try snapshot.route(.proxyService)
        do throws(Rejection) {
            try route.checkService(of: exchange.request)
        } catch {
            // Understood, but not to be served: the Connector is told, and nobody is bothered (dossier P1-35 to P1-43).
            await visit.writeDown(error, .random(), of: exchange, as: "request not served", at: .info)
            return try await answer(exchange, .refused(error.refusal), route, visit)
        }
        guard world.proxyService?.asksBefore ?? true else { return try await askGateway(exchange, snapshot, visit) }
        return answers.redirect(to: .request(of: exchange.id), in: visit.askedLanguage)
    }

    /// `GET /x/<exchange>/request`: who asks, and for what.
    func showRequest(_ visit: Visit) async throws -> Response {
        let exchange = try await visit.ownExchange(.proxyService)
        do {
            try visit.checkTime(of: exchange)
            try checkIsBefore(exchange)
            let route = try world.snapshot().route(.proxyService)
            let path = LocalPath.request(of: exchange.id)
            let page = RequestPage(inquiry: try inquiry(of: exchange, route), action: path)
            return visit.speaking(as: exchange).page(page, at: path)
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    /// `POST /x/<exchange>/request`: the person goes on to Cl@ve, or gives up.
    func agreeToIdentify(_ visit: Visit, _ proxyService: ProxyService) async throws -> Response {
        let exchange = try await visit.ownExchange(.proxyService)
        do {
            try visit.checkTime(of: exchange)
            try checkIsBefore(exchange)
            let form = try await visit.ownForm()
            let snapshot = world.snapshot()
            if form["cancel"] != nil {
                return try await answer(
                    exchange, .refused(Refusal(.denied)), try snapshot.route(.proxyService), visit)
            }
            // Neither button: the page is shown again.
            guard form["continue"] != nil else {
                return answers.redirect(to: .request(of: exchange.id), in: visit.askedLanguage)
            }
            return try await askGateway(exchange, snapshot, visit)
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    private func checkIsBefore(_ exchange: Exchange) throws(Rejection) {
        switch exchange.nextStep {
        case .agreeToIdentify, .awaitAnswer: return
        case .chooseCountry, .consent, .nothing: throw Rejection(.exchangeFinished)
        }
    }

    /// Leg 2: asks the gateway.
    private func askGateway(_ exchange: Exchange, _ snapshot: Snapshot, _ visit: Visit) async throws -> Response {
        let route = try snapshot.route(.proxyService)
        let (sealed, _) = try await ask(route.node.country, exchange, snapshot, visit)
        return try post(sealed, to: .gateway, visit.speaking(as: exchange))
    }

    /// Who asks, in words: what the Connector says of the service behind it, else its own name.
    func inquiry(of exchange: Exchange, _ route: Route) throws(Rejection) -> Inquiry {
        let request = exchange.request
        var inquiry = Inquiry(request, by: request.serviceName, in: try route.requester(of: exchange).country)
        let methods =
            (route.responderDialect as? ClaveGateway)?.methods(for: request.person, at: request.assurance) ?? []
        if methods.count < ClaveGateway.Method.allCases.count { inquiry.methods = methods }
        return inquiry
    }

    /// Leg 4: the answer goes to the Connector.
    func answer(
        _ exchange: Exchange, _ outcome: AuthenticationOutcome, without declined: Set<AttributeName> = [],
        after consent: AuditEvent? = nil, _ route: Route, _ visit: Visit
    ) async throws -> Response {
        let sealed = try await finish(
            exchange, outcome, without: declined, answering: nil, using: [], after: consent, route, visit)
        return try post(sealed, answering: exchange, route, visit)
    }

    func post(
        _ sealed: SealedMessage, answering exchange: Exchange, _ route: Route, _ visit: Visit
    ) throws -> Response {
        try post(
            sealed, to: .connector(try route.requester(of: exchange).country, name: exchange.request.serviceName),
            visit.speaking(as: exchange))
    }
}
