// SPDX-License-Identifier: EUPL-1.2
public import struct Foundation.Date

/// One time that somebody was turned away, kept for whoever is asked about its support code.
///
/// Carries identifiers, rules, names of elements and instants. Never attribute values, never XML.
public struct Incident: Hashable, Sendable, Codable {
    /// Where an exchange can stop.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        case receiveRequest = "receive-request"
        case sendRequest = "send-request"
        case receiveResponse = "receive-response"
        case sendResponse = "send-response"
        case logout
        /// On one of our own pages.
        case page
    }

    /// What a message says of itself.
    public struct Claim: Hashable, Sendable, Codable {
        public private(set) var sender: EntityID?
        public private(set) var message: MessageID?

        public init(sender: EntityID? = nil, message: MessageID? = nil) {
            // Strangers choose how long these are.
            self.sender = sender.map { EntityID(Rejection.shortened($0.rawValue)) }
            self.message = message.map { MessageID(Rejection.shortened($0.rawValue)) }
        }
    }

    /// The checks that one step passed, in their order and each once.
    public struct Examined: Hashable, Sendable {
        public var step: Step
        public var passed: [Check]

        public init(_ step: Step, passed: [Check]) {
            self.step = step
            self.passed = passed
        }
    }

    public struct Check: Hashable, Sendable {
        public var rule: Rule
        public var element: String

        public init(_ rule: Rule, _ element: String) {
            self.rule = rule
            self.element = element
        }
    }

    public var support: SupportCode
    public var at: Date
    /// Until when it is kept.
    public var until: Date
    /// `nil` where nothing tells it.
    public var direction: Exchange.Direction?
    public var step: Step
    public var rejection: Rejection
    /// `nil` where somebody was turned away before an exchange began.
    public var exchange: Exchange.ID?
    public var begunAt: Date?
    /// Who asked, in an exchange.
    public var requester: EntityID?
    /// What the message that was turned away says of itself. Nobody has verified it.
    public var claim: Claim
    /// What each step passed that was taken, the one that stopped included.
    public var examined: [Examined]

    public init(
        _ rejection: Rejection, _ support: SupportCode, at now: Date, until: Date, _ step: Step,
        direction: Exchange.Direction?, of exchange: Exchange? = nil, claim: Claim = Claim(), examined: [Examined] = []
    ) {
        self.rejection = rejection
        self.support = support
        at = now
        self.until = until
        self.step = step
        self.direction = exchange?.direction ?? direction
        self.exchange = exchange?.id
        begunAt = exchange?.openedAt
        requester = exchange?.request.requester
        self.claim = claim
        let isNew = { (step: Step) in !examined.contains { $0.step == step } }
        self.examined = (exchange?.examined ?? []).filter { isNew($0.step) } + examined
    }
}

extension Incident.Examined {
    /// More than any message that we know of needs. Whoever sends another shall not fill the disk with it.
    private static let limit = 160

    /// Each check once.
    public init(_ step: Incident.Step, each checks: some Sequence<Incident.Check>) {
        var seen: Set<Incident.Check> = []
        self.init(step, passed: Array(checks.filter { seen.insert($0).inserted }.prefix(Self.limit)))
    }
}

/// A line of text for each check: an exchange carries them from step to step.
extension Incident.Examined: Codable {
    private enum Key: CodingKey { case step, passed }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let lines = try values.decode(String.self, forKey: .passed).split(separator: "\n")
        passed = lines.compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1)
            return Rule(rawValue: String(words[0])).map { Incident.Check($0, words.count > 1 ? String(words[1]) : "") }
        }
        step = try values.decode(Incident.Step.self, forKey: .step)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(step, forKey: .step)
        let lines = passed.map { "\($0.rule.code) \(Rejection.shortened($0.element))" }
        try values.encode(lines.joined(separator: "\n"), forKey: .passed)
    }
}
