// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

extension MockState {
    /// Reads a request of the Connector and holds it to Message Format 1.4, more sternly than many a real node.
    ///
    /// - Spec: eIDAS dossier §1, §6.2.
    func receive(_ message: ReceivedMessage, from connector: Connector, at now: Date) throws(Rejection) -> AuthnRequest
    {
        let parsed = try ParsedMessage(message)
        let verified = try parsed.verifyRequest(
            from: Sender(signingCertificates: connector.signing, signatures: .eidas),
            expecting: RequestExpectation(destinations: [singleSignOnService]), confirmedBy: nil, at: now)
        let request = verified.message
        try check(.messageIssuer, request.issuer?.name == connector.entityID, "Issuer", connector.entityID.rawValue)
        try checkForm(of: request)
        try check(
            .requestSector, connector.saysSector == (request.sectors ?? []).isEmpty, "Extensions/SPType",
            "in the metadata or in the request, not in both")
        try checkAttributes(of: request)
        try checkLevel(of: request)
        return request
    }

    private func checkForm(of request: AuthnRequest) throws(Rejection) {
        try check(.requestForceAuthn, request.forceAuthn == true, "@ForceAuthn", "true")
        try check(.requestIsPassive, request.isPassive != true, "@IsPassive", "false")
        try check(
            .requestReplyAddress,
            request.assertionConsumerServiceURL == nil && request.assertionConsumerServiceIndex == nil,
            "@AssertionConsumerServiceURL", "none, as the metadata has it")
        try check(.requestBinding, request.protocolBinding == nil, "@ProtocolBinding", "none")
        try check(.requestSubject, !request.hasSubjectOrConditions, "Subject", "none")
        try check(.requestExtensions, !(request.providerName ?? "").isEmpty, "@ProviderName", "who asks")
    }

    /// One kind of person, with its whole minimum data set, and nothing that this state does not publish.
    private func checkAttributes(of request: AuthnRequest) throws(Rejection) {
        let asked = request.attributes ?? []
        let known = asked.compactMap { attribute in profile.data.first { $0.uri == attribute.name } }
        try check(.requestAttributes, known.count == asked.count, "RequestedAttributes", "published attributes")
        let kinds = Set(known.map(\.kind))
        try check(.requestAttributes, kinds.count == 1, "RequestedAttributes", "one kind of person")
        for name in kinds.first?.minimumDataSet ?? [] {
            let isThere = asked.contains { $0.friendlyName == name.rawValue && $0.isRequired == true }
            try check(.requestAttributes, isThere, "RequestedAttributes", "\(name) as required")
        }
    }

    private func checkLevel(of request: AuthnRequest) throws(Rejection) {
        let place = "RequestedAuthnContext"
        guard let context = request.context else { throw Rejection(.requestLoA, place, expected: "a level") }
        try check(
            .requestLoA, ["minimum", "exact"].contains(context.comparison), place + "/@Comparison", "minimum or exact")
        let levels = LoA.allCases.map { "http://eidas.europa.eu/LoA/" + $0.rawValue }
        let areKnown = !context.classes.isEmpty && context.classes.allSatisfy(levels.contains)
        try check(
            .requestLoA, areKnown && (context.comparison == "exact" || context.classes.count == 1), place, "one level")
    }

    private func check(_ rule: Rule, _ isFine: Bool, _ place: String, _ expected: String) throws(Rejection) {
        guard isFine else { throw Rejection(rule, "AuthnRequest/" + place, expected: expected) }
    }
}

extension AuthnRequest {
    /// Whom it asks for.
    var person: PersonKind {
        (attributes ?? []).contains { $0.name == Datum.legalPersonIdentifier.uri } ? .legal : .natural
    }

    /// The weakest level that it takes, for the login page to show.
    var lowestLoA: LoA? {
        let levels = (context?.classes ?? []).compactMap { uri in
            uri.split(separator: "/").last.flatMap { LoA(rawValue: String($0)) }
        }
        return levels.min()
    }
}
