// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// What a LogoutRequest of Cl@ve says, as read. Trustworthy only inside a ``Verified``.
///
/// - Spec: SAML Core 2.0 §3.7.1; Cl@ve dossier §4.1.
public struct LogoutRequest: Message {
    public var id: MessageID
    public var version: String
    public var issueInstant: String
    public var destination: String?
    /// Seconds are not counted in Cl@ve: the request is void from this instant on.
    public var notOnOrAfter: String?
    /// In Cl@ve the return address for the answer, not an entity ID.
    public var issuer: Issuer
    /// In Cl@ve the registered name of the service; the person is not named.
    public var nameID: String

    public static let rootName = Namespace.saml2p("LogoutRequest")

    init(reading element: Element) throws(Rejection) {
        var reader = try Reader(
            element, attributes: ["ID", "Version", "IssueInstant", "Destination", "Consent", "Reason", "NotOnOrAfter"])
        id = MessageID(try element.requiredAttribute("ID"))
        version = try element.requiredAttribute("Version")
        issueInstant = try element.requiredAttribute("IssueInstant")
        destination = element["Destination"]
        notOnOrAfter = element["NotOnOrAfter"]
        issuer = try Issuer(reading: reader.required(Namespace.saml2("Issuer")))
        _ = reader.optional(Namespace.ds("Signature"))
        nameID = try reader.required(Namespace.saml2("NameID")).simpleText()
        _ = reader.all(Namespace.saml2p("SessionIndex"))
        try reader.end()
    }
}

extension ParsedMessage {
    public var claimedNameID: String? {
        tree.root.children(Namespace.saml2("NameID")).first?.trimmedText
    }

    /// Verifies a LogoutRequest: type, structure, signature, then what the envelope says.
    public func verifyLogoutRequest(
        from sender: Sender, expecting expected: RequestExpectation, confirmedBy reader: (any SecondReader)?,
        at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> Verified<LogoutRequest> {
        try verify(from: sender, expecting: expected, confirmedBy: reader, at: now, examination)
    }
}

extension LogoutRequest: RequestMessage {
    func checkRest(_ expected: RequestExpectation, at now: Date, _ examination: Examination) throws(Rejection) {
        let end = notOnOrAfter.map { Instant.read($0) }
        try examination.check(
            .messageIssueInstant, end.map { $0.map { now - expected.skewSeconds < $0 } ?? false } ?? true,
            "LogoutRequest/@NotOnOrAfter", expected: "after \(Instant.write(now))", found: notOnOrAfter)
    }
}
