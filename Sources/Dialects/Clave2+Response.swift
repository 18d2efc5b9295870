// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import SAML
import XMLSecurity

extension Clave2 {
    public func writeResponse(
        _ outcome: AuthenticationOutcome, answering request: AuthenticationRequest, to requester: Requester,
        as stamp: Stamp
    ) throws(Rejection) -> Draft {
        let status: XMLNode
        let assertion: Draft.Assertion?
        switch outcome {
        case .identified(let identity):
            status = Self.success
            assertion = Draft.Assertion(
                try self.assertion(about: identity, answering: request, to: requester, as: stamp), .personal)
        case .refused(let refusal):
            status = Self.failure(refusal, request)
            assertion =
                requester.assertionInErrors ? Draft.Assertion(errorAssertion(request, stamp), .impersonal) : nil
        }
        let root = XMLNode(
            Namespace.saml2p("Response"),
            [
                ("ID", stamp.messageID.rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(stamp.now)),
                ("InResponseTo", request.id.rawValue), ("Destination", request.reply.assertionConsumerService),
                ("Consent", SAMLURI.consentObtained),
            ],
            [.issuer(stamp.issuer), status])
        return Draft(
            .response, root: root, assertion: assertion, id: stamp.messageID,
            destination: request.reply.assertionConsumerService, relayState: request.reply.relayState)
    }

    /// Some services test the message instead of the code, so that it repeats the URI (dossier §3.3).
    private static let success = XMLNode.status([SAMLURI.success], SAMLURI.success)

    /// Codes and texts by which services tell failures apart (dossier §3.3, §7.5).
    private static func failure(_ refusal: Refusal, _ request: AuthenticationRequest) -> XMLNode {
        let loa = request.assurance.lowest.uri
        return switch refusal.reason {
        case .authenticationFailed:
            .status(
                [SAMLURI.responder, SAMLURI.authnFailed],
                "003002 - Authentication Failed (the other country could not identify the person)")
        case .denied:
            .status([SAMLURI.responder, SAMLURI.requestDenied], "003002 - Authentication Failed (user cancelled)")
        case .attributeUnavailable:
            .status([SAMLURI.responder, SAMLURI.invalidAttribute], "202010 - A mandatory attribute is missing")
        case .assuranceTooLow:
            .status(
                [SAMLURI.responder, SAMLURI.authnFailed],
                "003002 - The selected credential's LoA is lower than requested LoA (\(loa))")
        case .requestNotAccepted:
            .status(
                [SAMLURI.requester, SAMLURI.requestDenied], "202002 - The other country did not accept the request")
        case .technical: .status([SAMLURI.responder], "203001 - Internal error")
        }
    }

    // MARK: Assertion

    private func assertion(
        about identity: Identity, answering request: AuthenticationRequest, to requester: Requester, as stamp: Stamp
    ) throws(Rejection) -> XMLNode {
        let attributes = identity.attributes.map { delivered($0, to: requester) }
        var nodes: [XMLNode] = []
        for attribute in attributes + controls(request, requester) {
            guard let row = mapping[attribute.name] else { continue }
            nodes.append(try row.write(attribute))
        }
        let subject = attributes.first { $0.name == request.person.identifier }?.values.first?.text ?? "NotAvailable"
        return assertion(
            subject: subject, format: request.reply.nameIDFormat ?? SAMLURI.unspecified, level: identity.assurance.uri,
            authenticatedAt: min(identity.authenticatedAt, stamp.now), attributes: nodes, request, stamp)
    }

    /// Engine 1.4.3 wants an assertion in a failure too. It names nobody and has no attributes, as the engine's own has none,
    /// and it travels in clear, because that engine reads nothing else there (dossier §11).
    private func errorAssertion(_ request: AuthenticationRequest, _ stamp: Stamp) -> XMLNode {
        assertion(
            subject: "NotAvailable", format: SAMLURI.unspecified, level: request.assurance.lowest.uri,
            authenticatedAt: stamp.now, attributes: [], request, stamp)
    }

    /// Attributes about the login, which services get without asking (dossier §3.6).
    private func controls(_ request: AuthenticationRequest, _ requester: Requester) -> [Attribute] {
        let method = requester.selectedIdP.map { Attribute(.selectedIdP, $0) }
        let echo = request.reply.echoed[.relayState].map { Attribute(.relayState, $0) }
        return [method, echo].compactMap { $0 }
    }

    private func delivered(_ attribute: Attribute, to requester: Requester) -> Attribute {
        let own: [AttributeName] = [.personIdentifier, .legalPersonIdentifier]
        guard requester.identifierForm == .bare, (own + own.map(\.ofRepresentative)).contains(attribute.name),
            let identifier = attribute.values.first.flatMap({ PersonIdentifier($0.text) })
        else { return mapping[attribute.name]?.rule.hasScripts ?? false ? attribute.withLatinFirst() : attribute }
        return Attribute(attribute.name, identifier.rest)
    }

    private func assertion(
        subject: String, format: String, level: String, authenticatedAt: Date, attributes: [XMLNode],
        _ request: AuthenticationRequest, _ stamp: Stamp
    ) -> XMLNode {
        // The kits look for the return address in the first place; brokers of standard SAML for their own name.
        let address = request.reply.assertionConsumerService
        let audiences =
            [address] + [request.reply.issuer?.rawValue].compactMap { $0 }.filter { $0 != address && !$0.isEmpty }
        return .assertion(
            AssertionDetails(
                subject: subject, nameIDFormat: format, level: level, authenticatedAt: authenticatedAt,
                audiences: audiences, attributes: attributes, hasEmptyDeclaration: true),
            answering: request, as: stamp)
    }
}
