// SPDX-License-Identifier: EUPL-1.2
public import Federation
import XMLSecurity

/// One entity in one role, as a metadata document names it: good for asking for a ``VerifiedEntity``, and for nothing else.
public struct ClaimedEntity: Hashable, Sendable {
    public var entityID: EntityID
    public var role: EntityDescriptor.Role
    /// NodeCountry, as it is written.
    public var country: String?

    private static let limit = 50_000

    /// Whom a document of any size claims to describe, in its order: for an address that a list of metadata names without
    /// saying whose it is. Entities without a name or a role of SAML 2.0 are passed over.
    /// - Throws: ``Rule/xmlLimit`` if they are more than any federation has.
    public static func all(in source: DocumentSource) throws(Rejection) -> [ClaimedEntity] {
        var found: [ClaimedEntity] = []
        var whole: [UInt8]?
        _ = try source.read { piece throws(XMLFault) in
            switch piece {
            case .content(_, let children):
                found += children.flatMap(\.claims)
                guard found.count <= limit else {
                    throw XMLFault(.limit, expected: "at most \(limit) entities", found: "more")
                }
            case .whole(let octets): whole = octets
            case .opened, .signature, .signaturePlace, .closed: break
            }
        }
        guard let whole else { return found }
        let root = try translating { () throws(XMLFault) in try XMLTree(parsing: whole, limits: .metadata).root }
        return try root.allEntities().flatMap(\.claims)
    }
}

extension Element {
    /// What an EntityDescriptor claims to be.
    fileprivate var claims: [ClaimedEntity] {
        guard self.is(Namespace.md("EntityDescriptor")), let name = claimedEntityID, !name.rawValue.isEmpty else {
            return []
        }
        return EntityDescriptor.Role.allCases.compactMap { role in
            descriptors(role).first.map {
                ClaimedEntity(entityID: name, role: role, country: $0.nodeCountry)
            }
        }
    }
}
