// SPDX-License-Identifier: EUPL-1.2

/// Somebody for whom we encrypt, and how the content key reaches them.
public struct Recipient: Sendable {
    public enum Transport: Hashable, Sendable {
        /// `xmlenc11#rsa-oaep` with the same hash for digest and mask.
        case rsaOAEP(OAEPHash)
        /// `rsa-oaep-mgf1p` with SHA-1: what kits of Cl@ve 2.x read, and nodes below 1.4.
        case rsaOAEPMGF1P
        /// ECDH-ES with ConcatKDF over SHA-256 and this key wrap.
        case ecdhES(KeyWrap)
    }

    public let certificate: Certificate
    public let transport: Transport

    /// - Parameter transport: `nil` for the choice of Cryptographic Requirements 1.4: OAEP or ECDH-ES, by the kind of key.
    /// - Throws: `.keyUnusable` if the key is of another kind than the transport needs.
    public init(_ certificate: Certificate, transport: Transport? = nil) throws(XMLFault) {
        self.certificate = certificate
        switch (certificate.publicKey.kind, transport) {
        case (.rsa, nil): self.transport = .rsaOAEP(.sha256)
        case (.ec, nil): self.transport = .ecdhES(.aes256)
        case (.rsa, .rsaOAEP(let hash)?): self.transport = .rsaOAEP(hash)
        case (.rsa, .rsaOAEPMGF1P?): self.transport = .rsaOAEPMGF1P
        case (.ec, .ecdhES(let wrap)?): self.transport = .ecdhES(wrap)
        default:
            throw XMLFault(
                .keyUnusable, expected: "a recipient's key for \(transport.map { "\($0)" } ?? "encryption")",
                found: "\(certificate.publicKey.kind)")
        }
    }
}

extension XMLNode {
    /// `xenc:EncryptedData` that holds this element, standing alone with its namespaces, for each of the recipients.
    ///
    /// Each EncryptedKey sits inside KeyInfo and shows its recipient's certificate, as all engines expect.
    /// - Spec: XML Encryption 1.1 §3; eIDAS dossier §5.4.
    public func encrypted(for recipients: [Recipient], cipher: ContentCipher) throws(XMLFault) -> XMLNode {
        let key = try randomBytes(cipher.keyLength)
        var keys: [XMLNode] = []
        for recipient in recipients { keys.append(try recipient.encryptedKey(key)) }
        let sealed = try GCM.seal(serialized(), key: key, cipher)
        return XMLNode(
            Namespace.xenc("EncryptedData"), [("Type", AlgorithmURI.encryptedElement)],
            [
                XMLNode(Namespace.xenc("EncryptionMethod"), [("Algorithm", cipher.uri)]),
                XMLNode(Namespace.ds("KeyInfo"), [], keys),
                .cipherData(sealed),
            ])
    }

    fileprivate static func cipherData(_ octets: [UInt8]) -> XMLNode {
        XMLNode(Namespace.xenc("CipherData"), [], [XMLNode(Namespace.xenc("CipherValue"), text: Base64.encode(octets))])
    }
}

extension Recipient {
    fileprivate func encryptedKey(_ key: [UInt8]) throws(XMLFault) -> XMLNode {
        switch transport {
        case .rsaOAEP(let hash):
            try transported(
                key, AlgorithmURI.rsaOAEP, digest: hash, mgf: hash,
                [
                    XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", hash.digestURI)]),
                    XMLNode(Namespace.xenc11("MGF"), [("Algorithm", hash.mgfURI)]),
                ])
        case .rsaOAEPMGF1P:
            try transported(
                key, AlgorithmURI.rsaOAEPMGF1P, digest: .sha1, mgf: .sha1,
                [XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", OAEPHash.sha1.digestURI)])])
        case .ecdhES(let wrap): try agreed(key, wrap)
        }
    }

    private func transported(
        _ key: [UInt8], _ uri: String, digest: OAEPHash, mgf: OAEPHash, _ parameters: [XMLNode]
    ) throws(XMLFault) -> XMLNode {
        guard let encrypted = OAEP.encrypt(key, for: certificate.publicKey, digest: digest, mgf: mgf) else {
            throw XMLFault(.keyUnusable, found: certificate.subject)
        }
        return XMLNode(
            Namespace.xenc("EncryptedKey"), [],
            [
                XMLNode(Namespace.xenc("EncryptionMethod"), [("Algorithm", uri)], parameters),
                .keyInfo(certificate),
                .cipherData(encrypted),
            ])
    }

    private func agreed(_ key: [UInt8], _ wrap: KeyWrap) throws(XMLFault) -> XMLNode {
        guard case .ec(let curve) = certificate.publicKey.kind,
            let (secret, point) = KeyAgreement.originate(for: certificate.publicKey)
        else { throw XMLFault(.keyUnusable, found: certificate.subject) }
        let kek = KeyAgreement.concatKDF(secret, otherInfo: [], length: wrap.keyLength, .sha256)
        guard let wrapped = wrap.wrap(key, with: kek) else { throw XMLFault(.internalFailure, found: "key wrap") }
        let agreement = XMLNode(
            Namespace.xenc("AgreementMethod"), [("Algorithm", AlgorithmURI.ecdhES)],
            [
                .concatKDF, .originator(curve, point),
                XMLNode(Namespace.xenc("RecipientKeyInfo"), [], [.x509Data([certificate])]),
            ])
        return XMLNode(
            Namespace.xenc("EncryptedKey"), [],
            [
                XMLNode(Namespace.xenc("EncryptionMethod"), [("Algorithm", wrap.rawValue)]),
                XMLNode(Namespace.ds("KeyInfo"), [], [agreement]),
                .cipherData(wrapped),
            ])
    }
}

extension XMLNode {
    /// `00` for each parameter: no bits of OtherInfo, as current nodes write it (eIDAS dossier §5.4).
    fileprivate static var concatKDF: XMLNode {
        XMLNode(
            Namespace.xenc11("KeyDerivationMethod"), [("Algorithm", AlgorithmURI.concatKDF)],
            [
                XMLNode(
                    Namespace.xenc11("ConcatKDFParams"),
                    [("AlgorithmID", "00"), ("PartyUInfo", "00"), ("PartyVInfo", "00")],
                    [XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", DigestAlgorithm.sha256.uri)])])
            ])
    }

    fileprivate static func originator(_ curve: Curve, _ point: [UInt8]) -> XMLNode {
        let keyValue = XMLNode(
            Namespace.dsig11("ECKeyValue"), [],
            [
                XMLNode(Namespace.dsig11("NamedCurve"), [("URI", curve.urn)]),
                XMLNode(Namespace.dsig11("PublicKey"), text: Base64.encode(point)),
            ])
        return XMLNode(
            Namespace.xenc("OriginatorKeyInfo"), [], [XMLNode(Namespace.ds("KeyValue"), [], [keyValue])])
    }
}
