// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// A running `puente serve`.
final class Server {
    private let process = Process()
    let port: Int
    /// Wall and CPU seconds from its start until it was ready.
    let start: (wall: Double, cpu: Double)

    /// The program of that path, or `puente` next to this one.
    static func program(_ path: String?) -> URL {
        path.map { URL(filePath: $0) }
            ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(
                path: "puente")
    }

    /// Starts it, and waits until it is ready.
    init(program: URL, _ files: ServerFiles) throws {
        port = files.port
        process.executableURL = program
        process.arguments = ["serve", "--config", files.settings, "--drain", "0"]
        process.standardError = FileHandle.nullDevice
        let begin = wallSeconds()
        try process.run()
        while true {
            guard process.isRunning, wallSeconds() - begin < 60 else {
                throw Failure("\(program.path) does not start: try puente check --config \(files.settings)")
            }
            if (try? HTTPConnection(port: port, host: ServerFiles.host).get("/health/ready"))?.status == 200 { break }
            usleep(500)
        }
        start = (wallSeconds() - begin, Self.cpuSeconds(of: process.processIdentifier))
    }

    var identifier: pid_t { process.processIdentifier }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    var cpuSeconds: Double { Self.cpuSeconds(of: process.processIdentifier) }

    /// Resident now, and at most so far, in megabytes.
    var memory: (now: Double, peak: Double) {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        func megabytes(_ name: String) -> Double {
            status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
                .flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Double($0) }.map {
                    $0 / 1024
                } ?? 0
        }
        return (megabytes("VmRSS"), megabytes("VmHWM"))
    }

    private static func cpuSeconds(of process: pid_t) -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return .nan }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
