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

/// What the revocation lists say now.
struct Revocations: Sendable {
    struct Part: Sendable {
        let entry: RevocationEntry
        let issuer: Certificate
        /// Or why it cannot be used.
        let list: Result<RevocationList, Rejection>
    }

    var parts: [Part] = []

    /// Why lists cannot be used, by their sources.
    var failures: [String: Rejection] {
        Dictionary(
            parts.compactMap { part in
                if case .failure(let rejection) = part.list { (part.entry.source.words, rejection) } else { nil }
            }
        ) { first, _ in first }
    }

    func ends(of source: NodeEntry.Source) -> [Date] {
        parts.filter { $0.entry.source == source }.compactMap { try? $0.list.get().nextUpdate }
    }

    /// - Throws: ``Rule/revocationList`` where a list that is required cannot be asked.
    private func isRevoked(_ certificate: Certificate, at now: Date, depth: Int = 8) throws(Rejection) -> Bool {
        guard depth > 0 else { return false }
        for part in parts where certificate.isIssued(by: part.issuer) {
            do throws(Rejection) {
                if try part.list.get().says(certificate, at: now, part.entry) { return true }
            } catch {
                if part.entry.isRequired { throw error }
            }
            // Whoever certified it may have been revoked by another authority.
            if part.issuer != certificate, try isRevoked(part.issuer, at: now, depth: depth - 1) { return true }
        }
        return false
    }

    /// Those certificates of a node that were revoked.
    ///
    /// - Throws: ``Rule/signatureKeyRevoked`` where the signer of its metadata was, or none of its own is left.
    func judge(_ verified: VerifiedEntity, _ entry: NodeEntry, at now: Date) throws(Rejection) -> Set<Certificate> {
        guard !parts.isEmpty else { return [] }
        if let signer = verified.signer, try isRevoked(signer, at: now) {
            throw Rejection(
                .signatureKeyRevoked, "EntityDescriptor/Signature", expected: "a certificate that is not revoked",
                found: signer.subject)
        }
        let descriptor = verified.descriptor
        var revoked: Set<Certificate> = []
        for certificate in descriptor.signingCertificates + descriptor.encryptionKeys.map(\.certificate) {
            if try isRevoked(certificate, at: now) { revoked.insert(certificate) }
        }
        try entry.admit(verified, revoked: revoked)
        return revoked
    }
}

extension RevocationList {
    fileprivate func says(_ certificate: Certificate, at now: Date, _ entry: RevocationEntry) throws(Rejection) -> Bool
    {
        // The list may have ended since it was read.
        guard now < nextUpdate else { throw entry.fault("a list for this time", "one that has ended") }
        do throws(XMLFault) { return try revokes(certificate, at: now) } catch { throw entry.fault(error) }
    }
}

extension RevocationEntry {
    fileprivate func fault(_ expected: String?, _ found: String?) -> Rejection {
        Rejection(.revocationList, source.words, expected: expected, found: found)
    }

    fileprivate func fault(_ fault: XMLFault) -> Rejection {
        self.fault(fault.expected ?? "a list that its authority has signed", fault.found ?? "\(fault.kind)")
    }
}

extension Verifier {
    func revocations(
        _ entries: [RevocationEntry], _ found: [NodeEntry.Source: Finding], _ fetches: [String: TrustArchive.Fetch],
        at now: Date
    ) -> Revocations {
        Revocations(
            parts: entries.compactMap { entry -> Revocations.Part? in
                // What cannot be read was refused with the file.
                guard let issuer = try? Certificate(pemOrDER: Array(entry.issuer)) else { return nil }
                let list = Result { () throws(Rejection) in
                    let octets = try octets(of: entry.source, found[entry.source], fetches)
                    do throws(XMLFault) { return try RevocationList(pemOrDER: octets, of: issuer, at: now) } catch {
                        throw entry.fault(error)
                    }
                }
                return Revocations.Part(entry: entry, issuer: issuer, list: list)
            })
    }

    /// The last that a source gave, even if it gives nothing now: a list says itself how long it counts.
    private func octets(
        of source: NodeEntry.Source, _ found: Finding?, _ fetches: [String: TrustArchive.Fetch]
    ) throws(Rejection) -> [UInt8] {
        let earlier = fetches[source.words]?.document
        let isLost = if case .nothing? = found { earlier != nil } else { false }
        let (document, read) = try document(of: source, isLost ? nil : found, earlier)
        return if let read { read } else { try documents.read(document) }
    }
}

extension Held {
    /// The same node, as far as its certificates were not revoked.
    func judged(by revocations: Revocations, at now: Date) -> Held {
        var node = self
        (node.bar, node.revoked) = (nil, [])
        if let entity {
            do throws(Rejection) { node.revoked = try revocations.judge(entity, entry, at: now) } catch {
                node.bar = error
            }
        }
        if (node.bar == nil) != (bar == nil) { node.since = now }
        return node
    }
}
