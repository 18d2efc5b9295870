// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Logging
import Settings
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
        let trust = reading.value.flatMap { settings in
            faults.isEmpty
                ? TrustDirectory(settings, at: now, logger: Logger(label: "check"), for: .looking, into: faults) : nil
        }
        guard let trust else { throw Configuration.report(faults.sorted) }
        print("All good: \(trust.summary)")
        for note in trust.notes { print("Note: \(note)") }
    }
}
