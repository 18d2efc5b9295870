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
        let request = try readLogoutRequest(examination)
        let certificate = try verifySender(sender, confirmedBy: reader, at: now, examination)
        try examination.check(request, expected, at: now)
        return Verified(request, certificate: certificate, from: received)
    }

    /// Checks a LogoutRequest by what it says itself (``examineAlone(openingWith:at:_:)``).
    func examineLogoutRequest(from sender: Sender, at now: Date, _ examination: Examination) throws(Rejection) {
        let request = try readLogoutRequest(examination)
        examineSender(sender, at: now, examination)
        let expected = RequestExpectation(destinations: [claimedDestination ?? "our address"])
        try examination.check(request, expected, at: now)
    }

    private func readLogoutRequest(_ examination: Examination) throws(Rejection) -> LogoutRequest {
        try examination.step(.messageType, tree.root.local) { () throws(Rejection) in
            try checkType(LogoutRequest.self)
        }
        return try examination.step(.messageSchema, tree.root.local) { () throws(Rejection) in
            try LogoutRequest(reading: tree.root)
        }
    }
}

extension Examination {
    fileprivate func check(
        _ request: LogoutRequest, _ expected: RequestExpectation, at now: Date
    ) throws(Rejection) {
        try checkEnvelope(
            "LogoutRequest", id: request.id, version: request.version, issueInstant: request.issueInstant,
            from: -expected.maximumAgeSeconds, to: expected.skewSeconds, at: now)
        try check(
            .messageDestination, expected.admits(request.destination),
            "LogoutRequest/@Destination", expected: expected.destinations.sorted().joined(separator: " or "),
            found: request.destination)
        let end = request.notOnOrAfter.map { Instant.read($0) }
        try check(
            .messageIssueInstant, end.map { $0.map { now - expected.skewSeconds < $0 } ?? false } ?? true,
            "LogoutRequest/@NotOnOrAfter", expected: "after \(Instant.write(now))", found: request.notOnOrAfter)
    }
}
