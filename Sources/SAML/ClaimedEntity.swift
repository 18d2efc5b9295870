// SPDX-License-Identifier: EUPL-1.2
public import Federation
import XMLSecurity

/// One entity in one role, as a metadata document names it: good for asking for a ``VerifiedEntity``, and for nothing else.
public struct ClaimedEntity: Hashable, Sendable {
    public var entityID: EntityID
    public var role: EntityDescriptor.Role
    /// NodeCountry, as it is written.
    public var country: String?

    /// Whom a document claims to describe, in its order: for an address that a list of metadata names without saying whose
    /// it is. Entities without a name or a role of SAML 2.0 are passed over.
    public static func all(in octets: [UInt8]) throws(Rejection) -> [ClaimedEntity] {
        let tree = try translating { () throws(XMLFault) in try XMLTree(parsing: octets, limits: .metadata) }
        guard tree.root.isMetadata else {
            throw Rejection(
                .metadataContent, tree.root.path, expected: "EntityDescriptor or EntitiesDescriptor",
                found: tree.root.local)
        }
        return tree.root.entities.flatMap(\.claims)
    }
}

extension Element {
    /// What an EntityDescriptor claims to be.
    fileprivate var claims: [ClaimedEntity] {
        guard let name = self["entityID"]?.trimmingXMLSpace(), !name.isEmpty else { return [] }
        return EntityDescriptor.Role.allCases.compactMap { role in
            descriptors(role).first.map {
                ClaimedEntity(entityID: EntityID(name), role: role, country: $0.nodeCountry)
            }
        }
    }
}
