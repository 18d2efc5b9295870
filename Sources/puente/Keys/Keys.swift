// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Settings
import Trust
import XMLSecurity
import YAMLText

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make keys, and change them while logins go on.",
        discussion: """
            A key ring holds several keys of one purpose: make the next one, wait until others have it, roll to it, and \
            retire the old one. Docs/keys.md explains it all.

            Examples:
              puente keys new --use encryption --name "My node" --out keys/encryption
              puente keys list
              puente keys roll connector.signing
            """,
        subcommands: [KeysNew.self, KeysAdd.self, KeysList.self, KeysRoll.self, KeysRetire.self])
}

/// Which ring a key joins, and as what.
struct RingOption: ParsableArguments {
    @Option(help: "The key ring that the key joins.", completion: .file(extensions: ["yaml", "yml"]))
    var ring: String?
    @Option(help: "What the ring calls the key. Default the day.")
    var id: String?

    func validate() throws {
        guard id.map(KeyRing.isName) ?? true else {
            throw ValidationError("--id must be 1 to 64 letters, digits, - . or _.")
        }
    }

    /// Of its own in the ring, unless it was asked for.
    func id(at now: Date) throws -> String {
        if let id { return id }
        let known = Set(try read()?.entries.map(\.id) ?? [])
        let days = [now.day] + (2...999).map { "\(now.day).\($0)" }
        return days.first { !known.contains($0) } ?? now.day
    }

    /// Beside the ring, named like it and the key.
    func path(of id: String) -> String {
        ((path ?? "") as NSString).deletingPathExtension + "-" + id
    }

    /// The file of the key that is used now, whose owner and rights those of another are like.
    func model() throws -> String? { try read()?.first(.active)?.key.file }

    /// Refused before anything is written.
    func check(_ id: String, at now: Date) throws {
        guard let path else { return }
        var ring = try read() ?? KeyRing(file: path)
        try turning {
            try ring.add(.init(id: id, state: .next, since: now, key: .pem(path: ""), certificate: nil), at: now)
        }
    }

    /// Keys of a ring are of one use.
    func checkUse(of certificate: Certificate, at now: Date) throws {
        guard let path, let active = try read()?.first(.active) else { return }
        // Of a ring that cannot be read the node's own check tells.
        let own = OwnKeys.certificate(of: active.key, active.certificate, at: now, into: Faults())
        let isAlike = own.map {
            $0.maySign && certificate.maySign || $0.mayEncrypt && certificate.mayEncrypt
        }
        guard isAlike ?? true else {
            throw failure(
                "Not done: the keys of \(path) are for \(own?.maySign == true ? "signatures" : "encryption"), this one is not."
            )
        }
    }

    func add(_ id: String, _ place: Settings.KeyPlace, certificate: String?, at now: Date) throws {
        guard let path else { return }
        let entry = KeyRing.Entry(id: id, state: .next, since: now, key: place, certificate: certificate)
        let state = try turning {
            try KeyRing.change(path: path, ifAbsent: KeyRing(file: path)) { ring in
                try ring.add(entry, at: now)
                return ring.entries.last?.state ?? .next
            }
        }
        print("\(path)   has it as \(id), the \(state.rawValue) one. Then: systemctl reload puente")
    }

    private var path: String? { ring.map(absolute) }

    private func read() throws -> KeyRing? {
        guard let path, FileManager.default.fileExists(atPath: path) else { return nil }
        let faults = Faults()
        let ring = KeyRing.read(
            path: path, isProduction: false, rules: SettingsRules(checksFiles: false), into: faults)
        guard faults.isEmpty else { throw Configuration.report(faults.sorted) }
        return ring
    }
}

/// Changes a ring, or says why not, with exit code 1.
func turning<Value>(_ work: () throws -> Value) throws -> Value {
    do { return try work() } catch let fault as Fault { throw failure("Not done: \(fault)") }
}
