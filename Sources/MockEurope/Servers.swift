// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import SAML
public import ServiceLifecycle

extension World {
    /// The demo services, the mock states and the mock Cl@ve gateway, on servers of their own.
    public func mocks() throws -> [any Service] {
        let service = ServiceServer(
            dialect: ServiceDialect(
                addresses: addresses, credential: keys.service, gateway: keys.gateway.certificate))
        let states = StateServer(states: states, connector: fetchConnector).router()
        registers.addRoutes(to: states)
        FrenchServer(connectors: connectors, proxy: fetchProxyService).addRoutes(to: states)
        let gateway = MockGateway(dialect: try gatewayDialect(), authority: authority, addresses: addresses)
        return try [
            MockServer.on(addresses[.service], service.router()), MockServer.on(addresses[.states], states),
        ] + gateway.servers()
    }

    /// Waits until Puente is ready and the mocks answer.
    ///
    /// - Throws: after ten seconds.
    public func waitUntilReady() async throws {
        let pages = [addresses.service, addresses.states, addresses.gateway].map { $0 + "/" }
        for address in [addresses.puente + "/health/ready"] + pages { try await wait(for: address, tries: 200) }
    }

    private func wait(for address: String, tries: Int) async throws {
        var found = "no answer"
        for _ in 0..<tries {
            do {
                let response = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: address), timeout: .seconds(5))
                if response.status == .ok { return }
                found = "status \(response.status.code)"
            } catch let error as HTTPClientError {
                found = "\(error)"
            } catch let error as IOError {
                found = "\(error)"
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Surprise("\(address) to answer", found)
    }

    /// What Puente's Connector publishes, held against the key that this world gave it.
    @Sendable func fetchConnector() async throws -> Connector {
        try Connector(await fetch(addresses.connector, .connector, keys.connectorSigning))
    }

    /// What Puente's Proxy-Service publishes, held against the key that this world gave it.
    @Sendable func fetchProxyService() async throws -> ProxyService {
        ProxyService(try await fetch(addresses.proxyService, .proxyService, keys.proxySigning))
    }

    private func fetch(
        _ address: String, _ role: EntityDescriptor.Role, _ signer: Credential
    ) async throws -> VerifiedEntity {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 1 << 20)
        let expected = MetadataExpectation(
            entityID: EntityID(address), country: .spain, role: role, pins: [signer.certificate])
        return try VerifiedEntity(Array(body.readableBytesView), expecting: expected, confirmedBy: nil, at: Date())
    }
}

enum MockServer {
    /// A server on this machine.
    static func on<Context: InitializableFromSource<ApplicationRequestContextSource> & RequestContext>(
        _ port: Int, _ router: Router<Context>, _ builder: HTTPServerBuilder = .http1()
    ) -> any Service {
        var logger = Logger(label: "mock-europe")
        logger.logLevel = .error
        return Application(
            router: router, server: builder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)), logger: logger)
    }
}
