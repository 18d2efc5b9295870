// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Decoders that are found once")
struct KeyDecodingTests {
    /// Every certificate in a file of its own or in PEM below Tests/Vectors, made by us and by others.
    static let files: [URL] = {
        let root = Repository.root.appending(path: "Tests/Vectors")
        let all = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
        return (all ?? []).filter { ["pem", "crt", "cer", "der"].contains($0.pathExtension) }
    }()

    @Test("They read the key that libcrypto reads in the certificate itself")
    func sameKey() throws {
        var kinds: Set<KeyKind> = []
        for file in Self.files {
            for certificate in (try? certificates(pemOrDER: [UInt8](Data(contentsOf: file)))) ?? [] {
                let whole = try #require(readCertificate(certificate.der))
                defer { X509_free(whole) }
                #expect(EVP_PKEY_eq(certificate.publicKey.handle, X509_get0_pubkey(whole)) == 1, "\(file.path)")
                #expect(X509_get_key_usage(whole) == keyUsage(withoutKey: certificate.der), "\(file.path)")
                kinds.insert(certificate.publicKey.kind)
            }
        }
        #expect(kinds.isSuperset(of: [.rsa(bits: 2048), .rsa(bits: 4096), .ec(.p256), .ec(.brainpoolP384r1)]))
    }

    private func keyUsage(withoutKey der: [UInt8]) -> UInt32? {
        guard let bare = readCertificateWithoutKey(der) else { return nil }
        defer { X509_free(bare) }
        return X509_get_key_usage(bare)
    }

    @Test(
        "What is no key, or more than one, is none, and the next is read all the same",
        arguments: [TestKey.rsa2048a, .p256a])
    func garbage(key: TestKey) throws {
        let certificate = try key.certificate()
        let info = certificate.publicKeyInfo
        var other = info
        // A private key (PKCS#8); and what stands in the info, of RSA a key by itself (PKCS#1), which the decoders would take.
        let lines = try key.key().pem().split(separator: "\n")
        let others = [try #require(Base64.decode(lines.dropFirst().dropLast().joined())), Array(info.dropFirst(24))]
        other[other.count - 1] ^= 1  // off the curve, or another modulus
        for octets in [[], [0x30], Array(info.dropLast()), info + [0], info + info, certificate.der] + others {
            #expect(PublicKeyDecoder.shared.key(octets) == nil)
            let read = try #require(PublicKeyDecoder.shared.key(info))
            #expect(EVP_PKEY_eq(read.handle, certificate.publicKey.handle) == 1)
        }
        #expect((PublicKeyDecoder.shared.key(other) == nil) == (key == .p256a))
    }

    @Test("Many threads at once each get their own key")
    func threads() async throws {
        let certificates = try TestKey.allCases.map { try $0.certificate() }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for turn in 0..<200 {
                let expected = certificates[turn % certificates.count]
                group.addTask { try Certificate(der: expected.der).publicKey.kind == expected.publicKey.kind }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
