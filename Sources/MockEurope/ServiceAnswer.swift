// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

/// How a login at the demo service ended, as far as the service understands it.
enum ServiceOutcome: Hashable, Sendable {
    case identified(Person)
    /// The gateway says no.
    case failed(codes: [String], message: String?)
    /// The service does not accept what the gateway sent.
    case refused(Rejection)
    case loggedOut

    struct Person: Hashable, Sendable {
        var loa: String
        var nameID: String?
        var delivery: Delivery
        var attributes: [Assertion.Attribute]

        subscript(datum: Datum) -> [Assertion.Value] { attributes.first { $0.name == datum.uri }?.values ?? [] }
    }
}

extension ServiceDialect {
    /// Checks an answer as strictly as a kit: signature of the registered gateway, Destination, InResponseTo, Audience, times
    /// without any tolerance, and both RelayStates.
    ///
    /// - Spec: Cl@ve dossier §3, §11.2.
    func read(_ form: FormInput, answering question: Question, at now: Date) -> ServiceOutcome {
        do throws(Rejection) {
            return try outcome(form, question, now)
        } catch {
            return .refused(error)
        }
    }

    private func outcome(_ form: FormInput, _ question: Question, _ now: Date) throws(Rejection) -> ServiceOutcome {
        let received = try ReceivedMessage(
            post: form["SAMLResponse"] ?? "", relayState: form["RelayState"], field: "SAMLResponse")
        try check(.relayStateChanged, received.relayState == question.relayState, "RelayState")
        let sender = Sender(signingCertificates: [gateway], signatures: .clave)
        let expected = ResponseExpectation(
            issuers: [EntityID(addresses.puenteGatewayIssuer)], inResponseTo: question.id,
            assertionConsumerService: addresses.assertionConsumerService,
            audience: EntityID(addresses.assertionConsumerService), skewSeconds: 0,
            demands: question.wish.delivery == .encrypted ? .eidas : .eidas.subtracting(.encryption))
        let opened = try ParsedMessage(received).verifyResponse(
            from: sender, encryption: EncryptionPolicy(allowsOldKeyTransport: true), expecting: expected,
            openingWith: decryptionKeys(), confirmedBy: nil, at: now
        ).message
        guard let assertion = opened.assertion else {
            let status = opened.response.status
            return .failed(codes: [status.code].compactMap { $0 } + status.subcodes, message: status.message)
        }
        return .identified(try person(in: assertion, question))
    }

    private func person(in assertion: Assertion, _ question: Question) throws(Rejection) -> ServiceOutcome.Person {
        let attributes = assertion.attributeStatements.first ?? []
        let echo = attributes.first { $0.name == Self.relayStateURI }?.values.map(\.text)
        try check(.relayStateChanged, echo == [question.relayStateAttribute], "Assertion/Attribute[RelayState]")
        let level = assertion.authnStatements.first?.classReferences.first ?? ""
        return ServiceOutcome.Person(
            loa: level.split(separator: "/").last.map(String.init) ?? level, nameID: assertion.nameID,
            delivery: question.wish.delivery, attributes: attributes.filter { $0.name != Self.relayStateURI })
    }

    private func decryptionKeys() throws(Rejection) -> [DecryptionKey] {
        do {
            return [try DecryptionKey(key: credential.key, certificate: credential.certificate)]
        } catch {
            throw Rejection(.keyUnusable, found: "\(error.kind)")
        }
    }

    private func check(_ rule: Rule, _ isFine: Bool, _ place: String) throws(Rejection) {
        guard isFine else { throw Rejection(rule, place) }
    }
}
