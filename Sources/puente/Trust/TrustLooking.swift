// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Federation
import Foundation
import SAML
import Settings
import Trust
import YAMLText

struct TrustRefresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Ask the sources of metadata now.",
        discussion: """
            A running node is told to do it, over its control socket; without one this command does it. What the rules let \
            pass is taken over, and the table says how each node stands then.

            Examples:
              puente trust refresh
              puente trust refresh PT DE
            """)

    @OptionGroup var options: TrustOptions
    @Argument(help: "Countries; none: all.") var countries: [CountryArgument] = []

    func run() async throws {
        let settings = try options.settings()
        let wanted = Set(countries.map(\.state))
        let before = try options.directory(settings, for: .looking).version
        switch await Control.tell(settings, "refresh", wanted.map(\.rawValue)) {
        case .done: break
        case .refused: throw failure("The running node did not ask the sources: see its log.")
        case .failed(let reason): throw failure("A running node could not be told to ask the sources: \(reason).")
        case .nobody:
            let directory = try options.directory(settings, for: .serving)
            await directory.refresh(wanted.isEmpty ? nil : wanted) { Date() }
        }
        let directory = try options.directory(settings, for: .looking)
        let nodes = try deciding { try directory.report(at: Date()) }.nodes.filter {
            wanted.isEmpty || wanted.contains($0.country)
        }
        guard !nodes.isEmpty else {
            try directory.require(countries)
            throw failure("No node is in the trust lists.")
        }
        var table = TextTable("COUNTRY", "ROLE", "STATE", "LAST FETCH", "LAST GOOD", "NOTES")
        for node in nodes where node.light != .off {
            table.add([
                node.country.rawValue, node.role.rawValue, node.light.rawValue, node.lastFetch?.short ?? "-",
                node.lastGoodFetch?.short ?? "-", node.notes.joined(separator: "; "),
            ])
        }
        print(table.text)
        print(
            directory.version == before
                ? "\nVersion \(before) is still in force." : "\nVersion \(directory.version) is in force.")
        try directory.require(countries)
        if nodes.contains(where: { $0.light == .out }) { throw ExitCode(1) }
    }
}

struct TrustVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Would this metadata be taken for a node of the trust lists?",
        discussion: """
            Verifies a file as if the peer had published it, and shows what would change. Nothing is changed. Exit code 1 if \
            no node would take it. puente inspect shows the content of metadata that is in no trust list.

            Examples:
              puente trust verify pt-new.xml
              puente trust verify all-nodes.xml --country PT
            """)

    @OptionGroup var options: TrustOptions
    @Argument(help: "The metadata.", completion: .file()) var file: String
    @Option(help: "Only nodes of this country.") var country: CountryArgument?

    func run() async throws {
        let directory = try options.directory(try options.settings(), for: .looking)
        let octets: [UInt8]
        do { octets = [UInt8](try LocalFile.read(file, limit: 512 << 20)) } catch {
            throw failure("\(file): \(error.found)")
        }
        let verdicts = directory.verdicts(on: octets, at: Date()).filter {
            country == nil || $0.country == country?.state
        }
        let good = verdicts.filter { $0.failure == nil }
        for verdict in verdicts where verdict.failure?.isOfAnother != true {
            let head = "\(verdict.country)  \(verdict.node.role.rawValue)  \(verdict.node.entityID)"
            print("\(verdict.failure == nil ? "good" : "BAD ")  \(head)")
            if let failure = verdict.failure {
                print("      \(failure)\n      \(failure.rule.explanation.advice)")
            }
            if let end = verdict.validUntil { print("      valid until \(end.short)") }
            if let step = verdict.step {
                for change in step.changes {
                    print(
                        "      \(change.kind.rawValue)" + (change.before.map { ", was \($0)" } ?? "")
                            + (change.after.map { ", becomes \($0)" } ?? ""))
                }
                print(step.isAutomatic ? "      would be taken over by itself" : "      would wait for approval")
            }
        }
        guard verdicts.contains(where: { $0.failure?.isOfAnother != true }) else {
            throw failure("\(file) has none of the entities of the trust lists.")
        }
        if good.isEmpty { throw ExitCode(1) }
    }
}

struct TrustExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what is in force to a folder: a trust list, and every document as a file.",
        discussion: """
            The folder can be read by another Puente as its trust list: trust-list.yaml, with all pins in it, and the \
            metadata beside it. For a copy in a safe, a machine without network, or a colleague abroad.

            Example:
              puente trust export --out trust-2026-11-27
            """)

    @OptionGroup var options: TrustOptions
    @Option(help: "The folder; it must not exist yet.", completion: .directory) var out: String

    func run() async throws {
        guard !FileManager.default.fileExists(atPath: out) else {
            throw failure("\(out) exists already and is left as it is")
        }
        let directory = try options.directory(try options.settings(), for: .looking)
        guard directory.version > 0 else { throw failure("There is no version yet: the node has not been started.") }
        do {
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
            for (name, octets) in try directory.export(at: Date()) {
                try octets.write(to: URL(fileURLWithPath: out).appendingPathComponent(name))
            }
        } catch { throw failure("\(out) cannot be written: \(error)") }
        print("Version \(directory.version) is in \(out), \(try directory.report(at: Date()).nodes.count) nodes.")
    }
}

extension Rejection {
    /// Whether a document is simply about other entities, which is no fault of it.
    fileprivate var isOfAnother: Bool { rule == .metadataEntity && found?.hasSuffix(" times") != true }
}
