// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// A message as somebody saved it, brought back to XML: for people who look into messages, never for the product's legs.
public struct Unwrapped: Sendable {
    /// What was undone, in this order: `field SAMLResponse of a form or address`, `Base64`, `DEFLATE`.
    public let steps: [String]
    /// With what stood beside the message: RelayState, and the signature of the Redirect binding.
    let received: ReceivedMessage
    /// What is wrong with the form or query around the message.
    public let fault: Rejection?

    public var octets: [UInt8] { received.octets }

    /// Reads XML, Base64, Base64 of DEFLATE, an address or a query, the body of a form, a saved page with a form, or an HTTP
    /// request with one of these.
    ///
    /// - Throws: ``Rule/base64``, ``Rule/deflate`` if no XML comes out.
    public init(_ saved: [UInt8], limit: Int = 64 << 20) throws(Rejection) {
        let text = String(decoding: saved, as: UTF8.self).trimmingXMLSpace()
        let form = SavedForm(text)
        fault = form?.fault
        if let form {
            let step = "field \(form.field) of a form or address"
            if let query = form.signedQuery {
                received = try ReceivedMessage(redirect: query, limit: min(limit, 16 << 20), field: form.field)
                steps = [step, "Base64", "DEFLATE"]
            } else {
                let (octets, undone) = try Self.decode(form.value, saved, limit)
                received = ReceivedMessage(octets: octets, relayState: form.relayState)
                steps = [step] + undone
            }
        } else if text.hasPrefix("<") || text.hasPrefix("\u{FEFF}") {
            // As it was saved: an encoding trick must stay visible.
            received = ReceivedMessage(octets: saved, relayState: nil)
            steps = []
        } else {
            let (octets, undone) = try Self.decode(text, saved, limit)
            received = ReceivedMessage(octets: octets, relayState: nil)
            steps = undone
        }
    }

    private static func decode(
        _ text: String, _ saved: [UInt8], _ limit: Int
    ) throws(Rejection) -> ([UInt8], [String]) {
        if text.hasPrefix("<") { return (Array(text.utf8), []) }
        guard let decoded = Base64.decode(text) ?? copied(text), !decoded.isEmpty else {
            throw Rejection(
                .base64, "file", expected: "XML, Base64, or a form with SAMLRequest or SAMLResponse",
                found: nature(of: saved))
        }
        if decoded.first == UInt8(ascii: "<") || decoded.starts(with: [0xEF, 0xBB, 0xBF]) {
            return (decoded, ["Base64"])
        }
        guard let inflated = Deflate.inflate(decoded, limit: min(limit, 16 << 20)) else {
            throw Rejection(.deflate, "file", expected: "XML or DEFLATE inside Base64", found: "neither")
        }
        return (inflated, ["Base64", "DEFLATE"])
    }

    /// What people save by mistake, in their words.
    private static func nature(of saved: [UInt8]) -> String {
        if saved.allSatisfy({ " \t\r\n".utf8.contains($0) }) { return "nothing" }
        if saved.starts(with: [0x1F, 0x8B]) { return "a file compressed by gzip" }
        if saved.starts(with: [0xFF, 0xFE]) || saved.starts(with: [0xFE, 0xFF]) {
            return "text in UTF-16: save it as UTF-8"
        }
        return saved.contains(0) || String(validating: saved, as: UTF8.self) == nil ? "no text" : "other text"
    }

    /// Base64 as it looks when it was copied out of an address: with escapes, or with a blank for every plus.
    private static func copied(_ text: String) -> [UInt8]? {
        guard text.contains(where: { "% ".contains($0) }) else { return nil }
        let unescaped = PercentEncoding.decode(text.replacing("+", with: "%2B")[...]) ?? text
        return Base64.decode(unescaped) ?? Base64.decode(unescaped.replacing(" ", with: "+"))
    }
}

/// The message field of something that was saved beside a browser.
private struct SavedForm {
    let field: String
    let value: String
    let relayState: String?
    /// The whole query, if the Redirect binding's signature is in it.
    let signedQuery: String?
    /// What the node would refuse in it: a field twice, a RelayState that is too long or no line of text.
    let fault: Rejection?

    static let fields = ["SAMLRequest", "SAMLResponse", "logoutRequest", "logoutResponse"]

    init?(_ text: String) {
        guard let form = text.hasPrefix("<") ? SavedForm(page: text) : SavedForm(query: text) else { return nil }
        self = form
    }

    /// `SAMLResponse=PHNhb…&RelayState=…`, with whatever stands before and behind it in an address or an HTTP request.
    private init?(query text: String) {
        guard
            let start = Self.fields.lazy.compactMap({ field in
                text.ranges(of: field + "=").first { $0.lowerBound == text.startIndex || Self.ends(text, $0) }?
                    .lowerBound
            }).min()
        else { return nil }
        let before = text[..<start].lastIndex { $0 == "?" || $0.isWhitespace }.map { text.index(after: $0) }
        let query = String(text[(before ?? text.startIndex)...].prefix { $0 != " " && $0 != "#" })
        let parameters = Query(query)
        var fault: Rejection?
        func parameter(_ name: String) -> String? {
            do throws(Rejection) { return try parameters.value(name) } catch {
                fault = fault ?? error
                return parameters.first(name)
            }
        }
        guard let field = Self.fields.first(where: { parameter($0) != nil }), let message = parameter(field)
        else { return nil }
        self.field = field
        value = message
        relayState = parameter("RelayState")
        signedQuery = parameter("SigAlg") != nil && parameter("Signature") != nil ? query : nil
        self.fault = fault ?? Self.fault(in: relayState)
    }

    private static func fault(in relayState: String?) -> Rejection? {
        do throws(Rejection) { _ = try ReceivedMessage.check(relayState: relayState) } catch { return error }
        return nil
    }

    private static func ends(_ text: String, _ range: Range<String.Index>) -> Bool {
        let before = text[text.index(before: range.lowerBound)]
        return "?&".contains(before) || before.isWhitespace
    }

    /// The hidden fields of a page that posts itself.
    private init?(page text: String) {
        let head = text.prefix(2000).lowercased()
        guard ["<html", "<body", "<form", "<input"].contains(where: head.contains) else { return nil }
        var found: [String: String] = [:]
        for input in text.matches(of: /<input\b[^>]*>/.ignoresCase()) {
            let name = input.output.firstMatch(of: /\bname\s*=\s*["']([^"']*)["']/.ignoresCase())?.output.1
            let value = input.output.firstMatch(of: /\bvalue\s*=\s*["']([^"']*)["']/.ignoresCase())?.output.1
            if let name, let value { found[String(name)] = String(value).unescapedHTML }
        }
        guard let field = Self.fields.first(where: { found[$0] != nil }), let message = found[field] else { return nil }
        self.field = field
        value = message
        relayState = found["RelayState"]
        signedQuery = nil
        fault = Self.fault(in: relayState)
    }
}

extension String {
    /// With the character references undone that occur around Base64 and in a RelayState.
    fileprivate var unescapedHTML: String {
        let names = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "plus": "+", "equals": "=", "sol": "/"]
        return replacing(/&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]+));/) { match in
            let code = match.output.1.flatMap { UInt32($0, radix: 16) } ?? match.output.2.flatMap { UInt32($0) }
            return code.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
                ?? match.output.3.flatMap { names[String($0)] } ?? String(match.output.0)
        }
    }
}

extension ParsedMessage {
    /// Reads octets that came from no browser.
    public init(unwrapped: Unwrapped, limits: XMLLimits = .message) throws(Rejection) {
        try self.init(unwrapped.received, limits: limits)
    }

    /// Checks a message by what it says itself: all that the legs check, as far as it needs no peers of ours.
    ///
    /// Nobody else is asked about signatures, which may be of any kind that Cl@ve allows. Taken for right: the certificate that
    /// the signature shows, or a signature in a query, which shows none; Issuer, Destination, InResponseTo and Audience. What
    /// is encrypted stays closed where no key is given.
    /// - Returns: the assertion of a Response, if there is one that can be read.
    public func examineAlone(
        openingWith keys: [DecryptionKey], at now: Date, _ examination: Examination
    ) throws(Rejection) -> Assertion? {
        let sender = Sender(signingCertificates: claimedCertificates, signatures: .clave)
        if isOf(Response.self) { return try examineResponse(from: sender, openingWith: keys, at: now, examination) }
        if isOf(AuthnRequest.self) { try examine(AuthnRequest.self, from: sender, at: now, examination) }
        if isOf(LogoutRequest.self) { try examine(LogoutRequest.self, from: sender, at: now, examination) }
        return nil
    }

    /// Whether the signature is good by the certificate that it shows; one in a query shows none.
    func examineSender(_ sender: Sender, at now: Date, _ examination: Examination) {
        guard received.querySignature == nil else { return }
        // It is written down; whoever looks into a message wants to see the rest of it all the same.
        _ = try? verifySender(sender, confirmedBy: nil, at: now, examination)
    }

    /// Whether the root's own signature is good, by the certificate that it shows: for documents that are no message.
    public func examineSignature(at now: Date, _ examination: Examination) throws(Rejection) {
        _ = try verifySender(
            Sender(signingCertificates: claimedCertificates, signatures: .clave), confirmedBy: nil, at: now,
            examination)
    }

    /// The same message with a RelayState beside it, unless it came with one.
    public func beside(relayState: String) -> ParsedMessage {
        ParsedMessage(
            received: received.relayState == nil ? received.beside(relayState: relayState) : received, tree: tree)
    }

    public var claimedID: MessageID? { tree.root["ID"].map { MessageID($0) } }
    public var claimedInResponseTo: MessageID? { tree.root["InResponseTo"].map { MessageID($0) } }
    public var claimedDestination: String? { tree.root["Destination"] }
    public var claimedIssueInstant: String? { tree.root["IssueInstant"] }
    public var claimedEntityID: EntityID? { tree.root["entityID"].map { EntityID($0) } }
    /// Of which community the message looks, by the names that it uses.
    public var claimedProfile: String {
        let namespaces = tree.root.descendants.compactMap(\.namespaceURI)
        if namespaces.contains(where: { $0.hasPrefix("urn:eu:stork:") }) {
            return "STORK, as Cl@ve 1 uses it: not served"
        }
        return Self.profile(ofNames: claimedAttributes.map(\.uri) + namespaces)
            ?? (isEncrypted ? "SAML 2.0; what is encrypted may say more" : "SAML 2.0 without names of eIDAS or Cl@ve")
    }

    /// Whether it is an answer, and names what only Cl@ve names.
    public var isAnswerOfClave: Bool {
        isOf(Response.self) && claimedAttributes.contains { Self.isOfClave($0.uri) }
    }

    private static func isOfClave(_ name: String) -> Bool { name.hasPrefix("http://es.minhafp.clave/") }

    /// By URIs of attributes or namespaces; `nil` if none of them tells.
    public static func profile(ofNames names: [String]) -> String? {
        if names.contains(where: isOfClave) { return "Cl@ve 2.0" }
        let isOfEurope = names.contains { $0.hasPrefix("http://eidas.europa.eu/") }
        return isOfEurope ? "eIDAS, whose names Cl@ve 2.0 uses too" : nil
    }

    public var isEncrypted: Bool { !tree.root.children(Namespace.saml2("EncryptedAssertion")).isEmpty }
    public var rootNamespace: String? { tree.root.namespaceURI }

    /// Algorithms that the message names, by where they stand: facts to show, checked elsewhere.
    public var claimedAlgorithms: [(element: String, uri: String)] {
        tree.root.descendants.compactMap { element in element["Algorithm"].map { (element.local, $0) } }
    }

    /// Attributes that the message asks for or tells, by name, with their values.
    public var claimedAttributes: [(name: String, uri: String, values: [String])] {
        tree.root.descendants.filter {
            $0.is(Namespace.saml2("Attribute")) || $0.is(Namespace.eidas("RequestedAttribute"))
        }.map { attribute in
            (
                attribute["FriendlyName"] ?? attribute["Name"] ?? "?", attribute["Name"] ?? "",
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
