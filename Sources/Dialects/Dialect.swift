// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML

public import struct Foundation.Date

/// How one community of requesters asks, and wants to be answered.
public protocol RequesterDialect: Sendable {
    var mapping: MappingTable { get }
    /// Where a request says who asks, for people.
    var placeOfName: String { get }

    /// Who a message says that it is from.
    func claimedRequester(of message: ParsedMessage) -> EntityID?

    /// - Parameter relayState: the field beside the message.
    /// - Throws: one of the `request.…` rules.
    func readRequest(
        _ request: Verified<AuthnRequest>, relayState: String?, from requester: Requester,
        _ examination: Examination
    ) throws(Rejection) -> AuthenticationRequest

    func writeResponse(
        _ outcome: AuthenticationOutcome, answering request: AuthenticationRequest, to requester: Requester,
        as stamp: Stamp
    ) throws(Rejection) -> Draft
}

/// How one community of responders wants to be asked, and answers.
public protocol ResponderDialect: Sendable {
    var mapping: MappingTable { get }

    func writeRequest(
        _ request: AuthenticationRequest, _ question: Exchange.Question, to responder: Responder, as stamp: Stamp
    ) throws(Rejection) -> Draft

    /// - Throws: one of the `response.loa-invalid`, `attribute.…` rules.
    func readResponse(
        _ response: Verified<OpenedResponse>, to question: Exchange.Question, from responder: Responder,
        _ examination: Examination
    ) throws(Rejection) -> AuthenticationOutcome
}

/// What a draft needs of the world: who writes it, when, and fresh identifiers.
public struct Stamp: Hashable, Sendable {
    /// Our entity ID towards this receiver.
    public var issuer: EntityID
    public var now: Date
    public var messageID: MessageID
    public var assertionID: MessageID

    public init(issuer: EntityID, now: Date, messageID: MessageID, assertionID: MessageID) {
        self.issuer = issuer
        self.now = now
        self.messageID = messageID
        self.assertionID = assertionID
    }

    public static func fresh(issuer: EntityID, at now: Date) throws(Rejection) -> Stamp {
        Stamp(issuer: issuer, now: now, messageID: try .random(), assertionID: try .random())
    }
}
