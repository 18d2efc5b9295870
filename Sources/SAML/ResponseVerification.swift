// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// What the answers of one community must have, where communities differ.
public struct ResponseDemands: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The assertion is encrypted.
    public static let encryption = Self(rawValue: 1)
    /// A bearer confirmation with Recipient, InResponseTo and NotOnOrAfter. Where it is not demanded, none may contradict.
    public static let confirmation = Self(rawValue: 2)
    /// A Subject with a NameID.
    public static let subject = Self(rawValue: 4)
    /// A top-level status code. Where it is not demanded, an answer without counts as a failure.
    public static let statusCode = Self(rawValue: 8)

    /// eIDAS node to node (eIDAS dossier §2).
    public static let eidas: Self = [.encryption, .confirmation, .subject, .statusCode]
    /// The gateway of Cl@ve (Cl@ve dossier §3.2, §3.3, §11.2).
    public static let clave: Self = .subject
}

/// What must be true of an answer before anybody looks at whom it names.
public struct ResponseExpectation: Sendable {
    /// The names that the entity which was asked may bear; empty for any, where only its key is known.
    public var issuers: Set<EntityID>
    public var inResponseTo: MessageID
    /// Our own address for answers.
    public var assertionConsumerService: String
    /// Our own entity ID.
    public var audience: EntityID
    /// Seconds by which the sender's clock may differ.
    public var skewSeconds: Double
    public var demands: ResponseDemands

    public init(
        issuers: Set<EntityID>, inResponseTo: MessageID, assertionConsumerService: String, audience: EntityID,
        skewSeconds: Double = 60, demands: ResponseDemands = .eidas
    ) {
        self.issuers = issuers
        self.inResponseTo = inResponseTo
        self.assertionConsumerService = assertionConsumerService
        self.audience = audience
        self.skewSeconds = skewSeconds
        self.demands = demands
    }
}

/// An answer that has been opened: its envelope, and its assertion unless it is a failure.
public struct OpenedResponse: Message {
    public let response: Response
    /// `nil` exactly when the status is not success.
    public let assertion: Assertion?

    public static let rootName = Response.rootName
}

extension ParsedMessage {
    /// Verifies a Response: type, structure, signature, then the envelope; opens its assertion and checks everything that
    /// it says about itself.
    ///
    /// Not checked: whether an ID was seen before, and what is said about the person.
    /// - Parameters:
    ///   - keys: ours, to open what is encrypted.
    ///   - reader: who else verifies each signature, if anybody.
    /// - Throws: ``Rule/encryptionFailed`` for whatever went wrong in decrypting.
    /// - Spec: eIDAS dossier C2-02 to C2-26; SAML Profiles 2.0 §4.1.4.3.
    public func verifyResponse(
        from sender: Sender, encryption: EncryptionPolicy, expecting expected: ResponseExpectation,
        openingWith keys: [DecryptionKey], confirmedBy reader: (any SecondReader)?, at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> Verified<OpenedResponse> {
        let closed = try verifyEnvelope(from: sender, encryption, expected, confirmedBy: reader, at: now, examination)
        let assertion = try closed.message.assertion(
            with: keys, from: sender, confirmedBy: reader, at: now, examination)
        if let assertion { try examination.check(assertion, of: closed.message, expected, at: now) }
        return closed.map(OpenedResponse(response: closed.message, assertion: assertion))
    }

    /// Checks a Response by what it says itself (``examineAlone(openingWith:at:_:)``).
    func examineResponse(
        from sender: Sender, openingWith keys: [DecryptionKey], at now: Date, _ examination: Examination
    ) throws(Rejection) -> Assertion? {
        // Where the message says nothing, the words stand for what should be there.
        var expected = ResponseExpectation(
            issuers: [claimedIssuer ?? EntityID("the sender's entity ID")],
            inResponseTo: claimedInResponseTo ?? MessageID("the ID of a request"),
            assertionConsumerService: claimedDestination ?? "our address", audience: EntityID("our entity ID"),
            demands: isAnswerOfClave ? .clave : .eidas)
        let response = try read(EncryptionPolicy(allowsOldKeyTransport: true), examination)
        examineSender(sender, at: now, examination)
        try checkEnvelope(of: response, from: sender, expected, confirmedBy: nil, at: now, examination)
        if case .encrypted? = response.contents.first, keys.isEmpty { return nil }
        guard let assertion = try response.assertion(with: keys, from: sender, confirmedBy: nil, at: now, examination)
        else {
            return nil
        }
        if let named = assertion.conditions?.audiences.first?.first { expected.audience = EntityID(named) }
        try examination.check(assertion, of: response, expected, at: now)
        return assertion
    }

    private func verifyEnvelope(
        from sender: Sender, _ encryption: EncryptionPolicy, _ expected: ResponseExpectation,
        confirmedBy reader: (any SecondReader)?, at now: Date, _ examination: Examination
    ) throws(Rejection) -> Verified<Response> {
        let response = try read(encryption, examination)
        let certificate = try verifySender(sender, confirmedBy: reader, at: now, examination)
        try checkEnvelope(of: response, from: sender, expected, confirmedBy: reader, at: now, examination)
        return Verified(response, certificate: certificate, from: received)
    }

    private func read(_ encryption: EncryptionPolicy, _ examination: Examination) throws(Rejection) -> Response {
        try examination.step(.messageType, tree.root.local) { () throws(Rejection) in try checkType(Response.self) }
        return try examination.step(.messageSchema, tree.root.local) { () throws(Rejection) in
            try Response(reading: tree.root, policy: encryption)
        }
    }

    private func checkEnvelope(
        of response: Response, from sender: Sender, _ expected: ResponseExpectation,
        confirmedBy reader: (any SecondReader)?, at now: Date, _ examination: Examination
    ) throws(Rejection) {
        // Five minutes is how long assertions live; an answer older than that has nothing left to say.
        try examination.checkEnvelope(
            "Response", id: response.id, version: response.version, issueInstant: response.issueInstant,
            from: -300 - expected.skewSeconds, to: expected.skewSeconds, at: now)
        try examination.checkAddressing(of: response, expected)
        if response.status.isSuccess { try verifyPlainAssertions(sender, confirmedBy: reader, at: now, examination) }
        try examination.checkContents(of: response, expected)
    }

    /// An assertion that has a signature of its own must have a good one (dossier C2-16).
    private func verifyPlainAssertions(
        _ sender: Sender, confirmedBy reader: (any SecondReader)?, at now: Date, _ examination: Examination
    ) throws(Rejection) {
        for assertion in tree.root.children(Namespace.saml2("Assertion"))
        where !assertion.children(Namespace.ds("Signature")).isEmpty {
            try examination.step(.signatureValue, assertion.path + "/Signature") { () throws(Rejection) in
                try assertion.verifyOwnSignature(sender, confirmedBy: reader, at: now)
            }
        }
    }
}

extension Element {
    fileprivate func verifyOwnSignature(
        _ sender: Sender, confirmedBy reader: (any SecondReader)?, at now: Date
    ) throws(Rejection) {
        let certificate = try translating { () throws(XMLFault) in
            try verifySignature(trusting: sender.signers(at: now), policy: sender.signatures, confirmedBy: reader)
                .certificate
        }
        try sender.refuseRevoked(certificate, path)
        guard certificate.isValid(at: now) else {
            throw Rejection(
                .signatureKeyExpired, path + "/Signature", expected: certificate.validity, found: Instant.write(now))
        }
    }
}

extension Response {
    /// The assertion, opened; `nil` if this is a failure.
    fileprivate func assertion(
        with keys: [DecryptionKey], from sender: Sender, confirmedBy reader: (any SecondReader)?, at now: Date,
        _ examination: Examination
    ) throws(Rejection) -> Assertion? {
        guard status.isSuccess, let content = contents.first else { return nil }
        switch content {
        case .plain(let plain): return plain
        case .encrypted(let encrypted):
            return try examination.step(.encryptionFailed, "Response/EncryptedAssertion") { () throws(Rejection) in
                try Self.open(encrypted, with: keys, from: sender, confirmedBy: reader, at: now)
            }
        }
    }

    private static func open(
        _ encrypted: EncryptedElement, with keys: [DecryptionKey], from sender: Sender,
        confirmedBy reader: (any SecondReader)?, at now: Date
    ) throws(Rejection) -> Assertion {
        let octets = try translating { () throws(XMLFault) in try encrypted.open(with: keys) }
        let tree = try translating { () throws(XMLFault) in try encrypted.tree(of: octets) }
        guard tree.root.is(Namespace.saml2("Assertion")) else {
            throw Rejection(.responseAssertions, tree.root.path, expected: "Assertion", found: tree.root.local)
        }
        let assertion = try Assertion(reading: tree.root)
        let signatures = tree.root.descendants(Namespace.ds("Signature"))
        guard signatures.count == (assertion.isSigned ? 1 : 0) else {
            throw Rejection(.signatureRepeated, tree.root.path, found: "\(signatures.count) signatures")
        }
        if assertion.isSigned { try tree.root.verifyOwnSignature(sender, confirmedBy: reader, at: now) }
        return assertion
    }
}

extension ResponseExpectation {
    fileprivate var issuerNames: String {
        issuers.isEmpty ? "a name" : issuers.map(\.rawValue).sorted().joined(separator: " or ")
    }
}

extension Examination {
    fileprivate func checkAddressing(of response: Response, _ expected: ResponseExpectation) throws(Rejection) {
        let issuer = response.issuer
        let isExpected = issuer.map { expected.issuers.isEmpty || expected.issuers.contains($0.name) } ?? false
        try check(
            .messageIssuer, isExpected && (issuer?.hasEntityFormat ?? false), "Response/Issuer",
            expected: expected.issuerNames, found: issuer?.name.rawValue)
        try check(
            .messageDestination, response.destination?.hasOctets(of: expected.assertionConsumerService) ?? false,
            "Response/@Destination",
            expected: expected.assertionConsumerService, found: response.destination)
        try check(
            .responseUnsolicited, response.inResponseTo == expected.inResponseTo, "Response/@InResponseTo",
            expected: expected.inResponseTo.rawValue, found: response.inResponseTo?.rawValue)
        try check(
            .messageConsent, response.consent.map(SAMLURI.consents.contains) ?? true, "Response/@Consent",
            expected: SAMLURI.consentObtained, found: response.consent)
    }

    /// Success has exactly one assertion. A failure may carry one, as old nodes do; it is passed over (dossier §2.3).
    fileprivate func checkContents(of response: Response, _ expected: ResponseExpectation) throws(Rejection) {
        try check(
            .responseStatus, !(response.status.code ?? "").isEmpty || !expected.demands.contains(.statusCode),
            "Response/Status/StatusCode", expected: "a status", found: response.status.code)
        guard response.status.isSuccess else { return }
        try check(
            .responseStatus, response.status.subcodes.isEmpty, "Response/Status/StatusCode/StatusCode",
            expected: "no second code beside Success", found: response.status.subcodes.first)
        let contents = response.contents
        try check(
            .responseAssertions, contents.count == 1, "Response", expected: "exactly one assertion",
            found: "\(contents.count)")
        let isEncrypted = if case .encrypted = contents.first { true } else { false }
        try check(
            .encryptionMissing, isEncrypted || !expected.demands.contains(.encryption), "Response/Assertion",
            expected: "EncryptedAssertion", found: "Assertion")
    }

    fileprivate func check(
        _ assertion: Assertion, of response: Response, _ expected: ResponseExpectation, at now: Date
    ) throws(Rejection) {
        try check(
            .xmlIdentifierRepeated, assertion.id != response.id, "Assertion/@ID", expected: "an ID of its own",
            found: assertion.id.rawValue)
        try checkEnvelope(
            "Assertion", id: assertion.id, version: assertion.version, issueInstant: assertion.issueInstant,
            from: -300 - expected.skewSeconds, to: expected.skewSeconds, at: now)
        try check(
            .messageIssuer, assertion.issuer.name == response.issuer?.name && assertion.issuer.hasEntityFormat,
            "Assertion/Issuer", expected: response.issuer?.name.rawValue, found: assertion.issuer.name.rawValue)
        try check(
            .responseSubject,
            assertion.hasSubject ? !(assertion.nameID ?? "").isEmpty : !expected.demands.contains(.subject),
            "Assertion/Subject/NameID", expected: "a NameID")
        let length = assertion.nameID?.unicodeScalars.count ?? 0
        try check(
            .responseSubject, length <= 256, "Assertion/Subject/NameID", expected: "at most 256 characters",
            found: "\(length)")
        try checkConfirmation(of: assertion, expected, at: now)
        try checkConditions(of: assertion, expected, at: now)
        try checkStatements(of: assertion, at: now, skew: expected.skewSeconds)
    }

    /// Every confirmation must be for a bearer, and fit; where none is demanded, there may be none (dossier §2.4, C2-23).
    private func checkConfirmation(
        of assertion: Assertion, _ expected: ResponseExpectation, at now: Date
    ) throws(Rejection) {
        func fits(_ confirmation: Assertion.Confirmation) -> Bool {
            confirmation.method == SAMLURI.bearer
                && confirmation.recipient?.hasOctets(of: expected.assertionConsumerService) ?? false
                && confirmation.inResponseTo?.hasOctets(of: expected.inResponseTo.rawValue) ?? false
                && (confirmation.notOnOrAfter.flatMap(Instant.read).map { now - expected.skewSeconds < $0 } ?? false)
                && (confirmation.notBefore.map { Instant.read($0).map { $0 <= now + expected.skewSeconds } ?? false }
                    ?? true)
        }
        let confirmations = assertion.confirmations
        let isFine = confirmations.isEmpty ? !expected.demands.contains(.confirmation) : confirmations.allSatisfy(fits)
        try check(
            .responseConfirmation, isFine, "Assertion/Subject/SubjectConfirmation",
            expected:
                "bearer for \(expected.assertionConsumerService) and \(expected.inResponseTo), not ended at \(Instant.write(now))",
            found: confirmations.first.map {
                "\($0.method) for \($0.recipient ?? "nobody") and \($0.inResponseTo ?? "nothing"), until \($0.notOnOrAfter ?? "ever")"
            } ?? "nothing")
    }

    private func checkConditions(
        of assertion: Assertion, _ expected: ResponseExpectation, at now: Date
    ) throws(Rejection) {
        let from = assertion.conditions?.notBefore.flatMap(Instant.read)
        let until = assertion.conditions?.notOnOrAfter.flatMap(Instant.read)
        let audiences = assertion.conditions?.audiences ?? []
        let place = "Assertion/Conditions"
        try check(
            .responseConditions, from != nil && until != nil, place, expected: "NotBefore and NotOnOrAfter in UTC",
            found: assertion.conditions.map { "\($0.notBefore ?? "nothing") and \($0.notOnOrAfter ?? "nothing")" }
                ?? "nothing")
        try check(
            .responseNotYetValid, from.map { $0 <= now + expected.skewSeconds } ?? false, place + "/@NotBefore",
            expected: "at most \(Instant.write(now + expected.skewSeconds))", found: assertion.conditions?.notBefore)
        try check(
            .responseExpired, until.map { now - expected.skewSeconds < $0 } ?? false, place + "/@NotOnOrAfter",
            expected: "after \(Instant.write(now - expected.skewSeconds))", found: assertion.conditions?.notOnOrAfter)
        // Both may be true of such a time within the skew, and yet it never was (SAML Core 2.0 §2.5.1.2).
        try check(
            .responseConditions, from.flatMap { from in until.map { from < $0 } } ?? false, place,
            expected: "NotBefore before NotOnOrAfter", found: "the reverse")
        try check(
            .responseAudience,
            !audiences.isEmpty && audiences.allSatisfy { $0.contains { EntityID($0) == expected.audience } },
            place + "/AudienceRestriction", expected: expected.audience.rawValue,
            found: audiences.isEmpty ? "nothing" : audiences.joined().joined(separator: ", "))
        try checkUse(of: assertion, place)
    }

    /// Each assertion is used once anyway. A Count has to be handed on, less one, in the assertion that is made of this one
    /// (SAML Core 2.0 §2.5.1.5, §2.5.1.6); ours have none, so that none can be kept.
    private func checkUse(of assertion: Assertion, _ place: String) throws(Rejection) {
        let uses = assertion.conditions?.oneTimeUses ?? 0
        try check(
            .responseConditions, uses <= 1, place + "/OneTimeUse", expected: "once at most", found: "\(uses) times")
        let restrictions = assertion.conditions?.proxyRestrictions ?? []
        try check(
            .responseConditions, restrictions.count <= 1, place + "/ProxyRestriction", expected: "once at most",
            found: "\(restrictions.count) times")
        try check(
            .responseConditions, restrictions.allSatisfy { $0.count == nil }, place + "/ProxyRestriction/@Count",
            expected: "none", found: restrictions.first?.count)
    }

    private func checkStatements(of assertion: Assertion, at now: Date, skew: Double) throws(Rejection) {
        let statement = assertion.authnStatements.first
        try check(
            .responseAuthnStatement, assertion.authnStatements.count == 1 && statement?.classReferences.count == 1,
            "Assertion/AuthnStatement", expected: "exactly one, with one AuthnContextClassRef",
            found: "\(assertion.authnStatements.count)")
        // A person may have logged in a while before, under single sign-on of their country; but not tomorrow.
        let instant = statement.flatMap { Instant.read($0.authnInstant) }
        try check(
            .responseAuthnStatement, instant.map { $0 <= now + skew && now - 86_400 <= $0 } ?? false,
            "Assertion/AuthnStatement/@AuthnInstant", expected: "within a day before \(Instant.write(now))",
            found: statement?.authnInstant)
        // Whose session is over is not logged in any more (SAML Core 2.0 §2.7.2).
        let end = statement?.sessionNotOnOrAfter
        try check(
            .responseAuthnStatement, end.map { Instant.read($0).map { now - skew < $0 } ?? false } ?? true,
            "Assertion/AuthnStatement/@SessionNotOnOrAfter", expected: "after \(Instant.write(now - skew))", found: end)
        try check(
            .responseAttributeStatement, assertion.attributeStatements.count == 1, "Assertion/AttributeStatement",
            expected: "exactly one", found: "\(assertion.attributeStatements.count)")
    }
}
