// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation

@main
struct Puente: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "puente",
        abstract: "A federated eIDAS cross-border proxy and attribute broker.",
        discussion: """
            Puente stands between national services, which speak Cl@ve, and the eIDAS nodes of other member states.

            First steps:
              puente keys new --use signing --name "My node" --out keys/signing
              puente check --config puente.yaml
              puente serve --config puente.yaml

            Shell completion:
              puente --generate-completion-script bash > /etc/bash_completion.d/puente

            Exit codes: 0 good, 1 fault found, 2 wrong use.
            """,
        version: version,
        subcommands: [
            Serve.self, Demo.self, Gateway.self, Check.self, Inspect.self, Explain.self, Trust.self, Keys.self,
            Metadata.self, Audit.self, Attack.self,
        ])

    /// Like the parser's own, but with our exit codes.
    static func main() async {
        var isRunning = false
        do {
            var command = try parseAsRoot()
            isRunning = true
            try (command as? Serve)?.prepare()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try Output.finish()
        } catch {
            let isUse = exitCode(for: error) == .validationFailure
            guard isUse else { exit(withError: error) }
            // The usage helps with what was written, not with a file that it names.
            printError(isRunning ? "Error: " + message(for: error) : fullMessage(for: error))
            Foundation.exit(2)
        }
    }
}

/// `--config puente.yaml`
struct ConfigurationOption: ParsableArguments {
    @Option(name: [.short, .long], help: "The settings file.", completion: .file(extensions: ["yaml", "yml"]))
    var config = "puente.yaml"
}

/// Prints to standard error, where it does not mix with results.
func printError(_ text: String) {
    // Whoever closed it does not want to know.
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}

/// Tells why a command cannot do its work, for exit code 1.
func failure(_ text: String) -> ExitCode {
    printError(text)
    return ExitCode(1)
}
