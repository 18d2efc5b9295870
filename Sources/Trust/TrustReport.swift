// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import SAML
import Settings
import Synchronization
import XMLSecurity

/// How our trust stands: for people as a table, for programs as JSON. Nothing in it is about persons.
public struct TrustReport: Hashable, Sendable, Encodable {
    public enum Light: String, Hashable, Sendable, Codable, CaseIterable {
        /// Can be used, and is renewed.
        case good
        /// Can be used, but somebody should look: it cannot be renewed, a change waits, or something ends soon.
        case warning
        /// Cannot be used.
        case out
        /// Switched off, or not wanted by the settings.
        case off
    }

    public struct Key: Hashable, Sendable, Encodable {
        public enum Use: String, Hashable, Sendable, Encodable { case signing, encryption, metadata }
        public let use: Use
        public let kind: String
        public let subject: String
        /// SHA-256 of the certificate, in hexadecimal.
        public let fingerprint: String
        public let notAfter: Date
    }

    public struct Node: Hashable, Sendable, Encodable {
        public let entityID: EntityID
        public let country: MemberState
        public let role: EntityDescriptor.Role
        public let light: Light
        /// What to look at: rules that are broken, changes that wait, ends that come near.
        public let notes: [String]
        public let since: Date
        public let validUntil: Date?
        public let keys: [Key]
        public let endpoints: [String]
        public let levels: [String]
        public let attributes: [String]
        public let source: String
        /// The service list that names it; `nil`: a trust list of ours does.
        public let list: String?
        public let lastFetch: Date?
        public let lastGoodFetch: Date?
        public let lastChange: Date
    }

    /// A metadata service list of other states, or a revocation list, which names no nodes.
    public struct List: Hashable, Sendable, Encodable {
        public let name: String
        public let light: Light
        /// Why it cannot be used, and which parts of it are left out.
        public let notes: [String]
        public let validUntil: Date?
        /// How many nodes come of it.
        public let nodes: Int
        public let source: String
        public let lastFetch: Date?
        public let lastGoodFetch: Date?
    }

    public let at: Date
    /// The version in force.
    public let version: Int
    public let nodes: [Node]
    public let lists: [List]
}

extension TrustDirectory {
    /// Days before the end of a certificate at which it is pointed out.
    static let noticeDays = 30.0

    public func report(at now: Date) throws(TrustArchive.Fault) -> TrustReport {
        let (state, fetches) = (state.withLock { $0 }, try archive.fetches())
        let waiting = Dictionary(grouping: state.plan.waiting, by: \.node)
        return TrustReport(
            at: now, version: state.version,
            nodes: state.held.map { held in
                TrustReport.Node(
                    held, fetches[held.entry.source.fetchName], waiting[held.key] ?? [], settings, at: now)
            },
            lists: state.listings.map { TrustReport.List($0, fetches[$0.entry.source.fetchName], at: now) }
                + state.revocations.parts.map { TrustReport.List($0, fetches[$0.entry.source.fetchName], at: now) })
    }
}

extension TrustReport.Node {
    init(
        _ held: Held, _ fetch: TrustArchive.Fetch?, _ waiting: [TrustPlan.Step], _ settings: Settings, at now: Date
    ) {
        let (entry, entity) = (held.entry, held.entity ?? held.baseline)
        let end = held.end(settings)
        let keys = entity.map { TrustReport.Key.all(of: $0) } ?? []
        let isUsable = held.entity != nil && held.bar == nil && end.map { now < $0 } ?? false
        var notes: [String] = []
        // A command asks nobody: how the running node fared is in the archive.
        // Why nothing could be fetched says more than that nothing was.
        if let failure = held.failure, failure.rule != .metadataUnavailable || fetch?.failure == nil {
            notes.append("\(failure)")
        }
        // What was told of the document is kept with the fetch too, with the instants of that time.
        if let failure = fetch?.failure, held.failure.map({ !$0.isTold(by: failure) }) ?? true {
            notes.append(failure)
        }
        if let bar = held.bar { notes.append("\(bar)") }
        notes += held.revoked.map { "certificate \($0.subject) is revoked" }.sorted()
        if !isUsable, held.failure == nil, held.bar == nil, let end {
            let what = held.barredFrom == end ? "a mandatory revocation list" : "metadata"
            notes.append("\(what) ended \(Instant.write(end))")
        }
        notes += waiting.flatMap(\.waitsFor).map { "\($0.rawValue) waits for approval" }
        notes += keys.filter { $0.notAfter < now + TrustDirectory.noticeDays * 86_400 }.map {
            "\($0.use.rawValue) certificate \($0.notAfter < now ? "ended" : "ends") \(Instant.write($0.notAfter))"
        }
        let light: TrustReport.Light =
            !entry.isInUse(settings) ? .off : !isUsable ? .out : notes.isEmpty ? .good : .warning
        self.init(
            entityID: entry.entityID, country: entry.country, role: entry.role, light: light,
            notes: light == .off ? [] : notes, since: held.since, validUntil: end, keys: keys,
            endpoints: entity?.descriptor.endpoints.map(\.location) ?? [],
            levels: entity?.entity.levelsOfAssurance ?? [], attributes: entity?.descriptor.attributes ?? [],
            source: entry.source.words, list: entry.list, lastFetch: fetch?.askedAt, lastGoodFetch: fetch?.goodAt,
            lastChange: held.changedAt)
    }
}

extension Rejection {
    /// Whether a description is of the same rule at the same place, whatever was expected and found there.
    fileprivate func isTold(by description: String) -> Bool {
        let place = Rejection(rule, element).description
        return description == place || description.hasPrefix(place + ",")
    }
}

extension TrustReport.List {
    init(_ listing: Listing, _ fetch: TrustArchive.Fetch?, at now: Date) {
        var notes = (listing.failure.map { [$0] } ?? []).map { "\($0)" }
        if let failure = fetch?.failure, listing.failure == nil { notes.append(failure) }
        let isUsable = listing.list.map { now < $0.validUntil } ?? false
        self.init(
            name: listing.entry.name, light: !isUsable ? .out : notes.isEmpty ? .good : .warning,
            notes: notes + listing.leftOut.map { "\($0)" }, validUntil: listing.list?.validUntil,
            nodes: listing.nodes.count, source: listing.entry.source.words, lastFetch: fetch?.askedAt,
            lastGoodFetch: fetch?.goodAt)
    }
}

extension TrustReport.List {
    init(_ part: Revocations.Part, _ fetch: TrustArchive.Fetch?, at now: Date) {
        let list = part.list
        var notes = (part.failure.map { ["\($0)"] } ?? [])
        if let failure = fetch?.failure, !notes.contains(failure) { notes.append(failure) }
        let isUsable = list.map { now < $0.nextUpdate } ?? false
        self.init(
            name: "revoked by \(part.issuer.subject)", light: !isUsable ? .out : notes.isEmpty ? .good : .warning,
            notes: notes, validUntil: list?.nextUpdate, nodes: 0, source: part.entry.source.words,
            lastFetch: fetch?.askedAt, lastGoodFetch: fetch?.goodAt)
    }
}

extension TrustReport.Key {
    fileprivate static func all(of entity: VerifiedEntity) -> [Self] {
        entity.descriptor.signingCertificates.map { Self(.signing, $0) }
            + entity.descriptor.encryptionKeys.map { Self(.encryption, $0.certificate) }
            + (entity.signer.map { [Self(.metadata, $0)] } ?? [])
    }

    init(_ use: Use, _ certificate: Certificate) {
        self.init(
            use: use, kind: "\(certificate.publicKey.kind)", subject: certificate.subject,
            fingerprint: certificate.fingerprint, notAfter: certificate.notAfter)
    }
}
