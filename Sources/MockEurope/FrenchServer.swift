// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Hummingbird
import Portal
import SAML
import Synchronization
import XMLSecurity

/// Mock France as the one that asks: a town hall, and the Connectors that ask for it.
struct FrenchServer: Sendable {
    let connectors: [FrenchConnector]
    /// Fetches what our Proxy-Service publishes and verifies it. Asked anew for each login, so that a restarted Puente is
    /// heard.
    let proxy: @Sendable () async throws -> ProxyService
    let now: @Sendable () -> Date
    private let memory = Memory()

    init(
        connectors: [FrenchConnector], now: @escaping @Sendable () -> Date = Date.init,
        proxy: @escaping @Sendable () async throws -> ProxyService
    ) {
        self.connectors = connectors
        self.now = now
        self.proxy = proxy
    }

    func addRoutes(to router: Router<BasicRequestContext>) {
        let group = router.group("fr")
        group.get("mairie") { request, _ in Response.page(FrenchPages(language: request.language).front()) }
        group.post("mairie/identificarse") { request, _ in try await ask(request) }
        group.get("mairie/resultado") { request, _ in show(request) }
        for connector in connectors {
            let group = group.group("connector/\(connector.registration.rawValue)")
            group.get("metadata") { _, _ in
                let document = try connector.metadata(at: now())
                return Response.file(String(decoding: document, as: UTF8.self), "application/samlmetadata+xml")
            }
            group.post("acs") { request, _ in try await receive(request, connector) }
        }
    }

    private func ask(_ request: Request) async throws -> Response {
        let wish = FrenchWish(try await FormInput(request))
        guard let connector = connectors.first(where: { $0.registration == wish.registration }) else {
            return .seeOther("/fr/mairie")
        }
        let pages = FrenchPages(language: request.language)
        let known: ProxyService
        do {
            known = try await proxy()
        } catch let rejection as Rejection {
            return .page(pages.proxyRefused(rejection), status: .badGateway)
        }
        let (passage, question) = try connector.ask(wish, known, at: now())
        memory.remember(question, at: now())
        switch passage {
        case .form(let form): return .page(pages.forward(form))
        case .address(let address): return .page(pages.forward(to: address))
        }
    }

    private func receive(_ request: Request, _ connector: FrenchConnector) async throws -> Response {
        let form = try await FormInput(request)
        let claimed = (try? ReceivedMessage(post: form["SAMLResponse"] ?? "", relayState: nil))
            .flatMap { try? ParsedMessage($0).claimedQuestion() }
        // Forgotten with that, so that no answer counts twice.
        guard let question = claimed.flatMap(memory.take), question.wish.registration == connector.registration else {
            return .page(FrenchPages(language: request.language).unexpected(), status: .badRequest)
        }
        let outcome = connector.read(form, answering: question, at: now())
        var response = Response.seeOther("/fr/mairie/resultado")
        let session = try memory.keep(outcome, at: now())
        response.setCookie(
            Cookie(name: Self.sessionCookie, value: session, path: "/fr", httpOnly: true, sameSite: .lax))
        return response
    }

    private func show(_ request: Request) -> Response {
        guard let outcome = memory.outcome(request.cookies[Self.sessionCookie]?.value) else {
            return .seeOther("/fr/mairie")
        }
        return .page(FrenchPages(language: request.language).result(outcome))
    }

    private static let sessionCookie = "demo-mairie"
}

extension FrenchWish {
    init(_ form: FormInput) {
        loa = form["loa"].flatMap(LoA.init) ?? .substantial
        person = form["person"].flatMap(PersonKind.init) ?? .natural
        wantsMore = form["more"] != nil
        acceptsNonNotified = form["non-notified"] != nil
        binding = form["binding"].flatMap(Binding.init) ?? .post
        registration = form["registration"].flatMap(Registration.init) ?? .curve
    }
}

/// What was asked and answered, for an hour.
private final class Memory: Sendable {
    private static let patience: TimeInterval = 3_600
    private let questions = Mutex<[MessageID: (question: FrenchConnector.Question, asked: Date)]>([:])
    private let outcomes = Mutex<[String: (outcome: FrenchOutcome, answered: Date)]>([:])

    func remember(_ question: FrenchConnector.Question, at now: Date) {
        questions.withLock { questions in
            questions = questions.filter { now.timeIntervalSince($0.value.asked) < Self.patience }
            questions[question.id] = (question, now)
        }
    }

    func take(_ id: MessageID) -> FrenchConnector.Question? {
        questions.withLock { $0.removeValue(forKey: id)?.question }
    }

    /// - Returns: the name under which it is found again.
    func keep(_ outcome: FrenchOutcome, at now: Date) throws -> String {
        let name = try MessageID.random().rawValue
        outcomes.withLock { outcomes in
            outcomes = outcomes.filter { now.timeIntervalSince($0.value.answered) < Self.patience }
            outcomes[name] = (outcome, now)
        }
        return name
    }

    func outcome(_ name: String?) -> FrenchOutcome? { name.flatMap { name in outcomes.withLock { $0[name]?.outcome } } }
}
