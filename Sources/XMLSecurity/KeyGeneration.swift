// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

public import struct Foundation.Date

extension PrivateKey {
    /// A new key: RSA of 2048 to 8192 bits, or on one of the named curves.
    public static func generate(_ kind: KeyKind) throws(XMLFault) -> PrivateKey {
        defer { ERR_clear_error() }
        let name: String
        switch kind {
        case .rsa(let bits) where (2048...8192).contains(bits): name = "RSA"
        case .ec: name = "EC"
        default: throw XMLFault(.keyUnusable, expected: "RSA of 2048 to 8192 bits, or a named curve", found: "\(kind)")
        }
        var handle: OpaquePointer?
        guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else { throw XMLFault(.internalFailure) }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_keygen_init(context) == 1, set(kind, on: context), EVP_PKEY_keygen(context, &handle) == 1,
            let handle
        else { throw XMLFault(.internalFailure, found: "key generation") }
        return PrivateKey(owning: handle)
    }

    private static func set(_ kind: KeyKind, on context: OpaquePointer) -> Bool {
        switch kind {
        case .rsa(let bits): EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)) == 1
        case .ec(let curve): EVP_PKEY_CTX_set_group_name(context, curve.libraryName) == 1
        case .other: false
        }
    }

    /// PKCS#8 in PEM, unencrypted: write it where only its owner can read.
    ///
    /// - Throws: `.keyUnusable` for a key that is not here.
    public func pem() throws(XMLFault) -> String {
        try requireHere()
        let text = withBIO([]) { bio in
            PEM_write_bio_PKCS8PrivateKey(bio, handle, nil, nil, 0, nil, nil) == 1
                ? String(decoding: contents(of: bio), as: UTF8.self) : nil
        }
        guard let text else { throw XMLFault(.internalFailure) }
        return text
    }

    /// A certificate over this key, signed by itself, or by an issuer.
    ///
    /// - Parameters:
    ///   - more: what else the subject says, as libcrypto names it: `GN`, `SN`, `serialNumber`, `organizationIdentifier`.
    ///   - usage: becomes a critical keyUsage extension.
    public func certify(
        commonName: String, organization: String? = nil, country: String? = nil, more: [(String, String)] = [],
        usage: CertificateUsage,
        from notBefore: Date, until notAfter: Date, by issuer: (key: PrivateKey, certificate: Certificate)? = nil
    ) throws(XMLFault) -> Certificate {
        try (issuer?.key ?? self).requireHere()
        guard let certificate = X509_new() else { throw XMLFault(.internalFailure) }
        defer {
            X509_free(certificate)
            ERR_clear_error()
        }
        X509_set_version(certificate, 2)
        var serial = try randomBytes(16)
        serial[0] &= 0x7F
        let number = BN_bin2bn(serial, 16, nil)
        defer { BN_free(number) }
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate))
        ASN1_TIME_set(X509_getm_notBefore(certificate), time_t(notBefore.timeIntervalSince1970))
        ASN1_TIME_set(X509_getm_notAfter(certificate), time_t(notAfter.timeIntervalSince1970))
        let subject = X509_get_subject_name(certificate)
        let named = [("C", country), ("O", organization)].compactMap { field, value in value.map { (field, $0) } }
        for (field, value) in named + more + [("CN", commonName)] {
            X509_NAME_add_entry_by_txt(subject, field, textInUTF8, Array(value.utf8), Int32(value.utf8.count), -1, 0)
        }
        X509_set_pubkey(certificate, handle)
        try setIssuer(of: certificate, issuer?.certificate)
        try add("critical," + usage.extensionText, NID_key_usage, to: certificate)
        try add(usage == .authority ? "critical,CA:TRUE" : "critical,CA:FALSE", NID_basic_constraints, to: certificate)
        try add("hash", NID_subject_key_identifier, to: certificate)
        if usage == .server, let name = alternativeName(of: commonName) {
            try add(name, NID_subject_alt_name, to: certificate)
        }
        guard X509_sign(certificate, (issuer?.key ?? self).handle, EVP_sha256()) > 0 else {
            throw XMLFault(.internalFailure)
        }
        return try Certificate(der: encoded(certificate))
    }

    func requireHere() throws(XMLFault) {
        if remote != nil { throw XMLFault(.keyUnusable, expected: "a key in a file", found: "one in a token") }
    }

    /// Clients compare the address with this, and no longer with the common name (RFC 9525). `nil` for what is no host.
    private func alternativeName(of host: String) -> String? {
        let isHost =
            !host.isEmpty && host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:".contains($0)) }
        let isAddress = host.contains(":") || host.split(separator: ".").allSatisfy { UInt8($0) != nil }
        return isHost ? (isAddress ? "IP:" : "DNS:") + host : nil
    }

    private func setIssuer(of certificate: OpaquePointer, _ issuer: Certificate?) throws(XMLFault) {
        guard let issuer else {
            X509_set_issuer_name(certificate, X509_get_subject_name(certificate))
            return
        }
        let parent = issuer.der.withUnsafeBufferPointer { buffer in
            var end = buffer.baseAddress
            return d2i_X509(nil, &end, buffer.count)
        }
        defer { X509_free(parent) }
        guard X509_set_issuer_name(certificate, X509_get_subject_name(parent)) == 1 else {
            throw XMLFault(.internalFailure)
        }
    }

    private func add(_ value: String, _ identifier: Int32, to certificate: OpaquePointer) throws(XMLFault) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
        guard let ext = X509V3_EXT_conf_nid(nil, &context, identifier, value) else { throw XMLFault(.internalFailure) }
        defer { X509_EXTENSION_free(ext) }
        guard X509_add_ext(certificate, ext, -1) == 1 else { throw XMLFault(.internalFailure) }
    }
}

/// What a certificate that we make may be used for.
public enum CertificateUsage: String, Sendable, CaseIterable {
    case signing, encryption, agreement, authority, server

    var extensionText: String {
        switch self {
        case .signing: "digitalSignature,nonRepudiation"
        case .encryption: "keyEncipherment"
        case .agreement: "keyAgreement"
        case .authority: "keyCertSign,cRLSign,digitalSignature"
        case .server: "digitalSignature,keyEncipherment"
        }
    }
}

/// `MBSTRING_UTF8`, a macro made of macros, which Swift does not import.
private let textInUTF8: Int32 = 0x1000

extension Certificate {
    /// PEM with lines of 64 characters.
    public var pem: String {
        let body = Array(base64.utf8)
        let lines = stride(from: 0, to: body.count, by: 64).map {
            String(decoding: body[$0..<min($0 + 64, body.count)], as: UTF8.self)
        }
        return "-----BEGIN CERTIFICATE-----\n" + lines.joined(separator: "\n") + "\n-----END CERTIFICATE-----\n"
    }
}
