// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import SAML
import Storage
import XMLSecurity

/// Services here ask: leg 1 of the Connector direction, and logout.
extension Portal {
    /// `POST /Proxy2/ServiceProvider`: a service asks for a login, or says that one is over.
    func receiveFromService(_ visit: Visit) async throws -> Response {
        let form = try await Form(visit.request, limit: world.messageLimit)
        let (field, value) = try form.message(["SAMLRequest", "logoutRequest", "samlRequestLogout"])
        let received = try ReceivedMessage(
            post: value, relayState: form["RelayState"], limit: world.messageLimit, field: field)
        guard field == "SAMLRequest" else { return try await answerLogout(received, visit) }
        let snapshot = world.snapshot()
        let (exchange, cookie) = try await begin(received, by: .connector, snapshot, visit)
        let country = form["country"].flatMap(MemberState.init)
        var response = try await firstStep(of: exchange, country, snapshot, visit)
        response.headers[values: .setCookie].append(cookie)
        return response
    }

    /// - Parameter country: a wish of the form beside the message, which skips the page where it can be met.
    private func firstStep(
        of exchange: Exchange, _ country: MemberState?, _ snapshot: Snapshot, _ visit: Visit
    ) async throws -> Response {
        if let country,
            (try? snapshot.connector.responder(for: exchange.request, in: country, at: visit.now)) != nil
        {
            // Known to be possible; if it fails all the same, the error page says why.
            do { return try await ask(of: country, exchange, snapshot, visit) } catch {
                return await visit.turnAway(error, from: exchange)
            }
        }
        return answers.redirect(to: .selector(of: exchange.id), in: visit.askedLanguage)
    }

    private func answerLogout(_ received: ReceivedMessage, _ visit: Visit) async throws -> Response {
        let route = world.snapshot().connector
        let now = visit.now
        let (requester, request, answer) = try await visit.examine(.logout) { examination in
            let (request, requester, answer) = try route.answerLogout(received, at: now, examination)
            return (requester, request.message.id, answer)
        }
        _ = try answer.target
        let event = AuditEvent(
            .logoutAnswered, at: now, message: answer.id, inResponseTo: request, sender: requester,
            receiver: route.node.answerer.name, digest: answer.digest.hexadecimal, result: "Success")
        try await world.store.record(
            event, using: ReplayKey(.logout, of: requester, request, until: now + Self.replaySeconds))
        let name = route.requesters[requester]?.name(in: visit.language.rawValue) ?? requester.rawValue
        return try post(answer, to: .service(name: name), visit)
    }

    /// Leg 4: the answer goes to the service.
    func answer(
        _ exchange: Exchange, _ outcome: AuthenticationOutcome, answering question: MessageID?, using keys: [ReplayKey],
        _ route: Route, _ visit: Visit
    ) async throws -> Response {
        let sealed = try await finish(exchange, outcome, answering: question, using: keys, route, visit)
        let name = route.requesters[exchange.request.requester]?.name(in: visit.language.rawValue)
        return try post(sealed, to: .service(name: name ?? exchange.request.serviceName), visit)
    }
}
