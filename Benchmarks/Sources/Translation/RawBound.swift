// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
import XMLSecurity

/// Nothing but the cryptography of one translation, straight from libcrypto on the same keys: 2 verifications, 1 private
/// decryption, 2 signatures, 1 public encryption, and the digests and AES-GCM of octets as many as in the messages.
final class RawBound {
    private let suite: Suite
    private let sender: OpaquePointer
    private let ourSigning: OpaquePointer
    private let ourEncryption: OpaquePointer
    private let receiver: OpaquePointer
    private let response: [UInt8]
    private let assertion: [UInt8]
    private let signedInfo = [UInt8](repeating: 0x20, count: 900)
    private var signature: [UInt8] = []
    private var wrapped: [UInt8] = []
    private var originator: OpaquePointer?
    private var sealed: [UInt8] = []

    init(_ cast: Cast, signing senderKey: PrivateKey, response: Int, assertion: Int) throws {
        suite = cast.suite
        sender = try Self.key(of: cast.sender)
        receiver = try Self.key(of: cast.receiver)
        ourSigning = try Self.key(cast.ourSigning.key)
        ourEncryption = try Self.key(cast.ourEncryption.key)
        self.response = [UInt8](repeating: 0x41, count: response)
        self.assertion = [UInt8](repeating: 0x42, count: assertion)
        let key = [UInt8](repeating: 7, count: 32)
        let signingKey = try Self.key(senderKey)
        defer { EVP_PKEY_free(signingKey) }
        signature = try sign(with: signingKey)
        let ours = try Self.key(of: cast.ourEncryption.certificate)
        defer { EVP_PKEY_free(ours) }
        (wrapped, originator) = try wrap(key, for: ours)
        sealed = try seal(with: key)
    }

    deinit {
        for key in [sender, ourSigning, ourEncryption, receiver, originator] { EVP_PKEY_free(key) }
    }

    func translate() throws {
        digest(response)
        try verify()
        let key = try unwrap()
        try open(with: key)
        digest(assertion)
        try verify()
        digest(assertion)
        _ = try sign(with: ourSigning)
        let fresh = try randomBytes(32)
        _ = try seal(with: fresh)
        EVP_PKEY_free(try wrap(fresh, for: receiver).originator)
        digest(response)
        _ = try sign(with: ourSigning)
    }

    /// What a service's request and ours to the node cost besides: 1 verification and 1 signature.
    func ask() throws {
        try verify()
        _ = try sign(with: ourSigning)
    }
}

// MARK: Operations

extension RawBound {
    private func require(_ done: Bool, _ step: String = #function) throws {
        if !done { throw Failure("libcrypto: " + step) }
    }

    private static func key(of certificate: Certificate) throws -> OpaquePointer {
        let key = certificate.der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var end = buffer.baseAddress
            let x509 = d2i_X509(nil, &end, buffer.count)
            defer { X509_free(x509) }
            return X509_get_pubkey(x509)
        }
        guard let key else { throw Failure("libcrypto: certificate") }
        return key
    }

    private static func key(_ key: PrivateKey) throws -> OpaquePointer {
        let pem = Array(try key.pem().utf8)
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        BIO_write(bio, pem, Int32(pem.count))
        guard let handle = PEM_read_bio_PrivateKey(bio, nil, nil, nil) else { throw Failure("libcrypto: private key") }
        return handle
    }

    private var hash: OpaquePointer? { suite.algorithm.digest == .sha512 ? EVP_sha512() : EVP_sha256() }

    private var maskHash: OpaquePointer? {
        switch suite.transport {
        case .rsaOAEP(.sha512): EVP_sha512()
        case .rsaOAEP: EVP_sha256()
        default: EVP_sha1()
        }
    }

    private func digest(_ octets: [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { output in
            _ = EVP_Digest(octets, octets.count, output.baseAddress, nil, hash, nil)
        }
    }

    private func setPadding(_ context: OpaquePointer?) throws {
        guard suite.algorithm.scheme == .pss else { return }
        try require(
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0
                && EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash) > 0)
    }

    private func sign(with key: OpaquePointer) throws -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        try require(EVP_DigestSignInit(context, &keyContext, hash, nil, key) > 0)
        try setPadding(keyContext)
        var output = [UInt8](repeating: 0, count: 512)
        var count = output.count
        try require(EVP_DigestSign(context, &output, &count, signedInfo, signedInfo.count) > 0)
        output.removeSubrange(count...)
        return output
    }

    private func verify() throws {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        try require(EVP_DigestVerifyInit(context, &keyContext, hash, nil, sender) > 0)
        try setPadding(keyContext)
        try require(EVP_DigestVerify(context, signature, signature.count, signedInfo, signedInfo.count) > 0)
    }

    private func setOAEP(_ context: OpaquePointer?) throws {
        try require(
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0
                && EVP_PKEY_CTX_set_rsa_oaep_md(context, maskHash) > 0
                && EVP_PKEY_CTX_set_rsa_mgf1_md(context, maskHash) > 0)
    }

    private var isAgreement: Bool { if case .ecdhES = suite.transport { true } else { false } }

    private func wrap(_ key: [UInt8], for recipient: OpaquePointer) throws -> (
        octets: [UInt8], originator: OpaquePointer?
    ) {
        let context = EVP_PKEY_CTX_new(recipient, nil)
        defer { EVP_PKEY_CTX_free(context) }
        if isAgreement {
            var ephemeral: OpaquePointer?
            try require(EVP_PKEY_keygen_init(context) > 0 && EVP_PKEY_keygen(context, &ephemeral) > 0)
            return (try keyWrap(key, with: keyEncryptionKey(ephemeral, recipient), encrypting: true), ephemeral)
        }
        try require(EVP_PKEY_encrypt_init(context) > 0)
        try setOAEP(context)
        var output = [UInt8](repeating: 0, count: 512)
        var count = output.count
        try require(EVP_PKEY_encrypt(context, &output, &count, key, key.count) > 0)
        output.removeSubrange(count...)
        return (output, nil)
    }

    private func unwrap() throws -> [UInt8] {
        if isAgreement {
            return try keyWrap(wrapped, with: keyEncryptionKey(ourEncryption, originator), encrypting: false)
        }
        let context = EVP_PKEY_CTX_new(ourEncryption, nil)
        defer { EVP_PKEY_CTX_free(context) }
        try require(EVP_PKEY_decrypt_init(context) > 0)
        try setOAEP(context)
        var output = [UInt8](repeating: 0, count: 512)
        var count = output.count
        try require(EVP_PKEY_decrypt(context, &output, &count, wrapped, wrapped.count) > 0 && count == 32)
        output.removeSubrange(count...)
        return output
    }

    private func keyEncryptionKey(_ own: OpaquePointer?, _ other: OpaquePointer?) throws -> [UInt8] {
        let context = EVP_PKEY_CTX_new(own, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var block: [UInt8] = [0, 0, 0, 1] + [UInt8](repeating: 0, count: 32)
        var count = 32
        try require(EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, other) > 0)
        try require(block.withUnsafeMutableBufferPointer { EVP_PKEY_derive(context, $0.baseAddress! + 4, &count) > 0 })
        var key = [UInt8](repeating: 0, count: 32)
        try require(EVP_Digest(block, block.count, &key, nil, EVP_sha256(), nil) > 0)
        return key
    }

    private func keyWrap(_ input: [UInt8], with key: [UInt8], encrypting: Bool) throws -> [UInt8] {
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        EVP_CIPHER_CTX_set_flags(context, Int32(EVP_CIPHER_CTX_FLAG_WRAP_ALLOW))
        var output = [UInt8](repeating: 0, count: 64)
        var count: Int32 = 0
        try require(
            EVP_CipherInit_ex(context, EVP_aes_256_wrap(), nil, key, nil, encrypting ? 1 : 0) > 0
                && EVP_CipherUpdate(context, &output, &count, input, Int32(input.count)) > 0)
        output.removeSubrange(Int(count)...)
        return output
    }

    private func seal(with key: [UInt8]) throws -> [UInt8] {
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        let iv = try randomBytes(12)
        var count: Int32 = 0
        var output = [UInt8](repeating: 0, count: assertion.count + 16)
        try require(
            EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, iv) > 0
                && EVP_EncryptUpdate(context, &output, &count, assertion, Int32(assertion.count)) > 0
                && EVP_EncryptFinal_ex(context, nil, &count) > 0)
        try require(
            output.withUnsafeMutableBufferPointer {
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, $0.baseAddress! + assertion.count) > 0
            })
        return iv + output
    }

    private func open(with key: [UInt8]) throws {
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var count: Int32 = 0
        var output = [UInt8](repeating: 0, count: assertion.count)
        var tag = Array(sealed.suffix(16))
        try require(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, sealed) > 0)
        try require(
            sealed.withUnsafeBufferPointer {
                EVP_DecryptUpdate(context, &output, &count, $0.baseAddress! + 12, Int32(assertion.count)) > 0
            })
        try require(
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) > 0
                && EVP_DecryptFinal_ex(context, nil, &count) > 0)
    }
}
