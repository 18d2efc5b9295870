// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Incidents
import PuenteTestKit
import Storage
import Testing

@Suite("The story of who was turned away")
struct StoryTests {
    static let noon = Date(timeIntervalSince1970: 1_795_262_400)
    static let names = ["connector", "proxy-service", "no-exchange", "own-fault"]

    @Test("Reads as it was reviewed, in both directions and without an exchange", arguments: names)
    func golden(name: String) throws {
        let story = try #require(Self.stories[name])
        #expect(try Golden.reviewed(name + ".txt", now: story.text) == story.text)
        let json = try story.json()
        #expect(try Golden.reviewed(name + ".json", now: json) == json)
    }

    @Test("Whoever can mend something is told in English and Spanish", arguments: Rule.allCases)
    func letters(rule: Rule) {
        let isTheirs = [.sender, .receiver, .peer].contains(rule.explanation.responsibility) && rule != .crossSite
        #expect(!isTheirs || rule.inSpanish != nil)
        for text in [rule.inSpanish?.meaning, rule.inSpanish?.advice].compactMap(\.self) {
            #expect(text.hasSuffix(".") && text.first?.isUppercase == true)
        }
    }

    static let stories: [String: Story] = [
        "connector": story(.connector, Rejection(.signatureDigest, "Response/Signature", expected: "x=", found: "y=")),
        "proxy-service": story(
            .proxyService, Rejection(.responseExpired, "Assertion/Conditions", expected: "after noon", found: "11:00")),
        "no-exchange": Story(
            Incident(
                Rejection(.peerUnknown, "AuthnRequest/@ProviderName", expected: "a registered requester", found: "S9"),
                SupportCode(random: 7), at: noon, until: noon + 60, .receiveRequest, direction: .connector,
                claim: Incident.Claim(sender: EntityID("S9"), message: MessageID("_request")),
                examined: [Incident.Examined(.receiveRequest, passed: [Incident.Check(.xmlMalformed, "document")])]),
            []),
        "own-fault": Story(
            Incident(
                Rejection(.ownFailure, found: "CancellationError"), SupportCode(random: 8), at: noon, until: noon + 60,
                .page,
                direction: nil), []),
    ]

    /// A login that ended with the answer of whoever identifies the person.
    static func story(_ direction: Exchange.Direction, _ rejection: Rejection) -> Story {
        let isAbroad = direction == .proxyService
        let requester = EntityID(isAbroad ? "https://eidas.example.fr/connector" : "S2833002E_E04975701")
        let responder = EntityID(isAbroad ? "https://clave.example.es" : "https://eidas.example.at/proxy")
        let request = AuthenticationRequest(
            id: MessageID("_request"), requester: requester, serviceName: "Sede", sector: .public,
            assurance: .minimum(.low), person: .natural, attributes: [],
            reply: ReplyAddress(assertionConsumerService: "https://sede.example/acs", relayState: nil), issuedAt: noon)
        let asked = [Incident.Check(.xmlMalformed, "document"), Incident.Check(.signatureDigest, "AuthnRequest")]
        let exchange = Exchange(
            id: Exchange.ID(rawValue: String(repeating: "0a", count: 16))!, direction, request: request,
            browser: "b", openedAt: noon, expiresAt: noon + 900,
            examined: [Incident.Examined(.receiveRequest, passed: asked)])
        let incident = Incident(
            rejection, SupportCode(random: 5), at: noon + 30, until: noon + 86_400, .receiveResponse,
            direction: direction, of: exchange, claim: Incident.Claim(sender: responder, message: MessageID("_answer")),
            examined: [Incident.Examined(.receiveResponse, passed: [Incident.Check(.xmlMalformed, "document")])])
        let state = MemberState(rawValue: isAbroad ? "FR" : "AT")
        var chain = AuditChain.empty
        let events = [
            AuditEvent(
                .requestReceived, at: noon, exchange: exchange.id, message: request.id, sender: requester,
                receiver: EntityID("https://puente.example.es"), memberState: isAbroad ? state : nil),
            AuditEvent(
                .requestSent, at: noon + 9, exchange: exchange.id, message: MessageID("_question"),
                sender: EntityID("https://puente.example.es"), receiver: responder,
                memberState: isAbroad ? .spain : state),
            AuditEvent(
                .messageRejected, at: noon + 30, exchange: exchange.id, result: rejection.rule.code,
                support: "\(incident.support)", detail: "\(rejection)"),
        ]
        return Story(incident, events.map { chain.append($0) }.compactMap(AuditRecord.init))
    }
}
