// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import SAML
import Settings
import Synchronization

/// Why an operator's decision was not carried out. Nothing is changed then.
public enum TrustRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The plan was made for another version than the one in force.
    case outdated(base: Int, inForce: Int)
    /// A document of the plan is not there, or its file has another content now.
    case documentMissing(NodeKey)
    /// What the plan says of a node is not what it would do to it.
    case untrue(NodeKey)
    case notSigned(needed: Int, signers: [String])
    case unreadable(String)

    public var description: String {
        switch self {
        case .outdated(let base, let inForce):
            "the plan was made for version \(base), and version \(inForce) is in force: make a new plan"
        case .documentMissing(let node):
            "the document that the plan means for \(node.entityID) is not there any more: make a new plan"
        case .untrue(let node):
            "what the plan says of \(node.entityID) is not, or no longer, what it would do: make a new plan"
        case .notSigned(let needed, let signers):
            "\(needed) operators have to sign the plan, and "
                + (signers.isEmpty ? "nobody has" : "only \(signers.joined(separator: ", ")) has")
        case .unreadable(let reason): reason
        }
    }
}

/// What an operator decides.
extension TrustDirectory {
    /// Takes a plan over, what waits included, as one version. What a return to an earlier version undoes is not taken
    /// over again without an operator.
    ///
    /// - Parameter who: the operator, as the history shall name them.
    /// - Returns: the number of the version that is in force now.
    /// - Throws: ``TrustRefusal``, ``TrustArchive/Fault``.
    public func apply(_ plan: TrustPlanFile, at now: Date, who: String, why: String) throws -> Int {
        try settling.withLock { _ in
            let (number, nodes) = try archive.inForce()
            guard try isUpToDate(plan, number) else { throw TrustRefusal.outdated(base: plan.base, inForce: number) }
            let wishes = plan.backTo == nil ? state.withLock(\.wishes) : [:]
            let steps = plan.steps.map { $0.renewed(by: wishes[$0.node]) }
            for step in steps { try provide(step) }
            let held = verifier.load(nodes, knowing: state.withLock(\.held), at: now).keyed(by: \.key)
            let back = try plan.backTo.map { try self.plan(backTo: $0, at: now).steps.keyed(by: \.node) }
            for step in steps {
                let told = if let back { back[step.node] } else { try told(step, held[step.node], at: now) }
                guard step.isTrue(told, of: held[step.node]) else { throw TrustRefusal.untrue(step.node) }
            }
            let earlier = try plan.backTo.map { try archive.nodes(of: $0) } ?? []
            let target = verifier.load(earlier, knowing: [], at: now).keyed(by: \.key)
            return try archive.commit(
                nodes.taking(steps, from: earlier, order: files.registry.nodes.map(NodeKey.init), at: now),
                after: number, steps,
                turningBack: plan.backTo == nil ? [:] : steps.undoing(held, target), at: now, who: who, why: why)
        }
    }

    /// Whether nothing that a plan is about was changed since it was made. It cannot be used again: applying it changes
    /// just that.
    private func isUpToDate(_ plan: TrustPlanFile, _ number: Int) throws(TrustArchive.Fault) -> Bool {
        guard plan.base < number else { return plan.base == number }
        guard plan.backTo == nil else { return false }
        let nodes = Set(plan.steps.map(\.node))
        return try archive.history().filter { $0.number > plan.base }
            .allSatisfy { nodes.isDisjoint(with: $0.steps.map(\.node)) }
    }

    /// What a step would do.
    private func told(
        _ step: TrustPlan.Step, _ held: Held?, at now: Date
    ) throws(TrustArchive.Fault) -> TrustPlan.Step? {
        let wish = step.after.map { verifier.wish(for: $0, at: now) }
        var past = Past()
        if held == nil, let wish { past.formerly = try verifier.formerly(wish, archive, at: now) }
        return TrustPlan.Step(held, wish, nil, past)
    }

    /// Makes sure that the document of a step is kept.
    private func provide(_ step: TrustPlan.Step) throws {
        guard let after = step.after, let digest = after.document, !documents.has(digest) else { return }
        guard case .file(let path) = after.entry.source, let octets = try? MetadataSource.file(path),
            try documents.keep(octets) == digest
        else { throw TrustRefusal.documentMissing(step.node) }
    }

    /// What a return to an earlier version would do.
    public func plan(backTo number: Int, at now: Date) throws -> TrustPlan {
        let target = try archive.nodes(of: number)
        let (base, nodes) = try archive.inForce()
        let held = verifier.load(nodes, knowing: state.withLock(\.held), at: now)
        let wishes = verifier.load(target, knowing: held, at: now).map {
            // What has ended since is compared as well: the node goes out with it.
            Wish(record: $0.record, entity: $0.entity ?? $0.baseline, failure: $0.failure)
        }
        return TrustPlan(base: base, backTo: number, at: now, held: held, wishes: wishes)
    }
}

extension TrustPlan.Step {
    /// Whether it would do to the node what it says, and nothing else: the file may come from anybody.
    ///
    /// - Parameter told: what it would do.
    fileprivate func isTrue(_ told: TrustPlan.Step?, of held: Held?) -> Bool {
        guard namesItself, before?.entry == held?.entry, after == told?.after else { return false }
        // What an operator decided once is no doing of the step. Which of two documents ends later may be another one by
        // now, but whoever signed was not told less.
        func essence(_ changes: [TrustChange]) -> [TrustChange] {
            changes.filter { ![.turnedBack, .older].contains($0.kind) }
        }
        func isOlder(_ changes: [TrustChange]) -> Bool { changes.contains { $0.kind == .older } }
        guard let told, !isOlder(told.changes) || isOlder(changes) else { return false }
        return essence(told.changes) == essence(changes)
    }

    /// Whether node and country are those of its entries.
    var namesItself: Bool {
        guard let entry = after?.entry ?? before?.entry else { return false }
        return NodeKey(entry) == node && entry.country == country && before.map { $0.key == node } ?? true
    }
}

extension [TrustPlan.Step] {
    /// What these steps turn back: what is in force, and each part of it that the earlier version did not have; the
    /// fingerprint of nothing is empty.
    fileprivate func undoing(_ held: [NodeKey: Held], _ earlier: [NodeKey: Held]) -> [NodeKey: Set<String>] {
        keyed(by: \.node).mapValues { step in
            guard let held = held[step.node] else { return [""] }
            let marks = (held.baseline?.marks ?? []).subtracting(earlier[step.node]?.baseline?.marks ?? [])
            // Where the entry changes it does not come back either, whatever the metadata beside it says.
            let entries: [VerifiedEntity?] = step.after?.entry == held.entry ? [] : [nil]
            return marks.union(([held.baseline] + entries).map { NodeRecord.fingerprint(held.entry, $0) })
        }
    }
}

extension TrustPlan {
    /// All differences, whatever the rules say of them.
    fileprivate init(base: Int, backTo number: Int, at now: Date, held: [Held], wishes: [Wish]) {
        let wished = wishes.keyed(by: \.record.key)
        let order = wishes.map(\.record.key) + held.map(\.key).filter { wished[$0] == nil }
        let held = held.keyed(by: \.key)
        self.init(
            base: base, madeAt: now,
            steps: order.compactMap { Step(held[$0], wished[$0], nil, Past()) },
            failures: wished.compactMapValues(\.failure), backTo: number)
    }
}

extension [ArchivedNode] {
    /// In the order of the trust lists; what they do not name any more comes last.
    ///
    /// - Parameter earlier: the version to which the steps return: its documents were found good then.
    fileprivate func taking(
        _ steps: [TrustPlan.Step], from earlier: [ArchivedNode], order: [NodeKey], at now: Date
    ) -> [ArchivedNode] {
        var nodes = keyed(by: \.record.key)
        let accepted = earlier.keyed(by: \.record).mapValues(\.acceptedAt)
        for step in steps {
            nodes[step.node] = step.after.map {
                ArchivedNode(record: $0, changedAt: now, acceptedAt: accepted[$0] ?? now, content: nil)
            }
        }
        let kept = map(\.record.key) + steps.map(\.node)
        return (order + kept).compactMap { nodes.removeValue(forKey: $0) }
    }
}
