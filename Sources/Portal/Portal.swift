// SPDX-License-Identifier: EUPL-1.2
public import Bridge
public import Federation
public import Foundation
public import HTTPTypes
public import Hummingbird
public import Logging
public import NIOCore
import SAML
public import Storage
public import Trust
import XMLSecurity

/// What citizens, services and other states meet: the route table of the public listener.
public struct Portal: Sendable {
    /// What the portal needs of the world.
    public struct Environment: Sendable {
        /// The snapshot in force.
        public var snapshot: @Sendable () -> Snapshot
        public var store: any ExchangeStore
        public var workers: Workers
        public var site: Site
        /// Our signed Connector metadata, and for how many seconds it may be cached.
        public var connectorMetadata: @Sendable (Date) throws -> (octets: [UInt8], seconds: Int)
        /// What the direction in which Connectors ask needs; `nil` where it is not served.
        public var proxyService: ProxyService?
        /// Scheme, host and port under which browsers see us.
        public var origin: String
        public var isSecure: Bool
        public var exchangeSeconds: Double
        /// How long is kept why somebody was turned away.
        public var incidentSeconds: Double
        public var refusals: Refusals
        public var messageLimit: Int
        public var inFlight: InFlight
        /// Logins that a requester may begin.
        public var logins: Rates<EntityID>
        /// Told of a peer whose message was signed with a key that its metadata does not have: there may be newer metadata.
        public var unknownKey: @Sendable (EntityID) -> Void
        /// Which countries can be used, for the page of that name.
        public var availability: @Sendable (Date) -> [Availability]
        public var now: @Sendable () -> Date
        public var logger: Logger

        public init(
            snapshot: @escaping @Sendable () -> Snapshot, store: any ExchangeStore, workers: Workers, site: Site,
            connectorMetadata: @escaping @Sendable (Date) throws -> (octets: [UInt8], seconds: Int),
            proxyService: ProxyService? = nil, origin: String, isSecure: Bool,
            exchangeSeconds: Double, incidentSeconds: Double = 86_400, refusals: Refusals = Refusals(),
            messageLimit: Int, inFlight: InFlight, logins: Rates<EntityID> = Rates(perMinute: 0),
            unknownKey: @escaping @Sendable (EntityID) -> Void = { _ in },
            availability: @escaping @Sendable (Date) -> [Availability] = { _ in [] },
            now: @escaping @Sendable () -> Date = { Date() }, logger: Logger
        ) {
            self.snapshot = snapshot
            self.store = store
            self.workers = workers
            self.site = site
            self.connectorMetadata = connectorMetadata
            self.proxyService = proxyService
            self.origin = origin
            self.isSecure = isSecure
            self.exchangeSeconds = exchangeSeconds
            self.incidentSeconds = incidentSeconds
            self.refusals = refusals
            self.messageLimit = messageLimit
            self.inFlight = inFlight
            self.logins = logins
            self.unknownKey = unknownKey
            self.availability = availability
            self.now = now
            self.logger = logger
        }
    }

    /// Attribute sources, our metadata, and how people are asked.
    public struct ProxyService: Sendable {
        public var metadata: @Sendable (Date) throws -> (octets: [UInt8], seconds: Int)
        /// Asks the sources. Never fails: what could not be had is told in the completion.
        public var complete: @Sendable (Gap) async -> Completion
        /// What people know a source by, in a language.
        public var sourceName: @Sendable (_ source: String, _ language: String) -> String
        /// Whether a page comes before identification, besides the one after it.
        public var asksBefore: Bool

        public init(
            metadata: @escaping @Sendable (Date) throws -> (octets: [UInt8], seconds: Int),
            complete: @escaping @Sendable (Gap) async -> Completion,
            sourceName: @escaping @Sendable (_ source: String, _ language: String) -> String, asksBefore: Bool
        ) {
            self.metadata = metadata
            self.complete = complete
            self.sourceName = sourceName
            self.asksBefore = asksBefore
        }
    }

    let world: Environment
    let answers: Answers
    /// Answers of the gateway that are being completed.
    let landings = Flights<Landing>()
    /// Answers that identified nobody, with the message that tells whoever asked: people may reload the page. Nobody is
    /// named in them.
    let failures = Lately<Exchange.ID, Landing>(limit: 1024)
    /// Where questions belong in whose place a newer one came.
    let superseded = Lately<MessageID, Exchange.ID>(limit: 4096)
    /// Whoever waits for them.
    let waiting = Gate(4096)
    /// How many refusals by one rule are written down in a minute: those of strangers, and those with an exchange.
    let trail = Rates<Refused>(perMinute: 6000, places: 2048)
    /// How many were not.
    let untold = Tally()

    public init(_ world: Environment) {
        self.world = world
        answers = Answers(isSecure: world.isSecure)
    }

    /// Start reading here.
    public func routes(on router: Router<PortalContext>) {
        serve(router, Paths.clave2, [.post: receiveFromService])
        serve(router, Paths.assertionConsumerService, [.post: receiveFromCountry])
        serve(router, Paths.connectorMetadata, [.get: { try await publish(world.connectorMetadata, $0) }])
        serve(router, "/x/:exchange/country", [.get: showCountries, .post: chooseCountry])
        if let proxyService = world.proxyService { serve(router, proxyService) }
        serve(router, "/", [.get: { visit in visit.page(FrontPage(), at: .front) }])
        serve(router, LocalPath.status.path, [.get: showStatus])
        serve(router, LocalPath.status.path + ".json", [.get: tellStatus])
        for topic in InfoPage.Topic.allCases {
            serve(router, topic.path.path, [.get: { visit in visit.page(InfoPage(topic: topic), at: topic.path) }])
        }
        for asset in Asset.all {
            serve(router, asset.path, [.get: { visit in visit.portal.answers.file(asset, visit.request) }])
        }
    }

    /// The direction in which Connectors ask.
    private func serve(_ router: Router<PortalContext>, _ proxyService: ProxyService) {
        serve(router, Paths.singleSignOnService, [.get: receiveFromConnector, .post: receiveFromConnector])
        serve(router, Paths.proxyServiceMetadata, [.get: { try await publish(proxyService.metadata, $0) }])
        serve(router, Paths.gatewayAnswers, [.post: { try await receiveFromGateway($0, proxyService) }])
        serve(
            router, "/x/:exchange/request",
            [.get: showRequest, .post: { try await agreeToIdentify($0, proxyService) }])
        serve(
            router, "/x/:exchange/consent",
            [.get: { try await showConsent($0, proxyService) }, .post: { try await consent($0, proxyService) }])
    }

    /// Seconds for which an identifier stays used: as long as its message could still be accepted, and then some.
    static let replaySeconds = 86_400.0

    /// The page for a request that never reaches a route.
    func refuse(_ request: Request, _ rejection: Rejection) async -> Response {
        await visit(request, nil) { _ in throw rejection }
    }

    /// The page for what never became a request, so that nobody knows which language it asked for.
    public func refusal(_ rule: Rule) -> (head: HTTPResponse, body: ByteBuffer) {
        let support = SupportCode.random()
        world.refusals.count(rule, nil)
        if trail.take(Refused(rule: rule, hasExchange: false), at: world.now()) {
            world.logger.notice("turned away", metadata: ["rule": "\(rule.code)", "support": "\(support)"])
        } else {
            untold.increase()
        }
        let page = ErrorPage(reason: rule.page, supportCode: support)
        let html = page.render(on: world.site, in: Language(asked: nil, accepted: nil))
        return (
            HTTPResponse(status: rule.httpStatus, headerFields: answers.pageHeaders(leavesSite: false)),
            ByteBuffer(string: html.markup)
        )
    }

    /// What the flood of strangers must not silence is counted apart from it.
    struct Refused: Hashable {
        let rule: Rule
        let hasExchange: Bool
    }

    /// How many refusals were too many to be written down.
    public var untoldRefusals: Int { untold.count }

    private typealias Answer = @Sendable (Visit) async throws -> Response

    private func serve(
        _ router: Router<PortalContext>, _ path: String, _ served: [HTTPRequest.Method: Answer]
    ) {
        for (method, answer) in served {
            router.on(RouterPath(path), method: method) { request, context in
                await visit(request, context.parameters.get("exchange"), answer)
            }
        }
        // Known address, wrong method: said so, instead of pretending that there is nothing.
        let allowed = served.keys.map(\.rawValue).sorted().joined(separator: ", ")
        for other in Self.methods where served[other] == nil {
            router.on(RouterPath(path), method: other) { request, _ in
                var response = await refuse(
                    request, Rejection(.methodNotAllowed, expected: allowed, found: request.method.rawValue))
                response.headers[.allow] = allowed
                return response
            }
        }
    }

    /// All that the parser of HTTP knows, but for HEAD, which comes with GET.
    private static let methods: [HTTPRequest.Method] =
        [.get, .post, .put, .delete, .patch, .options, .trace, .connect]
        + [
            "ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL",
            "MOVE", "NOTIFY", "PROPFIND", "PROPPATCH", "PURGE", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE",
            "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE",
        ].compactMap { HTTPRequest.Method($0) }

    private func visit(
        _ request: Request, _ exchange: String?, _ answer: Answer
    ) async -> Response {
        let visit = Visit(
            portal: self, request: request, exchange: exchange.flatMap(Exchange.ID.init), now: world.now())
        do {
            return try await answer(visit)
        } catch {
            return await visit.turnAway(error)
        }
    }

    private func publish(
        _ document: @escaping @Sendable (Date) throws -> (octets: [UInt8], seconds: Int), _ visit: Visit
    ) async throws -> Response {
        let now = visit.now
        let (octets, seconds) = try await world.workers.run { try document(now) }
        return answers.document(octets, type: "application/samlmetadata+xml", cached: seconds)
    }
}
