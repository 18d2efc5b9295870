// SPDX-License-Identifier: EUPL-1.2
import CPKCS11
import XMLSecurity

/// What a token is asked to do.
enum Mechanism: Hashable, Sendable {
    /// RSA and nothing around it.
    case rsa
    /// EMSA-PKCS1-v1_5 around a DigestInfo.
    case pkcs1
    case pss(DigestAlgorithm)
    case oaep(digest: OAEPHash, mgf: OAEPHash)
    case ecdsa
    case agreement([UInt8])

    func with<R>(
        _ body: (UnsafeMutablePointer<CK_MECHANISM>) throws(TokenFailure) -> R
    ) throws(TokenFailure) -> R {
        switch self {
        case .rsa: return try Self.with(CKM_RSA_X_509, nil, 0, body)
        case .pkcs1: return try Self.with(CKM_RSA_PKCS, nil, 0, body)
        case .ecdsa: return try Self.with(CKM_ECDSA, nil, 0, body)
        case .pss(let digest):
            let hash = OAEPHash(digest)
            let parameters = CK_RSA_PKCS_PSS_PARAMS(
                hashAlg: hash.mechanism, mgf: hash.mask, sLen: CK_ULONG(digest.length))
            return try Self.with(CKM_RSA_PKCS_PSS, parameters, body)
        case .oaep(let digest, let mgf):
            let parameters = CK_RSA_PKCS_OAEP_PARAMS(
                hashAlg: digest.mechanism, mgf: mgf.mask, source: CK_ULONG(CKZ_DATA_SPECIFIED), pSourceData: nil,
                ulSourceDataLen: 0)
            return try Self.with(CKM_RSA_PKCS_OAEP, parameters, body)
        case .agreement(let point):
            var point = point
            return try point.withUnsafeMutableBufferPointer { buffer throws(TokenFailure) in
                let parameters = CK_ECDH1_DERIVE_PARAMS(
                    kdf: CK_ULONG(CKD_NULL), ulSharedDataLen: 0, pSharedData: nil,
                    ulPublicDataLen: CK_ULONG(buffer.count), pPublicData: buffer.baseAddress)
                return try Self.with(CKM_ECDH1_DERIVE, parameters, body)
            }
        }
    }

    private static func with<P, R>(
        _ mechanism: Int, _ parameters: P,
        _ body: (UnsafeMutablePointer<CK_MECHANISM>) throws(TokenFailure) -> R
    ) throws(TokenFailure) -> R {
        var parameters = parameters
        return try withUnsafeMutablePointer(to: &parameters) { pointer throws(TokenFailure) in
            try with(mechanism, pointer, MemoryLayout<P>.size, body)
        }
    }

    private static func with<R>(
        _ mechanism: Int, _ parameters: UnsafeMutableRawPointer?, _ length: Int,
        _ body: (UnsafeMutablePointer<CK_MECHANISM>) throws(TokenFailure) -> R
    ) throws(TokenFailure) -> R {
        var mechanism = CK_MECHANISM(
            mechanism: CK_ULONG(mechanism), pParameter: parameters, ulParameterLen: CK_ULONG(length))
        return try withUnsafeMutablePointer(to: &mechanism, body)
    }
}

extension OAEPHash {
    init(_ digest: DigestAlgorithm) {
        self =
            switch digest {
            case .sha256: .sha256
            case .sha384: .sha384
            case .sha512: .sha512
            }
    }

    fileprivate var mechanism: CK_ULONG {
        switch self {
        case .sha1: CK_ULONG(CKM_SHA_1)
        case .sha256: CK_ULONG(CKM_SHA256)
        case .sha384: CK_ULONG(CKM_SHA384)
        case .sha512: CK_ULONG(CKM_SHA512)
        }
    }

    fileprivate var mask: CK_ULONG {
        switch self {
        case .sha1: CK_ULONG(CKG_MGF1_SHA1)
        case .sha256: CK_ULONG(CKG_MGF1_SHA256)
        case .sha384: CK_ULONG(CKG_MGF1_SHA384)
        case .sha512: CK_ULONG(CKG_MGF1_SHA512)
        }
    }
}

/// The value of an attribute that is a number.
func value(_ number: Int) -> [UInt8] { withUnsafeBytes(of: CK_ULONG(number)) { Array($0) } }

/// Attributes as a module reads them, for the time of `body`.
func withAttributes<R>(
    _ attributes: [(Int, [UInt8])],
    _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) throws(TokenFailure) -> R
) throws(TokenFailure) -> R {
    var octets = attributes.flatMap(\.1)
    return try octets.withUnsafeMutableBufferPointer { buffer throws(TokenFailure) -> R in
        var offset = 0
        var list = attributes.map { type, value in
            defer { offset += value.count }
            return CK_ATTRIBUTE(
                type: CK_ULONG(type), pValue: buffer.baseAddress.map { UnsafeMutableRawPointer($0 + offset) },
                ulValueLen: CK_ULONG(value.count))
        }
        let count = CK_ULONG(list.count)
        return try list.withUnsafeMutableBufferPointer { list throws(TokenFailure) -> R in
            try body(list.baseAddress, count)
        }
    }
}
