// SPDX-License-Identifier: EUPL-1.2

/// What may be asked of a responder, which answers count, and what of an answer may be released. Pure rules over canonical
/// values.
public struct Policy: Hashable, Sendable {
    /// Our own country: the destination that identifiers must name.
    public var country: MemberState
    public var acceptsRepresentation: Bool

    public init(country: MemberState, acceptsRepresentation: Bool) {
        self.country = country
        self.acceptsRepresentation = acceptsRepresentation
    }

    /// Lets an answer count, or says why not. A refusal of the responder counts as it is.
    ///
    /// - Parameter published: the levels that the responder's metadata states; empty for no statement.
    /// - Throws: ``Rule/responseLoATooLow`` and its kin, ``Rule/identifierInvalid``, ``Rule/identifierCountry``,
    ///   ``Rule/dataSetIncomplete``, ``Rule/attributeMissing``, ``Rule/representationNotAccepted``.
    /// - Spec: eIDAS dossier C2-32 to C2-42.
    public func admit(
        _ outcome: AuthenticationOutcome, answering request: AuthenticationRequest, to question: Exchange.Question,
        published: Set<Assurance>
    ) throws(Rejection) -> AuthenticationOutcome {
        guard case .identified(let identity) = outcome else { return outcome }
        try checkAssurance(of: identity, question, published)
        try checkIdentifiers(of: identity)
        try checkDataSets(of: identity, request.person)
        try checkRepresentation(in: identity, request.person)
        for asked in question.attributes where asked.isRequired && identity[asked.name] == nil {
            throw Rejection(.attributeMissing, asked.name.rawValue, expected: "a value", found: "nothing")
        }
        return outcome
    }

    /// The same answer with nothing in it that was not asked for, except the representative where one is accepted.
    public func release(_ outcome: AuthenticationOutcome, to request: AuthenticationRequest) -> AuthenticationOutcome {
        guard case .identified(var identity) = outcome else { return outcome }
        let asked = Set(request.attributes.map(\.name))
        identity.attributes.removeAll { attribute in
            !asked.contains(attribute.name) && !(acceptsRepresentation && attribute.name.isRepresentative)
        }
        return .identified(identity)
    }

    private func checkAssurance(
        of identity: Identity, _ question: Exchange.Question, _ published: Set<Assurance>
    ) throws(Rejection) {
        let place = "Assertion/AuthnStatement/AuthnContext"
        guard question.assurance.isMet(by: identity.assurance) else {
            throw Rejection(
                .responseLoATooLow, place, expected: "\(question.assurance.lowest.rawValue) or more, notified",
                found: identity.assurance.loa.rawValue + (identity.assurance.isNotified ? "" : ", not notified"))
        }
        guard published.isEmpty || published.contains(identity.assurance) else {
            throw Rejection(
                .responseLoANotPublished, place,
                expected: published.sorted().map(\.loa.rawValue).joined(separator: ", "),
                found: identity.assurance.loa.rawValue)
        }
    }

    private func checkIdentifiers(of identity: Identity) throws(Rejection) {
        let plain: [AttributeName] = [.personIdentifier, .legalPersonIdentifier]
        for name in plain + plain.map(\.ofRepresentative) {
            guard let attribute = identity[name] else { continue }
            guard attribute.values.count == 1, let identifier = PersonIdentifier(attribute.values[0].text) else {
                throw Rejection(.identifierInvalid, name.rawValue, expected: "CC/CC/id")
            }
            guard identity.memberState.isNamed(by: identifier.from), country.isNamed(by: identifier.to) else {
                throw Rejection(
                    .identifierCountry, name.rawValue, expected: "\(identity.memberState)/\(country)/…",
                    found: "\(identifier.from)/\(identifier.to)/…")
            }
        }
    }

    /// Whoever is described at all is described completely (Attribute Profile 1.4 §2.2, §2.3, §2.8).
    private func checkDataSets(of identity: Identity, _ person: PersonKind) throws(Rejection) {
        let present = Set(identity.attributes.map(\.name))
        var touched: [[AttributeName]] = [person.minimumDataSet]
        for kind in PersonKind.allCases {
            for set in [kind.minimumDataSet, kind.minimumDataSet.map(\.ofRepresentative)]
            where !present.isDisjoint(with: set) { touched.append(set) }
        }
        for set in touched {
            if let missing = set.first(where: { !present.contains($0) }) {
                throw Rejection(.dataSetIncomplete, missing.rawValue, expected: "a value", found: "nothing")
            }
        }
    }

    /// A service that cannot tell the acting person from the represented one must not see either (§2.8, application note).
    /// Before 1.1 representation was a second set beside the one asked for.
    private func checkRepresentation(in identity: Identity, _ person: PersonKind) throws(Rejection) {
        let names = Set(identity.attributes.map(\.name))
        let sets = PersonKind.allCases.filter { names.contains($0.identifier.ofRepresentative) }
        let isOldStyle = person == .legal && names.contains(.personIdentifier)
        guard !names.contains(where: \.isRepresentative) && !isOldStyle || acceptsRepresentation else {
            throw Rejection(.representationNotAccepted, "Assertion/AttributeStatement", expected: "no representative")
        }
        guard sets.count <= 1 else {
            throw Rejection(
                .representationNotAccepted, "Assertion/AttributeStatement", expected: "one representative", found: "two"
            )
        }
    }
}
