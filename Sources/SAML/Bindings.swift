// SPDX-License-Identifier: EUPL-1.2
public import Federation
import XMLSecurity

/// A message as the browser brought it. Proves nothing: bytes, and claims beside them.
public struct ReceivedMessage: Sendable {
    /// The signature that the Redirect binding carries in the query instead of in the XML.
    public struct QuerySignature: Sendable {
        let signed: [UInt8]
        let algorithm: String
        let value: [UInt8]
    }

    public let octets: [UInt8]
    public let relayState: String?
    public let querySignature: QuerySignature?
    /// Whether it came by GET, in the query of an address.
    public let isInAddress: Bool

    /// Characters that a message field may have, in Base64.
    public static let defaultLimit = 131_072

    /// Reads the form of the POST binding.
    ///
    /// - Throws: ``Rule/parameterTooLarge``, ``Rule/base64``, ``Rule/relayStateTooLong``.
    /// - Spec: SAML Bindings 2.0 §3.5.4.
    public init(
        post message: String, relayState: String?, limit: Int = defaultLimit, field: String = "SAMLRequest"
    ) throws(Rejection) {
        octets = try Self.decode(message, limit: limit, field)
        self.relayState = try Self.check(relayState: relayState)
        querySignature = nil
        isInAddress = false
    }

    /// Reads the query of the Redirect binding, or of the Commission node's "redirect": plain Base64 of XML that is signed
    /// inside. The two are told apart by the presence of a signature in the query.
    ///
    /// - Parameter query: the query string exactly as it came; signatures are computed over its escapes.
    /// - Spec: SAML Bindings 2.0 §3.4.4.1; eIDAS dossier §1.1.
    public init(redirect query: String, limit: Int = defaultLimit, field: String = "SAMLRequest") throws(Rejection) {
        let parameters = Query(query)
        try parameters.checkNames()
        guard let message = try parameters.value(field) else { throw Rejection(.parameterMissing, field) }
        if let other = FormFields.messages.first(where: { $0 != field && parameters.first($0) != nil }) {
            throw Rejection(.parameterRepeated, "\(field) and \(other)")
        }
        if let encoding = try parameters.value("SAMLEncoding"), encoding != SAMLURI.deflate {
            throw Rejection(.deflate, "SAMLEncoding", expected: SAMLURI.deflate, found: encoding)
        }
        let relayState = try parameters.value("RelayState")
        isInAddress = true
        let decoded = try Self.decode(message, limit: limit, field)
        let isXML = decoded.first == UInt8(ascii: "<")
        let (algorithm, signature) = (try parameters.value("SigAlg"), try parameters.value("Signature"))
        guard let algorithm, let signature else {
            // Half a signature in the query is none, and says that there should be one.
            guard isXML, algorithm == nil, signature == nil else {
                throw Rejection(.signatureMissing, "Signature", expected: "SigAlg and Signature in the query")
            }
            octets = decoded
            self.relayState = try Self.check(relayState: relayState)
            querySignature = nil
            return
        }
        guard let value = Base64.decode(signature) else { throw Rejection(.base64, "Signature") }
        guard !isXML, let inflated = Deflate.inflate(decoded, limit: limit) else { throw Rejection(.deflate, field) }
        octets = inflated
        self.relayState = try Self.check(relayState: relayState)
        querySignature = QuerySignature(
            signed: parameters.raw([field, "RelayState", "SigAlg"]), algorithm: algorithm, value: value)
    }

    /// For messages that were saved to a file.
    init(octets: [UInt8], relayState: String?, querySignature: QuerySignature? = nil) {
        self.octets = octets
        self.relayState = relayState
        self.querySignature = querySignature
        isInAddress = querySignature != nil
    }

    /// The same message with another RelayState beside it.
    func beside(relayState: String) -> ReceivedMessage {
        ReceivedMessage(octets: octets, relayState: relayState, querySignature: querySignature)
    }

    private static func decode(_ message: String, limit: Int, _ field: String) throws(Rejection) -> [UInt8] {
        guard message.utf8.count <= limit else {
            throw Rejection(
                .parameterTooLarge, field, expected: "at most \(limit) characters", found: "\(message.utf8.count)")
        }
        guard let octets = Base64.decode(message), !octets.isEmpty else { throw Rejection(.base64, field) }
        return octets
    }

    /// At most 80 characters, which is also what the gateway and the nodes allow (SAML Bindings 2.0 §3.5.3).
    static func check(relayState: String?) throws(Rejection) -> String? {
        guard let relayState else { return nil }
        let length = relayState.unicodeScalars.count
        guard length <= 80 else {
            throw Rejection(
                .relayStateTooLong, "RelayState", expected: "at most 80 characters", found: "\(length) characters")
        }
        guard relayState.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
            throw Rejection(.relayStateTooLong, "RelayState", expected: "a line of text", found: "control characters")
        }
        return relayState
    }
}

/// A query string, undecoded: pairs in their order, with the escapes they came with.
struct Query {
    private struct Pair {
        /// As it came.
        let name: Substring
        /// What a name says; `nil` for a damaged escape.
        let decodedName: String?
        let raw: Substring
    }

    private let pairs: [Pair]

    /// What the bindings mean something by.
    private static let known = FormFields.messages + ["RelayState", "SigAlg", "Signature", "SAMLEncoding"]

    init(_ text: String) {
        pairs = PercentEncoding.pairs(in: text).map {
            Pair(name: $0.name, decodedName: PercentEncoding.decode($0.name), raw: $0.raw)
        }
    }

    /// Checks that whoever decodes names, and whoever does not, finds the same parameters, each once: a signature covers
    /// names as they are written (SAML Bindings 2.0 §3.4.4.1).
    ///
    /// - Throws: ``Rule/parameterRepeated``, ``Rule/base64``.
    func checkNames() throws(Rejection) {
        var seen: Set<String> = []
        for pair in pairs {
            guard let name = pair.decodedName else {
                throw Rejection(.base64, "query", expected: "percent-encoded UTF-8")
            }
            guard Self.known.contains(name) else { continue }
            guard seen.insert(name).inserted, pair.name.utf8.elementsEqual(name.utf8) else {
                throw Rejection(.parameterRepeated, name)
            }
        }
    }

    func value(_ name: String) throws(Rejection) -> String? {
        let found = pairs.filter { $0.decodedName == name }
        guard found.count <= 1 else { throw Rejection(.parameterRepeated, name) }
        guard let raw = found.first?.raw else { return nil }
        guard let value = PercentEncoding.decode(raw) else { throw Rejection(.base64, name) }
        return value
    }

    /// The first of that name, whatever follows: for people who look into messages.
    func first(_ name: String) -> String? {
        pairs.first { $0.decodedName == name }.flatMap { PercentEncoding.decode($0.raw) }
    }

    /// The octets that the signature covers: these parameters in this order, as they came.
    func raw(_ names: [String]) -> [UInt8] {
        let present = names.compactMap { name in pairs.first { $0.decodedName == name } }
        return Array(present.map { "\($0.name)=\($0.raw)" }.joined(separator: "&").utf8)
    }
}

/// `application/x-www-form-urlencoded` (WHATWG URL §5).
public enum PercentEncoding {
    /// The pairs of a form or a query, in their order and with their escapes. By octets: characters would cost ten times as
    /// much in a message of 20 KB.
    public static func pairs(in text: String) -> [(name: Substring, raw: Substring)] {
        text.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            return (Substring(pair[..<end]), Substring(pair[end...].dropFirst()))
        }
    }

    /// `nil` for a damaged escape, or if the result is not UTF-8.
    public static func decode(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count)
        var digits = 0
        var value: UInt8 = 0
        for octet in text.utf8 {
            if digits > 0 {
                guard let digit = octet.hexadecimalDigit else { return nil }
                value = value << 4 | digit
                digits -= 1
                if digits == 0 { octets.append(value) }
            } else if octet == UInt8(ascii: "%") {
                (digits, value) = (2, 0)
            } else {
                octets.append(octet == UInt8(ascii: "+") ? 32 : octet)
            }
        }
        return digits == 0 ? String(validating: octets, as: UTF8.self) : nil
    }
}
