// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Settings
import Trust
import XMLSecurity
import YAMLText

/// Reads the settings as every command does.
enum Configuration {
    static func read(_ path: String) -> Reading<Settings> {
        Settings.read(path: path, rules: SettingsRules(commonName: Certificate.subject))
    }

    /// The settings, or the faults printed and exit code 1.
    static func require(_ path: String) throws -> Settings {
        let reading = read(path)
        guard let settings = reading.value else { throw report(reading.faults) }
        return settings
    }

    /// Prints all faults at once.
    static func report(_ faults: [Fault]) -> ExitCode {
        for fault in faults { printError(fault.description) }
        printError(faults.count == 1 ? "1 fault" : "\(faults.count) faults")
        return ExitCode(1)
    }
}
