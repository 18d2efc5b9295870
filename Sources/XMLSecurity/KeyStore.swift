// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// A PKCS#12 file, opened: private keys with their certificates, as Java, Windows and openssl write them.
public struct KeyStore: Sendable {
    public struct Entry: Sendable {
        /// The friendly name, which Java calls the alias.
        public let name: String?
        public let key: PrivateKey
        /// The certificate of the key, then those that lead on from it, as far as the file holds them.
        public let chain: [Certificate]
    }

    public let entries: [Entry]
    /// All readable certificates of the file, those of no key included.
    public let certificates: [Certificate]

    /// Opens a file, old ones with RC2 or 3DES included.
    ///
    /// - Throws: `.keyUnusable`: no PKCS#12 file, a wrong passphrase, or a part that cannot be read.
    /// - Spec: RFC 7292.
    public init(pkcs12 octets: [UInt8], passphrase: String) throws(XMLFault) {
        guard octets.starts(with: [0x30]), let file = OpenFile(octets) else {
            let isJava = octets.starts(with: [0xFE, 0xED, 0xFE, 0xED])
            throw XMLFault(
                .keyUnusable, expected: "a PKCS#12 file",
                found: isJava ? "a key store of Java (JKS): keytool -importkeystore turns it into PKCS#12" : nil)
        }
        let content = try file.content(passphrase)
        certificates = content.certificates
        entries = content.keys.map { [certificates] name, key in
            Entry(name: name, key: key, chain: certificates.chain(of: key))
        }
    }

    /// The entry of that name, in whatever case, as Java looks for it; without a name the only one.
    ///
    /// - Throws: `.keyUnusable` if there is none, or more than one.
    public func entry(_ name: String? = nil) throws(XMLFault) -> Entry {
        let found = name.map { name in entries.filter { $0.name?.lowercased() == name.lowercased() } } ?? entries
        guard found.count == 1 else {
            throw XMLFault(
                .keyUnusable, expected: name.map { "one private key named \($0)" } ?? "one private key",
                found: found.isEmpty
                    ? "no private key"
                    : "\(found.count): \(found.map { $0.name ?? "nameless" }.joined(separator: ", "))")
        }
        return found[0]
    }
}

extension KeyStore {
    /// A PKCS#12 file with one key and its certificates, which browsers and Java read.
    ///
    /// - Parameters:
    ///   - name: the friendly name.
    ///   - chain: the certificate of the key first.
    public static func file(
        _ name: String, _ key: PrivateKey, _ chain: [Certificate], passphrase: String
    ) throws(XMLFault) -> [UInt8] {
        try key.requireHere()
        defer { ERR_clear_error() }
        let certificates = chain.map { readCertificate($0.der) }
        let others = OPENSSL_sk_new_null()
        defer {
            OPENSSL_sk_free(others)
            certificates.forEach(X509_free)
        }
        for other in certificates.dropFirst() { OPENSSL_sk_push(others, other.map(UnsafeRawPointer.init)) }
        // Zeros stand for what libcrypto writes by itself: AES-256, and a MAC with SHA-256.
        let file = PKCS12_create(passphrase, name, key.handle, certificates.first ?? nil, others, 0, 0, 0, 0, 0)
        defer { PKCS12_free(file) }
        guard file != nil, let octets = withBIO([], { bio in i2d_PKCS12_bio(bio, file) == 1 ? contents(of: bio) : nil })
        else { throw XMLFault(.internalFailure, found: "PKCS#12") }
        return octets
    }
}

extension [Certificate] {
    fileprivate func chain(of key: PrivateKey) -> [Certificate] {
        guard var last = first(where: { key.belongs(to: $0.publicKey) }) else { return [] }
        var chain = [last]
        while last.issuer != last.subject,
            let next = first(where: { [issuer = last.issuer] in $0.subject == issuer && !chain.contains($0) })
        {
            chain.append(next)
            last = next
        }
        return chain
    }
}

/// The file as libcrypto holds it. RC2 and its like live in a context of their own, so that nothing else can come to use them.
private final class OpenFile {
    private let handle: OpaquePointer

    private static nonisolated(unsafe) let context: OpaquePointer? = {
        let context = OSSL_LIB_CTX_new()
        for name in ["default", "legacy"] { OSSL_PROVIDER_load(context, name) }
        ERR_clear_error()
        return context
    }()

    init?(_ octets: [UInt8]) {
        var empty = PKCS12_init_ex(NID_pkcs7_data, Self.context, nil)
        let read = withBIO(octets) { bio in d2i_PKCS12_bio(bio, &empty) }
        guard let read else {
            PKCS12_free(empty)
            return nil
        }
        handle = read
    }
    deinit { PKCS12_free(handle) }

    func content(_ passphrase: String) throws(XMLFault) -> Content {
        defer { ERR_clear_error() }
        let spelling = try spelling(of: passphrase)
        guard let parts = PKCS12_unpack_authsafes(handle) else { throw Self.unreadable }
        var content = Content(spelling: spelling, context: Self.context)
        var isReadable = true
        parts.consume { part in
            let part = part.assumingMemoryBound(to: PKCS7.self)
            defer { PKCS7_free(part) }
            let bags =
                switch OBJ_obj2nid(part.pointee.type) {
                case NID_pkcs7_data: PKCS12_unpack_p7data(part)
                case NID_pkcs7_encrypted: PKCS12_unpack_p7encdata(part, spelling, Int32(spelling?.utf8.count ?? 0))
                default: nil as OpaquePointer?
                }
            isReadable = isReadable && bags != nil
            bags?.consume { bag in
                isReadable = content.take(OpaquePointer(bag)) && isReadable
                PKCS12_SAFEBAG_free(OpaquePointer(bag))
            }
        }
        guard isReadable else { throw Self.unreadable }
        return content
    }

    /// The passphrase as the writer of the file took it: an empty one has two spellings.
    private func spelling(of passphrase: String) throws(XMLFault) -> String? {
        guard PKCS12_mac_present(handle) == 1 else { return passphrase }
        let spellings: [String?] = passphrase.isEmpty ? [nil, ""] : [passphrase]
        for spelling in spellings
        where PKCS12_verify_mac(handle, spelling, Int32(spelling?.utf8.count ?? 0)) == 1 { return spelling }
        throw XMLFault(.keyUnusable, expected: "the passphrase of the PKCS#12 file", found: "a wrong passphrase")
    }

    private static let unreadable = XMLFault(
        .keyUnusable, expected: "a PKCS#12 file", found: "a part that cannot be read with this passphrase")
}

/// What the bags of a file hold.
private struct Content {
    let spelling: String?
    let context: OpaquePointer?
    var keys: [(name: String?, key: PrivateKey)] = []
    var certificates: [Certificate] = []

    /// - Returns: `false` for a private key that cannot be read. Other kinds of bags, and certificates that nobody can
    ///   read, lose nothing but themselves.
    mutating func take(_ bag: OpaquePointer) -> Bool {
        switch PKCS12_SAFEBAG_get_nid(bag) {
        case NID_keyBag: return take(PKCS12_SAFEBAG_get0_p8inf(bag), of: bag)
        case NID_pkcs8ShroudedKeyBag:
            let opened = PKCS12_decrypt_skey_ex(bag, spelling, Int32(spelling?.utf8.count ?? 0), context, nil)
            defer { PKCS8_PRIV_KEY_INFO_free(opened) }
            return take(opened, of: bag)
        case NID_certBag:
            guard let certificate = PKCS12_SAFEBAG_get1_cert(bag) else { return true }
            defer { X509_free(certificate) }
            // One that nobody can read is no key; the others still serve.
            if let readable = try? Certificate(der: encoded(certificate)) { certificates.append(readable) }
            return true
        default: return true
        }
    }

    private mutating func take(_ info: OpaquePointer?, of bag: OpaquePointer) -> Bool {
        guard let info, let key = EVP_PKCS82PKEY(info) else { return false }
        let name = PKCS12_get_friendlyname(bag)
        defer { CRYPTO_free(name, nil, 0) }
        keys.append((name.map { String(cString: $0) }, PrivateKey(owning: key)))
        return true
    }
}

extension OpaquePointer {
    /// Hands out every member of a stack, and frees the stack.
    fileprivate func consume(_ body: (UnsafeMutableRawPointer) -> Void) {
        for index in 0..<OPENSSL_sk_num(self) {
            if let member = OPENSSL_sk_value(self, index) { body(member) }
        }
        OPENSSL_sk_free(self)
    }
}
