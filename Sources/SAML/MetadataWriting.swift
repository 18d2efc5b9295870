// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// Who runs this node, as metadata tells it (eIDAS dossier §4.2).
public struct OperatorDetails: Hashable, Sendable {
    public struct Contact: Hashable, Sendable {
        public var company: String
        public var givenName: String?
        public var surname: String?
        public var email: String
        public var telephone: String?

        public init(
            company: String, givenName: String? = nil, surname: String? = nil, email: String, telephone: String? = nil
        ) {
            self.company = company
            self.givenName = givenName
            self.surname = surname
            self.email = email
            self.telephone = telephone
        }
    }

    public var name: String
    public var displayName: String
    public var url: String
    public var support: Contact
    public var technical: Contact

    public init(name: String, displayName: String, url: String, support: Contact, technical: Contact) {
        self.name = name
        self.displayName = displayName
        self.url = url
        self.support = support
        self.technical = technical
    }
}

/// What our Connector publishes for the other states.
public struct ConnectorMetadata: PublishedMetadata {
    public var entityID: EntityID
    public var country: MemberState
    public var assertionConsumerService: String
    /// In metadata, or `nil` when each request says it (Message Format 1.4 §4.1: never both).
    public var sector: Sector?
    public var signing: [Certificate]
    public var encryption: [Certificate]
    public var details: OperatorDetails
    public var applicationIdentifier: String

    /// Every version whose rules we follow, newest first; peers compare them as exact strings (eIDAS dossier §8.2).
    public static let protocolVersions = ["1.4.1", "1.4", "1.3", "1.2"]

    public init(
        entityID: EntityID, country: MemberState, assertionConsumerService: String, sector: Sector?,
        signing: [Certificate], encryption: [Certificate], details: OperatorDetails, applicationIdentifier: String
    ) {
        self.entityID = entityID
        self.country = country
        self.assertionConsumerService = assertionConsumerService
        self.sector = sector
        self.signing = signing
        self.encryption = encryption
        self.details = details
        self.applicationIdentifier = applicationIdentifier
    }

    /// The document, unsigned.
    ///
    /// - Spec: eIDAS SAML Message Format 1.4 §2.1.1; eIDAS dossier §4.2.
    public func document(id: MessageID, validUntil: Date) -> XMLNode {
        .entityDescriptor(entityID, id: id, validUntil: validUntil, [extensions, role] + details.nodes)
    }

    private var extensions: XMLNode {
        let attributes = XMLNode(
            Namespace.mdattr("EntityAttributes"), [],
            [
                .entityAttribute(SAMLURI.protocolVersion, Self.protocolVersions),
                .entityAttribute(SAMLURI.applicationIdentifier, [applicationIdentifier]),
            ])
        let type = sector.map { XMLNode(Namespace.eidas("SPType"), text: $0.rawValue) }
        return XMLNode(Namespace.md("Extensions"), [], [attributes, type] + XMLNode.algorithmSupport)
    }

    private var role: XMLNode {
        let service = XMLNode(
            Namespace.md("AssertionConsumerService"),
            [("Binding", SAMLURI.post), ("Location", assertionConsumerService), ("index", "0"), ("isDefault", "true")])
        return XMLNode(
            Namespace.md("SPSSODescriptor"),
            [
                ("AuthnRequestsSigned", "true"), ("WantAssertionsSigned", "false"),
                ("protocolSupportEnumeration", SAMLURI.protocolSupport),
            ],
            [.nodeCountry(country)] + signing.map { .keyDescriptor("signing", $0) }
                + encryption.map { .keyDescriptor("encryption", $0) }
                + XMLNode.nameIDFormats + [service])
    }
}

extension OperatorDetails {
    var nodes: [XMLNode] {
        let language: [(XMLName, String?)] = [(Namespace.xml("lang"), "en")]
        let organization = XMLNode(
            Namespace.md("Organization"), [],
            [
                XMLNode(Namespace.md("OrganizationName"), language, text: name),
                XMLNode(Namespace.md("OrganizationDisplayName"), language, text: displayName),
                XMLNode(Namespace.md("OrganizationURL"), language, text: url),
            ])
        return [organization, contact("support", support), contact("technical", technical)]
    }

    private func contact(_ type: String, _ contact: Contact) -> XMLNode {
        XMLNode(
            Namespace.md("ContactPerson"), [("contactType", type)],
            [
                XMLNode(Namespace.md("Company"), text: contact.company),
                contact.givenName.map { XMLNode(Namespace.md("GivenName"), text: $0) },
                contact.surname.map { XMLNode(Namespace.md("SurName"), text: $0) },
                XMLNode(Namespace.md("EmailAddress"), text: "mailto:" + contact.email),
                contact.telephone.map { XMLNode(Namespace.md("TelephoneNumber"), text: $0) },
            ])
    }
}

/// What one of our roles publishes for the other states.
public protocol PublishedMetadata: Sendable {
    /// The document, unsigned.
    func document(id: MessageID, validUntil: Date) -> XMLNode
}

extension PublishedMetadata {
    /// The signed document as it is published.
    public func sealed(id: MessageID, validUntil: Date, by signer: Signer) throws(Rejection) -> [UInt8] {
        let document = document(id: id, validUntil: validUntil)
        return try translating { () throws(XMLFault) in
            Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
                + (try document.signed(by: signer, behind: 0).serialized())
        }
    }
}

extension XMLNode {
    /// The digests and signatures that we know (SAML Metadata Profile for Algorithm Support 1.0).
    static var algorithmSupport: [XMLNode] {
        let digests = DigestAlgorithm.allCases.map { XMLNode(Namespace.alg("DigestMethod"), [("Algorithm", $0.uri)]) }
        let signatures = SignatureAlgorithm.allCases.filter { $0.scheme != .pkcs1 }.map { algorithm in
            XMLNode(
                Namespace.alg("SigningMethod"),
                [("Algorithm", algorithm.uri), ("MinKeySize", algorithm.scheme == .pss ? "3072" : "256")])
        }
        return digests + signatures
    }

    static func entityDescriptor(
        _ entityID: EntityID, id: MessageID, validUntil: Date, _ content: [XMLNode]
    ) -> XMLNode {
        XMLNode(
            Namespace.md("EntityDescriptor"),
            [("ID", id.rawValue), ("entityID", entityID.rawValue), ("validUntil", Instant.write(validUntil))],
            mentioning: [.xs], content)
    }

    static func nodeCountry(_ country: MemberState) -> XMLNode {
        XMLNode(Namespace.md("Extensions"), [], [XMLNode(Namespace.eidas("NodeCountry"), text: country.rawValue)])
    }

    static var nameIDFormats: [XMLNode] {
        [SAMLURI.persistent, SAMLURI.transient, SAMLURI.unspecified].map {
            XMLNode(Namespace.md("NameIDFormat"), text: $0)
        }
    }

    static func entityAttribute(_ name: String, _ values: [String]) -> XMLNode {
        XMLNode(
            Namespace.saml2("Attribute"), [("Name", name), ("NameFormat", SAMLURI.nameFormatURI)],
            values.map {
                XMLNode(
                    Namespace.saml2("AttributeValue"), [(Namespace.xsi("type"), "xs:string")], mentioning: [.xs],
                    text: $0)
            })
    }

    static func keyDescriptor(_ use: String, _ certificate: Certificate) -> XMLNode {
        let methods = use == "encryption" ? encryptionMethods(for: certificate) : []
        return XMLNode(Namespace.md("KeyDescriptor"), [("use", use)], [.keyInfo(certificate)] + methods)
    }

    /// What we accept for this key: content ciphers first, then how the key travels (eIDAS dossier §4.2).
    private static func encryptionMethods(for certificate: Certificate) -> [XMLNode] {
        let ciphers = [ContentCipher.aes256GCM, .aes192GCM, .aes128GCM].map { method($0.uri) }
        guard case .rsa = certificate.publicKey.kind else {
            return ciphers + [method(AlgorithmURI.ecdhES)]
                + [KeyWrap.aes256, .aes128].map { method($0.rawValue) }
        }
        let transports = [OAEPHash.sha256, .sha384, .sha512].map { hash in
            method(
                AlgorithmURI.rsaOAEP,
                [
                    XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", hash.digestURI)]),
                    XMLNode(Namespace.xenc11("MGF"), [("Algorithm", hash.mgfURI)]),
                ])
        }
        return ciphers + transports
    }

    private static func method(_ uri: String, _ children: [XMLNode] = []) -> XMLNode {
        XMLNode(Namespace.md("EncryptionMethod"), [("Algorithm", uri)], children)
    }
}
