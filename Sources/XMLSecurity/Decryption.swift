// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// A private key that may open what was encrypted for its certificate.
public struct DecryptionKey: Sendable {
    public let key: PrivateKey
    public let certificate: Certificate

    /// - Throws: `.keyUnusable` if the two do not belong together.
    public init(key: PrivateKey, certificate: Certificate) throws(XMLFault) {
        guard key.belongs(to: certificate.publicKey) else {
            throw XMLFault(.keyUnusable, expected: "the certificate of the private key", found: certificate.subject)
        }
        self.key = key
        self.certificate = certificate
    }
}

/// An encrypted element, read but not opened. Its algorithms are known to be acceptable.
public struct EncryptedElement: Hashable, Sendable {
    let cipher: ContentCipher
    let sealed: [UInt8]
    let keys: [EncryptedKey]
    /// The namespaces where it stands, by prefix.
    private let around: [String: String]

    /// Reads `xenc:EncryptedData` and its EncryptedKeys, which stand inside its KeyInfo or beside it in the same parent.
    ///
    /// - Parameter holder: the element around, such as `saml2:EncryptedAssertion`.
    /// - Throws: `.encryptionStructure`, `.encryptionAlgorithm`.
    /// - Spec: XML Encryption 1.1 §3; SAML Core 2.0 §6.2; eIDAS dossier §5.4.
    public init(in holder: Element, policy: EncryptionPolicy) throws(XMLFault) {
        let children = holder.children
        guard let data = holder.only(Namespace.xenc("EncryptedData")), !holder.hasText,
            children.allSatisfy({ $0 == data || $0.is(Namespace.xenc("EncryptedKey")) })
        else { throw XMLFault(.encryptionStructure, holder.path, expected: "one EncryptedData") }
        cipher = try Self.cipher(of: data)
        sealed = try data.cipherValue()
        guard data["Type"].map({ $0 == AlgorithmURI.encryptedElement }) ?? true else {
            throw XMLFault(
                .encryptionStructure, data.path + "/@Type", expected: AlgorithmURI.encryptedElement, found: data["Type"]
            )
        }
        keys = try Self.keys(of: data, beside: holder.children(Namespace.xenc("EncryptedKey")), policy)
        around = holder.namespacesInScope
    }

    /// Opens the element with whichever of the keys fits.
    ///
    /// - Returns: the plain octets, which nobody has verified yet.
    /// - Throws: `.decryption`, the same for every way of failing; `.internalFailure` where a token does not work.
    public func open(with ours: [DecryptionKey]) throws(XMLFault) -> [UInt8] {
        for encrypted in keys {
            for candidate in ours where encrypted.isMeant(for: candidate) {
                let unwrapped = try encrypted.open(with: candidate.key)
                let fits = unwrapped?.count == cipher.keyLength
                // A key that cannot be had, or is of another length, costs what a good one costs whose content does not open.
                let key = if let unwrapped, fits { unwrapped } else { try randomBytes(cipher.keyLength) }
                if let plain = GCM.open(sealed, key: key, cipher), fits { return plain }
            }
        }
        throw XMLFault(.decryption, "EncryptedData")
    }

    /// What was opened as a tree: by itself, as nearly everybody writes it; where that has no meaning, with the namespaces that
    /// are declared where it stood, as those write it who encrypt an element in its place.
    ///
    /// - Spec: XML Encryption 1.1 §4.5.
    public func tree(of plain: [UInt8]) throws(XMLFault) -> XMLTree {
        do throws(XMLFault) {
            let tree = try XMLTree(parsing: plain)
            if tree.root.namespaceURI != nil { return tree }
        } catch {
            guard error.kind == .namespace else { throw error }
        }
        return try XMLTree(parsing: plain.declaring(around))
    }

    private static func cipher(of data: Element) throws(XMLFault) -> ContentCipher {
        let method = data.only(Namespace.xenc("EncryptionMethod"))
        let uri = method?["Algorithm"]
        guard let method, let cipher = uri.flatMap(ContentCipher.init) else {
            throw XMLFault(
                .encryptionAlgorithm, data.path + "/EncryptionMethod", expected: "AES-GCM", found: uri ?? "nothing")
        }
        var parts = try Parts(of: method, attributes: ["Algorithm"], else: .encryptionStructure)
        let bits = parts.nextIfAny(Namespace.xenc("KeySize"))?.trimmedText
        try parts.end()
        guard bits.map({ $0 == "\(cipher.keyLength * 8)" }) ?? true else {
            throw XMLFault(
                .encryptionAlgorithm, method.path + "/KeySize", expected: "\(cipher.keyLength * 8)", found: bits)
        }
        return cipher
    }

    private static func keys(
        of data: Element, beside: [Element], _ policy: EncryptionPolicy
    ) throws(XMLFault) -> [EncryptedKey] {
        let keyInfo = data.only(Namespace.ds("KeyInfo"))
        let inside = keyInfo?.children(Namespace.xenc("EncryptedKey")) ?? []
        for retrieval in keyInfo?.children(Namespace.ds("RetrievalMethod")) ?? [] {
            // Only the EncryptedKey beside us may be meant: nothing is ever fetched.
            let isBeside = beside.contains { key in key["Id"].map { retrieval["URI"] == "#" + $0 } ?? false }
            guard isBeside, !retrieval.hasChildren,
                retrieval["Type"].map({ $0 == AlgorithmURI.encryptedKeyReference }) ?? true
            else {
                throw XMLFault(.encryptionStructure, retrieval.path, expected: "an EncryptedKey beside EncryptedData")
            }
        }
        let all = inside + beside
        guard !all.isEmpty, all.count <= 16 else {
            throw XMLFault(.encryptionStructure, data.path, expected: "1 to 16 EncryptedKeys", found: "\(all.count)")
        }
        var keys: [EncryptedKey] = []
        var refused: XMLFault?
        for element in all {
            // A key for somebody else may use what we do not accept; it is enough that one can be used.
            do { keys.append(try EncryptedKey(element, policy)) } catch { refused = refused ?? error }
        }
        if keys.isEmpty, let refused { throw refused }
        return keys
    }
}

/// A content key, encrypted for one recipient.
struct EncryptedKey: Hashable, Sendable {
    enum Method: Hashable, Sendable {
        case oaep(digest: OAEPHash, mgf: OAEPHash)
        case agreement(KeyWrap, Agreement)
    }

    struct Agreement: Hashable, Sendable {
        let digest: DigestAlgorithm
        let otherInfo: [UInt8]
        let curve: Curve
        let point: [UInt8]
    }

    let method: Method
    let value: [UInt8]
    /// Certificates that name the recipient; none if nothing is said.
    let recipients: [[UInt8]]

    init(_ element: Element, _ policy: EncryptionPolicy) throws(XMLFault) {
        guard let encryption = element.only(Namespace.xenc("EncryptionMethod")), let uri = encryption["Algorithm"]
        else {
            throw XMLFault(.encryptionStructure, element.path, expected: "EncryptionMethod")
        }
        value = try element.cipherValue()
        let keyInfo = element.only(Namespace.ds("KeyInfo"))
        switch uri {
        case AlgorithmURI.rsaOAEP, AlgorithmURI.rsaOAEPMGF1P:
            method = try Self.oaep(encryption, uri, policy)
            recipients = keyInfo?.shownCertificates ?? []
        default:
            guard let wrap = KeyWrap(rawValue: uri) else {
                throw XMLFault(
                    .encryptionAlgorithm, encryption.path, expected: "RSA-OAEP or ECDH-ES with key wrap", found: uri)
            }
            guard let agreement = keyInfo?.only(Namespace.xenc("AgreementMethod")) else {
                throw XMLFault(.encryptionStructure, element.path, expected: "KeyInfo/AgreementMethod")
            }
            method = .agreement(wrap, try Agreement(agreement))
            recipients = agreement.only(Namespace.xenc("RecipientKeyInfo"))?.shownCertificates ?? []
        }
    }

    private static func oaep(
        _ encryption: Element, _ uri: String, _ policy: EncryptionPolicy
    ) throws(XMLFault) -> Method {
        let label = encryption.only(Namespace.xenc("OAEPparams"))
        guard label?.trimmedText.isEmpty ?? true else {
            throw XMLFault(.encryptionAlgorithm, encryption.path, found: "OAEPparams")
        }
        let digestURI = encryption.only(Namespace.ds("DigestMethod"))?["Algorithm"]
        let mgfURI = encryption.only(Namespace.xenc11("MGF"))?["Algorithm"]
        guard let digest = OAEPHash(digest: digestURI) else {
            throw XMLFault(.encryptionAlgorithm, encryption.path, expected: "SHA-2", found: digestURI)
        }
        guard let mgf = uri == AlgorithmURI.rsaOAEPMGF1P ? .sha1 : OAEPHash(mgf: mgfURI) else {
            throw XMLFault(.encryptionAlgorithm, encryption.path, expected: "MGF1 with SHA-2", found: mgfURI)
        }
        let isOld = uri == AlgorithmURI.rsaOAEPMGF1P || digest == .sha1 || mgf == .sha1
        guard !isOld || policy.allowsOldKeyTransport else {
            throw XMLFault(
                .encryptionAlgorithm, encryption.path, expected: AlgorithmURI.rsaOAEP + " with SHA-2",
                found: uri == AlgorithmURI.rsaOAEP ? "SHA-1 inside OAEP" : uri)
        }
        return .oaep(digest: digest, mgf: mgf)
    }

    /// Whether to try this key: it is named as the recipient, or nobody is, and it is of the right kind.
    func isMeant(for candidate: DecryptionKey) -> Bool {
        switch (method, candidate.key.kind) {
        case (.oaep, .rsa): break
        case (.agreement(_, let agreement), .ec(let curve)) where agreement.curve == curve: break
        default: return false
        }
        return recipients.isEmpty || recipients.contains(candidate.certificate.der)
            || recipients.contains { (try? Certificate(der: $0))?.publicKeyInfo == candidate.certificate.publicKeyInfo }
    }

    func open(with key: PrivateKey) throws(XMLFault) -> [UInt8]? {
        switch method {
        case .oaep(let digest, let mgf): return try OAEP.decrypt(value, with: key, digest: digest, mgf: mgf)
        case .agreement(let wrap, let agreement):
            return try KeyAgreement.secret(key, point: agreement.point).flatMap { secret in
                wrap.unwrap(
                    value,
                    with: KeyAgreement.concatKDF(
                        secret, otherInfo: agreement.otherInfo, length: wrap.keyLength, agreement.digest))
            }
        }
    }
}

extension EncryptedKey.Agreement {
    fileprivate init(_ method: Element) throws(XMLFault) {
        guard method["Algorithm"] == AlgorithmURI.ecdhES else {
            throw XMLFault(.encryptionAlgorithm, method.path, expected: AlgorithmURI.ecdhES, found: method["Algorithm"])
        }
        let derivation = method.only(Namespace.xenc11("KeyDerivationMethod"))
        guard derivation?["Algorithm"] == AlgorithmURI.concatKDF,
            let parameters = derivation?.only(Namespace.xenc11("ConcatKDFParams"))
        else {
            throw XMLFault(
                .encryptionAlgorithm, method.path, expected: AlgorithmURI.concatKDF, found: derivation?["Algorithm"])
        }
        let uri = parameters.only(Namespace.ds("DigestMethod"))?["Algorithm"]
        guard let digest = uri.flatMap(DigestAlgorithm.init) else {
            throw XMLFault(.encryptionAlgorithm, parameters.path, expected: "SHA-2", found: uri)
        }
        self.digest = digest
        otherInfo = try Self.otherInfo(parameters)
        let keyInfo = method.only(Namespace.xenc("OriginatorKeyInfo"))
        // A DEREncodedKeyValue stands in KeyInfo itself (XML Signature 1.1 §4.5.9), but some put it into KeyValue.
        (curve, point) = try Self.originatorKey(keyInfo?.only(Namespace.ds("KeyValue")) ?? keyInfo, at: method.path)
    }

    private static func originatorKey(_ keyValue: Element?, at path: String) throws(XMLFault) -> (Curve, [UInt8]) {
        if let value = keyValue?.only(Namespace.dsig11("ECKeyValue")) {
            let uri = value.only(Namespace.dsig11("NamedCurve"))?["URI"]
            guard let curve = uri.flatMap(Curve.init), let point = value.only(Namespace.dsig11("PublicKey"))?.base64
            else {
                throw XMLFault(.encryptionAlgorithm, value.path, expected: "a named curve", found: uri)
            }
            return (curve, point)
        }
        guard let encoded = keyValue?.only(Namespace.dsig11("DEREncodedKeyValue"))?.base64,
            let (curve, point) = pointOfEncodedKey(encoded)
        else { throw XMLFault(.encryptionStructure, path + "/OriginatorKeyInfo", expected: "ECKeyValue") }
        return (curve, point)
    }

    /// The attributes in the order of ConcatKDF. Each is hexadecimal; its first octet counts the padding bits of the last.
    private static func otherInfo(_ parameters: Element) throws(XMLFault) -> [UInt8] {
        var all: [UInt8] = []
        for name: XMLName in ["AlgorithmID", "PartyUInfo", "PartyVInfo", "SuppPubInfo", "SuppPrivInfo"] {
            guard let text = parameters[name]?.trimmingXMLSpace(), !text.isEmpty else { continue }
            guard let octets = [UInt8](hexadecimal: text.utf8), octets.count <= 1024, octets.first == 0 else {
                throw XMLFault(
                    .encryptionStructure, parameters.path + "/@\(name)", expected: "whole octets in hexadecimal")
            }
            all += octets.dropFirst()
        }
        return all
    }
}

extension [UInt8] {
    /// With these namespaces, by prefix, as far as the first tag does not declare them itself.
    fileprivate func declaring(_ namespaces: [String: String]) -> [UInt8] {
        guard let start = firstIndex(where: { $0 > 32 }), self[start] == UInt8(ascii: "<"),
            let end = self[start...].firstIndex(of: UInt8(ascii: ">"))
        else { return self }
        let name = self[start..<end].firstIndex { $0 <= 32 || $0 == UInt8(ascii: "/") } ?? end
        let tag = String(decoding: self[start..<end], as: UTF8.self)
        let own = Set(tag.matches(of: /\sxmlns(?::([^\s=]+))?\s*=/).map { $0.1.map(String.init) ?? "" })
        let missing = namespaces.filter { !own.contains($0.key) }.sorted { $0.key < $1.key }.map { prefix, uri in
            let value = uri.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
            return " xmlns" + (prefix.isEmpty ? "" : ":" + prefix) + "=\"" + value + "\""
        }
        return self[..<name] + Array(missing.joined().utf8) + self[name...]
    }
}

private func pointOfEncodedKey(_ der: [UInt8]) -> (Curve, [UInt8])? {
    defer { ERR_clear_error() }
    guard let key = PublicKeyDecoder.shared.key(der), case .ec(let curve) = key.kind else { return nil }
    var encoded: UnsafeMutablePointer<UInt8>?
    let length = EVP_PKEY_get1_encoded_public_key(key.handle, &encoded)
    guard length > 0, let encoded else { return nil }
    defer { CRYPTO_free(encoded, nil, 0) }
    return (curve, [UInt8](UnsafeBufferPointer(start: encoded, count: length)))
}

extension Element {
    /// What this EncryptedData or EncryptedKey holds (XML Encryption 1.1 §3.1, §3.4.1, §3.5.1).
    fileprivate func cipherValue() throws(XMLFault) -> [UInt8] {
        let isKey = local == "EncryptedKey"
        let attributes = ["Id", "Type", "MimeType", "Encoding"] + (isKey ? ["Recipient"] : [])
        var parts = try Parts(of: self, attributes: attributes, else: .encryptionStructure)
        _ = parts.nextIfAny(Namespace.xenc("EncryptionMethod"))
        _ = parts.nextIfAny(Namespace.ds("KeyInfo"))
        let data = try parts.next(Namespace.xenc("CipherData"))
        for name in ["EncryptionProperties"] + (isKey ? ["ReferenceList", "CarriedKeyName"] : []) {
            _ = parts.nextIfAny(Namespace.xenc(name))
        }
        try parts.end()
        var inside = try Parts(of: data, attributes: [], else: .encryptionStructure)
        let value = try inside.next(Namespace.xenc("CipherValue"))
        try inside.end()
        guard value.attributeNames().isEmpty, let octets = value.base64, !octets.isEmpty else {
            throw XMLFault(.encryptionStructure, value.path, expected: "Base64", found: "something else")
        }
        return octets
    }

    fileprivate var shownCertificates: [[UInt8]] {
        children(Namespace.ds("X509Data")).flatMap { $0.children(Namespace.ds("X509Certificate")) }.compactMap(\.base64)
    }
}
