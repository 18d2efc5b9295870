// SPDX-License-Identifier: EUPL-1.2
import AttributeSources
import Bridge
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Portal
import SAML
import SQLiteStore
import ServiceLifecycle
import Settings
import Storage
import Trust
import YAMLText

/// A fault that shows only when the node is put together.
struct NodeError: Error {
    var place: String
    var expected: String
    var found: String
    var advice: String
}

/// Everything wired together: the only place that knows all parts.
struct Node {
    let settings: Settings
    let logger: Logger
    let trust: TrustDirectory
    let store: any ExchangeStore
    let inFlight: InFlight
    let refusals = Refusals()
    let workers: Workers
    /// Of each role that we have.
    let connectorMetadata: MetadataPublisher
    let proxyServiceMetadata: MetadataPublisher?
    let readers: MetadataReaders

    /// - Returns: `nil` if there are faults.
    init?(_ settings: Settings, into faults: Faults) throws {
        self.settings = settings
        logger = Logger(settings.log)
        guard let trust = TrustDirectory(settings, at: Date(), logger: logger, into: faults) else { return nil }
        self.trust = trust
        store = try Self.store(settings)
        let limits = settings.limits
        inFlight = InFlight(
            limit: limits.exchangesInFlight, perRequester: limits.exchangesPerRequester,
            perAddress: limits.exchangesPerAddress)
        workers = Workers(
            threads: settings.limits.workers, cores: ProcessInfo.processInfo.activeProcessorCount,
            capacity: max(64, settings.limits.requestsInFlight))
        connectorMetadata = .connector(settings) { trust.keys }
        proxyServiceMetadata = .proxyService(settings, trust)
        readers = MetadataReaders(path: settings.metadataReaders)
    }

    private static func store(_ settings: Settings) throws -> any ExchangeStore {
        guard settings.store.kind == .sqlite else { return MemoryStore() }
        do throws(StoreError) {
            return try SQLiteStore(path: settings.store.path, sealing: AtRest(keyFile: settings.storeKey))
        } catch {
            throw NodeError(
                place: settings.store.path, expected: "a store that can be used",
                found: error.cause ?? "one that cannot be read",
                advice: "Check the path, its permissions, and the store key.")
        }
    }

    /// What runs, in the order in which it is needed; it is stopped the other way round. Each has a name, because the library
    /// would else describe it with all that it holds, in its log too.
    ///
    /// - Parameter ready: told the address once the public listener accepts connections.
    func services(
        drainSeconds: Int, ready: @escaping @Sendable (String) -> Void
    ) async throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
        let portal = Portal(environment)
        var services: [(String, any Service)] = [
            ("store", StoreKeeper(store: store, workers: workers, logger: logger)),
            ("metadata", MetadataRefresher(trust: trust, logger: logger)),
            ("alarms", AlarmWatch(alarms: TrustAlarms(trust, logger: logger))),
            ("control", ControlListener(settings: settings, trust: trust, logger: quietLogger)),
            ("metadata readers", ReadersKeeper(readers: readers, logger: logger)),
            ("public listener", try publicListener(portal, ready)),
        ]
        if let operations = settings.operations {
            services.append(("operations listener", operationsListener(operations, portal)))
        }
        services.append(("drain", Drain(inFlight: inFlight, seconds: drainSeconds, logger: logger)))
        return services.map { .init(service: $1, serviceName: $0) }
    }

    private func publicListener(
        _ portal: Portal, _ ready: @escaping @Sendable (String) -> Void
    ) throws -> any Service {
        let router = Router(context: PortalContext.self, options: .autoGenerateHeadEndpoints)
        // Around the middleware, so that a probe is answered whatever the load is.
        if settings.operations == nil { health.routes(on: router) }
        let clients = ClientAddresses(
            readsForwarded: settings.listen.clients == .forwarded, proxies: settings.listen.proxies)
        router.add(
            middleware: PortalMiddleware(
                portal, limit: settings.limits.requestsInFlight, perAddress: settings.limits.requestsPerAddress,
                clients: clients))
        let documents = [MetadataReaders.Document.connector: connectorMetadata, .proxyService: proxyServiceMetadata]
        router.add(
            middleware: MetadataWatch(
                readers: readers, keys: { documents[$0]??.keys ?? [] }, clients: clients))
        portal.routes(on: router)
        return Application(
            router: router, server: try server(portal), configuration: configuration(settings.listen.endpoint),
            onServerRunning: { channel in ready(channel.localAddress?.place ?? "?") }, logger: quietLogger)
    }

    private func operationsListener(_ endpoint: Settings.Endpoint, _ portal: Portal) -> any Service {
        let router = Router(context: BasicRequestContext.self)
        health.routes(on: router)
        router.get("/metrics") { [metrics] _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics(portal, Date()))))
        }
        return Application(router: router, configuration: configuration(endpoint), logger: quietLogger)
    }

    private func configuration(_ endpoint: Settings.Endpoint) -> ApplicationConfiguration {
        ApplicationConfiguration(address: .hostname(endpoint.host, port: endpoint.port), serverName: "Puente")
    }

    private func server(_ portal: Portal) throws -> HTTPServerBuilder {
        let connections = Connections(limit: settings.limits.connections)
        let http = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionClock(connections, refusal: portal.refusal)],
                idleTimeout: .seconds(30),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 32 * 1024, maxHeaderListSize: 64 * 1024, maxHeaderFieldCount: 100)))
        guard let tls = settings.listen.tls else { return http }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            return try .tls(http, tlsConfiguration: configuration)
        } catch {
            throw NodeError(
                place: tls.certificate, expected: "a certificate and key for TLS", found: "\(error)",
                advice: "Check listen.tls in the settings.")
        }
    }

    private var environment: Portal.Environment {
        let trust = trust
        let connectorMetadata = connectorMetadata
        return Portal.Environment(
            snapshot: { trust.snapshot }, store: store, workers: workers,
            site: Site(
                operatorName: settings.operator.name, email: settings.operator.contactEmail,
                telephone: settings.operator.telephone, postalAddress: settings.operator.postalAddress,
                dataProtectionEmail: settings.operator.dataProtectionEmail,
                auditRetentionDays: settings.operator.auditRetentionDays,
                isTrial: !settings.isProduction, answersAbroad: settings.proxyService != nil),
            connectorMetadata: { now in try connectorMetadata.document(at: now) }, proxyService: proxyService,
            origin: settings.publicURL.description,
            isSecure: settings.publicURL.scheme == "https",
            exchangeSeconds: Double(settings.exchangeMinutes * 60),
            incidentSeconds: Double(settings.incidentDays * 86_400), refusals: refusals,
            messageLimit: settings.limits.messageCharacters,
            inFlight: inFlight, logins: Rates(perMinute: settings.limits.loginsPerRequester),
            unknownKey: { trust.hint($0) },
            availability: { trust.availability(at: $0) }, logger: logger)
    }

    private var proxyService: Portal.ProxyService? {
        guard let settings = settings.proxyService, let metadata = proxyServiceMetadata else { return nil }
        return Portal.ProxyService(
            metadata: { now in try metadata.document(at: now) },
            complete: { [trust] gap in
                await trust.sources?.complete(gap.query, wanting: gap.wanted, at: Date())
                    ?? Completion(attributes: [], failures: [])
            },
            sourceName: { [trust] name, language in trust.sources?.name(of: name, in: language) ?? name },
            asksBefore: settings.consentPages == 2)
    }

    /// In the text format of Prometheus, and only where operators look: nothing in it is about people.
    private func metrics(_ portal: Portal, at now: Date) -> String {
        """
        # HELP puente_exchanges_in_flight Logins that this process began and that are not over.
        # TYPE puente_exchanges_in_flight gauge
        puente_exchanges_in_flight \(inFlight.count(at: now))
        # HELP puente_refusals_untold Refusals that were too many to be written into log and audit trail.
        # TYPE puente_refusals_untold counter
        puente_refusals_untold \(portal.untoldRefusals)

        """ + refusals.text() + (trust.sources?.metrics(at: now) ?? "") + trust.metrics(at: now)
    }

    private var health: Health {
        let trust = trust
        return Health(
            snapshot: { trust.snapshot }, store: store, inFlight: inFlight,
            // Who cannot read the archive learns that from the log.
            warnings: { now in ((try? trust.calendar(at: now))?.alarming.count ?? 0) + trust.disagreements })
    }

    /// The HTTP server's own lines tell nothing that ours do not.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }
}

extension SocketAddress {
    /// As people write it.
    fileprivate var place: String {
        guard let ipAddress, let port else { return pathname ?? description }
        return ipAddress.contains(":") ? "[\(ipAddress)]:\(port)" : "\(ipAddress):\(port)"
    }
}
