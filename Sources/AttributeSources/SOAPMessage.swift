// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML
public import XMLSecurity

public import struct Foundation.Date

extension Namespace {
    static let soap = Namespace("soapenv", "http://schemas.xmlsoap.org/soap/envelope/")
    static let wsse = Namespace(
        "wsse", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd")
    static let wsu = Namespace(
        "wsu", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd")
}

/// A SOAP 1.1 envelope with WS-Security: Body and Timestamp are signed, the certificate travels as BinarySecurityToken.
///
/// - Spec: Web Services Security: SOAP Message Security 1.1.1 §8, §10; X.509 Token Profile 1.1.1 §3.
public enum SOAPMessage {
    private static let tokenType =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
    private static let tokenEncoding =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
    /// Seconds for which a message of ours is good, and by how much other clocks may differ.
    private static let validity = 300.0
    private static let skew = 300.0

    /// - Parameter content: what goes into the Body.
    /// - Parameter id: makes the IDs inside the envelope.
    public static func seal(
        _ content: XMLNode, id: String, by signer: Signer, at now: Date
    ) throws(XMLFault) -> [UInt8] {
        let body = XMLNode(Namespace.soap("Body"), [(Namespace.wsu("Id"), "Body-\(id)")], [content])
        let timestamp = XMLNode(
            Namespace.wsu("Timestamp"), [(Namespace.wsu("Id"), "Timestamp-\(id)")],
            [
                XMLNode(Namespace.wsu("Created"), text: Instant.write(now)),
                XMLNode(Namespace.wsu("Expires"), text: Instant.write(now.addingTimeInterval(validity))),
            ])
        let token = XMLNode(
            Namespace.wsse("BinarySecurityToken"),
            [
                ("EncodingType", tokenEncoding), ("ValueType", tokenType), (Namespace.wsu("Id"), "X509-\(id)"),
            ], text: signer.certificate.base64)
        let reference = XMLNode(
            Namespace.wsse("Reference"), [("URI", "#X509-\(id)"), ("ValueType", tokenType)])
        let signature = try XMLNode.signature(
            over: [timestamp, body], by: signer, identifier: Namespace.wsu("Id"),
            keyInfo: XMLNode(
                Namespace.ds("KeyInfo"), [], [XMLNode(Namespace.wsse("SecurityTokenReference"), [], [reference])]))
        let security = XMLNode(
            Namespace.wsse("Security"), [(Namespace.soap("mustUnderstand"), "1")], [token, timestamp, signature])
        return XMLNode(
            Namespace.soap("Envelope"), [], [XMLNode(Namespace.soap("Header"), [], [security]), body]
        ).serialized()
    }

    /// The Body, which one of the trusted certificates has signed; nothing else of the envelope is to be read.
    ///
    /// The one Signature of the one Security header covers the Body and, where there is one, the Timestamp, by their
    /// IDs; it may cover the certificate too, and nothing more.
    /// - Throws: ``XMLFault``; `.keyExpired` too where the Timestamp does not fit the time.
    public static func open(
        _ octets: [UInt8], trusting trusted: [Certificate], at now: Date
    ) throws(XMLFault) -> Element {
        let envelope = try XMLTree(parsing: octets, limits: .register).root
        guard envelope.is(Namespace.soap("Envelope")) else {
            throw XMLFault(.schema, envelope.path, expected: "a SOAP 1.1 Envelope", found: envelope.local)
        }
        let header = try envelope.single(Namespace.soap("Header"))
        let body = try envelope.single(Namespace.soap("Body"))
        let security = try header.single(Namespace.wsse("Security"))
        let signature = try security.single(Namespace.ds("Signature"))
        let timestamps = security.children(Namespace.wsu("Timestamp"))
        guard timestamps.count <= 1 else { throw XMLFault(.schema, security.path, expected: "one Timestamp") }
        let signed = try signature.verifySignature(
            over: [body] + timestamps, perhaps: security.children(Namespace.wsse("BinarySecurityToken")),
            trusting: trusted, policy: .clave, identifiers: [Namespace.wsu("Id"), "Id"])
        guard signed[0].certificate.isValid(at: now) else {
            throw XMLFault(.keyExpired, signature.path, expected: "a certificate that is valid now")
        }
        if let timestamp = timestamps.first { try check(timestamp, at: now) }
        return signed[0].element
    }

    private static func check(_ timestamp: Element, at now: Date) throws(XMLFault) {
        let created = timestamp.only(Namespace.wsu("Created")).flatMap { Instant.read($0.trimmedText) }
        let expires = timestamp.only(Namespace.wsu("Expires")).flatMap { Instant.read($0.trimmedText) }
        guard let created, created <= now.addingTimeInterval(skew),
            (expires ?? created.addingTimeInterval(validity)) > now.addingTimeInterval(-skew)
        else { throw XMLFault(.keyExpired, timestamp.path, expected: "a Timestamp of this time") }
    }
}

extension Element {
    fileprivate func single(_ name: XMLName) throws(XMLFault) -> Element {
        let found = children(name)
        guard found.count == 1 else { throw XMLFault(.schema, path, expected: "one \(name)", found: "\(found.count)") }
        return found[0]
    }
}

extension XMLLimits {
    /// For an answer of a register, which may be as large as that of any other (`Transport`).
    fileprivate static var register: XMLLimits {
        var limits = XMLLimits.message
        (limits.octets, limits.textLength) = (Transport.sizeLimit, Transport.sizeLimit)
        return limits
    }
}
