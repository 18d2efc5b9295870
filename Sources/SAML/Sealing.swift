// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import XMLSecurity

/// A message that is complete but for its signatures.
public struct Draft: Sendable {
    /// The form field that carries the message.
    public enum Field: String, Hashable, Sendable {
        case request = "SAMLRequest"
        case response = "SAMLResponse"
        case logoutResponse
    }

    public var field: Field
    public var root: XMLNode
    /// To be put into the root, signed and encrypted as the seal says.
    public var assertion: XMLNode?
    /// Whether the assertion may travel in clear although the receiver registered encryption.
    public var namesNobody: Bool
    /// Namespaces that only values mention, and the signature covers all the same.
    public var inclusive: [Namespace]
    public var id: MessageID
    public var inResponseTo: MessageID?
    /// An address that the receiver has registered.
    public var destination: String
    public var relayState: String?

    public init(
        _ field: Field, root: XMLNode, assertion: XMLNode? = nil, namesNobody: Bool = false,
        inclusive: [Namespace] = [], id: MessageID, inResponseTo: MessageID? = nil, destination: String,
        relayState: String?
    ) {
        self.field = field
        self.root = root
        self.assertion = assertion
        self.namesNobody = namesNobody
        self.inclusive = inclusive
        self.id = id
        self.inResponseTo = inResponseTo
        self.destination = destination
        self.relayState = relayState
    }
}

/// How a message for one receiver is protected.
public struct Seal: Sendable {
    public var signer: Signer
    public var signsAssertion: Bool
    /// Nobody: the assertion travels in clear. Only for peers that registered it so.
    public var recipients: [Recipient]
    public var cipher: ContentCipher

    public init(
        signer: Signer, signsAssertion: Bool = false, recipients: [Recipient] = [], cipher: ContentCipher = .aes256GCM
    ) {
        self.signer = signer
        self.signsAssertion = signsAssertion
        self.recipients = recipients
        self.cipher = cipher
    }
}

/// A message that may leave: signed, and encrypted where the receiver registered it so.
public struct SealedMessage: Sendable {
    public let id: MessageID
    public let inResponseTo: MessageID?
    public let destination: String
    /// What the browser posts, in this order: the message in Base64 without line breaks, and RelayState if there is one.
    public let fields: [(name: String, value: String)]
    private let octets: [UInt8]

    /// Signs, encrypts, signs, in this order (eIDAS dossier §5.3).
    ///
    /// - Throws: ``Rule/messageTooLarge``, ``Rule/keyUnusable``, ``Rule/ownFailure``.
    public init(_ draft: Draft, _ seal: Seal, limit: Int = ReceivedMessage.defaultLimit) throws(Rejection) {
        let octets = try translating { () throws(XMLFault) in try Self.seal(draft, seal) }
        let encoded = Base64.encode(octets)
        guard encoded.utf8.count <= limit else {
            throw Rejection(
                .messageTooLarge, draft.root.name.local, expected: "at most \(limit)", found: "\(encoded.utf8.count)")
        }
        id = draft.id
        inResponseTo = draft.inResponseTo
        destination = draft.destination
        fields = [(draft.field.rawValue, encoded)] + (draft.relayState.map { [("RelayState", $0)] } ?? [])
        self.octets = octets
    }

    /// SHA-512 over the octets, for the audit trail.
    public var digest: [UInt8] { DigestAlgorithm.sha512.hash(octets) }

    private static func seal(_ draft: Draft, _ seal: Seal) throws(XMLFault) -> [UInt8] {
        var root = draft.root
        if var assertion = draft.assertion {
            if seal.signsAssertion {
                assertion = try assertion.signed(by: seal.signer, behind: assertion.signaturePlace)
            }
            root = root.appending(draft.namesNobody ? assertion : try protect(assertion, seal))
        }
        return try root.signed(by: seal.signer, behind: root.signaturePlace, inclusive: draft.inclusive).serialized()
    }

    private static func protect(_ assertion: XMLNode, _ seal: Seal) throws(XMLFault) -> XMLNode {
        guard !seal.recipients.isEmpty else { return assertion }
        return XMLNode(
            Namespace.saml2("EncryptedAssertion"), [],
            [try assertion.encrypted(for: seal.recipients, cipher: seal.cipher)])
    }
}

extension XMLNode {
    /// Behind the Issuer, or first where there is none (SAML Core 2.0 schema).
    fileprivate var signaturePlace: Int {
        if case .node(let first)? = content.first, first.name == Namespace.saml2("Issuer") { 1 } else { 0 }
    }

    /// `saml2:Issuer` with the entity format.
    public static func issuer(_ name: EntityID) -> XMLNode {
        XMLNode(Namespace.saml2("Issuer"), [("Format", SAMLURI.entity)], text: name.rawValue)
    }
}

extension MessageID {
    /// An underscore and 252 random bits in hexadecimal: 64 characters, as the kits of Cl@ve write them (dossier §11.1).
    public static func random() throws(Rejection) -> MessageID {
        MessageID("_" + (try translating { () throws(XMLFault) in try randomBytes(32) }).hexadecimal.dropLast())
    }
}
