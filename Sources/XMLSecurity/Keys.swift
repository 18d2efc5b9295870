// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// What kind of key it is, and how large.
public enum KeyKind: Hashable, Sendable, CustomStringConvertible {
    case rsa(bits: Int)
    case ec(Curve)
    case other(String)

    public var description: String {
        switch self {
        case .rsa(let bits): "RSA-\(bits)"
        case .ec(let curve): curve.libraryName
        case .other(let name): name
        }
    }

    /// Whether keys of this kind sign with the algorithm.
    public func fits(_ algorithm: SignatureAlgorithm) -> Bool {
        switch (algorithm.scheme, self) {
        case (.pkcs1, .rsa), (.pss, .rsa), (.ecdsa, .ec): true
        default: false
        }
    }
}

/// A public key. Immutable after creation, so that libcrypto lets threads share it.
public final class PublicKey: @unchecked Sendable {
    package let handle: OpaquePointer
    public let kind: KeyKind

    /// Takes ownership of the handle.
    init(owning handle: OpaquePointer) {
        self.handle = handle
        kind = keyKind(of: handle)
    }
    deinit { EVP_PKEY_free(handle) }

    /// - Returns: whether `signature`, as XML Signature encodes it, fits `data`.
    func isValid(_ signature: [UInt8], over data: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        libraryEncoding(of: signature, algorithm).map { fits($0, data, algorithm) } ?? false
    }

    /// The same for a signature in a query, where Java's own encoding of ECDSA is met too: DER, in its one right form.
    func isValid(inQuery signature: [UInt8], over data: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        if isValid(signature, over: data, algorithm) { return true }
        guard algorithm.scheme == .ecdsa, case .ec(let curve) = kind,
            let fixed = ECDSASignature.fixedWidth(fromDER: signature, coordinateLength: curve.coordinateLength),
            let again = ECDSASignature.der(fromFixedWidth: fixed, coordinateLength: curve.coordinateLength),
            again == signature
        else { return false }
        return fits(signature, data, algorithm)
    }

    private func fits(_ signature: [UInt8], _ data: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        guard let digest = algorithm.digest.method,
            EVP_DigestVerifyInit(context, &keyContext, digest, nil, handle) == 1,
            setPadding(keyContext, algorithm)
        else { return false }
        return EVP_DigestVerify(context, signature, signature.count, data, data.count) == 1
    }

    private func libraryEncoding(of signature: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8]? {
        guard algorithm.scheme == .ecdsa else { return signature }
        guard case .ec(let curve) = kind else { return nil }
        return ECDSASignature.der(fromFixedWidth: signature, coordinateLength: curve.coordinateLength)
    }

    /// A small exponent makes forgeries of sloppy padding checks cheap; nobody needs one.
    var hasSaneExponent: Bool {
        guard case .rsa = kind else { return true }
        var exponent: OpaquePointer?
        guard EVP_PKEY_get_bn_param(handle, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 else { return false }
        defer { BN_free(exponent) }
        return BN_num_bits(exponent) >= 17 && BN_is_odd(exponent) == 1
    }
}

/// A private key. Immutable after creation, so that libcrypto lets threads share it.
public final class PrivateKey: @unchecked Sendable {
    /// The key, which libcrypto wipes when it frees it; of a key elsewhere its public half.
    let handle: OpaquePointer
    public let kind: KeyKind
    /// Where the key is, if it is not here.
    let remote: (key: any RemoteKey, publicKey: PublicKey)?

    init(owning handle: OpaquePointer, remote: (any RemoteKey, PublicKey)? = nil) {
        self.handle = handle
        self.remote = remote
        kind = keyKind(of: handle)
    }
    deinit { EVP_PKEY_free(handle) }

    /// Reads a PEM private key (PKCS#8, PKCS#1 or SEC 1), encrypted if a password is given.
    public convenience init(pem: [UInt8], password: String? = nil) throws(XMLFault) {
        guard let handle = readPrivateKey(pem: pem, password: password) else {
            throw XMLFault(.keyUnusable, expected: "a private key in PEM")
        }
        self.init(owning: handle)
    }

    /// Whether these octets are a private key in PEM that a password opens, as their unencrypted lines say.
    public static func isEncrypted(pem octets: [UInt8]) -> Bool {
        octets.contains("-----BEGIN ".utf8)
            && (octets.contains("BEGIN ENCRYPTED PRIVATE KEY".utf8) || octets.contains("Proc-Type: 4,ENCRYPTED".utf8))
    }

    /// Reads PEM, or DER (PKCS#8, PKCS#1 or SEC 1) that is not encrypted.
    public convenience init(pemOrDER octets: [UInt8], password: String? = nil) throws(XMLFault) {
        guard octets.first == 0x30 else {
            try self.init(pem: octets, password: password)
            return
        }
        defer { ERR_clear_error() }
        let handle = octets.withUnsafeBufferPointer { buffer in
            var end = buffer.baseAddress
            return d2i_AutoPrivateKey(nil, &end, buffer.count)
        }
        guard let handle else { throw XMLFault(.keyUnusable, expected: "a private key in PEM or DER") }
        self.init(owning: handle)
    }

    /// Signs as XML Signature encodes it: fixed-width `r ‖ s` for ECDSA.
    public func sign(_ data: [UInt8], _ algorithm: SignatureAlgorithm) throws(XMLFault) -> [UInt8] {
        if let remote { return try sign(data, algorithm, with: remote.key, remote.publicKey) }
        guard let context = EVP_MD_CTX_new() else { throw XMLFault(.internalFailure) }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        var length = 0
        guard let digest = algorithm.digest.method,
            EVP_DigestSignInit(context, &keyContext, digest, nil, handle) == 1,
            setPadding(keyContext, algorithm), EVP_DigestSign(context, nil, &length, data, data.count) == 1
        else { throw XMLFault(.keyUnusable, expected: "a key for \(algorithm)", found: "\(kind)") }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, data, data.count) == 1 else { throw XMLFault(.keyUnusable) }
        signature.removeSubrange(length...)
        guard algorithm.scheme == .ecdsa else { return signature }
        guard case .ec(let curve) = kind,
            let fixed = ECDSASignature.fixedWidth(fromDER: signature, coordinateLength: curve.coordinateLength)
        else { throw XMLFault(.keyUnusable, found: "\(kind)") }
        return fixed
    }

    /// Whether this is the private half of that public key.
    public func belongs(to key: PublicKey) -> Bool {
        defer { ERR_clear_error() }
        return EVP_PKEY_eq(handle, key.handle) == 1
    }

    /// What to sign with where nothing else is set: the strongest common choice for the key (Message Format 1.4).
    public var defaultAlgorithm: SignatureAlgorithm? {
        switch kind {
        case .rsa: .pssSHA256
        case .ec(let curve):
            switch curve {
            case .p256, .brainpoolP256r1: .ecdsaSHA256
            case .p384, .brainpoolP384r1: .ecdsaSHA384
            case .p521, .brainpoolP512r1: .ecdsaSHA512
            }
        case .other: nil
        }
    }
}

/// PSS with MGF1 over the same hash and a salt as long as the digest (RFC 9231 §2.3.9).
private func setPadding(_ context: OpaquePointer?, _ algorithm: SignatureAlgorithm) -> Bool {
    switch algorithm.scheme {
    case .ecdsa: true
    case .pkcs1: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
    case .pss:
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
            && EVP_PKEY_CTX_set_rsa_mgf1_md(context, algorithm.digest.method) == 1
            && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
    }
}

private func keyKind(of handle: OpaquePointer) -> KeyKind {
    let name = EVP_PKEY_get0_type_name(handle).map { String(cString: $0) } ?? "unknown"
    switch name {
    case "RSA": return .rsa(bits: Int(EVP_PKEY_get_bits(handle)))
    case "EC":
        // Numbers instead of a name: libcrypto may find out which curve is meant, others read another curve into them.
        var isExplicit: Int32 = 0
        if EVP_PKEY_get_int_param(handle, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &isExplicit) == 1,
            isExplicit != 0
        {
            return .other("EC with explicit parameters")
        }
        ERR_clear_error()
        var group = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(handle, &group, group.count, &length) == 1 else {
            ERR_clear_error()
            return .other("EC on a curve without a name")
        }
        let curve = String(decoding: group.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Curve.allCases.first { $0.libraryName == curve }.map(KeyKind.ec) ?? .other(curve)
    default: return .other(name)
    }
}

extension DigestAlgorithm {
    var method: OpaquePointer? {
        switch self {
        case .sha256: Fetched.sha256.handle
        case .sha384: Fetched.sha384.handle
        case .sha512: Fetched.sha512.handle
        }
    }

    /// The digest of some octets.
    public func hash(_ data: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            var written: UInt32 = 0
            EVP_Digest(data, data.count, buffer.baseAddress, &written, method, nil)
            count = Int(written)
        }
    }
}

extension DigestAlgorithm {
    /// HMAC of some octets (RFC 2104): a digest that only who knows the key can make or check.
    public func hash(_ data: [UInt8], keyed key: [UInt8]) -> [UInt8] {
        let block = self == .sha256 ? 64 : 128
        let short = key.count > block ? hash(key) : key
        let padded = short + [UInt8](repeating: 0, count: block - short.count)
        return hash(padded.map { $0 ^ 0x5C } + hash(padded.map { $0 ^ 0x36 } + data))
    }
}

/// The two encodings of an ECDSA signature: DER for libcrypto, fixed width for XML Signature 1.1 §6.4.3.
enum ECDSASignature {
    /// Two halves of the same width, at most that of the curve: Santuario 2.1, which many nodes sign with, leaves out the
    /// zero octets that both numbers begin with. On P-521 that is one signature in four.
    static func der(fromFixedWidth signature: [UInt8], coordinateLength: Int) -> [UInt8]? {
        let width = signature.count / 2
        guard signature.count == 2 * width, width > 0, width <= coordinateLength, let pair = ECDSA_SIG_new() else {
            return nil
        }
        defer { ECDSA_SIG_free(pair) }
        let r = signature.withUnsafeBufferPointer { BN_bin2bn($0.baseAddress, Int32(width), nil) }
        let s = signature.withUnsafeBufferPointer { BN_bin2bn($0.baseAddress! + width, Int32(width), nil) }
        guard ECDSA_SIG_set0(pair, r, s) == 1 else { return nil }
        let length = i2d_ECDSA_SIG(pair, nil)
        guard length > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            var end = buffer.baseAddress
            count = Int(i2d_ECDSA_SIG(pair, &end))
        }
    }

    static func fixedWidth(fromDER signature: [UInt8], coordinateLength: Int) -> [UInt8]? {
        let pair = signature.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_ECDSA_SIG(nil, &start, buffer.count)
        }
        guard let pair else { return nil }
        defer { ECDSA_SIG_free(pair) }
        var fixed = [UInt8](repeating: 0, count: 2 * coordinateLength)
        let done = fixed.withUnsafeMutableBufferPointer { buffer in
            BN_bn2binpad(ECDSA_SIG_get0_r(pair), buffer.baseAddress, Int32(coordinateLength)) >= 0
                && BN_bn2binpad(ECDSA_SIG_get0_s(pair), buffer.baseAddress! + coordinateLength, Int32(coordinateLength))
                    >= 0
        }
        return done ? fixed : nil
    }
}

/// A memory BIO with a copy of the octets, for the time of `body`. The copy matters: a BIO that only points outlives its array.
func withBIO<R>(_ bytes: [UInt8], _ body: (OpaquePointer) -> R?) -> R? {
    guard let bio = BIO_new(BIO_s_mem()) else { return nil }
    defer {
        BIO_free(bio)
        ERR_clear_error()
    }
    guard BIO_write(bio, bytes, Int32(bytes.count)) == bytes.count else { return nil }
    return body(bio)
}

private func readPrivateKey(pem: [UInt8], password: String?) -> OpaquePointer? {
    withBIO(pem) { bio in
        var password = Array((password ?? "").utf8CString)
        defer { password.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        // With a callback that is nil, the last argument is taken as the password; it also keeps libcrypto from asking
        // on the terminal.
        return password.withUnsafeMutableBytes { PEM_read_bio_PrivateKey(bio, nil, nil, $0.baseAddress) }
    }
}

/// Overwrites a secret, so that nothing of it stays in memory that others come to use.
public func erase(_ octets: inout [UInt8]) {
    octets.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}

/// Whether two texts are the same, in a time that tells nothing but their lengths.
public func isSameSecret(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    return a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}

/// Random octets from libcrypto's generator.
public func randomBytes(_ count: Int) throws(XMLFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw XMLFault(.internalFailure, found: "no random octets") }
    return bytes
}
