// SPDX-License-Identifier: EUPL-1.2
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Portal
import ServiceLifecycle
import Settings
import Trust

/// Notes who fetches our metadata, for `puente keys roll`.
struct MetadataWatch: RouterMiddleware {
    typealias Context = PortalContext

    let readers: MetadataReaders
    /// The keys in each document, as it was last handed out.
    let keys: @Sendable (MetadataReaders.Document) -> [String]
    let clients: Settings.Listen.Clients

    private static let documents: [String: MetadataReaders.Document] = [
        Paths.connectorMetadata: .connector, Paths.proxyServiceMetadata: .proxyService,
    ]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        if request.method == .get, response.status == .ok, let document = Self.documents[request.uri.path],
            let address = address(request, context)
        {
            readers.note(
                .init(
                    address: address, userAgent: request.headers[.userAgent] ?? "", document: document,
                    lastFetch: Date(), keys: keys(document)))
        }
        return response
    }

    /// What a client writes of itself is believed only where the operator says that a proxy writes it, and then only the
    /// last address, which is the proxy's own.
    private func address(_ request: Request, _ context: Context) -> String? {
        let forwarded = HTTPField.Name("X-Forwarded-For").flatMap { request.headers[values: $0].last }
        let last = forwarded?.split(separator: ",").last?.trimmingCharacters(in: .whitespaces)
        guard clients == .forwarded, let last, (try? SocketAddress(ipAddress: last, port: 0)) != nil else {
            return context.remoteAddress?.ipAddress
        }
        return last
    }
}

/// Writes down who fetched our metadata, now and then and at the end.
struct ReadersKeeper: Service {
    let readers: MetadataReaders
    let logger: Logger

    func run() async throws {
        await everySeconds(10) { save() }
        save()
    }

    private func save() {
        do { try readers.save() } catch {
            logger.warning("list of who fetches our metadata not written", metadata: ["cause": "\(error)"])
        }
    }
}
