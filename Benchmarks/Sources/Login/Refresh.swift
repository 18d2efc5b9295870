// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Synchronization

struct Refresh: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how long logins take while metadata is renewed, beside those while it is not.",
        discussion: """
            Rounds in turn: in one of two, all documents of 31 states are written anew and read by SIGHUP, again and again.
            The time of a login is that of its two requests, without the work of the visitor.
            """)

    @Flag(help: "Fewer rounds.") var quick = false
    @Option(help: "The program. Default: puente next to this one.") var puente: String?
    @Option(help: "Visitors at the same time.") var clients = 1
    @Option(help: "Milliseconds between two renewals.") var every = 500
    @Option(help: "The port that the server listens on.") var port = 18_481

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-bench-\(UUID().uuidString)")
        defer {
            // What cannot be removed lies in a temporary folder, and is worthless.
            try? FileManager.default.removeItem(at: folder)
        }
        let files = try ServerFiles(in: folder, port: port, at: Date())
        let server = try Server(program: Server.program(puente), files)
        defer { server.stop() }
        try Visitor(port: port).checkedLogin()
        _ = try seconds(20)
        var (alone, beside): ([Double], [Double]) = ([], [])
        var renewals = 0
        for _ in 0..<(quick ? 4 : 20) {
            alone += try seconds(100)
            let (times, count) = try whileRenewing(files, server) { try seconds(100) }
            beside += times
            renewals += count
        }
        var table = Table("login over HTTP, \(clients) at the same time", "logins", "median ms", "p99 ms", "renewals")
        table.add("nothing else", "\(alone.count)", milliseconds(alone.median), milliseconds(alone.late), "0")
        table.add(
            "while metadata is renewed", "\(beside.count)", milliseconds(beside.median), milliseconds(beside.late),
            "\(renewals)")
        table.add("ratio", "", ratio(beside.median / alone.median), ratio(beside.late / alone.late), "")
        print(table.text)
    }

    /// How long each login took.
    private func seconds(_ count: Int) throws -> [Double] {
        let found = Mutex<(times: [Double], failure: (any Error)?)>(([], nil))
        DispatchQueue.concurrentPerform(iterations: clients) { _ in
            do {
                let visitor = try Visitor(port: port)
                for _ in 0..<max(1, count / clients) {
                    let before = visitor.waited
                    try visitor.login()
                    found.withLock { $0.times.append(visitor.waited - before) }
                }
            } catch {
                found.withLock { $0.failure = error }
            }
        }
        let (times, failure) = found.withLock { $0 }
        if let failure { throw failure }
        return times
    }

    /// - Returns: what `work` gave, and how often everything was renewed meanwhile.
    private func whileRenewing(
        _ files: ServerFiles, _ server: Server, _ work: () throws -> [Double]
    ) throws -> ([Double], Int) {
        let state = Mutex<(isOver: Bool, count: Int)>((false, 0))
        let documents = try (1...40).map { try files.documents(validUntil: Date() + 86_400 + Double($0)) }
        let (process, pause) = (server.identifier, UInt32(every) * 1000)
        let thread = Thread {
            for round in documents {
                if state.withLock(\.isOver) { break }
                // What cannot be written is renewed the next time.
                try? files.publish(round)
                kill(process, SIGHUP)
                state.withLock { $0.count += 1 }
                usleep(pause)
            }
            state.withLock { $0.isOver = true }
        }
        thread.start()
        defer { state.withLock { $0.isOver = true } }
        let times = try work()
        return (times, state.withLock(\.count))
    }
}

extension [Double] {
    /// The 99th percentile.
    fileprivate var late: Double {
        let sorted = sorted()
        return sorted.isEmpty ? .nan : sorted[Swift.min(sorted.count - 1, sorted.count * 99 / 100)]
    }
}
