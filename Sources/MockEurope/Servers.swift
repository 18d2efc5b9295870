// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import SAML
public import ServiceLifecycle

extension World {
    /// The demo service and the mock states, each a server of its own.
    public func mocks() -> [any Service] {
        let service = ServiceServer(
            dialect: ServiceDialect(
                addresses: addresses, credential: keys.service, gateway: keys.gateway.certificate))
        let states = StateServer(states: states, connector: fetchConnector)
        return [
            Self.server(service.router(), on: addresses.servicePort),
            Self.server(states.router(), on: addresses.statesPort),
        ]
    }

    private static func server(_ router: Router<BasicRequestContext>, on port: Int) -> some Service {
        var logger = Logger(label: "mock-europe")
        logger.logLevel = .error
        return Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger)
    }

    /// Waits until Puente is ready and both mocks answer.
    ///
    /// - Throws: after ten seconds.
    public func waitUntilReady() async throws {
        for address in [addresses.puente + "/health/ready", addresses.service + "/", addresses.states + "/"] {
            try await wait(for: address, tries: 200)
        }
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
        let request = HTTPClientRequest(url: addresses.connector)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 1 << 20)
        let expected = MetadataExpectation(
            entityID: EntityID(addresses.connector), country: .spain, role: .connector,
            pins: [keys.connectorSigning.certificate])
        return try Connector(VerifiedEntity(Array(body.readableBytesView), expecting: expected, at: Date()))
    }
}
