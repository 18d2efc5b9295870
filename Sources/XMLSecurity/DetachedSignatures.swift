// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// Signatures beside a file, as `openssl dgst -sha256 -sign` makes them: RSA PKCS#1 v1.5, or ECDSA in DER.
extension PublicKey {
    /// Reads a public key or a certificate, in PEM.
    public convenience init(pem: [UInt8]) throws(XMLFault) {
        defer { ERR_clear_error() }
        let handle = withBIO(pem) { PEM_read_bio_PUBKEY($0, nil, nil, nil) } ?? withBIO(pem, certificateKey)
        guard let handle else { throw XMLFault(.keyUnusable, expected: "a public key or certificate in PEM") }
        self.init(owning: handle)
    }

    /// Whether keys of this kind can confirm anything here: RSA and the named curves can.
    public var confirmsDetached: Bool { kind.detachedAlgorithm != nil }

    /// Whether both are the public half of one pair.
    public func isSame(as other: PublicKey) -> Bool { EVP_PKEY_eq(handle, other.handle) == 1 }

    public func confirms(_ signature: [UInt8], of octets: [UInt8]) -> Bool {
        guard let algorithm = kind.detachedAlgorithm else { return false }
        return isValid(inQuery: signature, over: octets, algorithm)
    }
}

extension PrivateKey {
    /// - Throws: `.keyUnusable` if the key is neither RSA nor of a named curve.
    public func signDetached(_ octets: [UInt8]) throws(XMLFault) -> [UInt8] {
        guard let algorithm = kind.detachedAlgorithm else {
            throw XMLFault(.keyUnusable, expected: "RSA or a named curve", found: "\(kind)")
        }
        let signature = try sign(octets, algorithm)
        guard case .ec(let curve) = kind else { return signature }
        guard let der = ECDSASignature.der(fromFixedWidth: signature, coordinateLength: curve.coordinateLength) else {
            throw XMLFault(.internalFailure)
        }
        return der
    }
}

extension KeyKind {
    fileprivate var detachedAlgorithm: SignatureAlgorithm? {
        switch self {
        case .rsa: .rsaSHA256
        case .ec: .ecdsaSHA256
        case .other: nil
        }
    }
}

private func certificateKey(_ bio: OpaquePointer) -> OpaquePointer? {
    guard let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else { return nil }
    defer { X509_free(certificate) }
    return X509_get_pubkey(certificate)
}
