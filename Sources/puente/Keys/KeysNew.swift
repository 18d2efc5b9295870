// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Settings
import XMLSecurity
import YAMLText

struct KeysNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a private key and a self-signed certificate over it.",
        discussion: """
            Writes OUT.key, readable by its owner alone, and OUT.pem. Files that exist are never overwritten. With --ring the \
            key becomes the next one of that ring, or its first; its files then have the owner and the rights of the key \
            that is used now, so that whoever reads the one can read the other.

            Examples:
              puente keys new --use signing --name "My node" --out keys/signing
              puente keys new --use encryption --name "My node" --out keys/encryption
              puente keys new --use tls --kind p256 --name puente.example.org --out keys/tls
              puente keys new --use signing --name "My node" --ring keys/connector-signing.yaml
            """)

    enum Use: String, ExpressibleByArgument, CaseIterable { case signing, encryption, tls }

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case rsa3072 = "rsa-3072"
        case rsa4096 = "rsa-4096"
        case p256, p384, p521
        case brainpoolP256r1, brainpoolP384r1, brainpoolP512r1

        var keyKind: KeyKind {
            switch self {
            case .rsa3072: .rsa(bits: 3072)
            case .rsa4096: .rsa(bits: 4096)
            case .p256: .ec(.p256)
            case .p384: .ec(.p384)
            case .p521: .ec(.p521)
            case .brainpoolP256r1: .ec(.brainpoolP256r1)
            case .brainpoolP384r1: .ec(.brainpoolP384r1)
            case .brainpoolP512r1: .ec(.brainpoolP512r1)
            }
        }
    }

    @Option(help: "What the key is for.") var use: Use
    @Option(help: "What kind of key.") var kind = Kind.rsa3072
    @Option(help: "Common name of the certificate.") var name: String
    @Option(help: "Organization of the certificate.") var organization: String?
    @Option(help: "Country of the certificate, two capitals.") var country: String?
    @Option(help: "Days that the certificate is valid, 1 to 3650.") var days = 730
    @Option(
        help: "Path without extension. Default with --ring: beside the ring, named like it and the id.",
        completion: .file())
    var out: String?
    @OptionGroup var ring: RingOption

    func validate() throws {
        guard (1...3650).contains(days) else { throw ValidationError("--days must be from 1 to 3650.") }
        for (option, text) in [("--name", name), ("--organization", organization)] {
            guard let text else { continue }
            guard (1...64).contains(text.utf8.count),
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else {
                throw ValidationError("\(option) must have 1 to 64 octets, on one line.")
            }
        }
        guard country.map({ $0.utf8.count == 2 && $0 == $0.uppercased() }) ?? true else {
            throw ValidationError("--country must be two capitals.")
        }
        guard out.map({ !$0.isEmpty && !$0.hasSuffix("/") }) ?? true else {
            throw ValidationError("--out must be a path with a name at its end.")
        }
        guard out != nil || ring.ring != nil else { throw ValidationError("Say where to write: --out or --ring.") }
        guard ring.ring == nil || use != .tls else { throw ValidationError("A key for TLS has no ring.") }
    }

    func run() throws {
        let now = Date()
        let id = try ring.id(at: now)
        try ring.check(id, at: now)
        let out = self.out ?? ring.path(of: id)
        try refuseExisting(out)
        let key = try PrivateKey.generate(kind.keyKind)
        let certificate = try key.certify(
            commonName: name, organization: organization, country: country, usage: usage, from: now - 60,
            until: now + Double(days) * 86_400)
        try ring.checkUse(of: certificate, at: now)
        let owner = try ring.model()
        try write(try key.pem(), to: out + ".key", mode: 0o600, like: owner)
        try write(certificate.pem, to: out + ".pem", mode: 0o644, like: owner)
        print("\(out).key   \(key.kind), keep it secret")
        print("\(out).pem   SHA-256 \(certificate.fingerprint), until \(certificate.notAfter.formatted(.iso8601))")
        try ring.add(id, .pem(path: absolute(out + ".key")), certificate: absolute(out + ".pem"), at: now)
    }

    private var usage: CertificateUsage {
        switch (use, kind.keyKind) {
        case (.signing, _): .signing
        case (.encryption, .rsa): .encryption
        case (.encryption, _): .agreement
        case (.tls, _): .server
        }
    }

    /// Both or neither: a key without its certificate is of no use.
    private func refuseExisting(_ out: String) throws {
        for path in [out + ".key", out + ".pem"] where FileManager.default.fileExists(atPath: path) {
            throw failure("\(path) exists already and is left as it is")
        }
    }

    private func write(_ text: String, to path: String, mode: Int, like model: String?) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw failure("\(folder.path) is no folder and cannot be made one")
        }
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        else { throw failure("\(path) cannot be written") }
        if let model { LocalFile.resemble(path, model, isSecret: mode == 0o600) }
    }
}
