// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML

public import struct Foundation.Data

/// One metadata service list (MDSL) of another country, as a trust list names it: where that country tells which nodes it has,
/// and who signs their metadata.
///
/// - Spec: eIDAS SAML Message Format 1.4, Appendix A.
public struct ServiceListEntry: Hashable, Sendable, Codable {
    /// Unique among the service lists; shown to operators.
    public var name: String
    public var source: NodeEntry.Source
    /// DER certificates that sign the list, or anchors of their chains. Empty only with `allowsUnsigned`.
    public var pins: [Data]
    /// Never in production.
    public var allowsUnsigned: Bool
    /// What the list is believed about: nodes of other territories and roles in it are none. At least one of each.
    public var territories: Set<MemberState>
    public var roles: Set<EntityDescriptor.Role>
    /// DER certificates, anchors of the metadata for which the list itself gives no key.
    public var nodePins: [Data]
    /// For all nodes that the list names.
    public var profile: PeerProfile
    public var enabled: Bool

    /// - Parameter territories: at least one. A list speaks for nobody else, whatever it says.
    /// - Parameter roles: both unless said otherwise.
    public init(
        name: String, source: NodeEntry.Source, pins: [Data], allowsUnsigned: Bool = false,
        territories: Set<MemberState>, roles: Set<EntityDescriptor.Role> = Set(EntityDescriptor.Role.allCases),
        nodePins: [Data] = [], profile: PeerProfile = PeerProfile(), enabled: Bool = true
    ) {
        self.name = name
        self.source = source
        self.pins = pins
        self.allowsUnsigned = allowsUnsigned
        self.territories = territories
        self.roles = roles
        self.nodePins = nodePins
        self.profile = profile
        self.enabled = enabled
    }
}
