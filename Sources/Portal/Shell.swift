// SPDX-License-Identifier: EUPL-1.2
import Federation
import HTTPTypes
public import Hummingbird
import Synchronization

/// What stands around every route of the public listener: a limit of requests at the same time, and our own page where
/// nothing else answers.
public struct PortalMiddleware: RouterMiddleware {
    public typealias Context = BasicRequestContext

    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    private let portal: Portal
    private let limit: Int
    private let counter = Counter()

    public init(_ portal: Portal, limit: Int) {
        self.portal = portal
        self.limit = limit
    }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let isAdmitted = counter.value.withLock { count in
            count += 1
            return count <= limit
        }
        defer { counter.value.withLock { $0 -= 1 } }
        guard isAdmitted else { return await portal.refuse(request, Rejection(.overloaded, expected: "at most \(limit) requests at the same time")) }
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return await portal.refuse(request, Rejection(.exchangeUnknown, expected: "a page of this node"))
        } catch let error as HTTPError {
            return await portal.refuse(request, Rejection(.ownFailure, found: "\(error.status.code)"))
        }
    }
}
