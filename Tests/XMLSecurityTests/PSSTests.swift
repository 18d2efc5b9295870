// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("RSA-PSS parameters")
struct PSSTests {
    /// A signature with parameters of one's own choice, made by libcrypto directly.
    static func sign(
        _ octets: [UInt8], _ key: TestKey, digest: OpaquePointer?, mask: OpaquePointer?, salt: Int32
    ) throws -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        var length = 1024
        var value = [UInt8](repeating: 0, count: length)
        try #require(EVP_DigestSignInit(context, &keyContext, digest, nil, key.key().handle) == 1)
        try #require(EVP_PKEY_CTX_set_rsa_padding(keyContext, RSA_PKCS1_PSS_PADDING) == 1)
        try #require(EVP_PKEY_CTX_set_rsa_mgf1_md(keyContext, mask) == 1)
        try #require(EVP_PKEY_CTX_set_rsa_pss_saltlen(keyContext, salt) == 1)
        try #require(EVP_DigestSign(context, &value, &length, octets, octets.count) == 1)
        return Array(value.prefix(length))
    }

    static func verify(salt: Int32, digest: OpaquePointer?, mask: OpaquePointer?) throws -> XMLFault.Kind? {
        let octets = Array("SignedInfo".utf8)
        let value = try sign(octets, .rsa3072a, digest: digest, mask: mask, salt: salt)
        return try fault {
            _ = try verifyDetached(
                value, over: octets, algorithm: SignatureAlgorithm.pssSHA256.uri,
                trusting: [TestKey.rsa3072a.certificate()],
                policy: .eidas)
        }
    }

    @Test("The salt is as long as the digest, and not otherwise", arguments: [0, 8, 20, 31, 33, 64, 300] as [Int32])
    func salt(length: Int32) throws {
        #expect(try Self.verify(salt: 32, digest: EVP_sha256(), mask: EVP_sha256()) == nil)
        #expect(try Self.verify(salt: length, digest: EVP_sha256(), mask: EVP_sha256()) == .signatureValue)
    }

    @Test("The mask uses the same hash")
    func mask() throws {
        #expect(try Self.verify(salt: 32, digest: EVP_sha256(), mask: EVP_sha1()) == .signatureValue)
        #expect(try Self.verify(salt: 32, digest: EVP_sha256(), mask: EVP_sha512()) == .signatureValue)
        #expect(try Self.verify(salt: 64, digest: EVP_sha512(), mask: EVP_sha512()) == .signatureValue)
    }

    @Test("A small public exponent is refused")
    func exponent() throws {
        let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var handle: OpaquePointer?
        let three = BN_new()
        defer { BN_free(three) }
        BN_set_word(three, 3)
        try #require(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(context, 3072) == 1)
        try #require(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, three) == 1 && EVP_PKEY_keygen(context, &handle) == 1)
        let key = PrivateKey(owning: try #require(handle))
        let certificate = try key.certify(
            commonName: "e3", usage: .signing, from: .init(timeIntervalSince1970: 0), until: .distantFuture)
        let signed = try message.signed(by: Signer(key: key, chain: [certificate]), behind: 1)
        let tree = try XMLTree(parsing: signed.serialized())
        #expect(
            try fault { _ = try tree.root.verifySignature(trusting: [certificate], policy: .eidas, confirmedBy: nil) }
                == .keyWeak)
        #expect(!certificate.publicKey.isStrong(for: .eidas))
    }
}
