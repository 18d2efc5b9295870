// SPDX-License-Identifier: EUPL-1.2
public import struct Foundation.Date

/// What a requester asks, free of XML and of any dialect.
public struct AuthenticationRequest: Hashable, Sendable, Codable {
    /// The `ID` of the requester's message; its answer repeats it as `InResponseTo`.
    public var id: MessageID
    /// The registered name of the requester: a Cl@ve ProviderName, or the entity ID of a connector.
    public var requester: EntityID
    /// Who asks, in words for the citizen.
    public var serviceName: String
    /// The relying party behind the requester, where it names one (Message Format 1.4 §2.4.1).
    public var relyingParty: String?
    public var sector: Sector
    public var assurance: AssuranceRequirement
    public var person: PersonKind
    public var attributes: [RequestedAttribute]
    public var reply: ReplyAddress
    public var issuedAt: Date

    public init(
        id: MessageID, requester: EntityID, serviceName: String, relyingParty: String? = nil, sector: Sector,
        assurance: AssuranceRequirement, person: PersonKind, attributes: [RequestedAttribute], reply: ReplyAddress,
        issuedAt: Date
    ) {
        self.id = id
        self.requester = requester
        self.serviceName = serviceName
        self.relyingParty = relyingParty
        self.sector = sector
        self.assurance = assurance
        self.person = person
        self.attributes = attributes
        self.reply = reply
        self.issuedAt = issuedAt
    }
}

/// One attribute that is asked for.
public struct RequestedAttribute: Hashable, Sendable, Codable {
    public var name: AttributeName
    public var isRequired: Bool

    public init(_ name: AttributeName, isRequired: Bool) {
        self.name = name
        self.isRequired = isRequired
    }
}

/// Where the answer goes, and what it has to repeat.
public struct ReplyAddress: Hashable, Sendable, Codable {
    /// An address that the requester has registered; never merely one that it claims.
    public var assertionConsumerService: String
    /// The `RelayState` field that came beside the message, to be returned unchanged.
    public var relayState: String?
    /// The `Issuer` of the request, where there was one.
    public var issuer: EntityID?
    public var nameIDFormat: String?
    /// Values that the dialect promised to echo inside the answer, by canonical name. Cl@ve's `RelayState` attribute is one.
    public var echoed: [AttributeName: String]

    public init(
        assertionConsumerService: String, relayState: String?, issuer: EntityID? = nil, nameIDFormat: String? = nil,
        echoed: [AttributeName: String] = [:]
    ) {
        self.assertionConsumerService = assertionConsumerService
        self.relayState = relayState
        self.issuer = issuer
        self.nameIDFormat = nameIDFormat
        self.echoed = echoed
    }
}
