// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML
public import XMLSecurity

public import struct Foundation.Date

/// Somebody who may ask us: a service, or a Connector abroad. Built from what the operator registered.
public struct Requester: Sendable {
    /// How the identifier of a person from abroad is delivered.
    public enum IdentifierForm: String, Hashable, Sendable, CaseIterable {
        /// `XX/ES/…`, as the other country sent it.
        case verbatim
        /// Without `XX/ES/`.
        case bare
    }

    public var name: EntityID
    /// Of a Connector, its own; of a service, ours.
    public var country: MemberState
    public var displayName: [String: String]
    public var sender: Sender
    public var returnAddresses: [ReturnAddress]
    public var homePage: String?
    public var lowestLoA: LoA
    public var attributes: Set<AttributeName>
    public var persons: Set<PersonKind>
    public var acceptsRepresentation: Bool
    public var acceptsNonNotified: Bool
    public var sector: Sector
    public var seal: Seal
    public var assertionInErrors: Bool
    public var identifierForm: IdentifierForm
    /// `nil`: the attribute is not sent.
    public var selectedIdP: String?
    /// Of a Connector: its addresses for answers by the index that its metadata gives them.
    public var indexedAddresses: [Int: String] = [:]
    /// Of a Connector: versions of the specification that its metadata names; empty if none.
    public var protocolVersions: [String] = []
    /// Whether its metadata says to which sector it belongs; requests must then not say it.
    public var publishesSector = false
    /// Seconds that its clock may differ.
    public var skewSeconds = 60.0
    /// When its metadata ends.
    public var validUntil = Date.distantFuture
    public var isEnabled: Bool

    public init(
        name: EntityID, country: MemberState = .spain, displayName: [String: String], sender: Sender,
        returnAddresses: [ReturnAddress],
        homePage: String?, lowestLoA: LoA, attributes: Set<AttributeName>, persons: Set<PersonKind>,
        acceptsRepresentation: Bool, acceptsNonNotified: Bool, sector: Sector, seal: Seal, assertionInErrors: Bool,
        identifierForm: IdentifierForm, selectedIdP: String?, isEnabled: Bool
    ) {
        self.name = name
        self.country = country
        self.displayName = displayName
        self.sender = sender
        self.returnAddresses = returnAddresses
        self.homePage = homePage
        self.lowestLoA = lowestLoA
        self.attributes = attributes
        self.persons = persons
        self.acceptsRepresentation = acceptsRepresentation
        self.acceptsNonNotified = acceptsNonNotified
        self.sector = sector
        self.seal = seal
        self.assertionInErrors = assertionInErrors
        self.identifierForm = identifierForm
        self.selectedIdP = selectedIdP
        self.isEnabled = isEnabled
    }

    public func name(in language: String) -> String {
        displayName[language] ?? displayName["es"] ?? displayName["en"] ?? displayName.min { $0.key < $1.key }?.value
            ?? name.rawValue
    }
}

/// A registered address for answers: exact, or everything below a path.
public enum ReturnAddress: Hashable, Sendable {
    case exactly(String)
    /// The prefix up to and including the slash before `*`.
    case below(String)

    /// - Parameter text: an address, or a prefix that ends in `*`.
    public init(_ text: String) {
        self = text.hasSuffix("*") ? .below(String(text.dropLast())) : .exactly(text)
    }

    public var isPrefix: Bool { if case .below = self { true } else { false } }

    /// Compared octet by octet. What no browser can be sent to is no address; and below a prefix nothing may lead elsewhere:
    /// no dot segments, no fragments.
    public func admits(_ address: String) -> Bool {
        switch self {
        case .exactly(let registered):
            return address.utf8.elementsEqual(registered.utf8) && address.utf8.allSatisfy(isAddressOctet)
        case .below(let prefix):
            guard address.utf8.starts(with: prefix.utf8), address.utf8.allSatisfy(isAddressOctet) else { return false }
            let rest = String(decoding: address.utf8.dropFirst(prefix.utf8.count), as: UTF8.self).lowercased()
            return !["..", "%2e", "%2f", "%5c", "#"].contains(where: rest.contains)
        }
    }
}

/// Somebody whom we may ask: a Proxy-Service abroad, built from the trust list and from verified metadata; or the national
/// gateway, as the operator registered it.
public struct Responder: Sendable {
    /// When it is told who asks us (Message Format 1.4 §2.4.1).
    public enum RequesterIDRule: String, Hashable, Sendable, Codable, CaseIterable {
        case always
        case whenFlagged = "when-flagged"
        case never
    }

    public var entityID: EntityID
    public var country: MemberState
    public var displayName: [String: String]
    public var sender: Sender
    public var encryption: EncryptionPolicy
    public var singleSignOnService: String
    /// What its metadata says it can reach; empty if it says nothing, which is taken for no restriction.
    public var levels: Set<Assurance>
    /// URIs of the attributes it can give; empty if it says nothing.
    public var attributes: Set<String>
    public var protocolVersions: [String]
    public var needsRequesterID: Bool
    public var sendsRequesterID: RequesterIDRule
    public var nameIDFormat: String?
    public var skewSeconds: Double
    public var acceptsNonNotified: Bool
    public var demands: ResponseDemands
    /// Names that its answers may bear as Issuer; empty where that is not known beforehand.
    public var issuers: Set<EntityID>
    /// When its metadata ends.
    public var validUntil: Date

    public init(
        entityID: EntityID, country: MemberState, displayName: [String: String], sender: Sender,
        encryption: EncryptionPolicy, singleSignOnService: String, levels: Set<Assurance>, attributes: Set<String>,
        protocolVersions: [String], needsRequesterID: Bool, sendsRequesterID: RequesterIDRule, nameIDFormat: String?,
        skewSeconds: Double, acceptsNonNotified: Bool, demands: ResponseDemands, issuers: Set<EntityID>? = nil,
        validUntil: Date
    ) {
        self.entityID = entityID
        self.country = country
        self.displayName = displayName
        self.sender = sender
        self.encryption = encryption
        self.singleSignOnService = singleSignOnService
        self.levels = levels
        self.attributes = attributes
        self.protocolVersions = protocolVersions
        self.needsRequesterID = needsRequesterID
        self.sendsRequesterID = sendsRequesterID
        self.nameIDFormat = nameIDFormat
        self.skewSeconds = skewSeconds
        self.acceptsNonNotified = acceptsNonNotified
        self.demands = demands
        self.issuers = issuers ?? [entityID]
        self.validUntil = validUntil
    }
}
