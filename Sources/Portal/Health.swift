// SPDX-License-Identifier: EUPL-1.2
public import Bridge
import Dialects
public import Foundation
import HTTPTypes
public import Hummingbird
import NIOCore
public import Storage

/// `/health/live` and `/health/ready`, for whoever watches over the process.
public struct Health: Sendable {
    let snapshot: @Sendable () -> Snapshot
    let store: any ExchangeStore
    let inFlight: InFlight
    /// How many things somebody has to look at.
    let warnings: @Sendable (Date) -> Int
    let now: @Sendable () -> Date

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

    /// Ready when keys, trust and store work: there are keys or there would be no snapshot; some country can be asked or answered; the
    /// store can be written. Warnings are for people: they never take a node out of service.
    private func ready() async -> Response {
        let instant = now()
        let usable = snapshot().canServe(at: instant)
        var storeWorks = true
        do { try await store.probe() } catch { storeWorks = false }
        let parts = ["keys": true, "trust": usable, "store": storeWorks, "accepting": !inFlight.isDraining]
        return Self.answer(
            parts.values.allSatisfy(\.self) ? .ok : .serviceUnavailable, parts, ["warnings": warnings(instant)])
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

extension Snapshot {
    /// Whether some country can be asked, or some Connector answered.
    fileprivate func canServe(at now: Date) -> Bool {
        let canAsk = connector.countries.contains { country in
            if case .usable(let responder) = country.state { now < responder.validUntil } else { false }
        }
        return canAsk || (proxyService?.requesters.values.contains { now < $0.validUntil } ?? false)
    }
}
