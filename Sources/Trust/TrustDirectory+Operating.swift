// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import SAML
import Synchronization

/// Why an operator's decision was not carried out. Nothing is changed then.
public enum TrustRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The plan was made for another version than the one in force.
    case outdated(base: Int, inForce: Int)
    /// A document of the plan is not there, or its file has another content now.
    case documentMissing(NodeKey)
    case notSigned(needed: Int, signers: [String])
    case unreadable(String)

    public var description: String {
        switch self {
        case .outdated(let base, let inForce):
            "the plan was made for version \(base), and version \(inForce) is in force: make a new plan"
        case .documentMissing(let node):
            "the document that the plan means for \(node.entityID) is not there any more: make a new plan"
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
            guard number == plan.base else { throw TrustRefusal.outdated(base: plan.base, inForce: number) }
            for step in plan.steps { try provide(step) }
            let undone = plan.backTo == nil ? [] : undone(by: plan.steps)
            let version = try archive.commit(
                nodes.taking(plan.steps, order: state.withLock(\.files.registry.nodes).map(NodeKey.init), at: now),
                after: plan.base, plan.steps, at: now, who: who, why: why)
            try archive.forgive(plan.steps.map(\.node))
            try archive.turnBack(undone)
            return version
        }
    }

    private func undone(by steps: [TrustPlan.Step]) -> [(node: NodeKey, wish: String)] {
        let held = state.withLock(\.held)
        return steps.map { step in
            let node = held.first { $0.key == step.node }
            return (step.node, node.map { NodeRecord.fingerprint($0.entry, $0.baseline) } ?? "")
        }
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
        let verifier = Verifier(settings: settings, documents: documents)
        let held = verifier.load(nodes, knowing: state.withLock(\.held), at: now)
        let wishes = verifier.load(
            target.map { ArchivedNode(record: $0, changedAt: now, acceptedAt: now) }, knowing: held, at: now
        ).map { Wish(record: $0.record, entity: $0.entity, failure: $0.failure) }
        return TrustPlan(base: base, backTo: number, at: now, held: held, wishes: wishes)
    }
}

extension TrustPlan {
    /// All differences, whatever the rules say of them.
    fileprivate init(base: Int, backTo number: Int, at now: Date, held: [Held], wishes: [Wish]) {
        let held = Dictionary(held.map { ($0.key, $0) }) { first, _ in first }
        let wished = Dictionary(wishes.map { (NodeKey($0.record.entry), $0) }) { first, _ in first }
        let order = wishes.map { NodeKey($0.record.entry) } + held.keys.filter { wished[$0] == nil }
        self.init(
            base: base, madeAt: now,
            steps: order.compactMap { Step(held[$0], wished[$0], nil, isTurnedBack: false) },
            failures: wished.compactMapValues(\.failure), backTo: number)
    }
}

extension [ArchivedNode] {
    /// In the order of the trust lists; what they do not name any more comes last.
    fileprivate func taking(_ steps: [TrustPlan.Step], order: [NodeKey], at now: Date) -> [ArchivedNode] {
        var nodes: [NodeKey: ArchivedNode] = [:]
        for node in self { nodes[NodeKey(node.record.entry)] = node }
        for step in steps {
            nodes[step.node] = step.after.map { ArchivedNode(record: $0, changedAt: now, acceptedAt: now) }
        }
        let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        let before = Dictionary(map { NodeKey($0.record.entry) }.enumerated().map { ($1, $0) }) { first, _ in first }
        return nodes.sorted { one, other in
            (places[one.key] ?? .max, before[one.key] ?? .max, one.key.entityID.rawValue)
                < (places[other.key] ?? .max, before[other.key] ?? .max, other.key.entityID.rawValue)
        }.map(\.value)
    }
}
