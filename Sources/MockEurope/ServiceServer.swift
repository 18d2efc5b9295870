// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Hummingbird
import SAML
import Synchronization

/// The demo service: asks, takes the answer, shows it.
struct ServiceServer: Sendable {
    let dialect: ServiceDialect
    let now: @Sendable () -> Date
    private let sessions = Sessions()

    init(dialect: ServiceDialect, now: @escaping @Sendable () -> Date = Date.init) {
        self.dialect = dialect
        self.now = now
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.addMockAssets()
        router.get("/") { request, _ in Response.page(ServicePages(language: request.language).front()) }
        router.post("identificarse") { request, _ in try await ask(request) }
        router.post("clave/retorno") { request, _ in try await receive(request) }
        router.get("resultado") { request, _ in show(request) }
        router.post("salir") { request, _ in try logout(request) }
        router.post("clave/salida") { request, _ in try await receiveLogout(request) }
        return router
    }

    private func ask(_ request: Request) async throws -> Response {
        let (form, question) = try dialect.ask(Wish(try await FormInput(request)), at: now())
        let id = try sessions.update(request.session, at: now()) { $0.questions[question.id] = question }
        var response = Response.page(ServicePages(language: request.language).forward(form))
        response.setCookie(Cookie(name: Request.sessionCookie, value: id, path: "/", httpOnly: true, sameSite: .lax))
        return response
    }

    private func receive(_ request: Request) async throws -> Response {
        let form = try await FormInput(request)
        let claimed = (try? ReceivedMessage(post: form["SAMLResponse"] ?? "", relayState: nil))
            .flatMap { try? ParsedMessage($0).claimedQuestion() }
        // Taken out of the session, so that no answer counts twice.
        guard let claimed, let question = sessions.take(claimed, of: request.session) else {
            return unexpected(request)
        }
        let outcome = dialect.read(form, answering: question, at: now())
        _ = try sessions.update(request.session, at: now()) { $0.outcome = outcome }
        return .seeOther("/resultado")
    }

    private func show(_ request: Request) -> Response {
        guard let outcome = sessions.find(request.session)?.outcome else { return .seeOther("/") }
        return .page(ServicePages(language: request.language).result(outcome))
    }

    private func logout(_ request: Request) throws -> Response {
        guard case .identified(let person)? = sessions.find(request.session)?.outcome else { return .seeOther("/") }
        let (form, id, relayState) = try dialect.logout(person.delivery, at: now())
        _ = try sessions.update(request.session, at: now()) { $0.logout = (id, relayState) }
        return .page(ServicePages(language: request.language).forward(form))
    }

    private func receiveLogout(_ request: Request) async throws -> Response {
        let form = try await FormInput(request)
        guard let (id, relayState) = sessions.find(request.session)?.logout else { return unexpected(request) }
        var outcome = ServiceOutcome.loggedOut
        do throws(Rejection) {
            try dialect.checkLogout(
                form["logoutResponse"] ?? "", relayState: form["RelayState"], answering: id, expecting: relayState)
        } catch {
            outcome = .refused(error)
        }
        _ = try sessions.update(request.session, at: now()) { [outcome] session in
            session.outcome = outcome
            session.logout = nil
        }
        return .seeOther("/resultado")
    }

    private func unexpected(_ request: Request) -> Response {
        .page(ServicePages(language: request.language).unexpected(), status: .badRequest)
    }
}

extension Wish {
    init(_ form: FormInput) {
        loa = form["loa"].flatMap(LoA.init) ?? .substantial
        person = form["person"].flatMap(PersonKind.init) ?? .natural
        delivery = form["delivery"].flatMap(Delivery.init) ?? .plain
        wantsMore = form["more"] != nil
    }
}

extension Request {
    static let sessionCookie = "demo-sede"
    fileprivate var session: String? { cookies[Self.sessionCookie]?.value }
}

/// What the service remembers of a browser, for an hour.
private final class Sessions: Sendable {
    struct Session: Sendable {
        var questions: [MessageID: ServiceDialect.Question] = [:]
        var outcome: ServiceOutcome?
        var logout: (MessageID, relayState: String)?
        var used: Date
    }

    private let all = Mutex<[String: Session]>([:])

    /// - Returns: the name of the session, a new one where there was none.
    func update(_ name: String?, at now: Date, _ change: (inout Session) -> Void) throws -> String {
        let fresh = try MessageID.random().rawValue
        return all.withLock { sessions in
            sessions = sessions.filter { now.timeIntervalSince($0.value.used) < 3_600 }
            let name = name.flatMap { sessions[$0] == nil ? nil : $0 } ?? fresh
            change(&sessions[name, default: Session(used: now)])
            sessions[name]?.used = now
            return name
        }
    }

    func find(_ name: String?) -> Session? { name.flatMap { name in all.withLock { $0[name] } } }

    func take(_ id: MessageID, of name: String?) -> ServiceDialect.Question? {
        name.flatMap { name in all.withLock { $0[name]?.questions.removeValue(forKey: id) } }
    }
}
