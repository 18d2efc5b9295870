// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// AES-GCM as XML Encryption 1.1 §5.2.4 lays it out: 12 octets IV, cipher text, 16 octets tag.
enum GCM {
    static let ivLength = 12
    static let tagLength = 16

    static func seal(_ plain: [UInt8], key: [UInt8], _ cipher: ContentCipher) throws(XMLFault) -> [UInt8] {
        let iv = try randomBytes(ivLength)
        guard let context = EVP_CIPHER_CTX_new() else { throw XMLFault(.internalFailure) }
        defer { EVP_CIPHER_CTX_free(context) }
        var written: Int32 = 0
        var done = EVP_EncryptInit_ex(context, cipher.method, nil, key, iv) == 1
        let sealed = [UInt8](unsafeUninitializedCapacity: ivLength + plain.count + tagLength) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            start.update(from: iv, count: ivLength)
            let body = start + ivLength
            done = done && EVP_EncryptUpdate(context, body, &written, plain, Int32(plain.count)) == 1
            done = done && EVP_EncryptFinal_ex(context, body + Int(written), &written) == 1
            let tag = body + plain.count
            done = done && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), tag) == 1
            count = ivLength + plain.count + tagLength
        }
        guard done else { throw XMLFault(.internalFailure, found: "AES-GCM") }
        return sealed
    }

    static func open(_ sealed: [UInt8], key: [UInt8], _ cipher: ContentCipher) -> [UInt8]? {
        let length = sealed.count - ivLength - tagLength
        guard length > 0, key.count == cipher.keyLength, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer {
            EVP_CIPHER_CTX_free(context)
            ERR_clear_error()
        }
        var done = EVP_DecryptInit_ex(context, cipher.method, nil, key, sealed) == 1
        var tag = Array(sealed.suffix(tagLength))
        done = done && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag) == 1
        let plain = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            var written: Int32 = 0
            done =
                done
                && sealed.withUnsafeBufferPointer {
                    EVP_DecryptUpdate(context, buffer.baseAddress, &written, $0.baseAddress! + ivLength, Int32(length))
                        == 1
                }
            var rest: UInt8 = 0
            done = done && EVP_DecryptFinal_ex(context, &rest, &written) == 1
            count = length
        }
        return done ? plain : nil
    }
}

extension ContentCipher {
    fileprivate var method: OpaquePointer? {
        switch self {
        case .aes128GCM: Fetched.aes128GCM.handle
        case .aes192GCM: Fetched.aes192GCM.handle
        case .aes256GCM: Fetched.aes256GCM.handle
        }
    }
}

extension KeyWrap {
    private var method: OpaquePointer? {
        switch self {
        case .aes128: Fetched.aes128Wrap.handle
        case .aes192: Fetched.aes192Wrap.handle
        case .aes256: Fetched.aes256Wrap.handle
        }
    }

    /// RFC 3394 with the default initial value.
    func wrap(_ key: [UInt8], with kek: [UInt8]) -> [UInt8]? { run(key, kek, encrypting: true) }
    func unwrap(_ wrapped: [UInt8], with kek: [UInt8]) -> [UInt8]? { run(wrapped, kek, encrypting: false) }

    private func run(_ input: [UInt8], _ kek: [UInt8], encrypting: Bool) -> [UInt8]? {
        guard kek.count == keyLength, input.count >= 16, input.count <= 64, input.count % 8 == 0,
            let context = EVP_CIPHER_CTX_new()
        else { return nil }
        defer {
            EVP_CIPHER_CTX_free(context)
            ERR_clear_error()
        }
        EVP_CIPHER_CTX_set_flags(context, Int32(EVP_CIPHER_CTX_FLAG_WRAP_ALLOW))
        guard EVP_CipherInit_ex(context, method, nil, kek, nil, encrypting ? 1 : 0) == 1 else { return nil }
        var output = [UInt8](repeating: 0, count: input.count + 16)
        var written: Int32 = 0
        guard EVP_CipherUpdate(context, &output, &written, input, Int32(input.count)) == 1, written > 0 else {
            return nil
        }
        return Array(output.prefix(Int(written)))
    }
}

extension OAEPHash {
    var method: OpaquePointer? {
        switch self {
        case .sha1: Fetched.sha1.handle
        case .sha256: Fetched.sha256.handle
        case .sha384: Fetched.sha384.handle
        case .sha512: Fetched.sha512.handle
        }
    }
}

/// RSA-OAEP key transport (XML Encryption 1.1 §5.5.2), without a label.
enum OAEP {
    static func encrypt(_ key: [UInt8], for recipient: PublicKey, digest: OAEPHash, mgf: OAEPHash) -> [UInt8]? {
        run(key, recipient.handle, digest, mgf, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt)
    }

    /// - Throws: `.internalFailure` from where the key is.
    static func decrypt(
        _ encrypted: [UInt8], with key: PrivateKey, digest: OAEPHash, mgf: OAEPHash
    ) throws(XMLFault) -> [UInt8]? {
        if let remote = key.remote { return try remote.key.decrypt(encrypted, digest: digest, mgf: mgf) }
        return run(encrypted, key.handle, digest, mgf, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt)
    }

    private typealias Operation = (
        OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int
    ) -> Int32

    private static func run(
        _ input: [UInt8], _ handle: OpaquePointer, _ digest: OAEPHash, _ mgf: OAEPHash,
        _ begin: (OpaquePointer?) -> Int32, _ operation: Operation
    ) -> [UInt8]? {
        guard let context = EVP_PKEY_CTX_new(handle, nil) else { return nil }
        defer {
            EVP_PKEY_CTX_free(context)
            ERR_clear_error()
        }
        var length = 0
        guard begin(context) == 1, EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1,
            EVP_PKEY_CTX_set_rsa_oaep_md(context, digest.method) == 1,
            EVP_PKEY_CTX_set_rsa_mgf1_md(context, mgf.method) == 1,
            operation(context, nil, &length, input, input.count) == 1
        else { return nil }
        var output = [UInt8](repeating: 0, count: length)
        guard operation(context, &output, &length, input, input.count) == 1 else { return nil }
        output.removeSubrange(length...)
        return output
    }
}

/// Elliptic-curve Diffie-Hellman with an ephemeral originator key, and the key derivation behind it.
enum KeyAgreement {
    /// A fresh key pair on the recipient's curve: the shared secret and the public point (`04 ‖ X ‖ Y`).
    static func originate(for recipient: PublicKey) -> (secret: [UInt8], point: [UInt8])? {
        defer { ERR_clear_error() }
        guard let context = EVP_PKEY_CTX_new(recipient.handle, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var ephemeral: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &ephemeral) == 1, let ephemeral else {
            return nil
        }
        defer { EVP_PKEY_free(ephemeral) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = EVP_PKEY_get1_encoded_public_key(ephemeral, &encoded)
        guard length > 0, let encoded else { return nil }
        defer { CRYPTO_free(encoded, nil, 0) }
        guard let secret = derive(ephemeral, recipient.handle) else { return nil }
        return (secret, [UInt8](UnsafeBufferPointer(start: encoded, count: length)))
    }

    /// The shared secret of our key and the originator's public point on the same curve. `nil` if the point is not on it.
    ///
    /// - Throws: `.internalFailure` from where the key is.
    static func secret(_ key: PrivateKey, point: [UInt8]) throws(XMLFault) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard case .ec(let curve) = key.kind, point.count == 1 + 2 * curve.coordinateLength, point[0] == 4,
            let peer = EVP_PKEY_new()
        else { return nil }
        defer { EVP_PKEY_free(peer) }
        guard EVP_PKEY_copy_parameters(peer, key.handle) == 1,
            EVP_PKEY_set1_encoded_public_key(peer, point, point.count) == 1
        else { return nil }
        if let remote = key.remote { return try remote.key.secret(point: point) }
        return derive(key.handle, peer)
    }

    /// The point is known to be on the curve, because libcrypto decodes no other, and not to be infinity, which has another
    /// encoding. All our curves have cofactor 1, so that is the whole validation (NIST SP 800-56A §5.6.2.3.4), and asking
    /// libcrypto to repeat it would cost one more scalar multiplication.
    private static func derive(_ own: OpaquePointer, _ peer: OpaquePointer) -> [UInt8]? {
        guard let context = EVP_PKEY_CTX_new(own, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var length = 0
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1,
            EVP_PKEY_derive(context, nil, &length) == 1
        else { return nil }
        var secret = [UInt8](repeating: 0, count: length)
        guard EVP_PKEY_derive(context, &secret, &length) == 1 else { return nil }
        secret.removeSubrange(length...)
        return secret
    }

    /// ConcatKDF: Hash(counter ‖ Z ‖ OtherInfo) until enough (XML Encryption 1.1 §5.4.1; NIST SP 800-56A §5.8.1).
    static func concatKDF(_ secret: [UInt8], otherInfo: [UInt8], length: Int, _ digest: DigestAlgorithm) -> [UInt8] {
        var key: [UInt8] = []
        var counter: UInt8 = 0
        while key.count < length {
            counter += 1
            key += digest.hash([0, 0, 0, counter] + secret + otherInfo)
        }
        return Array(key.prefix(length))
    }
}
