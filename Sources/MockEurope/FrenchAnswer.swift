// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import XMLSecurity

/// How a login at the French service ended, as far as its Connector understands it.
enum FrenchOutcome: Sendable {
    case identified(Person)
    /// Puente says no.
    case failed(codes: [String], message: String?)
    /// The Connector does not accept what Puente sent.
    case refused(Rejection)

    struct Person: Sendable {
        var assurance: Assurance
        var attributes: [Assertion.Attribute]

        subscript(datum: Datum) -> [Assertion.Value] { attributes.first { $0.name == datum.uri }?.values ?? [] }
    }
}

extension FrenchConnector {
    /// Checks an answer of our Proxy-Service, more sternly than many a real Connector.
    ///
    /// - Spec: eIDAS dossier §2, §6.5.
    func read(_ form: FormInput, answering question: Question, at now: Date) -> FrenchOutcome {
        do throws(Rejection) {
            return try outcome(form, question, now)
        } catch {
            return .refused(error)
        }
    }

    private func outcome(_ form: FormInput, _ question: Question, _ now: Date) throws(Rejection) -> FrenchOutcome {
        let received = try ReceivedMessage(
            post: form["SAMLResponse"] ?? "", relayState: form["RelayState"], field: "SAMLResponse")
        try check(.relayStateChanged, received.relayState == question.relayState, "RelayState")
        let expected = ResponseExpectation(
            issuers: [question.proxy.entityID], inResponseTo: question.id,
            assertionConsumerService: assertionConsumerService, audience: entityID, skewSeconds: 0)
        let opened = try ParsedMessage(received).verifyResponse(
            from: Sender(signingCertificates: question.proxy.signing, signatures: .eidas), encryption: .eidas,
            expecting: expected, openingWith: decryptionKeys(), confirmedBy: nil, at: now
        ).message
        let status = opened.response.status
        guard let assertion = opened.assertion else {
            try check(.responseAssertions, opened.response.contents.isEmpty, "Response", "no assertion in a failure")
            try check(
                .responseStatus, (status.message ?? "").wholeMatch(of: /[0-9]{6} - \S.*/) != nil,
                "Response/Status/StatusMessage", "a code and a text")
            return .failed(codes: [status.code].compactMap { $0 } + status.subcodes, message: status.message)
        }
        return .identified(try person(in: assertion, question))
    }

    private func person(in assertion: Assertion, _ question: Question) throws(Rejection) -> FrenchOutcome.Person {
        let uri = assertion.authnStatements.first?.classReferences.first ?? ""
        guard let assurance = Assurance(uri: uri), assurance.uri == uri else {
            throw Rejection(.responseLoAInvalid, "AuthnContextClassRef", found: uri)
        }
        try check(
            .responseLoATooLow, question.wish.requirement.isMet(by: assurance), "AuthnContextClassRef", "what was asked"
        )
        try check(
            .responseLoANotPublished, question.proxy.levels.contains(uri), "AuthnContextClassRef",
            "a level of the metadata")
        try check(
            .responseSubject, assertion.nameIDFormat == SAMLURI.persistent, "NameID/@Format", SAMLURI.persistent)
        let person = FrenchOutcome.Person(assurance: assurance, attributes: assertion.attributeStatements.first ?? [])
        try checkAttributes(of: person, question)
        return person
    }

    /// The minimum data set, nothing that was not asked, and identifiers from Spain for France.
    private func checkAttributes(of person: FrenchOutcome.Person, _ question: Question) throws(Rejection) {
        for datum in Self.minimum(question.wish.person) {
            try check(.attributeMissing, !person[datum].isEmpty, "Attribute", datum.rawValue)
        }
        for attribute in person.attributes {
            let isAsked = question.asked.contains { $0.uri == attribute.name }
            try check(
                .attributeInvalid, isAsked || attribute.name.contains("/representative/"), "Attribute",
                "what was asked")
            try check(.attributeInvalid, attribute.nameFormat == SAMLURI.nameFormatURI, "Attribute/@NameFormat")
            try check(
                .attributeInvalid, attribute.values.allSatisfy { !$0.isStructured && !$0.text.isEmpty }, "Attribute",
                "a value")
        }
        for identifier in person[question.wish.person == .natural ? .personIdentifier : .legalPersonIdentifier] {
            let read = PersonIdentifier(identifier.text)
            try check(.identifierInvalid, read != nil, "PersonIdentifier", "ES/FR/…")
            try check(
                .identifierCountry, read?.from == "ES" && read?.to == Self.france.rawValue, "PersonIdentifier",
                "ES/FR/…")
        }
    }

    private func decryptionKeys() throws(Rejection) -> [DecryptionKey] {
        do {
            return [try DecryptionKey(key: encryption.key, certificate: encryption.certificate)]
        } catch {
            throw Rejection(.keyUnusable, found: "\(error.kind)")
        }
    }

    private func check(
        _ rule: Rule, _ isFine: Bool, _ place: String, _ expected: String? = nil
    ) throws(Rejection) {
        guard isFine else { throw Rejection(rule, place, expected: expected) }
    }
}
