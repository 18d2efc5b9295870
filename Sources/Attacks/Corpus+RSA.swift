// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// C12: values of RSA.
    static let oddRSA: [Sample] = {
        var samples = Samples()
        let ways: [(String, @Sendable (Certificate, [UInt8]) throws -> [UInt8])] = [
            ("an octet too few", { $1.dropLast() }), ("an octet too many", { $1 + [0] }),
            ("a zero octet in front", { [0] + $1 }), ("twice", { $1 + $1 }),
            ("the same plus the modulus", { try sum($1, $0.modulus) }),
            ("zero", { _, value in [UInt8](repeating: 0, count: value.count) }),
            ("one", { _, value in [UInt8](repeating: 0, count: value.count - 1) + [1] }),
            ("the modulus", { certificate, _ in try certificate.modulus }),
            (
                "the modulus less one",
                { certificate, _ in try certificate.modulus.dropLast() + [certificate.modulus.last.map { $0 - 1 } ?? 0]
                }
            ),
            ("one bit changed", { $1.dropLast() + [($1.last ?? 0) ^ 1] }),
            ("what another key of the same length signs", { _, value in [0x7F] + (try randomBytes(value.count - 1)) }),
        ]
        for (title, way) in ways {
            samples.signature("C12", title, .signatureValue) {
                let certificate = try $0.key.certificate()
                $0.editsValue = { try way(certificate, $0) }
            }
            samples.metadata("C12", title, .metadataSignature) {
                try $0.signing {
                    let certificate = try $0.key.certificate()
                    $0.editsValue = { try way(certificate, $0) }
                }
            }
        }
        samples.signature("C12", "nothing", .signatureStructure) { $0.editsValue = { _ in [] } }
        samples.document("C12", "a registered key with the exponent 1, and no private key", .signatureKeyWeak) {
            genuine in
            try genuine.signing(genuine.evil) { try $0.use(.exponent) }
        }
        for (title, block) in paddings {
            samples.signature("C12", title, .signatureValue, on: [.gateway, .service]) { recipe in
                let key = try recipe.key.key()
                (recipe.algorithm, recipe.digest) = (.rsaSHA256, .sha256)
                recipe.signs = { try key.powered(block($0, key.modulusLength)) }
            }
        }
        return samples.all
    }()

    /// Blocks of RSA v1.5 that sloppy verifiers take (Bleichenbacher 2006, BERserk 2014).
    private static let paddings: [(String, @Sendable ([UInt8], Int) -> [UInt8])] = {
        /// - Parameter info: what stands before the digest.
        @Sendable func block(
            _ length: Int, kind: UInt8 = 1, filling: UInt8 = 0xFF, info: [UInt8], digest: [UInt8], behind: Int = 0
        ) -> [UInt8] {
            let count = length - 3 - info.count - digest.count - behind
            return [0, kind] + [UInt8](repeating: filling, count: count) + [0] + info + digest
                + [UInt8](repeating: 0x5A, count: behind)
        }
        let name: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
        let usual: [UInt8] = [0x30, 0x31, 0x30, 0x0D] + name + [0x05, 0x00, 0x04, 0x20]
        let hash: @Sendable ([UInt8]) -> [UInt8] = DigestAlgorithm.sha256.hash
        return [
            ("octets behind the digest", { block($1, info: usual, digest: hash($0), behind: 100) }),
            (
                "octets behind the digest and hardly a filling",
                { block($1, info: usual, digest: hash($0), behind: $1 - 62) }
            ),
            ("a filling of other octets", { block($1, filling: 0x5A, info: usual, digest: hash($0)) }),
            ("a block as for encryption", { block($1, kind: 2, info: usual, digest: hash($0)) }),
            ("the digest alone", { block($1, info: [], digest: hash($0)) }),
            (
                "the digest without the NULL before it",
                {
                    block($1, info: [0x30, 0x2F, 0x30, 0x0B] + name + [0x04, 0x20], digest: hash($0))
                }
            ),
            (
                "octets in the parameters of the digest",
                {
                    let parameters: [UInt8] = [0x04, 0x40] + [UInt8](repeating: 0x5A, count: 0x40)
                    let info: [UInt8] = [0x30, 0x71, 0x30, 0x4D] + name + parameters + [0x04, 0x20]
                    return block($1, info: info, digest: hash($0))
                }
            ),
            (
                "lengths with more octets than they need",
                {
                    block(
                        $1, info: [0x30, 0x81, 0x31, 0x30, 0x0D] + name + [0x05, 0x00, 0x04, 0x20], digest: hash($0))
                }
            ),
            (
                "the name of another digest inside",
                {
                    block(
                        $1, info: [0x30, 0x31, 0x30, 0x0D] + name.dropLast() + [0x08, 0x05, 0x00, 0x04, 0x20],
                        digest: hash($0))
                }
            ),
            (
                "a digest of SHA-1 inside",
                {
                    let info: [UInt8] = [
                        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14,
                    ]
                    return block($1, info: info, digest: OldDigest.sha1($0))
                }
            ),
        ]
    }()

    /// As numbers; an octet longer where it must.
    private static func sum(_ a: [UInt8], _ b: [UInt8]) throws -> [UInt8] {
        var (digits, carry): ([UInt8], Int) = ([], 0)
        for (x, y) in zip(a.reversed(), b.reversed()) {
            carry += Int(x) + Int(y)
            digits.append(UInt8(carry & 255))
            carry >>= 8
        }
        return (carry > 0 ? [UInt8(carry)] : []) + digits.reversed()
    }
}

extension Certificate {
    /// Of an RSA key with the exponent 65537.
    fileprivate var modulus: [UInt8] {
        get throws {
            guard case .rsa(let bits) = publicKey.kind else { throw NothingToSpoil(name: "modulus") }
            return Array(publicKeyInfo.dropLast(5).suffix(bits / 8))
        }
    }
}

/// EMSA-PSS with everything left to whoever signs (RFC 8017 §9.1.1).
struct OddPSS: Sendable {
    var hash: @Sendable ([UInt8]) -> [UInt8] = DigestAlgorithm.sha256.hash
    /// The hash of the mask.
    var mask: @Sendable ([UInt8]) -> [UInt8] = DigestAlgorithm.sha256.hash
    /// In octets; `nil`: as long as it can be.
    var salt: Int? = 32
    var trailer: UInt8 = 0xBC
    var separator: UInt8 = 1
    var filling: UInt8 = 0

    /// - Parameter length: octets of the modulus, whose first bit is set.
    func block(_ octets: [UInt8], _ length: Int) throws -> [UInt8] {
        let digest = hash(octets)
        let salt = try randomBytes(salt ?? length - digest.count - 2)
        let sealed = hash([UInt8](repeating: 0, count: 8) + digest + salt)
        let count = length - salt.count - sealed.count - 2
        let block = [UInt8](repeating: filling, count: count) + [separator] + salt
        var masked = zip(block, Self.mgf1(sealed, block.count, mask)).map { $0 ^ $1 }
        masked[0] &= 0x7F
        return masked + sealed + [trailer]
    }

    /// RFC 8017 appendix B.2.1.
    static func mgf1(_ seed: [UInt8], _ count: Int, _ hash: ([UInt8]) -> [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        while output.count < count { output += hash(seed + [0, 0, 0, UInt8(output.count / hash([]).count)]) }
        return Array(output.prefix(count))
    }
}

extension PrivateKey {
    func sign(_ octets: [UInt8], _ way: OddPSS) throws -> [UInt8] { try powered(way.block(octets, modulusLength)) }
}

extension SignatureRecipe {
    /// HMAC over SHA-256, with something public of the certificate as the secret.
    mutating func authenticate(with secret: @escaping @Sendable (Certificate) -> [UInt8]) throws {
        let certificate = try key.certificate()
        editsSignedInfo = {
            try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
        }
        signs = { try hmacSHA256(key: secret(certificate), $0) }
    }

    /// Another digest over the same element, whose ID is the only reference.
    mutating func take(digestOf element: XMLNode, by hash: @escaping @Sendable ([UInt8]) -> [UInt8], named uri: String)
    {
        let value = Base64.encode(hash(element.canonical(including: prefixes)))
        editsSignedInfo = {
            try $0.set("Algorithm", of: "DigestMethod", uri)
            try $0.setText(of: "DigestValue", value)
        }
    }
}
