// SPDX-License-Identifier: EUPL-1.2
public import struct Foundation.Date

/// One round trip from the requester's question to its answer. Lives in an `ExchangeStore` between its legs.
public struct Exchange: Hashable, Sendable, Codable {
    /// 128 random bits in lower-case hexadecimal. Appears in addresses; useless without the browser's cookie.
    public struct ID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        public let rawValue: String
        public init?(rawValue: String) {
            let isHex = rawValue.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
            guard rawValue.utf8.count == 32, isHex else { return nil }
            self.rawValue = rawValue
        }
        public var description: String { rawValue }
    }

    /// Which half of a node serves the exchange.
    public enum Direction: String, Hashable, Sendable, Codable, CaseIterable {
        /// A service at home asks, another country answers.
        case connector
        /// Another country asks, the national gateway answers.
        case proxyService = "proxy-service"
    }

    /// How far the exchange has come.
    public enum Stage: Hashable, Sendable, Codable {
        /// The request is verified; the person has to choose a country, or to agree to be identified at home.
        case choosing
        /// A responder has been asked; its answer is awaited.
        case asked(Question)
        /// The person is identified, and has to agree to what will be sent.
        case consenting(Identity)
        /// The answer has left. Nothing about the person is kept.
        case finished
    }

    /// The request that was sent on: what its answer must fit.
    public struct Question: Hashable, Sendable, Codable {
        public var id: MessageID
        public var responder: EntityID
        public var memberState: MemberState
        public var relayState: String
        /// What was asked of the responder, which may be less than the requester asked.
        public var attributes: [RequestedAttribute]
        public var assurance: AssuranceRequirement
        public var askedAt: Date

        public init(
            id: MessageID, responder: EntityID, memberState: MemberState, relayState: String,
            attributes: [RequestedAttribute], assurance: AssuranceRequirement, askedAt: Date
        ) {
            self.id = id
            self.responder = responder
            self.memberState = memberState
            self.relayState = relayState
            self.attributes = attributes
            self.assurance = assurance
            self.askedAt = askedAt
        }
    }

    /// What the person has to do, or whom we wait for.
    public enum Step: Hashable, Sendable {
        case chooseCountry
        case agreeToIdentify
        case awaitAnswer(Question)
        case consent(Identity)
        case nothing
    }

    public let id: ID
    public let direction: Direction
    public let request: AuthenticationRequest
    /// SHA-256 of the browser's cookie, lower-case hexadecimal: who may continue this exchange.
    public let browser: String
    public let openedAt: Date
    public let expiresAt: Date
    /// The tag of the language in which the person chose the country, so that the pages behind it speak the same.
    public var language: String?
    public var stage: Stage
    /// What the steps passed that it has taken.
    public var examined: [Incident.Examined]

    public init(
        id: ID, _ direction: Direction = .connector, request: AuthenticationRequest, browser: String, openedAt: Date,
        expiresAt: Date, stage: Stage = .choosing, examined: [Incident.Examined] = []
    ) {
        self.id = id
        self.direction = direction
        self.request = request
        self.browser = browser
        self.openedAt = openedAt
        self.expiresAt = expiresAt
        self.stage = stage
        self.examined = examined
    }

    public var nextStep: Step {
        switch stage {
        case .choosing: direction == .connector ? .chooseCountry : .agreeToIdentify
        case .asked(let question): .awaitAnswer(question)
        case .consenting(let identity): .consent(identity)
        case .finished: .nothing
        }
    }

    /// The question that is still open, if any.
    public var question: Question? {
        if case .asked(let question) = stage { question } else { nil }
    }

    /// The same exchange after the responder was asked.
    ///
    /// Asking again before an answer came is allowed: the person went back and chose another country. Only the newest
    /// question can then be answered.
    /// - Parameter language: in which the person chose; `nil` changes nothing.
    /// - Throws: ``Rejection`` with ``Rule/exchangeFinished`` once an answer has come or left.
    public func asked(_ question: Question, in language: String? = nil) throws(Rejection) -> Exchange {
        switch stage {
        case .consenting, .finished: throw Rejection(.exchangeFinished)
        case .choosing, .asked: break
        }
        var next = self
        next.language = language ?? self.language
        next.stage = .asked(question)
        return next
    }

    /// The same exchange once the person is identified and has to agree to what will be sent.
    ///
    /// - Parameter question: the one that was answered.
    /// - Throws: ``Rejection`` with ``Rule/exchangeFinished`` or ``Rule/responseUnsolicited``: a second answer never counts.
    public func consenting(to identity: Identity, answering question: MessageID) throws(Rejection) -> Exchange {
        var next = try finished(answering: question)
        next.stage = .consenting(identity)
        return next
    }

    /// The same exchange after its end.
    ///
    /// - Parameter answering: the question that the answer belongs to, or `nil` when the exchange ends without one.
    /// - Throws: ``Rejection`` with ``Rule/exchangeFinished`` or ``Rule/responseUnsolicited``: a second answer never counts.
    public func finished(answering question: MessageID?) throws(Rejection) -> Exchange {
        if case .finished = stage { throw Rejection(.exchangeFinished) }
        if case .consenting = stage, question != nil { throw Rejection(.exchangeFinished) }
        if let question, self.question?.id != question {
            throw Rejection(
                .responseUnsolicited, "Response/@InResponseTo", expected: self.question?.id.rawValue,
                found: question.rawValue)
        }
        var next = self
        next.stage = .finished
        return next
    }
}
