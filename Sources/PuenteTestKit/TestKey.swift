// SPDX-License-Identifier: EUPL-1.2
import Synchronization
public import XMLSecurity

/// The committed test keys, each with its certificate, read once.
public enum TestKey: String, CaseIterable, Sendable {
    case rsa2048a = "rsa2048-1"
    case rsa2048b = "rsa2048-2"
    case rsa3072a = "rsa3072-1"
    case rsa3072b = "rsa3072-2"
    case rsa3072c = "rsa3072-3"
    case rsa3072d = "rsa3072-4"
    case rsa3072e = "rsa3072-5"
    case rsa4096 = "rsa4096-1"
    case p256a = "p256-1"
    case p256b = "p256-2"
    case p384 = "p384-1"
    case p521 = "p521-1"
    case brainpool256 = "brainpoolP256r1-1"
    case brainpool384 = "brainpoolP384r1-1"
    case brainpool512 = "brainpoolP512r1-1"
    /// On a curve that nobody may use.
    case secp256k1 = "secp256k1-1"

    public static let service = rsa2048a
    public static let gateway = rsa3072a
    public static let connector = rsa3072b
    public static let connectorEncryption = rsa3072c
    public static let country = rsa3072d
    public static let countryEncryption = rsa4096
    public static let stranger = rsa3072e

    /// One key on each curve that may be used.
    public static let curves: [TestKey] = [.p256a, .p384, .p521, .brainpool256, .brainpool384, .brainpool512]

    private typealias Pair = (key: PrivateKey, certificate: Certificate)
    private static let cache = Mutex<[TestKey: Pair]>([:])

    private func pair() throws -> Pair {
        try Self.cache.withLock { cache in
            if let pair = cache[self] { return pair }
            let pem = try Repository.octets("Tests/Vectors/keys/\(rawValue).pem")
            let pair = (try PrivateKey(pem: pem), try Certificate(pemOrDER: pem))
            cache[self] = pair
            return pair
        }
    }

    public func key() throws -> PrivateKey { try pair().key }
    public func certificate() throws -> Certificate { try pair().certificate }
    public func signer(_ algorithm: SignatureAlgorithm? = nil) throws -> Signer {
        try Signer(key: key(), chain: [certificate()], algorithm: algorithm)
    }
    public func decryption() throws -> DecryptionKey { try DecryptionKey(key: key(), certificate: certificate()) }
    public func recipient(_ transport: Recipient.Transport? = nil) throws -> Recipient {
        try Recipient(certificate(), transport: transport)
    }
}
