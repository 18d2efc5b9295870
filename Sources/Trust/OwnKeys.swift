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
    /// The key that is published first.
    public let decryption: [DecryptionKey]
    /// What others may find signatures of our Connector by, and what they encrypt for.
    let connectorSigning: OwnRing
    let connectorEncryption: OwnRing
    /// `nil` where the settings have no Proxy-Service.
    public let proxyService: ProxyService?

    /// The keys of the other direction.
    public struct ProxyService: Sendable {
        /// Signs answers to Connectors.
        public let signer: Signer
        public let metadata: Signer
        /// Signs our requests to the gateway.
        public let service: Signer
        let signing: OwnRing
        /// Open what the gateway encrypts for us.
        let decryption: [DecryptionKey]
        let gatewayCertificates: [Certificate]
        let identifiers: IdentifierForm
    }

    /// Reads every key of the settings; what cannot be used is a fault of its own.
    public init?(_ settings: Settings, at now: Date, into faults: Faults) {
        let reader = KeyReader(now: now, isProduction: settings.isProduction, faults: faults)
        let algorithm = settings.connector.signatureAlgorithm.map(SignatureAlgorithm.init)
        let signing = reader.ring(.connectorSigning, settings.connector.signing)
        let connector = signing.flatMap { reader.signer($0, algorithm) }
        let metadata = reader.metadataSigner(
            .connectorMetadata, settings.connector.metadata, besides: settings.connector.signing, signing)
        let gateway = reader.ring(.claveSigning, settings.clave.signing).flatMap { reader.signer($0) }
        let encryption = reader.ring(.connectorEncryption, settings.connector.encryption)
        let decryption = encryption.flatMap(reader.decryptionKeys)
        if let tls = settings.listen.tls { reader.checkServer(tls) }
        let count = faults.count
        proxyService = settings.proxyService.flatMap { proxy in
            settings.claveGateway.flatMap { reader.proxyService(proxy, $0) }
        }
        guard settings.proxyService == nil || proxyService != nil || faults.count > count else { return nil }
        guard let signing, let encryption, let connector, let metadata, let gateway, let decryption else { return nil }
        reader.refuseShared(encryption, with: signing)
        self.connector = connector
        self.metadata = metadata
        self.gateway = gateway
        self.decryption = decryption
        connectorSigning = signing
        connectorEncryption = encryption
    }

    /// What our Connector publishes.
    public func metadata(_ settings: Settings, version: String) -> ConnectorMetadata {
        let connector = settings.connector
        return ConnectorMetadata(
            entityID: connector.entityID, country: settings.memberState,
            assertionConsumerService: settings.publicURL.description + Paths.assertionConsumerService,
            sector: connector.spType.sector, signing: connectorSigning.published,
            encryption: connectorEncryption.published,
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

extension SignatureAlgorithm {
    init(_ word: Settings.SignatureAlgorithm) {
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

extension OwnKeys {
    /// What an operator says is a key of theirs, looked at before it joins a ring.
    ///
    /// - Returns: the key's certificate; `nil` if it cannot be used, which is a fault then.
    public static func certificate(
        of place: Settings.KeyPlace, _ certificate: String?, at now: Date, into faults: Faults
    ) -> Certificate? {
        KeyReader(now: now, isProduction: false, faults: faults).certificate(of: place, certificate)
    }
}
