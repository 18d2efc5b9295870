// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// What our Proxy-Service publishes for the Connectors of other states.
public struct ProxyServiceMetadata: PublishedMetadata {
    /// One attribute that an answer can have.
    public struct Attribute: Hashable, Sendable {
        public var uri: String
        public var friendlyName: String

        public init(uri: String, friendlyName: String) {
            self.uri = uri
            self.friendlyName = friendlyName
        }
    }

    public var entityID: EntityID
    public var country: MemberState
    /// Served by POST and by Redirect.
    public var singleSignOnService: String
    /// URIs of every level that an answer can have: peers look for the very one.
    public var levels: [String]
    public var attributes: [Attribute]
    public var needsRequesterID: Bool
    public var signing: [Certificate]
    public var details: OperatorDetails
    public var applicationIdentifier: String

    public init(
        entityID: EntityID, country: MemberState, singleSignOnService: String, levels: [String],
        attributes: [Attribute], needsRequesterID: Bool, signing: [Certificate], details: OperatorDetails,
        applicationIdentifier: String
    ) {
        self.entityID = entityID
        self.country = country
        self.singleSignOnService = singleSignOnService
        self.levels = levels
        self.attributes = attributes
        self.needsRequesterID = needsRequesterID
        self.signing = signing
        self.details = details
        self.applicationIdentifier = applicationIdentifier
    }

    /// The document, unsigned.
    ///
    /// - Spec: eIDAS SAML Message Format 1.4 §2.1.1; eIDAS dossier §4.3.
    public func document(id: MessageID, validUntil: Date) -> XMLNode {
        .entityDescriptor(entityID, id: id, validUntil: validUntil, [extensions, role] + details.nodes)
    }

    private var extensions: XMLNode {
        let category: XMLNode? =
            needsRequesterID ? .entityAttribute(SAMLURI.entityCategory, [SAMLURI.requesterIDNeeded]) : nil
        let attributes = XMLNode(
            Namespace.mdattr("EntityAttributes"), [],
            [
                .entityAttribute(SAMLURI.protocolVersion, ConnectorMetadata.protocolVersions),
                .entityAttribute(SAMLURI.applicationIdentifier, [applicationIdentifier]),
                .entityAttribute(SAMLURI.assuranceCertification, levels),
                category,
            ])
        return XMLNode(Namespace.md("Extensions"), [], [attributes] + XMLNode.algorithmSupport)
    }

    private var role: XMLNode {
        let services = [SAMLURI.post, SAMLURI.redirect].map { binding in
            XMLNode(
                Namespace.md("SingleSignOnService"), [("Binding", binding), ("Location", singleSignOnService)])
        }
        let attributes = attributes.map { attribute in
            XMLNode(
                Namespace.saml2("Attribute"),
                [
                    ("FriendlyName", attribute.friendlyName), ("Name", attribute.uri),
                    ("NameFormat", SAMLURI.nameFormatURI),
                ])
        }
        return XMLNode(
            Namespace.md("IDPSSODescriptor"),
            [("WantAuthnRequestsSigned", "true"), ("protocolSupportEnumeration", SAMLURI.protocolSupport)],
            [.nodeCountry(country)] + signing.map { .keyDescriptor("signing", $0) } + XMLNode.nameIDFormats + services
                + attributes)
    }
}
