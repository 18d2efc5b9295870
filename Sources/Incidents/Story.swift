// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import Storage

/// The story of an exchange that stopped, or of a message that began none: what `puente explain` tells. No personal data.
///
/// Its JSON is described in `Docs/operations.md`; what is not known is left out.
public struct Story: Hashable, Sendable, Encodable {
    /// The exchange as it was when it stopped.
    public struct Login: Hashable, Sendable, Encodable {
        public var id: Exchange.ID
        public var begunAt: String
        /// A service here, or the Connector of another state.
        public var requester: EntityID
        public var requesterCountry: String?
        /// The node of another state, or the gateway here. Not there as long as nobody was asked.
        public var responder: EntityID?
        public var responderCountry: String?
    }

    /// A line of the audit trail that belongs to it.
    public struct Event: Hashable, Sendable, Encodable {
        public var at: String
        public var kind: String
        public var message: String?
        public var inResponseTo: String?
        public var sender: String?
        public var receiver: String?
        public var country: String?
        public var result: String?
        public var support: String?
    }

    public struct Step: Hashable, Sendable, Encodable {
        public var step: Incident.Step
        public var checks: [Check]
    }

    public struct Check: Hashable, Sendable, Encodable {
        public var rule: String
        public var element: String
        public var passed: Bool
    }

    public struct Refusal: Hashable, Sendable, Encodable {
        public var step: Incident.Step
        public var rule: String
        public var element: String?
        public var expected: String?
        public var found: String?
        public var meaning: String
        /// Who has to act: `sender`, `receiver`, `peer`, `operator` or `person`.
        public var fault: Responsibility
        public var clause: String
        public var advice: String
    }

    public var support: SupportCode
    public var at: String
    public var direction: Exchange.Direction?
    public var login: Login?
    /// What the refused message said of itself; nobody has verified it.
    public var claimed: Incident.Claim?
    public var events: [Event]
    public var steps: [Step]
    public var refusal: Refusal
    /// What can be written to whoever can mend it; not there where nobody else can.
    public var letter: Letter?

    /// - Parameter records: the lines of the trail that belong to the exchange.
    public init(_ incident: Incident, _ records: [AuditRecord]) {
        let (rejection, explanation) = (incident.rejection, incident.rejection.rule.explanation)
        support = incident.support
        at = Self.instant(incident.at)
        direction = incident.direction
        login = Login(incident, records)
        claimed = incident.claim == Incident.Claim() ? nil : incident.claim
        events = records.map(Event.init)
        if events.isEmpty { events = [Event(incident)] }
        steps = incident.examined.map(Step.init)
        refusal = Refusal(
            step: incident.step, rule: rejection.rule.code, element: rejection.element, expected: rejection.expected,
            found: rejection.found, meaning: explanation.meaning, fault: explanation.responsibility,
            clause: explanation.clause, advice: explanation.advice)
        let failed = Check(rule: refusal.rule, element: refusal.element ?? "", passed: false)
        if let place = steps.firstIndex(where: { $0.step == incident.step }) {
            steps[place].checks.append(failed)
        } else {
            steps.append(Step(step: incident.step, checks: [failed]))
        }
        letter = Letter(incident, asking: login)
    }

    static func instant(_ date: Date) -> String {
        // Rounded, as in the trail: the style cuts off what is below a millisecond.
        (date + 0.0005).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension Story.Login {
    fileprivate init?(_ incident: Incident, _ records: [AuditRecord]) {
        guard let id = incident.exchange, let begunAt = incident.begunAt, let requester = incident.requester else {
            return nil
        }
        let request = records.first { $0.kind == AuditEvent.Kind.requestReceived.rawValue }
        let question = records.last { $0.kind == AuditEvent.Kind.requestSent.rawValue }
        self.init(
            id: id, begunAt: Story.instant(begunAt), requester: requester, requesterCountry: request?.memberState,
            responder: question?.receiver.map { EntityID($0) }, responderCountry: question?.memberState)
    }
}

extension Story.Event {
    fileprivate init(_ record: AuditRecord) {
        self.init(
            at: record.at, kind: record.kind, message: record.message, inResponseTo: record.inResponseTo,
            sender: record.sender, receiver: record.receiver, country: record.memberState, result: record.result,
            support: record.support)
    }

    /// Of what the trail does not hold.
    fileprivate init(_ incident: Incident) {
        self.init(
            at: Story.instant(incident.at), kind: AuditEvent.Kind.messageRejected.rawValue,
            result: incident.rejection.rule.code, support: incident.support.description)
    }
}

extension Story.Step {
    fileprivate init(_ examined: Incident.Examined) {
        self.init(
            step: examined.step,
            checks: examined.passed.map { Story.Check(rule: $0.rule.code, element: $0.element, passed: true) })
    }
}
