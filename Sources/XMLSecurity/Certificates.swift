// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
public import Foundation

/// An X.509 certificate, read once. A container of a public key: whether it is trusted is somebody else's decision.
public final class Certificate: Sendable {
    /// The DER octets, as they were given.
    public let der: [UInt8]
    public let publicKey: PublicKey
    /// The DER of the SubjectPublicKeyInfo: equal for two certificates over the same key.
    public let publicKeyInfo: [UInt8]
    public let subject: String
    public let issuer: String
    /// In decimal digits.
    public let serialNumber: String
    public let notBefore: Date
    public let notAfter: Date
    /// What the keyUsage extension allows; everything if there is none.
    public let mayEncrypt: Bool
    public let maySign: Bool
    /// Bits of the hash that the certificate is itself signed over; 0 if it is not known.
    public let signatureDigestBits: Int

    /// - Throws: `.keyUnusable` if the octets are not exactly one certificate with a readable key.
    public init(der: [UInt8]) throws(XMLFault) {
        guard let certificate = readCertificateWithoutKey(der) else {
            throw XMLFault(.keyUnusable, expected: "an X.509 certificate")
        }
        defer {
            X509_free(certificate)
            ERR_clear_error()
        }
        let info = encodedKey(of: certificate)
        guard let from = instant(X509_get0_notBefore(certificate)),
            let until = instant(X509_get0_notAfter(certificate)), let key = PublicKeyDecoder.shared.key(info)
        else { throw XMLFault(.keyUnusable, expected: "a certificate with a readable key and validity") }
        self.der = der
        publicKey = key
        publicKeyInfo = info
        subject = text(of: X509_get_subject_name(certificate))
        issuer = text(of: X509_get_issuer_name(certificate))
        serialNumber = decimal(X509_get0_serialNumber(certificate))
        notBefore = from
        notAfter = until
        let usage = X509_get_key_usage(certificate)
        mayEncrypt = usage & UInt32(KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT) != 0
        maySign = usage & UInt32(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION) != 0
        signatureDigestBits = digestBits(of: certificate)
    }

    /// Reads DER, PEM, or the bare Base64 of a KeyInfo.
    public convenience init(pemOrDER bytes: [UInt8]) throws(XMLFault) {
        if bytes.first == 0x30 {
            try self.init(der: bytes)
        } else {
            guard let der = pemBodies(bytes).first ?? Base64.decode(bytes) else {
                throw XMLFault(.keyUnusable, expected: "a certificate in PEM or DER")
            }
            try self.init(der: der)
        }
    }

    public var base64: String { Base64.encode(der) }
    /// SHA-256 over the DER, lower-case hexadecimal.
    public var fingerprint: String { DigestAlgorithm.sha256.hash(der).hexadecimal }

    public func isValid(at now: Date) -> Bool { notBefore <= now && now < notAfter }

    /// Whether it was made out to a host: by its alternative names, or by the common name where there is no name in them
    /// (RFC 6125 §6.4.4; RFC 9525 has done away with that, registers have not). A name is never matched by an address, nor an
    /// address by a name.
    ///
    /// - Parameter host: a name, or an address without brackets.
    public func isFor(host: String) -> Bool {
        guard let certificate = readCertificateWithoutKey(der) else { return false }
        defer {
            X509_free(certificate)
            ERR_clear_error()
        }
        let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        if X509_check_ip_asc(certificate, host, flags) == 1 { return true }
        return X509_check_host(certificate, host, host.utf8.count, flags, nil) == 1
    }

    /// Whether a chain of the given intermediates leads from here to one of the anchors, all valid at that time.
    ///
    /// PKCS#1 v1.5 signatures on *certificates* are accepted, as they are the rule in the field. The anchors' own
    /// signatures are not looked at, and no public certification authority is ever trusted.
    public func chains(to anchors: [Certificate], through intermediates: [Certificate], at now: Date) -> Bool {
        // libcrypto follows one of several certificates of an authority, and does not come back for the other.
        let leading = intermediates.leading(to: anchors)
        if verifyChain(der, leading, anchors, now) { return true }
        return leading.count < intermediates.count && verifyChain(der, intermediates, anchors, now)
    }
}

extension [Certificate] {
    /// Those that lead to one of the anchors, by their names.
    fileprivate func leading(to anchors: [Certificate]) -> [Certificate] {
        var names = Set(anchors.map(\.subject))
        var (found, rest): ([Certificate], [Certificate]) = ([], self)
        while case let next = rest.filter({ names.contains($0.issuer) }), !next.isEmpty {
            found += next
            names.formUnion(next.map(\.subject))
            rest.removeAll(where: next.contains)
        }
        return found
    }
}

extension Certificate: Hashable {
    public static func == (a: Certificate, b: Certificate) -> Bool { a.der == b.der }
    public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

/// All certificates of a PEM text, in order; or the one of a DER file.
public func certificates(pemOrDER bytes: [UInt8]) throws(XMLFault) -> [Certificate] {
    if bytes.first == 0x30 { return [try Certificate(der: bytes)] }
    let bodies = pemBodies(bytes)
    guard !bodies.isEmpty else { throw XMLFault(.keyUnusable, expected: "a certificate in PEM or DER") }
    var found: [Certificate] = []
    for body in bodies { found.append(try Certificate(der: body)) }
    return found
}

private func pemBodies(_ bytes: [UInt8]) -> [[UInt8]] {
    var bodies: [[UInt8]] = []
    var lines: [Substring]?
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
        let line = line.trimmingPrefix(while: \.isWhitespace)
        if line.hasPrefix("-----BEGIN CERTIFICATE-----") {
            lines = []
        } else if line.hasPrefix("-----END CERTIFICATE-----") {
            if let body = lines.flatMap({ Base64.decode($0.joined()) }) { bodies.append(body) }
            lines = nil
        } else {
            lines?.append(line)
        }
    }
    return bodies
}

/// To be freed with `X509_free`.
func readCertificate(_ der: [UInt8]) -> OpaquePointer? { decoded(der, X509_it(), in: nil) }

/// The DER of a certificate that libcrypto holds.
func encoded(_ certificate: OpaquePointer) -> [UInt8] {
    let length = Int(i2d_X509(certificate, nil))
    guard length > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
        var end = buffer.baseAddress
        count = Int(i2d_X509(certificate, &end))
    }
}

private func encodedKey(of certificate: OpaquePointer) -> [UInt8] {
    let key = X509_get_X509_PUBKEY(certificate)
    let length = Int(i2d_X509_PUBKEY(key, nil))
    guard length > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
        var end = buffer.baseAddress
        count = Int(i2d_X509_PUBKEY(key, &end))
    }
}

private func digestBits(of certificate: OpaquePointer) -> Int {
    var digest: Int32 = 0
    guard X509_get_signature_info(certificate, &digest, nil, nil, nil) == 1 else { return 0 }
    // EVP_get_digestbynid is a macro, which Swift does not import.
    guard let method = OBJ_nid2sn(digest).flatMap({ EVP_get_digestbyname($0) }) else { return 0 }
    return Int(EVP_MD_get_size(method)) * 8
}

private func decimal(_ integer: UnsafePointer<ASN1_INTEGER>?) -> String {
    let number = ASN1_INTEGER_to_BN(integer, nil)
    defer { BN_free(number) }
    guard let digits = BN_bn2dec(number) else { return "" }
    defer { CRYPTO_free(digits, nil, 0) }
    return String(cString: digits)
}

private func text(of name: OpaquePointer?) -> String {
    withBIO([]) { bio in
        guard X509_NAME_print_ex(bio, name, 0, PUENTE_NAME_FLAGS) >= 0 else { return nil }
        return String(decoding: contents(of: bio), as: UTF8.self)
    } ?? ""
}

func contents(of bio: OpaquePointer) -> [UInt8] {
    let pending = BIO_ctrl_pending(bio)
    return [UInt8](unsafeUninitializedCapacity: pending) { buffer, count in
        count = max(0, Int(BIO_read(bio, buffer.baseAddress, Int32(pending))))
    }
}

func instant(_ time: UnsafePointer<ASN1_TIME>?) -> Date? {
    var parts = tm()
    // Of no time at all the library says that it is now.
    guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
    return Date(timeIntervalSince1970: Double(timegm(&parts)))
}

private func verifyChain(
    _ leaf: [UInt8], _ intermediates: [Certificate], _ anchors: [Certificate], _ now: Date
) -> Bool {
    guard let leaf = readCertificate(leaf), let store = X509_STORE_new(), let stack = OPENSSL_sk_new_null(),
        let context = X509_STORE_CTX_new()
    else { return false }
    let others = intermediates.compactMap { readCertificate($0.der) }
    defer {
        X509_STORE_CTX_free(context)
        OPENSSL_sk_free(stack)
        for other in others { X509_free(other) }
        X509_STORE_free(store)
        X509_free(leaf)
        ERR_clear_error()
    }
    for other in others { OPENSSL_sk_push(stack, UnsafeRawPointer(other)) }
    for anchor in anchors.compactMap({ readCertificate($0.der) }) {
        X509_STORE_add_cert(store, anchor)
        X509_free(anchor)
    }
    guard X509_STORE_CTX_init(context, store, leaf, stack) == 1, let parameters = X509_STORE_CTX_get0_param(context)
    else { return false }
    X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    // 112 bits: no RSA below 2048, no MD5 or SHA-1, with which a certificate can be forged that nobody issued.
    X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    X509_VERIFY_PARAM_set_time(parameters, time_t(now.timeIntervalSince1970))
    return X509_verify_cert(context) == 1
}

extension [UInt8] {
    /// Lower case, two digits an octet.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: count * 2) { buffer in
            for (index, octet) in enumerated() {
                buffer[2 * index] = digits[Int(octet >> 4)]
                buffer[2 * index + 1] = digits[Int(octet & 15)]
            }
            return count * 2
        }
    }

    /// `nil` unless these are digits, two an octet, and nothing else. They may be a secret: no copy of them is left.
    public init?(hexadecimal text: some Collection<UInt8>) {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        defer { erase(&digits) }
        digits.append(contentsOf: text.lazy.compactMap(\.hexadecimalDigit))
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit in ASCII, large or small.
    public var hexadecimalDigit: UInt8? {
        switch self {
        case 48...57: self - 48
        case 65...70: self - 55
        case 97...102: self - 87
        default: nil
        }
    }
}
