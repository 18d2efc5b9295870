// SPDX-License-Identifier: EUPL-1.2
import Foundation
import FuzzKit
import PuenteTestKit

@testable import XMLSecurity

/// Certificates, public keys, curve points and signatures of strangers: what is accepted is what was given, says the
/// same in each of its forms, vouches for nobody and signs nothing.
enum CertificatesTarget: FuzzTarget {
    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        var seeds: [(String, [UInt8])] = []
        for key in TestKey.allCases {
            let certificate = try key.certificate()
            seeds.append(("\(key).der", certificate.der))
            seeds.append(("\(key).key.der", certificate.publicKeyInfo))
            if case .ec(let curve) = try key.key().kind {
                let signature = try key.key().sign([1], key.key().defaultAlgorithm ?? .ecdsaSHA256)
                seeds.append(("\(key).signature", signature))
                let length = curve.coordinateLength
                seeds.append(("\(key).point", certificate.publicKeyInfo.suffix(1 + 2 * length)))
                seeds.append(
                    (
                        "\(key).signature.der",
                        ECDSASignature.der(fromFixedWidth: signature, coordinateLength: length) ?? []
                    ))
            }
        }
        seeds.append(("bare.base64", Array(try TestKey.p256a.certificate().base64.utf8)))
        for chain in ["sound", "sha1", "rsa1024", "no-authority"] {
            let octets = try Repository.octets("Tests/Vectors/chains/\(chain).pem")
            seeds.append(("\(chain).pem", octets))
            for (index, certificate) in try certificates(pemOrDER: octets).enumerated() {
                seeds.append(("\(chain)-\(index).der", certificate.der))
            }
        }
        return seeds.map { (name: $0.0, octets: $0.1) }
    }

    static func run(_ octets: [UInt8]) throws {
        if let certificate = try? Certificate(der: octets) { try check(certificate, octets) }
        checkForms(octets)
        checkSignatureEncodings(octets)
        try checkKeyAgreement(octets)
    }

    private static let anchor = scenery("the test key is read") { try TestKey.rsa4096.certificate() }
    private static let now = Date(timeIntervalSince1970: 1_772_442_930)

    private static func check(_ certificate: Certificate, _ octets: [UInt8]) throws {
        promise(certificate.der == octets, "a certificate is the octets that it was read from")
        for form in [certificate.der, Array(certificate.pem.utf8), Array(certificate.base64.utf8)] {
            let again = promise("each form of a certificate is read") { try Certificate(pemOrDER: form) }
            promise(again == certificate && again.publicKeyInfo == certificate.publicKeyInfo, "each form is the same")
            promise(again.subject == certificate.subject && again.issuer == certificate.issuer, "names stay")
            promise(again.notBefore == certificate.notBefore && again.notAfter == certificate.notAfter, "times stay")
            promise(again.publicKey.kind == certificate.publicKey.kind, "a key stays what it is")
        }
        promise((try? Certificate(der: octets + [0])) == nil, "nothing may follow a certificate")
        promise(certificate.fingerprint.utf8.count == 64, "a fingerprint has 64 digits")
        promise(
            !certificate.isValid(at: now) || certificate.notBefore <= now && now < certificate.notAfter,
            "a certificate is valid in its time only")
        promise(
            certificate == anchor || !certificate.chains(to: [anchor], through: [certificate], at: now),
            "a certificate that the anchor did not sign does not lead to it")
        _ = certificate.chains(to: [certificate], through: [certificate], at: now)
        _ = "\(certificate.publicKey.kind) \(certificate.mayEncrypt) \(certificate.maySign)"
        checkSignsNothing(certificate, octets)
        try checkEncryption(for: certificate)
    }

    /// Nobody has signed these octets: no key may say so that a policy would take.
    private static func checkSignsNothing(_ certificate: Certificate, _ octets: [UInt8]) {
        guard certificate.publicKey.isStrong(for: .clave) else { return }
        guard let algorithm = SignatureAlgorithm.allCases.first(where: certificate.publicKey.kind.fits) else { return }
        let signature = Array(octets.suffix(certificate.publicKey.kind.signatureLength))
        let signer = try? verifyDetached(
            signature, over: octets, algorithm: algorithm.uri, trusting: [certificate], policy: .clave)
        promise(signer == nil, "a key does not vouch for what nobody signed")
    }

    /// Strangers' certificates are also encrypted for.
    private static func checkEncryption(for certificate: Certificate) throws {
        guard let recipient = try? Recipient(certificate) else { return }
        _ = try? XMLNode(XMLName(unqualified: "a")).encrypted(for: [recipient], cipher: .aes128GCM)
    }

    private static func checkForms(_ octets: [UInt8]) {
        guard let all = try? certificates(pemOrDER: octets) else { return }
        promise(!all.isEmpty, "a file that is read holds a certificate")
        let first = try? Certificate(pemOrDER: octets)
        promise(first == all.first, "the first is the first")
    }

    private static func checkSignatureEncodings(_ octets: [UInt8]) {
        for length in Set(Curve.allCases.map(\.coordinateLength)) {
            if let der = ECDSASignature.der(fromFixedWidth: octets, coordinateLength: length) {
                promise(
                    ECDSASignature.fixedWidth(fromDER: der, coordinateLength: length) == widened(octets, to: length),
                    "a signature survives the trip through DER")
            }
            if let fixed = ECDSASignature.fixedWidth(fromDER: octets, coordinateLength: length) {
                let der = ECDSASignature.der(fromFixedWidth: fixed, coordinateLength: length) ?? []
                promise(
                    ECDSASignature.fixedWidth(fromDER: der, coordinateLength: length) == fixed,
                    "a signature survives the trip through fixed width")
            }
        }
    }

    /// Both numbers with the zero octets in front that some senders leave out.
    private static func widened(_ signature: [UInt8], to length: Int) -> [UInt8] {
        let half = signature.count / 2
        let zeros = [UInt8](repeating: 0, count: length - half)
        return zeros + signature[..<half] + zeros + signature[half...]
    }

    // MARK: Key agreement

    /// The octets as the sender's key of an agreement, encoded, and as a point of each curve.
    private static func checkKeyAgreement(_ octets: [UInt8]) throws {
        let encoded = XMLNode(Namespace.dsig11("DEREncodedKeyValue"), text: Base64.encode(octets))
        try open(with: encoded)
        guard octets.count <= 200 else { return }
        for curve in Curve.allCases {
            try open(
                with: XMLNode(
                    Namespace.dsig11("ECKeyValue"), [],
                    [
                        XMLNode(Namespace.dsig11("NamedCurve"), [("URI", curve.urn)]),
                        XMLNode(Namespace.dsig11("PublicKey"), text: Base64.encode(octets)),
                    ]))
        }
    }

    private static let ours = scenery("our keys are read") { try TestKey.curves.map { try $0.decryption() } }

    /// What was encrypted for somebody else, with another sender's key put in.
    private static let template = scenery("encryption works") {
        try XMLNode(XMLName(unqualified: "a")).encrypted(for: [TestKey.p256a.recipient()], cipher: .aes128GCM)
    }

    private static func open(with key: XMLNode) throws {
        var data = template
        try data.edit("OriginatorKeyInfo") { try $0.edit("KeyValue") { $0.content = [.node(key)] } }
        // Without a recipient's certificate every key of the curve is tried.
        try data.remove("RecipientKeyInfo")
        let holder = XMLNode(XMLName(unqualified: "holder"), [], [data])
        let tree = promise("what we write is XML") { try XMLTree(parsing: holder.serialized()) }
        guard let element = try? EncryptedElement(in: tree.root, policy: EncryptionPolicy()) else { return }
        promise((try? element.open(with: ours)) == nil, "another sender's key opens nothing")
    }
}

extension KeyKind {
    fileprivate var signatureLength: Int {
        switch self {
        case .rsa(let bits): (bits + 7) / 8
        case .ec(let curve): 2 * curve.coordinateLength
        case .other: 0
        }
    }
}

@_cdecl("fuzz_certificates_main")
func fuzzCertificates(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    CertificatesTarget.main(count, arguments)
}
