// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import Settings

/// What asking a source gave.
enum Finding: Sendable {
    case document(DocumentFolder.Digest)
    case nothing(Rejection)
}

/// How the trust that is wished meets the trust in force. A value: nothing happens before ``write(_:at:)``.
struct Settlement {
    let base: Int
    let held: [Held]
    let listings: [Listing]
    let revocations: Revocations
    let wishes: [NodeKey: Wish]
    let plan: TrustPlan
    /// What waited before.
    let candidates: [NodeKey: DocumentFolder.Digest]
    /// What is in force once the steps that need nobody are taken.
    let next: [Held]
    /// What is in force as long as they are not.
    let untaken: [Held]

    /// - Parameters:
    ///   - registry: the nodes of the trust lists, and the lists of other states that name further ones.
    ///   - before: what is in force as this process knows it, so that nothing is verified twice.
    init(
        _ registry: Registry, _ found: [NodeEntry.Source: Finding], _ archive: TrustArchive, before: [Held],
        _ verifier: Verifier, at now: Date
    ) throws(TrustArchive.Fault) {
        let (number, nodes) = try archive.inForce()
        let turnedBack = try archive.turnedBack()
        base = number
        held = verifier.load(nodes, knowing: before, at: now)
        let byKey = held.keyed(by: \.key)
        candidates = try archive.candidates()
        let fetches = try archive.fetches()
        let kept = try archive.keptLists()
        listings = verifier.listings(registry.lists, found, fetches, kept, held, at: now)
        let revocations = verifier.revocations(registry.revocations, found, fetches, kept, at: now)
        self.revocations = revocations
        let wished = (registry.nodes + listings.flatMap(\.nodes)).unique
        let wishes = verifier.wishes(wished, byKey, found, candidates, fetches, revocations, at: now)
        self.wishes = wishes
        let rules = number == 0 ? nil : TakeOverRules(verifier.settings.trust.changes)
        let keys = wished.map(NodeKey.init) + held.map(\.key).filter { wishes[$0] == nil }
        var steps: [TrustPlan.Step] = []
        for key in keys {
            let past = try verifier.past(wishes[key], byKey[key], turnedBack[key] ?? [], archive, at: now)
            if let step = TrustPlan.Step(byKey[key], wishes[key], rules, past) { steps.append(step) }
        }
        // A file that was emptied, or counts no more, is a slip more often than a wish.
        if held.count > 1, steps.count(where: { $0.after == nil }) == held.count {
            steps = steps.map { $0.after == nil ? $0.waiting(for: .nodeRemoved) : $0 }
        }
        plan = TrustPlan(
            base: number, madeAt: now, steps: steps, failures: wishes.compactMapValues(\.failure))
        next = Self.apply(plan.automatic, to: byKey, wishes, in: keys, waiting: plan.waiting, at: now)
            .map { $0.judged(by: revocations, at: now) }
        untaken = Self.apply([], to: byKey, wishes, in: keys, waiting: plan.steps, at: now)
            .map { $0.judged(by: revocations, at: now) }
    }

    /// Settles, and makes it lasting if the mode is to serve; again if another process made a version meanwhile.
    ///
    /// - Returns: the number of the version in force as well.
    static func reached(
        _ files: TrustDirectory.Files, _ found: [NodeEntry.Source: Finding], _ archive: TrustArchive, before: [Held],
        _ verifier: Verifier, for mode: TrustDirectory.Mode, why: String, at now: Date
    ) throws(TrustArchive.Fault) -> (Settlement, Int) {
        var tries = 0
        while true {
            let settlement = try Settlement(files.registry, found, archive, before: before, verifier, at: now)
            guard mode == .serving else { return (settlement, settlement.base) }
            do throws(TrustArchive.Fault) {
                return (settlement, try settlement.write(archive, verifier.documents, why: why, at: now))
            } catch .overtaken where tries < 5 { tries += 1 }
        }
    }

    private static func apply(
        _ steps: [TrustPlan.Step], to held: [NodeKey: Held], _ wishes: [NodeKey: Wish], in order: [NodeKey],
        waiting: [TrustPlan.Step], at now: Date
    ) -> [Held] {
        let (taken, waits) = (Set(steps.map(\.node)), Set(waiting.map(\.node)))
        return order.compactMap { key in
            switch (held[key], wishes[key]) {
            case (let held?, _) where waits.contains(key): held
            case (let held, let wish?) where taken.contains(key): Held(wish, after: held, at: now)
            case (let held?, let wish?): held.renewed(by: wish, at: now)
            default: nil
            }
        }
    }

    /// Makes it lasting: the documents first, then in one transaction what refers to them.
    ///
    /// - Returns: the number of the version in force.
    func write(
        _ archive: TrustArchive, _ documents: DocumentFolder, why: String, at now: Date
    ) throws(TrustArchive.Fault) -> Int {
        do throws(Rejection) {
            let lists = listings.compactMap(\.octets) + revocations.parts.compactMap(\.octets)
            for octets in wishes.values.compactMap(\.octets) + lists {
                try documents.keep(octets)
            }
        } catch { throw .unusable(path: documents.path, reason: "\(error)") }
        let waiting = plan.waiting.filter { $0.after?.document != $0.before?.document }.keyed(by: \.node)
            .compactMapValues { $0.after?.document }
        for (node, document) in waiting where candidates[node] != document {
            try archive.keep(candidate: document, of: node, at: now)
        }
        let kept =
            listings.map { ($0.entry.nameOfKept, $0.kept) }
            + revocations.parts.map { ($0.entry.nameOfKept(by: $0.issuer), $0.kept) }
        try archive.keep(lists: Dictionary(kept) { first, _ in first }.compactMapValues(\.self))
        // What a peer has withdrawn since, or what has ended, waits no longer.
        for node in candidates.keys where waiting[node] == nil { try archive.drop(candidate: node) }
        guard plan.automatic.isEmpty else {
            return try archive.commit(
                next.map(\.archived), after: base, plan.automatic, at: now, who: "puente",
                why: base == 0 ? "the first trust" : why)
        }
        // Where each stands in the version, which the lists may have in another order by now.
        let places = held.enumerated().keyed(by: \.element.key)
        for node in next {
            guard let (place, before) = places[node.key], before.record.document != node.record.document else {
                continue
            }
            try archive.renew(node.archived, at: place, in: base)
        }
        return base
    }
}

extension Verifier {
    /// What the history knows of a node that may change.
    func past(
        _ wish: Wish?, _ held: Held?, _ turnedBack: Set<String>, _ archive: TrustArchive, at now: Date
    ) throws(TrustArchive.Fault) -> Past {
        guard let wish else { return Past(isTurnedBack: turnedBack.contains("")) }
        // Most nodes have nothing to be looked up.
        let isTurnedBack = !turnedBack.isEmpty && !turnedBack.isDisjoint(with: wish.parts)
        return Past(
            isTurnedBack: isTurnedBack, formerly: held == nil ? try formerly(wish, archive, at: now) : nil)
    }

    /// How a node that a list names was when it was last in force; `nil` for what the operator wrote: that was thought over.
    func formerly(_ wish: Wish, _ archive: TrustArchive, at now: Date) throws(TrustArchive.Fault) -> Held? {
        guard wish.record.entry.list != nil else { return nil }
        return try archive.node(wish.record.key).map { load([$0], knowing: [], at: now)[0] }
    }
}

extension [NodeEntry] {
    /// What the operator wrote comes before what a list says of the same node.
    fileprivate var unique: [NodeEntry] {
        var seen: Set<NodeKey> = []
        return filter { seen.insert(NodeKey($0)).inserted }
    }
}

extension Held {
    /// A node whose change is taken over.
    init(_ wish: Wish, after held: Held?, at now: Date) {
        let isUsable = wish.entity != nil
        // Whose role has gone says nothing any more.
        let held = wish.failure?.rule == .metadataRoleMissing ? nil : held
        self.init(
            record: wish.record, entity: wish.entity, baseline: wish.entity ?? held?.baseline, failure: wish.failure,
            since: held.map { ($0.entity != nil) == isUsable ? $0.since : now } ?? now, changedAt: now, acceptedAt: now,
            content: held?.content)
    }

    /// The same node with a document that says the same for longer, or with the reason why there is none.
    func renewed(by wish: Wish, at now: Date) -> Held {
        var node = self
        // The same document once more counts where what was kept of it was damaged.
        if let fresh = wish.entity,
            entity.map({ wish.record.document != record.document && $0.validUntil <= fresh.validUntil }) ?? true
        {
            node.record.document = wish.record.document
            (node.entity, node.baseline, node.acceptedAt) = (fresh, fresh, now)
        }
        node.failure = wish.failure
        let changed = (node.entity == nil) != (entity == nil) || (node.failure == nil) != (failure == nil)
        if changed { node.since = now }
        return node
    }
}
