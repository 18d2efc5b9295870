// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import XMLSecurity

/// What a Response says, as read. Trustworthy only inside a ``Verified``.
///
/// - Spec: SAML Core 2.0 §3.3.3; eIDAS SAML Message Format 1.4 §2.4.2.
public struct Response: Message {
    /// What stands where the assertion stands.
    public enum Content: Hashable, Sendable {
        case plain(Assertion)
        case encrypted(EncryptedElement)
    }

    public struct Status: Hashable, Sendable {
        public var code: String?
        /// The nested codes, outermost first.
        public var subcodes: [String]
        public var message: String?

        public var isSuccess: Bool { code == SAMLURI.success }
    }

    public var id: MessageID
    public var version: String
    public var issueInstant: String
    public var destination: String?
    public var consent: String?
    public var inResponseTo: MessageID?
    public var issuer: Issuer?
    public var status: Status
    /// None in a failure.
    public var contents: [Content]

    public static let rootName = Namespace.saml2p("Response")

    init(reading element: Element, policy: EncryptionPolicy) throws(Rejection) {
        var reader = try Reader(
            element, attributes: ["ID", "Version", "IssueInstant", "Destination", "Consent", "InResponseTo"])
        id = MessageID(try element.requiredAttribute("ID"))
        version = try element.requiredAttribute("Version")
        issueInstant = try element.requiredAttribute("IssueInstant")
        destination = element["Destination"]
        consent = element["Consent"]
        inResponseTo = element["InResponseTo"].map { MessageID($0) }
        issuer = try Issuer(optional: reader.optional(Namespace.saml2("Issuer")))
        _ = reader.optional(Namespace.ds("Signature"))
        if let extensions = reader.optional(Namespace.saml2p("Extensions")) { try Self.pass(over: extensions) }
        status = try Self.status(reader.required(Namespace.saml2p("Status")))
        contents = []
        let children = reader.all(Namespace.saml2("Assertion"), Namespace.saml2("EncryptedAssertion"))
        // What a failure may carry is not looked at (dossier §2.3).
        if status.isSuccess { for child in children { contents.append(try Self.content(child, policy)) } }
        try reader.end()
    }

    /// Nothing of Extensions means anything to us, but they are signed and every peer may send some (SAML Core 2.0 §3.2.2).
    /// Nothing may hide in them that somebody could take for what is signed: no assertion, no signature, no identifier.
    private static func pass(over extensions: Element) throws(Rejection) {
        var reader = try Reader(extensions, attributes: [])
        let children = reader.others()
        guard !children.isEmpty, children.allSatisfy({ $0.namespaceURI != Namespace.saml2p.uri }) else {
            throw Rejection(.messageSchema, extensions.path, expected: "elements of other namespaces")
        }
        for element in extensions.descendants {
            let isHarmless =
                !["Assertion", "EncryptedAssertion", "Signature"].contains(element.local)
                && !element.attributeNames().contains { $0.local.lowercased() == "id" }
            guard isHarmless else {
                throw Rejection(.messageSchema, element.path, expected: "no assertion, signature or identifier here")
            }
        }
    }

    private static func content(_ element: Element, _ policy: EncryptionPolicy) throws(Rejection) -> Content {
        if element.is(Namespace.saml2("Assertion")) { return .plain(try Assertion(reading: element)) }
        try element.checkAttributes([])
        return .encrypted(try translating { () throws(XMLFault) in try EncryptedElement(in: element, policy: policy) })
    }

    private static func status(_ element: Element) throws(Rejection) -> Status {
        var reader = try Reader(element, attributes: [])
        var found = Status(code: nil, subcodes: [], message: nil)
        var next = reader.optional(Namespace.saml2p("StatusCode"))
        while let code = next {
            var inner = try Reader(code, attributes: ["Value"])
            let value = try code.requiredAttribute("Value").trimmingXMLSpace()
            if found.code == nil { found.code = value } else { found.subcodes.append(value) }
            next = inner.optional(Namespace.saml2p("StatusCode"))
            try inner.end()
        }
        found.message = reader.optional(Namespace.saml2p("StatusMessage")).map { String($0.trimmedText.prefix(300)) }
        _ = reader.optional(Namespace.saml2p("StatusDetail"))
        try reader.end()
        return found
    }
}
