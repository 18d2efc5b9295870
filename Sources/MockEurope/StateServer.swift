// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Hummingbird
import Portal
import SAML
import Synchronization
import XMLSecurity

/// The Proxy-Services of all mock states, a path for each.
struct StateServer: Sendable {
    let states: [MockState]
    /// Fetches what the Connector publishes and verifies it. Asked anew for each login, so that a restarted Puente is heard.
    let connector: @Sendable () async throws -> Connector
    let now: @Sendable () -> Date
    private let logins = Logins()

    init(
        states: [MockState], now: @escaping @Sendable () -> Date = Date.init,
        connector: @escaping @Sendable () async throws -> Connector
    ) {
        self.states = states
        self.now = now
        self.connector = connector
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.addMockAssets()
        router.get("/") { request, _ in Response.page(index(request.language)) }
        for state in states {
            let group = router.group(RouterPath(state.profile.path))
            group.get("metadata") { _, _ in
                let document = try state.metadata(id: MessageID.random().rawValue, validUntil: now() + 86_400)
                return Response.file(String(decoding: document, as: UTF8.self), "application/samlmetadata+xml")
            }
            group.post("sso") { request, _ in try await begin(request, state) }
            group.post("citizen") { request, _ in try await confirm(request, state) }
            group.post("answer") { request, _ in try await answer(request, state) }
            group.post("decline") { request, _ in try await decline(request, state) }
        }
        return router
    }

    private func begin(_ request: Request, _ state: MockState) async throws -> Response {
        let pages = StatePages(profile: state.profile, language: request.language)
        let input = try await FormInput(request)
        do {
            let message = try ReceivedMessage(post: input["SAMLRequest"] ?? "", relayState: input["RelayState"])
            let connector = try await connector()
            let read = try state.receive(message, from: connector, at: now())
            let login = Login(
                state: state.entityID, request: read, relayState: message.relayState, connector: connector, begun: now()
            )
            return .page(pages.login(login, id: try logins.add(login)))
        } catch let rejection as Rejection {
            return .page(pages.refused(rejection.description), status: .badRequest)
        }
    }

    private func confirm(_ request: Request, _ state: MockState) async throws -> Response {
        let input = try await FormInput(request)
        guard let (id, answer) = open(input, state), let citizen = state.profile.citizen(input["citizen"] ?? "") else {
            return lost(request, state)
        }
        let pages = StatePages(profile: state.profile, language: request.language)
        return .page(pages.confirm(citizen, answer, id: id, canRepeat: logins.lastForm(of: state.entityID) != nil))
    }

    private func answer(_ request: Request, _ state: MockState) async throws -> Response {
        let input = try await FormInput(request)
        guard let (_, answer) = open(input, state), let citizen = state.profile.citizen(input["citizen"] ?? ""),
            let manner = Manner(rawValue: input["manner"] ?? "")
        else { return lost(request, state) }
        let pages = StatePages(profile: state.profile, language: request.language)
        guard manner != .repeated else {
            return logins.lastForm(of: state.entityID).map { .page(pages.forward($0)) } ?? lost(request, state)
        }
        let form = try answer.identifying(citizen, manner)
        if manner == .genuine { logins.remember(form, of: state.entityID) }
        return .page(pages.forward(form))
    }

    private func decline(_ request: Request, _ state: MockState) async throws -> Response {
        let input = try await FormInput(request)
        guard let (_, answer) = open(input, state) else { return lost(request, state) }
        let form =
            input["how"] == "deny"
            ? try answer.refusing(SAMLURI.requestDenied, "The user did not agree to send the data")
            : try answer.refusing(SAMLURI.authnFailed, "The user cancelled the authentication")
        return .page(StatePages(profile: state.profile, language: request.language).forward(form))
    }

    private func open(_ input: FormInput, _ state: MockState) -> (String, StateAnswer)? {
        guard let id = input["login"], let login = logins.find(id), login.state == state.entityID else { return nil }
        let answer = StateAnswer(
            state: state, connector: login.connector, request: login.request, relayState: login.relayState, now: now())
        return (id, answer)
    }

    private func lost(_ request: Request, _ state: MockState) -> Response {
        let pages = StatePages(profile: state.profile, language: request.language)
        return .page(pages.refused("no such login, or too late"), status: .badRequest)
    }

    private func index(_ language: Language) -> MockPage {
        let rows: [HTML] = states.map { state in
            let name = state.profile.name(language)
            return
                "<li><strong>\(name)</strong> · <code>\(state.profile.algorithm.uri)</code> · <a href=\"/\(state.profile.path)/metadata\">\(language("metadatos", "metadata"))</a></li>\n"
        }
        return MockPage(
            place: .states, language: language, title: language("Estados de prueba", "Mock states"),
            content: "<h1>\(language("Estados de prueba", "Mock states"))</h1>\n<ul>\n\(rows)</ul>", address: "/")
    }
}

/// A request that waits for its citizen.
struct Login: Sendable {
    let state: EntityID
    let request: AuthnRequest
    let relayState: String?
    let connector: Connector
    let begun: Date
}

/// The logins that wait, for a quarter of an hour each, and the last answer that each state gave.
private final class Logins: Sendable {
    private let waiting = Mutex<[String: Login]>([:])
    private let last = Mutex<[EntityID: PostForm]>([:])

    func add(_ login: Login) throws -> String {
        let id = try MessageID.random().rawValue
        waiting.withLock { logins in
            logins = logins.filter { login.begun.timeIntervalSince($0.value.begun) < 900 }
            logins[id] = login
        }
        return id
    }

    func find(_ id: String) -> Login? { waiting.withLock { $0[id] } }
    func remember(_ form: PostForm, of state: EntityID) { last.withLock { $0[state] = form } }
    func lastForm(of state: EntityID) -> PostForm? { last.withLock { $0[state] } }
}
