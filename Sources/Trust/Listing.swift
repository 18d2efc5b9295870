// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

/// What one service list says now, and which nodes come of it.
struct Listing: Sendable {
    let entry: ServiceListEntry
    /// `nil` as long as it cannot be used.
    var list: VerifiedServiceList?
    /// Why it cannot be used.
    var failure: Rejection?
    /// Those that it names; while it cannot be used, those that it named last.
    var nodes: [NodeEntry] = []
    /// Parts of it that cannot be used.
    var leftOut: [Rejection] = []
    /// Where it does not say whose metadata is there.
    var addresses: [String] = []
    var kept: TrustArchive.KeptList?
    /// Its document, if that was read from a file and may not be kept yet.
    var octets: [UInt8]?
}

extension ServiceListEntry {
    /// Which list it is, for as long as neither its name nor its place is another.
    var nameOfKept: String { "list \(name) \(source.words)" }
}

extension Verifier {
    /// - Parameter held: what is in force: a list that cannot be used takes nothing away.
    func listings(
        _ entries: [ServiceListEntry], _ found: [NodeEntry.Source: Finding], _ fetches: [String: TrustArchive.Fetch],
        _ kept: [String: TrustArchive.KeptList], _ held: [Held], at now: Date
    ) -> [Listing] {
        entries.filter(\.enabled).map { entry in
            let last = kept[entry.nameOfKept]
            func listing(_ list: VerifiedServiceList) -> Listing {
                Listing(entry, list) { url in
                    if case .document(let digest)? = found[.https(url: url, certificateAuthority: nil)] {
                        return documents.source(digest)
                    }
                    return (fetches[url]?.document).map(documents.source)
                }
            }
            do throws(Rejection) {
                let (list, document, octets) = try newest(entry, found, fetches, last, at: now)
                var listing = listing(list)
                listing.kept = .init(document: document, issuedAt: list.list.issueDate)
                listing.octets = octets
                return listing
            } catch {
                // The last good one counts for as long as it says; behind that, what it named stays.
                guard let last, let octets = try? documents.read(last.document),
                    let list = try? self.list(entry, octets, at: now)
                else {
                    let nodes = held.map(\.entry).filter { $0.list == entry.name }
                    return Listing(entry: entry, failure: error, nodes: nodes, kept: last)
                }
                var listing = listing(list)
                (listing.failure, listing.kept) = (error, last)
                return listing
            }
        }
    }

    private func list(
        _ entry: ServiceListEntry, _ octets: [UInt8], at now: Date
    ) throws(Rejection) -> VerifiedServiceList {
        try VerifiedServiceList(octets, expecting: entry.expectation(), confirmedBy: reader, at: now)
    }

    /// - Throws: also if the list is older than the last good one: somebody sends it again, so that nodes which were
    ///   withdrawn come back.
    private func newest(
        _ entry: ServiceListEntry, _ found: [NodeEntry.Source: Finding], _ fetches: [String: TrustArchive.Fetch],
        _ last: TrustArchive.KeptList?, at now: Date
    ) throws(Rejection) -> (VerifiedServiceList, DocumentFolder.Digest, octets: [UInt8]?) {
        let earlier = fetches[entry.source.fetchName]?.document
        let (document, octets, isNew) = try content(of: entry.source, found[entry.source], earlier)
        let list = try self.list(entry, octets, at: now)
        if let last, list.list.issueDate < last.issuedAt {
            throw Rejection(
                .metadataListExpiry, "MetadataServiceList/@IssueDate",
                expected: "no earlier than \(Instant.write(last.issuedAt)), as the list that was read before",
                found: Instant.write(list.list.issueDate))
        }
        return (list, document, isNew ? octets : nil)
    }
}

extension Listing {
    /// - Parameter documentAt: what an address last gave, if anything.
    fileprivate init(
        _ entry: ServiceListEntry, _ list: VerifiedServiceList, documentAt: (String) -> DocumentSource?
    ) {
        self.init(entry: entry, list: list, leftOut: list.list.leftOut)
        for location in list.list.locations {
            let pins = location.certificates.isEmpty ? entry.nodePins : location.certificates.map { Data($0.der) }
            guard !pins.isEmpty || entry.profile.allowsUnsignedMetadata else {
                leftOut.append(
                    Rejection(
                        .metadataListEntry, location.url,
                        expected: "a certificate in KeyInfo, or node-pins in the entry",
                        found: "neither"))
                continue
            }
            let named: [ServiceList.Endpoint]
            if location.endpoints.isEmpty {
                addresses.append(location.url)
                named = claims(at: location, documentAt(location.url))
            } else {
                named = location.endpoints
            }
            nodes += named.map { node($0, at: location, pins) }
        }
    }

    private func node(_ endpoint: ServiceList.Endpoint, at location: ServiceList.Location, _ pins: [Data]) -> NodeEntry
    {
        NodeEntry(
            entityID: endpoint.entityID, country: location.territory, role: endpoint.role,
            source: .https(url: location.url, certificateAuthority: nil), pins: pins, profile: entry.profile,
            list: entry.name, isHidden: location.isHidden || endpoint.isHidden)
    }

    /// Whom the document at an address claims to describe: as far as the list may speak of them.
    private mutating func claims(
        at location: ServiceList.Location, _ document: DocumentSource?
    ) -> [ServiceList.Endpoint] {
        guard let document else { return [] }
        do throws(Rejection) {
            return try ClaimedEntity.all(in: document)
                .filter { claim in
                    entry.roles.contains(claim.role) && claim.country.map(location.territory.isNamed) ?? false
                }
                .map { ServiceList.Endpoint(role: $0.role, entityID: $0.entityID, isHidden: location.isHidden) }
        } catch {
            leftOut.append(error)
            return []
        }
    }
}

extension ServiceListEntry {
    func expectation() throws(Rejection) -> ServiceListExpectation {
        do {
            return ServiceListExpectation(
                pins: try pins.read(), allowsUnsigned: allowsUnsigned, territories: territories, roles: roles)
        } catch {
            throw Rejection(.configuration, "metadata-service-lists", expected: error.expected, found: error.found)
        }
    }
}
