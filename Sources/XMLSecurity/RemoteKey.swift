// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
import CPuente

/// A private key that stays where it is, such as in a token: it does its work there and is never seen.
///
/// Whatever fails for another reason than the message, such as a token that was pulled out, throws `.internalFailure`.
public protocol RemoteKey: AnyObject, Sendable {
    /// Signs a digest as XML Signature encodes it: PKCS#1 v1.5, PSS with a salt as long as the digest, or `r ‖ s`.
    func sign(digest: [UInt8], _ algorithm: SignatureAlgorithm) throws(XMLFault) -> [UInt8]
    /// Opens RSA-OAEP without a label; `nil` if it cannot be opened, for whatever reason of the message.
    func decrypt(_ sealed: [UInt8], digest: OAEPHash, mgf: OAEPHash) throws(XMLFault) -> [UInt8]?
    /// The shared secret with a point that is known to be on the key's curve, `04 ‖ X ‖ Y`.
    func secret(point: [UInt8]) throws(XMLFault) -> [UInt8]
}

extension PrivateKey {
    /// A key elsewhere, of which we have the public half.
    public convenience init(_ remote: any RemoteKey, of publicKey: PublicKey) {
        EVP_PKEY_up_ref(publicKey.handle)
        self.init(owning: publicKey.handle, remote: (remote, publicKey))
    }

    /// Signs elsewhere. What comes back is verified: a token that is broken, or another one in its place, must not make
    /// us send a signature that nobody can believe.
    func sign(
        _ data: [UInt8], _ algorithm: SignatureAlgorithm, with remote: any RemoteKey, _ publicKey: PublicKey
    ) throws(XMLFault) -> [UInt8] {
        guard kind.fits(algorithm) else {
            throw XMLFault(.keyUnusable, expected: "a key for \(algorithm)", found: "\(kind)")
        }
        let signature = try remote.sign(digest: algorithm.digest.hash(data), algorithm)
        guard publicKey.isValid(signature, over: data, algorithm) else {
            throw XMLFault(
                .internalFailure, expected: "a signature of the certificate's key", found: "another from the token")
        }
        return signature
    }

    /// Does with the key what it is for, and compares: whether it is there, is ours, and works.
    ///
    /// - Throws: `.keyUnusable`, `.internalFailure`.
    public func prove(_ certificate: Certificate, forEncryption: Bool) throws(XMLFault) {
        guard forEncryption else {
            guard let algorithm = defaultAlgorithm else { throw XMLFault(.keyUnusable, found: "\(kind)") }
            let text = Array("Puente tries its key".utf8)
            guard certificate.publicKey.isValid(try sign(text, algorithm), over: text, algorithm) else {
                throw XMLFault(.keyUnusable, expected: "the key of the certificate", found: "another")
            }
            return
        }
        let content = try randomBytes(32)
        let opened: [UInt8]?
        let expected: [UInt8]
        if case .rsa = kind {
            let sealed = OAEP.encrypt(content, for: certificate.publicKey, digest: .sha256, mgf: .sha256)
            (expected, opened) = (content, try OAEP.decrypt(sealed ?? [], with: self, digest: .sha256, mgf: .sha256))
        } else {
            guard let (secret, point) = KeyAgreement.originate(for: certificate.publicKey) else {
                throw XMLFault(.keyUnusable, found: "\(kind)")
            }
            (expected, opened) = (secret, try KeyAgreement.secret(self, point: point))
        }
        guard opened == expected else {
            throw XMLFault(.keyUnusable, expected: "the key of the certificate", found: "another")
        }
    }
}

/// What goes around a digest before RSA, for keys that know the bare operation alone.
public enum RSAPadding {
    /// EMSA-PKCS1-v1_5 without its padding: the DigestInfo (RFC 8017 §9.2).
    public static func digestInfo(_ digest: [UInt8], _ algorithm: DigestAlgorithm) -> [UInt8] {
        let last: UInt8 =
            switch algorithm {
            case .sha256: 1
            case .sha384: 2
            case .sha512: 3
            }
        let length = UInt8(digest.count)
        return [0x30, 17 + length, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]
            + [0x05, 0x00, 0x04, length] + digest
    }

    /// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): as long as the modulus.
    public static func pkcs1(_ digest: [UInt8], _ algorithm: DigestAlgorithm, bits: Int) -> [UInt8]? {
        let info = digestInfo(digest, algorithm)
        let filling = (bits + 7) / 8 - info.count - 3
        guard filling >= 8 else { return nil }
        return [0, 1] + [UInt8](repeating: 0xFF, count: filling) + [0] + info
    }

    /// EMSA-PSS with MGF1 over the same hash and a salt as long as the digest (RFC 8017 §9.1.1): as long as the modulus.
    public static func pss(
        _ digest: [UInt8], _ algorithm: DigestAlgorithm, bits: Int
    ) throws(XMLFault) -> [UInt8]? {
        let salt = try randomBytes(algorithm.length)
        let hash = algorithm.hash([UInt8](repeating: 0, count: 8) + digest + salt)
        // One bit less than the modulus, so that the number is smaller; an octet less where that bit was alone in it.
        let length = (bits - 1 + 7) / 8
        let filling = length - salt.count - hash.count - 2
        guard filling >= 0 else { return nil }
        let block = [UInt8](repeating: 0, count: filling) + [1] + salt
        let mask = mgf1(hash, count: block.count, algorithm)
        var masked = zip(block, mask).map { $0 ^ $1 }
        masked[0] &= 0xFF >> (8 * length - (bits - 1))
        let encoded = masked + hash + [0xBC]
        return [UInt8](repeating: 0, count: (bits + 7) / 8 - length) + encoded
    }

    private static func mgf1(_ seed: [UInt8], count: Int, _ algorithm: DigestAlgorithm) -> [UInt8] {
        var mask: [UInt8] = []
        var counter: UInt32 = 0
        while mask.count < count {
            mask += algorithm.hash(seed + withUnsafeBytes(of: counter.bigEndian) { Array($0) })
            counter += 1
        }
        return Array(mask.prefix(count))
    }

    /// Undoes EME-OAEP without a label (RFC 8017 §7.1.2), in a time that does not tell what was wrong.
    public static func oaep(_ padded: [UInt8], digest: OAEPHash, mgf: OAEPHash) -> [UInt8]? {
        defer { ERR_clear_error() }
        var output = [UInt8](repeating: 0, count: padded.count)
        let length = cpuente_undo_oaep(
            padded, padded.count, &output, output.count, UnsafeRawPointer(digest.method), UnsafeRawPointer(mgf.method))
        guard length >= 0 else { return nil }
        return Array(output.prefix(length))
    }
}

extension PublicKey {
    /// Bits of an RSA modulus; 0 for other keys.
    public var modulusBits: Int { if case .rsa(let bits) = kind { bits } else { 0 } }
}
