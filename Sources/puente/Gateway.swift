// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Dialects
import Foundation
import Logging
import MockEurope
import ServiceLifecycle
import Trust
import UnixSignals
import YAMLText

struct Gateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a mock Cl@ve gateway, to test a service or a node with.",
        discussion: """
            Answers registered services as the State's gateway does, with invented people, and goes wrong when it is told \
            to. Listens on this machine alone. Services are written as in metadata/services.yaml; what is particular to \
            answers from abroad has no meaning here.

            Example:
              puente gateway --services my-service.yaml --keys gateway-keys --port 8083
            """)

    @Option(help: "The registered services.", completion: .file(extensions: ["yaml", "yml"]))
    var services = "metadata/services.yaml"

    @Option(help: "Where the keys are kept. Services trust clave-gateway.pem in it.", completion: .directory)
    var keys = "mock-gateway"

    @Option(help: "The port; certificates are asked for on the next one.")
    var port = 8083

    @Option(help: "The folder of the mapping tables. Found by itself in a clone.", completion: .directory)
    var mappings: String?

    func validate() throws {
        guard (1...65_534).contains(port) else { throw ValidationError("--port: expected 1 to 65534, found \(port)") }
    }

    func run() async throws {
        let faults = Faults()
        let table = try MappingFolder.find(mappings).appending(path: "clave2.yaml").path
        let mapping = MappingTable.read(path: table, into: faults)
        let entries = ServicesFile.read(path: services, rules: RegistryRules(attributes: mapping?.names))
        entries.faults.forEach(faults.add)
        guard let mapping, let entries = entries.value, faults.isEmpty else {
            throw Configuration.report(faults.sorted)
        }
        let gateway = try MockGateway.alone(
            in: URL(filePath: keys), port: port, mapping: mapping, at: Date()
        ) { signer in try entries.map { try Requester($0, gateway: signer) } }
        Output.say(
            """
            A mock Cl@ve gateway for \(entries.count == 1 ? "1 service" : "\(entries.count) services").

              Requests     \(gateway.address)
              Certificate  \(keys)/clave-gateway.pem
              People       \(gateway.front)
              Stop         Ctrl-C

            """)
        var logger = Logger(label: "gateway")
        logger.logLevel = .error
        try await ServiceGroup(
            services: gateway.servers(), gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
    }
}

/// The folder of the mapping tables.
enum MappingFolder {
    /// The one that is named; else next to the program or above it, as in a clone where it is built in `.build`; else where we are.
    static func find(_ named: String?) throws -> URL {
        if let named { return URL(filePath: named) }
        var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "mappings")
            if FileManager.default.fileExists(atPath: candidate.appending(path: "eidas.yaml").path) { return candidate }
            folder.deleteLastPathComponent()
        }
        let here = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: "mappings")
        if FileManager.default.fileExists(atPath: here.appending(path: "eidas.yaml").path) { return here }
        throw ValidationError("No folder mappings here or next to the program. Name it with --mappings.")
    }
}
