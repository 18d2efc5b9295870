// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
public import Foundation

/// A list of the certificates that an authority has taken back, signed by that very authority (RFC 5280 §5).
///
/// libcrypto lets threads share a list that is only asked.
public final class RevocationList: @unchecked Sendable {
    public let issuer: Certificate
    /// From this instant on the list says nothing any more.
    public let nextUpdate: Date
    private let handle: OpaquePointer

    /// - Throws: `.keyUnusable` if it is no list, or without an end; `.keyUnknown` if it is of another authority;
    ///   `.signatureValue`; `.keyExpired` if it is not of this time.
    public init(pemOrDER octets: [UInt8], of issuer: Certificate, at now: Date) throws(XMLFault) {
        guard let list = readList(octets) else {
            throw XMLFault(.keyUnusable, expected: "a certificate revocation list in PEM or DER")
        }
        // From here on it is freed with this object, whatever is thrown below.
        handle = list
        self.issuer = issuer
        let end = instant(X509_CRL_get0_nextUpdate(list))
        nextUpdate = end ?? .distantPast
        guard let end, let begin = instant(X509_CRL_get0_lastUpdate(list)) else {
            throw XMLFault(.keyUnusable, expected: "a list that says when the next one comes")
        }
        guard let authority = readCertificate(issuer.der) else {
            throw XMLFault(.keyUnusable, expected: "an X.509 certificate")
        }
        defer {
            X509_free(authority)
            ERR_clear_error()
        }
        guard X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority)) == 0 else {
            throw XMLFault(.keyUnknown, expected: "a list of \(issuer.subject)", found: "another authority's")
        }
        guard X509_CRL_verify(list, X509_get0_pubkey(authority)) == 1 else { throw XMLFault(.signatureValue) }
        guard begin <= now, now < end else {
            throw XMLFault(
                .keyExpired, expected: "a list for this time", found: now < begin ? "one to come" : "one that has ended"
            )
        }
    }

    deinit { X509_CRL_free(handle) }

    /// Whether a certificate of this authority was taken back.
    ///
    /// - Throws: `.keyUnusable` if the list does not say, for example because it is about other certificates.
    public func revokes(_ certificate: Certificate, at now: Date) throws(XMLFault) -> Bool {
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
        X509_VERIFY_PARAM_set_time(parameters, time_t(now.timeIntervalSince1970))
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
    if octets.first == 0x30 {
        return octets.withUnsafeBufferPointer { buffer in
            var end = buffer.baseAddress
            return d2i_X509_CRL(nil, &end, buffer.count)
        }
    }
    return withBIO(octets) { bio in PEM_read_bio_X509_CRL(bio, nil, nil, nil) }
}
