// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import Logging
import SAML
import Settings
import Synchronization

extension TrustDirectory {
    /// A source that is asked, whoever lives there.
    struct Address: Hashable, Sendable {
        let url: String
        let authority: String?
        var source: NodeEntry.Source { .https(url: url, certificateAuthority: authority) }
    }

    /// The sources of the nodes in use, each once, in the order of the trust lists.
    func addresses(of countries: Set<MemberState>? = nil) -> [Address] {
        let state = state.withLock { $0 }
        func isMeant(_ country: MemberState) -> Bool { countries?.contains(country) ?? true }
        let nodes = (state.held.map(\.entry) + state.files.registry.nodes + state.listings.flatMap(\.nodes))
            .filter { $0.isInUse(settings) && isMeant($0.country) }.map(\.source)
        let lists = state.listings.filter { $0.entry.territories.contains(where: isMeant) }.flatMap { listing in
            [listing.entry.source]
                + listing.addresses.map { NodeEntry.Source.https(url: $0, certificateAuthority: nil) }
        }
        let revocations = state.files.registry.revocations.map(\.source)
        var seen: Set<Address> = []
        return (lists + nodes + revocations).compactMap(Address.init).filter { seen.insert($0).inserted }
    }

    /// Asks every source once, each on its own: one bad country never touches another. Files are read again as well.
    ///
    /// - Parameter countries: `nil` for all.
    public func refresh(_ countries: Set<MemberState>? = nil, now: @escaping @Sendable () -> Date) async {
        await refresh(addresses(of: countries), now: now)
    }

    /// Asks the sources whose time has come.
    public func refreshDue(now: @escaping @Sendable () -> Date) async {
        let instant = now()
        await inBackground { [self] in followHints(at: instant) }
        let late = due.withLock { due in addresses().filter { due[$0].map { $0 <= instant } ?? true } }
        if !late.isEmpty { await refresh(late, now: now) }
    }

    /// There may be newer metadata of a peer: its source is asked again soon, but not for every such message (M-24). Strangers
    /// bring this about, so that it is written down here and looked into later.
    public func hint(_ entityID: EntityID) {
        let entries = state.withLock(\.held).map(\.entry).filter { $0.entityID == entityID && $0.isInUse(settings) }
        hinted.withLock { $0.formUnion(entries.compactMap { Address($0.source) }) }
    }

    private func followHints(at now: Date) {
        let addresses = hinted.withLock { hinted in
            defer { hinted = [] }
            return hinted
        }
        guard !addresses.isEmpty else { return }
        // Nothing known of the last time: it is asked at once, and then known.
        let fetches = try? archive.fetches()
        for address in addresses {
            let soon = schedule.next(hintedAt: now, askedAt: fetches?[address.source.fetchName]?.askedAt)
            due.withLock { due in due[address] = due[address].map { min($0, soon) } }
        }
    }

    private var schedule: RefreshSchedule {
        RefreshSchedule(intervalSeconds: Double(settings.metadataRefreshMinutes * 60))
    }

    func refresh(_ addresses: [Address], now: @escaping @Sendable () -> Date) async {
        let fetcher = MetadataFetcher(documents: documents, allowed: settings.trust.allowedNetworks)
        // Without what is known of the last time every document is fetched whole.
        let earlier = (try? archive.fetches()) ?? [:]
        let spent = spent(at: now())
        await withTaskGroup(of: Answer?.self) { group in
            for address in addresses {
                group.addTask { [documents] in
                    let known = await inBackground { () -> TrustArchive.Fetched? in
                        // Whose document is of no use shall send it, whatever they say of it.
                        spent.contains(address)
                            ? nil : earlier[address.source.fetchName].flatMap { $0.known(in: documents) }
                    }
                    do throws(Rejection) {
                        let fetched = try await fetcher.fetch(
                            address.url, trusting: address.authority, unless: known?.validators)
                        switch (fetched, known) {
                        case (.document(let digest, let validators), _):
                            return Answer(address, .success(.init(document: digest, validators: validators)))
                        case (.unchanged, let known?): return Answer(address, .success(known))
                        case (.unchanged, nil):
                            throw Rejection(.metadataUnavailable, expected: "a document", found: "304")
                        }
                    } catch { return Answer(address, .failure(error)) }
                }
            }
            await take(group: &group, of: addresses.count, now: now)
        }
    }

    private struct Answer: Sendable {
        let address: Address
        let result: Result<TrustArchive.Fetched, Rejection>

        init(_ address: Address, _ result: Result<TrustArchive.Fetched, Rejection>) {
            (self.address, self.result) = (address, result)
        }
    }

    /// Takes answers over in batches, so that nobody waits for a source that is slow.
    private func take(
        group: inout TaskGroup<Answer?>, of count: Int, now: @escaping @Sendable () -> Date
    ) async {
        func wake() {
            group.addTask {
                try? await Task.sleep(for: .seconds(1))
                return nil
            }
        }
        var (left, batch) = (count, [Answer]())
        wake()
        while left > 0, let answer = await group.next() {
            if let answer {
                batch.append(answer)
                left -= 1
            }
            // The very first trust is made of all that answers.
            guard left == 0 || answer == nil && version > 0 else {
                if answer == nil { wake() }
                continue
            }
            if !batch.isEmpty { await inBackground { [batch] in self.take(batch, at: now()) } }
            batch = []
            if left > 0, !Task.isCancelled { wake() }
        }
        group.cancelAll()
    }

    /// The sources that gave nothing which can be used now.
    private func spent(at now: Date) -> Set<Address> {
        let state = state.withLock { $0 }
        let nodes = state.held.filter { held in
            held.failure != nil || state.plan.failures[held.key] != nil || held.end(settings).map { $0 <= now } ?? true
        }
        let lists = state.listings.filter { $0.failure != nil }.map(\.entry.source)
        let revocations = state.revocations.parts.filter { $0.failure != nil }.map(\.entry.source)
        return Set((nodes.map(\.entry.source) + lists + revocations).compactMap(Address.init))
    }

    private func take(_ answers: [Answer], at now: Date) {
        settling.withLock { _ in
            do throws(TrustArchive.Fault) {
                try settle(
                    files,
                    Dictionary(uniqueKeysWithValues: answers.map { ($0.address.source, $0.result.finding) }),
                    "metadata was refreshed", at: now)
                for answer in answers { try note(answer, at: now) }
                try plan(answers.map(\.address), at: now)
                documents.sweep(keeping: try archive.documentsInUse(), at: now)
            } catch {
                logger.error("trust not written", metadata: ["cause": "\(error)"])
                let later = schedule.next(askedAt: now, failures: 1, endsAt: nil, chance: 1)
                due.withLock { due in for answer in answers { due[answer.address] = later } }
            }
        }
    }

    /// When the sources that were asked just now are asked next.
    private func plan(_ addresses: some Sequence<Address>, at now: Date) throws(TrustArchive.Fault) {
        let (fetches, state) = (try archive.fetches(), state.withLock { $0 })
        for address in addresses {
            let ends =
                state.held.filter { $0.entry.source == address.source }.compactMap { $0.entity?.validUntil }
                + state.listings.filter { $0.entry.source == address.source }.compactMap { $0.list?.validUntil }
                + state.revocations.ends(of: address.source)
            let next = schedule.next(
                askedAt: now, failures: fetches[address.source.fetchName]?.failures ?? 0, endsAt: ends.min(),
                chance: .random(in: 0...1))
            due.withLock { $0[address] = next }
        }
    }

    /// How asking went, for `puente trust status`.
    private func note(_ answer: Answer, at now: Date) throws(TrustArchive.Fault) {
        let source = answer.address.source.fetchName
        var fetch = try archive.fetches()[source] ?? TrustArchive.Fetch(askedAt: now, failures: 0)
        fetch.askedAt = now
        if case .success(let fetched) = answer.result { fetch.last = fetched }
        switch (answer.result, refusal(of: answer.address)) {
        case (.success, nil): (fetch.goodAt, fetch.failure, fetch.failures) = (now, nil, 0)
        // It was told when it was settled.
        case (.success, let rejection?): (fetch.failure, fetch.failures) = ("\(rejection)", fetch.failures + 1)
        case (.failure(let rejection), _):
            (fetch.failure, fetch.failures) = ("\(rejection)", fetch.failures + 1)
            logger.warning(
                "metadata not fetched",
                metadata: [
                    "source": "\(answer.address.url)", "rule": "\(rejection.rule.code)", "detail": "\(rejection)",
                ])
        }
        try archive.note(fetch, of: source)
    }

    /// Why nobody could use what a source gave just now; `nil` if somebody could.
    private func refusal(of address: Address) -> Rejection? {
        let state = state.withLock { $0 }
        let nodes = (state.files.registry.nodes + state.listings.flatMap(\.nodes)).filter {
            $0.isInUse(settings) && $0.source == address.source
        }
        let failures =
            nodes.map { state.plan.failures[NodeKey($0)] }
            + state.listings.filter { $0.entry.source == address.source }.map(\.failure)
            + state.revocations.parts.filter { $0.entry.source == address.source }.map(\.failure)
        return failures.contains { $0 == nil } ? nil : failures.compactMap(\.self).first
    }
}

extension TrustDirectory.Address {
    /// `nil` for a file.
    fileprivate init?(_ source: NodeEntry.Source) {
        guard case .https(let url, let authority) = source else { return nil }
        self.init(url: url, authority: authority)
    }
}

extension TrustArchive.Fetch {
    /// What need not be sent again, as long as it is there and whole.
    fileprivate func known(in documents: DocumentFolder) -> TrustArchive.Fetched? {
        guard let last, !last.validators.isEmpty, documents.isWhole(last.document) else { return nil }
        return last
    }
}

extension Result<TrustArchive.Fetched, Rejection> {
    fileprivate var finding: Finding {
        switch self {
        case .success(let fetched): .document(fetched.document)
        case .failure(let rejection): .nothing(rejection)
        }
    }
}

/// Runs what nobody waits for on a thread of its own, behind everything that somebody waits for.
func inBackground<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, Failure>, Never>) in
        Thread.detachNewThread {
            // Of this thread alone, as Linux counts.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            continuation.resume(returning: Result(catching: work))
        }
    }.get()
}
