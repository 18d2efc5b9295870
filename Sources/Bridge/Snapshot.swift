// SPDX-License-Identifier: EUPL-1.2
public import Dialects
public import Federation
import SAML
public import XMLSecurity

public import struct Foundation.Date

/// All that a login needs to know, at one moment: who we are, who may ask, whom we can ask. Immutable; a new one is built
/// aside and takes its place whole.
public struct Snapshot: Sendable {
    public internal(set) var node: Node
    /// By registered name.
    public let requesters: [EntityID: Requester]
    /// In the order of the trust list; a country may have several nodes.
    public let countries: [Country]
    public let requesterDialect: any RequesterDialect
    public let responderDialect: any ResponderDialect
    private let nodes: [EntityID: [Country]]

    public init(
        node: Node, requesters: [EntityID: Requester], countries: [Country], requesterDialect: any RequesterDialect,
        responderDialect: any ResponderDialect
    ) {
        self.node = node
        self.requesters = requesters
        self.countries = countries
        nodes = Dictionary(grouping: countries, by: \.entityID)
        self.requesterDialect = requesterDialect
        self.responderDialect = responderDialect
    }

    /// Who we are, towards each side.
    public struct Node: Sendable {
        public var country: MemberState
        /// Our Connector's entity ID, and its address for answers.
        public var connector: EntityID
        public var assertionConsumerService: String
        public var connectorSigner: Signer
        public var decryptionKeys: [DecryptionKey]
        /// Issuer of our answers to services, and the addresses at which they ask.
        public var gateway: EntityID
        public var gatewayAddresses: Set<String>
        public var requestAgeSeconds: Double

        public init(
            country: MemberState, connector: EntityID, assertionConsumerService: String, connectorSigner: Signer,
            decryptionKeys: [DecryptionKey], gateway: EntityID, gatewayAddresses: Set<String>, requestAgeSeconds: Double
        ) {
            self.country = country
            self.connector = connector
            self.assertionConsumerService = assertionConsumerService
            self.connectorSigner = connectorSigner
            self.decryptionKeys = decryptionKeys
            self.gateway = gateway
            self.gatewayAddresses = gatewayAddresses
            self.requestAgeSeconds = requestAgeSeconds
        }
    }

    /// One node abroad, as far as it can be used.
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

        public init(memberState: MemberState, entityID: EntityID, displayName: [String: String], state: State) {
            self.memberState = memberState
            self.entityID = entityID
            self.displayName = displayName
            self.state = state
        }
    }

    public func requester(of exchange: Exchange) throws(Rejection) -> Requester {
        guard let requester = requesters[exchange.request.requester] else {
            throw Rejection(.peerUnknown, found: exchange.request.requester.rawValue)
        }
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

extension Snapshot.Country {
    func responder(at now: Date) throws(Rejection) -> Responder {
        switch state {
        case .out(let reason, _): throw reason
        case .usable(let responder):
            guard now < responder.validUntil else {
                throw Rejection(
                    .metadataExpired, "EntityDescriptor/@validUntil", expected: "after \(Instant.write(now))",
                    found: Instant.write(responder.validUntil))
            }
            return responder
        }
    }
}
