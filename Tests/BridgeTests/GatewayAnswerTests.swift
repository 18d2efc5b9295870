// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// Leg 3 of the Proxy-Service direction: what the gateway may say, how tolerantly it is read, and what is not taken
/// (Cl@ve dossier §3, §11).
@Suite("What is checked in the answer of the gateway")
struct GatewayAnswerTests {
    typealias Case = Spoil<NodeAnswer>

    static let envelopes: [Case] = [
        Case("RelayState changed", .relayStateChanged) { $0.relayState = "other" },
        Case("RelayState missing", .relayStateChanged) { $0.relayState = nil },
        Case("DOCTYPE", .xmlDocumentType) { $0.editsOctets = { Array("<!DOCTYPE x>".utf8) + $0 } },
        Case("unsigned", .signatureMissing) { $0.isSigned = false },
        Case("only the assertion is signed", .signatureMissing) {
            $0.isSigned = false
            $0.assertionRecipe = SignatureRecipe(.gateway, .rsaSHA512)
        },
        Case("both are signed", nil) { $0.assertionRecipe = SignatureRecipe(.gateway, .rsaSHA512) },
        Case("signed with our own key", .signatureKeyUnknown) { $0.recipe = SignatureRecipe(.service, .rsaSHA512) },
        Case("signed by a stranger", .signatureKeyUnknown) { $0.recipe = SignatureRecipe(.stranger) },
        Case("a stranger behind the gateway's certificate", .signatureValue) {
            $0.recipe = SignatureRecipe(.stranger)
            $0.recipe.shown = [try TestKey.gateway.certificate()]
        },
        Case("changed behind the signer's back", .signatureDigest) {
            $0.editsOctets = { try $0.replacing("00000000T", with: "00000001R") }
        },
        Case("RSA-SHA1", .signatureAlgorithm) {
            $0.recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
            }
        },
        Case("RSA-SHA256", nil) { $0.recipe = SignatureRecipe(.gateway, .rsaSHA256) },
        Case("RSA-PSS with SHA-512", nil) { $0.recipe = SignatureRecipe(.gateway, .pssSHA512) },
        Case("an empty reference", nil) { $0.recipe.reference = "" },
        Case(response: "no Destination", .messageDestination) { $0.set("Destination", nil) },
        Case(response: "another Destination", .messageDestination) { $0.set("Destination", World.answerAddress) },
        Case(response: "no InResponseTo", .responseUnsolicited) { $0.set("InResponseTo", nil) },
        Case(response: "another InResponseTo", .responseUnsolicited) { $0.set("InResponseTo", "_other") },
        Case(response: "no Issuer", .messageIssuer) { try $0.remove("Issuer") },
        Case(response: "another Issuer than the assertion's", .messageIssuer) {
            try $0.setText(of: "Issuer", "https://other.example/")
        },
        Case(response: "Issuer of a wrong format", .messageIssuer) {
            try $0.set("Format", of: "Issuer", SAMLURI.persistent)
        },
        Case(response: "Issuer without format", nil) { try $0.set("Format", of: "Issuer", nil) },
        Case(response: "no Consent", nil) { $0.set("Consent", nil) },
        Case(response: "odd Consent", .messageConsent) { $0.set("Consent", "urn:x") },
        Case(response: "IssueInstant of +00:00", nil) { $0.set("IssueInstant", "2026-03-02T09:15:30+00:00") },
        Case(response: "IssueInstant without milliseconds", nil) { $0.set("IssueInstant", "2026-03-02T09:15:30Z") },
        Case(response: "IssueInstant of 2020", .messageIssueInstant) { $0.set("IssueInstant", "2020-03-02T09:15:30Z") },
        Case(response: "IssueInstant ahead", .messageIssueInstant) { $0.set("IssueInstant", "2026-03-02T09:17:00Z") },
        Case(response: "another StatusMessage", nil) { try $0.setText(of: "StatusMessage", "OK") },
        Case(response: "no StatusMessage", nil) { try $0.remove("StatusMessage") },
        Case(response: "success with a second code", .responseStatus) {
            try $0.edit("StatusCode") {
                $0 = $0.appending(XMLNode(Namespace.saml2p("StatusCode"), [("Value", SAMLURI.authnFailed)]))
            }
        },
        Case("success without assertion", .responseAssertions) { $0.assertion = nil },
        Case("two assertions", .responseAssertions) { answer in
            var other = try #require(answer.assertion)
            other.set("ID", "_other")
            answer.response = answer.response.appending(other)
        },
        Case("encrypted for a stranger", .encryptionFailed) { $0.recipients = [try TestKey.stranger.recipient()] },
        Case("AES-CBC", .encryptionAlgorithm) {
            $0.recipients = [try TestKey.service.recipient()]
            $0.editsContent = {
                try $0.set("Algorithm", of: "EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")
            }
        },
    ]

    static let assertions: [Case] = [
        Case(assertion: "no Subject", .responseSubject) { try $0.remove("Subject") },
        Case(assertion: "no NameID", .responseSubject) { try $0.remove("NameID") },
        Case(assertion: "empty NameID", .responseSubject) { try $0.setText(of: "NameID", " ") },
        Case(assertion: "NameID of 256 characters", nil) {
            try $0.setText(of: "NameID", String(repeating: "ñ", count: 256))
        },
        Case(assertion: "NameID of 257 characters", .responseSubject) {
            try $0.setText(of: "NameID", String(repeating: "x", count: 257))
        },
        Case(assertion: "another NameID than the identifier", nil) { try $0.setText(of: "NameID", "x") },
        Case(assertion: "NameID with a qualifier", nil) { try $0.set("NameQualifier", of: "NameID", "x") },
        Case(assertion: "no confirmation", nil) { try $0.remove("SubjectConfirmation") },
        Case(assertion: "confirmation without data", .responseConfirmation) {
            try $0.remove("SubjectConfirmationData")
        },
        Case(assertion: "confirmation of another request", .responseConfirmation) {
            try $0.set("InResponseTo", of: "SubjectConfirmationData", "_other")
        },
        Case(assertion: "confirmation for another address", .responseConfirmation) {
            try $0.set("Recipient", of: "SubjectConfirmationData", "https://other.example/")
        },
        Case(assertion: "confirmation that ended", .responseConfirmation) {
            try $0.set("NotOnOrAfter", of: "SubjectConfirmationData", "2026-03-02T09:14:30Z")
        },
        Case(assertion: "confirmation with an address", nil) {
            try $0.set("Address", of: "SubjectConfirmationData", "192.0.2.1")
        },
        Case(assertion: "no Conditions", .responseConditions) { try $0.remove("Conditions") },
        Case(assertion: "no NotBefore", .responseConditions) { try $0.set("NotBefore", of: "Conditions", nil) },
        Case(assertion: "no NotOnOrAfter", .responseConditions) { try $0.set("NotOnOrAfter", of: "Conditions", nil) },
        Case(assertion: "Conditions of +00:00", nil) {
            try $0.set("NotBefore", of: "Conditions", "2026-03-02T09:15:30+00:00")
        },
        Case(assertion: "not yet valid", .responseNotYetValid) {
            try $0.set("NotBefore", of: "Conditions", "2026-03-02T09:16:31Z")
        },
        Case(assertion: "expired", .responseExpired) {
            try $0.set("NotOnOrAfter", of: "Conditions", "2026-03-02T09:14:30Z")
        },
        Case(assertion: "no AudienceRestriction", .responseAudience) { try $0.remove("AudienceRestriction") },
        Case(assertion: "another Audience", .responseAudience) {
            try $0.setText(of: "Audience", "https://other.example/")
        },
        Case(assertion: "our entity ID abroad as Audience", .responseAudience) {
            try $0.setText(of: "Audience", World.proxyService.rawValue)
        },
        Case(assertion: "several Audiences", nil) { assertion in
            try assertion.double("Audience")
            try assertion.setText(of: "Audience", "https://other.example/")
        },
        Case(assertion: "no AuthnStatement", .responseAuthnStatement) { try $0.remove("AuthnStatement") },
        Case(assertion: "two AuthnStatements", .responseAuthnStatement) { try $0.double("AuthnStatement") },
        Case(assertion: "no LoA", .responseAuthnStatement) { try $0.remove("AuthnContextClassRef") },
        Case(assertion: "a QAA of STORK", .responseLoAInvalid) {
            try $0.setText(of: "AuthnContextClassRef", "http://www.stork.gov.eu/1.0/citizenQAALevel/3")
        },
        Case(assertion: "a level that is not notified", .responseLoAInvalid) {
            try $0.setText(of: "AuthnContextClassRef", "http://eidas.europa.eu/NotNotified/LoA/high")
        },
        Case(assertion: "born tomorrow, where it is today", nil) { try $0.appendBirth("2026-03-03") },
        Case(assertion: "born the day after", .attributeInvalid) { try $0.appendBirth("2026-03-04") },
        Case(assertion: "born in no year", .attributeInvalid) { try $0.appendBirth("0000-01-01") },
        Case(assertion: "no AttributeStatement", .responseAttributeStatement) { try $0.remove("AttributeStatement") },
        Case(assertion: "two AttributeStatements", .responseAttributeStatement) { try $0.double("AttributeStatement") },
    ]

    @Test("The envelope: one spoilt thing, one rule", arguments: envelopes)
    func envelope(spoil: Case) throws { try Self.judge(spoil) }

    @Test(
        "The assertion: one spoilt thing, one rule",
        arguments: assertions + Case.uses(askedBy: World.foreignConnector.rawValue))
    func assertion(spoil: Case) throws { try Self.judge(spoil) }

    static func judge(_ spoil: Case) throws {
        let rule = try brokenRule { _ = try World(.proxyService).accept(spoiling: spoil.change) }
        #expect(rule == spoil.rule)
    }

    @Test("Names that the gateway may bear are all, or those of the settings")
    func issuers() throws {
        var world = try World(.proxyService)
        func rule(_ issuer: EntityID) throws -> Rule? {
            let world = world
            return try brokenRule {
                _ = try world.accept { answer in
                    try answer.response.setText(of: "Issuer", issuer.rawValue)
                    try answer.editAssertion { try $0.setText(of: "Issuer", issuer.rawValue) }
                }
            }
        }
        let other = EntityID("https://other.example/")
        #expect(try rule(World.nationalIssuer) == nil && rule(other) == nil)
        world.responder.issuers = [World.nationalIssuer]
        #expect(try rule(World.nationalIssuer) == nil && rule(other) == .messageIssuer)
    }

    @Test("The gateway's certificate is in its time")
    func ended() throws {
        var world = try World(.proxyService)
        world.responder.sender.signingCertificates = [
            try TestKey.gateway.key().certify(
                commonName: "x", usage: .signing, from: world.now - 100, until: world.now - 1)
        ]
        let changed = world
        #expect(try brokenRule { _ = try changed.accept() } == .signatureKeyExpired)
    }

    @Test(
        "P2-08: a level below the one that was asked is refused, the same or a higher one is not",
        arguments: LoA.allCases, LoA.allCases)
    func levels(asked: LoA, given: LoA) throws {
        var request = ConnectorRequest()
        request.ask("minimum", [asked.uri])
        let answer = try World(.proxyService).login(request: request, loa: given.uri)
        if given >= asked {
            #expect(answer.statusCodes == [SAMLURI.success] && answer.loa == given.uri)
        } else {
            #expect(answer.statusCodes == [SAMLURI.responder, SAMLURI.authnFailed])
            #expect(answer.statusMessage == "202019 - Level of assurance lower than requested")
            #expect(answer.assertion == nil)
        }
    }

    @Test("P2-07: a level that we do not publish is not released")
    func unpublished() throws {
        var world = try World(.proxyService)
        world.node.answerer.levels = [Assurance(.low), Assurance(.high)]
        let answer = try world.login()
        #expect(answer.statusCodes == [SAMLURI.responder])
        #expect(answer.statusMessage == "202021 - Level of assurance of the answer not valid")
        let changed = world
        #expect(try brokenRule { _ = try changed.accept() } == .responseLoANotPublished)
    }

    @Test("Only what a method counts for is released, whatever the gateway says of it")
    func methods() throws {
        var lenient = ConnectorRequest()
        lenient.ask("exact", LoA.allCases.flatMap { [Assurance($0).uri, Assurance($0, notified: false).uri] })
        var world = try World(.proxyService)
        let mobile = TestPerson.atHome(by: "IDP_MOVIL")
        #expect(
            try world.login(mobile, request: lenient, loa: LoA.high.uri).loa
                == "http://eidas.europa.eu/NotNotified/LoA/substantial")
        #expect(try world.login(mobile, loa: LoA.high.uri).statusCodes == [SAMLURI.responder, SAMLURI.authnFailed])
        world.methods[.certificate] = .init(.notified, upTo: .substantial)
        #expect(try world.login(request: lenient, loa: LoA.high.uri).loa == LoA.substantial.uri)
        world.methods[.mobile] = .init(.refused, upTo: .high)
        let refused = try world.login(mobile, request: lenient)
        #expect(refused.statusCodes == [SAMLURI.responder, SAMLURI.authnFailed])
        #expect(refused.statusMessage == "003002 - Method of identification not allowed")
    }

    @Test("A company is not answered for a person, nor a person for a company")
    func otherKind() throws {
        let world = try World(.proxyService)
        for (person, asked) in [(TestPerson.representative, PersonKind.natural), (.citizen, .legal)] {
            let request = ConnectorRequest(for: [asked])
            #expect(try brokenRule { _ = try world.accept(person, request: request) } == .responseCertificateClass)
            #expect(
                try world.login(person, request: request).statusCodes == [SAMLURI.responder, SAMLURI.authnFailed])
        }
    }

    @Test("The answer to an old question, or to somebody else's, is none")
    func otherQuestion() throws {
        let world = try World(.proxyService)
        let (_, exchange, question) = try world.ask()
        var later = question
        later.id = MessageID("_later")
        let answer = try NodeAnswer(atHome: .citizen, to: question)
        let (asked, newest) = (try exchange.asked(later), later)
        #expect(try brokenRule { _ = try world.accept(answer, to: newest, in: asked) } == .responseUnsolicited)
    }
}

extension XMLNode {
    fileprivate mutating func appendBirth(_ day: String) throws {
        let born = TestPerson.Attribute.natural("DateOfBirth", "DateOfBirth", day).node
        try edit("AttributeStatement") { $0 = $0.appending(born) }
    }
}
