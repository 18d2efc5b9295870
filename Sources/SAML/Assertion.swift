// SPDX-License-Identifier: EUPL-1.2
public import Federation
import XMLSecurity

/// What an Assertion says, as read. Trustworthy only inside a ``Verified``.
///
/// - Spec: SAML Core 2.0 §2.3.3; eIDAS SAML Message Format 1.4 §2.4.2.
public struct Assertion: Hashable, Sendable {
    public struct Confirmation: Hashable, Sendable {
        public var method: String
        public var inResponseTo: String?
        public var recipient: String?
        public var notBefore: String?
        public var notOnOrAfter: String?
        public var hasData: Bool
    }

    public struct Conditions: Hashable, Sendable {
        public var notBefore: String?
        public var notOnOrAfter: String?
        /// One list per AudienceRestriction; each must hold us.
        public var audiences: [[String]]
        /// How often OneTimeUse is said.
        public var oneTimeUses = 0
        public var proxyRestrictions: [ProxyRestriction] = []

        /// Whether whoever bears one of these names may be answered on the strength of the assertion.
        public func allowAnswers(to receiver: Set<String>) -> Bool {
            proxyRestrictions.allSatisfy { $0.audiences.isEmpty || !receiver.isDisjoint(with: $0.audiences) }
        }
    }

    /// For whom, and how many times over, new assertions may be made of this one.
    ///
    /// - Spec: SAML Core 2.0 §2.5.1.6.
    public struct ProxyRestriction: Hashable, Sendable {
        public var count: String?
        public var audiences: [String]
    }

    public struct AuthnStatement: Hashable, Sendable {
        public var authnInstant: String
        /// When the session at the responder ends.
        public var sessionNotOnOrAfter: String?
        public var classReferences: [String]
    }

    public struct Attribute: Hashable, Sendable {
        public var name: String
        public var nameFormat: String?
        public var friendlyName: String?
        public var values: [Value]
    }

    public struct Value: Hashable, Sendable {
        /// Trimmed.
        public var text: String
        /// What LatinScript says, qualified or not; true where nothing is said.
        public var isLatin: Bool
        /// Whether there is anything but text inside, or `xsi:nil`.
        public var isStructured: Bool
        /// The local name of an `xsi:type` of the eIDAS attribute profile, for whichever kind of person; `nil` for any other
        /// type, and none.
        public var profileType: String? = nil
    }

    public var id: MessageID
    public var version: String
    public var issueInstant: String
    public var issuer: Issuer
    public var nameID: String?
    public var nameIDFormat: String?
    public var hasSubject: Bool
    public var confirmations: [Confirmation]
    /// One element per Conditions; the schema allows one at most.
    public var conditions: Conditions?
    public var authnStatements: [AuthnStatement]
    public var attributeStatements: [[Attribute]]
    public var isSigned: Bool

    init(reading element: Element) throws(Rejection) {
        var reader = try Reader(element, attributes: ["ID", "Version", "IssueInstant"])
        id = MessageID(try element.requiredAttribute("ID"))
        version = try element.requiredAttribute("Version")
        issueInstant = try element.requiredAttribute("IssueInstant")
        issuer = try Issuer(reading: reader.required(Namespace.saml2("Issuer")))
        isSigned = reader.optional(Namespace.ds("Signature")) != nil
        let subject = try Subject(reader.optional(Namespace.saml2("Subject")))
        hasSubject = subject != nil
        nameID = subject?.nameID
        nameIDFormat = subject?.format
        confirmations = subject?.confirmations ?? []
        conditions = try reader.optional(Namespace.saml2("Conditions")).map(Self.conditions)
        authnStatements = []
        attributeStatements = []
        for statement in reader.all(Namespace.saml2("AuthnStatement"), Namespace.saml2("AttributeStatement")) {
            if statement.is(Namespace.saml2("AuthnStatement")) {
                authnStatements.append(try Self.authnStatement(statement))
            } else {
                attributeStatements.append(try Self.attributes(statement))
            }
        }
        // Advice and statements of other kinds have no place in this profile; nothing may hide in them.
        try reader.end()
    }

    private static func conditions(_ element: Element) throws(Rejection) -> Conditions {
        var reader = try Reader(element, attributes: ["NotBefore", "NotOnOrAfter"])
        var found = Conditions(notBefore: element["NotBefore"], notOnOrAfter: element["NotOnOrAfter"], audiences: [])
        for condition in reader.others() {
            if condition.is(Namespace.saml2("AudienceRestriction")) {
                found.audiences.append(try Self.audiences(condition, attributes: []))
            } else if condition.is(Namespace.saml2("OneTimeUse")) {
                try Reader(condition, attributes: []).end()
                found.oneTimeUses += 1
            } else if condition.is(Namespace.saml2("ProxyRestriction")) {
                found.proxyRestrictions.append(
                    ProxyRestriction(
                        count: condition["Count"], audiences: try Self.audiences(condition, attributes: ["Count"])))
            } else {
                // SAML Core 2.0 §2.5.1: a condition that is not understood leaves the assertion's validity undetermined.
                throw Rejection(.responseConditions, condition.path, expected: "a known condition")
            }
        }
        return found
    }

    private static func audiences(_ condition: Element, attributes: [String]) throws(Rejection) -> [String] {
        var reader = try Reader(condition, attributes: attributes)
        var names: [String] = []
        for audience in reader.all(Namespace.saml2("Audience")) { names.append(try audience.simpleText()) }
        try reader.end()
        return names
    }

    private static func authnStatement(_ element: Element) throws(Rejection) -> AuthnStatement {
        var reader = try Reader(element, attributes: ["AuthnInstant", "SessionIndex", "SessionNotOnOrAfter"])
        if let locality = reader.optional(Namespace.saml2("SubjectLocality")) {
            try Reader(locality, attributes: ["Address", "DNSName"]).end()
        }
        var context = try Reader(try reader.required(Namespace.saml2("AuthnContext")), attributes: [])
        var classes: [String] = []
        for reference in context.all(Namespace.saml2("AuthnContextClassRef")) {
            classes.append(try reference.simpleText())
        }
        // One or the other; neither says more to us than the class.
        if context.optional(Namespace.saml2("AuthnContextDecl")) == nil {
            _ = context.optional(Namespace.saml2("AuthnContextDeclRef"))
        }
        _ = context.all(Namespace.saml2("AuthenticatingAuthority"))
        try context.end()
        try reader.end()
        return AuthnStatement(
            authnInstant: try element.requiredAttribute("AuthnInstant"),
            sessionNotOnOrAfter: element["SessionNotOnOrAfter"], classReferences: classes)
    }

    /// `EncryptedAttribute` is refused here, as an unknown element (Message Format 1.4 §2.3.3).
    private static func attributes(_ element: Element) throws(Rejection) -> [Attribute] {
        var reader = try Reader(element, attributes: [])
        var found: [Attribute] = []
        for child in reader.all(Namespace.saml2("Attribute")) {
            var values = try Reader(child, attributes: ["Name", "NameFormat", "FriendlyName"], allowingOthers: true)
            found.append(
                Attribute(
                    name: try child.requiredAttribute("Name"), nameFormat: child["NameFormat"],
                    friendlyName: child["FriendlyName"],
                    values: values.all(Namespace.saml2("AttributeValue")).map(Value.init)))
            try values.end()
        }
        try reader.end()
        return found
    }
}

private struct Subject {
    var nameID: String?
    var format: String?
    var confirmations: [Assertion.Confirmation] = []

    init?(_ element: Element?) throws(Rejection) {
        guard let element else { return nil }
        var reader = try Reader(element, attributes: [])
        if let name = reader.optional(Namespace.saml2("NameID")) {
            _ = try Reader(text: name, attributes: ["Format", "NameQualifier", "SPNameQualifier", "SPProvidedID"])
            nameID = name.trimmedText
            format = name["Format"]
        }
        for confirmation in reader.all(Namespace.saml2("SubjectConfirmation")) {
            confirmations.append(try Self.confirmation(confirmation))
        }
        try reader.end()
    }

    private static func confirmation(_ element: Element) throws(Rejection) -> Assertion.Confirmation {
        var reader = try Reader(element, attributes: ["Method"])
        let data = reader.optional(Namespace.saml2("SubjectConfirmationData"))
        if let data {
            let known = ["NotBefore", "NotOnOrAfter", "Recipient", "InResponseTo", "Address"]
            _ = try Reader(data, attributes: known, allowingOthers: true)
        }
        try reader.end()
        return Assertion.Confirmation(
            method: try element.requiredAttribute("Method"), inResponseTo: data?["InResponseTo"],
            recipient: data?["Recipient"], notBefore: data?["NotBefore"], notOnOrAfter: data?["NotOnOrAfter"],
            hasData: data != nil)
    }
}

extension Assertion.Value {
    fileprivate init(_ element: Element) {
        text = element.trimmedText
        let isNil = element[Namespace.xsi("nil")].map { $0.boolean != false } ?? false
        isStructured = isNil || element.hasChildren
        // Commission nodes qualify LatinScript, Germany and Sweden do not (Attribute Profile 1.4 §2.4; dossier §2.7).
        let flag = element.attributeNames().first { name in
            name.local == "LatinScript"
                && (name.namespace?.uri.hasPrefix("http://eidas.europa.eu/attributes/") ?? true)
        }
        profileType = element[Namespace.xsi("type")].flatMap { element.profileType($0) }
        isLatin = flag.flatMap { element[$0] }.map { $0.boolean != false } ?? true
    }
}

extension Element {
    fileprivate func profileType(_ name: String) -> String? {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            .map { String($0).trimmingXMLSpace() }
        let namespace = namespace(ofPrefix: parts.count == 2 ? parts[0] : "")
        return namespace?.hasPrefix("http://eidas.europa.eu/attributes/") ?? false ? parts.last : nil
    }
}
