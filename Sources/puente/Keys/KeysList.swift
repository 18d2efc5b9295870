// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Settings
import Trust
import YAMLText

struct KeysList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Our own keys, and who has fetched them.",
        discussion: """
            Each key is tried: that which signs has signed, that which opens has opened something. Then a line for each \
            address that fetched our metadata, and the keys that it got. With --peers the hosts of all peers are looked up, to \
            tell which of them has such an address: what fetches for a node is often the same machine. Exit code 1 if a key \
            does not work.

            Examples:
              puente keys list
              puente keys list --peers
              puente keys list --json
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Look up whose addresses those are that fetched our metadata.") var peers = false
    @Flag(help: "Print JSON, with everything that is known.") var json = false

    private struct Report: Encodable {
        var keys: [OwnKeyReport]
        var readers: [MetadataReaders.Reader]
    }

    func run() throws {
        let reading = Settings.read(path: configuration.config, rules: SettingsRules(checksFiles: false))
        guard let settings = reading.value else { throw Configuration.report(reading.faults) }
        let faults = Faults()
        let keys = OwnKeyReport.all(settings, at: Date(), into: faults)
        let readers: [MetadataReaders.Reader]
        do { readers = try MetadataReaders.read(path: settings.metadataReaders) } catch {
            throw failure("\(settings.metadataReaders) cannot be read")
        }
        if json {
            try printJSON(Report(keys: keys, readers: readers))
        } else {
            print(table(keys))
            print("\n" + (readers.isEmpty ? "Nobody has fetched our metadata yet." : table(readers, keys, settings)))
        }
        guard faults.isEmpty else { throw Configuration.report(faults.sorted) }
        if keys.contains(where: { $0.fault != nil }) { throw ExitCode(1) }
    }

    private func table(_ keys: [OwnKeyReport]) -> String {
        var table = TextTable(
            "PURPOSE", "ID", "STATE", "SINCE", "KEPT IN", "KIND", "FROM", "UNTIL", "PUBLISHED", "SHA-256")
        for key in keys {
            table.add([
                key.place, key.id ?? "-", key.state.rawValue, key.since?.day ?? "-", key.kept, key.kind ?? "-",
                key.notBefore?.day ?? "-", key.notAfter?.day ?? "-", key.published == nil ? "no" : "yes",
                key.fault.map { "! \($0)" } ?? key.fingerprint ?? "-",
            ])
        }
        return table.text
    }

    private func table(
        _ readers: [MetadataReaders.Reader], _ keys: [OwnKeyReport], _ settings: Settings
    ) -> String {
        let owners = peers ? PeerAddresses(settings) : nil
        var table = TextTable("FETCHED FROM", "PEER", "METADATA", "LAST FETCH", "KEYS", "CALLS ITSELF")
        for reader in readers {
            let names = keys.filter { $0.fingerprint.map(reader.keys.contains) ?? false }
                .filter { Settings.KeyPurpose(rawValue: $0.place)?.document == reader.document }
                .map { key in key.id.map { "\(key.place)/\($0)" } ?? key.place }
            table.add([
                reader.address, owners.map { $0.name(of: reader.address) ?? "unknown" } ?? "-",
                reader.document.rawValue, reader.lastFetch.short,
                names.isEmpty ? "none of these" : names.joined(separator: " "), reader.userAgent,
            ])
        }
        return table.text
    }
}
