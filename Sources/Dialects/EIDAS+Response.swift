// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import SAML
import XMLSecurity

extension EIDAS {
    /// Success carries one assertion, a failure none (dossier §2.3, §2.4).
    ///
    /// - Spec: eIDAS dossier P2-15: nobody crosses the border in clear.
    public func writeResponse(
        _ outcome: AuthenticationOutcome, answering request: AuthenticationRequest, to requester: Requester,
        as stamp: Stamp
    ) throws(Rejection) -> Draft {
        let (status, consent, assertion): (XMLNode, String, Draft.Assertion?) =
            switch outcome {
            case .identified(let identity):
                (
                    .status([SAMLURI.success], SAMLURI.success), SAMLURI.consentObtained,
                    Draft.Assertion(
                        try self.assertion(about: identity, answering: request, to: requester, as: stamp), .secret)
                )
            case .refused(let refusal): (Self.failure(refusal), SAMLURI.consentUnspecified, nil)
            }
        let destination = request.reply.assertionConsumerService
        let root = XMLNode(
            Namespace.saml2p("Response"),
            [
                ("ID", stamp.messageID.rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(stamp.now)),
                ("InResponseTo", request.id.rawValue), ("Destination", destination), ("Consent", consent),
            ],
            [.issuer(stamp.issuer), status])
        return Draft(
            .response, root: root, assertion: assertion, id: stamp.messageID,
            destination: destination, relayState: request.reply.relayState)
    }

    /// `code - text`, with the codes of the reference node (dossier §2.2, §6.6).
    private static func failure(_ refusal: Refusal) -> XMLNode {
        if let rule = refusal.rule, let failure = failure(rule) { return failure }
        let responder = SAMLURI.responder
        let (codes, code, text): ([String], String, String) =
            switch refusal.reason {
            case .authenticationFailed: ([responder, SAMLURI.authnFailed], "003002", "Authentication failed")
            case .denied: ([responder, SAMLURI.requestDenied], "202007", "Consent not given")
            case .attributeUnavailable:
                ([responder, SAMLURI.invalidAttribute], "202010", "Mandatory attribute not found")
            case .assuranceTooLow:
                ([responder, SAMLURI.authnFailed], "202019", "Level of assurance lower than requested")
            case .requestNotAccepted: ([SAMLURI.requester, SAMLURI.requestDenied], "202005", "Request not accepted")
            case .technical: ([responder], "203001", "Internal error")
            }
        let given = known(refusal.codes)
        return .status(given ?? codes, message(refusal.message, else: code, text))
    }

    /// The status of the gateway goes on as it was given, as far as nodes know its codes (P2-02).
    private static func known(_ codes: [String]) -> [String]? {
        let outer = [SAMLURI.requester, SAMLURI.responder, SAMLURI.versionMismatch]
        let inner = [
            SAMLURI.authnFailed, SAMLURI.requestDenied, SAMLURI.invalidAttribute, SAMLURI.invalidNameIDPolicy,
        ]
        guard let first = codes.first else { return nil }
        // A main code that is left out is the responder's (Cl@ve dossier §3.3).
        let main = outer.contains(first) ? first : SAMLURI.responder
        return [main] + codes.filter(inner.contains).prefix(1)
    }

    /// So does its message, in the form that nodes read, as far as it is made of words that can name nobody: people have been
    /// named in the free text of others, and this person has agreed to nothing yet.
    private static func message(_ given: String?, else code: String, _ text: String) -> String {
        let line = (given ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        // Codes begin so (dossier §6.6); another number, or one that a letter follows at once, is somebody's.
        let next = line.dropFirst(digits.count).first
        let hasCode =
            digits.count == 6 && ["00", "20"].contains(digits.prefix(2)) && next.map(" -–:".contains) ?? true
        let rest = hasCode ? line.dropFirst(digits.count).drop { " -–:".contains($0) } : line[...]
        let words = rest.lowercased().split { !$0.isLetter && !$0.isNumber }
        let isHarmless =
            !words.isEmpty && words.allSatisfy { $0.count == 1 || knownWords.contains(String($0)) }
            && words.count { $0.count == 1 } <= 2
        return "\(hasCode ? String(digits) : code) - \(isHarmless ? String(rest) : text)"
    }

    /// The words of the messages that gateways are known to send (Cl@ve dossier §3.3).
    private static let knownWords = Set(
        """
        authentication failed no certificate has been submitted not valid el certificado está caducado se encuentra revocado \
        type of allowed idp firma the selected credential loa is lower than requested user cancelled detalle error \
        http eidas europa eu low substantial high internal request denied consent attribute attributes mandatory missing \
        invalid nameid format policy version response móvil permanente pin aeat giss dnie 
        """.split(separator: " ").map(String.init))

    /// Requests that are understood and cannot be served (P1-35 to P1-43), and answers of the gateway that cannot be used.
    private static func failure(_ rule: Rule) -> XMLNode? {
        let requester = SAMLURI.requester
        return switch rule {
        case .requestRequesterID: .status([requester, SAMLURI.requestDenied], "202020 - RequesterID missing")
        case .requestAttributesUnavailable:
            .status([requester, SAMLURI.invalidAttribute], "202005 - Requested attributes not available")
        case .requestLoAUnavailable: .status([requester], "202015 - Requested level of assurance not available")
        case .requestNameID:
            .status([requester, SAMLURI.invalidNameIDPolicy], "202022 - Requested NameID format not available")
        case .responseCertificateClass:
            .status([SAMLURI.responder, SAMLURI.authnFailed], "003002 - Type of certificate not allowed")
        case .responseMethod:
            .status([SAMLURI.responder, SAMLURI.authnFailed], "003002 - Method of identification not allowed")
        case .responseLoAInvalid, .responseLoANotPublished:
            .status([SAMLURI.responder], "202021 - Level of assurance of the answer not valid")
        case .attributeInvalid, .attributeRepeated, .identifierInvalid, .identifierCountry, .sourceInvalid:
            .status([SAMLURI.responder, SAMLURI.invalidAttribute], "203001 - Attribute value not valid")
        default: nil
        }
    }

    // MARK: Assertion

    private func assertion(
        about identity: Identity, answering request: AuthenticationRequest, to requester: Requester, as stamp: Stamp
    ) throws(Rejection) -> XMLNode {
        var nodes: [XMLNode] = []
        for row in mapping.rows {
            guard let attribute = identity[row.name] else { continue }
            nodes.append(try row.write(row.rule.hasScripts ? attribute.withLatinFirst() : attribute))
        }
        let identifier = identity[request.person.identifier]?.values.first?.text ?? stamp.assertionID.rawValue
        let format = request.reply.nameIDFormat ?? SAMLURI.persistent
        return .assertion(
            AssertionDetails(
                subject: format == SAMLURI.transient ? stamp.assertionID.rawValue : identifier, nameIDFormat: format,
                level: identity.assurance.uri, authenticatedAt: min(identity.authenticatedAt, stamp.now),
                audiences: [requester.name.rawValue], attributes: nodes),
            answering: request, as: stamp)
    }
}
