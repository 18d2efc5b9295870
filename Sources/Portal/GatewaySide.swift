// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import Hummingbird
import Logging
import SAML
import Storage

/// The gateway answers, sources complete the answer, and the person agrees to what is sent: leg 3 of the Proxy-Service
/// direction, and consent.
extension Portal {
    /// What became of an answer of the gateway.
    enum Landing: Sendable {
        /// The person is known, and has to agree to what will be sent.
        case consent
        /// The gateway said no.
        case refused(SealedMessage)
        /// The answer does not serve, for this reason.
        case failed(Rejection, Incident.Examined?, SealedMessage)
    }

    /// `POST /clave/acs`: the gateway answers.
    func receiveFromGateway(_ visit: Visit, _ proxyService: ProxyService) async throws -> Response {
        try await receiveAnswer(by: .proxyService, visit, again: goOn) { answer, route, visit in
            try waiting.enter()
            defer { waiting.leave() }
            Place.current?.leave()
            do {
                // However often it is sent, sources are asked once.
                let landing = try await landings.join(answer.exchange.id) {
                    try await land(answer, route, visit, proxyService)
                }
                return try await show(landing, of: answer.exchange, route, visit)
            } catch {
                // It was sent twice, and the other was quicker.
                guard let exchange = try? await world.store.find(answer.exchange.id), exchange.question == nil,
                    let response = try await goOn(exchange, visit)
                else { throw error }
                return response
            }
        }
    }

    private func show(
        _ landing: Landing, of exchange: Exchange, _ route: Route, _ visit: Visit
    ) async throws -> Response {
        switch landing {
        case .consent: return answers.redirect(to: .consent(of: exchange.id), in: visit.askedLanguage)
        case .refused(let sealed): return try post(sealed, answering: exchange, route, visit)
        case .failed(let rejection, let examined, let sealed):
            visit.notes.enter(.receiveResponse)
            examined.map(visit.notes.add)
            return await visit.turnAway(rejection, from: exchange, carrying: sealed)
        }
    }

    /// The page for an answer that is sent again.
    private func goOn(_ exchange: Exchange, _ visit: Visit) async throws -> Response? {
        let landing: Landing
        if case .consent = exchange.nextStep {
            landing = .consent
        } else if let said = await landings.awaited(exchange.id) ?? failures.find(exchange.id) {
            landing = said
        } else {
            return nil
        }
        return try await show(landing, of: exchange, try world.snapshot().route(.proxyService), visit)
    }

    private func land(
        _ answer: AuthenticAnswer, _ route: Route, _ visit: Visit, _ proxyService: ProxyService
    ) async throws -> Landing {
        let (now, exchange, us) = (visit.now, answer.exchange, route.node.asker.name)
        // Who came right behind the one that was taken asks nobody.
        guard try await world.store.find(exchange.id).question?.id == answer.question.id else {
            throw Rejection(.exchangeFinished)
        }
        let outcome: AuthenticationOutcome
        do {
            outcome = try await visit.examine(.receiveResponse) { examination in
                try route.receiveResponse(answer.verified, in: exchange, to: answer.question, at: now, examination)
            }
            if case .identified(let stated) = outcome {
                let identity = try await complete(stated, exchange, route, proxyService)
                let event = answer.event(
                    outcome.code, to: us, detail: identity.provenance(in: exchange.request), at: now)
                _ = try await world.store.update(exchange.id, using: answer.keys(at: now), event) {
                    exchange throws(Rejection) in
                    var next = try exchange.consenting(to: identity, answering: answer.question.id)
                    next.examined += visit.notes.content.examined
                    return next
                }
                return .consent
            }
        } catch let rejection as Rejection {
            // Somebody was quicker: nothing is answered twice.
            guard ![.exchangeFinished, .responseUnsolicited, .replayed].contains(rejection.rule) else {
                throw rejection
            }
            let refusal = AuthenticationOutcome.refused(rejection.refusal)
            let sealed = try await end(answer, with: refusal, "\(rejection)", route, visit)
            let examined = visit.notes.content.examined.first
            return keep(.failed(rejection, examined, sealed), of: exchange, visit)
        }
        return keep(.refused(try await end(answer, with: outcome, nil, route, visit)), of: exchange, visit)
    }

    private func keep(_ landing: Landing, of exchange: Exchange, _ visit: Visit) -> Landing {
        failures.keep(landing, under: exchange.id, until: exchange.expiresAt, at: visit.now)
        return landing
    }

    /// Asks the sources about everybody of whom something is missing, at the same time.
    private func complete(
        _ stated: Identity, _ exchange: Exchange, _ route: Route, _ proxyService: ProxyService
    ) async throws -> Identity {
        let gaps = route.gaps(in: stated, of: exchange)
        let completions = await withTaskGroup(of: (Gap, Completion).self) { group in
            for gap in gaps { group.addTask { (gap, await proxyService.complete(gap)) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for failure in completions.flatMap(\.1.failures) {
            log(
                "attribute source failed", exchange,
                [
                    "source": "\(failure.source)", "rule": "\(failure.rejection.rule.code)",
                    "detail": "\(failure.rejection)",
                ], at: .warning)
        }
        return try route.complete(stated, with: completions, in: exchange)
    }

    /// An authentic answer that identifies nobody for us ends the exchange.
    private func end(
        _ answer: AuthenticAnswer, with outcome: AuthenticationOutcome, _ detail: String?, _ route: Route,
        _ visit: Visit
    ) async throws -> SealedMessage {
        try await world.store.record(
            answer.event(outcome.code, to: route.node.asker.name, detail: detail, at: visit.now))
        return try await finish(
            answer.exchange, outcome, answering: answer.question.id, using: answer.keys(at: visit.now), route, visit)
    }

    // MARK: Consent

    /// `GET /x/<exchange>/consent`: what will be sent.
    func showConsent(_ visit: Visit, _ proxyService: ProxyService) async throws -> Response {
        let exchange = try await visit.ownExchange(.proxyService)
        do {
            try visit.checkTime(of: exchange)
            let identity = try agreed(exchange)
            let route = try world.snapshot().route(.proxyService)
            let visit = visit.speaking(as: exchange)
            let path = LocalPath.consent(of: exchange.id)
            let page = ConsentPage(
                inquiry: try inquiry(of: exchange, route),
                data: data(of: identity, asked: exchange.request, visit.language, proxyService),
                assurance: identity.assurance, action: path, isOnlyPage: !proxyService.asksBefore)
            return visit.page(page, at: path)
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    private func agreed(_ exchange: Exchange) throws(Rejection) -> Identity {
        guard case .consent(let identity) = exchange.nextStep else { throw Rejection(.exchangeFinished) }
        return identity
    }

    /// Only what is asked, and whoever represents the person: nothing else would be sent.
    private func data(
        of identity: Identity, asked request: AuthenticationRequest, _ language: Language, _ proxyService: ProxyService
    ) -> [ConsentPage.Datum] {
        identity.attributes.compactMap { attribute in
            let asked = request.attributes.first { $0.name == attribute.name }
            guard asked != nil || attribute.name.isRepresentative else { return nil }
            let origin: String? =
                if case .source(let name) = attribute.origin {
                    proxyService.sourceName(name, language.rawValue)
                } else { nil }
            return ConsentPage.Datum(
                name: attribute.name, values: attribute.values, origin: origin, isRequired: asked?.isRequired ?? true)
        }
    }

    /// `POST /x/<exchange>/consent`: the person agrees, or does not.
    func consent(_ visit: Visit, _ proxyService: ProxyService) async throws -> Response {
        let exchange = try await visit.ownExchange(.proxyService)
        do {
            try visit.checkTime(of: exchange)
            let identity = try agreed(exchange)
            let form = try await visit.ownForm()
            let route = try world.snapshot().route(.proxyService)
            let visit = visit.speaking(as: exchange)
            if form["deny"] != nil {
                let refused = consentEvent(
                    .consentRefused, identity.provenance(in: exchange.request), exchange, visit)
                return try await answer(exchange, .refused(Refusal(.denied)), after: refused, route, visit)
            }
            // Neither button: the page is shown again.
            guard form["accept"] != nil else {
                return answers.redirect(to: .consent(of: exchange.id), in: visit.askedLanguage)
            }
            let declined = exchange.request.attributes.filter { asked in
                !asked.isRequired && form[ConsentPage.Datum.field(asked.name)] == nil
            }
            let names = Set(declined.map(\.name))
            let given = consentEvent(
                .consentGiven, identity.provenance(in: exchange.request, without: names), exchange, visit)
            return try await answer(
                exchange, .identified(identity), without: names, after: given, route, visit)
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    private func consentEvent(
        _ kind: AuditEvent.Kind, _ detail: String?, _ exchange: Exchange, _ visit: Visit
    ) -> AuditEvent {
        AuditEvent(
            kind, at: visit.now, exchange: exchange.id, inResponseTo: exchange.request.id,
            receiver: exchange.request.requester, detail: detail)
    }
}

extension Identity {
    /// Whose word each attribute is that is to leave, and what the person keeps back: names alone, for the audit trail.
    fileprivate func provenance(
        in request: AuthenticationRequest, without declined: Set<AttributeName> = []
    ) -> String {
        let asked = Set(request.attributes.map(\.name))
        let shown = attributes.filter { asked.contains($0.name) || $0.name.isRepresentative }
        let sent = shown.filter { !declined.contains($0.name) }.map { attribute in
            switch attribute.origin {
            case .responder: "\(attribute.name) (gateway)"
            case .source(let name): "\(attribute.name) (\(name))"
            }
        }
        let kept = shown.map(\.name).filter(declined.contains).map(\.rawValue)
        return sent.joined(separator: ", ") + (kept.isEmpty ? "" : "; kept back: " + kept.joined(separator: ", "))
    }
}
