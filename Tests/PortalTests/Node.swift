// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import PuenteTestKit
import SAML
import Storage
import Synchronization
import Testing
import Trust
import XMLSecurity

@testable import Portal

/// A whole portal in memory that serves the direction in which Connectors ask, at an hour that a test sets.
final class Node: Sendable {
    static let origin = "https://puente.example.es"

    let world: World
    let store = MemoryStore()
    private let clock: Mutex<Date>

    init(_ change: (inout World) throws -> Void = { _ in }) throws {
        var world = try World(.proxyService)
        try change(&world)
        self.world = world
        clock = Mutex(world.now)
    }

    func wait(seconds: Double) { clock.withLock { $0 += seconds } }

    /// Runs a test against the portal.
    func run(
        asksBefore: Bool = true, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let workers = Workers(threads: 2, cores: 1, capacity: 100)
        let (world, snapshot) = (world, try world.snapshot())
        let portal = Portal(
            Portal.Environment(
                snapshot: { snapshot }, store: store, workers: workers, site: Sample.site,
                connectorMetadata: { _ in (Array("<c/>".utf8), 60) },
                proxyService: Portal.ProxyService(
                    metadata: { _ in (Array("<p/>".utf8), 60) }, complete: { world.register($0) },
                    sourceName: { source, _ in "Padrón (\(source))" }, asksBefore: asksBefore),
                origin: Node.origin,
                isSecure: false, exchangeSeconds: 600, messageLimit: ReceivedMessage.defaultLimit,
                inFlight: InFlight(limit: 100), now: { self.clock.withLock(\.self) },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let router = Router(context: PortalContext.self, options: .autoGenerateHeadEndpoints)
        portal.routes(on: router)
        try await Application(router: router).test(.router) { try await body($0) }
        try await workers.shutdown()
    }

    /// The only exchange of a test, found by what was asked of the gateway.
    func exchange(_ asked: Asked) async throws -> Exchange {
        try await store.find(awaiting: MessageID(try #require(asked.root["ID"])))
    }

    /// Every line of the audit trail.
    func audit() async -> String { await store.auditLines(after: 0, limit: 1000).joined(separator: "\n") }
}

typealias Asked = SentDocument

/// A person's browser: it keeps the cookie, follows nothing by itself, and finds the form of a page.
struct Browser {
    let client: any TestClientProtocol
    var cookie: String?
    var site: String?
    var origin: String?

    init(_ client: any TestClientProtocol) { self.client = client }

    /// What came back.
    struct Page {
        let status: HTTPResponse.Status
        let location: String?
        let text: String

        /// The fields of the form that leaves for elsewhere; none if there is no such form.
        var fields: [String: String] {
            let inputs = text.matches(of: /<input type="hidden" name="([^"]+)" value="([^"]*)"/)
            return Dictionary(inputs.map { (String($0.1), String($0.2)) }) { first, _ in first }
        }
    }

    mutating func get(_ path: String) async throws -> Page { try await send(.get, path, nil) }

    mutating func post(_ path: String, _ fields: [String: String] = [:]) async throws -> Page {
        let body = fields.map { "\($0.key)=\($0.value.percentEncoded)" }.sorted().joined(separator: "&")
        return try await send(.post, path, body)
    }

    mutating func send(_ method: HTTPRequest.Method, _ path: String, _ body: String?) async throws -> Page {
        var headers: HTTPFields = [:]
        if body != nil { headers[.contentType] = "application/x-www-form-urlencoded" }
        if let cookie { headers[.cookie] = cookie }
        if let site { headers[.secFetchSite] = site }
        if let origin { headers[.origin] = origin }
        let response = try await client.executeRequest(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        if let set = response.headers[.setCookie] { cookie = String(set.prefix { $0 != ";" }) }
        return Page(
            status: response.status, location: response.headers[.location], text: String(buffer: response.body))
    }

    // MARK: Steps of a login

    /// A Connector sends the person.
    mutating func arrive(_ request: ConnectorRequest = ConnectorRequest()) async throws -> Page {
        let message = try Base64.encode(request.octets())
        return try await post(
            Paths.singleSignOnService, ["SAMLRequest": message, "RelayState": request.relayState ?? ""])
    }

    /// The person goes on to Cl@ve.
    ///
    /// - Returns: where the exchange is, and what was asked.
    mutating func agree(_ request: ConnectorRequest = ConnectorRequest()) async throws -> (path: String, asked: Asked) {
        let path = try #require(try await arrive(request).location)
        #expect(try await get(path).status == .ok)
        let page = try await post(path, ["continue": "1"])
        return (String(path.dropLast("/request".count)), try Asked(page.fields))
    }

    /// Cl@ve sends the person back.
    ///
    /// - Parameter again: whether its message has other identifiers than the first.
    mutating func answer(
        _ asked: Asked, _ person: TestPerson = .citizen, again: Bool = false, loa: String? = nil,
        spoiling: (inout NodeAnswer) throws -> Void = { _ in }
    ) async throws -> Page {
        var answer = try NodeAnswer(atHome: person, to: asked.question(), loa: loa)
        if again {
            answer.response.set("ID", "_again")
            try answer.editAssertion { $0.set("ID", "_again-assertion") }
        }
        try spoiling(&answer)
        return try await post(
            Paths.gatewayAnswers,
            ["SAMLResponse": Base64.encode(answer.octets()), "RelayState": answer.relayState ?? ""])
    }

    /// Everything up to the page on which the person agrees.
    mutating func identify(_ request: ConnectorRequest = ConnectorRequest()) async throws -> (
        path: String, asked: Asked
    ) {
        let (path, asked) = try await agree(request)
        #expect(try await answer(asked).location == path + "/consent")
        return (path, asked)
    }
}

extension Asked {
    /// What the gateway answers.
    func question() throws -> Exchange.Question {
        Exchange.Question(
            id: MessageID(try #require(root["ID"])), responder: World.nationalGateway, memberState: .spain,
            relayState: try #require(fields["RelayState"]), attributes: [], assurance: .minimum(.low),
            askedAt: .distantPast)
    }
}

extension TestPerson {
    /// Somebody else.
    static let other = atHome("00000001R", certificate: ["clasificacion": "0"])
}
