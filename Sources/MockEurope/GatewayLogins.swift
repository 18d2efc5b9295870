// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Synchronization
import XMLSecurity

/// A question that waits for its citizen at the mock gateway.
struct GatewayLogin: Sendable {
    let id: String
    let question: GatewayDialect.Question
    let begun: Date
    var manner = GatewayManner.genuine
    /// As the citizen chose.
    var method: GatewayMethod?
    /// Who is to confirm on the phone, or to type a code.
    var claimed: Resident?
    /// Six digits: sent by SMS, or shown by the phone.
    let code: String
    var stage = Stage.choosing

    enum Stage: Sendable {
        case choosing
        case identified(Identification)
        case failed(GatewayAnswer.Failure)
    }

    var asked: LoA { question.request.assurance.lowest }
    var isOpen: Bool { if case .choosing = stage { true } else { false } }
    /// What Cl@ve PIN sends by SMS.
    var pin: String { String(code.prefix(3)) }
    /// Two characters that page and phone show, so that nobody confirms somebody else's login.
    var mark: String { String(id.suffix(2)).uppercased() }

    /// Whether the method can be chosen; else why not.
    func obstacle(to method: GatewayMethod) -> Obstacle? {
        if question.excluded.contains(method) { return .excluded }
        return method.highest < asked ? .tooLow : nil
    }

    enum Obstacle: Hashable, Sendable { case excluded, tooLow }

    /// The login with somebody identified, or with the failure that the real gateway reports.
    mutating func identify(_ identification: Identification) {
        if identification.loa < asked {
            stage = .failed(.tooLow(identification.method, identification.loa, asked: asked))
        } else {
            stage = .identified(identification)
        }
    }
}

extension GatewayLogin {
    /// What @firma makes of a certificate, or of none.
    ///
    /// - Spec: Cl@ve dossier §3.3, §3.7.
    mutating func identify(by certificate: TestCertificate?) {
        guard let certificate else {
            stage = .failed(.noCertificate)
            return
        }
        let profile = certificate.profile
        switch profile.state {
        case .expired: stage = .failed(.invalid("El certificado está caducado"))
        case .revoked: stage = .failed(.invalid("El certificado se encuentra revocado"))
        case .good where !TestCertificate.admitted.contains(profile.classification):
            stage = .failed(.classification(profile.classification))
        case .good:
            identify(
                Identification(
                    resident: profile.resident, method: .certificate, loa: profile.loa, certificate: certificate))
        }
    }
}

/// A message that a mock phone received.
struct GatewaySMS: Hashable, Sendable {
    let resident: Resident
    let login: String
    let code: String
    let sent: Date
}

/// The logins that wait, for a quarter of an hour each, and the messages that were sent meanwhile.
final class GatewayLogins: Sendable {
    private static let patience: TimeInterval = 900
    private let waiting = Mutex<[String: GatewayLogin]>([:])
    private let messages = Mutex<[GatewaySMS]>([])

    func add(_ question: GatewayDialect.Question, at now: Date) throws -> GatewayLogin {
        let digits = try randomBytes(6).map { String($0 % 10) }.joined()
        let login = GatewayLogin(
            id: try randomBytes(8).map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }.joined(),
            question: question, begun: now, code: digits)
        waiting.withLock { logins in
            logins = logins.filter { now.timeIntervalSince($0.value.begun) < Self.patience }
            logins[login.id] = login
        }
        return login
    }

    func find(_ id: String?) -> GatewayLogin? { id.flatMap { id in waiting.withLock { $0[id] } } }

    /// - Returns: the login as it is then; `nil` if there is none.
    @discardableResult
    func update(_ id: String?, _ change: (inout GatewayLogin) -> Void) -> GatewayLogin? {
        guard let id else { return nil }
        return waiting.withLock { logins in
            guard var login = logins[id] else { return nil }
            change(&login)
            logins[id] = login
            return login
        }
    }

    /// Logins of which somebody was sent a notice.
    var forPhones: [GatewayLogin] {
        waiting.withLock { logins in logins.values.filter { $0.isOpen && $0.method == .mobile && $0.claimed != nil } }
            .sorted { $0.begun > $1.begun }
    }

    func send(_ message: GatewaySMS) {
        messages.withLock { messages in
            messages = messages.filter { message.sent.timeIntervalSince($0.sent) < Self.patience } + [message]
        }
    }

    /// The latest first.
    var inbox: [GatewaySMS] { messages.withLock { $0.reversed() } }
}
