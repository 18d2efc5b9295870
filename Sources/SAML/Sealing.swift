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

    /// What is told, and how secret it is.
    public struct Assertion: Sendable {
        public enum Secrecy: Sendable {
            /// Of a person, and never in clear.
            case secret
            /// Of a person; in clear where the receiver registered it so.
            case personal
            /// Of nobody, always in clear.
            case impersonal
        }

        public let node: XMLNode
        public let secrecy: Secrecy

        public init(_ node: XMLNode, _ secrecy: Secrecy) {
            self.node = node
            self.secrecy = secrecy
        }
    }

    public var field: Field
    public var root: XMLNode
    /// To be put into the root, signed and encrypted as the seal says.
    public var assertion: Assertion?
    /// Namespaces that only values mention, and the signature covers all the same.
    public var inclusive: [Namespace]
    public var id: MessageID
    /// An address that the receiver has registered.
    public var destination: String
    public var relayState: String?

    public init(
        _ field: Field, root: XMLNode, assertion: Assertion? = nil, inclusive: [Namespace] = [],
        id: MessageID, destination: String, relayState: String?
    ) {
        self.field = field
        self.root = root
        self.assertion = assertion
        self.inclusive = inclusive
        self.id = id
        self.destination = destination
        self.relayState = relayState
    }
}

/// How a message for one receiver is protected.
public struct Seal: Sendable {
    public var signer: Signer
    public var signsAssertion: Bool
    /// `nil`: for messages that tell of nobody.
    public var protection: Protection?

    /// How an assertion travels to somebody who may read it.
    public enum Protection: Sendable {
        /// For peers that registered it so.
        case inClear
        /// For the holders of these keys and nobody else.
        case encrypted(for: Recipient, and: [Recipient] = [], with: ContentCipher = .aes256GCM)

        fileprivate var isSecret: Bool { if case .encrypted = self { true } else { false } }
    }

    public init(signer: Signer, signsAssertion: Bool = false, protection: Protection? = nil) {
        self.signer = signer
        self.signsAssertion = signsAssertion
        self.protection = protection
    }
}

/// A message that may leave: signed, and encrypted where the receiver registered it so.
public struct SealedMessage: Sendable {
    public let id: MessageID
    public let destination: String
    /// What the browser posts, in this order: the message in Base64 without line breaks, and RelayState if there is one.
    public let fields: [(name: String, value: String)]
    private let octets: [UInt8]

    /// Signs, encrypts, signs, in this order (eIDAS dossier §5.3).
    ///
    /// - Throws: ``Rule/messageTooLarge``, ``Rule/keyUnusable``, ``Rule/ownFailure``; ``Rule/encryptionKeyMissing`` where
    ///   a person would be told of in clear, and the draft or the seal does not allow it.
    public init(_ draft: Draft, _ seal: Seal, limit: Int = ReceivedMessage.defaultLimit) throws(Rejection) {
        let assertion = try draft.assertion.map { assertion throws(Rejection) in
            (assertion.node, try seal.protection(of: assertion))
        }
        let octets = try translating { () throws(XMLFault) in try Self.seal(draft, with: assertion, seal) }
        let encoded = Base64.encode(octets)
        guard encoded.utf8.count <= limit else {
            throw Rejection(
                .messageTooLarge, draft.root.name.local, expected: "at most \(limit)", found: "\(encoded.utf8.count)")
        }
        id = draft.id
        destination = draft.destination
        fields = [(draft.field.rawValue, encoded)] + (draft.relayState.map { [("RelayState", $0)] } ?? [])
        self.octets = octets
    }

    /// SHA-512 over the octets, for the audit trail.
    public var digest: [UInt8] { DigestAlgorithm.sha512.hash(octets) }

    private static func seal(
        _ draft: Draft, with assertion: (XMLNode, Seal.Protection)?, _ seal: Seal
    ) throws(XMLFault) -> [UInt8] {
        var root = draft.root
        if let (node, protection) = assertion {
            let whole = seal.signsAssertion ? try node.signed(by: seal.signer, behind: node.signaturePlace) : node
            root = root.appending(try whole.protected(protection))
        }
        return try root.signed(by: seal.signer, behind: root.signaturePlace, inclusive: draft.inclusive).serialized()
    }
}

extension Seal {
    fileprivate func protection(of assertion: Draft.Assertion) throws(Rejection) -> Protection {
        if assertion.secrecy == .impersonal { return .inClear }
        guard let protection, protection.isSecret || assertion.secrecy == .personal else {
            throw Rejection(.encryptionKeyMissing, "EncryptedAssertion", expected: "a key of the receiver")
        }
        return protection
    }
}

extension XMLNode {
    fileprivate func protected(_ protection: Seal.Protection) throws(XMLFault) -> XMLNode {
        switch protection {
        case .inClear: return self
        case .encrypted(let first, let others, let cipher):
            return XMLNode(
                Namespace.saml2("EncryptedAssertion"), [], [try encrypted(for: [first] + others, cipher: cipher)])
        }
    }

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
