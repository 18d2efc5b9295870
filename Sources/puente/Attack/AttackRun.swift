// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Attacks
import Foundation
import PuenteTestKit
import UnixSignals
import YAMLText

struct AttackRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Send every sample, and report what became of it.",
        discussion: """
            Without --target a node with throw-away keys is started on loopback. With it the samples go to a test endpoint of \
            somebody else, whose owner has to agree first: the program prints a challenge, and waits until the endpoint \
            serves it. There only what is sent over HTTP can be tried, and the rules that stopped it are not seen.

            Ctrl-C ends it with a report of what was tried so far, and exit code 1.

            Examples:
              puente attack --only A01 --only "E06 connector"
              puente attack --report junit --out attack.xml
              puente attack --target attack/profile.yaml
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

    @Option(help: "The profile of a test endpoint (puente attack prepare).", completion: .file(extensions: ["yaml"]))
    var target: String?

    @Option(help: "Minutes to wait until the owner of the test endpoint agrees.")
    var patience = 10.0

    @Option(help: "Where to make the files of our own node, and keep them.", completion: .directory)
    var keep: String?

    @Option(help: "The folder of the mapping tables. Found by itself in a clone.", completion: .directory)
    var mappings: String?

    func validate() throws {
        guard (0.01...1_440).contains(patience) else {
            throw ValidationError("--patience: expected up to 1440, found \(patience)")
        }
    }

    func run() async throws {
        let samples = Corpus.samples(matching: only)
        guard !samples.isEmpty else { throw failure("No sample of the corpus matches.") }
        // Before all the work, not after it.
        if let out { try write("", to: out) }
        let (found, isWhole) = try await untilSignal { try await attackWhom(samples) }
        let text = try found.text(as: report)
        if let out { try write(text, to: out) } else { print(text, terminator: "") }
        if isTalking { print("\(found.passed) passed, \(found.failed) failed") }
        guard isWhole else { throw failure("Stopped before the end.") }
        if found.failed > 0 { throw ExitCode(1) }
    }

    /// Cancels the work when somebody wants to stop, and gives it time to leave nothing behind.
    ///
    /// - Returns: what the work came to, and whether it was left to its end.
    private func untilSignal<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> (Value, isWhole: Bool) {
        let work = Task(operation: work)
        let watch = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { work.cancel() }
        }
        defer { watch.cancel() }
        do { return (try await work.value, !work.isCancelled) } catch  where work.isCancelled {
            throw failure("Stopped before anything was tried.")
        }
    }

    private func write(_ text: String, to path: String) throws {
        do { try Data(text.utf8).write(to: URL(filePath: path)) } catch let error as CocoaError {
            throw failure("\(path) cannot be written: \(error.underlyingWords).")
        }
    }

    private func attackWhom(_ samples: [Sample]) async throws -> Report {
        guard let target else { return try await attackOurselves(samples) }
        return try await attack(Self.reading(target), samples)
    }

    private func attackOurselves(_ samples: [Sample]) async throws -> Report {
        let folder = try KeptFolder(keep, for: "attack")
        defer { folder.leave() }
        TestKey.use(.thrownAway(at: Date()))
        let field = try await Battlefield.make(
            in: folder.url, program: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(),
            mappings: MappingFolder.find(mappings), at: Date())
        let node = try await HostedNode(field.bench)
        do {
            let report = try await Attempts(campaign: Campaign(on: field, node), isTalking: isTalking).run(samples)
            await node.stop()
            return report
        } catch {
            await node.stop()
            throw error
        }
    }

    private static func reading(_ path: String) throws -> Target {
        let reading = Target.read(path: path)
        guard let target = reading.value else { throw Configuration.report(reading.faults) }
        return target
    }

    private func attack(_ target: Target, _ samples: [Sample]) async throws -> Report {
        TestKey.use(.folder(target.keys, at: Date()))
        Parties.use(target.parties)
        let challenge = try Target.challenge()
        printError(
            """
            The owner of \(target.address) has to agree. Let it serve this line, and nothing else, at
              \(target.address)\(Target.consentPath)

              \(challenge)

            Waiting for up to \(patience.formatted()) minutes ...
            """)
        let end = Date() + patience * 60
        while await !target.consents(to: challenge) {
            guard Date() < end else { throw failure("Nobody agreed. Nothing was sent but the question for consent.") }
            try await Task.sleep(for: .seconds(1))
        }
        do { TestKey.connectorEncryption.belongs(to: try await target.encryptionCertificate()) } catch {
            throw failure("\(error)")
        }
        printError("Agreed. At most \(Int(target.requestsPerSecond)) requests a second.")
        return await Attempts(campaign: Campaign(against: target), isTalking: isTalking).run(samples)
    }

    /// Whether each sample has its line as soon as it was tried.
    private var isTalking: Bool { out != nil || report == .table }
}

/// The samples one after the other, with genuine messages before, among and behind them.
struct Attempts {
    let campaign: Campaign
    let isTalking: Bool

    func run(_ samples: [Sample]) async -> Report {
        var report = Report()
        report.untried = samples.filter { !campaign.canTry($0) }
        await control(&report)
        for (index, sample) in samples.filter(campaign.canTry).enumerated() {
            if !Task.isCancelled, let row = await campaign.run(sample), !Task.isCancelled {
                report.rows.append(row)
                if isTalking { Output.say(Report.line(row)) }
            } else {
                report.untried.append(sample)
            }
            if index % 100 == 99 { await control(&report) }
        }
        await control(&report)
        return report
    }

    private func control(_ report: inout Report) async {
        guard !Task.isCancelled else { return }
        let controls = await campaign.controls()
        guard !Task.isCancelled else { return }  // What was broken off says nothing.
        report.controls += controls
        if isTalking { for control in controls { Output.say(Report.line(control)) } }
    }
}
