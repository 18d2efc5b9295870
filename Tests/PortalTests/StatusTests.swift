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
import Testing
import Trust

@testable import Portal

@Suite("Which countries can be used")
struct StatusTests {
    static let noon = Date(timeIntervalSince1970: 1_795_262_700)

    /// A small world in which one country is out.
    static var countries: [Availability] {
        [
            Availability(country: Sample.state("PT"), role: .proxyService, outSince: noon - 3600),
            Availability(country: Sample.state("DE"), role: .proxyService),
            Availability(
                country: Sample.state("XA"), role: .proxyService,
                displayName: ["es": "País <de> prueba", "en": "Test country"]),
            Availability(country: Sample.state("FR"), role: .connector),
            Availability(country: Sample.state("DE"), role: .connector, outSince: noon - 86_400),
        ]
    }

    private func run(
        answersAbroad: Bool = true, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let workers = Workers(threads: 1, cores: 1, capacity: 10)
        let snapshot = try World().snapshot()
        var site = Sample.site
        site.answersAbroad = answersAbroad
        let portal = Portal(
            Portal.Environment(
                snapshot: { snapshot }, store: MemoryStore(), workers: workers, site: site,
                connectorMetadata: { _ in ([], 60) }, origin: "https://puente.example.es", isSecure: true,
                exchangeSeconds: 600, messageLimit: ReceivedMessage.defaultLimit, inFlight: InFlight(limit: 10),
                availability: { _ in Self.countries }, now: { Self.noon },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let router = Router(context: PortalContext.self)
        portal.routes(on: router)
        Health(
            snapshot: { snapshot }, store: MemoryStore(), inFlight: InFlight(limit: 10), warnings: { _ in 3 },
            now: { Self.noon }
        ).routes(on: router)
        try await Application(router: router).test(.router) { try await body($0) }
        try await workers.shutdown()
    }

    @Test("The page names every country in the language of the reader, and since when one is out")
    func page() async throws {
        try await run { client in
            for (language, words) in [
                (
                    "es",
                    [
                        "Estado del servicio", "País &lt;de&gt; prueba", "Portugal", "No disponible desde el <time",
                        "12:05 CET",
                    ]
                ),
                ("en", ["Service status", "Test country", "Portugal", "Not available since <time", "12:05 CET"]),
            ] {
                let response = try await client.executeRequest(
                    uri: "/status?lang=\(language)", method: .get, headers: [:], body: nil)
                let text = String(buffer: response.body)
                #expect(response.status == .ok && response.headers[.cacheControl] == "no-store")
                for word in words { #expect(text.contains(word), "\(word)") }
                #expect(text.matches(of: /<dt>/).count == 5 && !text.contains("http://") && !text.contains("metadata"))
            }
            #expect(
                try await client.executeRequest(uri: "/status", method: .post, headers: [:], body: nil).status
                    == .methodNotAllowed)
        }
    }

    @Test("Programs get the same as JSON")
    func json() async throws {
        try await run { client in
            let response = try await client.executeRequest(uri: "/status.json", method: .get, headers: [:], body: nil)
            #expect(response.headers[.contentType] == "application/json")
            #expect(
                String(buffer: response.body) == """
                    {"at":"2026-11-21T12:05:00Z","peopleFrom":[{"country":"DE","usable":true},\
                    {"country":"PT","since":"2026-11-21T11:05:00Z","usable":false},{"country":"XA","usable":true}],\
                    "servicesFrom":[{"country":"DE","since":"2026-11-20T12:05:00Z","usable":false},\
                    {"country":"FR","usable":true}]}
                    """)
        }
        try await run(answersAbroad: false) { client in
            let response = try await client.executeRequest(uri: "/status.json", method: .get, headers: [:], body: nil)
            #expect(!String(buffer: response.body).contains("servicesFrom"))
        }
    }

    @Test("Health counts warnings, which never make a node unready")
    func warnings() async throws {
        try await run { client in
            let response = try await client.executeRequest(uri: "/health/ready", method: .get, headers: [:], body: nil)
            #expect(response.status == .ok)
            #expect(
                String(buffer: response.body)
                    == "{\"accepting\":true,\"store\":true,\"trust\":true,\"warnings\":3}\n")
            let live = try await client.executeRequest(uri: "/health/live", method: .get, headers: [:], body: nil)
            #expect(String(buffer: live.body) == "{\"live\":true}\n")
        }
    }
}
