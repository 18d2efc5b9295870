// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Logging
import Settings
import Trust
import YAMLText

struct Metadata: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write our metadata for the other states.",
        discussion: """
            Examples:
              puente metadata connector --config puente.yaml --out connector.xml
              puente metadata proxy-service --config puente.yaml --out proxy-service.xml
            """,
        subcommands: [ConnectorCommand.self, ProxyServiceCommand.self])

    struct ConnectorCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "connector",
            abstract: "The signed EntityDescriptor of our Connector, for the Proxy-Services that we ask.",
            discussion: """
                The running node serves the same document at /eidas/connector/metadata.

                Examples:
                  puente metadata connector --config puente.yaml
                  puente metadata connector --config puente.yaml --out connector.xml
                """)

        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let settings = try Configuration.require(configuration.config)
            let faults = Faults()
            guard let keys = OwnKeys(settings, at: Date(), into: faults), faults.isEmpty else {
                throw Configuration.report(faults.sorted)
            }
            try output.write(try MetadataPublisher.connector(settings) { keys }.document(at: Date()).octets)
        }
    }

    struct ProxyServiceCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "proxy-service",
            abstract: "The signed EntityDescriptor of our Proxy-Service, for the Connectors that ask us.",
            discussion: """
                Says which levels and which attributes we can give, by the methods and sources of the settings. The running \
                node serves the same document at /eidas/proxy/metadata.

                Examples:
                  puente metadata proxy-service --config puente.yaml
                  puente metadata proxy-service --config puente.yaml --out proxy-service.xml
                """)

        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let settings = try Configuration.require(configuration.config)
            let faults = Faults()
            let trust = TrustDirectory(
                settings, at: Date(), logger: Logger(label: "metadata"), for: .looking, into: faults)
            guard let trust, faults.isEmpty else { throw Configuration.report(faults.sorted) }
            guard let publisher = MetadataPublisher.proxyService(settings, trust) else {
                throw failure("\(configuration.config) has no section proxy-service")
            }
            try output.write(try publisher.document(at: Date()).octets)
        }
    }
}

/// Where a document goes.
struct OutputOption: ParsableArguments {
    @Option(help: "Write to this file instead of standard output.", completion: .file()) var out: String?

    func write(_ document: [UInt8]) throws {
        guard let out else {
            Output.write(document + [10])
            return
        }
        do { try Data(document).write(to: URL(fileURLWithPath: out), options: .atomic) } catch {
            throw failure("\(out) cannot be written")
        }
    }
}
