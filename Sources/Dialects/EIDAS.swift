// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import SAML
import XMLSecurity

/// eIDAS node to node, with us as the Connector.
///
/// - Spec: eIDAS SAML Message Format 1.4; eIDAS dossier §1, §2.
public struct EIDAS: ResponderDialect {
    public let mapping: MappingTable
    /// In each request, unless the metadata of our Connector says it (Message Format 1.4 §4.1).
    public let saysSectorInRequest: Bool

    public init(mapping: MappingTable, saysSectorInRequest: Bool) {
        self.mapping = mapping
        self.saysSectorInRequest = saysSectorInRequest
    }

    // MARK: Request

    public func writeRequest(
        _ request: AuthenticationRequest, _ question: Exchange.Question, to responder: Responder, as stamp: Stamp
    ) throws(Rejection) -> Draft {
        let attributes = question.attributes.compactMap { asked in
            mapping[asked.name].map { $0.requested(asked.isRequired) }
        }
        let sector = saysSectorInRequest ? XMLNode(Namespace.eidas("SPType"), text: request.sector.rawValue) : nil
        let policy = responder.nameIDFormat.map {
            XMLNode(Namespace.saml2p("NameIDPolicy"), [("AllowCreate", "true"), ("Format", $0)])
        }
        let root = XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("ID", stamp.messageID.rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(stamp.now)),
                ("Destination", responder.singleSignOnService), ("Consent", SAMLURI.consentUnspecified),
                ("ForceAuthn", "true"), ("IsPassive", "false"),
                ("ProviderName", String(request.serviceName.prefix(128))),
            ],
            [
                .issuer(stamp.issuer),
                XMLNode(
                    Namespace.saml2p("Extensions"), [],
                    [sector, XMLNode(Namespace.eidas("RequestedAttributes"), [], attributes)]),
                policy,
                context(question.assurance),
                scoping(request, responder),
            ])
        return Draft(
            .request, root: root, id: stamp.messageID, destination: responder.singleSignOnService,
            relayState: question.relayState)
    }

    /// `minimum` with one notified level, or `exact` with a list (Message Format 1.4 §2.4.1).
    private func context(_ requirement: AssuranceRequirement) -> XMLNode {
        let (comparison, levels): (String, [String]) =
            switch requirement {
            case .minimum(let loa): ("minimum", [loa.uri])
            case .exactly(let accepted): ("exact", accepted.sorted().map(\.uri))
            }
        return XMLNode(
            Namespace.saml2p("RequestedAuthnContext"), [("Comparison", comparison)],
            levels.map { XMLNode(Namespace.saml2("AuthnContextClassRef"), text: $0) })
    }

    private func scoping(_ request: AuthenticationRequest, _ responder: Responder) -> XMLNode? {
        let isSent =
            switch responder.sendsRequesterID {
            case .always: true
            case .whenFlagged: responder.needsRequesterID
            case .never: false
            }
        guard isSent else { return nil }
        let requester = request.relyingParty ?? request.requester.rawValue
        return XMLNode(
            Namespace.saml2p("Scoping"), [],
            [XMLNode(Namespace.saml2p("RequesterID"), text: String(requester.prefix(1024)))])
    }

    // MARK: Response

    public func readResponse(
        _ response: Verified<OpenedResponse>, to question: Exchange.Question, from responder: Responder,
        _ examination: Examination
    ) throws(Rejection) -> AuthenticationOutcome {
        let status = response.message.response.status
        guard let assertion = response.message.assertion else { return .refused(Self.refusal(status)) }
        let uri = assertion.authnStatements.first?.classReferences.first ?? ""
        let assurance = try examination.step(.responseLoAInvalid, "Assertion/AuthnStatement/AuthnContext") {
            () throws(Rejection) in try Self.assurance(uri)
        }
        return .identified(
            Identity(
                assurance: assurance, memberState: responder.country,
                attributes: try attributes(assertion.attributeStatements.first ?? [], examination),
                authenticatedAt: assertion.authnStatements.first.flatMap { Instant.read($0.authnInstant) }
                    ?? .distantPast))
    }

    private static func assurance(_ uri: String) throws(Rejection) -> Assurance {
        guard let assurance = Assurance(uri: uri) else {
            throw Rejection(
                .responseLoAInvalid, "Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef",
                expected: "a level of the message format", found: uri)
        }
        return assurance
    }

    /// Attributes that we know; others are passed over, as the architecture demands (`IA §2.3.1`).
    private func attributes(
        _ statement: [Assertion.Attribute], _ examination: Examination
    ) throws(Rejection) -> [Attribute] {
        var found: [Attribute] = []
        for attribute in statement {
            guard let row = mapping[uri: attribute.name] else { continue }
            let place = "Assertion/AttributeStatement/Attribute[\(row.friendlyName)]"
            try examination.check(
                .attributeInvalid, attribute.nameFormat == SAMLURI.nameFormatURI, place + "/@NameFormat",
                expected: SAMLURI.nameFormatURI, found: attribute.nameFormat)
            try examination.check(
                .attributeRepeated, !found.contains { $0.name == row.name }, place, expected: "once", found: "twice")
            found.append(
                try examination.step(.attributeInvalid, place) { () throws(Rejection) in
                    try mapping.checkTypes(of: attribute.values, as: row, at: place)
                    return try row.read(attribute.values, at: place)
                })
        }
        return found
    }

    /// Unknown sub-codes are a failure like any other (dossier §2.2).
    private static func refusal(_ status: Response.Status) -> Refusal {
        let reason: Refusal.Reason =
            switch (status.code, status.subcodes.first) {
            case (_, SAMLURI.authnFailed?): .authenticationFailed
            case (_, SAMLURI.requestDenied?): .denied
            case (_, SAMLURI.invalidAttribute?): .attributeUnavailable
            case (_, SAMLURI.noAuthnContext?): .assuranceTooLow
            case (SAMLURI.requester, _): .requestNotAccepted
            default: .technical
            }
        return Refusal(reason, message: status.message)
    }
}

extension MappingTable.Row {
    fileprivate func requested(_ isRequired: Bool) -> XMLNode {
        XMLNode(
            Namespace.eidas("RequestedAttribute"),
            [
                ("FriendlyName", friendlyName), ("Name", uri), ("NameFormat", SAMLURI.nameFormatURI),
                ("isRequired", isRequired ? "true" : "false"),
            ])
    }
}
