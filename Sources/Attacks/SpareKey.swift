// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import XMLSecurity

/// Keys that every peer has registered beside its own: sound ones, and such as nobody may believe.
enum SpareKey: String, CaseIterable, Sendable {
    /// Sound, on P-256; signs messages and is no pin.
    case curve
    /// Sound, and a pin alone.
    case pin
    case expired, early
    /// Its certificate is for encryption alone.
    case encryption
    /// RSA of 2048 bits: too short for a node.
    case short
    /// RSA of 1024 bits.
    case shortest
    /// RSA with the exponent 1: whoever knows the padding can sign.
    case exponent
    /// On secp256k1.
    case secp256k1
    /// Its certificate is signed over SHA-1.
    case sha1

    static let ofMessages = allCases.filter { $0 != .pin }
    static let ofMetadata = allCases.filter { $0 != .curve }

    struct Pair: Sendable {
        let certificate: Certificate
        let algorithm: SignatureAlgorithm
        let signs: @Sendable ([UInt8]) throws -> [UInt8]
    }

    /// Made once in a process, for serial numbers are random.
    private static let pairs = Dictionary(
        uniqueKeysWithValues: allCases.map { key in (key, Result { try key.make(at: Date()) }) })

    func pair() throws -> Pair {
        guard let pair = Self.pairs[self] else { throw NothingToSpoil(name: rawValue) }
        return try pair.get()
    }

    private func make(at now: Date) throws -> Pair {
        let (day, key) = (86_400.0, try key())
        func certificate(_ usage: CertificateUsage = .signing, from: Double = -1, until: Double = 20) throws
            -> Certificate
        {
            try key.certify(
                commonName: "Spare \(rawValue)", usage: usage, from: now + from * day, until: now + until * day)
        }
        switch self {
        case .curve, .pin, .short, .shortest: return try pair(key, certificate())
        case .expired: return try pair(key, certificate(from: -30, until: -1))
        case .early: return try pair(key, certificate(from: 5))
        case .encryption: return try pair(key, certificate(.encryption))
        case .secp256k1:
            return Pair(certificate: try certificate(), algorithm: .ecdsaSHA256) { octets in
                try ECDSAValue(der: key.signedAsDER(octets)).fixedWidth(32)
            }
        case .sha1: return try pair(key, certificate().signedOverSHA1(by: key))
        case .exponent:
            let modulus = [0xC1] + (try randomBytes(382)) + [1]
            let text =
                "<KeyValue xmlns=\"\(Namespace.ds.uri)\"><RSAKeyValue><Modulus>\(Base64.encode(modulus))</Modulus>"
                + "<Exponent>AQ==</Exponent></RSAKeyValue></KeyValue>"
            guard let certificate = try Certificate.over(keyValue: XMLTree(parsing: Array(text.utf8)).root) else {
                throw NothingToSpoil(name: "key")
            }
            return Pair(certificate: certificate, algorithm: .pssSHA256) { octets in
                try RSAPadding.pss(DigestAlgorithm.sha256.hash(octets), .sha256, bits: 3072) ?? []
            }
        }
    }

    private func pair(_ key: PrivateKey, _ certificate: Certificate) throws -> Pair {
        guard let algorithm = key.defaultAlgorithm else { throw NothingToSpoil(name: rawValue) }
        return Pair(certificate: certificate, algorithm: algorithm) { try key.sign($0, algorithm) }
    }

    private func key() throws -> PrivateKey {
        switch self {
        case .curve: try TestKey.p256a.key()
        case .pin, .exponent: try TestKey.brainpool256.key()
        case .expired: try TestKey.p521.key()
        case .early: try TestKey.brainpool384.key()
        case .encryption: try TestKey.brainpool512.key()
        case .short, .sha1: try PrivateKey.generate(.rsa(bits: self == .short ? 2048 : 3072))
        case .shortest: try PrivateKey(pem: Array(Self.rsa1024.utf8))
        case .secp256k1: try PrivateKey(pem: Array(Self.koblitz.utf8))
        }
    }

    // Of kinds that we make no keys of. They protect nothing.
    private static let rsa1024 = """
        -----BEGIN PRIVATE KEY-----
        MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAKyORw++lrSQAHNu
        0OpqqA7x6blTJHDYa3osGonK2A7a1YShMngS8zl/vdQyIEZ2e3Vra0cdQT1bWQ0l
        pqm38r6M90Q8GRFq24cLsCUnWAAD5GmffaoKrSBNvDpxzvY4gWsEH7iBs9BKeg3J
        eMjZoWJbXeIh2kisreDn4r51yBXPAgMBAAECgYEAkepiZwr4r8mRyAsuePwmDzU8
        Om33Q8GO6SoAawLvv2gH5HbXkbgcm0PNR3H33v30Gm/ysJkpgPQNEtQC4kPd7Sa5
        ZjAEPnC7OZQn9mNFbJAvTB74UR0EaGQtsUwQCv4o8jBQQUvZXGXakL07iab6cH0U
        e1G+XglSLkqYbgUysdkCQQDcIfkEs8WIcjn7mASIgr3vqbeGolhOjkd9dIPduKUM
        yZKIxo/pPLzWQThAynz910MKZ1jPkL/397/GP6m4hbKFAkEAyKvOy/moovTxU0oc
        ZuJguvFCqcXofsOJ9DH6GJit+14eIGs6B02zBPSumlk9nVz4Lb7GOy/yy6G1g+yg
        pbv5QwJBAJzTzzbcZGQ7DLgDq2cdzfdKcCeIzWTZ1HC6a5+whlW/3Zd37tr5nIb/
        2/W8zKODko185zapJzqf1I6GmIGPLokCQQC2WGhxsUsryKgBpzZnxw1e0hxhaRT7
        G3QgEcnQz+xInh2CF+2C9XfW6QBAARecBv79kn1PCyL1JtxqJHtWHplBAkBAEy/O
        JoM1x4FCOwtJ4dKKyjljQwr6homYBdl0ZR0tYZJCiY0xfO5ykTGqEVDsS+Jbp6xu
        2U3Ovg6lJp7oKrWC
        -----END PRIVATE KEY-----
        """
    private static let koblitz = """
        -----BEGIN PRIVATE KEY-----
        MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQghK/UyoFOPbAz/1jE84OO
        MNWX9Tab5YRHOCAgHd4yWcyhRANCAATtS4h7H3NejrTjKVt/dWOus1p/J8aG0sij
        4HxoKRA10f5rkyzGGIv1hLVmU/LbTSnjSOtYcrGpP7kNqfqTiZg7
        -----END PRIVATE KEY-----
        """
}

extension SignatureRecipe {
    /// Signs with that key, and shows its certificate.
    mutating func use(_ spare: SpareKey) throws {
        let pair = try spare.pair()
        (algorithm, digest, shown, signs) = (pair.algorithm, pair.algorithm.digest, [pair.certificate], pair.signs)
    }
}

/// Keys of ours beside the one for which peers encrypt.
enum RingKey: String, CaseIterable, Sendable {
    /// On P-256, for key agreement; the next one of its ring.
    case agreement
    /// One that is gone.
    case gone

    struct KeyWithCertificate: Sendable {
        let key: PrivateKey
        let certificate: Certificate
    }

    /// Made once in a process.
    private static let pairs = Dictionary(
        uniqueKeysWithValues: allCases.map { key in (key, Result { try key.make(at: Date()) }) })

    func pair() throws -> KeyWithCertificate {
        guard let pair = Self.pairs[self] else { throw NothingToSpoil(name: rawValue) }
        return try pair.get()
    }

    private func make(at now: Date) throws -> KeyWithCertificate {
        let key = try PrivateKey.generate(self == .agreement ? .ec(.p256) : .rsa(bits: 3072))
        let certificate = try key.certify(
            commonName: "Ours \(rawValue)", usage: self == .agreement ? .agreement : .encryption,
            from: now - 3_600, until: now + 20 * 86_400)
        return KeyWithCertificate(key: key, certificate: certificate)
    }
}

/// The two numbers of an ECDSA signature.
struct ECDSAValue {
    let numbers: [[UInt8]]

    /// Reads `SEQUENCE {INTEGER, INTEGER}` of less than 128 octets.
    init(der: [UInt8]) throws {
        var (rest, numbers) = (der.dropFirst(2), [[UInt8]]())
        while rest.count > 2, rest.first == 2 {
            let length = Int(rest[rest.startIndex + 1])
            numbers.append(Array(rest.dropFirst(2).prefix(length)))
            rest = rest.dropFirst(2 + length)
        }
        guard numbers.count == 2 else { throw NothingToSpoil(name: "ECDSA signature") }
        self.numbers = numbers
    }

    func fixedWidth(_ width: Int) -> [UInt8] {
        numbers.flatMap { number in
            let digits = number.drop { $0 == 0 }
            return [UInt8](repeating: 0, count: width - digits.count) + digits
        }
    }
}
