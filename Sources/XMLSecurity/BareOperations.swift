// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

// For peers in tests, which sign and encrypt in ways that we never would.

extension PrivateKey {
    /// ECDSA over SHA-256, as libcrypto encodes it, on whatever curve the key is.
    package func signedAsDER(_ data: [UInt8]) throws(XMLFault) -> [UInt8] {
        try requireHere()
        guard let context = EVP_MD_CTX_new() else { throw XMLFault(.internalFailure) }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var signature = [UInt8](repeating: 0, count: 256)
        var length = signature.count
        guard EVP_DigestSignInit(context, nil, DigestAlgorithm.sha256.method, nil, handle) == 1,
            EVP_DigestSign(context, &signature, &length, data, data.count) == 1
        else { throw XMLFault(.keyUnusable, expected: "an elliptic curve", found: "\(kind)") }
        return Array(signature.prefix(length))
    }

    /// The bare operation of RSA, on a block as long as the modulus.
    package func powered(_ block: [UInt8]) throws(XMLFault) -> [UInt8] {
        try requireHere()
        return try power(block, handle, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt)
    }
}

extension PublicKey {
    /// The bare operation of RSA, on a block as long as the modulus.
    package func powered(_ block: [UInt8]) throws(XMLFault) -> [UInt8] {
        try power(block, handle, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt)
    }
}

private func power(
    _ block: [UInt8], _ handle: OpaquePointer, _ begin: (OpaquePointer?) -> Int32,
    _ operation: (
        OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int
    ) -> Int32
) throws(XMLFault) -> [UInt8] {
    guard let context = EVP_PKEY_CTX_new(handle, nil) else { throw XMLFault(.internalFailure) }
    defer {
        EVP_PKEY_CTX_free(context)
        ERR_clear_error()
    }
    var output = [UInt8](repeating: 0, count: block.count)
    var length = output.count
    guard begin(context) == 1, EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1,
        operation(context, &output, &length, block, block.count) == 1, length == block.count
    else { throw XMLFault(.keyUnusable, expected: "a block as long as the modulus") }
    return output
}
