// SPDX-License-Identifier: EUPL-1.2
public import Foundation
import Synchronization
public import XMLSecurity

/// The test keys, each with its certificate: the committed ones, or others of the same kinds (``use(_:)``).
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
    /// With which we are registered at the national gateway, as one of its services.
    public static let registered = rsa2048b

    /// One key on each curve that may be used.
    public static let curves: [TestKey] = [.p256a, .p384, .p521, .brainpool256, .brainpool384, .brainpool512]

    /// Where keys come from.
    public enum Source: Sendable {
        /// `Tests/Vectors/keys` of the repository.
        case committed
        /// Each is made when it is first needed, and its certificate begins an hour before this instant.
        case thrownAway(at: Date)
        /// Files `<name>.pem`, each with key and certificate; made there where they are missing.
        case folder(URL, at: Date)
    }

    private typealias Pair = (key: PrivateKey?, certificate: Certificate)
    private struct Ring {
        var source = Source.committed
        var pairs: [TestKey: Pair] = [:]
    }
    private static let ring = Mutex(Ring())

    /// Takes all keys of this process from somewhere else.
    public static func use(_ source: Source) { ring.withLock { $0 = Ring(source: source) } }

    /// From here on this key is somebody else's, of whom the certificate is known.
    public func belongs(to certificate: Certificate) { Self.ring.withLock { $0.pairs[self] = (nil, certificate) } }

    private func pair() throws -> Pair {
        try Self.ring.withLock { ring in
            if let pair = ring.pairs[self] { return pair }
            let pair = try make(ring.source)
            ring.pairs[self] = pair
            return pair
        }
    }

    private func make(_ source: Source) throws -> Pair {
        switch source {
        case .committed: return try read(Repository.octets("Tests/Vectors/keys/\(rawValue).pem"))
        case .thrownAway(let now): return try fresh(at: now)
        case .folder(let folder, let now):
            let file = folder.appending(path: rawValue + ".pem")
            if let pem = try? Data(contentsOf: file) { return try read(Array(pem)) }
            let pair = try fresh(at: now)
            let pem = Data(((try pair.key?.pem() ?? "") + pair.certificate.pem).utf8)
            guard
                FileManager.default.createFile(
                    atPath: file.path, contents: pem, attributes: [.posixPermissions: 0o600])
            else { throw CocoaError(.fileWriteUnknown) }
            return pair
        }
    }

    private func read(_ pem: [UInt8]) throws -> Pair { (try PrivateKey(pem: pem), try Certificate(pemOrDER: pem)) }

    private func fresh(at now: Date) throws -> Pair {
        let key = try PrivateKey.generate(try kind)
        let isEncryption = self == .connectorEncryption || self == .countryEncryption
        let certificate = try key.certify(
            commonName: "Test \(rawValue)", organization: "Puente test kit", country: "ES",
            usage: isEncryption ? .encryption : .signing, from: now - 3_600, until: now + 30 * 86_400)
        return (key, certificate)
    }

    private var kind: KeyKind {
        get throws {
            if rawValue.hasPrefix("rsa"), let bits = Int(rawValue.dropFirst(3).prefix(4)) { return .rsa(bits: bits) }
            switch self {
            case .p256a, .p256b: return .ec(.p256)
            case .p384: return .ec(.p384)
            case .p521: return .ec(.p521)
            case .brainpool256: return .ec(.brainpoolP256r1)
            case .brainpool384: return .ec(.brainpoolP384r1)
            case .brainpool512: return .ec(.brainpoolP512r1)
            default: throw NothingToSpoil(name: rawValue)
            }
        }
    }

    public func key() throws -> PrivateKey {
        guard let key = try pair().key else { throw NothingToSpoil(name: "private key of \(rawValue)") }
        return key
    }
    public func certificate() throws -> Certificate { try pair().certificate }
    public func signer(_ algorithm: SignatureAlgorithm? = nil) throws -> Signer {
        try Signer(key: key(), chain: [certificate()], algorithm: algorithm)
    }
    public func decryption() throws -> DecryptionKey { try DecryptionKey(key: key(), certificate: certificate()) }
    public func recipient(_ transport: Recipient.Transport? = nil) throws -> Recipient {
        try Recipient(certificate(), transport: transport)
    }
}
