// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import Hummingbird
import Logging
import SAML
import Storage
import XMLSecurity

/// Legs 2 and 3: the choice of a country, the question to it, and its answer.
extension Portal {
    /// `GET /x/<exchange>/country`
    func showCountries(_ visit: Visit) async throws -> Response {
        let exchange = try await visit.ownExchange()
        do {
            try visit.checkTime(of: exchange)
            if case .nothing = exchange.nextStep { throw Rejection(.exchangeFinished) }
            return try selector(of: exchange, visit.speaking(as: exchange))
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    private func selector(of exchange: Exchange, _ visit: Visit) throws(Rejection) -> Response {
        let snapshot = world.snapshot()
        let requester = try snapshot.requester(of: exchange)
        let path = LocalPath.selector(of: exchange.id)
        let page = CountrySelectorPage(
            serviceName: requester.name(in: visit.language.rawValue), person: exchange.request.person,
            choices: snapshot.choices(for: exchange.request, at: visit.now), action: path, cancelAction: path)
        return visit.page(page, at: path)
    }

    /// `POST /x/<exchange>/country`: the person chose, or gave up.
    func chooseCountry(_ visit: Visit) async throws -> Response {
        let exchange = try await visit.ownExchange()
        do {
            try visit.checkTime(of: exchange)
            let form = try await Form(visit.request, limit: world.messageLimit)
            let snapshot = world.snapshot()
            if form["cancel"] != nil {
                return try await finish(
                    exchange, .refused(Refusal(.denied)), answering: nil, using: [], snapshot, visit)
            }
            guard let country = form["country"].flatMap(MemberState.init) else {
                // What a stranger wrote there stays out of log and audit.
                throw Rejection(
                    .requestCountry, "country", expected: "a country of the page",
                    found: form["country"] == nil ? "nothing" : "something else")
            }
            return try await ask(country, exchange, snapshot, visit)
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    /// Leg 2: asks the country's node. The question is stored before it leaves.
    func ask(_ country: MemberState, _ exchange: Exchange, _ snapshot: Snapshot, _ visit: Visit) async throws
        -> Response
    {
        let now = visit.now
        let relayState = try randomBytes(16).hexadecimal
        let (sealed, question) = try await world.workers.run {
            try snapshot.sendRequest(exchange, to: country, relayState: relayState, at: now)
        }
        let event = AuditEvent(
            .requestSent, at: now, exchange: exchange.id, message: sealed.id, sender: snapshot.node.asker.name,
            receiver: question.responder, memberState: country, digest: sealed.digest.hexadecimal)
        _ = try await world.store.update(exchange.id, using: [], event) { exchange throws(Rejection) in
            try exchange.asked(question, in: visit.askedLanguage?.rawValue)
        }
        log("request sent", exchange, ["country": "\(country)", "node": "\(question.responder)"])
        let names = snapshot.countries.first { $0.entityID == question.responder }?.displayName ?? [:]
        return try post(
            sealed, to: .country(country, displayName: names), selector: .selector(of: exchange.id), visit)
    }

    /// `POST /eidas/connector/acs`: a country answers.
    func receiveFromCountry(_ visit: Visit) async throws -> Response {
        let form = try await Form(visit.request, limit: world.messageLimit)
        let received = try ReceivedMessage(
            post: try form.message(["SAMLResponse"]).value, relayState: form["RelayState"], limit: world.messageLimit,
            field: "SAMLResponse")
        let parsed = try await world.workers.run { try ParsedMessage(received) }
        let exchange = try await awaiting(try parsed.claimedQuestion(), visit)
        do {
            try visit.checkTime(of: exchange)
            return try await receive(parsed, in: exchange, visit.speaking(as: exchange))
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    /// The exchange whose newest question the answer claims to belong to.
    private func awaiting(_ claimed: MessageID, _ visit: Visit) async throws -> Exchange {
        do {
            return try visit.own(try await world.store.find(awaiting: claimed))
        } catch StoreError.unknown {
            throw Rejection(
                .responseUnsolicited, "Response/@InResponseTo", expected: "a question that awaits its answer",
                found: claimed.rawValue)
        }
    }

    private func receive(
        _ parsed: sending ParsedMessage, in exchange: Exchange, _ visit: Visit
    ) async throws -> Response {
        guard let question = exchange.question else { throw Rejection(.exchangeFinished) }
        let snapshot = world.snapshot()
        let now = visit.now
        let verified = try await world.workers.run {
            try snapshot.authenticateResponse(parsed, to: question, at: now)
        }
        // From here on the answer is known to be the country's own: whatever is wrong with it, the service is told.
        let outcome = try await admit(verified, in: exchange, question, snapshot, visit)
        return try await finish(
            exchange, outcome, answering: question.id, using: keys(of: verified, question, now), snapshot, visit)
    }

    private func admit(
        _ verified: Verified<OpenedResponse>, in exchange: Exchange, _ question: Exchange.Question,
        _ snapshot: Snapshot,
        _ visit: Visit
    ) async throws -> AuthenticationOutcome {
        let now = visit.now
        let outcome: AuthenticationOutcome
        var detail: String?
        do {
            outcome = try await world.workers.run {
                try snapshot.receiveResponse(verified, in: exchange, to: question, at: now)
            }
        } catch let rejection as Rejection {
            outcome = .refused(rejection.refusal)
            detail = "\(rejection)"
            log("answer not accepted", exchange, ["rule": "\(rejection.rule.code)", "detail": "\(rejection)"])
        }
        try await world.store.record(
            AuditEvent(
                .responseReceived, at: now, exchange: exchange.id, message: verified.message.response.id,
                inResponseTo: question.id, sender: question.responder, receiver: snapshot.node.asker.name,
                memberState: question.memberState, digest: verified.digest.hexadecimal, result: outcome.code,
                detail: detail))
        return outcome
    }

    private func keys(of verified: Verified<OpenedResponse>, _ question: Exchange.Question, _ now: Date) -> [ReplayKey]
    {
        let response = ReplayKey(
            .response, of: question.responder, verified.message.response.id, until: now + Self.replaySeconds)
        let assertion = verified.message.assertion.map {
            ReplayKey(.assertion, of: question.responder, $0.id, until: now + Self.replaySeconds)
        }
        return [response, assertion].compactMap { $0 }
    }
}

extension Snapshot {
    /// A line for each country of the trust list; of several nodes of one, the first that serves speaks for it.
    fileprivate func choices(for request: AuthenticationRequest, at now: Date) -> [CountryChoice] {
        var seen: Set<MemberState> = []
        return countries.filter { seen.insert($0.memberState).inserted }.map { country in
            var choice = CountryChoice(state: country.memberState, displayName: country.displayName)
            do throws(Rejection) {
                _ = try responder(for: request, in: country.memberState, at: now)
            } catch {
                let since: Date? = if case .out(_, let since) = country.state { since } else { nil }
                choice.unavailability = .init(obstacle: .init(error.rule), since: since)
            }
            return choice
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
