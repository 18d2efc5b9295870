// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Storage
import Testing

@Suite("Sealing at rest")
struct AtRestTests {
    private let atRest = AtRest(.numbered(1))

    @Test("What was sealed opens, and is sealed differently each time")
    func roundTrip() throws {
        let sealed = try atRest.seal(.sample())
        #expect(try atRest.open(sealed, as: .numbered(1)) == .sample())
        #expect(try atRest.seal(.sample()) != sealed)
        #expect(sealed.octets.range(of: Data(Exchange.marker.utf8)) == nil)
    }

    @Test("What an older version wrote of an exchange that has ended is still read")
    func endedBefore() throws {
        let stage = Data(#"{"finished":{"_0":"identified"}}"#.utf8)
        #expect(try JSONDecoder().decode(Exchange.Stage.self, from: stage) == .finished)
    }

    @Test("Who sealed it remembers nothing else than what another reads, whatever was sealed since")
    func remembered() throws {
        let choosing = Exchange.sample()
        let asked = try choosing.asked(.sample("_q"), in: "en")
        let finished = try asked.finished(answering: MessageID("_q"))
        let rows = try [choosing, asked, finished].map { ($0, try atRest.seal($0)) }
        for (exchange, sealed) in rows {
            #expect(try AtRest(.numbered(1)).open(sealed, as: .numbered(1)) == exchange)
            #expect(try atRest.open(sealed, as: .numbered(1)) == exchange)
        }
    }

    @Test("A flipped bit anywhere does not open", arguments: [0, 11, 12, 100, -17, -16, -1])
    func flipped(position: Int) throws {
        let sealed = try atRest.seal(.sample())
        var octets = [UInt8](sealed.octets)
        octets[position < 0 ? octets.count + position : position] ^= 1
        expectUnavailable("does not open") {
            try atRest.open(Sealed(keyID: sealed.keyID, octets: Data(octets)), as: .numbered(1))
        }
    }

    @Test("A cut-off row does not open", arguments: [0, 1, 27, 28, 60])
    func cut(length: Int) throws {
        let sealed = try atRest.seal(.sample())
        expectUnavailable {
            try atRest.open(Sealed(keyID: sealed.keyID, octets: sealed.octets.prefix(length)), as: .numbered(1))
        }
    }

    @Test("A row does not open as another exchange")
    func moved() throws {
        let sealed = try atRest.seal(.sample(1))
        expectUnavailable("does not open") { try atRest.open(sealed, as: .numbered(2)) }
    }

    @Test("A foreign key is refused by name")
    func foreign() throws {
        let sealed = try atRest.seal(.sample())
        expectUnavailable(sealed.keyID) { try AtRest(.numbered(2)).open(sealed, as: .numbered(1)) }
        expectUnavailable("does not open") {
            let disguised = Sealed(keyID: AtRest.Key.numbered(2).id, octets: sealed.octets)
            return try AtRest(.numbered(2)).open(disguised, as: .numbered(1))
        }
    }

    @Test("An older key opens what it sealed; the newest seals")
    func rotation() throws {
        let old = try atRest.seal(.sample())
        let rotated = AtRest(.numbered(2), older: [.numbered(1)])
        #expect(try rotated.open(old, as: .numbered(1)) == .sample())
        #expect(try rotated.seal(.sample()).keyID == AtRest.Key.numbered(2).id)
    }

    @Test("A key is 32 octets and never shows itself", arguments: [0, 16, 31, 33])
    func length(count: Int) {
        var octets = [UInt8](repeating: 1, count: count)
        #expect(AtRest.Key(taking: &octets) == nil)
        #expect("\(AtRest.Key.numbered(1))" == "key 72cd6e8422c407fb")
    }
}

@Suite("The key file")
struct KeyFileTests {
    @Test("A missing file is made for its owner alone, and read again")
    func made() async throws {
        try await withFolder { folder in
            let path = folder + "/new/store.key"
            let sealed = try AtRest(keyFile: path).seal(.sample())
            #expect(try AtRest(keyFile: path).open(sealed, as: .numbered(1)) == .sample())
            #expect(try permissions(path) == 0o600)
            #expect(try permissions(folder + "/new") == 0o700)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/new") == ["store.key"])
        }
    }

    @Test("The first line seals, every line opens")
    func rotation() async throws {
        try await withFolder { folder in
            let path = folder + "/store.key"
            let lines = [UInt8(2), 1].map { String(repeating: "0\($0)", count: 32) }
            try write(lines.joined(separator: "\n") + "\n\n", to: path, permissions: 0o400)
            let atRest = try AtRest(keyFile: path)
            #expect(try atRest.seal(.sample()).keyID == AtRest.Key.numbered(2).id)
            #expect(try atRest.open(AtRest(.numbered(1)).seal(.sample()), as: .numbered(1)) == .sample())
        }
    }

    @Test("A file that others may read or write is refused", arguments: [0o604, 0o640, 0o620, 0o602, 0o644])
    func readable(mode: Int) async throws {
        try await withFolder { folder in
            let path = folder + "/store.key"
            try write(String(repeating: "01", count: 32), to: path, permissions: mode)
            expectUnavailable("chmod 600") { try AtRest(keyFile: path) }
        }
    }

    @Test(
        "A line that is no key is named",
        arguments: [
            String(repeating: "0", count: 63), String(repeating: "é", count: 32), String(repeating: "+1", count: 32),
        ])
    func malformed(line: String) async throws {
        try await withFolder { folder in
            let path = folder + "/store.key"
            try write(String(repeating: "01", count: 32) + "\n" + line, to: path, permissions: 0o600)
            expectUnavailable("line 2") { try AtRest(keyFile: path) }
        }
    }

    @Test("An empty file, a folder and an unreachable place are refused")
    func unusable() async throws {
        try await withFolder { folder in
            try write("\n", to: folder + "/empty", permissions: 0o600)
            expectUnavailable("no key") { try AtRest(keyFile: folder + "/empty") }
            expectUnavailable { try AtRest(keyFile: folder) }
            expectUnavailable { try AtRest(keyFile: folder + "/empty/below/store.key") }
        }
    }

    private func write(_ text: String, to path: String, permissions: Int) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    }
}

func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

/// Expects `StoreError.unavailable` whose text holds `part`.
func expectUnavailable<T>(
    _ part: String = "", sourceLocation: SourceLocation = #_sourceLocation, _ call: () throws -> T
) {
    let error = #expect(throws: StoreError.self, sourceLocation: sourceLocation) { _ = try call() }
    guard case .unavailable(let text) = error, part.isEmpty || text.contains(part) else {
        Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
        return
    }
}
