// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Logging
import Portal
import ServiceLifecycle
import Storage
import Trust
import UnixSignals
import YAMLText

/// Forgets what has expired, and closes the store when everything else has stopped.
struct StoreKeeper: Service {
    let store: any ExchangeStore
    let workers: Workers
    let logger: Logger

    func run() async throws {
        await everySeconds(60) {
            do { try await store.purge(before: Date()) } catch {
                logger.error("store not purged", metadata: ["cause": "\(error)"])
            }
        }
        await store.close()
        try await workers.shutdown()
    }
}

/// Fetches metadata in the background, at once and then regularly, never while a person waits. Reads the operator's files
/// again on SIGHUP.
struct MetadataRefresher: Service {
    let trust: TrustDirectory
    let seconds: Int
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // A tenth of jitter, so that nodes which started together do not ask together.
                await everySeconds(Double(seconds) * Double.random(in: 0.9...1.0)) { await trust.refresh { Date() } }
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
                    await reload()
                }
            }
            try await group.waitForAll()
        }
    }

    private func reload() async {
        let faults = trust.reload(at: Date())
        guard faults.isEmpty else {
            for fault in faults { logger.error("files not taken over", metadata: ["fault": "\(fault)"]) }
            return
        }
        logger.notice("trust lists, services and mappings read again")
        await trust.refresh { Date() }
    }
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
private func everySeconds(_ seconds: Double, _ work: @escaping @Sendable () async -> Void) async {
    try? await cancelWhenGracefulShutdown {  // The only error is the cancellation that ends it.
        while true {
            await work()
            try await Task.sleep(for: .seconds(seconds))
        }
    }
}
