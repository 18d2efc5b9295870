// SPDX-License-Identifier: EUPL-1.2
import Foundation
import XMLSecurity

/// A key with its certificate, made for one demonstration and thrown away after it.
struct Credential: Sendable {
    let key: PrivateKey
    let certificate: Certificate

    /// - Parameter name: the certificate's common name.
    static func make(
        _ kind: KeyKind, _ name: String, country: String = "ES", usage: CertificateUsage = .signing,
        by issuer: Credential? = nil, at now: Date
    ) throws(XMLFault) -> Credential {
        let key = try PrivateKey.generate(kind)
        let certificate = try key.certify(
            commonName: name, organization: "Mock Europe", country: country, usage: usage,
            from: now - 3_600, until: now + 30 * 86_400, by: issuer.map { ($0.key, $0.certificate) })
        return Credential(key: key, certificate: certificate)
    }

    func signer(_ algorithm: SignatureAlgorithm? = nil) throws(XMLFault) -> Signer {
        try Signer(key: key, chain: [certificate], algorithm: algorithm)
    }
}
