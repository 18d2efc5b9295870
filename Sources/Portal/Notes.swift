// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Hummingbird
import Logging
import SAML
import Storage
import Synchronization
import Trust

/// Where a visit is and what it has passed, for whoever asks afterwards why it was turned away.
final class Notes: Sendable {
    struct Content {
        var step: Incident.Step?
        var examined: [Incident.Examined] = []
        var claim = Incident.Claim()
    }

    private let state = Mutex(Content())

    var content: Content { state.withLock(\.self) }

    func enter(_ step: Incident.Step) { state.withLock { $0.step = step } }

    /// What the message says of itself that is looked at now.
    func note(_ claim: Incident.Claim) { state.withLock { $0.claim = claim } }

    /// The halves of a step are put together.
    func add(_ new: Incident.Examined) {
        state.withLock { content in
            if let place = content.examined.firstIndex(where: { $0.step == new.step }) {
                let passed = content.examined[place].passed + new.passed
                content.examined[place] = Incident.Examined(new.step, each: passed)
            } else {
                content.examined.append(new)
            }
        }
    }
}

extension Visit {
    /// Runs the checks of a step where XML and cryptography belong, and notes which of them passed.
    func examine<T>(
        _ step: Incident.Step, _ work: sending @escaping (Examination) throws -> sending T
    ) async throws -> sending T {
        notes.enter(step)
        let notes = notes
        return try await portal.world.workers.run {
            let examination = Examination()
            defer { notes.add(examination.passed(in: step)) }
            return try work(examination)
        }
    }

    /// The one place where a refusal is written down: log, metrics, audit trail and incident have the same rule and the same
    /// support code.
    ///
    /// - Parameters:
    ///   - title: what the log calls it.
    ///   - event: tells of it in the audit trail; gets the support code.
    func writeDown(
        _ rejection: Rejection, _ support: SupportCode, of exchange: Exchange?,
        as title: Logger.Message = "turned away",
        at level: Logger.Level? = nil, _ event: AuditEvent? = nil, cause: (any Error)? = nil
    ) async {
        let (world, code) = (portal.world, rejection.rule.code)
        var metadata: Logger.Metadata = [
            "rule": "\(code)", "support": "\(support)", "detail": "\(rejection)", "path": "\(safePath)",
        ]
        if let exchange { metadata["exchange"] = "\(exchange.id)" }
        if rejection.rule == .ownFailure, let cause { metadata["cause"] = "\(type(of: cause))" }
        world.refusals.count(rejection.rule, exchange?.direction ?? direction)
        // A flood of refusals must not become one of lines: what is too much of one rule is counted alone.
        let kind = Portal.Refused(rule: rejection.rule, hasExchange: exchange != nil)
        guard portal.trail.take(kind, at: now) else { return portal.untold.increase() }
        let isOurs = rejection.rule.explanation.responsibility == .operator
        world.logger.log(level: level ?? (isOurs ? .error : .notice), title, metadata: metadata)
        guard mayStore(rejection.rule, withExchange: exchange != nil) else { return }
        let notes = notes.content
        let incident = Incident(
            rejection, support, at: now, until: now + world.incidentSeconds, notes.step ?? step, direction: direction,
            of: exchange, claim: notes.claim, examined: notes.examined)
        var told =
            event
            ?? AuditEvent(
                .messageRejected, at: now, exchange: exchange?.id, result: code, detail: "\(rejection)")
        told.support = "\(support)"
        // Whoever asks for what is not there has sent no message.
        let isMessage = ![.exchangeUnknown, .methodNotAllowed].contains(rejection.rule)
        do { try await world.store.record(incident, isMessage ? told : nil) } catch {
            world.logger.error("audit event not written", metadata: ["support": "\(support)", "cause": "\(error)"])
        }
    }

    /// Crawlers leave no trace but in the log, overload must not feed on itself, and a flood must not fill the disk.
    private func mayStore(_ rule: Rule, withExchange: Bool) -> Bool {
        let isNothing = [.exchangeUnknown, .methodNotAllowed].contains(rule) && exchange == nil
        guard !isNothing, ![.overloaded, .requestRate].contains(rule) else { return false }
        switch portal.world.refusals.mayWrite(withExchange: withExchange, at: now) {
        case .yes: return true
        case .no: return false
        case .notAnyMore:
            portal.world.logger.warning("turned away too often to write each into the trail")
            return false
        }
    }

    /// By where it happened, as long as no exchange is known.
    var direction: Exchange.Direction? {
        let path = request.uri.path
        let proxyService = [Paths.singleSignOnService, Paths.gatewayAnswers, Paths.proxyServiceMetadata]
        let connector = [Paths.clave2, Paths.assertionConsumerService, Paths.connectorMetadata]
        if proxyService.contains(path) { return .proxyService }
        if connector.contains(path) { return .connector }
        guard exchange != nil else { return nil }
        return path.hasSuffix("/country") ? .connector : .proxyService
    }

    private var step: Incident.Step {
        switch request.uri.path {
        case Paths.clave2, Paths.singleSignOnService: .receiveRequest
        case Paths.assertionConsumerService, Paths.gatewayAnswers: .receiveResponse
        default: .page
        }
    }

    /// The path without its query, cut short: addresses of strangers go into the log.
    private var safePath: String {
        String(request.uri.path.prefix(80)).filter { $0.isASCII && !$0.isWhitespace && !$0.isNewline }
    }
}
