// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
public import Foundation

/// A list of the certificates that an authority has taken back, signed by that very authority (RFC 5280 §5).
///
/// libcrypto lets threads share a list that is only asked.
public final class RevocationList: @unchecked Sendable {
    public let issuer: Certificate
    /// Of two lists the one with the later instant is the newer one.
    public let thisUpdate: Date
    /// From this instant on nobody can tell from the list who was *not* revoked.
    public let nextUpdate: Date
    private let handle: OpaquePointer

    /// A list that has ended is still a list: what it names stays revoked.
    ///
    /// - Throws: `.keyUnusable` if it is no complete list, or without an end; `.keyUnknown` if it is of another authority;
    ///   `.signatureAlgorithm` if it is signed over a weak digest; `.signatureValue`; `.keyExpired` if its time is to come.
    public init(pemOrDER octets: [UInt8], of issuer: Certificate, at now: Date) throws(XMLFault) {
        defer { ERR_clear_error() }
        guard let list = readList(octets) else {
            throw XMLFault(.keyUnusable, expected: "a certificate revocation list in PEM or DER")
        }
        // From here on it is freed with this object, whatever is thrown below.
        handle = list
        self.issuer = issuer
        let (begin, end) = (instant(X509_CRL_get0_lastUpdate(list)), instant(X509_CRL_get0_nextUpdate(list)))
        thisUpdate = begin ?? .distantFuture
        nextUpdate = end ?? .distantPast
        guard thisUpdate < nextUpdate else {
            throw XMLFault(.keyUnusable, expected: "a list that says when the next one comes")
        }
        guard X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) < 0 else {
            throw XMLFault(.keyUnusable, expected: "a complete list", found: "changes to another one")
        }
        guard let authority = readCertificate(issuer.der) else {
            throw XMLFault(.keyUnusable, expected: "an X.509 certificate")
        }
        defer { X509_free(authority) }
        guard X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority)) == 0 else {
            throw XMLFault(.keyUnknown, expected: "a list of \(issuer.subject)", found: "another authority's")
        }
        // With SHA-1 or MD5 a list can be forged that nobody issued.
        guard isSignedOverStrongDigest(list) else {
            throw XMLFault(.signatureAlgorithm, expected: "a list that is signed over SHA-224 or more")
        }
        guard X509_CRL_verify(list, X509_get0_pubkey(authority)) == 1 else { throw XMLFault(.signatureValue) }
        guard thisUpdate <= now else {
            throw XMLFault(.keyExpired, expected: "a list for this time", found: "one to come")
        }
    }

    deinit { X509_CRL_free(handle) }

    /// Whether a certificate of this authority was taken back by the time of the list.
    ///
    /// - Throws: `.keyUnusable` if the list does not say, for example because it is about other certificates.
    public func revokes(_ certificate: Certificate) throws(XMLFault) -> Bool {
        guard let leaf = readCertificate(certificate.der), let authority = readCertificate(issuer.der),
            let store = X509_STORE_new(), let context = X509_STORE_CTX_new()
        else { throw XMLFault(.internalFailure) }
        defer {
            X509_STORE_CTX_free(context)
            X509_STORE_free(store)
            X509_free(authority)
            X509_free(leaf)
            ERR_clear_error()
        }
        guard X509_STORE_add_cert(store, authority) == 1, X509_STORE_add_crl(store, handle) == 1,
            X509_STORE_CTX_init(context, store, leaf, nil) == 1,
            let parameters = X509_STORE_CTX_get0_param(context)
        else { throw XMLFault(.internalFailure) }
        X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CRL_CHECK))
        X509_VERIFY_PARAM_set_time(parameters, time_t(thisUpdate.timeIntervalSince1970))
        if X509_verify_cert(context) == 1 { return false }
        switch X509_STORE_CTX_get_error(context) {
        case X509_V_ERR_CERT_REVOKED: return true
        // Found after the list was asked; validity is judged elsewhere.
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID: return false
        case let error:
            throw XMLFault(
                .keyUnusable, expected: "a list that says whether \(certificate.subject) was revoked",
                found: X509_verify_cert_error_string(Int(error)).map { String(cString: $0) })
        }
    }
}

extension Certificate {
    /// Whether an authority has signed this certificate.
    public func isIssued(by authority: Certificate) -> Bool {
        guard let own = readCertificate(der), let issuer = readCertificate(authority.der) else { return false }
        defer {
            X509_free(own)
            X509_free(issuer)
            ERR_clear_error()
        }
        return X509_check_issued(issuer, own) == X509_V_OK && X509_verify(own, X509_get0_pubkey(issuer)) == 1
    }
}

private func readList(_ octets: [UInt8]) -> OpaquePointer? {
    guard octets.first == 0x30 else {
        return withBIO(octets) { bio in PEM_read_bio_X509_CRL(bio, nil, nil, nil) }
    }
    return octets.withUnsafeBufferPointer { buffer in
        var end = buffer.baseAddress
        guard let list = d2i_X509_CRL(nil, &end, buffer.count) else { return nil }
        guard end == buffer.baseAddress.map({ $0 + buffer.count }) else {
            X509_CRL_free(list)
            return nil
        }
        return list
    }
}

private func isSignedOverStrongDigest(_ list: OpaquePointer) -> Bool {
    var (digest, key): (Int32, Int32) = (0, 0)
    guard OBJ_find_sigid_algs(X509_CRL_get_signature_nid(list), &digest, &key) == 1 else { return false }
    switch key {
    case NID_ED25519, NID_ED448: return true
    case NID_rsassaPss: digest = pssDigest(list)
    default: break
    }
    // EVP_get_digestbynid is a macro, which Swift does not import.
    guard let method = OBJ_nid2sn(digest).flatMap({ EVP_get_digestbyname($0) }) else { return false }
    return EVP_MD_get_size(method) >= 28
}

/// The digest that a list signed with RSASSA-PSS names in its parameters (RFC 4055 §3.1: SHA-1 if it names none).
private func pssDigest(_ list: OpaquePointer) -> Int32 {
    var algorithm: UnsafePointer<X509_ALGOR>?
    X509_CRL_get0_signature(list, nil, &algorithm)
    var (type, value): (Int32, UnsafeRawPointer?) = (0, nil)
    X509_ALGOR_get0(nil, &type, &value, algorithm)
    guard type == V_ASN1_SEQUENCE, let text = value?.assumingMemoryBound(to: ASN1_STRING.self) else { return NID_undef }
    var start = ASN1_STRING_get0_data(text)
    guard let parameters = d2i_RSA_PSS_PARAMS(nil, &start, Int(ASN1_STRING_length(text))) else { return NID_undef }
    defer { RSA_PSS_PARAMS_free(parameters) }
    guard let hash = parameters.pointee.hashAlgorithm else { return NID_sha1 }
    var object: OpaquePointer?
    X509_ALGOR_get0(&object, nil, nil, hash)
    return object.map { OBJ_obj2nid($0) } ?? NID_undef
}
