// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import Foundation
import Hummingbird
import Logging
import NIOCore
import SAML

extension World {
    /// Runs the demo service and the mock states until the task is cancelled.
    public func serveMocks() async throws {
        let service = ServiceServer(
            dialect: ServiceDialect(
                addresses: addresses, credential: keys.service, gateway: keys.gateway.certificate))
        let states = StateServer(states: states, connector: fetchConnector)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.run(service.router(), on: addresses.servicePort) }
            group.addTask { try await Self.run(states.router(), on: addresses.statesPort) }
            for try await _ in group { group.cancelAll() }
        }
    }

    private static func run(_ router: Router<BasicRequestContext>, on port: Int) async throws {
        var logger = Logger(label: "mock-europe")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger)
        try await application.run()
    }

    /// What Puente's Connector publishes, held against the key that this world gave it.
    @Sendable func fetchConnector() async throws -> Connector {
        let request = HTTPClientRequest(url: addresses.connector)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 1 << 20)
        let expected = MetadataExpectation(
            entityID: EntityID(addresses.connector), country: .spain, role: .connector,
            pins: [keys.connectorSigning.certificate])
        return try Connector(VerifiedEntity(Array(body.readableBytesView), expecting: expected, at: Date()))
    }
}
