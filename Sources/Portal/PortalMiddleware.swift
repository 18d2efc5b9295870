// SPDX-License-Identifier: EUPL-1.2
import Federation
import HTTPTypes
public import Hummingbird
import Synchronization

/// What stands around every route of the public listener: limits of requests from one address and of those at the same
/// time, and our own page where nothing else answers.
public struct PortalMiddleware: RouterMiddleware {
    public typealias Context = PortalContext

    /// A refused message takes as much of an address's share as so many requests: it costs a signature and a line of the
    /// audit trail.
    static let refusalCost = 5

    private let portal: Portal
    private let gate: Gate
    private let clients: ClientAddresses
    private let rates: Rates<Client>

    /// - Parameters:
    ///   - limit: of requests at the same time.
    ///   - perAddress: how many in a minute; 0 for no limit.
    public init(_ portal: Portal, limit: Int, perAddress: Int, clients: ClientAddresses) {
        self.portal = portal
        self.clients = clients
        gate = Gate(limit)
        rates = Rates(perMinute: perAddress)
    }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let client = clients.client(of: request, context)
        if let client, !rates.take(client, at: portal.world.now()) {
            return await portal.refuse(request, Rejection(.requestRate, expected: "fewer requests from an address"))
        }
        let response = try await answer(request, context, client, next)
        if let client, response.status.kind == .clientError, ![.notFound, .methodNotAllowed].contains(response.status) {
            rates.charge(client, Self.refusalCost - 1, at: portal.world.now())
        }
        return response
    }

    private func answer(
        _ request: Request, _ context: Context, _ client: Client?,
        _ next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        // A form takes no place before it is there, so that slow senders keep nobody out.
        let whole: Request
        do throws(Rejection) {
            whole =
                request.method == .post ? try await Form.received(request, limit: portal.world.messageLimit) : request
            try gate.enter()
        } catch {
            return await portal.refuse(request, error)
        }
        let place = Place(gate, of: client)
        defer { place.leave() }
        do {
            return try await Place.$current.withValue(place) { try await next(whole, context) }
        } catch let error as HTTPError where error.status == .notFound {
            return await portal.refuse(request, Rejection(.exchangeUnknown, expected: "a page of this node"))
        } catch let error as HTTPError {
            return await portal.refuse(request, Rejection(.ownFailure, found: "\(error.status.code)"))
        }
    }
}

/// The place that a request takes among those at the same time. Who waits for somebody else leaves it before, so that
/// slow registers keep nobody out.
final class Place: Sendable {
    @TaskLocal static var current: Place?

    /// Whose request it is, where that can be told.
    let client: Client?
    private let gate: Gate
    private let isTaken = Atomic(true)

    init(_ gate: Gate, of client: Client?) {
        self.gate = gate
        self.client = client
    }

    func leave() {
        if isTaken.exchange(false, ordering: .relaxed) { gate.leave() }
    }
}
