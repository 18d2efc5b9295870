// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
public import Federation
public import Foundation
import Synchronization

/// What a plan would do to those who log in.
public struct TrustEffect: Hashable, Sendable {
    public let country: MemberState
    /// Services that could be served by the country and could not any more, by name.
    public let lost: [EntityID]
    /// Services that could be served by it only then.
    public let gained: [EntityID]
    /// Whether its Connectors could ask us before, and after.
    public let mayAsk: (before: Bool, after: Bool)?

    public static func == (a: Self, b: Self) -> Bool {
        a.country == b.country && a.lost == b.lost && a.gained == b.gained && a.mayAsk?.before == b.mayAsk?.before
            && a.mayAsk?.after == b.mayAsk?.after
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(country) }
}

extension TrustDirectory {
    /// What steps would do, by country: only countries for which somebody would notice.
    public func effects(of steps: [TrustPlan.Step], at now: Date) -> [TrustEffect] {
        let state = state.withLock { $0 }
        let verifier = Verifier(settings: settings, documents: documents, reader: opinions)
        let current = verifier.load((try? archive.inForce().nodes) ?? [], knowing: state.held, at: now)
            .map { $0.judged(by: state.revocations, at: now) }
        let touched = Set(steps.map(\.node))
        // What is wished may be in a file that nobody has kept yet.
        let wished = state.wishes.values.map { Held($0, after: nil, at: now) }
        let changed = verifier.load(
            steps.compactMap(\.after).map { ArchivedNode(record: $0, changedAt: now, acceptedAt: now, content: nil) },
            knowing: wished, at: now
        ).map { $0.judged(by: state.revocations, at: now) }
        let later = current.filter { !touched.contains($0.key) } + changed
        let before = Self.snapshot(state.files, current, settings, opinions, at: now)
        let after = Self.snapshot(state.files, later, settings, opinions, at: now)
        return Set(steps.map(\.country)).sorted().compactMap { country in
            TrustEffect(country, before, after, at: now)
        }
    }
}

extension TrustEffect {
    fileprivate init?(_ country: MemberState, _ before: Snapshot, _ after: Snapshot, at now: Date) {
        let (old, new) = (before.connector.served(by: country, at: now), after.connector.served(by: country, at: now))
        let (asked, asks) = (before.answers(country, at: now), after.answers(country, at: now))
        guard old != new || asked != asks else { return nil }
        self.init(
            country: country, lost: old.subtracting(new).sorted { $0.rawValue < $1.rawValue },
            gained: new.subtracting(old).sorted { $0.rawValue < $1.rawValue },
            mayAsk: asked == asks ? nil : (asked, asks))
    }
}

extension Route {
    /// Services that are on and for which some node of the country is strong enough.
    fileprivate func served(by country: MemberState, at now: Date) -> Set<EntityID> {
        let nodes = countries.filter { $0.memberState == country }.compactMap { node -> Responder? in
            if case .usable(let responder) = node.state, now < responder.validUntil { responder } else { nil }
        }
        return Set(
            requesters.values.filter { service in
                service.isEnabled
                    && nodes.contains { node in
                        node.levels.isEmpty
                            || node.levels.contains {
                                $0.loa >= service.lowestLoA && ($0.isNotified || service.acceptsNonNotified)
                            }
                    }
            }.map(\.name))
    }
}

extension Snapshot {
    /// Whether a Connector of the country can ask us.
    fileprivate func answers(_ country: MemberState, at now: Date) -> Bool {
        proxyService?.requesters.values.contains { $0.country == country && now < $0.validUntil } ?? false
    }
}
