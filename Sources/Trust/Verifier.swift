// SPDX-License-Identifier: EUPL-1.2
import Dispatch
import Federation
import Foundation
import SAML
import Settings
import Synchronization
import XMLSecurity

/// Verifies documents for the nodes that they shall describe.
struct Verifier: Sendable {
    let settings: Settings
    let documents: DocumentFolder
    /// Who else verifies each signature, if anybody.
    let reader: (any SecondReader)?
    /// Whether logins go on meanwhile. Then this thread does it alone, with whatever priority it has; else all cores do,
    /// because nobody can log in before it is done.
    var isBeside = false

    /// One document for one node.
    fileprivate struct Task: Sendable {
        var entry: NodeEntry
        var document: DocumentFolder.Digest
        /// What was read from a file just now and is not kept yet.
        var octets: [UInt8]?
    }

    // MARK: What is in force

    /// - Parameter known: nodes that this process has verified already.
    func load(_ nodes: [ArchivedNode], knowing known: [Held], at now: Date) -> [Held] {
        let known = known.keyed(by: \.record)
        let tasks = nodes.map { known[$0.record] == nil ? task($0.record) : nil }
        let results = verify(tasks, at: now)
        return nodes.indices.map { known[nodes[$0].record] ?? load(nodes[$0], tasks[$0], results[$0], at: now) }
    }

    /// What has to be verified for a record in use, if it has a document.
    private func task(_ record: NodeRecord) -> Task? {
        guard record.entry.isInUse(settings), let document = record.document else { return nil }
        return Task(entry: record.entry, document: document)
    }

    private func load(
        _ node: ArchivedNode, _ task: Task?, _ result: Result<VerifiedEntity, Rejection>?, at now: Date
    ) -> Held {
        var held = Held(
            record: node.record, entity: nil, baseline: nil, failure: nil, since: node.acceptedAt,
            changedAt: node.changedAt, acceptedAt: node.acceptedAt, content: node.content)
        guard let document = node.record.document else {
            held.failure = Rejection(
                .metadataUnavailable, node.record.entry.source.words, expected: "metadata",
                found: "none was fetched yet")
            return held
        }
        switch result {
        case .success(let entity)?: held.entity = entity
        case .failure(let rejection)?:
            // The grace of the settings reaches beyond the end of the metadata.
            held.entity = settings.graceSeconds > 0 ? task.flatMap { verified($0, at: now - grace) } : nil
            held.failure = held.entity == nil ? rejection : nil
        case nil: break
        }
        // What is not used, or cannot be any more, still says what a new document is compared with.
        held.baseline =
            held.entity ?? verified(Task(entry: node.record.entry, document: document), at: node.acceptedAt)
        if held.entity == nil, let end = held.baseline?.validUntil { held.since = min(now, end + grace) }
        return held
    }

    private var grace: Double { Double(settings.graceSeconds) }

    // MARK: What is wished

    /// - Parameters:
    ///   - found: what was fetched just now.
    ///   - candidates: what was fetched before and waits.
    ///   - fetches: what was fetched before, for nodes that are new.
    func wishes(
        _ entries: [NodeEntry], _ held: [NodeKey: Held], _ found: [NodeEntry.Source: Finding],
        _ candidates: [NodeKey: DocumentFolder.Digest], _ fetches: [String: TrustArchive.Fetch],
        _ revocations: Revocations, at now: Date
    ) -> [NodeKey: Wish] {
        let newest = entries.map { entry -> Result<Task, Rejection>? in
            let key = NodeKey(entry)
            guard entry.isInUse(settings) else { return nil }
            let earlier = fetches[entry.source.fetchName]?.document ?? candidates[key] ?? held[key]?.record.document
            let newest = self.newest(entry, found[entry.source], earlier)
            // What waits for a person goes on waiting when its source fails for a while.
            if case .failure = newest, let candidate = candidates[key] {
                return .success(Task(entry: entry, document: candidate))
            }
            return newest
        }
        let tasks = zip(entries, newest).map { entry, newest -> Task? in
            guard case .success(let task)? = newest else { return nil }
            return held[NodeKey(entry)]?.isKnown(by: task) == true ? nil : task
        }
        // A document whose signer was revoked takes nobody's place.
        func judge(_ tasks: [Task?]) -> [Result<VerifiedEntity, Rejection>?] {
            zip(tasks, verify(tasks, at: now)).map { task, result in
                result?.flatMap { entity in
                    Result { () throws(Rejection) in
                        if let task { _ = try revocations.judge(entity, task.entry, at: now) }
                        return entity
                    }
                }
            }
        }
        let results = judge(tasks)
        // What waits for a person goes on waiting when something else comes that is of no use.
        let second = entries.indices.map { index -> Task? in
            guard case .failure? = results[index], let candidate = candidates[NodeKey(entries[index])],
                candidate != tasks[index]?.document
            else { return nil }
            return Task(entry: entries[index], document: candidate)
        }
        let waiting = judge(second)
        return entries.indices.map { index in
            let entry = entries[index]
            let before = held[NodeKey(entry)]
            if case .success(let entity)? = waiting[index], case .failure(let rejection)? = results[index],
                let document = second[index]?.document, rejection.rule != .metadataRoleMissing
            {
                return Wish(
                    record: NodeRecord(entry: entry, document: document), entity: entity, failure: rejection)
            }
            return wish(entry, before, newest[index], results[index], found[entry.source], at: now)
        }.keyed(by: \.record.key)
    }

    private func wish(
        _ entry: NodeEntry, _ held: Held?, _ newest: Result<Task, Rejection>?,
        _ result: Result<VerifiedEntity, Rejection>?, _ found: Finding?, at now: Date
    ) -> Wish {
        switch (newest, result) {
        case (nil, _): return Wish(record: NodeRecord(entry: entry, document: held?.record.document))
        case (.success(let task)?, .failure(let rejection)?) where rejection.rule == .metadataRoleMissing:
            // What its publisher wants: the node has this role no longer.
            return Wish(
                record: NodeRecord(entry: entry, document: task.document), failure: rejection, octets: task.octets)
        case (.failure(let rejection)?, _), (_, .failure(let rejection)?):
            return lastGood(entry, held, rejection, at: now)
        case (.success(let task)?, .success(let entity)?):
            return Wish(
                record: NodeRecord(entry: entry, document: task.document), entity: entity, octets: task.octets)
        case (.success(let task)?, nil):
            // Whoever was not asked just now goes on failing, if it did.
            return Wish(
                record: NodeRecord(entry: entry, document: task.document), entity: held?.entity,
                failure: entry.source.isFetched && found == nil ? held?.failure : nil)
        }
    }

    /// The newest document, or why the source gave nothing.
    private func newest(
        _ entry: NodeEntry, _ found: Finding?, _ earlier: DocumentFolder.Digest?
    ) -> Result<Task, Rejection> {
        Result { () throws(Rejection) in
            let (document, octets) = try document(of: entry.source, found, earlier)
            return Task(entry: entry, document: document, octets: octets)
        }
    }

    /// The newest document of a source, and its octets if it was read just now.
    ///
    /// - Throws: why the source gave nothing.
    func document(
        of source: NodeEntry.Source, _ found: Finding?, _ earlier: DocumentFolder.Digest?
    ) throws(Rejection) -> (DocumentFolder.Digest, [UInt8]?) {
        switch (source, found) {
        case (.file(let path), _):
            let octets = try MetadataSource.file(path)
            return (DocumentFolder.Digest(of: octets), octets)
        case (.https, .document(let digest)): return (digest, nil)
        case (.https, .nothing(let rejection)): throw rejection
        case (.https(let url, _), nil):
            guard let earlier else {
                throw Rejection(.metadataUnavailable, url, expected: "metadata", found: "none was fetched yet")
            }
            return (earlier, nil)
        }
    }

    /// The newest document of a source that is a list, all of it.
    ///
    /// - Returns: `isNew` if it was read from a file and may not be kept yet.
    func content(
        of source: NodeEntry.Source, _ found: Finding?, _ earlier: DocumentFolder.Digest?
    ) throws(Rejection) -> (document: DocumentFolder.Digest, octets: [UInt8], isNew: Bool) {
        let (document, read) = try document(of: source, found, earlier)
        if let read { return (document, read, true) }
        return (document, try documents.read(document), false)
    }

    /// The newest document is of no use: the node goes on with the last good one.
    private func lastGood(
        _ entry: NodeEntry, _ held: Held?, _ failure: Rejection, at now: Date
    ) -> Wish {
        var wish = Wish(record: NodeRecord(entry: entry, document: held?.record.document), failure: failure)
        guard let held, let document = held.record.document else { return wish }
        wish.entity =
            held.entry == entry ? held.entity : verified(Task(entry: entry, document: document), at: now)
        return wish
    }

    /// What a record would be, if it were wished.
    func wish(for record: NodeRecord, at now: Date) -> Wish {
        guard let task = task(record) else { return Wish(record: record) }
        switch verify([task], at: now)[0] {
        case .success(let entity)?: return Wish(record: record, entity: entity)
        case .failure(let rejection)?: return Wish(record: record, failure: rejection)
        case nil: return Wish(record: record)
        }
    }

    // MARK: Verifying

    private func verified(_ task: Task, at now: Date) -> VerifiedEntity? { try? verify([task], at: now)[0]?.get() }

    /// Each document once, whoever is described in it.
    ///
    /// - Returns: a result for each task, in their order.
    private func verify(_ tasks: [Task?], at now: Date) -> [Result<VerifiedEntity, Rejection>?] {
        let groups = Array(
            Dictionary(grouping: tasks.indices.filter { tasks[$0] != nil }) { tasks[$0]?.document }.values)
        let results = Mutex([Result<VerifiedEntity, Rejection>?](repeating: nil, count: tasks.count))
        let work = { @Sendable (number: Int) in
            let found = verify(group: groups[number].compactMap { tasks[$0] }, at: now)
            results.withLock { results in
                for (index, result) in zip(groups[number], found) { results[index] = result }
            }
        }
        if isBeside {
            groups.indices.forEach(work)
        } else {
            DispatchQueue.concurrentPerform(iterations: groups.count, execute: work)
        }
        return results.withLock(\.self)
    }

    private func verify(group tasks: [Task], at now: Date) -> [Result<VerifiedEntity, Rejection>] {
        let expectations = tasks.map { task in Result { () throws(Rejection) in try task.entry.expectation() } }
        let sound = expectations.compactMap { try? $0.get() }  // The others have their reason, which is given below.
        var verified = VerifiedEntity.read(from: source(of: tasks[0]), expecting: sound, confirmedBy: reader, at: now)[
            ...]
        return zip(tasks, expectations).map { task, expectation in
            switch expectation {
            case .success: (verified.popFirst() ?? .failure(Rejection(.ownFailure))).admitted(by: task.entry)
            case .failure(let rejection): .failure(rejection)
            }
        }
    }

    private func source(of task: Task) -> DocumentSource {
        task.octets.map(DocumentSource.init) ?? documents.source(task.document)
    }
}

extension Result<VerifiedEntity, Rejection> {
    fileprivate func admitted(by entry: NodeEntry) -> Self {
        flatMap { entity in
            Result { () throws(Rejection) in
                try entry.admit(entity)
                return entity
            }
        }
    }
}

extension Held {
    /// Whether the node is what a task would find.
    fileprivate func isKnown(by task: Verifier.Task) -> Bool {
        entity != nil && task.entry == entry && task.document == record.document
    }
}

extension DocumentFolder {
    /// A document in pieces, as often as it is wanted.
    func source(_ digest: Digest) -> DocumentSource {
        DocumentSource { () throws(Rejection) in
            let reader = try open(digest)
            return { () throws(Rejection) in try reader.next() }
        }
    }
}
