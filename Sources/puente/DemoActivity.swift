// SPDX-License-Identifier: EUPL-1.2
import Foundation
import MockEurope
import ServiceLifecycle
import Storage
import Synchronization

/// What happens once all servers of a demonstration are up: an address for a person, or the journeys.
final class DemoActivity: Service {
    private let world: World
    private let node: Node
    private let isCheck: Bool
    private let result = Mutex(false)

    init(world: World, node: Node, isCheck: Bool) {
        self.world = world
        self.node = node
        self.isCheck = isCheck
    }

    /// Whether everything went as it should, after the end.
    var succeeded: Bool { result.withLock { $0 } }

    /// Seconds that all journeys may take together.
    private static let patience = 180.0

    func run() async throws {
        try await world.waitUntilReady()
        guard isCheck else {
            Output.say(invitation)
            result.withLock { $0 = true }
            return try await gracefulShutdown()
        }
        let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [self] in await Journeys(world, reason: reason(of:)).run { Output.say($0) } }
            group.addTask {
                try await Task.sleep(for: .seconds(Self.patience))
                printError("The journeys took longer than \(Int(Self.patience)) seconds.")
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        result.withLock { $0 = passed }
    }

    private var invitation: String {
        """

        Puente runs between Spain and six other states, all of them invented.

          Open  \(world.addresses.service)/  and identify yourself in Spain as somebody from abroad,
          or    \(world.addresses.states)/fr/mairie  in France as somebody from Spain.

        Cl@ve  \(world.addresses.gateway)/
        Files  \(world.folder.path)
        Stop   Ctrl-C

        """
    }

    /// The result of the audit event with this support code.
    private func reason(of support: String) async throws -> String? {
        guard let trail = node.store as? any AuditTrail else { return nil }
        let lines = try await trail.auditLines(
            where: .support, is: support, from: .distantPast, to: .distantFuture)
        return lines.first.flatMap { AuditRecord($0) }?.result
    }
}
