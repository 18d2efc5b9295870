// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import XMLSecurity

/// A message as somebody saved it, brought back to XML: for people who look into messages, never for the product's legs.
public struct Unwrapped: Sendable {
    /// What was undone, in this order: `form field SAMLResponse`, `Base64`, `DEFLATE`.
    public let steps: [String]
    public let octets: [UInt8]
    /// RelayState beside the message, where a form or a query was saved.
    public let relayState: String?

    /// - Throws: ``Rule/base64``, ``Rule/deflate`` if no XML comes out.
    public init(_ saved: [UInt8], limit: Int = 64 << 20) throws(Rejection) {
        var steps: [String] = []
        var text = String(decoding: saved, as: UTF8.self).trimmingXMLSpace()
        var relayState: String?
        if !text.hasPrefix("<"), let (field, value, state) = Self.field(in: text) {
            steps.append("form field \(field)")
            text = value
            relayState = state
        }
        self.relayState = relayState
        if text.hasPrefix("<") {
            self.steps = steps
            // As it was saved: an encoding trick must stay visible.
            octets = steps.isEmpty ? saved : Array(text.utf8)
            return
        }
        guard let decoded = Base64.decode(text), !decoded.isEmpty else {
            throw Rejection(.base64, "file", expected: "XML, Base64, or a form with SAMLRequest or SAMLResponse")
        }
        steps.append("Base64")
        if decoded.first == UInt8(ascii: "<") || decoded.starts(with: [0xEF, 0xBB, 0xBF]) {
            octets = decoded
        } else {
            guard let inflated = Deflate.inflate(decoded, limit: min(limit, 16 << 20)) else {
                throw Rejection(.deflate, "file")
            }
            steps.append("DEFLATE")
            octets = inflated
        }
        self.steps = steps
    }

    /// The message field of a saved form or query, such as `SAMLResponse=PHNhb…&RelayState=…`, or of a URL.
    private static func field(in text: String) -> (String, String, String?)? {
        let query = text.split(separator: "?", maxSplits: 1).last.map(String.init) ?? text
        let parameters = Query(query)
        for name in ["SAMLRequest", "SAMLResponse", "logoutRequest", "logoutResponse"] {
            if let value = try? parameters.value(name) {
                return (name, value, (try? parameters.value("RelayState")) ?? nil)
            }
        }
        return nil
    }
}

extension ParsedMessage {
    /// Reads octets that came from no browser.
    public init(unwrapped: Unwrapped, limits: XMLLimits = .message) throws(Rejection) {
        try self.init(ReceivedMessage(octets: unwrapped.octets, relayState: unwrapped.relayState), limits: limits)
    }

    /// Checks what needs neither keys nor peers of ours: the form, and whether the signature fits the certificate that it
    /// shows itself. Who that certificate belongs to is not asked.
    public func examineAlone(_ examination: Examination) throws(Rejection) {
        let root = tree.root.local
        try examination.step(.messageSchema, root) { () throws(Rejection) in try readAlone() }
        guard received.querySignature == nil else { return }
        try examination.step(.signatureValue, root + "/Signature") { () throws(Rejection) in
            let policy = SignaturePolicy(algorithms: Set(SignatureAlgorithm.allCases), minimumRSABits: 2048)
            _ = try verifyRoot(trusting: claimedCertificates, policy: policy)
        }
    }

    private func readAlone() throws(Rejection) {
        if isOf(AuthnRequest.self) { _ = try AuthnRequest(reading: tree.root) }
        if isOf(LogoutRequest.self) { _ = try LogoutRequest(reading: tree.root) }
        if isOf(Response.self) {
            _ = try Response(reading: tree.root, policy: EncryptionPolicy(allowsOldKeyTransport: true))
        }
        if claimedType == "EntityDescriptor" { _ = try EntityDescriptor(reading: tree.root) }
    }

    /// The same message with a RelayState beside it, unless it came with one.
    public func beside(relayState: String) -> ParsedMessage {
        ParsedMessage(
            received: ReceivedMessage(octets: received.octets, relayState: received.relayState ?? relayState),
            tree: tree)
    }

    public var claimedID: MessageID? { tree.root["ID"].map { MessageID($0) } }
    public var claimedInResponseTo: MessageID? { tree.root["InResponseTo"].map { MessageID($0) } }
    public var claimedDestination: String? { tree.root["Destination"] }
    public var claimedIssueInstant: String? { tree.root["IssueInstant"] }
    public var claimedEntityID: EntityID? { tree.root["entityID"].map { EntityID($0) } }
    public var rootNamespace: String? { tree.root.namespaceURI }

    /// Algorithms that the message names, by where they stand: facts to show, checked elsewhere.
    public var claimedAlgorithms: [(element: String, uri: String)] {
        tree.root.descendants.compactMap { element in element["Algorithm"].map { (element.local, $0) } }
    }

    /// Attributes that the message asks for or tells, by name, with their values.
    public var claimedAttributes: [(name: String, values: [String])] {
        tree.root.descendants.filter {
            $0.is(Namespace.saml2("Attribute")) || $0.is(Namespace.eidas("RequestedAttribute"))
        }.map { attribute in
            (
                attribute["FriendlyName"] ?? attribute["Name"] ?? "?",
                attribute.children.map(\.trimmedText).filter { !$0.isEmpty }
            )
        }
    }

    /// The certificates that the root's signature shows.
    public var claimedCertificates: [Certificate] {
        tree.root.children(Namespace.ds("Signature")).flatMap { $0.children(Namespace.ds("KeyInfo")) }
            .flatMap { $0.children(Namespace.ds("X509Data")) }.flatMap { $0.children(Namespace.ds("X509Certificate")) }
            // An unreadable one shows nothing.
            .compactMap { element in element.base64.flatMap { try? Certificate(der: $0) } }
    }
}
