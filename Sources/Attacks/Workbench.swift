// SPDX-License-Identifier: EUPL-1.2
public import Foundation
import Glibc

/// The files of a node that was made to be attacked, and the program that serves them.
public struct Workbench: Sendable {
    public let folder: URL
    public let program: URL

    public init(folder: URL, program: URL) {
        self.folder = folder
        self.program = program
    }

    public struct Result: Sendable {
        public let code: Int32
        public let output: String
    }

    public func file(_ path: String) -> URL { folder.appending(path: path) }

    /// Runs the program with these arguments to its end; output and errors are one text.
    public func run(_ arguments: [String], seconds: Double = 60) async throws -> Result {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let output = folder.appending(path: "output-\(UUID().uuidString).txt")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let end = Date() + seconds
        while process.isRunning, Date() < end { try await Task.sleep(for: .milliseconds(10)) }
        if process.isRunning {
            process.terminate()
            throw Obstacle("\(arguments.joined(separator: " ")) took longer than \(seconds) seconds")
        }
        return Result(code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8))
    }
}

/// A node under attack: the program that serves a workbench, in a process of its own.
public final class HostedNode: Sendable {
    private let process: Process
    public let journal: URL

    /// Starts it, and waits until it listens.
    public init(_ bench: Workbench, seconds: Double = 30) async throws {
        journal = bench.file("node.log")
        try Data().write(to: journal)
        process = Process()
        process.executableURL = bench.program
        process.arguments = ["serve", "--config", bench.file("puente.yaml").path, "--drain", "0"]
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: journal)
        try process.run()
        let end = Date() + seconds
        while true {
            let log = try String(contentsOf: journal, encoding: .utf8)
            if log.contains("Puente listens on") { return }
            guard process.isRunning, Date() < end else {
                process.terminate()
                throw Obstacle("the node did not start: " + log.suffix(500))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    public var isRunning: Bool { process.isRunning }

    /// Ends it at once, wherever it is.
    func kill() async {
        Glibc.kill(process.processIdentifier, SIGKILL)
        for _ in 0..<300 where process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
    }

    public func stop() async {
        process.terminate()
        for _ in 0..<300 where process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
        if process.isRunning { await kill() }
    }
}
