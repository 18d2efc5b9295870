// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// What an operator lets a MetadataServiceList say.
public struct ServiceListExpectation: Sendable {
    /// Certificates that may sign the list, or anchors of the signer's chain.
    public var pins: [Certificate]
    public var allowsUnsigned: Bool
    /// The countries for which the list may speak: a German list speaks for `DE` only. `nil`: for any.
    public var territories: Set<MemberState>?
    public var roles: Set<EntityDescriptor.Role>
    public var signatures: SignaturePolicy

    public init(
        pins: [Certificate], allowsUnsigned: Bool = false, territories: Set<MemberState>?,
        roles: Set<EntityDescriptor.Role> = Set(EntityDescriptor.Role.allCases), signatures: SignaturePolicy = .eidas
    ) {
        self.pins = pins
        self.allowsUnsigned = allowsUnsigned
        self.territories = territories
        self.roles = roles
        self.signatures = signatures
    }
}

/// A MetadataServiceList of a pinned signer: only what it may say, and what it says for now.
public struct VerifiedServiceList: Hashable, Sendable {
    /// With only the locations and endpoints that count; all others are in `leftOut`.
    public let list: ServiceList
    /// After this instant nothing of it may be used: NextUpdate, or 400 days behind IssueDate where there is none.
    public let validUntil: Date
    /// `nil` where the operator lets the list be unsigned.
    public let signer: Certificate?

    /// Verifies a list and keeps what it may say.
    ///
    /// - Parameter reader: who else verifies the signature, if anybody.
    /// - Spec: eIDAS dossier §4.7, steps 2 to 5, and M-26.
    public init(
        _ octets: [UInt8], expecting expected: ServiceListExpectation, confirmedBy reader: (any SecondReader)?,
        at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) {
        let tree = try translating { () throws(XMLFault) in try XMLTree(parsing: octets, limits: .metadata) }
        try self.init(tree.root, expecting: expected, confirmedBy: reader, at: now, examination)
    }

    fileprivate init(
        _ root: Element, expecting expected: ServiceListExpectation, confirmedBy reader: (any SecondReader)?,
        at now: Date,
        _ examination: Examination
    ) throws(Rejection) {
        signer = try examination.step(.metadataSignature, root.path + "/Signature") { () throws(Rejection) in
            try root.signer(
                pins: expected.pins, allowsUnsigned: expected.allowsUnsigned, policy: expected.signatures,
                confirmedBy: reader, at: now)
        }
        var list = try examination.step(.metadataListContent, root.path) { () throws(Rejection) in
            try ServiceList(reading: root)
        }
        validUntil = list.nextUpdate ?? list.issueDate + 400 * 86_400
        try examination.check(list, until: validUntil, at: now)
        list.keep(expected)
        try examination.checkUnique(list.locations)
        self.list = list
    }
}

extension Examination {
    fileprivate func check(_ list: ServiceList, until end: Date, at now: Date) throws(Rejection) {
        let place = "MetadataServiceList"
        // A publisher's clock may be ahead by as much as a peer's.
        try check(
            .metadataListExpiry, list.issueDate <= now + 60, place + "/@IssueDate",
            expected: "before \(Instant.write(now))", found: Instant.write(list.issueDate))
        try check(
            .metadataListExpiry, now < end, place + "/@NextUpdate", expected: "after \(Instant.write(now))",
            found: list.nextUpdate.map(Instant.write) ?? "nothing, issued \(Instant.write(list.issueDate))")
        try check(
            .metadataListExpiry, end <= now + 400 * 86_400 + 60, place + "/@NextUpdate", expected: "within 400 days",
            found: Instant.write(end))
    }

    /// One entity in one role has one place, and so has an address that names no entities: else two entries would say whose
    /// keys count.
    fileprivate func checkUnique(_ locations: [ServiceList.Location]) throws(Rejection) {
        struct Entity: Hashable {
            let role: EntityDescriptor.Role
            let name: EntityID
        }
        var known: Set<Entity> = []
        for endpoint in locations.flatMap(\.endpoints) {
            let isNew = known.insert(Entity(role: endpoint.role, name: endpoint.entityID)).inserted
            try check(
                .metadataListContent, isNew, "Endpoint/@EntityID", expected: "each entity once in a role",
                found: "\(endpoint.entityID) twice as \(endpoint.role.rawValue)")
        }
        for (url, sharing) in Dictionary(grouping: locations, by: \.url) where sharing.count > 1 {
            try check(
                .metadataListContent, sharing.allSatisfy { !$0.endpoints.isEmpty }, "MetadataLocation/@Location",
                expected: "one entry for an address without Endpoint", found: "\(url) \(sharing.count) times")
        }
    }
}

extension ServiceList {
    /// Leaves out what the list may not say, and tells it.
    fileprivate mutating func keep(_ expected: ServiceListExpectation) {
        var kept: [Location] = []
        for var location in locations {
            let place = "MetadataLocation[@Location='\(location.url)']"
            if let territories = expected.territories, !territories.contains(location.territory) {
                leftOut.append(
                    Rejection(
                        .metadataListEntry, place,
                        expected: "Territory " + territories.map(\.rawValue).sorted().joined(separator: ", "),
                        found: location.territory.rawValue))
                continue
            }
            let wasEmpty = location.endpoints.isEmpty
            for endpoint in location.endpoints where !expected.roles.contains(endpoint.role) {
                leftOut.append(
                    Rejection(
                        .metadataListEntry, place,
                        expected: expected.roles.map(\.rawValue).sorted().joined(separator: ", "),
                        found: "\(endpoint.entityID) as \(endpoint.role.rawValue)"))
            }
            location.endpoints.removeAll { !expected.roles.contains($0.role) }
            // None left is not none named.
            if wasEmpty || !location.endpoints.isEmpty { kept.append(location) }
        }
        locations = kept
    }
}

extension ParsedMessage {
    public var isServiceList: Bool { tree.root.is(ServiceList.rootName) }

    /// Checks a MetadataServiceList by what it says itself.
    ///
    /// Taken for right: that the certificate which its signature shows is pinned, and every territory that it names.
    public func examineServiceList(at now: Date, _ examination: Examination) throws(Rejection) -> VerifiedServiceList {
        let shown = tree.root.shownSigners
        return try VerifiedServiceList(
            tree.root, expecting: ServiceListExpectation(pins: shown, territories: nil), confirmedBy: nil, at: now,
            examination)
    }
}
