// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import Hummingbird
import Logging
import SAML
import Storage

/// Legs 2 and 3: the choice of a country, the question to it, and its answer.
extension Portal {
    /// `GET /x/<exchange>/country`
    func showCountries(_ visit: Visit) async throws -> Response {
        let exchange = try await visit.ownExchange(.connector)
        do {
            try visit.checkTime(of: exchange)
            switch exchange.nextStep {
            case .chooseCountry, .awaitAnswer: break
            case .agreeToIdentify, .consent, .nothing: throw Rejection(.exchangeFinished)
            }
            return try selector(of: exchange, visit.speaking(as: exchange))
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    private func selector(of exchange: Exchange, _ visit: Visit) throws(Rejection) -> Response {
        let route = world.snapshot().connector
        let requester = try route.requester(of: exchange)
        let path = LocalPath.selector(of: exchange.id)
        let page = CountrySelectorPage(
            serviceName: requester.name(in: visit.language.rawValue), person: exchange.request.person,
            choices: route.choices(for: exchange.request, at: visit.now), action: path, cancelAction: path)
        return visit.page(page, at: path)
    }

    /// `POST /x/<exchange>/country`: the person chose, or gave up.
    func chooseCountry(_ visit: Visit) async throws -> Response {
        let exchange = try await visit.ownExchange(.connector)
        do {
            try visit.checkTime(of: exchange)
            let form = try await visit.ownForm()
            let snapshot = world.snapshot()
            if form["cancel"] != nil {
                return try await answer(
                    exchange, .refused(Refusal(.denied)), answering: nil, using: [], snapshot.connector, visit)
            }
            guard let country = form["country"].flatMap(MemberState.init) else {
                // What a stranger wrote there stays out of log and audit.
                throw Rejection(
                    .requestCountry, "country", expected: "a country of the page",
                    found: form["country"] == nil ? "nothing" : "something else")
            }
            return try await ask(of: country, exchange, snapshot, visit)
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    /// Leg 2: asks the country's node.
    func ask(
        of country: MemberState, _ exchange: Exchange, _ snapshot: Snapshot, _ visit: Visit
    ) async throws -> Response {
        let (sealed, question) = try await ask(country, exchange, snapshot, visit)
        let names = snapshot.connector.countries.first { $0.entityID == question.responder }?.displayName ?? [:]
        return try post(
            sealed, to: .country(country, displayName: names), selector: .selector(of: exchange.id), visit)
    }

    /// `POST /eidas/connector/acs`: a country answers.
    func receiveFromCountry(_ visit: Visit) async throws -> Response {
        try await receiveAnswer(by: .connector, visit) { answer, route, visit in
            // The answer is known to be the country's own: whatever is wrong with it, the service is told.
            let outcome = try await admit(answer, route, visit)
            return try await self.answer(
                answer.exchange, outcome, answering: answer.question.id, using: answer.keys(at: visit.now), route,
                visit)
        }
    }

    private func admit(
        _ answer: AuthenticAnswer, _ route: Route, _ visit: Visit
    ) async throws -> AuthenticationOutcome {
        let (now, us) = (visit.now, route.node.asker.name)
        do {
            let outcome = try await visit.examine(.receiveResponse) { examination in
                try route.receiveResponse(
                    answer.verified, in: answer.exchange, to: answer.question, at: now, examination)
            }
            try await world.store.record(answer.event(outcome.code, to: us, at: now))
            return outcome
        } catch let rejection as Rejection {
            let outcome = AuthenticationOutcome.refused(rejection.refusal)
            await visit.writeDown(
                rejection, .random(), of: answer.exchange, as: "answer not accepted", at: .info,
                answer.event(outcome.code, to: us, detail: "\(rejection)", at: now))
            return outcome
        }
    }
}

extension Route {
    /// A line for each country of the trust list; of several nodes of one, the first that serves speaks for it.
    fileprivate func choices(for request: AuthenticationRequest, at now: Date) -> [CountryChoice] {
        var seen: Set<MemberState> = []
        return countries.filter { !$0.isHidden && seen.insert($0.memberState).inserted }.map { country in
            var choice = CountryChoice(state: country.memberState, displayName: country.displayName)
            do throws(Rejection) {
                _ = try responder(for: request, in: country.memberState, at: now)
            } catch {
                choice.unavailability = .init(obstacle: .init(error.rule), since: country.outSince(at: now))
            }
            return choice
        }
    }
}

extension Route.Country {
    /// Metadata that has run out did so at its end.
    fileprivate func outSince(at now: Date) -> Date? {
        switch state {
        case .out(_, let since): since
        case .usable(let responder): responder.validUntil <= now ? responder.validUntil : nil
        }
    }
}

extension CountryChoice.Obstacle {
    fileprivate init(_ rule: Rule) {
        self =
            switch rule {
            case .countryDisabled: .switchedOff
            case .requestLoAUnavailable: .assuranceTooLow
            case .requestAttributesUnavailable: .dataNotOffered
            default: .notAnswering
            }
    }
}
