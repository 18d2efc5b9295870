// SPDX-License-Identifier: EUPL-1.2

/// An eIDAS level of assurance, weakest first (Implementing Regulation (EU) 2015/1502).
public enum LoA: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case low, substantial, high

    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .low: 0
        case .substantial: 1
        case .high: 2
        }
    }
}

/// A level of assurance as a message states it: with or without notification of the scheme
/// (eIDAS SAML Message Format 1.4 §3.1).
public struct Assurance: Hashable, Sendable, Codable, Comparable {
    public let loa: LoA
    public let isNotified: Bool

    public init(_ loa: LoA, notified: Bool = true) {
        self.loa = loa
        isNotified = notified
    }

    /// Low, not notified, is the weakest; within a level the notified scheme is the stronger.
    public static func < (a: Self, b: Self) -> Bool {
        a.loa == b.loa ? !a.isNotified && b.isNotified : a.loa < b.loa
    }
}

/// What a requester demands of the answer's assurance (Message Format 1.4 §2.4.1).
public enum AssuranceRequirement: Hashable, Sendable, Codable {
    /// A notified scheme at this level or a higher one.
    case minimum(LoA)
    /// One of these, and nothing else.
    case exactly(Set<Assurance>)

    public func isMet(by given: Assurance) -> Bool {
        switch self {
        case .minimum(let loa): given.isNotified && given.loa >= loa
        case .exactly(let accepted): accepted.contains(given)
        }
    }

    /// Whether one of the levels would do.
    public func canBeMet(by levels: Set<Assurance>) -> Bool { levels.contains(where: isMet) }

    /// The weakest level that can meet the requirement.
    public var lowest: LoA {
        switch self {
        case .minimum(let loa): loa
        case .exactly(let accepted): accepted.map(\.loa).min() ?? .high
        }
    }
}
