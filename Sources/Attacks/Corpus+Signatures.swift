// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// C07 to C12: what is signed with, and how the value is made.
    static let signatures: [Sample] = secrets + forbidden + otherwiseNamed + oddPSS + oddECDSA + oddRSA

    private static let more = "http://www.w3.org/2001/04/xmldsig-more#"
    private static let more2007 = "http://www.w3.org/2007/05/xmldsig-more#"

    /// With everything that is public about the registered key as the secret.
    private static let secrets: [Sample] = {
        var samples = Samples()
        let publics: [(String, @Sendable (Certificate) -> [UInt8])] = [
            ("the certificate in DER", { $0.der }), ("the certificate in PEM", { Array($0.pem.utf8) }),
            ("the certificate in Base64", { Array($0.base64.utf8) }), ("the public key in DER", { $0.publicKeyInfo }),
            ("nothing", { _ in [] }),
        ]
        for (title, secret) in publics {
            samples.document("C07", "HMAC with \(title) as secret", .signatureAlgorithm) { genuine in
                try genuine.signing(genuine.evil) { try $0.authenticate(with: secret) }
            }
            samples.metadata("C07", "HMAC with \(title) as secret", .metadataSignature) { genuine in
                try genuine.signing(genuine.evil) { try $0.authenticate(with: secret) }
            }
        }
        for bits in [0, 1, 8] {
            samples.document("C07", "HMAC cut to \(bits) bits", .signatureAlgorithm) { genuine in
                try genuine.signing(genuine.evil) {
                    $0.editsSignedInfo = { info in
                        try info.set("Algorithm", of: "SignatureMethod", more + "hmac-sha256")
                        let length = XMLNode(Namespace.ds("HMACOutputLength"), text: "\(bits)")
                        try info.edit("SignatureMethod") { $0 = $0.appending(length) }
                    }
                    $0.signs = { _ in [UInt8](repeating: 0, count: 1) }
                }
            }
        }
        return samples.all
    }()

    private static let forbidden: [Sample] = {
        var samples = Samples()
        for algorithm in [SignatureAlgorithm.rsaSHA256, .rsaSHA384, .rsaSHA512] {
            samples.signature(
                "C08", "\(algorithm.name) at a node", .signatureAlgorithm, on: [.connector, .proxyService]
            ) {
                ($0.algorithm, $0.digest) = (algorithm, algorithm.digest)
            }
            samples.metadata("C08", algorithm.name, .metadataSignature) {
                try $0.signing { ($0.algorithm, $0.digest) = (algorithm, algorithm.digest) }
            }
        }
        func old(
            _ title: String, _ uri: String, _ signs: @escaping @Sendable (PrivateKey, [UInt8]) throws -> [UInt8]
        ) {
            let edit: @Sendable (inout SignatureRecipe) throws -> Void = { recipe in
                let key = try recipe.key.key()
                recipe.editsSignedInfo = { try $0.set("Algorithm", of: "SignatureMethod", uri) }
                recipe.signs = { try signs(key, $0) }
            }
            samples.document("C08", title, .signatureAlgorithm) { try $0.signing(by: edit) }
            samples.metadata("C08", title, .metadataSignature) { try $0.signing(by: edit) }
        }
        old("RSA over SHA-1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1") { try $0.signSHA1($1) }
        old("RSA over MD5", more + "rsa-md5") { try $0.signMD5($1) }
        old("RSA-PSS over SHA-1", more2007 + "sha1-rsa-MGF1") {
            try $0.sign($1, OddPSS(hash: OldDigest.sha1, mask: OldDigest.sha1, salt: 20))
        }
        old("DSA", "http://www.w3.org/2000/09/xmldsig#dsa-sha1") { _, _ in [UInt8](repeating: 1, count: 40) }
        old("no algorithm", "") { try $0.sign($1, .pssSHA256) }
        old("the algorithm in capital letters", SignatureAlgorithm.pssSHA256.uri.uppercased()) {
            try $0.sign($1, .pssSHA256)
        }
        old("the algorithm with a blank behind it", SignatureAlgorithm.pssSHA256.uri + " ") {
            try $0.sign($1, .pssSHA256)
        }
        for (title, uri, digest): (String, String, @Sendable ([UInt8]) -> [UInt8]) in [
            ("SHA-1", "http://www.w3.org/2000/09/xmldsig#sha1", OldDigest.sha1), ("MD5", more + "md5", OldDigest.md5),
        ] {
            samples.document("C08", "a digest of \(title)", .signatureAlgorithm) { genuine in
                try genuine.signing { $0.take(digestOf: genuine.bare, by: digest, named: uri) }
            }
            samples.metadata("C08", "a digest of \(title)", .metadataSignature) { genuine in
                try genuine.signing { $0.take(digestOf: genuine.bare, by: digest, named: uri) }
            }
        }
        return samples.all
    }()

    /// C09: one algorithm in the document, another in the value.
    private static let otherwiseNamed: [Sample] = {
        var samples = Samples()
        func named(
            _ title: String, _ other: SignatureAlgorithm, as name: SignatureAlgorithm, _ rule: Rule, on roles: [Role]
        ) {
            samples.signature("C09", title, rule, on: roles) { recipe in
                let key = try recipe.key.key()
                (recipe.algorithm, recipe.digest) = (name, name.digest)
                recipe.signs = { try key.sign($0, other) }
            }
        }
        named("PSS named, v1.5 made", .rsaSHA256, as: .pssSHA256, .signatureValue, on: Role.messages)
        named(
            "PSS over SHA-512 named, over SHA-256 made", .pssSHA256, as: .pssSHA512, .signatureValue, on: Role.messages)
        named("v1.5 named, PSS made", .pssSHA512, as: .rsaSHA512, .signatureValue, on: [.gateway, .service])
        named(
            "v1.5 over SHA-512 named, over SHA-256 made", .rsaSHA256, as: .rsaSHA512, .signatureValue,
            on: [.gateway, .service])
        named("ECDSA named for an RSA key", .pssSHA256, as: .ecdsaSHA256, .signatureKeyWeak, on: Role.messages)
        samples.signature("C09", "RSA named for a key on a curve", .signatureKeyWeak) {
            try $0.use(.curve)
            $0.algorithm = .pssSHA256
        }
        samples.signature("C09", "ECDSA over SHA-512 named, over SHA-256 made", .signatureValue) {
            try $0.use(.curve)
            $0.algorithm = .ecdsaSHA512
        }
        return samples.all
    }()

    private static let oddPSS: [Sample] = {
        var samples = Samples()
        let ways: [(String, OddPSS)] = [
            ("no salt", OddPSS(salt: 0)), ("a salt of 20 octets", OddPSS(salt: 20)),
            ("a salt of 31 octets", OddPSS(salt: 31)),
            ("a salt of 33 octets", OddPSS(salt: 33)), ("the longest salt", OddPSS(salt: nil)),
            ("a mask over SHA-1", OddPSS(mask: OldDigest.sha1)),
            ("a mask over SHA-512", OddPSS(mask: DigestAlgorithm.sha512.hash)),
            ("a digest of SHA-1 inside", OddPSS(hash: OldDigest.sha1)), ("another trailer", OddPSS(trailer: 0xCC)),
            ("no trailer", OddPSS(trailer: 0)), ("another separator", OddPSS(separator: 2)),
            ("a filling that is not zero", OddPSS(filling: 1)),
        ]
        for (title, way) in ways {
            samples.signature("C10", title, .signatureValue) { recipe in
                let key = try recipe.key.key()
                (recipe.algorithm, recipe.digest) = (.pssSHA256, .sha256)
                recipe.signs = { try key.sign($0, way) }
            }
            samples.metadata("C10", title, .metadataSignature) {
                try $0.signing { recipe in
                    let key = try recipe.key.key()
                    recipe.signs = { try key.sign($0, way) }
                }
            }
        }
        samples.signature("C10", "PSS without its parameters in the name", .signatureAlgorithm) {
            ($0.algorithm, $0.digest) = (.pssSHA256, .sha256)
            $0.editsSignedInfo = { try $0.set("Algorithm", of: "SignatureMethod", more2007 + "rsa-pss") }
        }
        samples.signature("C10", "parameters of PSS beside those in the name", .signatureStructure) {
            ($0.algorithm, $0.digest) = (.pssSHA256, .sha256)
            $0.editsSignedInfo = {
                let parameters = XMLNode(
                    Namespace("pss", more2007)("RSAPSSParams"), [],
                    [XMLNode(Namespace("pss", more2007)("SaltLength"), text: "0")])
                try $0.edit("SignatureMethod") { $0 = $0.appending(parameters) }
            }
        }
        return samples.all
    }()

    /// C11: on P-256.
    private static let oddECDSA: [Sample] = {
        var samples = Samples()
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
            0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let (zero, one) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 31) + [1])
        let ways: [(String, @Sendable ([UInt8]) throws -> [UInt8])] = [
            ("zero and zero", { _ in zero + zero }), ("zero and one", { _ in zero + one }),
            ("one and zero", { _ in one + zero }), ("one and one", { _ in one + one }),
            ("the order of the curve, twice", { _ in order + order }),
            ("the order, then the second number", { order + $0.suffix(32) }),
            ("the first number, then the order", { $0.prefix(32) + order }),
            ("the greatest numbers", { _ in [UInt8](repeating: 0xFF, count: 64) }),
            ("the first number alone", { Array($0.prefix(32)) }), ("an octet too few", { $0.dropLast() }),
            ("an octet too many", { $0 + [0] }),
            ("a zero octet before each number", { [0] + $0.prefix(32) + [0] + $0.suffix(32) }),
            (
                "as many octets as another curve has",
                { zero.prefix(16) + $0.prefix(32) + zero.prefix(16) + $0.suffix(32) }
            ),
            ("the numbers in the other order", { $0.suffix(32) + $0.prefix(32) }),
        ]
        for (title, way) in ways {
            samples.signature("C11", title, .signatureValue) {
                try $0.use(.curve)
                $0.editsValue = way
            }
        }
        samples.signature("C11", "in DER", .signatureValue) {
            try $0.use(.curve)
            $0.signs = { try TestKey.p256a.key().signDetached($0) }
        }
        samples.signature("C11", "nothing", .signatureStructure) {
            try $0.use(.curve)
            $0.editsValue = { _ in [] }
        }
        return samples.all
    }()
}
