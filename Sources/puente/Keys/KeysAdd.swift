// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import Settings
import Trust
import XMLSecurity
import YAMLText

struct KeysAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Take a key that exists into a ring.",
        discussion: """
            The first key of a ring is the active one, any other the next one. The key stays where it is: in a PEM file, in a \
            PKCS#12 file, or in a PKCS#11 token. Passphrases and PINs are not arguments: --secret says where they are, as \
            file:PATH, environment:NAME or credential:NAME.

            Examples:
              puente keys add --ring keys/signing.yaml --key keys/old.key --certificate keys/old.pem
              puente keys add --ring keys/signing.yaml --pkcs12 keys/new.p12 --secret credential:p12-passphrase
              puente keys add --ring keys/signing.yaml --module /usr/lib/softhsm/libsofthsm2.so \\
                --uri "pkcs11:token=Puente;object=signing" --secret file:/etc/puente/pin --certificate keys/hsm.pem
            """)

    /// `file:PATH`, `environment:NAME` or `credential:NAME`.
    struct SecretArgument: ExpressibleByArgument {
        let secret: Secret

        init?(argument: String) {
            let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            switch parts[0] {
            case "file": secret = .file(path: parts[1])
            case "environment": secret = .environment(name: parts[1])
            case "credential": secret = .credential(name: parts[1])
            default: return nil
            }
        }
    }

    @OptionGroup var ring: RingOption
    @Option(help: "A private key in PEM.", completion: .file()) var key: String?
    @Option(help: "A PKCS#12 file with one key and its certificates.", completion: .file()) var pkcs12: String?
    @Option(help: "A PKCS#11 module.", completion: .file(extensions: ["so"])) var module: String?
    @Option(help: "Which key in which token (RFC 7512), without a PIN.") var uri: String?
    @Option(help: "Where the passphrase or PIN is: file:PATH, environment:NAME or credential:NAME.")
    var secret: SecretArgument?
    @Option(help: "The certificate and its chain, in PEM.", completion: .file()) var certificate: String?

    func validate() throws {
        guard ring.ring != nil else { throw ValidationError("Name the ring: --ring.") }
        guard [key, pkcs12, module].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Say where the key is, once: --key, --pkcs12, or --module and --uri.")
        }
        guard (module == nil) == (uri == nil) else { throw ValidationError("--module and --uri go together.") }
        guard (key == nil) == (secret != nil) else {
            throw ValidationError("--secret goes with --pkcs12 and with --module, and with nothing else.")
        }
        guard certificate != nil || pkcs12 != nil else { throw ValidationError("Name the certificate: --certificate.") }
        guard uri.map({ $0.hasPrefix("pkcs11:") && !$0.contains("pin-") }) ?? true else {
            throw ValidationError("--uri must begin with pkcs11: and hold no PIN.")
        }
    }

    func run() throws {
        let now = Date()
        let faults = Faults()
        let found = OwnKeys.certificate(of: place, certificate.map(absolute), at: now, into: faults)
        guard let found, faults.isEmpty else { throw Configuration.report(faults.sorted) }
        try ring.checkUse(of: found, at: now)
        try ring.add(try ring.id(at: now), place, certificate: certificate.map(absolute), at: now)
    }

    private var place: Settings.KeyPlace {
        let secret =
            switch secret?.secret ?? .file(path: "") {
            case .file(let path): Secret.file(path: absolute(path))
            case let other: other
            }
        if let pkcs12 { return .pkcs12(path: absolute(pkcs12), passphrase: secret) }
        if let module, let uri { return .pkcs11(module: absolute(module), uri: uri, pin: secret) }
        return .pem(path: absolute(key ?? ""))
    }
}

/// A path as it can be opened from anywhere: what is written in a ring is seen from the folder of the ring.
func absolute(_ path: String) -> String {
    path.hasPrefix("/")
        ? path : URL(fileURLWithPath: FileManager.default.currentDirectoryPath).appending(path: path).standardized.path
}
