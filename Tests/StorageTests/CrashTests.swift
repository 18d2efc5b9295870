// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Glibc
import SQLiteStore
import Storage
import Testing

/// What happens to a process happens to a child of the test here.
@Suite("The SQLite store in a process that dies")
struct CrashTests {
    @Test(
        "A process killed in mid-write leaves whole steps, and every step that it was told of", arguments: [1, 40, 150])
    func killed(after last: Int) async throws {
        try await withFile { path in
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, last = last as Int] in
                let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
                let told = open(path + ".told", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for caller in 1...16 {
                        group.addTask {
                            for number in stride(from: caller, through: 400, by: 16) {
                                let key = ReplayKey.request("\(number)")
                                try await store.open(.sample(number), using: [key], .sample(at: .noon, number))
                                _ = "\(number)\n".withCString { write(told, $0, strlen($0)) }
                                if number == last { kill(getpid(), SIGKILL) }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let told = try String(contentsOfFile: path + ".told", encoding: .utf8).split(separator: "\n").compactMap {
                Int($0)
            }
            #expect(told.contains(last))
            try await expectWholeSteps(path, told: Set(told))
        }
    }

    private func expectWholeSteps(_ path: String, told: Set<Int>) async throws {
        let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
        let lines = try await store.verifiedLines()
        var kept: Set<Int> = []
        for number in 1...400 where (try? await store.find(.numbered(number))) != nil { kept.insert(number) }
        #expect(kept.isSuperset(of: told))
        #expect(kept.count == lines.count && kept.count < 400)
        let unused = try await winners(
            of: 400, failing: { $0 is StoreError },
            { caller in
                let key = ReplayKey.request("\(caller + 1)")
                try await store.open(.sample(1001 + caller), using: [key], .sample())
            })
        #expect(unused == 400 - kept.count)
        await store.close()
    }

    @Test(
        "A full disk is reported to each caller; what was written before stays, and writing goes on when there is room")
    func full() async throws {
        try await withFile { path in
            await #expect(processExitsWith: .success) { [path = path as String] in
                let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
                try await store.openAsked()
                let unlimited = limitFiles(to: 200_000)
                let won = try await winners(of: 2000, failing: isUnavailable) {
                    try await store.open(.sample(10 + $0), using: [.request("\($0)")], .sample())
                }
                #expect(won < 2000)
                _ = limitFiles(to: 4096)
                await expectUnavailable("SQLite") { try await store.probe() }
                #expect(try await store.find(.numbered(1)).id == .numbered(1))
                _ = limitFiles(to: unlimited)
                try await store.probe()
                #expect(try await store.verifiedLines().count == 2 + won)
                await store.close()
            }
        }
    }
}

/// Lets no file of this process grow beyond so many octets, and returns how many were allowed before.
private func limitFiles(to octets: rlim_t) -> rlim_t {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    let before = limit.rlim_cur
    limit.rlim_cur = octets
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    return before
}

private func isUnavailable(_ error: any Error) -> Bool {
    if case .unavailable = error as? StoreError { true } else { false }
}
