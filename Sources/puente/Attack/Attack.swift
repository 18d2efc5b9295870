// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Attacks
import Federation
import Foundation
import PuenteTestKit
import YAMLText

struct Attack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Attack a node with everything that is known against SAML, and report what it did.",
        discussion: """
            Starts a Puente with throw-away keys on loopback, sends it every sample of the corpus and genuine messages among \
            them, and prints what became of each. Exit code 0 if every attack was refused by a rule that belongs to it and no \
            genuine message was.

            Examples:
              puente attack
              puente attack list
              puente attack vectors --out vectors
              puente attack prepare https://preproduction.example.org --out attack
            """,
        subcommands: [AttackRun.self, AttackList.self, AttackVectors.self, AttackPrepare.self],
        defaultSubcommand: AttackRun.self)
}

struct AttackList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every sample, with the rules that may stop it.",
        discussion: """
            Example:
              puente attack list D05
            """)

    @Argument(help: "Samples whose class, role or title holds this text; none: all.") var only: [String] = []

    func run() async throws {
        let samples = Corpus.samples(matching: only)
        guard !samples.isEmpty else { throw failure("No sample of the corpus matches.") }
        var table = TextTable("CLASS", "ROLE", "SAMPLE", "STOPPED BY")
        for sample in samples {
            let rules = sample.rules.isEmpty ? "HTTP" : sample.rules.map(\.code).joined(separator: ", ")
            table.add([sample.attackClass, sample.role.rawValue, sample.title, rules])
        }
        print(table.text)
        print("\n\(samples.count) samples of \(Set(samples.map(\.attackClass)).count) classes")
    }
}

struct AttackVectors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors", abstract: "Write the samples that are documents to files, for other implementations.",
        discussion: """
            Each file has lines `name: value`, an empty line, and the message as it is. With them are the keys and names that \
            belong to it, and a README that tells the format. The messages are good for the instant that they name.

            Example:
              puente attack vectors --out vectors
            """)

    @Argument(help: "Samples whose class, role or title holds this text; none: all.") var only: [String] = []
    @Option(help: "The folder; it must not exist yet.", completion: .directory) var out: String

    func run() async throws {
        guard !FileManager.default.fileExists(atPath: out) else {
            throw failure("\(out) exists already and is left as it is")
        }
        TestKey.use(.thrownAway(at: Date()))
        do {
            let count = try VectorFolder.write(
                Corpus.samples(matching: only), to: URL(filePath: out, directoryHint: .isDirectory), at: Date())
            print("\(count) vectors are in \(out).")
        } catch let error as CocoaError {
            throw failure("\(out) cannot be written: \(error.localizedDescription)")
        }
    }
}

struct AttackPrepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare", abstract: "Make what a test endpoint has to register before it can be attacked.",
        discussion: """
            Writes keys, certificates and metadata of the service, the foreign node, the foreign Connector and the national \
            gateway that the attacker plays, and a profile to correct. The owner of the endpoint registers them, and attests \
            with each run that they agree.

            Example:
              puente attack prepare https://preproduction.example.org --out attack
              puente attack --target attack/profile.yaml
            """)

    @Argument(help: "Scheme, host and port of the test endpoint.") var address: String
    @Option(help: "The folder; it must not exist yet.", completion: .directory) var out: String

    func validate() throws {
        guard WebAddress(address) != nil else {
            throw ValidationError("expected an address such as https://preproduction.example.org, found \"\(address)\"")
        }
    }

    func run() async throws {
        guard !FileManager.default.fileExists(atPath: out) else {
            throw failure("\(out) exists already and is left as it is")
        }
        let folder = URL(filePath: out, directoryHint: .isDirectory)
        let keys = folder.appending(path: "keys")
        let address = address.hasSuffix("/") ? String(address.dropLast()) : address
        do {
            try FileManager.default.createDirectory(
                at: keys, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let target = Target(address: address, keys: keys)
            TestKey.use(.folder(keys, at: Date()))
            Parties.use(target.parties)
            for (name, text) in try target.registration(at: Date()) {
                try Data(text.utf8).write(to: folder.appending(path: name))
            }
            try Data(target.text.utf8).write(to: folder.appending(path: "profile.yaml"))
        } catch let error as CocoaError {
            throw failure("\(out) cannot be written: \(error.localizedDescription)")
        }
        print(
            """
            \(out) is made. Register at \(address):

              service.pem            the certificate of the service \(Parties.current.service), which is
                                     answered at \(Parties.current.returnAddress)
              country.xml            the metadata of a Proxy-Service, DE
              foreign-connector.xml  the metadata of a Connector, FR
              metadata-signer.pem    the certificate that signs both
              national-gateway.pem   the certificate of the national gateway at
                                     \(Parties.current.nationalGateway)

            Correct profile.yaml where the endpoint knows them by other names, then:
              puente attack --target \(out)/profile.yaml
            """)
    }
}
