// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// Who may have sent a message, and with what.
public struct Sender: Sendable {
    public var signingCertificates: [Certificate]
    public var signatures: SignaturePolicy
    /// Those of the certificates that their authority has revoked: kept, so that whoever uses them is told.
    public var revoked: Set<Certificate>

    public init(
        signingCertificates: [Certificate], signatures: SignaturePolicy, revoked: Set<Certificate> = []
    ) {
        self.signingCertificates = signingCertificates
        self.signatures = signatures
        self.revoked = revoked
    }

    func refuseRevoked(_ certificate: Certificate, _ element: String) throws(Rejection) {
        guard revoked.contains(certificate) else { return }
        throw Rejection(
            .signatureKeyRevoked, element + "/Signature", expected: "a certificate that is not revoked",
            found: certificate.subject)
    }

    /// Those whose keyUsage is not for something else.
    func signers(at now: Date) -> [Certificate] {
        signingCertificates.filter(\.maySign).servingFirst(at: now)
    }
}

extension [Certificate] {
    /// Those that are for signatures and valid stand first: of several over one key, as after a renewal, the first counts.
    func servingFirst(at now: Date) -> [Certificate] {
        func serves(_ certificate: Certificate) -> Bool { certificate.maySign && certificate.isValid(at: now) }
        return filter(serves) + filter { !serves($0) }
    }
}

extension Certificate {
    /// For the operator.
    var validity: String { "\(Instant.write(notBefore)) to \(Instant.write(notAfter))" }
}

/// What must be true of a request before anybody looks at what it asks.
public struct RequestExpectation: Sendable {
    /// Our own addresses for the binding that was used.
    public var destinations: Set<String>
    /// Seconds that IssueInstant may lie in the past.
    public var maximumAgeSeconds: Double
    /// Seconds that the sender's clock may be ahead.
    public var skewSeconds: Double

    /// As a node expects it that sets nothing else: five minutes, and as much as a clock may differ.
    public init(destinations: Set<String>, maximumAgeSeconds: Double = 360, skewSeconds: Double = 60) {
        self.destinations = destinations
        self.maximumAgeSeconds = maximumAgeSeconds
        self.skewSeconds = skewSeconds
    }
}

/// What is asked of us: a login or a logout.
protocol RequestMessage: Message {
    var id: MessageID { get }
    var version: String { get }
    var issueInstant: String { get }
    var destination: String? { get }

    init(reading element: Element) throws(Rejection)
    /// Checks what no other kind of request says of itself.
    func checkRest(_ expected: RequestExpectation, at now: Date, _ examination: Examination) throws(Rejection)
}

extension RequestMessage {
    /// Checks what it says of itself.
    fileprivate func check(
        _ expected: RequestExpectation, at now: Date, _ examination: Examination
    ) throws(Rejection) {
        let name = Self.rootName.local
        try examination.checkEnvelope(
            name, id: id, version: version, issueInstant: issueInstant, from: -expected.maximumAgeSeconds,
            to: expected.skewSeconds, at: now)
        // One of our addresses, octet by octet.
        let isOurs = destination.map { given in expected.destinations.contains { $0.hasOctets(of: given) } } ?? false
        try examination.check(
            .messageDestination, isOurs, name + "/@Destination",
            expected: expected.destinations.sorted().joined(separator: " or "), found: destination)
        try checkRest(expected, at: now, examination)
    }
}

extension ParsedMessage {
    /// Verifies an AuthnRequest: type, structure, signature, then what the envelope says.
    ///
    /// Not checked: what it asks, whether its ID was seen before.
    /// - Parameter reader: who else verifies the signature, if anybody.
    /// - Spec: eIDAS dossier P1-05 to P1-18, P1-22, P1-42; Cl@ve dossier §2.10.
    public func verifyRequest(
        from sender: Sender, expecting expected: RequestExpectation, confirmedBy reader: (any SecondReader)?,
        at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) -> Verified<AuthnRequest> {
        try verify(from: sender, expecting: expected, confirmedBy: reader, at: now, examination)
    }

    func verify<Request: RequestMessage>(
        from sender: Sender, expecting expected: RequestExpectation, confirmedBy reader: (any SecondReader)?,
        at now: Date, _ examination: Examination
    ) throws(Rejection) -> Verified<Request> {
        let request = try read(Request.self, examination)
        let certificate = try verifySender(sender, confirmedBy: reader, at: now, examination)
        try request.check(expected, at: now, examination)
        return Verified(request, certificate: certificate, from: received)
    }

    /// Checks a request by what it says itself (``examineAlone(openingWith:at:_:)``).
    func examine(
        _ type: (some RequestMessage).Type, from sender: Sender, at now: Date, _ examination: Examination
    ) throws(Rejection) {
        let request = try read(type, examination)
        examineSender(sender, at: now, examination)
        let expected = RequestExpectation(destinations: [claimedDestination ?? "our address"])
        try request.check(expected, at: now, examination)
    }

    private func read<Request: RequestMessage>(
        _ type: Request.Type, _ examination: Examination
    ) throws(Rejection) -> Request {
        try examination.step(.messageType, tree.root.local) { () throws(Rejection) in try checkType(type) }
        return try examination.step(.messageSchema, tree.root.local) { () throws(Rejection) in
            try Request(reading: tree.root)
        }
    }

    func verifySender(
        _ sender: Sender, confirmedBy reader: (any SecondReader)?, at now: Date, _ examination: Examination
    ) throws(Rejection) -> Certificate {
        let root = tree.root.local
        let certificate = try examination.step(.signatureValue, root + "/Signature") { () throws(Rejection) in
            let certificate = try verifyRoot(
                trusting: sender.signers(at: now), policy: sender.signatures, confirmedBy: reader)
            try sender.refuseRevoked(certificate, root)
            return certificate
        }
        try examination.check(
            .signatureKeyExpired, certificate.isValid(at: now), root + "/Signature",
            expected: certificate.validity, found: Instant.write(now))
        return certificate
    }
}

extension AuthnRequest: RequestMessage {
    func checkRest(_ expected: RequestExpectation, at now: Date, _ examination: Examination) throws(Rejection) {
        try examination.check(
            .messageIssuer, issuer?.hasEntityFormat ?? true, "AuthnRequest/Issuer/@Format",
            expected: SAMLURI.entity, found: issuer?.format)
        try examination.check(
            .messageConsent, consent.map(SAMLURI.consents.contains) ?? true, "AuthnRequest/@Consent",
            expected: SAMLURI.consentUnspecified, found: consent)
    }
}

extension Examination {
    /// What every message says of itself.
    ///
    /// - Parameters from, to: seconds that IssueInstant may differ from now.
    func checkEnvelope(
        _ element: String, id: MessageID, version: String, issueInstant: String, from: Double, to: Double, at now: Date
    ) throws(Rejection) {
        try check(.messageVersion, version == "2.0", element + "/@Version", expected: "2.0", found: version)
        try check(
            .messageIdentifier, isNCName(id.rawValue), element + "/@ID", expected: "an NCName", found: id.rawValue)
        let age = Instant.read(issueInstant)?.timeIntervalSince(now)
        try check(
            .messageIssueInstant, age.map { from <= $0 && $0 <= to } ?? false, element + "/@IssueInstant",
            expected: "between \(Instant.write(now + from)) and \(Instant.write(now + to))", found: issueInstant)
    }
}
