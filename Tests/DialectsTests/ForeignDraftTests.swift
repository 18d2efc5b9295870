// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@testable import Dialects

@Suite("Drafts of the Proxy-Service direction")
struct ForeignDraftTests {
    static let stamp = Stamp(
        issuer: World.proxyService, now: Instant.read(World.instant) ?? .distantPast, messageID: MessageID("_message"),
        assertionID: MessageID("_assertion"))

    /// A request of a Connector, and the methods that may serve it.
    struct Asked: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var persons: [PersonKind] = [.natural]
        var levels: [String] = []
        var application: String? = "Puente"
        var methods: [ClaveGateway.Method: ClaveGateway.MethodPolicy] = [:]
    }

    static let notNotified = [
        "http://eidas.europa.eu/NotNotified/LoA/low", "http://eidas.europa.eu/LoA/low",
        "http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high",
    ]

    static let asked = [
        Asked(testDescription: "notified"), Asked(testDescription: "legal", persons: [.legal], application: nil),
        Asked(testDescription: "not-notified", levels: notNotified),
        Asked(
            testDescription: "without-pin", levels: notNotified,
            methods: [.pin: .init(.nonNotified, upTo: .low, isOffered: false)]),
    ]

    @Test("A request to the gateway reads as it was reviewed", arguments: asked)
    func gatewayRequest(example: Asked) throws {
        var world = try World(.proxyService)
        world.methods.merge(example.methods) { $1 }
        var asking = ConnectorRequest(for: example.persons)
        if !example.levels.isEmpty { asking.ask("exact", example.levels) }
        let request = try world.receive(asking).request
        let question = Exchange.Question(
            id: MessageID("_message"), responder: World.nationalGateway, memberState: .spain, relayState: "rs",
            attributes: request.attributes, assurance: request.assurance, askedAt: Self.stamp.now)
        let dialect = ClaveGateway(
            mapping: try World.mapping("clave2"), providerName: EntityID("S0000000J_E00000000"),
            application: example.application, assertionConsumerService: World.gatewayAnswers, methods: world.methods)
        let draft = try dialect.writeRequest(request, question, to: world.responder, as: Self.stamp)
        #expect(draft.destination == World.nationalGateway.rawValue && draft.relayState == "rs")
        #expect(draft.inclusive.map(\.prefix) == ["eidas-natural"])
        let text = draft.root.reviewable
        #expect(
            try Golden.reviewed("gateway-request-\(example.testDescription).xml", now: text, beside: #filePath) == text)
    }

    static func draft(
        _ outcome: AuthenticationOutcome, for persons: [PersonKind] = [.natural],
        _ change: (inout AuthenticationRequest) -> Void = { _ in }
    ) throws -> Draft {
        let world = try World(.proxyService)
        var request = try world.receive(ConnectorRequest(for: persons)).request
        change(&request)
        return try EIDAS(mapping: World.mapping("eidas"), saysSectorInRequest: false)
            .writeResponse(outcome, answering: request, to: world.requester, as: stamp)
    }

    static func text(_ draft: Draft) -> String {
        draft.root.reviewable + (draft.assertion.map(\.node.reviewable) ?? "")
    }

    static func identity(_ attributes: [Attribute]) -> AuthenticationOutcome {
        .identified(
            Identity(
                assurance: Assurance(.substantial), memberState: .spain, attributes: attributes,
                authenticatedAt: stamp.now - 30))
    }

    static let citizen = [
        Attribute(AttributeName("CurrentAddress"), "PostName: Núria\nPostCode: 12999", from: .source("padron")),
        Attribute(AttributeName("Nationality"), [AttributeValue("ES"), AttributeValue("FR")], from: .source("padron")),
        Attribute(.dateOfBirth, "1970-05-01", from: .source("padron")), Attribute(.firstName, "NÚRIA"),
        Attribute(.familyName, "PEÑA L·LACH"), Attribute(.personIdentifier, "ES/FR/00000000T"),
    ]

    struct Sample: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var persons: [PersonKind] = [.natural]
        var format: String? = SAMLURI.persistent
        let attributes: [Attribute]
    }

    static let samples = [
        Sample(testDescription: "natural", attributes: citizen),
        Sample(testDescription: "transient", format: SAMLURI.transient, attributes: Array(citizen.suffix(4))),
        Sample(
            testDescription: "legal", persons: [.legal], format: nil,
            attributes: [
                Attribute(.legalPersonIdentifier, "ES/FR/B00000000"), Attribute(.legalName, "EMPRESA & HIJOS, S.L."),
            ] + citizen.suffix(4).map { Attribute($0.name.ofRepresentative, $0.values) }),
        // Other scripts, from a register of people abroad: the Latin form first, made where it is missing.
        Sample(
            testDescription: "scripts",
            attributes: [
                Attribute(.personIdentifier, "ES/FR/X0000000T"), Attribute(.dateOfBirth, "1981-11-02"),
                Attribute(.firstName, [AttributeValue("Ελένη", isLatin: false), AttributeValue("Eleni")]),
                Attribute(.familyName, "Иванова"),
            ]),
    ]

    @Test("An answer to a Connector reads as it was reviewed", arguments: samples)
    func success(sample: Sample) throws {
        let draft = try Self.draft(Self.identity(sample.attributes), for: sample.persons) {
            $0.reply.nameIDFormat = sample.format
        }
        let text = Self.text(draft)
        #expect(
            try Golden.reviewed("node-response-\(sample.testDescription).xml", now: text, beside: #filePath) == text)
        #expect(draft.assertion?.secrecy == .secret && draft.destination == World.foreignAnswers)
    }

    @Test("Nobody is told of in clear, not even by mistake; a failure needs no key")
    func neverInClear() throws {
        let world = try World(.proxyService)
        let request = try world.receive(ConnectorRequest()).request
        let dialect = EIDAS(mapping: try World.mapping("eidas"), saysSectorInRequest: false)
        var keyless = world.requester
        let draft = try dialect.writeResponse(
            Self.identity(Self.citizen), answering: request, to: keyless, as: Self.stamp)
        let failure = try dialect.writeResponse(
            .refused(Refusal(.denied)), answering: request, to: keyless, as: Self.stamp)
        #expect(failure.assertion == nil)
        for protection in [Seal.Protection.inClear, nil] {
            keyless.seal.protection = protection
            #expect(try brokenRule { _ = try SealedMessage(draft, keyless.seal) } == .encryptionKeyMissing)
            #expect(throws: Never.self) { try SealedMessage(failure, keyless.seal) }
        }
    }

    @Test("A failure for a Connector reads as it was reviewed", arguments: Refusal.Reason.allCases)
    func failure(reason: Refusal.Reason) throws {
        let draft = try Self.draft(.refused(Refusal(reason)))
        let text = Self.text(draft)
        #expect(try Golden.reviewed("node-response-\(reason).xml", now: text, beside: #filePath) == text)
        #expect(draft.assertion == nil)
    }

    @Test("Every status is one that nodes know, with a code and a text, whatever went wrong", arguments: Rule.allCases)
    func everyRule(rule: Rule) throws {
        let draft = try Self.draft(.refused(Rejection(rule).refusal))
        let codes = try #require(draft.root.first("Status")).codes
        #expect([SAMLURI.requester, SAMLURI.responder].contains(codes.first))
        let known = [
            SAMLURI.authnFailed, SAMLURI.requestDenied, SAMLURI.invalidAttribute, SAMLURI.invalidNameIDPolicy,
        ]
        #expect(codes.count <= 2 && codes.dropFirst().allSatisfy(known.contains))
        let message = try #require(draft.root.first("StatusMessage")?.text)
        #expect(message.wholeMatch(of: /[0-9]{6} - .+/) != nil)
        // What can only be our own or the gateway's doing is not laid at the Connector's door.
        if !rule.code.hasPrefix("request.") { #expect(codes.first == SAMLURI.responder) }
    }
}

extension XMLNode {
    /// Outermost first.
    fileprivate var codes: [String] {
        (name.local == "StatusCode" ? [self["Value"] ?? ""] : []) + children.flatMap(\.codes)
    }
}
