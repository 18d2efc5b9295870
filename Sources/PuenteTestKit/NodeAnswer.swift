// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML
public import XMLSecurity

/// A Response as a Proxy-Service abroad sends it, written without any code of ours that reads it. Change one field, and
/// exactly one thing is wrong.
public struct NodeAnswer: Sendable {
    public static let id = "_6b1f0c9d2e3a4b5c6d7e8f900112233445566778"
    public static let assertionID = "_0a1b2c3d4e5f60718293a4b5c6d7e8f901122334"

    /// Without signature and assertion.
    public var response: XMLNode
    public var assertion: XMLNode?
    public var recipe = SignatureRecipe(.country)
    /// `nil`: the assertion has no signature of its own.
    public var assertionRecipe: SignatureRecipe?
    public var isSigned = true
    /// Nobody: the assertion travels in clear.
    public var recipients: [Recipient]
    public var cipher = ContentCipher.aes256GCM
    public var relayState: String?
    /// Changes what stands where the assertion stands, before the Response is signed.
    public var editsContent: @Sendable (inout XMLNode) throws -> Void = { _ in }
    /// Changes the signed document as a tree.
    public var editsDocument: @Sendable (inout XMLNode) throws -> Void = { _ in }
    /// Changes the octets after signing.
    public var editsOctets: @Sendable ([UInt8]) throws -> [UInt8] = { $0 }

    /// - Parameters question, node: what was asked, and of whom.
    public init(
        _ person: TestPerson, to question: Exchange.Question, of node: EntityID = World.country, loa: String? = nil
    ) throws {
        response = Self.response(SAMLURI.success, nil, SAMLURI.success, question, node)
        assertion = Self.assertion(person, loa ?? "http://eidas.europa.eu/LoA/substantial", question, node)
        recipients = [try TestKey.connectorEncryption.recipient()]
        relayState = question.relayState
    }

    /// A failure, without assertion.
    public init(
        failure code: String, _ subcode: String?, message: String = "202007 - cancelled",
        to question: Exchange.Question,
        of node: EntityID = World.country
    ) throws {
        response = Self.response(code, subcode, message, question, node)
        recipients = [try TestKey.connectorEncryption.recipient()]
        relayState = question.relayState
    }

    private static func response(
        _ code: String, _ subcode: String?, _ message: String, _ question: Exchange.Question, _ node: EntityID
    ) -> XMLNode {
        let inner = subcode.map { XMLNode(Namespace.saml2p("StatusCode"), [("Value", $0)]) }
        return XMLNode(
            Namespace.saml2p("Response"),
            [
                ("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained"), ("Destination", World.answerAddress),
                ("ID", id), ("InResponseTo", question.id.rawValue), ("IssueInstant", World.instant), ("Version", "2.0"),
            ],
            [
                .issuer(node.rawValue),
                XMLNode(
                    Namespace.saml2p("Status"), [],
                    [
                        XMLNode(Namespace.saml2p("StatusCode"), [("Value", code)], [inner]),
                        XMLNode(Namespace.saml2p("StatusMessage"), text: message),
                    ]),
            ])
    }

    private static func assertion(
        _ person: TestPerson, _ loa: String, _ question: Exchange.Question, _ node: EntityID
    ) -> XMLNode {
        let confirmation = XMLNode(
            Namespace.saml2("SubjectConfirmationData"),
            [("InResponseTo", question.id.rawValue), ("NotOnOrAfter", World.later), ("Recipient", World.answerAddress)])
        let restriction = XMLNode(
            Namespace.saml2("AudienceRestriction"), [],
            [XMLNode(Namespace.saml2("Audience"), text: World.connector.rawValue)])
        let context = XMLNode(
            Namespace.saml2("AuthnContext"), [],
            [XMLNode(Namespace.saml2("AuthnContextClassRef"), text: loa), XMLNode(Namespace.saml2("AuthnContextDecl"))])
        return XMLNode(
            Namespace.saml2("Assertion"), [("ID", assertionID), ("IssueInstant", World.instant), ("Version", "2.0")],
            [
                .issuer(node.rawValue),
                XMLNode(
                    Namespace.saml2("Subject"), [],
                    [
                        XMLNode(
                            Namespace.saml2("NameID"), [("Format", SAMLURI.persistent)], text: "DE/ES/0123456789ABCDEF"),
                        XMLNode(
                            Namespace.saml2("SubjectConfirmation"),
                            [("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")],
                            [confirmation]),
                    ]),
                XMLNode(
                    Namespace.saml2("Conditions"), [("NotBefore", World.instant), ("NotOnOrAfter", World.later)],
                    [restriction]),
                XMLNode(Namespace.saml2("AuthnStatement"), [("AuthnInstant", World.instant)], [context]),
                person.statement,
            ])
    }

    /// Changes the assertion, which must be there.
    public mutating func editAssertion(_ change: (inout XMLNode) throws -> Void) throws {
        guard var assertion else { throw NothingToSpoil(name: "Assertion") }
        try change(&assertion)
        self.assertion = assertion
    }

    /// What stands where the assertion stands.
    public func content() throws -> XMLNode? {
        guard var assertion else { return nil }
        if let assertionRecipe { assertion = try assertionRecipe.sign(assertion, behind: 1) }
        var content = assertion
        if !recipients.isEmpty {
            content = XMLNode(
                Namespace.saml2("EncryptedAssertion"), [], [try assertion.encrypted(for: recipients, cipher: cipher)])
        }
        try editsContent(&content)
        return content
    }

    public func document() throws -> XMLNode {
        let content = try content()
        let whole = content.map { response.appending($0) } ?? response
        let place = whole.children.first?.name.local == "Issuer" ? 1 : 0
        var document = isSigned ? try recipe.sign(whole, behind: place) : whole
        try editsDocument(&document)
        return document
    }

    public func octets() throws -> [UInt8] { try editsOctets(try document().serialized()) }

    public func received() throws -> ReceivedMessage {
        try ReceivedMessage(post: Base64.encode(octets()), relayState: relayState, field: "SAMLResponse")
    }
}
