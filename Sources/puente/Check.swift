// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Logging
import Settings
import Storage
import Trust
import YAMLText

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read everything that an operator may edit, and tell every fault at once.",
        discussion: """
            Reads the settings, trust lists, services, mapping tables, keys and metadata files. Each fault comes with file, \
            line and column, what was expected, what was found and how to mend it. Nothing is changed.

            Example:
              puente check --config /etc/puente/puente.yaml
            """)

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let reading = Configuration.read(configuration.config)
        let now = Date()
        let faults = Faults()
        reading.faults.forEach(faults.add)
        if let draft = reading.draft { TrustDirectory.check(draft, at: now, into: faults) }
        if let settings = reading.value { settings.checkState(into: faults) }
        let trust = reading.value.flatMap { settings in
            faults.isEmpty
                ? TrustDirectory(settings, at: now, logger: Logger(label: "check"), for: .looking, into: faults) : nil
        }
        guard let trust else { throw Configuration.report(faults.sorted) }
        print("All good: \(trust.summary)")
        for note in trust.notes { print("Note: \(note)") }
    }
}

extension Settings {
    /// Whether a node could keep its state: what it makes itself at its first start need not be there yet.
    fileprivate func checkState(into faults: Faults) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: stateDirectory, isDirectory: &isFolder), !isFolder.boolValue {
            faults.add(
                Fault(
                    file: stateDirectory, expected: "a folder, because state-directory names it", found: "a file",
                    advice: "Name another state-directory in the settings."))
            return
        }
        guard store.kind == .sqlite, FileManager.default.fileExists(atPath: storeKey) else { return }
        do { _ = try AtRest(existing: storeKey) } catch {
            faults.add(
                Fault(
                    file: storeKey, expected: "the key of the store", found: error.cause ?? "one that cannot be read",
                    advice: "Put the key back from your copy; without it the exchanges that are under way are lost."))
        }
    }
}
