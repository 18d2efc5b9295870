// SPDX-License-Identifier: EUPL-1.2
import Dispatch
import Federation
import Foundation
import SAML
import Settings
import Synchronization

/// Verifies documents for the nodes that they shall describe, on all cores: nobody can log in before it is done.
struct Verifier: Sendable {
    let settings: Settings
    let documents: DocumentFolder

    /// One document for one node.
    private struct Task: Sendable {
        var entry: NodeEntry
        var document: DocumentFolder.Digest
        /// What was read from a file just now and is not kept yet.
        var octets: [UInt8]?
    }

    // MARK: What is in force

    /// - Parameter known: nodes that this process has verified already.
    func load(_ nodes: [ArchivedNode], knowing known: [Held], at now: Date) -> [Held] {
        let known = known.keyed(by: \.record)
        return concurrently(nodes) { node in known[node.record] ?? load(node, at: now) }
    }

    private func load(_ node: ArchivedNode, at now: Date) -> Held {
        var held = Held(
            record: node.record, entity: nil, baseline: nil, failure: nil, since: node.acceptedAt,
            changedAt: node.changedAt, acceptedAt: node.acceptedAt)
        guard let document = node.record.document else {
            held.failure = Rejection(
                .metadataUnavailable, node.record.entry.source.words, expected: "metadata",
                found: "none was fetched yet")
            return held
        }
        let task = Task(entry: node.record.entry, document: document)
        if node.record.entry.isInUse(settings) {
            switch verifyWithGrace(task, at: now) {
            case .success(let entity): held.entity = entity
            case .failure(let rejection): held.failure = rejection
            }
        }
        // What is not used, or cannot be any more, still says what a new document is compared with.
        held.baseline = held.entity ?? (try? verify(task, at: node.acceptedAt).get())
        if held.entity == nil, let end = held.baseline?.validUntil {
            held.since = min(now, end + Double(settings.graceSeconds))
        }
        return held
    }

    /// The grace of the settings reaches beyond the end of the metadata.
    private func verifyWithGrace(_ task: Task, at now: Date) -> Result<VerifiedEntity, Rejection> {
        let strictly = verify(task, at: now)
        guard case .failure = strictly, settings.graceSeconds > 0 else { return strictly }
        return verify(task, at: now - Double(settings.graceSeconds))
    }

    // MARK: What is wished

    /// - Parameters:
    ///   - found: what was fetched just now.
    ///   - candidates: what was fetched before and waits.
    ///   - fetches: what was fetched before, for nodes that are new.
    func wishes(
        _ entries: [NodeEntry], _ held: [NodeKey: Held], _ found: [NodeEntry.Source: Finding],
        _ candidates: [NodeKey: DocumentFolder.Digest], _ fetches: [String: TrustArchive.Fetch], at now: Date
    ) -> [NodeKey: Wish] {
        let wishes = concurrently(entries) { entry in
            let key = NodeKey(entry)
            let earlier = candidates[key] ?? held[key]?.record.document ?? fetches[entry.source.words]?.document
            return wish(entry, held[key], found[entry.source], earlier, at: now)
        }
        return wishes.keyed(by: \.record.key)
    }

    private func wish(
        _ entry: NodeEntry, _ held: Held?, _ found: Finding?, _ earlier: DocumentFolder.Digest?, at now: Date
    ) -> Wish {
        guard entry.isInUse(settings) else {
            return Wish(record: NodeRecord(entry: entry, document: held?.record.document))
        }
        do throws(Rejection) {
            let task = try newest(entry, found, earlier)
            if let held, held.entity != nil, task.entry == held.entry, task.document == held.record.document {
                // Whoever was not asked just now goes on failing, if it did.
                return Wish(
                    record: held.record, entity: held.entity,
                    failure: entry.source.isFetched && found == nil ? held.failure : nil)
            }
            let entity = try verify(task, at: now).get()
            return Wish(
                record: NodeRecord(entry: entry, document: task.document), entity: entity, octets: task.octets)
        } catch {
            return lastGood(entry, held, error, found, at: now)
        }
    }

    /// - Throws: why the source gave nothing.
    private func newest(
        _ entry: NodeEntry, _ found: Finding?, _ earlier: DocumentFolder.Digest?
    ) throws(Rejection) -> Task {
        switch (entry.source, found) {
        case (.file(let path), _):
            let octets = try MetadataSource.file(path)
            return Task(entry: entry, document: DocumentFolder.Digest(of: octets), octets: octets)
        case (.https, .document(let digest)): return Task(entry: entry, document: digest)
        case (.https, .nothing(let rejection)): throw rejection
        case (.https(let url, _), nil):
            guard let earlier else {
                throw Rejection(.metadataUnavailable, url, expected: "metadata", found: "none was fetched yet")
            }
            return Task(entry: entry, document: earlier)
        }
    }

    /// The newest document is of no use: the node goes on with the last good one.
    private func lastGood(
        _ entry: NodeEntry, _ held: Held?, _ failure: Rejection, _ found: Finding?, at now: Date
    ) -> Wish {
        if failure.rule == .metadataRoleMissing, case .document(let digest) = found {
            return Wish(record: NodeRecord(entry: entry, document: digest), failure: failure)
        }
        var wish = Wish(record: NodeRecord(entry: entry, document: held?.record.document), failure: failure)
        guard let held, let document = held.record.document else { return wish }
        wish.entity =
            held.entry == entry
            ? held.entity : try? verify(Task(entry: entry, document: document), at: now).get()
        return wish
    }

    /// What a record would be, if it were wished.
    func wish(for record: NodeRecord, at now: Date) -> Wish {
        guard record.entry.isInUse(settings), let document = record.document else { return Wish(record: record) }
        switch verify(Task(entry: record.entry, document: document), at: now) {
        case .success(let entity): return Wish(record: record, entity: entity)
        case .failure(let rejection): return Wish(record: record, failure: rejection)
        }
    }

    // MARK: Verifying

    private func verify(_ task: Task, at now: Date) -> Result<VerifiedEntity, Rejection> {
        do throws(Rejection) {
            let octets: [UInt8]
            if let read = task.octets { octets = read } else { octets = try documents.read(task.document) }
            return .success(try TrustDirectory.verify(octets, task.entry, at: now))
        } catch { return .failure(error) }
    }

    private func concurrently<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ work: @Sendable (Input) -> Output
    ) -> [Output] {
        let outputs = Mutex([Output?](repeating: nil, count: inputs.count))
        DispatchQueue.concurrentPerform(iterations: inputs.count) { number in
            let output = work(inputs[number])
            outputs.withLock { $0[number] = output }
        }
        return outputs.withLock { $0.compactMap(\.self) }
    }
}
