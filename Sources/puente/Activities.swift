// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Logging
import Portal
import ServiceLifecycle
import Storage
import Trust
import UnixSignals
import YAMLText

/// Writes down that the node started and stopped, forgets what has expired, and closes the store when everything else has stopped.
struct StoreKeeper: Service {
    /// Who comes back a little too late still reads that the login is over, and finds the way back to the service.
    private static let courtesySeconds = 600.0

    let store: any ExchangeStore
    let workers: Workers
    let logger: Logger

    func run() async throws {
        await record(.nodeStarted)
        await everySeconds(60) {
            do { try await store.purge(before: Date() - Self.courtesySeconds) } catch {
                logger.error("store not purged", metadata: ["cause": "\(error)"])
            }
        }
        await record(.nodeStopped)
        await store.close()
        try await workers.shutdown()
    }

    private func record(_ kind: AuditEvent.Kind) async {
        do { try await store.record(AuditEvent(kind, at: Date())) } catch {
            logger.error("audit event not written", metadata: ["kind": "\(kind.rawValue)", "cause": "\(error)"])
        }
    }
}

/// Fetches metadata in the background, never while a person waits: each source at once, and then when its time has come.
/// Reads the operator's files again when they changed, and on SIGHUP.
struct MetadataRefresher: Service {
    /// Between two looks at the files and at the clock.
    private static let pause = Duration.seconds(2)

    let trust: TrustDirectory
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await untilStopped {
                    while true {
                        await trust.refreshDue { Date() }
                        try await Task.sleep(for: Self.pause)
                    }
                }
            }
            group.addTask { await untilStopped { try await watch() } }
            group.addTask { await reloadOnSignal() }
            try await group.waitForAll()
        }
    }

    /// What is still being written is left in peace until it stays as it is.
    private func watch() async throws {
        var taken = trust.stamp()
        var seen = taken
        while true {
            try await Task.sleep(for: Self.pause)
            let now = trust.stamp()
            if now != taken, now == seen {
                await reload()
                // What the node itself changes by it is no news; what was edited meanwhile is.
                taken = trust.stamp().merging(now.filter { !$0.key.isEmpty }) { _, before in before }
            }
            seen = now
        }
    }

    private func reloadOnSignal() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload() }
    }

    private func reload() async {
        let faults = await trust.reload { Date() }
        for fault in faults { logger.error("files not taken over", metadata: ["fault": "\(fault)"]) }
        if faults.isEmpty { logger.notice("trust lists, services and mappings read again") }
    }
}

/// Looks every hour for end dates that come near.
struct AlarmWatch: Service {
    let alarms: TrustAlarms

    func run() async throws { await everySeconds(3600) { await alarms.check(at: Date()) } }
}

/// The first to be stopped: lets running logins finish, while new ones are sent elsewhere.
struct Drain: Service {
    let inFlight: InFlight
    let seconds: Int
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        inFlight.drain()
        let end = Date() + Double(seconds)
        logger.notice("stopping", metadata: ["running": "\(inFlight.count(at: Date()))"])
        while inFlight.count(at: Date()) > 0, Date() < end { try await Task.sleep(for: .milliseconds(100)) }
    }
}

/// Runs `work` now and then again and again, until the service is told to stop.
func everySeconds(_ seconds: Double, _ work: @escaping @Sendable () async -> Void) async {
    await untilStopped {
        while true {
            await work()
            try await Task.sleep(for: .seconds(seconds))
        }
    }
}

/// Cancels `work` when the service is told to stop.
private func untilStopped(_ work: @escaping @Sendable () async throws -> Void) async {
    try? await cancelWhenGracefulShutdown(work)  // The only error is the cancellation that ends it.
}
