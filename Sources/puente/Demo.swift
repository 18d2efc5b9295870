// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Logging
import MockEurope
import ServiceLifecycle
import Storage
import UnixSignals

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run Puente with a small mock Europe on this machine.",
        discussion: """
            Makes throw-away keys and files, and starts Puente between a demo service and six mock states, all on loopback. \
            Open the one address that it prints. Ctrl-C ends it, and nothing is left behind.

            Examples:
              puente demo
              puente demo --check
              puente demo --keep /tmp/europe --port 9000
            """)

    @Flag(help: "Walk every journey without a browser, print a row for each, and exit 0 or 1.")
    var check = false

    @Flag(help: .init("Has no effect here; bin/demo then skips its look at Debian packages.", visibility: .hidden))
    var fast = false

    @Option(help: "Puente's port; the service and the states follow. Where one is taken, a free one is used.")
    var port = 8080

    @Option(help: "An empty folder to make the files in, and keep them.", completion: .directory)
    var keep: String?

    @Option(help: "The folder of the mapping tables. Found by itself in a clone.", completion: .directory)
    var mappings: String?

    func validate() throws {
        let last = 65_536 - Addresses.Server.allCases.count
        guard (1...last).contains(port) else { throw ValidationError("--port: expected 1 to \(last), found \(port)") }
    }

    func run() async throws {
        let folder = try KeptFolder(keep, for: "demo")
        defer { folder.leave() }
        let world = try await World.make(
            in: folder.url, addresses: .free(from: port), mappings: MappingFolder.find(mappings), at: Date())
        let node = try Node.orExit(Configuration.require(world.settings.path))
        let activity = DemoActivity(world: world, node: node, isCheck: check)
        try await run(world, node, activity)
        guard activity.succeeded else { throw ExitCode(1) }
    }

    private func run(_ world: World, _ node: Node, _ activity: DemoActivity) async throws {
        let mocks = try world.mocks().map {
            ServiceGroupConfiguration.ServiceConfiguration(service: $0, serviceName: "mock Europe")
        }
        let services = try await node.services(drainSeconds: 0) { _ in }
        let demo = ServiceGroupConfiguration.ServiceConfiguration(
            service: activity, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "demo")
        var logger = node.logger
        logger.logLevel = .error
        let group = ServiceGroup(
            configuration: .init(
                services: mocks + services + [demo], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
