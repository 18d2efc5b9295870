// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import XMLSecurity

/// A message of SAML: a value read from its element.
public protocol Message: Hashable, Sendable {
    static var rootName: XMLName { get }
}

/// A message whose signature covers this very value; its sender, destination and time are right.
///
/// There is no other way to come by one than the checks of this module.
public struct Verified<M: Message>: Sendable {
    public let message: M
    /// The sender's certificate over whose key the signature was made.
    public let certificate: Certificate
    private let received: ReceivedMessage

    init(_ message: M, certificate: Certificate, from received: ReceivedMessage) {
        self.message = message
        self.certificate = certificate
        self.received = received
    }

    /// The same message read further.
    func map<N: Message>(_ message: N) -> Verified<N> { Verified<N>(message, certificate: certificate, from: received) }

    /// Whether it came in an address, and not in a form.
    public var isInAddress: Bool { received.isInAddress }

    /// SHA-512 over the octets of the message, for the audit trail.
    public var digest: [UInt8] { DigestAlgorithm.sha512.hash(received.octets) }
}

/// Well-formed XML within limits. Nothing about it is known to be true: all that it tells is named `claimed…`.
public struct ParsedMessage {
    public let received: ReceivedMessage
    let tree: XMLTree

    /// - Throws: ``Rejection`` with one of the `xml.…` rules.
    public init(_ received: ReceivedMessage, limits: XMLLimits = .message) throws(Rejection) {
        self.received = received
        tree = try translating { () throws(XMLFault) in try XMLTree(parsing: received.octets, limits: limits) }
    }

    /// The first check of every message.
    public init(_ received: ReceivedMessage, _ examination: Examination) throws(Rejection) {
        self = try examination.step(.xmlMalformed, "document") { () throws(Rejection) in try ParsedMessage(received) }
    }

    init(received: ReceivedMessage, tree: XMLTree) {
        self.received = received
        self.tree = tree
    }

    public func isOf<M: Message>(_ type: M.Type) -> Bool { tree.root.is(M.rootName) }

    public var claimedType: String { tree.root.local }
    public var claimedProviderName: String? { tree.root["ProviderName"] }
    public var claimedIssuer: EntityID? {
        tree.root.children(Namespace.saml2("Issuer")).first.map { EntityID($0.trimmedText) }
    }

    /// The request that a Response claims to answer.
    ///
    /// - Throws: ``Rule/messageType``, ``Rule/responseUnsolicited``.
    public func claimedQuestion() throws(Rejection) -> MessageID {
        try checkType(Response.self)
        guard let claimed = claimedInResponseTo else {
            throw Rejection(.responseUnsolicited, "Response/@InResponseTo", expected: "an identifier", found: "nothing")
        }
        return claimed
    }

    func checkType<M: Message>(_ type: M.Type) throws(Rejection) {
        guard isOf(type) else {
            throw Rejection(.messageType, tree.root.local, expected: M.rootName.local, found: tree.root.local)
        }
    }

    /// Signatures may stand in the root and in assertions right inside it, nowhere else: whatever a reader elsewhere might
    /// take for signed is not let in.
    func checkSignaturePlaces() throws(Rejection) {
        let root = tree.root
        for element in root.descendants(Namespace.ds("Signature")) {
            let parent = element.parent
            let isOfRoot = parent.map { $0 == root } ?? false
            let isOfAssertion =
                (parent?.is(Namespace.saml2("Assertion")) ?? false) && (parent?.parent.map { $0 == root } ?? false)
            guard isOfRoot || isOfAssertion else {
                throw Rejection(.signatureRepeated, element.path, expected: "no signature here")
            }
        }
    }

    /// Verifies who sent the root: by the signature inside, or by the one of the Redirect binding, but not both. Only about
    /// the former somebody else can be asked.
    func verifyRoot(
        trusting certificates: [Certificate], policy: SignaturePolicy, confirmedBy reader: (any SecondReader)?
    ) throws(Rejection) -> Certificate {
        try checkSignaturePlaces()
        guard let query = received.querySignature else {
            return try translating { () throws(XMLFault) in
                try tree.root.verifySignature(trusting: certificates, policy: policy, confirmedBy: reader).certificate
            }
        }
        guard tree.root.children(Namespace.ds("Signature")).isEmpty else {
            throw Rejection(
                .signatureRepeated, tree.root.path, expected: "no signature in the XML of the Redirect binding")
        }
        return try translating { () throws(XMLFault) in
            try verifyDetached(
                query.value, over: query.signed, algorithm: query.algorithm, trusting: certificates, policy: policy)
        }
    }
}
