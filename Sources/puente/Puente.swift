// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser

@main
struct Puente: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "puente")
}
