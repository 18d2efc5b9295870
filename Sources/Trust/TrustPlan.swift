// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import SAML
public import Settings
import XMLSecurity

/// What would become of the trust in force if everything that the files and the peers want came to be.
public struct TrustPlan: Sendable {
    /// What happens to one node, as a whole or not at all.
    public struct Step: Hashable, Sendable, Codable {
        public let node: NodeKey
        public let country: MemberState
        /// `nil` for a node that is new.
        public let before: NodeRecord?
        /// `nil` for a node that goes.
        public private(set) var after: NodeRecord?
        /// At least one.
        public let changes: [TrustChange]
        /// Those of its changes that are not taken over by themselves.
        public private(set) var waitsFor: [TrustChange.Kind]
        /// What the node would be, as ``Wish/fingerprint``; `nil` where its metadata is not good.
        public let content: String?

        public var isAutomatic: Bool { waitsFor.isEmpty }

        func waiting(for kind: TrustChange.Kind) -> Step {
            var step = self
            if !waitsFor.contains(kind) { step.waitsFor.append(kind) }
            return step
        }

        /// The same step with the newest document that says the same: peers sign their metadata anew every hour.
        func renewed(by wish: Wish?) -> Step {
            guard let wish, let content, wish.saysSomething, wish.fingerprint == content else { return self }
            var step = self
            step.after = wish.record
            return step
        }
    }

    /// The number of the version in force when the plan was made; 0 if there was none.
    public let base: Int
    public let madeAt: Date
    public let steps: [Step]
    /// Checks that fail, now or after the plan: what keeps a node from being used, or from being renewed.
    public let failures: [NodeKey: Rejection]
    /// The earlier version to which it returns; `nil` for a plan of what is wished.
    public private(set) var backTo: Int?

    public var isEmpty: Bool { steps.isEmpty }
    var automatic: [Step] { steps.filter(\.isAutomatic) }
    /// What only a person takes over.
    public var waiting: [Step] { steps.filter { !$0.isAutomatic } }

    init(base: Int, madeAt: Date, steps: [Step], failures: [NodeKey: Rejection], backTo: Int? = nil) {
        self.base = base
        self.madeAt = madeAt
        self.steps = steps
        self.failures = failures
        self.backTo = backTo
    }

    /// What it means for some countries; empty: for all.
    public func only(_ countries: Set<MemberState>) -> TrustPlan {
        guard !countries.isEmpty else { return self }
        return TrustPlan(
            base: base, madeAt: madeAt, steps: steps.filter { countries.contains($0.country) }, failures: failures,
            backTo: backTo)
    }
}

/// What the settings say may be taken over without a person.
public struct TakeOverRules: Hashable, Sendable {
    private let exceptions: [TrustChange.Kind: TrustChange.TakeOver]

    public init(_ exceptions: [TrustChange.Kind: TrustChange.TakeOver] = [:]) { self.exceptions = exceptions }

    public subscript(kind: TrustChange.Kind) -> TrustChange.TakeOver { exceptions[kind] ?? kind.default }
}

/// One node as it is in force.
struct Held: Sendable {
    var record: NodeRecord
    /// What its document says, as long as that is good.
    var entity: VerifiedEntity?
    /// What its document said when it was good: what a newer one is compared with.
    var baseline: VerifiedEntity?
    /// Why there is no entity, or why it could not be renewed.
    var failure: Rejection?
    /// Since when it can be used, or cannot.
    var since: Date
    /// When its content last changed.
    var changedAt: Date
    /// When its document was found good.
    var acceptedAt: Date
    /// What its document said, as the archive remembers it.
    var content: String?
    /// Why the entity cannot be used now although its document is good.
    var bar: Rejection?
    /// Those of its certificates that do not count any more.
    var revoked: Set<Certificate> = []
    /// When a revocation list ends that its certificates need.
    var barredFrom: Date?

    var archived: ArchivedNode {
        ArchivedNode(
            record: record, changedAt: changedAt, acceptedAt: acceptedAt, content: baseline?.fingerprint ?? content)
    }
    var entry: NodeEntry { record.entry }
    var key: NodeKey { NodeKey(record.entry) }

    /// Until when it may be used as things are now, the grace of the settings included; of what has ended, when it did.
    func end(_ settings: Settings) -> Date? {
        (entity ?? baseline).map { min($0.validUntil + Double(settings.graceSeconds), barredFrom ?? .distantFuture) }
    }
}

/// What the history knows of a node that is about to change.
struct Past: Sendable {
    /// An operator turned this very wish back.
    var isTurnedBack = false
    /// Of a node that a list names and that is not in force: how it last was.
    var formerly: Held?
}

/// One node as the files and its newest document want it.
struct Wish: Sendable {
    var record: NodeRecord
    var entity: VerifiedEntity?
    var failure: Rejection?
    /// Its document, if that was read from a file and is not kept yet.
    var octets: [UInt8]?

    /// The same for the same wish in every process: what an operator turns back.
    var fingerprint: String { NodeRecord.fingerprint(record.entry, entity) }

    /// All that an operator may have turned back of it: as a whole, the entry, what its metadata brings in.
    var parts: Set<String> {
        (entity?.marks ?? []).union([fingerprint, NodeRecord.fingerprint(record.entry, nil)])
    }

    /// Whether its document says what the node is, or that it has this role no longer.
    var saysSomething: Bool { entity != nil || failure?.rule == .metadataRoleMissing }

    var withoutOctets: Wish { Wish(record: record, entity: entity, failure: failure) }
}

extension Sequence {
    /// By a key of which there is one each; of several with the same key the first counts.
    func keyed<Key: Hashable>(by key: (Element) -> Key) -> [Key: Element] {
        Dictionary(map { (key($0), $0) }) { first, _ in first }
    }
}

extension NodeRecord {
    var key: NodeKey { NodeKey(entry) }

    /// A document that is renewed and says the same is the same wish.
    static func fingerprint(_ entry: NodeEntry, _ entity: VerifiedEntity?) -> String {
        let words = (try? JSON.encode(entry)) ?? Data()  // An entry is always JSON: it has no numbers that are not.
        return DigestAlgorithm.sha256.hash(Array(words) + Array((entity?.fingerprint ?? "").utf8)).hexadecimal
    }
}

extension TrustPlan.Step {
    /// - Returns: `nil` if nothing changes but the end of the validity.
    ///
    /// - Parameter rules: `nil` for the first trust of all, which is what the operator wrote.
    init?(_ before: Held?, _ after: Wish?, _ rules: TakeOverRules?, _ past: Past) {
        guard let entry = after?.record.entry ?? before?.entry else { return nil }
        var changes = Self.changes(before, after, past)
        guard !changes.isEmpty else { return nil }
        if past.isTurnedBack { changes.append(TrustChange(.turnedBack)) }
        self.init(
            node: NodeKey(entry), country: entry.country, before: before?.record, after: after?.record,
            changes: changes,
            waitsFor: changes.map(\.kind).filter { rules?[$0] == .approval },
            content: after.flatMap { $0.saysSomething ? $0.fingerprint : nil })
    }

    private static func changes(_ before: Held?, _ after: Wish?, _ past: Past) -> [TrustChange] {
        var found = TrustChange.between(before?.entry, after?.record.entry)
        guard let after else { return found }
        guard let before else {
            // A list that drops a node and names it again must not get more for it than by naming it otherwise.
            guard let formerly = past.formerly else { return found }
            found += TrustChange.between(formerly.entry, after.record.entry)
            if let old = formerly.baseline, let new = after.entity { found += TrustChange.between(old, new) }
            return found
        }
        if let new = after.entity {
            if let old = before.baseline {
                found += TrustChange.between(old, new)
            } else if before.record.document != nil, before.record.document != after.record.document,
                before.content != new.fingerprint
            {
                // Nobody can tell any more what was believed, so that a person has to.
                found.append(TrustChange(.allKeysChanged, before: "metadata that cannot be verified any more"))
            }
        }
        if before.baseline != nil, after.failure?.rule == .metadataRoleMissing {
            found.append(
                TrustChange(.roleVanished, before: before.key.role.rawValue, after: "metadata without this role"))
        }
        return found
    }
}

/// JSON as it is kept and signed: the same text for the same value.
enum JSON {
    static func encode(_ value: some Encodable, isForPeople: Bool = false) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            isForPeople
            ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(value)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: data)
    }
}
