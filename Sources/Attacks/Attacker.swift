// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
public import XMLSecurity

/// Somebody who knows how to begin logins of every kind, and who spoils them.
public struct Attacker: Sendable {
    public let courier: Courier
    /// Where the node takes what.
    let paths: Paths
    /// What the node's operator sees; `nil` where that is somebody else.
    let journal: Journal?

    public struct Paths: Sendable, Codable {
        public var gateway = "/Proxy2/ServiceProvider"
        public var connector = "/eidas/connector/acs"
        public var proxyService = "/eidas/proxy/sso"
        public var service = "/clave/acs"

        public init() {}

        subscript(role: Role) -> String {
            switch role {
            case .gateway: gateway
            case .connector: connector
            case .proxyService: proxyService
            case .service: service
            case .metadata, .server: "/"
            }
        }
    }

    // MARK: Beginning

    /// A genuine message that has not been sent, and how it would be.
    ///
    /// - Parameters:
    ///   - cookie: of a browser that was here before.
    ///   - edit: changes the request, or that which is answered, before its sender signs it.
    public func open(
        _ role: Role, in cookie: String? = nil, asking edit: (inout XMLNode) throws -> Void = { _ in }
    ) async throws -> (Genuine, Submission) {
        let now = Date()
        var submission = Submission(path: paths[role])
        submission.cookie = cookie
        guard role.isAnswer else {
            let genuine = try Self.request(role, at: now, edit)
            submission.fields = [("SAMLRequest", Base64.encode(genuine.signed.serialized()))]
            submission[field: "RelayState"] = genuine.relayState
            if role == .gateway { submission[field: "country"] = "DE" }
            return (genuine, submission)
        }
        let (_, asking) = try await open(role == .connector ? .gateway : .proxyService, in: cookie, asking: edit)
        return try answer(to: try await courier.send(asking), by: role, in: cookie, at: now)
    }

    /// The genuine answer to a question that the node sent through the browser.
    func answer(
        to asked: Reply, by role: Role, in cookie: String? = nil, at now: Date = Date()
    ) throws -> (Genuine, Submission) {
        guard let form = asked.form(with: "SAMLRequest"), let question = asked.document(in: "SAMLRequest")?["ID"],
            let cookie = asked.cookie ?? cookie
        else { throw Obstacle("a genuine request was not passed on: status \(asked.status)") }
        let genuine = try Self.answer(
            role, to: MessageID(question), relayState: form.fields["RelayState"] ?? "", at: now)
        var submission = Submission(path: paths[role])
        submission.fields = [("SAMLResponse", Base64.encode(genuine.signed.serialized()))]
        submission[field: "RelayState"] = genuine.relayState
        submission.cookie = cookie
        return (genuine, submission)
    }

    static func request(
        _ role: Role, at now: Date, _ edit: (inout XMLNode) throws -> Void = { _ in }
    ) throws -> Genuine {
        let id = try MessageID.random().rawValue
        if role == .gateway {
            var request = ServiceRequest(.complete, id: id, at: Instant.write(now))
            try edit(&request.root)
            return try Genuine(role, asking: request.root, request.recipe, relayState: request.relayState, at: now)
        }
        var request = ConnectorRequest(id: id, at: Instant.write(now))
        try edit(&request.root)
        return try Genuine(role, asking: request.root, request.recipe, relayState: request.relayState, at: now)
    }

    static func answer(_ role: Role, to id: MessageID, relayState: String, at now: Date) throws -> Genuine {
        let moment = Moment(
            id: try MessageID.random().rawValue, assertionID: try MessageID.random().rawValue,
            issued: Instant.write(now), ends: Instant.write(now + 300))
        let country = try World.memberState(role == .connector ? "DE" : "ES")
        let question = Exchange.Question(
            id: id, responder: role == .connector ? World.country : World.nationalGateway, memberState: country,
            relayState: relayState, attributes: [], assurance: .minimum(.low), askedAt: now)
        let answer =
            role == .connector
            ? try NodeAnswer(.german, to: question, at: moment)
            : try NodeAnswer(atHome: .citizen, to: question, at: moment)
        return try Genuine(role, answer, at: now)
    }

    // MARK: Judging

    /// Sends one message, and says what became of it.
    public func attempt(_ submission: Submission) async throws -> Outcome {
        await journal?.skip()
        return try await judge(try await courier.send(submission))
    }

    /// What an answer to a message means.
    public func judge(_ reply: Reply) async throws -> Outcome {
        let rule = try await journal?.rule(of: reply)
        if reply.status >= 500, reply.status != 503 { return .broken("status \(reply.status)") }
        if reply.status >= 400 { return .refused(how: "page, status \(reply.status)", rule: rule) }
        if let answer = reply.document(in: "SAMLResponse") {
            let codes = answer.descendants.filter { $0.local == "StatusCode" }.compactMap { $0["Value"] }
            guard let last = codes.last, codes.first != SAMLURI.success else {
                return .accepted("an answer that says Success")
            }
            return .refused(how: "SAML, " + (last.split(separator: ":").last ?? ""), rule: rule)
        }
        if reply.form(with: "SAMLRequest") != nil { return .accepted("asked the next node") }
        if let place = reply[header: "Location"] { return .accepted("went on to \(place.prefix(3))…") }
        return .accepted("status \(reply.status)")
    }

    /// A genuine message of a role has to be accepted: else nothing that is refused proves anything.
    public func control(_ role: Role) async throws -> Outcome {
        let (_, submission) = try await open(role)
        return try await attempt(submission)
    }
}

/// Why an attack could not be tried at all.
public struct Obstacle: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
