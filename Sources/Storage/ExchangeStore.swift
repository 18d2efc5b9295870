// SPDX-License-Identifier: EUPL-1.2
public import Federation

public import struct Foundation.Date

/// Where an exchange waits between its legs, and where replays are noticed.
///
/// Every call is one atomic, durable step: when it returns, a crash forgets nothing of it. The audit event given with a
/// step is written in the same step, or not at all.
public protocol ExchangeStore: Sendable {
    /// Keeps a new exchange and uses up its keys.
    ///
    /// - Parameter keys: what must never have been seen before: the requester's message identifier.
    /// - Throws: ``StoreError/duplicate(_:)`` if one of the keys was used before; nothing is kept then.
    func open(_ exchange: Exchange, using keys: [ReplayKey], _ event: AuditEvent) async throws(StoreError)

    /// - Throws: ``StoreError/unknown`` if there is none, or it has been purged.
    func find(_ id: Exchange.ID) async throws(StoreError) -> Exchange

    /// The exchange whose newest question has this message identifier. It is found after it is finished too, so that a
    /// second answer can be told from one that nobody asked for.
    /// - Throws: ``StoreError/unknown``.
    func find(awaiting question: MessageID) async throws(StoreError) -> Exchange

    /// One atomic step. `step` sees the exchange as it is now; what it returns is stored, and what it throws is thrown on
    /// with nothing changed: a second answer meets a stage that refuses it. `step` must be pure; it may run more than once.
    ///
    /// - Parameter events: at least one, written in this order.
    /// - Throws: ``StoreError/duplicate(_:)`` if one of the keys was used before, ``StoreError/unknown``, whatever `step` throws.
    func update(
        _ id: Exchange.ID, using keys: [ReplayKey], _ events: [AuditEvent],
        _ step: @escaping @Sendable (Exchange) throws(Rejection) -> Exchange
    ) async throws -> Exchange

    /// Writes an audit event that belongs to no exchange's step.
    ///
    /// - Parameter key: what must never have been seen before, such as the identifier of a logout; `nil` for nothing.
    /// - Throws: ``StoreError/duplicate(_:)`` if the key was used before; nothing is written then.
    func record(_ event: AuditEvent, using key: ReplayKey?) async throws(StoreError)

    /// Keeps what happened to somebody who was turned away, with the audit event that tells of it, if any.
    ///
    /// Of incidents with an exchange the newest ``incidentLimit`` are kept, and as many of those without: whoever sends
    /// rubbish in masses fills no disk and drives out nobody's login.
    func record(_ incident: Incident, _ event: AuditEvent?) async throws(StoreError)

    /// Forgets exchanges, replay keys and incidents that expired before `date`, and nothing else.
    func purge(before date: Date) async throws(StoreError)

    /// How many exchanges are not over, by the peer abroad whom they need: the node that was asked, or the Connector that
    /// asked. Reads them all, so it is for an operator's question and no step of a login.
    func underway(at now: Date) async throws(StoreError) -> [EntityID: Int]

    /// Writes and reads something, to tell whether the store works.
    func probe() async throws(StoreError)

    /// Writes what is pending and closes. No call may follow.
    func close() async
}

extension Exchange {
    /// The peer abroad without whom it cannot end well.
    public var neededPeer: EntityID? {
        switch (direction, stage) {
        case (_, .finished): nil
        case (.proxyService, _): request.requester
        case (.connector, .asked(let question)): question.responder
        case (.connector, _): nil
        }
    }
}

/// How many incidents a store keeps of either kind, at about 3 kB each.
public let incidentLimit = 10_000

extension ExchangeStore {
    public func record(_ event: AuditEvent) async throws(StoreError) { try await record(event, using: nil) }

    @discardableResult
    public func update(
        _ id: Exchange.ID, using keys: [ReplayKey], _ event: AuditEvent,
        _ step: @escaping @Sendable (Exchange) throws(Rejection) -> Exchange
    ) async throws -> Exchange {
        try await update(id, using: keys, [event], step)
    }
}

extension Exchange {
    /// What ``ExchangeStore/find(awaiting:)`` finds this exchange by.
    ///
    /// - Parameter newest: what it was found by before this step.
    package func awaited(before newest: MessageID?) -> MessageID? {
        switch stage {
        case .consenting, .finished: newest
        case .choosing, .asked: question?.id
        }
    }
}

public enum StoreError: Error, Hashable, Sendable {
    case duplicate(ReplayKey)
    case unknown
    /// The disk is full, the file is locked or damaged. The text is for operators and holds no personal data.
    case unavailable(String)
}

/// One use of an identifier by one peer. Used up for good until it expires.
public struct ReplayKey: Hashable, Sendable {
    /// What kind of thing was used: an identifier may serve once in each.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case request, response, assertion, logout
    }

    public let kind: Kind
    public let issuer: EntityID
    public let id: MessageID
    public let expiresAt: Date

    public init(_ kind: Kind, of issuer: EntityID, _ id: MessageID, until expiresAt: Date) {
        self.kind = kind
        self.issuer = issuer
        self.id = id
        self.expiresAt = expiresAt
    }
}

/// One line of the audit trail: who exchanged which message with whom, when, and how it ended. No personal data.
///
/// - Spec: Implementing Regulation (EU) 2015/1501 Art. 9(3).
public struct AuditEvent: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case requestReceived = "request.received"
        case requestSent = "request.sent"
        case responseReceived = "response.received"
        case responseSent = "response.sent"
        case messageRejected = "message.rejected"
        case logoutAnswered = "logout.answered"
        case consentGiven = "consent.given"
        case consentRefused = "consent.refused"
        case nodeStarted = "node.started"
        case nodeStopped = "node.stopped"
    }

    public var kind: Kind
    public var at: Date
    public var exchange: Exchange.ID?
    /// The identifier of the message that crossed, and of the one that it answers.
    public var message: MessageID?
    public var inResponseTo: MessageID?
    public var sender: EntityID?
    public var receiver: EntityID?
    public var memberState: MemberState?
    /// SHA-512 of the message's octets, lower-case hexadecimal.
    public var digest: String?
    /// The SAML status sent or received, or the code of the rule that was broken.
    public var result: String?
    /// The support code shown to the person, where a page was shown.
    public var support: String?
    /// For a rejection: the element, what was expected and what was found. Never values of attributes.
    public var detail: String?

    public init(
        _ kind: Kind, at: Date, exchange: Exchange.ID? = nil, message: MessageID? = nil, inResponseTo: MessageID? = nil,
        sender: EntityID? = nil, receiver: EntityID? = nil, memberState: MemberState? = nil, digest: String? = nil,
        result: String? = nil, support: String? = nil, detail: String? = nil
    ) {
        self.kind = kind
        self.at = at
        self.exchange = exchange
        self.message = message
        self.inResponseTo = inResponseTo
        self.sender = sender
        self.receiver = receiver
        self.memberState = memberState
        self.digest = digest
        self.result = result
        self.support = support
        self.detail = detail
    }
}
