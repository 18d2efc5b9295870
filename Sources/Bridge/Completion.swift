// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
import XMLSecurity

/// What is missing of one person, for attribute sources to fill.
public struct Gap: Sendable {
    public var query: SourceQuery
    public var wanted: [RequestedAttribute]
    /// Whether the person acts for another, so that the answers are the representative's.
    public var isRepresentative: Bool
}

extension Route {
    /// What is still missing of an identity that the gateway stated: about the person and, where somebody acts for a legal
    /// person, about the representative, who must be described completely (Attribute Profile 1.4 §2.8).
    public func gaps(in identity: Identity, of exchange: Exchange) -> [Gap] {
        let asked = Dictionary(grouping: exchange.request.attributes) { requesterDialect.mapping[$0.name]?.person }
        let own = gap(identity, identity.person.identifier, asked[identity.person] ?? [])
        guard identity[.personIdentifier.ofRepresentative] != nil else { return [own].compactMap(\.self) }
        var wanted = PersonKind.natural.minimumDataSet.map { RequestedAttribute($0, isRequired: true) }
        for attribute in asked[.natural] ?? [] where !wanted.contains(where: { $0.name == attribute.name }) {
            wanted.append(attribute)
        }
        let others = wanted.map { RequestedAttribute($0.name.ofRepresentative, isRequired: $0.isRequired) }
        return [own, gap(identity, .personIdentifier.ofRepresentative, others)].compactMap(\.self)
    }

    private func gap(
        _ identity: Identity, _ subject: AttributeName, _ asked: [RequestedAttribute]
    ) -> Gap? {
        let wanted = asked.filter { identity[$0.name] == nil }.map { asked in
            RequestedAttribute(asked.name.ofPerson, isRequired: asked.isRequired)
        }
        guard !wanted.isEmpty, let value = identity[subject]?.values.first,
            let identifier = PersonIdentifier(value.text).flatMap({ SpanishIdentifier($0.rest) })
        else { return nil }
        let isOfSubject: (AttributeName) -> Bool = { $0.isRepresentative == subject.isRepresentative }
        let known = identity.attributes.filter { isOfSubject($0.name) }
            .compactMap { attribute in attribute.values.first.map { (attribute.name.ofPerson, $0.text) } }
        let query = SourceQuery(
            identifier: identifier, known: Dictionary(known) { first, _ in first }, assurance: identity.assurance)
        return Gap(query: query, wanted: wanted, isRepresentative: subject.isRepresentative)
    }

    /// The identity with what the sources gave, named for the country that asks, as far as policy accepts it.
    ///
    /// - Throws: ``Rule/sourceUnavailable`` or ``Rule/sourceInvalid`` where a failure of a source leaves something required
    ///   open, otherwise what ``Policy/admit(_:answering:to:at:published:)`` throws.
    /// - Spec: eIDAS dossier P2-03 to P2-10.
    public func complete(
        _ identity: Identity, with completions: [(Gap, Completion)], in exchange: Exchange
    ) throws(Rejection) -> Identity {
        var whole = identity
        for (gap, completion) in completions {
            for attribute in completion.attributes where gap.wanted.contains(where: { $0.name == attribute.name }) {
                let name = gap.isRepresentative ? attribute.name.ofRepresentative : attribute.name
                guard whole[name] == nil else { continue }
                whole.attributes.append(Attribute(name, attribute.values, from: attribute.origin))
            }
            for wanted in gap.wanted where wanted.isRequired {
                if let failure = completion.failure(of: wanted.name) { throw failure }
            }
        }
        if exchange.request.asksForBoth { whole.describeRepresentativeAsPerson() }
        let policy = try policy(for: exchange)
        try whole.address(to: policy.destination, as: node.answerer.identifiers)
        guard
            case .identified(let admitted) = try policy.admit(
                .identified(whole), answering: exchange.request, to: exchange.request.attributes,
                at: exchange.request.assurance, published: node.answerer.levels)
        else { throw Rejection(.ownFailure) }
        return admitted
    }
}

extension AuthenticationRequest {
    /// Whether it asks for a legal and a natural person at once, as peers up to 1.3 may: the old way to ask for whoever acts
    /// for a company.
    fileprivate var asksForBoth: Bool {
        let names = attributes.map(\.name)
        return PersonKind.allCases.allSatisfy { names.contains($0.identifier) }
    }
}

extension Identity {
    /// As peers up to 1.3 expect it: both data sets side by side, without names of representatives (eIDAS dossier §3.5).
    fileprivate mutating func describeRepresentativeAsPerson() {
        attributes = attributes.map { Attribute($0.name.ofPerson, $0.values, from: $0.origin) }
    }
}

extension AttributeName {
    /// The same attribute without the prefix of representatives.
    fileprivate var ofPerson: AttributeName {
        isRepresentative ? AttributeName(String(rawValue.dropFirst("Representative".count))) : self
    }
}

/// How people from here are named abroad.
public enum IdentifierForm: Sendable {
    /// `ES/XX/` and the national number.
    case national
    /// `ES/XX/` and a name that only this state knows the person by. Companies keep their public number.
    case derived(DerivationKey)
}

/// A secret from which identifiers are derived. As long as it stays, they stay: no other key of the node is in them.
public struct DerivationKey: Sendable, CustomStringConvertible {
    private let secret: SecretOctets

    /// Overwrites the octets that it is given; `nil` unless there are 32.
    public init?(taking octets: inout [UInt8]) {
        guard octets.count == 32 else { return nil }
        secret = SecretOctets(taking: &octets)
    }

    public var description: String { "a key for identifiers" }

    /// Base32 (RFC 4648 §6, without padding) of HMAC-SHA-256 over a label, the receiving state and the national number: 52
    /// characters that tell nothing, the same for ever, and others for each state.
    func identifier(of number: String, for state: MemberState) throws(Rejection) -> String {
        let text = "puente person identifier 1\n\(state)\n\(number)"
        do {
            return Base32.encode(try hmacSHA256(key: secret, Array(text.utf8)))
        } catch {
            throw Rejection(.ownFailure, expected: error.expected)
        }
    }
}

extension Identity {
    /// Names the person, and whoever represents them, for the country that asks.
    ///
    /// - Spec: eIDAS dossier P2-10; Cl@ve dossier §6.6.
    mutating func address(to state: MemberState, as form: IdentifierForm) throws(Rejection) {
        let identifiers: [AttributeName] = [
            .personIdentifier, .legalPersonIdentifier, .personIdentifier.ofRepresentative,
            .legalPersonIdentifier.ofRepresentative,
        ]
        for (place, attribute) in attributes.enumerated() where identifiers.contains(attribute.name) {
            guard let number = attribute.values.first.flatMap({ PersonIdentifier($0.text) })?.rest else { continue }
            var rest = number
            if case .derived(let key) = form, SpanishIdentifier(number)?.person == .natural {
                rest = try key.identifier(of: number, for: state)
            }
            attributes[place].values = [
                AttributeValue(PersonIdentifier(from: memberState, to: state, rest: rest).text)
            ]
        }
    }
}
