// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import Hummingbird
import Logging
import SAML
import Storage
import Synchronization
import XMLSecurity

/// The four legs as both directions walk them: what is checked, stored and written down in each.
extension Portal {
    /// Leg 1: begins an exchange with a request that was verified.
    ///
    /// - Returns: the exchange, and the cookie that goes back with the answer to this request.
    func begin(
        _ received: ReceivedMessage, by direction: Exchange.Direction, _ snapshot: Snapshot, _ visit: Visit
    ) async throws -> (exchange: Exchange, cookie: String) {
        let route = try snapshot.route(direction)
        let now = visit.now
        let leg1 = try await visit.examine(.receiveRequest) { [unknownKey = world.unknownKey] examination in
            let parsed = try ParsedMessage(received, examination)
            do throws(Rejection) { return try route.receiveRequest(parsed, at: now, examination) } catch {
                visit.notes.note(
                    Incident.Claim(
                        sender: route.requesterDialect.claimedRequester(of: parsed), message: parsed.claimedID))
                // M-24: the sender may have changed its key since we asked for its metadata.
                if error.rule == .signatureKeyUnknown, let sender = parsed.claimedIssuer { unknownKey(sender) }
                throw error
            }
        }
        let browser = try visit.browser ?? BrowserKey()
        let exchange = Exchange(
            id: try .random(), direction, request: leg1.request, browser: browser.digest, openedAt: now,
            expiresAt: now + world.exchangeSeconds, examined: visit.notes.content.examined)
        let event = AuditEvent(
            .requestReceived, at: now, exchange: exchange.id, message: leg1.request.id, sender: leg1.requester.name,
            receiver: route.node.answerer.name, memberState: leg1.requester.country,
            digest: leg1.digest.hexadecimal)
        let key = ReplayKey(.request, of: leg1.requester.name, leg1.request.id, until: now + Self.replaySeconds)
        let requester = leg1.request.requester
        guard world.logins.admits(requester, at: now) else {
            throw Rejection(.loginRate, "Issuer", expected: "fewer logins of a requester", found: "\(requester)")
        }
        try world.inFlight.begin(exchange, from: Place.current?.client, at: now)
        do { try await world.store.open(exchange, using: [key], event) } catch {
            world.inFlight.end(exchange.id)
            throw error
        }
        // Counted only now: else whoever sends an old request again and again would use up what its requester may do.
        world.logins.charge(requester, 1, at: now)
        log("request received", exchange, ["requester": "\(leg1.requester.name)"])
        return (exchange, browser.setCookie(isSecure: world.isSecure))
    }

    /// Leg 2: asks a responder. The question is stored before it leaves.
    func ask(_ country: MemberState, _ exchange: Exchange, _ snapshot: Snapshot, _ visit: Visit) async throws
        -> (SealedMessage, Exchange.Question)
    {
        visit.notes.enter(.sendRequest)
        let route = try snapshot.route(exchange.direction)
        let now = visit.now
        let relayState = try randomBytes(16).hexadecimal
        let (sealed, question) = try await world.workers.run {
            try route.sendRequest(exchange, to: country, relayState: relayState, at: now)
        }
        let event = AuditEvent(
            .requestSent, at: now, exchange: exchange.id, message: sealed.id, sender: route.node.asker.name,
            receiver: question.responder, memberState: country, digest: sealed.digest.hexadecimal)
        let older = Mutex<MessageID?>(nil)
        _ = try await world.store.update(exchange.id, using: [], event) { exchange throws(Rejection) in
            older.withLock { $0 = exchange.question?.id }
            return try exchange.asked(question, in: visit.askedLanguage?.rawValue)
        }
        if let older = older.withLock(\.self) {
            superseded.keep(exchange.id, under: older, until: exchange.expiresAt, at: now)
        }
        log("request sent", exchange, ["country": "\(country)", "responder": "\(question.responder)"])
        return (sealed, question)
    }

    /// An answer that is known to be the responder's own, to our newest question, in the browser that asked.
    struct AuthenticAnswer: Sendable {
        let exchange: Exchange
        let question: Exchange.Question
        let verified: Verified<OpenedResponse>

        /// What must never have been used before.
        func keys(at now: Date) -> [ReplayKey] {
            let until = now + Portal.replaySeconds
            let response = ReplayKey(.response, of: question.responder, verified.message.response.id, until: until)
            let assertion = verified.message.assertion.map {
                ReplayKey(.assertion, of: question.responder, $0.id, until: until)
            }
            return [response, assertion].compactMap { $0 }
        }

        func event(_ result: String, to receiver: EntityID, detail: String? = nil, at now: Date) -> AuditEvent {
            AuditEvent(
                .responseReceived, at: now, exchange: exchange.id, message: verified.message.response.id,
                inResponseTo: question.id, sender: question.responder, receiver: receiver,
                memberState: question.memberState, digest: verified.digest.hexadecimal, result: result,
                detail: detail)
        }
    }

    /// Leg 3: authenticates the answer in a form, and hands it on.
    ///
    /// - Parameter again: the page for an answer to an exchange that has gone on already; `nil` for none.
    func receiveAnswer(
        by direction: Exchange.Direction, _ visit: Visit,
        again: (Exchange, Visit) async throws -> Response? = { _, _ in nil },
        _ next: (AuthenticAnswer, Route, Visit) async throws -> Response
    ) async throws -> Response {
        let form = try await Form(visit.request, limit: world.messageLimit)
        let received = try ReceivedMessage(
            post: try form.message(["SAMLResponse"]).value, relayState: form["RelayState"], limit: world.messageLimit,
            field: "SAMLResponse")
        let parsed = try await visit.examine(.receiveResponse) { examination in
            try examination.step(.xmlMalformed, "document") { () throws(Rejection) in try ParsedMessage(received) }
        }
        visit.notes.note(Incident.Claim(sender: parsed.claimedIssuer, message: parsed.claimedID))
        let exchange = try await awaiting(try parsed.claimedQuestion(), direction, visit)
        do {
            try visit.checkTime(of: exchange)
            guard let question = exchange.question else {
                // Sent again, as by a reload, after it was taken: the person goes on where they are.
                if let response = try await again(exchange, visit.speaking(as: exchange)) { return response }
                throw Rejection(.exchangeFinished)
            }
            let route = try world.snapshot().route(direction)
            let now = visit.now
            let verified = try await visit.examine(.receiveResponse) { [unknownKey = world.unknownKey] examination in
                do throws(Rejection) {
                    return try route.authenticateResponse(parsed, to: question, at: now, examination)
                } catch {
                    if error.rule == .signatureKeyUnknown { unknownKey(question.responder) }
                    throw error
                }
            }
            return try await next(
                AuthenticAnswer(exchange: exchange, question: question, verified: verified), route,
                visit.speaking(as: exchange))
        } catch {
            return await visit.turnAway(error, from: exchange)
        }
    }

    /// The exchange whose question the answer claims to belong to. Only the newest one can be answered; whoever answers an
    /// older one, as from another tab, is led back to where they are.
    private func awaiting(
        _ claimed: MessageID, _ direction: Exchange.Direction, _ visit: Visit
    ) async throws -> Exchange {
        let unsolicited = Rejection(
            .responseUnsolicited, "Response/@InResponseTo", expected: "a question that awaits its answer",
            found: claimed.rawValue)
        do {
            let found: Exchange
            do { found = try await world.store.find(awaiting: claimed) } catch StoreError.unknown {
                guard let id = superseded.find(claimed) else { throw unsolicited }
                found = try await world.store.find(id)
            }
            let exchange = try visit.own(found)
            guard exchange.direction == direction else { throw unsolicited }
            return exchange
        } catch StoreError.unknown {
            throw unsolicited
        }
    }

    /// Leg 4: ends the exchange with an answer for whoever asked.
    ///
    /// - Parameters:
    ///   - declined: optional attributes that the person keeps back.
    ///   - question: what the answer belongs to; `nil` when the exchange ends without one.
    ///   - keys: identifiers of the answer, used up in the same step.
    ///   - consent: what the person said, written down in the same step.
    func finish(
        _ exchange: Exchange, _ outcome: AuthenticationOutcome, without declined: Set<AttributeName> = [],
        answering question: MessageID?, using keys: [ReplayKey], after consent: AuditEvent? = nil, _ route: Route,
        _ visit: Visit
    ) async throws -> SealedMessage {
        visit.notes.enter(.sendResponse)
        let now = visit.now
        func seal(_ outcome: AuthenticationOutcome) async throws -> SealedMessage {
            try await world.workers.run { try route.sendResponse(outcome, in: exchange, without: declined, at: now) }
        }
        var outcome = outcome
        let sealed: SealedMessage
        do { sealed = try await seal(outcome) } catch let rejection as Rejection
            where rejection.rule == .messageTooLarge
        {
            // What is known of the person is more than a message holds: whoever asked is told that there is no answer.
            outcome = .refused(rejection.refusal)
            await visit.writeDown(rejection, .random(), of: exchange, as: "answer not sent", at: .error)
            sealed = try await seal(outcome)
        }
        // What no browser can carry is not sent: nothing is used up for it.
        _ = try sealed.target
        let event = AuditEvent(
            .responseSent, at: now, exchange: exchange.id, message: sealed.id, inResponseTo: exchange.request.id,
            sender: route.node.answerer.name, receiver: exchange.request.requester,
            memberState: exchange.direction == .connector
                ? exchange.question?.memberState : try route.requester(of: exchange).country,
            digest: sealed.digest.hexadecimal, result: outcome.code)
        let events = [consent, event].compactMap(\.self)
        _ = try await world.store.update(exchange.id, using: keys, events) { exchange throws(Rejection) in
            try exchange.finished(answering: question)
        }
        world.inFlight.end(exchange.id)
        log("response sent", exchange, ["result": "\(outcome.code)"])
        return sealed
    }

    /// The page that carries a message on.
    func post(
        _ message: SealedMessage, to destination: AutoPostPage.Destination, selector: LocalPath? = nil, _ visit: Visit
    ) throws(Rejection) -> Response {
        let page = AutoPostPage(
            destination: destination, target: try message.target, fields: message.formFields, selector: selector)
        return visit.page(page, leavesSite: true)
    }

    func log(
        _ text: Logger.Message, _ exchange: Exchange, _ metadata: Logger.Metadata = [:], at level: Logger.Level = .info
    ) {
        world.logger.log(
            level: level, text, metadata: metadata.merging(["exchange": "\(exchange.id)"]) { first, _ in first })
    }
}

extension SealedMessage {
    var target: FormTarget {
        get throws(Rejection) {
            guard let target = FormTarget(destination) else {
                throw Rejection(
                    .ownFailure, "Destination", expected: "an http or https address", found: destination)
            }
            return target
        }
    }

    var formFields: [FormField] { fields.map { FormField($0.name, $0.value) } }
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
