// SPDX-License-Identifier: EUPL-1.2
public import Bridge
import Dialects
public import Foundation
import HTTPTypes
public import Hummingbird
import NIOCore
public import Storage
import Synchronization

/// `/health/live` and `/health/ready`, for whoever watches over the process.
public struct Health: Sendable {
    let snapshot: @Sendable () -> Snapshot
    let store: any ExchangeStore
    let inFlight: InFlight
    /// How many things somebody has to look at.
    let warnings: @Sendable (Date) -> Int
    let now: @Sendable () -> Date
    private let probe = Probe()

    public init(
        snapshot: @escaping @Sendable () -> Snapshot, store: any ExchangeStore, inFlight: InFlight,
        warnings: @escaping @Sendable (Date) -> Int = { _ in 0 },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.snapshot = snapshot
        self.store = store
        self.inFlight = inFlight
        self.warnings = warnings
        self.now = now
    }

    public func routes(on router: Router<some RequestContext>) {
        router.get("/health/live") { _, _ in Self.answer(.ok, ["live": true]) }
        router.get("/health/ready") { _, _ in await ready() }
    }

    /// Ready when trust and store work: some country can be asked or answered; the store can be written. Our keys are no part of
    /// it, because there is no snapshot without them. Warnings are for people: they never take a node out of service.
    private func ready() async -> Response {
        let instant = now()
        let usable = snapshot().canServe(at: instant)
        let found = await probe.result { [store, warnings] in
            var storeWorks = true
            do { try await store.probe() } catch { storeWorks = false }
            return (storeWorks, warnings(instant))
        }
        let parts = ["trust": usable, "store": found.storeWorks, "accepting": !inFlight.isDraining]
        return Self.answer(
            parts.values.allSatisfy(\.self) ? .ok : .serviceUnavailable, parts, ["warnings": found.warnings])
    }

    private static func answer(
        _ status: HTTPResponse.Status, _ parts: [String: Bool], _ counts: [String: Int] = [:]
    ) -> Response {
        let values = parts.mapValues { "\($0)" }.merging(counts.mapValues { "\($0)" }) { first, _ in first }
        let members = values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        headers[.xContentTypeOptions] = "nosniff"
        let body = "{\(members.joined(separator: ","))}\n"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}

/// What costs something to find out. Within a second everybody is told the same, so that nobody can make it cost more: the
/// limits of the listener do not hold for a probe.
private final class Probe: Sendable {
    typealias Result = (storeWorks: Bool, warnings: Int)

    private struct Attempt {
        let task: Task<Result, Never>
        var endedAt: ContinuousClock.Instant?
    }

    private let last = Mutex<Attempt?>(nil)

    func result(_ find: @escaping @Sendable () async -> Result) async -> Result {
        let task = last.withLock { last in
            if let last, last.endedAt.map({ .now < $0 + .seconds(1) }) ?? true { return last.task }
            let task = Task {
                let result = await find()
                self.last.withLock { $0?.endedAt = .now }
                return result
            }
            last = Attempt(task: task)
            return task
        }
        return await task.value
    }
}

extension Snapshot {
    /// Whether some country can be asked, or some Connector answered.
    fileprivate func canServe(at now: Date) -> Bool {
        let canAsk = connector.countries.contains { country in
            if case .usable(let responder) = country.state { now < responder.validUntil } else { false }
        }
        return canAsk || (proxyService?.requesters.values.contains { now < $0.validUntil } ?? false)
    }
}
