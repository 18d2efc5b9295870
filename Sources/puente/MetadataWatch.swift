// SPDX-License-Identifier: EUPL-1.2
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Portal
import ServiceLifecycle
import Trust

/// Notes who fetches our metadata, for `puente keys roll`.
struct MetadataWatch: RouterMiddleware {
    typealias Context = PortalContext

    let readers: MetadataReaders
    /// The keys in each document, as it was last handed out.
    let keys: @Sendable (MetadataReaders.Document) -> [String]
    let clients: ClientAddresses

    private static let documents: [String: MetadataReaders.Document] = [
        Paths.connectorMetadata: .connector, Paths.proxyServiceMetadata: .proxyService,
    ]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        if request.method == .get, response.status == .ok, let document = Self.documents[request.uri.path],
            let address = clients.address(of: request, context).flatMap(IPAddress.init(octets:))
        {
            readers.note(
                .init(
                    address: address.household, userAgent: request.headers[.userAgent] ?? "", document: document,
                    lastFetch: Date(), keys: keys(document)))
        }
        return response
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
