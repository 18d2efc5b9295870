// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML
public import Settings

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
    public typealias Kind = Settings.Trust.ChangeKind
    public typealias TakeOver = Settings.Trust.TakeOver
}
