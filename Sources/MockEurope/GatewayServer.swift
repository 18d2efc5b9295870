// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Hummingbird
import Portal
import SAML
import XMLSecurity

/// The mock Cl@ve gateway: takes questions of registered services, lets citizens choose a method, answers.
///
/// Paths that the real one shows to browsers are the real ones (Cl@ve dossier §1.2).
struct GatewayServer: Sendable {
    let dialect: GatewayDialect
    let authority: TestAuthority
    let logins: GatewayLogins
    /// Of the server that asks browsers for a certificate.
    let certificateAddress: String
    let now: @Sendable () -> Date

    init(
        dialect: GatewayDialect, authority: TestAuthority, logins: GatewayLogins, certificateAddress: String,
        now: @escaping @Sendable () -> Date = Date.init
    ) {
        self.dialect = dialect
        self.authority = authority
        self.logins = logins
        self.certificateAddress = certificateAddress
        self.now = now
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.addMockAssets()
        router.get("/") { request, _ in Response.page(pages(request).index(dialect, authority)) }
        let proxy = router.group("Proxy2")
        proxy.post("ServiceProvider") { request, _ in try await begin(request) }
        proxy.post("ServiceRedirect") { request, _ in try await choose(request) }
        proxy.get("ResponseRedirect/:login") { request, context in try answer(request, context) }
        proxy.get("Certificates") { _, _ in Response(status: .ok) }
        addLogins(to: proxy.group("login/:login"))
        addPhone(to: router)
        addCertificates(to: router)
        return router
    }

    func pages(_ request: Request) -> GatewayPages { GatewayPages(language: request.language) }

    private func begin(_ request: Request) async throws -> Response {
        let input = try await FormInput(request)
        do {
            if let logout = input["logoutRequest"] {
                let message = try ReceivedMessage(
                    post: logout, relayState: input["RelayState"], field: "logoutRequest")
                return .page(pages(request).forward(PostForm(try dialect.answerLogout(message, at: now()))))
            }
            let message = try ReceivedMessage(post: input["SAMLRequest"] ?? "", relayState: input["RelayState"])
            let login = try logins.add(dialect.receive(message, at: now()), at: now())
            return .seeOther("/Proxy2/login/\(login.id)")
        } catch let rejection as Rejection {
            return .page(pages(request).refused(rejection.description), status: .badRequest)
        }
    }

    /// A method, or something that goes wrong at once.
    private func choose(_ request: Request) async throws -> Response {
        let input = try await FormInput(request)
        guard let login = logins.find(input["login"]), login.isOpen else { return lost(request) }
        if let failure = input["failure"].flatMap(GatewayManner.init),
            let stage = GatewayAnswer.Failure(failure, asked: login.asked)
        {
            logins.update(login.id) { $0.stage = .failed(stage) }
            return .seeOther("/Proxy2/ResponseRedirect/\(login.id)")
        }
        guard let method = input["SelectedIdP"].flatMap(GatewayMethod.init), login.obstacle(to: method) == nil else {
            return lost(request)
        }
        logins.update(login.id) { login in
            login.method = method
            login.manner = input["manner"].flatMap(GatewayManner.init) ?? .genuine
            login.claimed = nil
        }
        return .seeOther("/Proxy2/login/\(login.id)/\(method.path)")
    }

    private func answer(_ request: Request, _ context: BasicRequestContext) throws -> Response {
        guard let login = logins.find(context.parameters.get("login")) else { return lost(request) }
        let answer = GatewayAnswer(dialect: dialect, question: login.question, now: now())
        switch login.stage {
        case .choosing: return .seeOther("/Proxy2/login/\(login.id)")
        case .failed(let failure): return .page(pages(request).forward(try answer.refusing(failure)))
        case .identified(let identification):
            return .page(pages(request).forward(try answer.identifying(identification, login.manner)))
        }
    }

    func lost(_ request: Request) -> Response { .page(pages(request).lost(), status: .badRequest) }
}

// MARK: Methods

extension GatewayServer {
    typealias Group = RouterGroup<BasicRequestContext>

    private func addLogins(to group: Group) {
        group.get { request, context in visit(request, context) { $0.chooser($1) } }
        group.get("otro-pais") { request, context in visit(request, context) { $0.otherCountries($1) } }
        group.get("certificado") { request, context in
            visit(request, context) { $0.certificates($1, authority, certificateAddress) }
        }
        group.post("certificado") { request, context in try await presentCertificate(request, context) }
        group.get("permanente") { request, context in visit(request, context) { $0.permanent($1, nil) } }
        group.post("permanente") { request, context in try await permanent(request, context) }
        group.post("permanente/sms") { request, context in
            try await typeCode(request, context, .permanent, expecting: \.code) { $0.secondFactor($1, isWrong: true) }
        }
        group.get("pin") { request, context in visit(request, context) { $0.pin($1, nil) } }
        group.post("pin") { request, context in try await pin(request, context) }
        group.get("movil") { request, context in visit(request, context) { $0.mobile($1, nil) } }
        group.post("movil") { request, context in try await mobile(request, context) }
        group.get("movil/qr.svg") { _, context in qrCode(context) }
        group.get("movil/estado") { _, context in
            let isOpen = logins.find(context.parameters.get("login"))?.isOpen ?? false
            return Response.file(isOpen ? "waiting" : "done", "text/plain")
        }
    }

    /// A page of a login that is still open; of one that is not, its answer.
    func visit(
        _ request: Request, _ context: BasicRequestContext, _ page: (GatewayPages, GatewayLogin) -> MockPage
    ) -> Response {
        guard let login = logins.find(context.parameters.get("login")) else { return lost(request) }
        return login.isOpen ? .page(page(pages(request), login)) : .seeOther("/Proxy2/ResponseRedirect/\(login.id)")
    }

    func open(_ request: Request, _ context: BasicRequestContext) async throws -> (FormInput, GatewayLogin)? {
        guard let login = logins.find(context.parameters.get("login")), login.isOpen else { return nil }
        return (try await FormInput(request), login)
    }

    private func presentCertificate(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let (input, login) = try await open(request, context),
            let certificate = authority[input["certificate"] ?? ""]
        else { return lost(request) }
        logins.update(login.id) { $0.identify(by: certificate) }
        return .seeOther("/Proxy2/ResponseRedirect/\(login.id)")
    }

    /// User and password; a code by SMS too where the level that is asked needs it and the registration allows it.
    private func permanent(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let (input, login) = try await open(request, context) else { return lost(request) }
        guard let resident = Resident.find(input["user"]), input["password"] == Resident.password else {
            return .page(pages(request).permanent(login, .wrongPassword), status: .badRequest)
        }
        guard login.asked > .low, resident.registration == .advanced else {
            return finish(login, resident, .permanent, .low)
        }
        return .page(pages(request).secondFactor(send(login, to: resident), isWrong: false))
    }

    private func pin(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let (input, login) = try await open(request, context) else { return lost(request) }
        if input["code"] != nil {
            return try await typeCode(request, context, .pin, expecting: \.pin, input) {
                $0.pin($1, .wrongCode)
            }
        }
        guard let resident = Resident.find(input["person"]) else {
            return .page(pages(request).pin(login, .unknownPerson), status: .badRequest)
        }
        return .page(pages(request).pin(send(login, to: resident, \.pin), nil))
    }

    /// Whose phone is to ring, or the six digits that it shows.
    private func mobile(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let (input, login) = try await open(request, context) else { return lost(request) }
        if input["code"] != nil {
            return try await typeCode(request, context, .mobile, expecting: \.code, input) {
                $0.mobile($1, .wrongCode)
            }
        }
        guard let resident = Resident.find(input["person"]) else {
            return .page(pages(request).mobile(login, .unknownPerson), status: .badRequest)
        }
        logins.update(login.id) { $0.claimed = resident }
        return .seeOther("/Proxy2/login/\(login.id)/movil")
    }

    private func typeCode(
        _ request: Request, _ context: BasicRequestContext, _ method: GatewayMethod,
        expecting code: KeyPath<GatewayLogin, String>, _ read: FormInput? = nil,
        orShow page: (GatewayPages, GatewayLogin) -> MockPage
    ) async throws -> Response {
        guard let login = logins.find(context.parameters.get("login")), login.isOpen, let resident = login.claimed
        else { return lost(request) }
        let input = if let read { read } else { try await FormInput(request) }
        guard input["code"]?.filter({ !$0.isWhitespace }) == login[keyPath: code] else {
            return .page(page(pages(request), login), status: .badRequest)
        }
        return finish(login, resident, method, method.reach(resident.registration))
    }

    private func send(
        _ login: GatewayLogin, to resident: Resident, _ code: KeyPath<GatewayLogin, String> = \.code
    ) -> GatewayLogin {
        logins.send(GatewaySMS(resident: resident, login: login.id, code: login[keyPath: code], sent: now()))
        return logins.update(login.id) { $0.claimed = resident } ?? login
    }

    private func finish(
        _ login: GatewayLogin, _ resident: Resident, _ method: GatewayMethod, _ loa: LoA
    ) -> Response {
        logins.update(login.id) { $0.identify(Identification(resident: resident, method: method, loa: loa)) }
        return .seeOther("/Proxy2/ResponseRedirect/\(login.id)")
    }

    private func qrCode(_ context: BasicRequestContext) -> Response {
        guard let login = logins.find(context.parameters.get("login")),
            let code = QRCode(dialect.origin + "/telefono/\(login.id)")
        else { return Response(status: .notFound) }
        return .file(code.svg, "image/svg+xml")
    }
}
