// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import SAML
import XMLSecurity

extension ClaveGateway {
    /// Identifiers become `ES/ES/…` here; for whom they are is known to the bridge alone.
    ///
    /// - Throws: ``Rule/responseMethod``, ``Rule/responseLoAInvalid``, ``Rule/responseCertificateClass``,
    ///   ``Rule/responsePartialAfirma``, ``Rule/relayStateChanged``, ``Rule/identifierInvalid`` and other rules of attributes.
    /// - Spec: Cl@ve dossier §3.3, §3.6, §3.7.
    public func readResponse(
        _ response: Verified<OpenedResponse>, to question: Exchange.Question, from responder: Responder,
        _ examination: Examination
    ) throws(Rejection) -> AuthenticationOutcome {
        let status = response.message.response.status
        guard let assertion = response.message.assertion else { return .refused(Self.refusal(status)) }
        let statement = try Statement(assertion.attributeStatements.first ?? [], mapping, examination)
        let place = "Assertion/AttributeStatement"
        // Whoever looks at a saved answer does not know it.
        try examination.check(
            .relayStateChanged,
            question.relayState.isEmpty || statement[.relayState].map { $0 == question.relayState } ?? true,
            place + "/Attribute[RelayState]", expected: "the one that was sent", found: "another")
        let method = try examination.step(.responseMethod, place + "/Attribute[SelectedIdP]") { () throws(Rejection) in
            try self.method(statement[.selectedIdP])
        }
        let assurance = try examination.step(.responseLoAInvalid, "Assertion/AuthnStatement/AuthnContext") {
            () throws(Rejection) in
            try self.assurance(assertion.authnStatements.first?.classReferences.first ?? "", by: method)
        }
        let attributes = try examination.step(.responseCertificateClass, place) { () throws(Rejection) in
            try self.attributes(statement, method, of: responder.country)
        }
        return .identified(
            Identity(
                assurance: assurance, memberState: responder.country, attributes: attributes,
                authenticatedAt: assertion.authnStatements.first.flatMap { Instant.read($0.authnInstant) }
                    ?? .distantPast))
    }

    private func method(_ selected: String?) throws(Rejection) -> Method {
        let place = "Assertion/AttributeStatement/Attribute[SelectedIdP]"
        let marks = Method.allCases.map(\.mark).joined(separator: ", ")
        let named = Method.allCases.filter { selected?.contains($0.mark) ?? false }
        guard let method = named.first, named.count == 1 else {
            // What stands there beside is nobody's business.
            let found = named.isEmpty ? "something else" : named.map(\.mark).joined(separator: ", ")
            throw Rejection(
                .responseMethod, place, expected: "one of \(marks)", found: selected == nil ? "nothing" : found)
        }
        let policy = policy(of: method)
        guard policy.release != .refused, policy.isOffered else {
            throw Rejection(.responseMethod, place, expected: "a method that is released", found: method.rawValue)
        }
        return method
    }

    /// The level is the gateway's word alone, cut down to what the operator lets the method count for (dossier §6.2).
    private func assurance(_ uri: String, by method: Method) throws(Rejection) -> Assurance {
        guard let loa = LoA(uri: uri) else {
            throw Rejection(
                .responseLoAInvalid, "Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef",
                expected: "one of " + LoA.allCases.map(\.uri).joined(separator: ", "), found: uri)
        }
        let policy = policy(of: method)
        return Assurance(min(loa, policy.highestLoA), notified: policy.release == .notified)
    }

    /// The person, or whoever the person acts for with the person as representative.
    private func attributes(
        _ statement: Statement, _ method: Method, of country: MemberState
    ) throws(Rejection) -> [Attribute] {
        var person = [try statement.identifier(of: country)]
        for name in [AttributeName.familyName, .firstName, .firstSurname] {
            // As it will be sent, so that people see it so.
            guard let text = statement[name] else { continue }
            let place = "Assertion/AttributeStatement/Attribute[\(name)]"
            person.append(try Attribute(name, text).inLatin(at: place))
        }
        person += statement.others
        // That of another method counts for nothing.
        guard method == .certificate else { return person }
        guard let extract = statement[.partialAfirma] else {
            throw Rejection(.responsePartialAfirma, "Attribute[PartialAfirma]", expected: "it, beside a certificate")
        }
        let certificate = try PartialAfirma(extract)
        switch certificate.holder {
        case .natural:
            try certificate.checkHolder(person[0])
            return person
        case .representative:
            try certificate.checkRepresentative(person[0])
            // Nobody asks for a representative's attributes: no more of them leaves than has to.
            person.removeAll { !PersonKind.natural.minimumDataSet.contains($0.name) }
            return try certificate.represented(of: country)
                + person.map { Attribute($0.name.ofRepresentative, $0.values) }
        case nil:
            throw Rejection(
                .responseCertificateClass, "Attribute[PartialAfirma]/clasificacion", expected: "0, 5, 11 or 12",
                found: certificate.classification)
        }
    }

    /// Without a main code a failure is the responder's (dossier §3.3).
    private static func refusal(_ status: Response.Status) -> Refusal {
        let message = status.message ?? ""
        let reason: Refusal.Reason =
            // A main code that is left out leaves the second one in its place.
            switch status.subcodes.first ?? status.code {
            case _ where message.contains("is lower than requested LoA"): .assuranceTooLow
            case SAMLURI.requestDenied?: .denied
            case SAMLURI.invalidAttribute?: .attributeUnavailable
            case SAMLURI.authnFailed?: .authenticationFailed
            case _ where message.hasPrefix("003002"): .authenticationFailed
            default: status.code == SAMLURI.requester ? .requestNotAccepted : .technical
            }
        return Refusal(
            reason, message: message.isEmpty ? nil : message,
            codes: [status.code.flatMap { $0.isEmpty ? nil : $0 } ?? SAMLURI.responder] + status.subcodes)
    }
}

/// The attributes of an answer that mean something to us, each at most once.
private struct Statement {
    private var texts: [AttributeName: String] = [:]
    /// What else is said of the person. No national method tells a date of birth today; should one, it counts.
    private(set) var others: [Attribute] = []

    private static let known: [AttributeName] = [
        .personIdentifier, .familyName, .firstName, .firstSurname, .partialAfirma, .selectedIdP, .relayState,
    ]

    init(
        _ attributes: [Assertion.Attribute], _ mapping: MappingTable, _ examination: Examination
    ) throws(Rejection) {
        for attribute in attributes {
            guard let row = mapping[uri: attribute.name] else { continue }
            let place = "Assertion/AttributeStatement/Attribute[\(row.friendlyName)]"
            try examination.check(
                .attributeRepeated, texts[row.name] == nil && !others.contains { $0.name == row.name }, place,
                expected: "once", found: "twice")
            try mapping.checkTypes(of: attribute.values, as: row, at: place)
            guard Self.known.contains(row.name) else {
                // An attribute without a value says nothing (dossier §11.2).
                guard row.person == .natural, !row.name.isRepresentative, !attribute.values.isEmpty else { continue }
                others.append(
                    try examination.step(.attributeInvalid, place) { () throws(Rejection) in
                        try row.read(attribute.values, at: place).withLatinFirst()
                    })
                continue
            }
            // Nor do those that need not be there.
            if attribute.values.isEmpty, [.firstSurname, .partialAfirma].contains(row.name) { continue }
            guard let value = attribute.values.first, attribute.values.count == 1 else {
                throw Rejection(.attributeInvalid, place, expected: "one value", found: "\(attribute.values.count)")
            }
            guard !value.isStructured, let text = ValueRule.text.read(value.text) else {
                throw Rejection(.attributeInvalid, place, expected: "a text", found: "something else")
            }
            texts[row.name] = text
        }
    }

    subscript(name: AttributeName) -> String? { texts[name] }

    /// A national number, bare or structured; never one of another country, which would be somebody else's to vouch for.
    func identifier(of country: MemberState) throws(Rejection) -> Attribute {
        let place = "Assertion/AttributeStatement/Attribute[PersonIdentifier]"
        guard let text = texts[.personIdentifier] else {
            throw Rejection(.attributeMissing, place, expected: "a national identifier", found: "nothing")
        }
        let structured = PersonIdentifier(text)
        if let structured, !country.isNamed(by: structured.from) {
            throw Rejection(.identifierCountry, place, expected: "\(country)/…", found: "\(structured.from)/…")
        }
        guard let number = SpanishIdentifier(structured?.rest ?? text), number.person == .natural else {
            throw Rejection(.identifierInvalid, place, expected: "DNI, NIE or NIF with its letter", found: "another")
        }
        return Attribute(.personIdentifier, PersonIdentifier(from: country, to: country, rest: number.text).text)
    }
}
