// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import PuenteTestKit
import Synchronization
import XMLSecurity

struct Login: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start puente serve, and go through whole logins over HTTP.",
        discussion: """
            Four legs with RSA-3072, the answer signed twice and encrypted, SQLite on disk, 31 member states. CPU of the
            server for one login, set against the bare OpenSSL operations of the same work, in turn in the same run; the
            time from start to ready; and memory. Each without a second opinion, and with it, which is the default.
            """)

    @Flag(help: "Fewer rounds.") var quick = false
    @Option(help: "The program. Default: puente next to this one.") var puente: String?
    @Option(help: "Visitors at the same time.") var clients = 3
    @Option(help: "The port that the server listens on.") var port = 18_480

    func run() throws {
        let program = Server.program(puente)
        var logins = Table("whole login over HTTP", "logins/s", "server CPU ms", "OpenSSL ms", "CPU / OpenSSL")
        var process = Table("process, 31 states", "start to ready, ms", "CPU of it, ms", "MB at rest", "MB at most")
        for (name, secondOpinion) in [("rsa3072-pss-sha256, SQLite", false), ("with a second opinion", true)] {
            let found = try measure(program, secondOpinion: secondOpinion)
            let (ours, raw) = (found.logins.map(\.ours), found.logins.map(\.raw))
            logins.add(
                name, String(format: "%.0f", found.logins.map(\.perSecond).median), milliseconds(ours.median),
                milliseconds(raw.median), ratio(zip(ours, raw).map { $0 / $1 }.median))
            process.add(
                name, String(format: "%.0f", found.starts.map(\.wall).median * 1000),
                String(format: "%.0f", found.starts.map(\.cpu).median * 1000), String(format: "%.0f", found.rest),
                String(format: "%.0f", found.peak))
        }
        print(logins.text + "\n")
        print(process.text)
    }

    private struct Found {
        let starts: [(wall: Double, cpu: Double)]
        let logins: [(ours: Double, raw: Double, perSecond: Double)]
        /// Megabytes.
        let rest, peak: Double
    }

    private func measure(_ program: URL, secondOpinion: Bool) throws -> Found {
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-bench-\(UUID().uuidString)")
        defer {
            // What cannot be removed lies in a temporary folder, and is worthless.
            try? FileManager.default.removeItem(at: folder)
        }
        let files = try ServerFiles(in: folder, port: port, at: Date(), secondOpinion: secondOpinion)
        let starts = try measureStarts(program, files)
        let server = try Server(program: program, files)
        defer { server.stop() }
        sleep(1)
        let rest = server.memory.now
        return try Found(starts: starts, logins: measureLogins(server), rest: rest, peak: server.memory.peak)
    }

    private func measureStarts(_ program: URL, _ files: ServerFiles) throws -> [(wall: Double, cpu: Double)] {
        try (0..<(quick ? 3 : 9)).map { _ in
            let server = try Server(program: program, files)
            defer { server.stop() }
            return server.start
        }
    }

    /// Server CPU and bare OpenSSL seconds of one login, and logins per second, for each round.
    private func measureLogins(_ server: Server) throws -> [(ours: Double, raw: Double, perSecond: Double)] {
        try Visitor(port: port).checkedLogin()
        let corpus = try Corpus(Suite.usual[0], count: 1)
        let bound = try RawBound(
            Cast(testKeysFor: Suite.usual[0]), signing: TestKeys(.rsa3072).sender.key(),
            response: corpus.response.count,
            assertion: corpus.assertion.count)
        _ = try logins(20)
        return try (0..<(quick ? 5 : 15)).map { _ in
            let (cpu, wall) = (server.cpuSeconds, wallSeconds())
            let count = try logins(quick ? 90 : 150)
            let ours = (server.cpuSeconds - cpu) / Double(count)
            let perSecond = Double(count) / (wallSeconds() - wall)
            let start = cpuSeconds()
            for _ in 0..<25 {
                try bound.ask()
                try bound.translate()
            }
            return (ours, (cpuSeconds() - start) / 25, perSecond)
        }
    }

    private func logins(_ count: Int) throws -> Int {
        let failure = Mutex<(any Error)?>(nil)
        let each = max(1, count / clients)
        DispatchQueue.concurrentPerform(iterations: clients) { _ in
            do {
                let visitor = try Visitor(port: port)
                for _ in 0..<each { try visitor.login() }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return each * clients
    }
}
