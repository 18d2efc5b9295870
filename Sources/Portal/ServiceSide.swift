// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import SAML
import Storage
import XMLSecurity

/// Leg 1, and the way back to the service.
extension Portal {
    /// `POST /Proxy2/ServiceProvider`: a service asks for a login, or says that one is over.
    func receiveFromService(_ visit: Visit) async throws -> Response {
        let form = try await Form(visit.request, limit: world.messageLimit)
        let (field, value) = try form.message(["SAMLRequest", "logoutRequest", "samlRequestLogout"])
        let received = try ReceivedMessage(
            post: value, relayState: form["RelayState"], limit: world.messageLimit, field: field)
        guard field == "SAMLRequest" else { return try await answerLogout(received, visit) }
        return try await open(received, preferring: form["country"].flatMap(MemberState.init), visit)
    }

    /// Begins an exchange.
    ///
    /// - Parameter country: a wish of the form beside the message, which skips the page where it can be met.
    private func open(
        _ received: ReceivedMessage, preferring country: MemberState?, _ visit: Visit
    ) async throws -> Response {
        let snapshot = world.snapshot()
        let now = visit.now
        let leg1 = try await world.workers.run { try snapshot.receiveRequest(received, at: now) }
        let browser = try visit.browser ?? BrowserKey()
        let exchange = Exchange(
            id: try .random(), request: leg1.request, browser: browser.digest, openedAt: now,
            expiresAt: now + world.exchangeSeconds)
        let event = AuditEvent(
            .requestReceived, at: now, exchange: exchange.id, message: leg1.request.id, sender: leg1.requester.name,
            receiver: snapshot.node.answerer.name, digest: leg1.digest.hexadecimal)
        let key = ReplayKey(.request, of: leg1.requester.name, leg1.request.id, until: now + Self.replaySeconds)
        try world.inFlight.begin(exchange, at: now)
        do { try await world.store.open(exchange, using: [key], event) } catch {
            world.inFlight.end(exchange.id)
            throw error
        }
        log("request received", exchange, ["service": "\(leg1.requester.name)"])
        var response = try await firstStep(of: exchange, country, snapshot, visit)
        response.headers[values: .setCookie].append(browser.setCookie(isSecure: world.isSecure))
        return response
    }

    private func firstStep(
        of exchange: Exchange, _ country: MemberState?, _ snapshot: Snapshot, _ visit: Visit
    ) async throws -> Response {
        if let country, (try? snapshot.responder(for: exchange.request, in: country, at: visit.now)) != nil {
            // Known to be possible; if it fails all the same, the error page says why.
            do { return try await ask(country, exchange, snapshot, visit) } catch {
                return await visit.turnAway(error, from: exchange)
            }
        }
        return answers.redirect(to: .selector(of: exchange.id), in: visit.askedLanguage)
    }

    private func answerLogout(_ received: ReceivedMessage, _ visit: Visit) async throws -> Response {
        let snapshot = world.snapshot()
        let now = visit.now
        let (requester, request, answer) = try await world.workers.run {
            let (request, requester, answer) = try snapshot.answerLogout(received, at: now)
            return (requester, request.message.id, answer)
        }
        let event = AuditEvent(
            .logoutAnswered, at: now, message: answer.id, inResponseTo: request, sender: requester,
            receiver: snapshot.node.answerer.name, digest: answer.digest.hexadecimal, result: "Success")
        try await world.store.record(
            event, using: ReplayKey(.logout, of: requester, request, until: now + Self.replaySeconds))
        let name = snapshot.requesters[requester]?.name(in: visit.language.rawValue) ?? requester.rawValue
        return try post(answer, to: .service(name: name), visit)
    }

    /// Leg 4: ends the exchange and sends its answer to the service.
    ///
    /// - Parameters:
    ///   - question: what the answer belongs to; `nil` when the exchange ends without one.
    ///   - keys: identifiers of the answer, used up in the same step.
    func finish(
        _ exchange: Exchange, _ outcome: AuthenticationOutcome, answering question: MessageID?, using keys: [ReplayKey],
        _ snapshot: Snapshot, _ visit: Visit
    ) async throws -> Response {
        let now = visit.now
        let sealed = try await world.workers.run { try snapshot.sendResponse(outcome, in: exchange, at: now) }
        let event = AuditEvent(
            .responseSent, at: now, exchange: exchange.id, message: sealed.id, inResponseTo: exchange.request.id,
            sender: snapshot.node.answerer.name, receiver: exchange.request.requester,
            memberState: exchange.question?.memberState,
            digest: sealed.digest.hexadecimal, result: outcome.code)
        let ending: Exchange.Ending = if case .identified = outcome { .identified } else { .refused }
        _ = try await world.store.update(exchange.id, using: keys, event) { exchange throws(Rejection) in
            try exchange.finished(ending, answering: question)
        }
        world.inFlight.end(exchange.id)
        log("response sent", exchange, ["result": "\(outcome.code)"])
        let name = snapshot.requesters[exchange.request.requester]?.name(in: visit.language.rawValue)
        return try post(sealed, to: .service(name: name ?? exchange.request.serviceName), visit)
    }

    func post(
        _ message: SealedMessage, to destination: AutoPostPage.Destination, selector: LocalPath? = nil, _ visit: Visit
    )
        throws(Rejection) -> Response
    {
        guard let target = FormTarget(message.destination) else {
            throw Rejection(
                .ownFailure, "Destination", expected: "an http or https address", found: message.destination)
        }
        let page = AutoPostPage(
            destination: destination, target: target, fields: message.fields.map { FormField($0.name, $0.value) },
            selector: selector)
        return visit.page(page, leavesSite: true)
    }

    func log(_ text: Logger.Message, _ exchange: Exchange, _ metadata: Logger.Metadata = [:]) {
        world.logger.info(text, metadata: metadata.merging(["exchange": "\(exchange.id)"]) { first, _ in first })
    }
}

extension Exchange.ID {
    static func random() throws -> Exchange.ID {
        guard let id = Exchange.ID(rawValue: try randomBytes(16).hexadecimal) else { throw Rejection(.ownFailure) }
        return id
    }
}

extension AuthenticationOutcome {
    /// For log and audit: how it ended, and nothing about whom.
    var code: String {
        switch self {
        case .identified(let identity): "identified.\(identity.assurance.loa.rawValue)"
        case .refused(let refusal): "refused.\(refusal.reason.rawValue)"
        }
    }
}
