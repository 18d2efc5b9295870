// SPDX-License-Identifier: EUPL-1.2
public import Dialects
public import Federation
public import SAML
public import XMLSecurity

public import struct Foundation.Data

/// Files of the operator, read and sound: what `metadata/*.yaml` says. No network and no keys of our own in it.
public struct Registry: Sendable {
    public var services: [ServiceEntry]
    public var nodes: [NodeEntry]
    public var lists: [ServiceListEntry]
    public var revocations: [RevocationEntry]

    public init(
        services: [ServiceEntry] = [], nodes: [NodeEntry] = [], lists: [ServiceListEntry] = [],
        revocations: [RevocationEntry] = []
    ) {
        self.services = services
        self.nodes = nodes
        self.lists = lists
        self.revocations = revocations
    }
}

/// One national service, as `metadata/services.yaml` registers it.
public struct ServiceEntry: Hashable, Sendable {
    public enum Dialect: String, Sendable, CaseIterable { case clave2 }

    /// How the assertion for this service is protected.
    public struct Encryption: Hashable, Sendable {
        /// PEM or DER certificate of the recipient: RSA, or a named curve for ECDH-ES.
        public var certificate: Data
        public var cipher: ContentCipher
        public var transport: KeyTransport

        public init(
            certificate: Data, cipher: ContentCipher = .aes256GCM, transport: KeyTransport = .rsaOAEPMGF1P
        ) {
            self.certificate = certificate
            self.cipher = cipher
            self.transport = transport
        }
    }

    /// For an RSA certificate. `rsa-oaep-mgf1p` is what kits of Cl@ve 2.x read (Cl@ve dossier §11.2).
    public enum KeyTransport: String, Sendable, CaseIterable {
        case rsaOAEP = "rsa-oaep"
        case rsaOAEPMGF1P = "rsa-oaep-mgf1p"
    }

    /// ProviderName, left of `;`. Compared exactly.
    public var providerName: EntityID
    /// For the person, by language tag (`es`, `en`, …); at least one.
    public var displayName: [String: String]
    public var dialect: Dialect
    /// PEM or DER certificates, any of which may sign requests; at least one.
    public var certificates: [Data]
    /// Exact return addresses, and prefixes that end in `*`; at least one.
    public var returnAddresses: [String]
    /// Where the person is sent when nothing else can be said, an http(s) address.
    public var homePage: String?
    public var lowestLoA: LoA
    /// Canonical names that the service may receive.
    public var attributes: [AttributeName]
    public var persons: Set<PersonKind>
    public var acceptsRepresentation: Bool
    public var acceptsNonNotified: Bool
    public var sector: Sector
    /// `nil`: the assertion travels in clear inside the signed response, the normal case of Cl@ve 2.0.
    public var encryption: Encryption?
    public var signature: SignatureAlgorithm
    public var signsAssertion: Bool
    /// Whether an error answer carries an assertion, as engine 1.4.3 needs (Cl@ve dossier §11).
    public var assertionInErrors: Bool
    public var identifierForm: Requester.IdentifierForm
    /// Value of the SelectedIdP attribute (unconfirmed by the operator of Cl@ve, therefore a setting).
    public var selectedIdP: String
    public var enabled: Bool

    public init(
        providerName: EntityID, displayName: [String: String], dialect: Dialect = .clave2, certificates: [Data],
        returnAddresses: [String], homePage: String? = nil, lowestLoA: LoA, attributes: [AttributeName],
        persons: Set<PersonKind> = [.natural], acceptsRepresentation: Bool = false, acceptsNonNotified: Bool = false,
        sector: Sector = .public, encryption: Encryption? = nil, signature: SignatureAlgorithm = .rsaSHA512,
        signsAssertion: Bool = false, assertionInErrors: Bool = true,
        identifierForm: Requester.IdentifierForm = .verbatim,
        selectedIdP: String = "EIDAS", enabled: Bool = true
    ) {
        self.providerName = providerName
        self.displayName = displayName
        self.dialect = dialect
        self.certificates = certificates
        self.returnAddresses = returnAddresses
        self.homePage = homePage
        self.lowestLoA = lowestLoA
        self.attributes = attributes
        self.persons = persons
        self.acceptsRepresentation = acceptsRepresentation
        self.acceptsNonNotified = acceptsNonNotified
        self.sector = sector
        self.encryption = encryption
        self.signature = signature
        self.signsAssertion = signsAssertion
        self.assertionInErrors = assertionInErrors
        self.identifierForm = identifierForm
        self.selectedIdP = selectedIdP
        self.enabled = enabled
    }
}

/// One node of a member state, as `metadata/trust-list.yaml` names it.
public struct NodeEntry: Hashable, Sendable, Codable {
    public enum Source: Hashable, Sendable, Codable {
        case file(path: String)
        /// HTTPS only; `certificateAuthority` is a PEM file with the only anchors to trust, or `nil` for the public ones.
        case https(url: String, certificateAuthority: String?)
    }

    public var entityID: EntityID
    public var country: MemberState
    public var role: EntityDescriptor.Role
    public var source: Source
    /// PEM or DER: metadata signers, or anchors of their chains. Empty only with `allowsUnsignedMetadata`.
    public var pins: [Data]
    public var profile: PeerProfile
    /// Names by language tag, shown in the selector instead of the country's own name where given.
    public var displayName: [String: String]
    public var enabled: Bool
    /// The name of the service list that named this node; `nil` if the operator wrote it.
    public var list: String?
    /// Whether that list wants it left out of country selectors.
    public var isHidden: Bool

    public init(
        entityID: EntityID, country: MemberState, role: EntityDescriptor.Role, source: Source, pins: [Data],
        profile: PeerProfile = PeerProfile(), displayName: [String: String] = [:], enabled: Bool = true,
        list: String? = nil, isHidden: Bool = false
    ) {
        self.entityID = entityID
        self.country = country
        self.role = role
        self.source = source
        self.pins = pins
        self.profile = profile
        self.displayName = displayName
        self.enabled = enabled
        self.list = list
        self.isHidden = isHidden
    }
}

/// Where one peer differs from the specification (eIDAS dossier §8.3). The defaults are those of Message Format 1.4.
public struct PeerProfile: Hashable, Sendable, Codable {
    public enum NameIDFormat: String, Sendable, Codable, CaseIterable { case none, persistent, transient, unspecified }

    public var allowsUnsignedMetadata = false
    /// Seconds, 0 to 300.
    public var clockSkewSeconds = 60
    public var sendsRequesterID = Responder.RequesterIDRule.whenFlagged
    public var requestsNameID = NameIDFormat.unspecified
    /// Lets this peer encrypt with `rsa-oaep-mgf1p`, or MGF1 with SHA-1.
    public var allowsOldKeyTransport = false
    public var acceptsNonNotified = false
    public var requiresSubjectConfirmation = true

    public init() {}
}
