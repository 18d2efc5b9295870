// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import XMLSecurity

/// A set of algorithms for one message.
struct Suite: Sendable {
    /// A kind of key, as folders of keys are named.
    enum Key: String, Sendable { case rsa3072, rsa4096, ec256 }

    let name: String
    let signing: Key
    let encryption: Key
    let algorithm: SignatureAlgorithm
    let transport: Recipient.Transport

    private init(
        _ name: String, _ signing: Key, _ algorithm: SignatureAlgorithm, _ encryption: Key,
        _ transport: Recipient.Transport
    ) {
        self.name = name
        self.signing = signing
        self.encryption = encryption
        self.algorithm = algorithm
        self.transport = transport
    }

    static let all: [Suite] = [
        Suite("rsa3072-pss-sha256", .rsa3072, .pssSHA256, .rsa3072, .rsaOAEP(.sha256)),
        Suite("rsa3072-pss-sha512", .rsa3072, .pssSHA512, .rsa3072, .rsaOAEP(.sha512)),
        Suite("rsa4096-pss-sha256", .rsa4096, .pssSHA256, .rsa4096, .rsaOAEP(.sha256)),
        Suite("rsa4096-pss-sha512", .rsa4096, .pssSHA512, .rsa4096, .rsaOAEP(.sha512)),
        Suite("rsa3072-sha256", .rsa3072, .rsaSHA256, .rsa3072, .rsaOAEPMGF1P),
        Suite("rsa3072-sha512", .rsa3072, .rsaSHA512, .rsa3072, .rsaOAEPMGF1P),
        Suite("rsa4096-sha256", .rsa4096, .rsaSHA256, .rsa4096, .rsaOAEPMGF1P),
        Suite("rsa4096-sha512", .rsa4096, .rsaSHA512, .rsa4096, .rsaOAEPMGF1P),
        Suite("ec256-rsa3072enc", .ec256, .ecdsaSHA256, .rsa3072, .rsaOAEPMGF1P),
        Suite("ec256-ecdh", .ec256, .ecdsaSHA256, .ec256, .ecdhES(.aes256)),
    ]

    static func named(_ name: String) -> Suite? { all.first { $0.name == name } }

    /// One of each sort: those of the design's targets.
    static let usual = ["rsa3072-pss-sha256", "rsa3072-sha256", "rsa4096-pss-sha256", "ec256-rsa3072enc", "ec256-ecdh"]
        .compactMap(named)
}
