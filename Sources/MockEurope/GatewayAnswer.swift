// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import XMLSecurity

/// An answer of the mock gateway to one question.
struct GatewayAnswer: Sendable {
    let dialect: GatewayDialect
    let question: GatewayDialect.Question
    let now: Date

    /// Somebody is identified: the fixed set of attributes, whatever was asked.
    ///
    /// - Spec: Cl@ve dossier §3.6.
    func identifying(_ identification: Identification, _ manner: GatewayManner = .genuine) throws -> PostForm {
        let resident = identification.resident
        var attributes = [
            Attribute(.personIdentifier, resident.id),
            Attribute(.firstName, resident.firstName.uppercased()),
            Attribute(.familyName, resident.familyName.uppercased()),
            Attribute(.firstSurname, resident.firstSurname.uppercased()),
        ]
        if let certificate = identification.certificate {
            let extract = certificate.partialAfirma(isBroken: manner == .brokenPartialAfirma)
            attributes.append(Attribute(.partialAfirma, Base64.encode(extract)))
        }
        if identification.method == .permanent {
            attributes.append(Attribute(AttributeName("RegisterType"), resident.registration == .advanced ? "2" : "1"))
        }
        var service = question.service
        service.selectedIdP = identification.method.rawValue
        if manner == .encrypted {
            // With the key that signs its requests, which is the only one that the gateway knows (dossier §3.5).
            let recipients = try service.sender.signingCertificates.map {
                try Recipient($0, transport: .rsaOAEPMGF1P)
            }
            service.seal.protection = recipients.first.map { .encrypted(for: $0, and: Array(recipients.dropFirst())) }
        }
        if manner == .otherKey { service.seal.signer = dialect.otherSigner }
        var request = question.request
        if manner == .otherQuestion { request.id = try .random() }
        let issued = manner == .expired ? now - 1_200 : now
        let identity = Identity(
            assurance: Assurance(identification.loa), memberState: .spain, attributes: attributes,
            authenticatedAt: issued)
        var draft = try dialect.clave.writeResponse(
            .identified(identity), answering: request, to: service, as: .fresh(issuer: dialect.issuer, at: issued))
        if manner == .otherAudience {
            draft.assertion = draft.assertion.map { genuine in
                let node = genuine.node.replacing(Namespace.saml2("Audience")) { _ in
                    XMLNode(Namespace.saml2("Audience"), text: "http://localhost:1/somebody-else")
                }
                return Draft.Assertion(node, genuine.secrecy)
            }
        }
        guard manner == .unsigned else { return PostForm(try SealedMessage(draft, service.seal)) }
        let root = (draft.assertion?.node).map(draft.root.appending) ?? draft.root
        return PostForm(
            draft.destination,
            [(draft.field.rawValue, Base64.encode(root.serialized()))]
                + (draft.relayState.map { [("RelayState", $0)] } ?? []))
    }

    /// Nobody is identified. The status is the real gateway's, word by word.
    ///
    /// - Spec: Cl@ve dossier §3.3.
    func refusing(_ failure: Failure) throws -> PostForm {
        var draft = try dialect.clave.writeResponse(
            .refused(Refusal(.technical)), answering: question.request, to: question.service,
            as: .fresh(issuer: dialect.issuer, at: now))
        draft.root = draft.root.replacing(Namespace.saml2p("Status")) { _ in failure.status }
        return PostForm(try SealedMessage(draft, question.service.seal))
    }
}

extension GatewayAnswer {
    /// Why nobody is identified, as a status.
    struct Failure: Hashable, Sendable {
        /// Outermost first. An empty one stands for the main code that the gateway may leave out.
        var codes: [String]
        var message: String

        fileprivate var status: XMLNode {
            let code = codes.reversed().reduce(nil as XMLNode?) { inner, value in
                XMLNode(Namespace.saml2p("StatusCode"), [("Value", value)], [inner])
            }
            return XMLNode(
                Namespace.saml2p("Status"), [], [code, XMLNode(Namespace.saml2p("StatusMessage"), text: message)])
        }

        private init(_ codes: [String], _ detail: String) {
            self.codes = codes
            message = "003002 - " + detail
        }

        /// - Returns: `nil` for manners in which somebody is identified.
        init?(_ manner: GatewayManner, asked: LoA) {
            switch manner {
            case .cancelled: self = .cancelled
            case .noCertificate: self = .noCertificate
            case .expiredCertificate: self = .invalid("El certificado está caducado")
            case .revokedCertificate: self = .invalid("El certificado se encuentra revocado")
            case .certificateClass: self = .classification(8)
            case .tooLow: self = .tooLow(.certificate, .low, asked: asked)
            case .noMainCode: self.init(["", SAMLURI.authnFailed], "Authentication Failed")
            case .genuine, .brokenPartialAfirma, .encrypted, .expired, .otherAudience, .otherQuestion, .unsigned,
                .otherKey:
                return nil
            }
        }

        static let noCertificate = Failure(
            [SAMLURI.responder, SAMLURI.authnFailed], "Authentication Failed (no certificate has been submitted)")
        static let cancelled = Failure(
            [SAMLURI.responder, SAMLURI.requestDenied], "Authentication Failed (user cancelled)")

        static func invalid(_ reason: String) -> Failure {
            Failure([SAMLURI.responder], "Authentication Failed (certificate not valid: \(reason))")
        }

        static func classification(_ number: Int) -> Failure {
            Failure([SAMLURI.responder], "Type of certificate not allowed (\(number))")
        }

        static func tooLow(_ method: GatewayMethod, _ given: LoA, asked: LoA) -> Failure {
            Failure(
                [SAMLURI.responder],
                "[\(method.provider)] The selected credential's LoA (\(given.rawValue)) is lower than requested LoA (\(asked.rawValue))"
            )
        }
    }
}

extension XMLNode {
    /// The same element, with every element of that name inside it replaced.
    func replacing(_ name: XMLName, with change: (XMLNode) -> XMLNode) -> XMLNode {
        guard self.name != name else { return change(self) }
        var copy = self
        copy.content = content.map { part in
            if case .node(let child) = part { .node(child.replacing(name, with: change)) } else { part }
        }
        return copy
    }
}
