// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Settings
import UnixSignals
import YAMLText

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the node.",
        discussion: """
            Serves services, citizens and other states until SIGTERM or SIGINT, then takes no new logins, lets running ones \
            finish for a while, and stops. SIGHUP reads trust lists, services and mappings again.

            Example:
              puente serve --config /etc/puente/puente.yaml
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Option(
        help: "Seconds that running logins get to finish when the node stops. What is left goes on after a restart.")
    var drain = 5

    func validate() throws {
        guard (0...3600).contains(drain) else { throw ValidationError("--drain: expected 0 to 3600, found \(drain)") }
    }

    @Option(help: "The user to become, before any file is read. Only root can.")
    var user: String?

    /// Before there is a second thread: what a process may not do holds for the threads that begin afterwards.
    func prepare() throws {
        if let user { try OwnProcess.become(user) }
        try OwnProcess.seal()
    }

    func run() async throws {
        let settings = try Configuration.require(configuration.config)
        try OwnProcess.refuseRoot(settings, file: configuration.config)
        let node = try Node.orExit(settings)
        let group = ServiceGroup(
            configuration: .init(
                services: try await node.services(drainSeconds: drain) { address in
                    printError("Puente listens on \(address), for \(settings.publicURL)")
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: node.logger))
        do {
            try await group.run()
        } catch let error as IOError {
            throw Configuration.report([settings.fault(of: error)])
        }
    }
}

extension Settings {
    /// What an operator can do when an address cannot be listened on.
    fileprivate func fault(of error: IOError) -> Fault {
        let addresses = ([listen.endpoint] + [operations].compactMap { $0 }).map { "\($0.host):\($0.port)" }
        return Fault(
            file: addresses.joined(separator: " or "), expected: "an address to listen on",
            found: String(cString: strerror(error.errnoCode)).lowercased(),
            advice: "See what else listens there (ss -ltnp), or change listen or operations in the settings.")
    }
}

extension Node {
    /// A node, or the faults printed and exit code 1.
    static func orExit(_ settings: Settings) throws -> Node {
        let faults = Faults()
        do {
            if let node = try Node(settings, into: faults), faults.isEmpty { return node }
        } catch let error as NodeError {
            faults.add(Fault(file: error.place, expected: error.expected, found: error.found, advice: error.advice))
        }
        throw Configuration.report(faults.sorted)
    }
}
