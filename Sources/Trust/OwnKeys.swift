// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
public import Foundation
public import SAML
public import Settings
public import XMLSecurity
public import YAMLText

/// Our own keys, read once and checked against each other.
public struct OwnKeys: Sendable {
    public let connector: Signer
    public let metadata: Signer
    public let gateway: Signer
    public let decryption: [DecryptionKey]
    /// `nil` where the settings have no Proxy-Service.
    public let proxyService: ProxyService?

    /// The keys of the other direction.
    public struct ProxyService: Sendable {
        /// Signs answers to Connectors.
        public let signer: Signer
        public let metadata: Signer
        /// Signs our requests to the gateway.
        public let service: Signer
        /// Opens what the gateway encrypts for us.
        let decryption: DecryptionKey
        let gatewayCertificates: [Certificate]
        let identifiers: IdentifierForm
    }

    /// Reads every key of the settings; what cannot be used is a fault of its own.
    public init?(_ settings: Settings, at now: Date, into faults: Faults) {
        let reader = KeyReader(now: now, faults: faults)
        let algorithm = settings.connector.signatureAlgorithm.map(SignatureAlgorithm.init)
        let connector = reader.signer(settings.connector.signing, algorithm, policy: .eidas)
        let metadata = reader.signer(settings.connector.metadata, nil, policy: .eidas)
        let gateway = reader.signer(settings.clave.signing, nil, policy: .clave)
        let decryption = reader.decryptionKey(settings.connector.encryption)
        if let tls = settings.listen.tls { reader.checkServer(tls) }
        let count = faults.count
        proxyService = settings.proxyService.flatMap { proxy in
            settings.claveGateway.flatMap { reader.proxyService(proxy, $0) }
        }
        guard settings.proxyService == nil || proxyService != nil || faults.count > count else { return nil }
        guard let connector, let metadata, let gateway, let decryption else { return nil }
        if decryption.key.belongs(to: connector.certificate.publicKey) {
            // Cryptographic Requirements 1.4 §3.5.2.
            faults.add(
                Fault(
                    file: settings.connector.encryption.key, expected: "another key than the signing key",
                    found: "the same", advice: "Make one with puente keys new --use encryption."))
        }
        self.connector = connector
        self.metadata = metadata
        self.gateway = gateway
        self.decryption = [decryption]
    }

    /// What our Connector publishes.
    public func metadata(_ settings: Settings, version: String) -> ConnectorMetadata {
        let connector = settings.connector
        return ConnectorMetadata(
            entityID: connector.entityID, country: settings.memberState,
            assertionConsumerService: settings.publicURL.description + Paths.assertionConsumerService,
            sector: connector.spType.sector, signing: [self.connector.certificate],
            encryption: decryption.map(\.certificate),
            details: details(settings), applicationIdentifier: "Puente:puente:\(version)")
    }

    func details(_ settings: Settings) -> OperatorDetails {
        let connector = settings.connector
        return OperatorDetails(
            name: connector.organization.name, displayName: connector.organization.displayName,
            url: connector.organization.url, support: .init(connector.support),
            technical: .init(connector.technical))
    }

    /// Who we are, for a snapshot.
    func node(_ settings: Settings) -> Route.Node {
        let base = settings.publicURL.description
        return Route.Node(
            country: settings.memberState,
            asker: Route.Asker(
                name: settings.connector.entityID, assertionConsumerService: base + Paths.assertionConsumerService,
                audience: settings.connector.entityID, signer: connector, decryptionKeys: decryption),
            answerer: Route.Answerer(
                name: EntityID(settings.clave.issuer), addresses: [base + Paths.clave2],
                requestAgeSeconds: Double(settings.requestAgeMinutes * 60)))
    }
}

/// Where the node is reached, below its public address.
public enum Paths {
    public static let clave2 = "/Proxy2/ServiceProvider"
    public static let connectorMetadata = "/eidas/connector/metadata"
    public static let assertionConsumerService = "/eidas/connector/acs"
    public static let proxyServiceMetadata = "/eidas/proxy/metadata"
    public static let singleSignOnService = "/eidas/proxy/sso"
    public static let gatewayAnswers = "/clave/acs"
}

private struct KeyReader {
    let now: Date
    let faults: Faults

    func signer(_ pair: Settings.KeyPair, _ algorithm: SignatureAlgorithm?, policy: SignaturePolicy) -> Signer? {
        guard let (key, chain) = read(pair), let leaf = chain.first else { return nil }
        check(leaf, pair, policy)
        if !leaf.maySign { fault(pair.certificate, "a certificate for signing", "another key usage") }
        do {
            return try Signer(key: key, chain: chain, algorithm: algorithm)
        } catch {
            fault(pair.certificate, error.expected ?? "a usable key", error.found ?? "\(key.kind)")
            return nil
        }
    }

    func decryptionKey(_ pair: Settings.KeyPair) -> DecryptionKey? {
        guard let (key, chain) = read(pair), let leaf = chain.first else { return nil }
        check(leaf, pair, .eidas)
        if !leaf.mayEncrypt { fault(pair.certificate, "a certificate for encryption", "another key usage") }
        do {
            return try DecryptionKey(key: key, certificate: leaf)
        } catch {
            fault(pair.certificate, "the certificate of \(pair.key)", error.found ?? "another")
            return nil
        }
    }

    func proxyService(
        _ settings: Settings.ProxyService, _ gateway: Settings.ClaveGateway
    ) -> OwnKeys.ProxyService? {
        let algorithm = settings.signatureAlgorithm.map(SignatureAlgorithm.init)
        let signer = signer(settings.signing, algorithm, policy: .eidas)
        let metadata = self.signer(settings.metadata, nil, policy: .eidas)
        // The kits sign with RSA and SHA-512 (Cl@ve dossier §2.5).
        let service = self.signer(gateway.signing, .rsaSHA512, policy: .clave)
        let certificates = gateway.certificates.flatMap { path in
            contents(path).flatMap { octets in
                attempt(path, "a certificate in PEM or DER") { () throws(XMLFault) in
                    try XMLSecurity.certificates(pemOrDER: octets)
                }
            } ?? []
        }
        let identifiers = identifiers(settings)
        guard let signer, let metadata, let service, let identifiers, !certificates.isEmpty else { return nil }
        let opened = attempt(gateway.signing.key, "an RSA key") { () throws(XMLFault) in
            try DecryptionKey(key: service.key, certificate: service.certificate)
        }
        guard let decryption = opened else { return nil }
        return OwnKeys.ProxyService(
            signer: signer, metadata: metadata, service: service, decryption: decryption,
            gatewayCertificates: certificates, identifiers: identifiers)
    }

    private func identifiers(_ settings: Settings.ProxyService) -> IdentifierForm? {
        guard settings.identifiers == .derived, let path = settings.identifierKey else { return .national }
        guard !path.isEmpty else { return nil }  // The settings name no file that is there, and said so.
        let text = contents(path).map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard let key = text.flatMap(Self.octets).flatMap(DerivationKey.init) else {
            faults.add(
                Fault(
                    file: path, expected: "64 hexadecimal digits", found: "something else",
                    advice:
                        "Make it once with openssl rand -hex 32, and keep a copy: identifiers depend on it for ever."))
            return nil
        }
        return .derived(key)
    }

    private static func octets(_ hexadecimal: String) -> [UInt8]? {
        let digits = hexadecimal.utf8.compactMap(\.hexadecimalDigit)
        guard digits.count == hexadecimal.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The pair of the listener, which is read again where it is used.
    func checkServer(_ pair: Settings.KeyPair) {
        guard let (key, chain) = read(pair), let leaf = chain.first else { return }
        checkValidity(leaf, pair)
        if !key.belongs(to: leaf.publicKey) {
            fault(pair.certificate, "a certificate of the key in \(pair.key)", "one of another key")
        }
    }

    private func read(_ pair: Settings.KeyPair) -> (PrivateKey, [Certificate])? {
        let key = contents(pair.key).flatMap { octets in
            attempt(pair.key, "a private key in PEM") { () throws(XMLFault) in try PrivateKey(pem: octets) }
        }
        let chain = contents(pair.certificate).flatMap { octets in
            attempt(pair.certificate, "a certificate in PEM") { () throws(XMLFault) in
                try certificates(pemOrDER: octets)
            }
        }
        guard let key, let chain else { return nil }
        return (key, chain)
    }

    private func attempt<T>(_ file: String, _ expected: String, _ read: () throws(XMLFault) -> T) -> T? {
        do {
            return try read()
        } catch {
            fault(file, expected, error.found ?? "something else")
            return nil
        }
    }

    private func contents(_ path: String) -> [UInt8]? {
        guard !path.isEmpty else { return nil }  // The settings name no file that is there, and said so.
        do {
            return Array(try LocalFile.read(path, limit: 1 << 20))
        } catch {
            faults.add(Fault(file: path, expected: "a readable file", found: error.found, advice: error.advice))
            return nil
        }
    }

    private func checkValidity(_ certificate: Certificate, _ pair: Settings.KeyPair) {
        if !certificate.isValid(at: now) {
            fault(
                pair.certificate, "a certificate that is valid now",
                "one from \(Instant.write(certificate.notBefore)) to \(Instant.write(certificate.notAfter))")
        }
    }

    private func check(_ certificate: Certificate, _ pair: Settings.KeyPair, _ policy: SignaturePolicy) {
        checkValidity(certificate, pair)
        if !certificate.publicKey.isStrong(for: policy) {
            fault(
                pair.certificate, "RSA of \(policy.minimumRSABits) bits or more, or a named curve",
                "\(certificate.publicKey.kind)")
        }
    }

    private func fault(_ file: String, _ expected: String, _ found: String) {
        faults.add(
            Fault(
                file: file, expected: expected, found: found,
                advice: "Make a key with puente keys new, or correct the path in puente.yaml."))
    }
}

extension SignatureAlgorithm {
    fileprivate init(_ word: Settings.SignatureAlgorithm) {
        self =
            switch word {
            case .pssSHA256: .pssSHA256
            case .pssSHA384: .pssSHA384
            case .pssSHA512: .pssSHA512
            case .ecdsaSHA256: .ecdsaSHA256
            case .ecdsaSHA384: .ecdsaSHA384
            case .ecdsaSHA512: .ecdsaSHA512
            }
    }
}

extension Settings.SPType {
    fileprivate var sector: Sector? {
        switch self {
        case .public: .public
        case .private: .private
        case .inRequest: nil
        }
    }
}

extension OperatorDetails.Contact {
    fileprivate init(_ contact: Settings.Contact) {
        self.init(
            company: contact.company, givenName: contact.givenName, surname: contact.surname, email: contact.email,
            telephone: contact.telephone)
    }
}
