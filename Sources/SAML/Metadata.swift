// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// What an EntityDescriptor says about one entity, as read. Trustworthy only inside a ``VerifiedEntity``.
///
/// Read leniently, as the field demands: unknown extensions, undeclared prefixes in `xsi:type` and unreadable certificates
/// lose nothing but themselves (eIDAS dossier §0.2 fact 21).
public struct EntityDescriptor: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
        case proxyService = "proxy-service"
        case connector
    }

    public struct Endpoint: Hashable, Sendable {
        public var binding: String
        public var location: String
        public var index: Int?
        public var isDefault: Bool
    }

    /// One role of the entity.
    public struct Descriptor: Hashable, Sendable {
        public var nodeCountry: String?
        public var signingCertificates: [Certificate]
        public var encryptionKeys: [EncryptionKey]
        /// SingleSignOnService of a Proxy-Service, AssertionConsumerService of a Connector.
        public var endpoints: [Endpoint]
        public var nameIDFormats: [String]
        /// Names of the attributes that a Proxy-Service can give; empty if it publishes none.
        public var attributes: [String]
        /// `WantAuthnRequestsSigned` or `AuthnRequestsSigned`.
        public var signsRequests: Bool
        /// Certificates that could not be read.
        public var unreadableCertificates: Int
    }

    public struct EncryptionKey: Hashable, Sendable {
        public var certificate: Certificate
        /// URIs of EncryptionMethod; empty if the entity says nothing.
        public var methods: [String]
    }

    public var entityID: EntityID
    public var validUntil: Date?
    public var protocolVersions: [String]
    public var levelsOfAssurance: [String]
    public var needsRequesterID: Bool
    public var isHiddenFromDiscovery: Bool
    public var sector: Sector?
    public var organizationName: String?
    public var proxyService: Descriptor?
    public var connector: Descriptor?

    public subscript(role: Role) -> Descriptor? {
        switch role {
        case .proxyService: proxyService
        case .connector: connector
        }
    }

    init(reading element: Element) throws(Rejection) {
        guard let name = element.claimedEntityID, !name.rawValue.isEmpty,
            name.rawValue.trimmingXMLSpace() == name.rawValue
        else { throw Rejection(.metadataEntity, element.path + "/@entityID", expected: "an entity ID") }
        entityID = name
        validUntil = try Self.validUntil(of: element)
        let extensions = element.only(Namespace.md("Extensions"))
        let attributes = extensions?.only(Namespace.mdattr("EntityAttributes"))
        protocolVersions = attributes.values(of: SAMLURI.protocolVersion)
        levelsOfAssurance = attributes.values(of: SAMLURI.assuranceCertification)
        let categories = attributes.values(of: SAMLURI.entityCategory)
        needsRequesterID = categories.contains(SAMLURI.requesterIDNeeded)
        isHiddenFromDiscovery = categories.contains(SAMLURI.hideFromDiscovery)
        sector = extensions?.only(Namespace.eidas("SPType")).flatMap { Sector(rawValue: $0.trimmedText) }
        organizationName =
            element.only(Namespace.md("Organization"))?
            .children(Namespace.md("OrganizationDisplayName")).first?.trimmedText
        proxyService = try element.role(.proxyService, endpoints: "SingleSignOnService")
        connector = try element.role(.connector, endpoints: "AssertionConsumerService")
    }

    /// The nearest end of this element and those around it (SAML Metadata 2.0 §2.3.1).
    private static func validUntil(of element: Element) throws(Rejection) -> Date? {
        var nearest: Date?
        var next: Element? = element
        while let current = next {
            if let text = current["validUntil"] {
                guard let end = Instant.read(text.trimmingXMLSpace()) else {
                    throw Rejection(
                        .metadataExpiry, current.path + "/@validUntil", expected: "an instant in UTC", found: text)
                }
                nearest = min(nearest ?? end, end)
            }
            next = current.parent
        }
        return nearest
    }
}

extension Element? {
    /// The values of one entity attribute.
    fileprivate func values(of name: String) -> [String] {
        guard let self else { return [] }
        return self.children(Namespace.saml2("Attribute")).filter { $0["Name"] == name }
            .flatMap { $0.children(Namespace.saml2("AttributeValue")) }.map(\.trimmedText)
    }
}

extension Element {
    /// The descriptors of a role that speak SAML 2.0.
    func descriptors(_ role: EntityDescriptor.Role) -> [Element] {
        children(Namespace.md(role.element)).filter { role in
            (role["protocolSupportEnumeration"] ?? "").split(whereSeparator: \.isWhitespace).contains {
                $0 == SAMLURI.protocolSupport
            }
        }
    }

    /// The country of the node that a descriptor describes, as it is written.
    var nodeCountry: String? {
        only(Namespace.md("Extensions"))?.only(Namespace.eidas("NodeCountry"))?.trimmedText
    }

    fileprivate func role(
        _ kind: EntityDescriptor.Role, endpoints: String
    ) throws(Rejection) -> EntityDescriptor.Descriptor? {
        let candidates = descriptors(kind)
        guard let role = candidates.first else { return nil }
        guard candidates.count == 1 else {
            throw Rejection(.metadataContent, path, expected: "one \(kind.element)", found: "\(candidates.count)")
        }
        let keys = role.children(Namespace.md("KeyDescriptor")).map { ($0["use"], $0, $0.keyCertificates) }
        return EntityDescriptor.Descriptor(
            nodeCountry: role.nodeCountry,
            signingCertificates: keys.filter { use, _, _ in use ?? "signing" == "signing" }.flatMap { $2.readable },
            encryptionKeys: keys.filter { use, _, _ in use ?? "encryption" == "encryption" }.flatMap { _, key, shown in
                let methods = key.children(Namespace.md("EncryptionMethod")).compactMap { $0["Algorithm"] }
                return shown.readable.map { EntityDescriptor.EncryptionKey(certificate: $0, methods: methods) }
            },
            endpoints: role.children(Namespace.md(endpoints)).compactMap(\.endpoint),
            nameIDFormats: role.children(Namespace.md("NameIDFormat")).map(\.trimmedText),
            attributes: role.children(Namespace.saml2("Attribute")).compactMap { $0["Name"]?.trimmingXMLSpace() },
            signsRequests: ["WantAuthnRequestsSigned", "AuthnRequestsSigned"].contains {
                role[XMLName(unqualified: $0)]?.boolean == true
            },
            unreadableCertificates: keys.reduce(0) { $0 + $1.2.unreadable })
    }

    /// To be asked once: nothing else that is read costs as much.
    private var keyCertificates: (readable: [Certificate], unreadable: Int) {
        let shown = children(Namespace.ds("KeyInfo")).flatMap { $0.children(Namespace.ds("X509Data")) }
            .flatMap { $0.children(Namespace.ds("X509Certificate")) }
        // A certificate that nobody can read is no key; the others of the entity still serve.
        let readable = shown.compactMap { element in element.base64.flatMap { try? Certificate(der: $0) } }
        return (readable, shown.count - readable.count)
    }

    private var endpoint: EntityDescriptor.Endpoint? {
        guard let binding = self["Binding"]?.trimmingXMLSpace(), let location = self["Location"]?.trimmingXMLSpace()
        else { return nil }
        return EntityDescriptor.Endpoint(
            binding: binding, location: location, index: self["index"].flatMap { Int($0.trimmingXMLSpace()) },
            isDefault: self["isDefault"]?.boolean == true)
    }
}
