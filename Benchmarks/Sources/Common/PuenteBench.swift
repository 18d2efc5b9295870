// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser

@main
struct PuenteBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "puente-bench",
        abstract: "Measure Puente against what the same work costs without it.",
        discussion: """
            Only ratios count: everything in a table was measured in one run, in turn, on the same machine. Nothing here
            passes or fails by time. Docs/performance.md has results and their meaning.
            """,
        subcommands: [Translate.self, Login.self, Refresh.self, Scale.self, Metadata.self, Verify.self, Worker.self])
}
