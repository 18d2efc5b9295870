// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import XMLSecurity

/// One run of the corpus against one node.
public struct Campaign: Sendable {
    /// What became of a sample, or of a genuine message among them.
    public struct Row: Sendable {
        public let sample: Sample
        public let outcome: Outcome
        /// Refused, and by a rule that belongs to it.
        public let isGood: Bool
        public let seconds: Double
    }

    /// What became of a genuine message.
    public struct Control: Sendable {
        public let role: Role
        public let outcome: Outcome
        public var isGood: Bool { if case .accepted = outcome { true } else { false } }
    }

    let attacker: Attacker
    /// Ours to look at; `nil` where the node is somebody else's.
    let bench: Workbench?

    /// A node of our own.
    public init(on field: Battlefield, _ node: HostedNode) throws {
        bench = field.bench
        attacker = try Attacker(on: field, node)
    }

    /// Somebody else's test endpoint, whose owner has agreed.
    public init(against target: Target) {
        bench = nil
        attacker = Attacker(
            courier: Courier(to: target.address, rate: target.requestsPerSecond), paths: target.paths, journal: nil)
    }

    /// Whether the sample can be tried here at all.
    public func canTry(_ sample: Sample) -> Bool {
        switch sample.attempt {
        case .document, .submission, .steps: true
        case .metadata, .alone: bench != nil
        }
    }

    /// Tries one sample.
    ///
    /// - Returns: `nil` if it cannot be tried at this node, which only shows on the way.
    public func run(_ sample: Sample) async -> Row? {
        let begin = Date()
        let outcome: Outcome
        do {
            outcome = try await attempt(sample)
        } catch is NeedsPlainHTTP {
            return nil
        } catch {
            outcome = .broken("\(error)")
        }
        return Row(
            sample: sample, outcome: outcome, isGood: isGood(outcome, sample),
            seconds: Date().timeIntervalSince(begin))
    }

    private func attempt(_ sample: Sample) async throws -> Outcome {
        switch sample.attempt {
        case .document(let make):
            var (genuine, submission) = try await attacker.open(sample.role)
            submission.put(try make(genuine))
            return try await attacker.attempt(submission)
        case .submission(let edit):
            var (genuine, submission) = try await attacker.open(sample.role)
            try edit(genuine, &submission)
            return try await attacker.attempt(submission)
        case .steps(let run):
            return try await run(attacker)
        case .metadata(let make):
            guard let bench else { throw Obstacle("metadata is tried with files of our own") }
            return try await bench.verify(make(GenuineMetadata(at: Date())))
        case .alone(let run):
            guard let bench else { throw Obstacle("this is tried with files of our own") }
            return try await run(bench)
        }
    }

    private func isGood(_ outcome: Outcome, _ sample: Sample) -> Bool {
        guard case .refused(_, let rule) = outcome else { return false }
        // What only the operator of another node can see is not asked for.
        guard bench != nil else { return true }
        return sample.rules.isEmpty ? rule == nil : sample.rules.contains { $0.code == rule }
    }

    /// A genuine message of each role, none of which may be refused.
    public func controls() async -> [Control] {
        var controls: [Control] = []
        for role in Role.messages {
            do {
                controls.append(Control(role: role, outcome: try await attacker.control(role)))
            } catch {
                controls.append(Control(role: role, outcome: .broken("\(error)")))
            }
        }
        return controls
    }
}

extension Workbench {
    /// What the operator's tool says of metadata that the node abroad seems to have published.
    func verify(_ document: [UInt8]) async throws -> Outcome {
        let name = "hostile-\(UUID().uuidString).xml"
        try Data(document).write(to: file(name))
        defer { try? FileManager.default.removeItem(at: file(name)) }
        let result = try await run(["trust", "verify", file(name).path, "--config", file("puente.yaml").path])
        guard result.code != 0 else { return .accepted("taken over") }
        if result.output.contains("has none of the entities") {
            return .refused(how: "trust verify, exit code \(result.code)", rule: Rule.metadataEntity.code)
        }
        let line = result.output.split(separator: "\n").map { $0.drop { $0 == " " } }.first { line in
            Self.rule(in: line) != nil
        }
        return .refused(how: "trust verify, exit code \(result.code)", rule: line.flatMap(Self.rule))
    }

    private static func rule(in line: Substring) -> String? {
        let word = String(line.prefix { $0 != " " && $0 != "," })
        return Rule(rawValue: word)?.code
    }
}
