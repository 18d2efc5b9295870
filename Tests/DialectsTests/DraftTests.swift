// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@testable import Dialects

@Suite("Drafts")
struct DraftTests {
    static let stamp = Stamp(
        issuer: World.connector, now: Instant.read(World.instant) ?? .distantPast, messageID: MessageID("_request"),
        assertionID: MessageID("_assertion"))

    static func request(_ change: (inout AuthenticationRequest) -> Void = { _ in }) throws -> AuthenticationRequest {
        var request = try World().receive().request
        change(&request)
        return request
    }

    static func question(_ request: AuthenticationRequest) throws -> Exchange.Question {
        Exchange.Question(
            id: MessageID("_request"), responder: World.country, memberState: try World.memberState("DE"),
            relayState: "rs",
            attributes: request.attributes, assurance: request.assurance, askedAt: stamp.now)
    }

    struct Sample: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var saysSector = false
        var change: @Sendable (inout AuthenticationRequest, inout Responder) -> Void = { _, _ in }
    }

    static let requests = [
        Sample(testDescription: "natural"),
        Sample(testDescription: "sector-in-request", saysSector: true),
        Sample(testDescription: "legal-exact") { request, _ in
            request.person = .legal
            request.attributes =
                PersonKind.legal.minimumDataSet.map { RequestedAttribute($0, isRequired: true) }
                + [RequestedAttribute(AttributeName("LegalAddress"), isRequired: false)]
            request.assurance = .exactly([
                Assurance(.substantial, notified: false), Assurance(.high), Assurance(.substantial),
            ])
            request.sector = .private
        },
        Sample(testDescription: "requester-id") { request, responder in
            responder.needsRequesterID = true
            responder.nameIDFormat = SAMLURI.persistent
            request.relyingParty = "urn:relying-party"
        },
        Sample(testDescription: "no-name-id") { request, responder in
            responder.nameIDFormat = nil
            responder.sendsRequesterID = .always
            request.serviceName = String(repeating: "Ñ", count: 200)
        },
    ]

    @Test("A request to a node reads as it was reviewed", arguments: requests)
    func nodeRequest(sample: Sample) throws {
        var responder = try World().responder
        var request = try Self.request()
        sample.change(&request, &responder)
        let dialect = EIDAS(mapping: try World.mapping("eidas"), saysSectorInRequest: sample.saysSector)
        let draft = try dialect.writeRequest(request, Self.question(request), to: responder, as: Self.stamp)
        #expect(draft.destination == responder.singleSignOnService && draft.relayState == "rs")
        let text = draft.root.reviewable
        #expect(
            try Golden.reviewed("authn-request-\(sample.testDescription).xml", now: text, beside: #filePath) == text)
    }

    static func draft(
        _ outcome: AuthenticationOutcome, _ changeRequest: (inout AuthenticationRequest) -> Void = { _ in },
        _ changeRequester: (inout Requester) -> Void = { _ in }
    ) throws -> Draft {
        var requester = try World().requester
        changeRequester(&requester)
        var stamp = stamp
        stamp.issuer = World.gateway
        return try Clave2(mapping: World.mapping("clave2"))
            .writeResponse(outcome, answering: request(changeRequest), to: requester, as: stamp)
    }

    static func text(_ draft: Draft) -> String {
        draft.root.reviewable + (draft.assertion.map(\.node.reviewable) ?? "")
    }

    static let greek = Identity(
        assurance: Assurance(.high), memberState: .spain,
        attributes: [
            Attribute(.personIdentifier, "EL/ES/Y-778899"),
            Attribute(.familyName, [AttributeValue("Papadopoulou"), AttributeValue("Παπαδοπούλου", isLatin: false)]),
            Attribute(.firstName, [AttributeValue("Eleni"), AttributeValue("Ελένη", isLatin: false)]),
            Attribute(.dateOfBirth, "1981-11-02"),
            Attribute(AttributeName("CurrentAddress"), "PostName: Αθήνα\nPostCode: 10557"),
        ], authenticatedAt: stamp.now - 30)

    @Test("An answer to a service reads as it was reviewed")
    func success() throws {
        let text = Self.text(try Self.draft(.identified(Self.greek)))
        #expect(try Golden.reviewed("clave-response-success.xml", now: text, beside: #filePath) == text)
    }

    @Test("A failure for a service reads as it was reviewed", arguments: Refusal.Reason.allCases)
    func failure(reason: Refusal.Reason) throws {
        let text = Self.text(try Self.draft(.refused(Refusal(reason, message: "secret of the node"))))
        #expect(try Golden.reviewed("clave-response-\(reason).xml", now: text, beside: #filePath) == text)
        #expect(!text.contains("secret"))
    }

    @Test("Settings of a service shape its answers")
    func settings() throws {
        #expect(try Self.draft(.refused(Refusal(.denied)), { _ in }, { $0.assertionInErrors = false }).assertion == nil)
        let bare = try #require(Self.draft(.identified(Self.greek), { _ in }, { $0.identifierForm = .bare }).assertion)
            .node
        #expect(bare.first("NameID")?.text == "Y-778899")
        #expect(bare.first("AttributeValue")?.text == "Y-778899")
        let silent = Self.text(try Self.draft(.identified(Self.greek), { _ in }, { $0.selectedIdP = nil }))
        #expect(!silent.contains("SelectedIdP"))
        let plain = Self.text(try Self.draft(.identified(Self.greek), { $0.reply.echoed = [:] }))
        #expect(!plain.contains("http://es.minhafp.clave/RelayState"))
        // Audience: the return address first; the Issuer behind it if there was one.
        let issued = try #require(
            Self.draft(.identified(Self.greek), { $0.reply.issuer = EntityID("urn:issuer") }).assertion
        ).node
        #expect(
            issued.first("AudienceRestriction")?.children.map(\.text) == [ServiceRequest.returnAddress, "urn:issuer"])
    }

    @Test("The official engine would take it: nothing empty, nothing twice, Latin first, one statement of each kind")
    func engine() throws {
        let draft = try Self.draft(.identified(Self.greek))
        let assertion = try #require(draft.assertion).node
        let attributes = assertion.first("AttributeStatement")?.children ?? []
        #expect(Set(attributes.map { $0["Name"] ?? "" }).count == attributes.count)
        #expect(Set(attributes.map { $0["FriendlyName"] ?? "" }).count == attributes.count)
        for attribute in attributes {
            #expect(attribute["NameFormat"] == SAMLURI.nameFormatURI)
            #expect(!attribute.children.isEmpty && attribute.children.allSatisfy { !$0.text.isEmpty })
            #expect(attribute.children.first?[Namespace.eidasNatural("LatinScript")] == nil)
            #expect(attribute.children.allSatisfy { $0[Namespace.xsi("type")]?.contains(":") ?? false })
        }
        #expect(
            assertion.children.map(\.name.local) == [
                "Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement",
            ])
        let notBefore = try #require(assertion.first("Conditions")?["NotBefore"].flatMap(Instant.read))
        #expect((30.0...60.0).contains(Self.stamp.now.timeIntervalSince(notBefore)))
        #expect(draft.root.first("StatusMessage")?.text == SAMLURI.success)
        #expect(
            draft.root["Destination"] == ServiceRequest.returnAddress && draft.root["InResponseTo"] == ServiceRequest.id
        )
    }
}
