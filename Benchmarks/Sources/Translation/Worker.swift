// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity
import YAMLText

struct Worker: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Translate answers on command, beside other programs that do the same.",
        discussion: """
            Prints one line of JSON when it is ready, then one for each line that it reads:
              run N        translates the next N messages of the corpus, and tells CPU and wall seconds
              once K PATH  translates message K and writes the result
              recv N       receives the next N messages, and no more
              quit
            The folder of messages has resp-000000.xml and so on, and manifest.jsonl, which names each person's country.
            """)

    @Option(help: "The algorithms, such as rsa3072-sha256.") var suite: String
    @Option(help: "The folder of keys.") var keys: String
    @Option(help: "The folder of messages.") var corpus: String
    @Option(help: "How many messages to read.") var count: Int
    @Option(help: "Not needed: keys and addresses are known.") var world: String?

    func run() throws {
        guard let suite = Suite.named(suite) else { return say(["ready": "false", "reason": "\"no such suite\""]) }
        let messages = try ForeignCorpus(folder: corpus, count: count)
        let translator = try Translator(
            Cast(folder: keys, suite: suite), .peers, states: Set(messages.states), mapping: peersMapping(),
            confirmedBy: nil)
        say(["ready": "true", "name": "\"puente\"", "library": "\"Swift, libxml2, libcrypto\""])
        var next = 0
        while let line = readLine() {
            let words = line.split(separator: " ")
            switch (words.first, words.dropFirst().first.flatMap { Int($0) }) {
            case ("run"?, let n?):
                try repeated(n, &next, messages) { _ = try translator.translate($0, from: $1, at: Date()) }
            case ("recv"?, let n?):
                try repeated(n, &next, messages) { _ = try translator.receive($0, from: $1, at: Date()) }
            case ("once"?, let k?) where words.count == 3:
                let sealed = try translator.translate(messages.texts[k], from: messages.states[k], at: Date())
                let octets = sealed.fields.first.flatMap { Base64.decode($0.value) } ?? []
                try Data(octets).write(to: URL(filePath: String(words[2])))
                say(["written": "\"\(words[2])\""])
            case ("quit"?, _): return
            default: say(["unsupported": "true"])
            }
        }
    }

    private func repeated(
        _ count: Int, _ next: inout Int, _ messages: ForeignCorpus, _ work: (String, MemberState) throws -> Void
    ) throws {
        let (cpu, wall) = (cpuSeconds(), wallSeconds())
        for _ in 0..<count {
            try work(messages.texts[next], messages.states[next])
            next = (next + 1) % messages.texts.count
        }
        say(["n": "\(count)", "cpu_s": "\(cpuSeconds() - cpu)", "wall_s": "\(wallSeconds() - wall)"])
    }

    private func say(_ members: KeyValuePairs<String, String>) {
        let text = "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}\n"
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    /// The names that the peers' bench has agreed on for what is written.
    private func peersMapping() throws -> MappingTable {
        let faults = Faults()
        guard let table = MappingTable.read(path: Repository.path("Benchmarks/mapping.yaml"), into: faults),
            faults.isEmpty
        else { throw Failure(faults.sorted.map { "\($0)" }.joined(separator: "\n")) }
        return table
    }
}

/// Messages that the peers' bench has made.
private struct ForeignCorpus {
    /// In Base64.
    let texts: [String]
    let states: [MemberState]

    init(folder: String, count: Int) throws {
        let folder = URL(filePath: folder)
        texts = try (0..<count).map { number in
            let name = String(repeating: "0", count: max(0, 6 - "\(number)".count)) + "\(number)"
            return Base64.encode(Array(try Data(contentsOf: folder.appending(path: "resp-\(name).xml"))))
        }
        let manifest = String(decoding: try Data(contentsOf: folder.appending(path: "manifest.jsonl")), as: UTF8.self)
        states = try manifest.split(separator: "\n").prefix(count).map { line in
            guard let key = line.firstRange(of: "\"name_id\": \""),
                let state = MemberState(rawValue: String(line[key.upperBound...].prefix(2)))
            else { throw Failure("manifest.jsonl: a line without name_id") }
            return state
        }
    }
}

extension Places {
    /// Those of the peers' bench. Its messages may be half a day old.
    fileprivate static let peers = Places(
        sender: EntityID("https://up.bench.example/ServiceMetadata"),
        connector: EntityID("https://px.bench.example/sp"),
        answers: "https://px.bench.example/sp/acs", gateway: EntityID("https://px.bench.example/idp"),
        receiver: EntityID("https://dn.bench.example/sp"), returns: "https://dn.bench.example/sp/acs", patience: 43_200)
}
