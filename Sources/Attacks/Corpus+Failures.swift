// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import GRDB
import NIOCore
import NIOPosix
import PuenteTestKit

extension Corpus {
    /// H01, H02, H05 to H07: nodes of their own that are flooded, damaged, killed, kept waiting, and lied about.
    static let failures: [Sample] = {
        var samples = Samples()
        floods(&samples)
        samples.alone("H02", "a store that is no database") {
            try await $0.doesNotStart("puente.sqlite") { copy in
                try copy.write(String(repeating: "x", count: 8_192), to: "state/puente.sqlite")
            }
        }
        samples.alone("H02", "a folder in the place of the store") {
            try await $0.doesNotStart("puente.sqlite") { copy in
                try FileManager.default.createDirectory(
                    at: copy.file("state/puente.sqlite"), withIntermediateDirectories: true)
            }
        }
        samples.alone("H02", "a key of the store that is another's") {
            try await $0.doesNotStart("store.key") { try $0.write("00\n", to: "state/store.key") }
        }
        samples.alone(
            "H05", "killed behind an answer, which then comes again", .responseUnsolicited, .replayed, .exchangeFinished
        ) {
            bench in try await bench.killed()
        }
        samples.alone("H06", "a register that says nothing holds up no other country") { try await $0.keptWaiting() }
        for (title, statement) in [
            ("a line altered", "UPDATE audit SET line = replace(line, '2', '3') WHERE counter = 2"),
            ("a line removed", "DELETE FROM audit WHERE counter = 2"),
            ("a line added", "INSERT INTO audit SELECT max(counter) + 1, line FROM audit"),
            (
                "two lines exchanged",
                """
                UPDATE audit SET line = (SELECT line FROM audit AS other WHERE other.counter = 5 - audit.counter)
                WHERE counter IN (2, 3)
                """
            ),
            ("its end cut off", "DELETE FROM audit WHERE counter = (SELECT max(counter) FROM audit)"),
        ] {
            samples.alone("H07", title) { try await $0.trail(after: statement) }
        }
        return samples.all
    }()

    private static func floods(_ samples: inout Samples) {
        samples.alone("H01", "one service begins logins too fast", .loginRate) {
            try await $0.flooded("limits: {logins-per-requester: 3}") { try await $0.beginningLogins(3) }
        }
        samples.alone("H01", "one service begins logins and ends none", .exchangesOpen) {
            try await $0.flooded("limits: {exchanges-per-requester: 3}") { try await $0.beginningLogins(3) }
        }
        samples.alone("H01", "one address asks too often, and another is served", .requestRate) {
            try await $0.flooded("limits: {requests-per-address: 20}") { attacker -> Outcome in
                func ask(from address: String) async throws -> Outcome {
                    var submission = Submission(path: "/")
                    submission.method = "GET"
                    submission.headers = [("X-Forwarded-For", address)]
                    return try await attacker.attempt(submission)
                }
                for _ in 0..<20 { _ = try await ask(from: "198.51.100.7") }
                let outcome = try await ask(from: "198.51.100.7")
                guard case .accepted = try await ask(from: "198.51.100.8") else {
                    return .broken("another address is refused too")
                }
                return outcome
            }
        }
    }
}

extension Attacker {
    /// What becomes of one login more.
    fileprivate func beginningLogins(_ count: Int) async throws -> Outcome {
        for _ in 0..<count { _ = try await begin(.gateway) }
        return try await control(.gateway)
    }
}

extension Workbench {
    /// Whether a node with such files says why it cannot start, and does not.
    fileprivate func doesNotStart(
        _ words: String, after change: @escaping @Sendable (Workbench) throws -> Void
    ) async throws -> Outcome {
        try await withCopy { copy in
            try FileManager.default.createDirectory(
                at: copy.file("state"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try change(copy)
            let result = try await copy.puente("serve")
            guard result.code == 1 else { return .accepted("serve, exit code \(result.code)") }
            guard result.output.contains(words) else { return .broken("what it said: " + result.output.suffix(400)) }
            return .refused(how: "serve says why, exit code 1", rule: nil)
        }
    }

    /// The files of a node of its own.
    private func withField<T>(_ work: (Battlefield) async throws -> T) async throws -> T {
        let folder = file("field-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // the folder around it goes too
        return try await work(.make(in: folder, program: program, mappings: file("mappings"), at: Date()))
    }

    /// A node behind a proxy, with such limits.
    fileprivate func flooded(_ limits: String, _ work: (Attacker) async throws -> Outcome) async throws -> Outcome {
        try await withField { field in
            try field.bench.edit("puente.yaml") {
                $0.replacing("listen: {", with: "listen: {clients: x-forwarded-for, ") + limits + "\n"
            }
            return try await field.served(work)
        }
    }

    /// A login whose answer is taken, the end of the process without a warning, and the answer again at its successor.
    fileprivate func killed() async throws -> Outcome {
        try await withField { field in
            let first = try await HostedNode(field.bench)
            let answer: Submission
            do {
                let attacker = try Attacker(on: field, first)
                (_, answer) = try await attacker.open(.connector)
                try await attacker.succeed(answer)
            } catch {
                await first.stop()
                throw error
            }
            await first.kill()
            return try await field.served { try await $0.attempt(answer) }
        }
    }

    /// A login that waits for a register, and one of another country meanwhile.
    fileprivate func keptWaiting() async throws -> Outcome {
        let silence = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let outcome = try await withField { field in
            let source = """
                sources:
                  - name: silent
                    cost: 1
                    attributes: [{name: DateOfBirth, at: /born}]
                    must-equal: [{at: /document, value: "{identifier}"}]
                    http: {address: "http://127.0.0.1:\(silence.localAddress?.port ?? 0)/{identifier}"}

                """
            try field.bench.edit("metadata/sources.yaml") {
                $0.replacing("cost: 1", with: "cost: 5").replacing("sources:\n", with: source)
            }
            return try await field.served { attacker -> Outcome in
                let (_, answer) = try await attacker.open(.service)
                async let waiting = attacker.deliver(answer)
                let other = try await attacker.control(.connector)
                let delivered = try await waiting.delivered()
                guard case .accepted = other else { return .broken("a country meanwhile: \(other.text)") }
                return .harmless(
                    "the next register stands in", if: delivered["DateOfBirth"] != nil, else: "no date of birth")
            }
        }
        try await silence.close()
        return outcome
    }

    /// What `puente audit verify` says after somebody worked on the trail.
    fileprivate func trail(after statement: String) async throws -> Outcome {
        try await withField { field in
            try await field.served { attacker in for _ in 0..<3 { _ = try await attacker.control(.connector) } }
            let end = try await field.bench.puente("audit", "end").output.split(separator: "\n").last ?? ""
            let sound = try await field.bench.puente("audit", "verify", "--after", String(end))
            guard sound.code == 0 else { return .broken("a trail that nobody touched: " + sound.output.suffix(300)) }
            let queue = try DatabaseQueue(path: field.bench.file("state/puente.sqlite").path)
            try await queue.write { try $0.execute(sql: statement) }
            try queue.close()
            let whole = try await field.bench.puente("audit", "verify")
            // What was cut off shows only to whoever kept the end.
            let kept = try await field.bench.puente("audit", "verify", "--after", String(end))
            guard whole.code == 1 || kept.code == 1 else { return .accepted("audit verify, exit code 0") }
            return .refused(how: "audit verify, exit code 1", rule: nil)
        }
    }
}
