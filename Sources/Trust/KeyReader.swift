// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Foundation
import SAML
import Settings
import Tokens
package import XMLSecurity
import YAMLText

/// Reads our own keys; what is wrong with one of them becomes a fault.
struct KeyReader {
    let now: Date
    let isProduction: Bool
    let faults: Faults

    // MARK: Rings

    /// - Returns: `nil` if its active key cannot be used.
    func ring(_ purpose: Settings.KeyPurpose, _ keys: Settings.Keys) -> OwnRing? {
        switch keys {
        case .one(let place, let certificate):
            return key(nil, .active, place, certificate, purpose).flatMap { OwnRing(purpose, [$0]) }
        case .ring(let path):
            let rules = SettingsRules(commonName: Certificate.subject)
            guard let ring = KeyRing.read(path: path, isProduction: isProduction, rules: rules, into: faults) else {
                return nil
            }
            let living = ring.entries.filter { $0.state != .gone }
            return OwnRing(purpose, living.compactMap { key($0.id, $0.state, $0.key, $0.certificate, purpose) })
        }
    }

    func key(
        _ id: String?, _ state: KeyRing.State, _ place: Settings.KeyPlace, _ certificate: String?,
        _ purpose: Settings.KeyPurpose
    ) -> OwnKey? {
        let file = certificate ?? place.file
        guard let (key, chain, _) = pair(place, certificate, { check($0, state, file, purpose) }) else { return nil }
        let own = OwnKey(id: id, state: state, key: key, chain: chain, file: file, place: place)
        // What is in a token shows only when it works.
        if case .pkcs11 = place { return prove(own, purpose) ? own : nil }
        return own
    }

    /// Does with the key what it is for.
    func prove(_ key: OwnKey, _ purpose: Settings.KeyPurpose) -> Bool {
        attempt(key.place.file, "a key that works") { () throws(XMLFault) in
            try key.key.prove(key.certificate, forEncryption: purpose.isForEncryption)
        } != nil
    }

    /// Signs with the active key. The others are held to the same, so that a roll cannot fail.
    func signer(_ ring: OwnRing, _ algorithm: SignatureAlgorithm? = nil) -> Signer? {
        var signers: [Signer] = []
        for key in ring.keys {
            do {
                signers.append(try Signer(key: key.key, chain: key.chain, algorithm: algorithm))
            } catch {
                fault(key.file, error.expected ?? "a usable key", error.found ?? "\(key.key.kind)")
            }
        }
        return signers.count == ring.keys.count ? signers.first : nil
    }

    /// All of them open what is encrypted for us, whatever their state.
    func decryptionKeys(_ ring: OwnRing) -> [DecryptionKey]? {
        let keys = ring.keys.compactMap { key in
            attempt(key.file, "a key for encryption") { () throws(XMLFault) in
                try DecryptionKey(key: key.key, certificate: key.certificate)
            }
        }
        return keys.isEmpty ? nil : keys
    }

    /// Metadata that has no key of its own is signed by what signs messages.
    func metadataSigner(
        _ purpose: Settings.KeyPurpose, _ keys: Settings.Keys, besides signing: Settings.Keys, _ read: OwnRing?
    ) -> Signer? {
        (keys == signing ? read : ring(purpose, keys)).flatMap { signer($0) }
    }

    /// Cryptographic Requirements 1.4 §3.5.2.
    func refuseShared(_ encryption: OwnRing, with signing: OwnRing) {
        for key in encryption.keys
        where signing.keys.contains(where: { key.key.belongs(to: $0.certificate.publicKey) }) {
            faults.add(
                Fault(
                    file: key.file, expected: "another key than the signing key", found: "the same",
                    advice: "Make one with puente keys new --use encryption."))
        }
    }

    // MARK: Other keys

    func proxyService(
        _ settings: Settings.ProxyService, _ gateway: Settings.ClaveGateway
    ) -> OwnKeys.ProxyService? {
        let algorithm = settings.signatureAlgorithm.map(SignatureAlgorithm.init)
        let signing = ring(.proxyServiceSigning, settings.signing)
        let signer = signing.flatMap { self.signer($0, algorithm) }
        let metadata = metadataSigner(.proxyServiceMetadata, settings.metadata, besides: settings.signing, signing)
        // The kits sign with RSA and SHA-512 (Cl@ve dossier §2.5).
        let atGateway = ring(.claveGatewaySigning, gateway.signing)
        let service = atGateway.flatMap { self.signer($0, .rsaSHA512) }
        let certificates = gateway.certificates.flatMap { path in
            contents(path).flatMap { octets in
                attempt(path, "a certificate in PEM or DER") { () throws(XMLFault) in
                    try XMLSecurity.certificates(pemOrDER: octets)
                }
            } ?? []
        }
        let identifiers = identifiers(settings)
        guard let signing, let signer, let metadata, let atGateway, let service, let identifiers,
            !certificates.isEmpty, let decryption = decryptionKeys(atGateway)
        else { return nil }
        return OwnKeys.ProxyService(
            signer: signer, metadata: metadata, service: service, signing: signing, decryption: decryption,
            gatewayCertificates: certificates, identifiers: identifiers)
    }

    private func identifiers(_ settings: Settings.ProxyService) -> IdentifierForm? {
        guard settings.identifiers == .derived, let path = settings.identifierKey else { return .national }
        guard !path.isEmpty else { return nil }  // The settings name no file that is there, and said so.
        guard var text = contents(path) else { return nil }
        defer { erase(&text) }
        let digits = text.trimmingPrefix(while: Self.isSpace).reversed().drop(while: Self.isSpace).reversed()
        guard var octets = [UInt8](hexadecimal: digits), let key = DerivationKey(taking: &octets) else {
            faults.add(
                Fault(
                    file: path, expected: "64 hexadecimal digits", found: "something else",
                    advice:
                        "Make it once with openssl rand -hex 32, and keep a copy: identifiers depend on it for ever."))
            return nil
        }
        return .derived(key)
    }

    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0D).contains(octet) }

    /// The certificate of a key that may be used now, and belongs to it.
    func certificate(of place: Settings.KeyPlace, _ certificate: String?) -> Certificate? {
        pair(place, certificate) { checkValidity($0, .next, certificate ?? place.file) }?.leaf
    }

    /// The pair of the listener, which is read again where it is used.
    func checkServer(_ pair: Settings.KeyPair) {
        _ = self.pair(.pem(path: pair.key), pair.certificate) { checkValidity($0, .active, pair.certificate) }
    }

    // MARK: Files

    /// A key with its certificate, which belongs to it.
    private func pair(
        _ place: Settings.KeyPlace, _ certificate: String?, _ check: (Certificate) -> Void
    ) -> (key: PrivateKey, chain: [Certificate], leaf: Certificate)? {
        guard let (key, chain) = read(place, certificate), let leaf = chain.first else { return nil }
        check(leaf)
        guard key.belongs(to: leaf.publicKey) else {
            fault(certificate ?? place.file, "the certificate of the private key", leaf.subject)
            return nil
        }
        return (key, chain, leaf)
    }

    private func read(_ place: Settings.KeyPlace, _ certificate: String?) -> (PrivateKey, [Certificate])? {
        let chain = certificate.flatMap { path in
            contents(path).flatMap { octets in
                attempt(path, "a certificate in PEM") { () throws(XMLFault) in try certificates(pemOrDER: octets) }
            }
        }
        switch place {
        case .pem(let path):
            guard let key = privateKey(path), let chain else { return nil }
            return (key, chain)
        case .pkcs12(let path, let passphrase):
            guard let entry = store(path, passphrase) else { return nil }
            guard let chain = certificate == nil ? entry.chain : chain else { return nil }
            if chain.isEmpty { fault(path, "a certificate beside the key", "none") }
            return (entry.key, chain)
        case .pkcs11(let module, let uri, let pin):
            guard !module.isEmpty, !uri.isEmpty, pin != .file(path: ""), let chain, let leaf = chain.first else {
                return nil  // What is missing was said where it is named.
            }
            let key = attempt(module, "a key in a token") { () throws(XMLFault) in
                let key = try TokenKey(module: module, uri: uri, publicKey: leaf.publicKey) { try pin.read() }
                return PrivateKey(key, of: leaf.publicKey)
            }
            return key.map { ($0, chain) }
        }
    }

    /// The octets have one owner, who overwrites them: a second one would keep what the first overwrites a copy of.
    private func privateKey(_ path: String) -> PrivateKey? {
        guard var octets = contents(path) else { return nil }
        defer { erase(&octets) }
        guard !PrivateKey.isEncrypted(pem: octets) else {
            faults.add(
                Fault(
                    file: path, expected: "a private key without a passphrase", found: "an encrypted one",
                    advice: "Write it without one, for Puente alone to read: openssl pkey -in OLD -out NEW. "
                        + "Keys that sign or open messages may stay encrypted in a PKCS#12 file (Docs/keys.md)."))
            return nil
        }
        return attempt(path, "a private key in PEM") { () throws(XMLFault) in try PrivateKey(pem: octets) }
    }

    private func store(_ path: String, _ passphrase: Secret) -> KeyStore.Entry? {
        guard passphrase != .file(path: "") else { return nil }  // No file that is there: said where it is named.
        guard var octets = contents(path) else { return nil }
        defer { erase(&octets) }
        let text: String
        do { text = try passphrase.read() } catch {
            faults.add(
                Fault(file: path, expected: "a passphrase for it", found: error.found, advice: error.advice))
            return nil
        }
        return attempt(path, "a PKCS#12 file with one private key") { () throws(XMLFault) in
            try KeyStore(pkcs12: octets, passphrase: text).entry()
        }
    }

    private func attempt<T>(_ file: String, _ expected: String, _ read: () throws(XMLFault) -> T) -> T? {
        do {
            return try read()
        } catch {
            fault(file, error.expected ?? expected, error.found ?? "something else")
            return nil
        }
    }

    private func contents(_ path: String) -> [UInt8]? {
        guard !path.isEmpty else { return nil }  // The settings name no file that is there, and said so.
        do {
            var data = try LocalFile.read(path, limit: 1 << 20)
            defer { data.resetBytes(in: 0..<data.count) }
            return Array(data)
        } catch {
            faults.add(Fault(file: path, expected: "a readable file", found: error.found, advice: error.advice))
            return nil
        }
    }

    // MARK: Certificates

    private func check(
        _ certificate: Certificate, _ state: KeyRing.State, _ file: String, _ purpose: Settings.KeyPurpose
    ) {
        checkValidity(certificate, state, file)
        if !certificate.publicKey.isStrong(for: purpose.policy) {
            fault(
                file, "RSA of \(purpose.policy.minimumRSABits) bits or more, or a named curve",
                "\(certificate.publicKey.kind)")
        }
        if purpose.isForEncryption, !certificate.mayEncrypt {
            fault(file, "a certificate for encryption", "another key usage")
        }
        if !purpose.isForEncryption, !certificate.maySign {
            fault(file, "a certificate for signing", "another key usage")
        }
    }

    /// The next key's time may be to come, and that of one that retires be over.
    private func checkValidity(_ certificate: Certificate, _ state: KeyRing.State, _ file: String) {
        let isGood =
            switch state {
            case .active: certificate.isValid(at: now)
            case .next: now < certificate.notAfter
            case .retiring, .gone: true
            }
        if !isGood {
            fault(
                file, "a certificate that is valid now",
                "one from \(Instant.write(certificate.notBefore)) to \(Instant.write(certificate.notAfter))")
        }
    }

    private func fault(_ file: String, _ expected: String, _ found: String) {
        faults.add(
            Fault(
                file: file, expected: expected, found: found,
                advice: "Make a key with puente keys new, or correct the path where the settings name it."))
    }
}

extension Certificate {
    /// For the search for sample keys; an unreadable certificate is reported elsewhere.
    @Sendable package static func subject(_ path: String) -> String? {
        guard let data = try? LocalFile.read(path, limit: 1 << 20) else { return nil }
        return (try? Certificate(pemOrDER: Array(data)))?.subject
    }
}
