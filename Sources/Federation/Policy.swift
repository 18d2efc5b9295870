// SPDX-License-Identifier: EUPL-1.2

/// What may be asked of a responder, which answers count, and what of an answer may be released. Pure rules over canonical
/// values.
public struct Policy: Hashable, Sendable {
    /// The country that identifiers must name as their destination.
    public var destination: MemberState
    public var acceptsRepresentation: Bool

    public init(destination: MemberState, acceptsRepresentation: Bool) {
        self.destination = destination
        self.acceptsRepresentation = acceptsRepresentation
    }

    /// Lets an answer count, or says why not. A refusal of the responder counts as it is.
    ///
    /// - Parameters:
    ///   - asked: what was asked of the responder.
    ///   - assurance: what was demanded of it.
    ///   - published: the levels that the responder's metadata states; empty for no statement.
    /// - Throws: ``Rule/responseLoATooLow`` and its kin, ``Rule/identifierInvalid``, ``Rule/identifierCountry``,
    ///   ``Rule/dataSetIncomplete``, ``Rule/attributeMissing``, ``Rule/representationNotAccepted``.
    /// - Spec: eIDAS dossier C2-32 to C2-42.
    public func admit(
        _ outcome: AuthenticationOutcome, answering request: AuthenticationRequest, to asked: [RequestedAttribute],
        at assurance: AssuranceRequirement, published: Set<Assurance>
    ) throws(Rejection) -> AuthenticationOutcome {
        guard case .identified(let identity) = outcome else { return outcome }
        try checkAssurance(of: identity, assurance, published)
        try checkIdentifiers(of: identity)
        try checkDataSets(of: identity, request.person)
        try checkRepresentation(in: identity, request.person)
        for asked in asked where asked.isRequired && identity[asked.name] == nil {
            throw Rejection(.attributeMissing, asked.name.rawValue, expected: "a value", found: "nothing")
        }
        return outcome
    }

    /// Lets a login at the national gateway count, before its data are completed: it must be strong enough, and of the kind
    /// of person that is asked for.
    ///
    /// - Throws: ``Rule/responseLoATooLow``, ``Rule/responseLoANotPublished``, ``Rule/responseCertificateClass``.
    /// - Spec: eIDAS dossier P2-07, P2-08; Cl@ve dossier §3.7.
    public func admitLogin(
        _ outcome: AuthenticationOutcome, answering request: AuthenticationRequest, at assurance: AssuranceRequirement,
        published: Set<Assurance>
    ) throws(Rejection) -> AuthenticationOutcome {
        guard case .identified(let identity) = outcome else { return outcome }
        try checkAssurance(of: identity, assurance, published)
        guard identity.person == request.person else {
            throw Rejection(
                .responseCertificateClass, "Assertion/AttributeStatement",
                expected: "a \(request.person.rawValue) person", found: "a \(identity.person.rawValue) person")
        }
        return outcome
    }

    /// The same answer with nothing in it that was not asked for, except the representative where one is accepted.
    ///
    /// - Parameter declined: what the person keeps back; what is required cannot be.
    public func release(
        _ outcome: AuthenticationOutcome, to request: AuthenticationRequest, without declined: Set<AttributeName> = []
    ) -> AuthenticationOutcome {
        guard case .identified(var identity) = outcome else { return outcome }
        let asked = Set(request.attributes.filter { $0.isRequired || !declined.contains($0.name) }.map(\.name))
        identity.attributes.removeAll { attribute in
            !asked.contains(attribute.name) && !(acceptsRepresentation && attribute.name.isRepresentative)
        }
        return .identified(identity)
    }

    private func checkAssurance(
        of identity: Identity, _ demanded: AssuranceRequirement, _ published: Set<Assurance>
    ) throws(Rejection) {
        let place = "Assertion/AuthnStatement/AuthnContext"
        guard demanded.isMet(by: identity.assurance) else {
            throw Rejection(
                .responseLoATooLow, place, expected: "\(demanded.lowest.rawValue) or more, notified",
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
            guard identity.memberState.isNamed(by: identifier.from), destination.isNamed(by: identifier.to) else {
                throw Rejection(
                    .identifierCountry, name.rawValue, expected: "\(identity.memberState)/\(destination)/…",
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
