// SPDX-License-Identifier: EUPL-1.2
import Federation
import HTTPTypes
public import Hummingbird
import Synchronization

/// What stands around every route of the public listener: a limit of requests at the same time, and our own page where
/// nothing else answers.
public struct PortalMiddleware: RouterMiddleware {
    public typealias Context = PortalContext

    private let portal: Portal
    private let gate: Gate

    public init(_ portal: Portal, limit: Int) {
        self.portal = portal
        gate = Gate(limit)
    }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
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
        let place = Place(gate)
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

    private let gate: Gate
    private let isTaken = Atomic(true)

    init(_ gate: Gate) { self.gate = gate }

    func leave() {
        if isTaken.exchange(false, ordering: .relaxed) { gate.leave() }
    }
}
