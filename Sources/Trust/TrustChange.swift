// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML

/// An entity may have both roles, each with a source and pins of its own.
public struct NodeKey: Hashable, Sendable, Codable {
    public let entityID: EntityID
    public let role: EntityDescriptor.Role

    public init(_ entityID: EntityID, _ role: EntityDescriptor.Role) {
        self.entityID = entityID
        self.role = role
    }

    init(_ entry: NodeEntry) { self.init(entry.entityID, entry.role) }
}

/// What is persistent about one node in force: its entry, and the document that describes it.
public struct NodeRecord: Hashable, Sendable, Codable {
    public var entry: NodeEntry
    /// `nil` as long as no good metadata was ever there.
    public var document: DocumentFolder.Digest?
}

/// One difference between the trust in force and the trust that the files and the peers want.
public struct TrustChange: Hashable, Sendable, Codable {
    public let kind: Kind
    /// What is in force, in words for the operator; `nil` where there is nothing.
    public let before: String?
    public let after: String?

    public init(_ kind: Kind, before: String? = nil, after: String? = nil) {
        self.kind = kind
        self.before = before
        self.after = after
    }
}

extension TrustChange {
    /// What may change. The settings say of each whether it is taken over by itself (`trust.changes`).
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case nodeAdded = "node-added"
        case nodeRemoved = "node-removed"
        case nodeSwitched = "node-switched"
        case profileChanged = "profile-changed"
        case sourceChanged = "source-changed"
        case anchorChanged = "anchor-changed"
        case countryChanged = "country-changed"
        case keyAdded = "key-added"
        case keyRemoved = "key-removed"
        /// No signing key is left of those that were there.
        case allKeysChanged = "all-keys-changed"
        /// No encryption key of a Connector is left of those that were there.
        case encryptionKeysChanged = "encryption-keys-changed"
        case endpointMoved = "endpoint-moved"
        case endpointHostMoved = "endpoint-host-moved"
        case roleVanished = "role-vanished"
        /// Another certificate signed the metadata, pinned as well.
        case signerChanged = "signer-changed"
        /// Levels, attributes, names, versions.
        case contentChanged = "content-changed"
        /// It ends before what is in force: somebody may have sent an old document again.
        case older
        /// An operator turned this very content back.
        case turnedBack = "turned-back"
    }

    public enum TakeOver: String, Hashable, Sendable, Codable, CaseIterable { case automatic, approval }
}

extension TrustChange.Kind {
    /// What a key thief, or a thief of an address, would do waits for a person.
    public var `default`: TrustChange.TakeOver {
        switch self {
        case .nodeAdded, .nodeRemoved, .nodeSwitched, .profileChanged, .sourceChanged, .keyAdded, .keyRemoved,
            .endpointMoved, .signerChanged, .contentChanged:
            .automatic
        case .anchorChanged, .countryChanged, .allKeysChanged, .encryptionKeysChanged, .endpointHostMoved,
            .roleVanished, .older, .turnedBack:
            .approval
        }
    }
}
