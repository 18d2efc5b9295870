// SPDX-License-Identifier: EUPL-1.2
public import Dialects
public import Federation
import SAML
public import XMLSecurity

public import struct Foundation.Date

/// One direction of a node: who we are in it, who may ask, whom we can ask, and in which dialects. The four legs are its
/// functions. Immutable.
public struct Route: Sendable {
    public let direction: Exchange.Direction
    public internal(set) var node: Node
    /// By the name that a request gives: a registered ProviderName, or the entity ID of a Connector.
    public let requesters: [EntityID: Requester]
    /// Requesters that are registered but cannot be served now, and why.
    public let outOfOrder: [EntityID: Rejection]
    /// Whom we can ask. Abroad, in the order of the trust list, and a country may have several nodes; at home the gateway.
    public let countries: [Country]
    public let requesterDialect: any RequesterDialect
    public let responderDialect: any ResponderDialect
    /// Who else verifies each signature, if anybody.
    public let secondReader: (any SecondReader)?
    private let nodes: [EntityID: [Country]]
    /// Where requesters are answered, whole addresses and prefixes.
    private let returns: (addresses: Set<ReturnAddress>, prefixes: [ReturnAddress])

    public init(
        _ direction: Exchange.Direction = .connector, node: Node, requesters: [EntityID: Requester],
        outOfOrder: [EntityID: Rejection] = [:], countries: [Country], requesterDialect: any RequesterDialect,
        responderDialect: any ResponderDialect, confirmedBy secondReader: (any SecondReader)?
    ) {
        self.direction = direction
        self.node = node
        self.requesters = requesters
        self.outOfOrder = outOfOrder
        self.countries = countries
        nodes = Dictionary(grouping: countries, by: \.entityID)
        let addresses = Set(requesters.values.lazy.flatMap(\.returnAddresses))
        returns = (addresses, addresses.filter(\.isPrefix))
        self.requesterDialect = requesterDialect
        self.responderDialect = responderDialect
        self.secondReader = secondReader
    }

    /// Whether a name is that of a requester, or an address for its answers, and of this one neither.
    func isAnother(than own: Requester, _ name: String) -> Bool {
        if own.name == EntityID(name) || own.returnAddresses.contains(where: { $0.admits(name) }) { return false }
        return requesters[EntityID(name)] != nil || returns.addresses.contains(.exactly(name))
            || returns.prefixes.contains { $0.admits(name) }
    }

    /// Who we are, towards each side.
    public struct Node: Sendable {
        public var country: MemberState
        public var asker: Asker
        public var answerer: Answerer

        public init(country: MemberState, asker: Asker, answerer: Answerer) {
            self.country = country
            self.asker = asker
            self.answerer = answerer
        }
    }

    /// How responders know us.
    public struct Asker: Sendable {
        /// Our entity ID as a Connector, or our registered name as a service.
        public var name: EntityID
        public var assertionConsumerService: String
        /// Whom an assertion for us must name.
        public var audience: EntityID
        public var signer: Signer
        public var decryptionKeys: [DecryptionKey]

        public init(
            name: EntityID, assertionConsumerService: String, audience: EntityID, signer: Signer,
            decryptionKeys: [DecryptionKey]
        ) {
            self.name = name
            self.assertionConsumerService = assertionConsumerService
            self.audience = audience
            self.signer = signer
            self.decryptionKeys = decryptionKeys
        }
    }

    /// How requesters know us.
    public struct Answerer: Sendable {
        /// Issuer of our answers.
        public var name: EntityID
        /// The addresses at which they ask.
        public var addresses: Set<String>
        /// Seconds that a request may be old when it arrives; those by which the requester's clock may differ come on top.
        public var requestAgeSeconds: Double
        /// The levels that we publish; empty if we publish none.
        public var levels: Set<Assurance>
        /// Those of them that an answer about a company can have.
        public var companyLevels: Set<Assurance>
        /// Attributes that we publish; empty if we publish none.
        public var attributes: Set<AttributeName>
        /// Whether private requesters must say for whom they ask.
        public var needsRequesterID: Bool
        public var identifiers: IdentifierForm

        public init(
            name: EntityID, addresses: Set<String>, requestAgeSeconds: Double, levels: Set<Assurance> = [],
            companyLevels: Set<Assurance>? = nil, attributes: Set<AttributeName> = [], needsRequesterID: Bool = false,
            identifiers: IdentifierForm = .national
        ) {
            self.name = name
            self.addresses = addresses
            self.requestAgeSeconds = requestAgeSeconds
            self.levels = levels
            self.companyLevels = companyLevels ?? levels
            self.attributes = attributes
            self.needsRequesterID = needsRequesterID
            self.identifiers = identifiers
        }
    }

    /// A responder, as far as it can be used.
    public struct Country: Sendable {
        public enum State: Sendable {
            case usable(Responder)
            /// Why it cannot be used, and since when.
            case out(Rejection, since: Date)
        }

        public var memberState: MemberState
        public var entityID: EntityID
        public var displayName: [String: String]
        public var state: State
        /// Whether it wants to be left out of country selectors.
        public var isHidden: Bool

        public init(
            memberState: MemberState, entityID: EntityID, displayName: [String: String], state: State,
            isHidden: Bool = false
        ) {
            self.isHidden = isHidden
            self.memberState = memberState
            self.entityID = entityID
            self.displayName = displayName
            self.state = state
        }
    }

    public func requester(of exchange: Exchange) throws(Rejection) -> Requester {
        guard let requester = requesters[exchange.request.requester] else {
            throw outOfOrder[exchange.request.requester]
                ?? Rejection(.peerUnknown, found: exchange.request.requester.rawValue)
        }
        try requester.checkEnabled(at: nil)
        return requester
    }

    /// The node that was asked, as long as its metadata is good.
    public func responder(of question: Exchange.Question, at now: Date) throws(Rejection) -> Responder {
        guard let country = nodes[question.responder]?.first(where: { $0.memberState == question.memberState }) else {
            throw Rejection(.peerUnknown, found: question.responder.rawValue)
        }
        return try country.responder(at: now)
    }

    /// The first node of a country that can serve a request.
    ///
    /// - Throws: why none can: the reason of the first.
    public func responder(
        for request: AuthenticationRequest, in memberState: MemberState, at now: Date
    ) throws(Rejection) -> (Responder, Exchange.Question.Terms) {
        var reason: Rejection?
        for country in countries where country.memberState == memberState {
            do {
                let responder = try country.responder(at: now)
                return (responder, try terms(for: request, with: responder))
            } catch {
                reason = reason ?? error
            }
        }
        throw reason ?? Rejection(.requestCountry, expected: "a country of the trust list", found: memberState.rawValue)
    }
}

extension Route.Country {
    func responder(at now: Date) throws(Rejection) -> Responder {
        switch state {
        case .out(let reason, _): throw reason
        case .usable(let responder):
            try checkMetadata(until: responder.validUntil, at: now)
            return responder
        }
    }
}

/// - Throws: ``Rule/metadataExpired``.
func checkMetadata(until end: Date, at now: Date) throws(Rejection) {
    guard now < end else {
        throw Rejection(
            .metadataExpired, "EntityDescriptor/@validUntil", expected: "after \(Instant.write(now))",
            found: Instant.write(end))
    }
}

extension Requester {
    /// Who was switched off gets nothing more, however far a login has come.
    ///
    /// - Throws: ``Rule/peerDisabled``.
    func checkEnabled(at place: String?) throws(Rejection) {
        guard isEnabled else {
            throw Rejection(.peerDisabled, place, expected: "enabled: true", found: name.rawValue)
        }
    }
}
