// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// What a MetadataServiceList (MDSL) says: where a state's metadata are, and whose keys sign them. Trustworthy only inside
/// a ``VerifiedServiceList``.
///
/// Read leniently where the field differs: the signature stands first or last, `version` is written small, a
/// DistributionPoint has no namespace, and Sweden adds attributes of its own.
/// - Spec: eIDAS Message Format 1.4 Appendix A; dossier §4.7.
public struct ServiceList: Hashable, Sendable {
    /// One entity in one role.
    public struct Endpoint: Hashable, Sendable {
        public var role: EntityDescriptor.Role
        public var entityID: EntityID
        /// Whether the list wants it left out of country selectors.
        public var isHidden: Bool

        public init(role: EntityDescriptor.Role, entityID: EntityID, isHidden: Bool) {
            self.role = role
            self.entityID = entityID
            self.isHidden = isHidden
        }
    }

    /// One address with metadata.
    public struct Location: Hashable, Sendable {
        public var territory: MemberState
        public var url: String
        /// Whoever signs the metadata there, or issues the signer's certificate. Empty: the list names nobody, and the
        /// anchors of the country count.
        public var certificates: [Certificate]
        /// Empty: every entity at this address counts.
        public var endpoints: [Endpoint]
        /// Whether the list wants whoever is here left out of country selectors.
        public var isHidden: Bool
    }

    public var issueDate: Date
    public var nextUpdate: Date?
    public var issuerName: String
    public var schemeIdentifier: String
    /// The country that publishes, as it writes it.
    public var schemeTerritory: String
    public var distributionPoints: [String]
    /// In the order of the list, the entries that can be used.
    public var locations: [Location]
    /// The entries that cannot, or that the list itself suspends, each with the reason.
    public var leftOut: [Rejection]
}

extension ServiceList {
    static let rootName = Namespace.mdsl("MetadataServiceList")

    init(reading root: Element) throws(Rejection) {
        guard root.is(Self.rootName) else {
            throw Rejection(.metadataListContent, root.path, expected: Self.rootName.local, found: root.local)
        }
        let versions = ["Version", "version"].compactMap { root[XMLName(unqualified: $0)]?.trimmingXMLSpace() }
        guard versions == ["1.0"] else {
            throw Rejection(
                .metadataListContent, root.path + "/@Version", expected: "1.0",
                found: versions.isEmpty ? "nothing" : versions.joined(separator: ", "))
        }
        guard let issued = try root.instant("IssueDate") else {
            throw Rejection(.metadataListExpiry, root.path + "/@IssueDate", expected: "an instant", found: "nothing")
        }
        issueDate = issued
        nextUpdate = try root.instant("NextUpdate")
        guard let scheme = root.only(Namespace.mdsl("SchemeInformation")) else {
            throw Rejection(.metadataListContent, root.path, expected: "one SchemeInformation")
        }
        issuerName = try scheme.word("IssuerName")
        schemeIdentifier = try scheme.word("SchemeIdentifier")
        schemeTerritory = try scheme.word("SchemeTerritory")
        distributionPoints = root.children(Namespace.mdsl("DistributionPoints")).flatMap(\.children)
            .filter { $0.local == "DistributionPoint" }.map(\.trimmedText)
        var entries = Entries()
        for list in root.children(Namespace.mdsl("MetadataList")) { entries.read(list) }
        (locations, leftOut) = (entries.locations, entries.leftOut)
    }
}

/// The entries of a list, told apart.
private struct Entries {
    var locations: [ServiceList.Location] = []
    var leftOut: [Rejection] = []

    mutating func read(_ list: Element) {
        let name = list["Territory"]?.trimmingXMLSpace()
        // A list of the Greek has been seen under the code that ISO gives them.
        let territory = name.flatMap { MemberState(rawValue: $0 == "GR" ? "EL" : $0) }
        for location in list.children(Namespace.mdsl("MetadataLocation")) {
            let url = location["Location"]?.trimmingXMLSpace() ?? ""
            if list.says("Suspend") || location.says("Suspend") {
                leaveOut(location, url, "an entry that is not suspended", "Suspend")
            } else if let territory {
                read(location, url, territory, isHidden: list.says("HideFromDiscovery"))
            } else {
                leaveOut(location, url, "the Territory of a member state", name ?? "nothing")
            }
        }
    }

    private mutating func read(_ location: Element, _ url: String, _ territory: MemberState, isHidden: Bool) {
        guard isWebAddress(url, limit: 1024) else {
            leaveOut(location, url, "an HTTPS address", "another")
            return
        }
        let keys = location.children(Namespace.ds("KeyInfo"))
        let certificates = keys.flatMap(\.shownCertificates).compactMap { try? Certificate(der: $0) }
        // Whoever names keys wants no others: the anchors of the country do not step in for what cannot be read.
        guard keys.isEmpty || !certificates.isEmpty else {
            let bare = keys.flatMap(\.children).map(\.local).joined(separator: ", ")
            leaveOut(location, url, "an X509Certificate in KeyInfo", bare.isEmpty ? "nothing" : bare)
            return
        }
        let named = location.children(Namespace.mdsl("Endpoint"))
        let hidesAll = isHidden || location.says("HideFromDiscovery")
        var endpoints: [ServiceList.Endpoint] = []
        for element in named {
            guard let entityID = element["EntityID"]?.trimmingXMLSpace(), !entityID.isEmpty,
                let role = element["EndpointType"].flatMap({ EntityDescriptor.Role(endpointType: $0) })
            else {
                leaveOut(
                    element, url, "an EntityID and the type of a Proxy-Service or Connector", element["EndpointType"])
                continue
            }
            guard !element.says("Suspend") else {
                leaveOut(element, url, "an entry that is not suspended", "Suspend of \(entityID)")
                continue
            }
            endpoints.append(
                .init(
                    role: role, entityID: EntityID(entityID), isHidden: hidesAll || element.says("HideFromDiscovery")))
        }
        // None left is not none named: then nothing there counts.
        guard named.isEmpty || !endpoints.isEmpty else { return }
        locations.append(
            .init(
                territory: territory, url: url, certificates: certificates, endpoints: endpoints, isHidden: hidesAll))
    }

    private mutating func leaveOut(_ element: Element, _ url: String, _ expected: String, _ found: String?) {
        leftOut.append(
            Rejection(
                .metadataListEntry, "\(element.local)[@Location='\(url)']", expected: expected,
                found: found ?? "nothing"))
    }
}

extension EntityDescriptor.Role {
    fileprivate init?(endpointType uri: String) {
        guard let role = Self.allCases.first(where: { $0.endpointType == uri.trimmingXMLSpace() }) else { return nil }
        self = role
    }

    private var endpointType: String {
        switch self {
        case .proxyService: "http://eidas.europa.eu/metadata/ept/ProxyService"
        case .connector: "http://eidas.europa.eu/metadata/ept/Connector"
        }
    }
}

extension Element {
    fileprivate func instant(_ name: String) throws(Rejection) -> Date? {
        guard let text = self[XMLName(unqualified: name)] else { return nil }
        guard let instant = Instant.readInAnyZone(text.trimmingXMLSpace()) else {
            throw Rejection(.metadataListExpiry, path + "/@" + name, expected: "an instant with its zone", found: text)
        }
        return instant
    }

    /// The text of the only child of that name.
    fileprivate func word(_ name: String) throws(Rejection) -> String {
        guard let text = only(Namespace.mdsl(name))?.trimmedText, !text.isEmpty else {
            throw Rejection(.metadataListContent, path, expected: "one \(name)", found: "nothing")
        }
        return text
    }

    /// Whether one of the attributes that Sweden adds, in whatever namespace, says anything but no: whoever writes `yes`
    /// means it.
    fileprivate func says(_ attribute: String) -> Bool {
        attributeNames().contains { name in
            name.local == attribute && self[name]?.boolean != false
        }
    }
}
