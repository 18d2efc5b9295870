// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import XMLSecurity

extension Certificate {
    /// The same subject, issuer, serial number and extensions over another key of the same kind and size, which signed it.
    func cloned(over key: TestKey) throws -> Certificate {
        let other = try key.certificate()
        guard let place = der.firstRange(of: publicKeyInfo), publicKeyInfo.count == other.publicKeyInfo.count else {
            throw NothingToSpoil(name: "public key")
        }
        var forged = der
        forged.replaceSubrange(place, with: other.publicKeyInfo)
        return try Certificate(der: Self.resigned(forged) { try key.key().sign($0, .rsaSHA256) })
    }

    /// The same, with its own signature over SHA-1.
    func signedOverSHA1(by key: PrivateKey) throws -> Certificate {
        // sha256WithRSAEncryption and sha1WithRSAEncryption differ in their last octet (RFC 8017 appendix C).
        let name: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]
        var forged = der
        for place in forged.ranges(of: name + [11]) { forged[place.upperBound - 1] = 5 }
        return try Certificate(der: Self.resigned(forged) { try key.signSHA1($0) })
    }

    /// - Parameter der: certificate whose lengths, its own and that of its content, have two octets each; signed with RSA.
    private static func resigned(_ der: [UInt8], _ sign: ([UInt8]) throws -> [UInt8]) throws -> [UInt8] {
        guard der.count > 8, der[1] == 0x82, der[5] == 0x82 else { throw NothingToSpoil(name: "certificate") }
        let length = Int(der[6]) << 8 | Int(der[7])
        let signature = try sign(Array(der[4..<8 + length]))
        return der.dropLast(signature.count) + signature
    }
}

extension PrivateKey {
    /// RSA PKCS#1 v1.5 over SHA-1.
    func signSHA1(_ octets: [UInt8]) throws -> [UInt8] {
        try powered(
            paddedInfo(
                [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14],
                OldDigest.sha1(octets)))
    }

    /// RSA PKCS#1 v1.5 over MD5.
    func signMD5(_ octets: [UInt8]) throws -> [UInt8] {
        let info: [UInt8] = [
            0x30, 0x20, 0x30, 0x0C, 0x06, 0x08, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10,
        ]
        return try powered(paddedInfo(info, OldDigest.md5(octets)))
    }

    var modulusLength: Int { if case .rsa(let bits) = kind { bits / 8 } else { 0 } }

    private func paddedInfo(_ info: [UInt8], _ digest: [UInt8]) -> [UInt8] {
        [0, 1] + [UInt8](repeating: 0xFF, count: modulusLength - info.count - digest.count - 3) + [0] + info + digest
    }
}
