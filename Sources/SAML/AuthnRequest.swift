// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import XMLSecurity

/// What an AuthnRequest says, as read. Trustworthy only inside a ``Verified``.
///
/// - Spec: SAML Core 2.0 §3.4.1; eIDAS SAML Message Format 1.4 §2.4.1.
public struct AuthnRequest: Message {
    public struct Attribute: Hashable, Sendable {
        public var name: String
        public var nameFormat: String?
        public var friendlyName: String?
        public var isRequired: Bool?
        /// Texts of the AttributeValue elements, trimmed; usually none.
        public var values: [String]
    }

    public struct Context: Hashable, Sendable {
        /// `nil` where the attribute is missing, which SAML defines as `exact`.
        public var comparison: String?
        public var classes: [String]
    }

    public var id: MessageID
    public var version: String
    public var issueInstant: String
    public var destination: String?
    public var consent: String?
    public var providerName: String?
    public var assertionConsumerServiceURL: String?
    public var assertionConsumerServiceIndex: String?
    public var protocolBinding: String?
    public var forceAuthn: Bool?
    public var isPassive: Bool?
    public var issuer: Issuer?
    public var hasSubjectOrConditions: Bool
    /// `nil` if there is no Extensions element; otherwise the SPTypes in it, normally one or none.
    public var sectors: [String]?
    /// `nil` if there is no RequestedAttributes element.
    public var attributes: [Attribute]?
    /// `nil` if there is no NameIDPolicy; its Format may be missing all the same.
    public var nameIDPolicy: NameIDPolicy?
    public var context: Context?
    public var requesterIDs: [String]

    public struct NameIDPolicy: Hashable, Sendable {
        public var format: String?
    }

    public static let rootName = Namespace.saml2p("AuthnRequest")

    init(reading element: Element) throws(Rejection) {
        var reader = try Reader(
            element,
            attributes: [
                "ID", "Version", "IssueInstant", "Destination", "Consent", "ForceAuthn", "IsPassive",
                "AssertionConsumerServiceIndex", "AssertionConsumerServiceURL", "ProtocolBinding",
                "AttributeConsumingServiceIndex", "ProviderName",
            ])
        id = MessageID(try element.requiredAttribute("ID"))
        version = try element.requiredAttribute("Version")
        issueInstant = try element.requiredAttribute("IssueInstant")
        destination = element["Destination"]
        consent = element["Consent"]
        providerName = element["ProviderName"]
        assertionConsumerServiceURL = element["AssertionConsumerServiceURL"]
        assertionConsumerServiceIndex = element["AssertionConsumerServiceIndex"]?.trimmingXMLSpace()
        protocolBinding = element["ProtocolBinding"]
        forceAuthn = try element.boolean("ForceAuthn")
        isPassive = try element.boolean("IsPassive")

        issuer = try Issuer(optional: reader.optional(Namespace.saml2("Issuer")))
        _ = reader.optional(Namespace.ds("Signature"))
        let extensions = try Extensions(reader.optional(Namespace.saml2p("Extensions")))
        sectors = extensions?.sectors
        attributes = extensions?.attributes
        let subject = reader.optional(Namespace.saml2("Subject"))
        nameIDPolicy = try Self.nameIDPolicy(reader.optional(Namespace.saml2p("NameIDPolicy")))
        hasSubjectOrConditions = reader.optional(Namespace.saml2("Conditions")) != nil || subject != nil
        context = try Self.context(reader.optional(Namespace.saml2p("RequestedAuthnContext")))
        requesterIDs = try Self.requesterIDs(reader.optional(Namespace.saml2p("Scoping")))
        try reader.end()
    }

    private static func nameIDPolicy(_ element: Element?) throws(Rejection) -> NameIDPolicy? {
        guard let element else { return nil }
        try Reader(element, attributes: ["Format", "SPNameQualifier", "AllowCreate"]).end()
        return NameIDPolicy(format: element["Format"])
    }

    private static func context(_ element: Element?) throws(Rejection) -> Context? {
        guard let element else { return nil }
        var reader = try Reader(element, attributes: ["Comparison"])
        var classes: [String] = []
        for reference in reader.all(Namespace.saml2("AuthnContextClassRef")) {
            classes.append(try reference.simpleText())
        }
        try reader.end()
        return Context(comparison: element["Comparison"], classes: classes)
    }

    /// Only RequesterID means something to us; an IDPList is passed over (eIDAS dossier §1.2).
    private static func requesterIDs(_ element: Element?) throws(Rejection) -> [String] {
        guard let element else { return [] }
        var reader = try Reader(element, attributes: ["ProxyCount"])
        _ = reader.optional(Namespace.saml2p("IDPList"))
        var found: [String] = []
        for requester in reader.all(Namespace.saml2p("RequesterID")) { found.append(try requester.simpleText()) }
        try reader.end()
        return found
    }
}

/// `saml2:Issuer`: the text trimmed, and its Format.
public struct Issuer: Hashable, Sendable {
    public var name: EntityID
    public var format: String?

    init(reading element: Element) throws(Rejection) {
        _ = try Reader(text: element, attributes: ["Format", "NameQualifier", "SPNameQualifier", "SPProvidedID"])
        name = EntityID(try element.simpleText())
        format = element["Format"]
    }

    init?(optional element: Element?) throws(Rejection) {
        guard let element else { return nil }
        self = try Issuer(reading: element)
    }

    var hasEntityFormat: Bool { format == nil || format == SAMLURI.entity }
}

/// The eIDAS content of `saml2p:Extensions`. Elements of other namespaces are passed over (`IA §2.3.1`), but nothing of SAML
/// or XML Signature may hide here.
private struct Extensions {
    var sectors: [String] = []
    var attributes: [AuthnRequest.Attribute]?

    init?(_ element: Element?) throws(Rejection) {
        guard let element else { return nil }
        var reader = try Reader(element, attributes: [])
        for child in reader.others() {
            if child.is(Namespace.eidas("SPType")) {
                sectors.append(try child.simpleText())
            } else if child.is(Namespace.eidas("RequestedAttributes")) {
                guard attributes == nil else { throw Rejection(.messageSchema, child.path, expected: "once") }
                attributes = try Self.attributes(child)
            } else if child.descendants.contains(where: \.isOfSAML) {
                throw Rejection(.messageSchema, child.path, expected: "no element of SAML or XML Signature")
            }
        }
    }

    private static func attributes(_ element: Element) throws(Rejection) -> [AuthnRequest.Attribute] {
        var reader = try Reader(element, attributes: [])
        var found: [AuthnRequest.Attribute] = []
        for child in reader.all(Namespace.eidas("RequestedAttribute")) {
            var values = try Reader(
                child, attributes: ["Name", "NameFormat", "FriendlyName", "isRequired"], allowingOthers: true)
            found.append(
                AuthnRequest.Attribute(
                    name: try child.requiredAttribute("Name"), nameFormat: child["NameFormat"],
                    friendlyName: child["FriendlyName"], isRequired: try child.boolean("isRequired"),
                    values: values.all(Namespace.eidas("AttributeValue")).map(\.trimmedText)))
            try values.end()
        }
        try reader.end()
        return found
    }
}

extension Element {
    fileprivate var isOfSAML: Bool {
        [Namespace.saml2, .saml2p, .ds, .xenc].contains { $0.uri == namespaceURI }
    }
}

extension Reader {
    /// Reads an element that has text and no elements.
    init(text element: Element, attributes: [String]) throws(Rejection) {
        self.init(unread: element)
        try element.checkAttributes(attributes)
        try end()
    }
}
