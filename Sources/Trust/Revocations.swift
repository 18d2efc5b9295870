// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import SAML
import XMLSecurity

/// A certificate revocation list, as a trust list names it: of one authority, for whatever it has certified.
public struct RevocationEntry: Hashable, Sendable {
    /// PEM or DER certificate of the authority that signs the list.
    public var issuer: Data
    public var source: NodeEntry.Source
    /// Whether certificates of this authority count only as long as the list can be used.
    public var isRequired: Bool

    public init(issuer: Data, source: NodeEntry.Source, isRequired: Bool = false) {
        self.issuer = issuer
        self.source = source
        self.isRequired = isRequired
    }
}

extension RevocationEntry {
    /// Which list it is, for as long as neither its authority nor its place is another.
    func nameOfKept(by issuer: Certificate) -> String { "revoked by \(issuer.fingerprint) \(source.words)" }
}

/// What the revocation lists say now.
struct Revocations: Sendable {
    struct Part: Sendable {
        let entry: RevocationEntry
        let issuer: Certificate
        /// The newest good one. It may have ended: then it still says who was revoked, and no longer who was not.
        var list: RevocationList?
        var document: DocumentFolder.Digest?
        /// Its document, if that was read from a file and may not be kept yet.
        var octets: [UInt8]?
        /// Why there is no list, or why what the source gave last does not take its place.
        var failure: Rejection?

        var kept: TrustArchive.KeptList? {
            document.flatMap { document in list.map { .init(document: document, issuedAt: $0.thisUpdate) } }
        }
    }

    /// The lists of one authority, which may have split them.
    private struct Authority {
        let parts: [Part]

        var isRequired: Bool { parts.contains(where: \.entry.isRequired) }
        /// Whether a certificate was revoked, and when the last of the lists ends that say it was not.
        ///
        /// - Throws: ``Rule/revocationList`` where a list is required and none can tell.
        func hasRevoked(_ certificate: Certificate, at now: Date) throws(Rejection) -> (Bool, end: Date?) {
            var end: Date?
            var reason: Rejection?
            for part in parts {
                do throws(Rejection) {
                    if try part.says(certificate) { return (true, nil) }
                    if let ended = part.ended(at: now) { throw ended }
                    end = max(end ?? .distantPast, part.list?.nextUpdate ?? .distantPast)
                } catch { reason = reason ?? error }
            }
            if let reason, isRequired, end == nil { throw reason }
            return (false, isRequired ? end : nil)
        }
    }

    var parts: [Part] = []

    /// Why lists cannot be used, or not any more, or not be renewed, by their sources.
    func failures(at now: Date) -> [String: Rejection] {
        Dictionary(
            parts.compactMap { part in (part.failure ?? part.ended(at: now)).map { (part.entry.source.words, $0) } }
        ) { first, _ in first }
    }

    func ends(of source: NodeEntry.Source) -> [Date] {
        parts.filter { $0.entry.source == source }.compactMap(\.list?.nextUpdate)
    }

    /// Each certificate from here up, with the authority that has certified it and whose lists we have.
    private func lineage(of certificate: Certificate, depth: Int = 8) -> [(Certificate, Authority)] {
        guard depth > 0 else { return [] }
        var seen: Set<Certificate> = []
        return parts.map(\.issuer).filter { seen.insert($0).inserted }.flatMap { issuer in
            // Nobody takes themselves back.
            guard certificate != issuer, certificate.isIssued(by: issuer) else { return [(Certificate, Authority)]() }
            // Whoever certified it may have been revoked by another authority.
            return [(certificate, Authority(parts: parts.filter { $0.issuer == issuer }))]
                + lineage(of: issuer, depth: depth - 1)
        }
    }

    /// What the lists leave of a node.
    struct Verdict {
        /// Those of its certificates that were revoked.
        var revoked: Set<Certificate> = []
        /// When a list ends without which it does not count.
        var end: Date?
    }

    /// - Throws: ``Rule/signatureKeyRevoked`` where the signer of its metadata was, or none of its own is left;
    ///   ``Rule/revocationList`` where a list that is required cannot tell.
    func judge(_ verified: VerifiedEntity, _ entry: NodeEntry, at now: Date) throws(Rejection) -> Verdict {
        var verdict = Verdict()
        guard !parts.isEmpty else { return verdict }
        /// Which certificate was, the given one or one above it; `nil` if none was.
        func revoked(_ certificate: Certificate) throws(Rejection) -> Certificate? {
            var revoked: Certificate?
            for (certificate, authority) in lineage(of: certificate) {
                let (isNamed, end) = try authority.hasRevoked(certificate, at: now)
                if isNamed { revoked = revoked ?? certificate }
                if let end { verdict.end = min(verdict.end ?? .distantFuture, end) }
            }
            return revoked
        }
        if let signer = verified.signer, let culprit = try revoked(signer) {
            throw Rejection(
                .signatureKeyRevoked, "EntityDescriptor/Signature", expected: "a certificate that is not revoked",
                found: culprit.subject + (culprit == signer ? "" : ", an authority above \(signer.subject)"))
        }
        let descriptor = verified.descriptor
        for certificate in descriptor.signingCertificates + descriptor.encryptionKeys.map(\.certificate) {
            if try revoked(certificate) != nil { verdict.revoked.insert(certificate) }
        }
        try entry.admit(verified, revoked: verdict.revoked)
        return verdict
    }
}

extension Revocations.Part {
    fileprivate func ended(at now: Date) -> Rejection? {
        list.flatMap { now < $0.nextUpdate ? nil : entry.fault("a list for this time", "one that has ended") }
    }

    fileprivate func says(_ certificate: Certificate) throws(Rejection) -> Bool {
        guard let list else { throw failure ?? entry.fault("a revocation list", "none") }
        do throws(XMLFault) { return try list.revokes(certificate) } catch { throw entry.fault(error) }
    }
}

extension RevocationEntry {
    fileprivate func fault(_ expected: String?, _ found: String?) -> Rejection {
        Rejection(.revocationList, source.words, expected: expected, found: found)
    }

    func fault(_ fault: XMLFault) -> Rejection {
        let found =
            switch fault.kind {
            case .keyUnusable: "no revocation list"
            case .keyUnknown: "one of another authority"
            case .signatureValue: "a signature that is not its authority's"
            default: "\(fault.kind)"
            }
        return self.fault(fault.expected ?? "a list that its authority has signed", fault.found ?? found)
    }
}

extension Verifier {
    /// - Parameter kept: the last good list of each entry, by its name.
    func revocations(
        _ entries: [RevocationEntry], _ found: [NodeEntry.Source: Finding], _ fetches: [String: TrustArchive.Fetch],
        _ kept: [String: TrustArchive.KeptList], at now: Date
    ) -> Revocations {
        Revocations(
            parts: entries.compactMap { entry -> Revocations.Part? in
                // What cannot be read was refused with the file.
                guard let issuer = try? Certificate.configured(entry.issuer) else { return nil }
                var part = Revocations.Part(entry: entry, issuer: issuer)
                // A copy that was damaged says nothing.
                let last = kept[entry.nameOfKept(by: issuer)]
                if let last, let octets = try? documents.read(last.document) {
                    part.list = try? RevocationList(pemOrDER: octets, of: issuer, at: now)
                    part.document = part.list == nil ? nil : last.document
                }
                do throws(Rejection) {
                    if let newest = try newest(entry, found[entry.source], fetches, besides: part.document) {
                        try part.renew(newest, last, at: now)
                    }
                } catch { part.failure = error }
                return part
            })
    }

    /// The last that a source gave, even if it gives nothing now: a list says itself how long it counts.
    ///
    /// - Parameter kept: the good one that there is.
    /// - Returns: `nil` if it gave that very one, or nothing while there is one: how asking went is told elsewhere.
    private func newest(
        _ entry: RevocationEntry, _ found: Finding?, _ fetches: [String: TrustArchive.Fetch],
        besides kept: DocumentFolder.Digest?
    ) throws(Rejection) -> (document: DocumentFolder.Digest, octets: [UInt8], isNew: Bool)? {
        let earlier = fetches[entry.source.fetchName]?.document
        let isLost = if case .nothing? = found { earlier != nil } else { false }
        do throws(Rejection) {
            let newest = try content(of: entry.source, isLost ? nil : found, earlier)
            return newest.document == kept ? nil : newest
        } catch {
            if kept != nil, entry.source.isFetched { return nil }
            throw entry.fault(error.expected ?? "a revocation list", error.found)
        }
    }
}

extension Revocations.Part {
    /// Takes what the source gave in the place of what there is: neither something else nor an older list, with which
    /// whoever sits on the way could bring a revoked key back.
    ///
    /// - Throws: ``Rule/revocationList`` if it is not taken.
    fileprivate mutating func renew(
        _ newest: (document: DocumentFolder.Digest, octets: [UInt8], isNew: Bool), _ last: TrustArchive.KeptList?,
        at now: Date
    ) throws(Rejection) {
        let fresh: RevocationList
        do throws(XMLFault) { fresh = try RevocationList(pemOrDER: newest.octets, of: issuer, at: now) } catch {
            throw entry.fault(error)
        }
        if let last, fresh.thisUpdate < last.issuedAt {
            throw entry.fault(
                "a list no older than the one of \(Instant.write(last.issuedAt))",
                "one of \(Instant.write(fresh.thisUpdate))")
        }
        (list, document, octets) = (fresh, newest.document, newest.isNew ? newest.octets : nil)
    }
}

extension Held {
    /// The same node, as far as its certificates were not revoked.
    func judged(by revocations: Revocations, at now: Date) -> Held {
        var node = self
        (node.bar, node.revoked, node.barredFrom) = (nil, [], nil)
        if let entity {
            do throws(Rejection) {
                let verdict = try revocations.judge(entity, entry, at: now)
                (node.revoked, node.barredFrom) = (verdict.revoked, verdict.end)
            } catch { node.bar = error }
        }
        if (node.bar == nil) != (bar == nil) { node.since = now }
        return node
    }
}
