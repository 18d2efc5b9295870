// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Attacks
import Foundation
import PuenteTestKit

struct Attack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Attack a Puente of one's own with everything that is known against SAML, and report what it did.",
        discussion: """
            Starts a node with throw-away keys on loopback, sends it every sample of the corpus beside genuine messages, and \
            prints what became of each. Exit code 0 if every attack was refused by a rule that belongs to it and no genuine \
            message was.

            Examples:
              puente attack
              puente attack --only A01 --only "E06 connector"
              puente attack --report junit --out attack.xml
            """)

    @Option(help: "Samples whose class, role or title holds this text; again for more.")
    var only: [String] = []

    @Option(
        help: "How the report is written at the end: table, json or junit.",
        completion: .list(["table", "json", "junit"]),
        transform: { text in
            guard let form = Report.Form(rawValue: text) else {
                throw ValidationError("expected table, json or junit, found \"\(text)\"")
            }
            return form
        })
    var report: Report.Form = .table

    @Option(help: "Where the report goes. Without it: standard output, and without a line for each sample.")
    var out: String?

    @Option(help: "Where to make the files of the node, and keep them.", completion: .directory)
    var keep: String?

    @Option(help: "The folder of the mapping tables. Found by itself in a clone.", completion: .directory)
    var mappings: String?

    func run() async throws {
        let samples = Corpus.samples(matching: only)
        guard !samples.isEmpty else { throw failure("No sample of the corpus matches.") }
        let folder =
            keep.map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(path: "puente-attack-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            // What cannot be removed lies in a temporary folder, and is worthless.
            if keep == nil { try? FileManager.default.removeItem(at: folder) }
        }
        TestKey.use(.thrownAway(at: Date()))
        let field = try await Battlefield.make(
            in: folder, program: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(),
            mappings: MappingFolder.find(mappings), at: Date())
        let node = try await HostedNode(field.bench)
        let report: Report
        do {
            report = try await AttackRun(campaign: Campaign(on: field, node), isTalking: isTalking).run(samples)
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
        try publish(report)
        if report.failed > 0 { throw ExitCode(1) }
    }

    /// Whether each sample has its line as soon as it was tried.
    private var isTalking: Bool { out != nil || report == .table }

    private func publish(_ found: Report) throws {
        let text = try found.text(as: report)
        if let out { try Data(text.utf8).write(to: URL(filePath: out)) } else { print(text, terminator: "") }
        if isTalking { print("\(found.passed) passed, \(found.failed) failed") }
    }
}

/// The samples one after the other, with genuine messages before, among and behind them.
struct AttackRun {
    let campaign: Campaign
    let isTalking: Bool

    func run(_ samples: [Sample]) async throws -> Report {
        var report = Report()
        report.untried = samples.filter { !campaign.canTry($0) }
        await control(&report)
        for (index, sample) in samples.filter(campaign.canTry).enumerated() {
            let row = await campaign.run(sample)
            report.rows.append(row)
            if isTalking { say(Report.line(row)) }
            if index % 100 == 99 { await control(&report) }
        }
        await control(&report)
        return report
    }

    private func control(_ report: inout Report) async {
        let controls = await campaign.controls()
        report.controls += controls
        if isTalking { for control in controls { say(Report.line(control)) } }
    }
}
