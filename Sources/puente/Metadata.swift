// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Settings
import Trust
import YAMLText

struct Metadata: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write our metadata for the other states.",
        discussion: "Example:\n  puente metadata connector --config puente.yaml --out connector.xml",
        subcommands: [ConnectorCommand.self])

    struct ConnectorCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "connector",
            abstract: "The signed EntityDescriptor of our Connector.",
            discussion: """
                The running node serves the same document at /eidas/connector/metadata.

                Examples:
                  puente metadata connector --config puente.yaml
                  puente metadata connector --config puente.yaml --out connector.xml
                """)

        @OptionGroup var configuration: ConfigurationOption
        @Option(help: "Write to this file instead of standard output.", completion: .file()) var out: String?

        func run() async throws {
            let settings = try Configuration.require(configuration.config)
            let faults = Faults()
            guard let keys = OwnKeys(settings, at: Date(), into: faults), faults.isEmpty else {
                throw Configuration.report(faults.sorted)
            }
            let document = try MetadataPublisher(settings: settings, keys: { keys }).document(at: Date()).octets
            guard let out else {
                FileHandle.standardOutput.write(Data(document + [10]))
                return
            }
            do { try Data(document).write(to: URL(fileURLWithPath: out), options: .atomic) } catch {
                throw failure("\(out) cannot be written")
            }
        }
    }
}
