// SPDX-License-Identifier: EUPL-1.2

/// Who has to act when a rule is broken.
public enum Responsibility: String, Hashable, Sendable, Codable, CaseIterable {
    /// Whoever sent the message: a service or another node.
    case sender
    /// The requester, who cannot be answered.
    case receiver
    /// The other side, by what it publishes or states.
    case peer
    /// Whoever runs this node.
    case `operator`
    /// Nobody is at fault; the person can try again.
    case person
}

/// What an operator needs to know about a rule: meaning, whose fault, clause and what to do.
public struct Explanation: Hashable, Sendable {
    public let responsibility: Responsibility
    public let clause: String
    public let meaning: String
    public let advice: String

    init(_ responsibility: Responsibility, _ clause: String, _ meaning: String, _ advice: String) {
        self.responsibility = responsibility
        self.clause = clause
        self.meaning = meaning
        self.advice = advice
    }
}
