// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import XMLSecurity

/// One entity in one role, as a metadata document names it: a claim, good for asking a ``VerifiedEntity`` about it and for
/// nothing else.
public struct ClaimedEntity: Hashable, Sendable {
    public var entityID: EntityID
    public var role: EntityDescriptor.Role
    /// NodeCountry, as it is written.
    public var country: String?

    /// Whom a document claims to describe, in its order: what is at an address that a list of metadata names without saying
    /// whose it is. Entities without a role of SAML 2.0 are passed over.
    public static func all(in octets: [UInt8]) throws(Rejection) -> [ClaimedEntity] {
        let tree = try translating { () throws(XMLFault) in try XMLTree(parsing: octets, limits: .metadata) }
        return try tree.root.allEntities().flatMap { element throws(Rejection) in
            let entity = try EntityDescriptor(reading: element)
            return EntityDescriptor.Role.allCases.compactMap { role in
                entity[role].map { ClaimedEntity(entityID: entity.entityID, role: role, country: $0.nodeCountry) }
            }
        }
    }
}
