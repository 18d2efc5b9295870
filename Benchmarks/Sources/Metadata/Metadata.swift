// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation

struct Metadata: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure loading and verifying aggregates beside xmlsec1.",
        discussion: """
            Each program is a whole process, its start included, in turn with the others. Puente reads and judges one of
            the entities, or 62, with their keys; xmlsec1 says only whether the signature is good. RSA-4096, SHA-256.
            """)

    @Flag(help: "Fewer rounds, and no aggregate of 50,000 entities.") var quick = false

    private struct Tool: Sendable {
        let name: String
        let command: @Sendable (AggregateFile) -> [String]
    }

    private struct Run {
        let cpu: Double
        let megabytes: Double
    }

    private static let tools = [
        Tool(name: "xmlsec1 --verify") { file in
            [
                "xmlsec1", "--verify", "--enabled-reference-uris", "empty,same-doc", "--enabled-key-data",
                "raw-x509-cert", "--pubkey-cert-pem", file.anchor.path, "--id-attr:ID",
                "urn:oasis:names:tc:SAML:2.0:metadata:EntitiesDescriptor", file.document.path,
            ]
        },
        Tool(name: "Puente, one entity") { verify($0, all: false) },
        Tool(name: "Puente, \(AggregateFile.wanted) entities") { verify($0, all: true) },
        Tool(name: "xmlsec1, nothing to do") { _ in ["xmlsec1", "--version"] },
        Tool(name: "Puente, nothing to do") { _ in [CommandLine.arguments[0], "verify", "--help"] },
    ]

    private static func verify(_ file: AggregateFile, all: Bool) -> [String] {
        [CommandLine.arguments[0], "verify", file.document.path, file.anchor.path, file.expected(all: all).path]
    }

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for count in quick ? [64, 5000] : [64, 5000, 50_000] {
            let file = AggregateFile(folder: folder, count: count)
            try file.write(validUntil: Date() + 86_400)
            try measure(file, rounds: quick ? 3 : 7, in: folder)
        }
    }

    private func measure(_ file: AggregateFile, rounds: Int, in folder: URL) throws {
        var runs = [[Run]](repeating: [], count: Self.tools.count)
        for round in 0..<rounds {
            for place in Self.tools.indices {
                let turn = (place + round) % Self.tools.count
                runs[turn].append(try once(Self.tools[turn].command(file), in: folder))
            }
        }
        let size = try FileManager.default.attributesOfItem(atPath: file.document.path)[.size] as? Int ?? 0
        print("\(file.count) entities, \(String(format: "%.1f", Double(size) / 1e6)) MB")
        var table = Table("", "CPU s", "x xmlsec1", "peak MB")
        let base = runs[0].map(\.cpu)
        for (tool, runs) in zip(Self.tools, runs) {
            let ratios = zip(runs.map(\.cpu), base).map { $0 / $1 }
            table.add(
                tool.name, String(format: "%.3f", runs.map(\.cpu).median), ratio(ratios.median),
                String(format: "%.0f", runs.map(\.megabytes).median))
        }
        print(table.text + "\n")
    }

    /// Under GNU time: what is started straight from here would begin with the memory of this process as its own peak.
    private func once(_ command: [String], in folder: URL) throws -> Run {
        let report = folder.appending(path: "time")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/time")
        process.arguments = ["-q", "-f", "%M", "-o", report.path] + command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let before = Self.childrenSeconds()
        try process.run()
        process.waitUntilExit()
        let cpu = Self.childrenSeconds() - before
        guard process.terminationStatus == 0,
            let kilobytes = Double(try String(contentsOf: report, encoding: .utf8).filter { !$0.isWhitespace })
        else { throw Failure("this failed: \(command.joined(separator: " "))") }
        return Run(cpu: cpu, megabytes: kilobytes / 1024)
    }

    private static func childrenSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }.reduce(0, +)
    }
}
