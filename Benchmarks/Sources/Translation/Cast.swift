// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import XMLSecurity

/// Whose keys take part in translating a message.
struct Cast: Sendable {
    struct Credential: Sendable {
        let key: PrivateKey
        let certificate: Certificate
    }

    let suite: Suite
    /// Signs what we read. We know its certificate only.
    let sender: Certificate
    let ourSigning: Credential
    let ourEncryption: Credential
    /// We encrypt for it.
    let receiver: Certificate

    /// The committed test keys.
    init(testKeysFor suite: Suite) throws {
        let (signing, encryption) = (TestKeys(suite.signing), TestKeys(suite.encryption))
        self.suite = suite
        sender = try signing.sender.certificate()
        ourSigning = try Credential(signing.ourSigning)
        ourEncryption = try Credential(encryption.ourEncryption)
        receiver = try encryption.receiver.certificate()
    }

    /// A folder `<kind>/<who>-<use>.key.pem` and `.crt.pem`, with `up`, `px` and `dn` for sender, us and receiver.
    init(folder: String, suite: Suite) throws {
        let files = Files(folder: URL(filePath: folder))
        self.suite = suite
        sender = try files.certificate(suite.signing, "up-sign")
        ourSigning = try files.credential(suite.signing, "px-sign")
        ourEncryption = try files.credential(suite.encryption, "px-enc")
        receiver = try files.certificate(suite.encryption, "dn-enc")
    }
}

/// Who has which test key. There is one of RSA-4096 only: everybody has it then, which costs the same.
struct TestKeys {
    let sender: TestKey
    let ourSigning: TestKey
    let ourEncryption: TestKey
    let receiver: TestKey

    init(_ key: Suite.Key) {
        switch key {
        case .rsa3072: (sender, ourSigning, ourEncryption, receiver) = (.rsa3072d, .rsa3072a, .rsa3072c, .rsa3072e)
        case .rsa4096: (sender, ourSigning, ourEncryption, receiver) = (.rsa4096, .rsa4096, .rsa4096, .rsa4096)
        case .ec256: (sender, ourSigning, ourEncryption, receiver) = (.p256a, .p256b, .p256b, .p256a)
        }
    }
}

extension Cast.Credential {
    fileprivate init(_ test: TestKey) throws {
        self.init(key: try test.key(), certificate: try test.certificate())
    }
}

private struct Files {
    let folder: URL

    func certificate(_ kind: Suite.Key, _ name: String) throws -> Certificate {
        try Certificate(pemOrDER: octets("\(kind.rawValue)/\(name).crt.pem"))
    }

    func credential(_ kind: Suite.Key, _ name: String) throws -> Cast.Credential {
        Cast.Credential(
            key: try PrivateKey(pem: octets("\(kind.rawValue)/\(name).key.pem")),
            certificate: try certificate(kind, name))
    }

    private func octets(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: path))) }
}
