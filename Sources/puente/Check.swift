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
            Reads the settings, trust lists, services, mapping tables, keys and metadata files. Each fault comes with file,
            line and column, what was expected, what was found and how to mend it. Nothing is changed.

            Example:
              puente check --config /etc/puente/puente.yaml
            """)

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let reading = Configuration.read(configuration.config)
        var faults = reading.faults
        var summary = ""
        if let settings = reading.value {
            let found = Faults()
            let trust = TrustDirectory(settings, at: Date(), logger: Logger(label: "check"), into: found)
            faults += found.sorted
            if let trust {
                faults += trust.outages
                summary = trust.summary
            }
        }
        guard faults.isEmpty else { throw Configuration.report(faults) }
        print("All good: \(summary)")
    }
}
