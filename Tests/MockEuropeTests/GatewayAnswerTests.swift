// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import Testing
import XMLSecurity

@testable import MockEurope

@Suite("The mock gateway answers as the real one answers")
struct GatewayAnswerTests {
    let fixture: GatewayFixture
    let answer: GatewayAnswer

    init() throws {
        fixture = try GatewayFixture.shared.get()
        answer = GatewayAnswer(
            dialect: fixture.dialect, question: try fixture.ask(fixture.request()), now: GatewayFixture.now)
    }

    @Test("By every method", arguments: GatewayMethod.allCases.filter { $0 != .otherCountries })
    func methods(method: GatewayMethod) throws {
        let certificate = method == .certificate ? fixture.authority["software-juan"] : nil
        let form = try answer.identifying(
            Identification(resident: .juan, method: method, loa: .substantial, certificate: certificate))
        let assertion = try #require(try fixture.read(form).assertion)
        #expect(assertion.nameID == "99999999R")
        #expect(assertion.authnStatements.first?.classReferences == ["http://eidas.europa.eu/LoA/substantial"])
        let found = Self.values(of: assertion)
        #expect(found["PersonIdentifier"] == "99999999R")
        #expect(found["FirstName"] == "JUAN")
        #expect(found["FamilyName"] == "ESPAÑOL ESPAÑOL")
        #expect(found["FirstSurname"] == "ESPAÑOL")
        #expect(found["SelectedIdP"] == method.rawValue)
        #expect(found["RelayState"] == "q7Xb2LtM")
        #expect(found["DateOfBirth"] == nil)
        #expect((found["PartialAfirma"] != nil) == (method == .certificate))
        #expect((found["RegisterType"] != nil) == (method == .permanent))
    }

    @Test("PartialAfirma tells what the certificate says, with namespaces and without", arguments: [false, true])
    func partialAfirma(isBroken: Bool) throws {
        let certificate = try #require(fixture.authority["empresa-begona"])
        let form = try answer.identifying(
            Identification(resident: .begona, method: .certificate, loa: .substantial, certificate: certificate),
            isBroken ? .brokenPartialAfirma : .genuine)
        let assertion = try #require(try fixture.read(form).assertion)
        let octets = try #require(Self.values(of: assertion)["PartialAfirma"].flatMap { Base64.decode($0) })
        let text = String(decoding: octets, as: UTF8.self)
        #expect(text.contains("xmlns:afxp=") == !isBroken)
        let repaired = isBroken ? text.replacing("<Partial_Afirma_Response", with: Self.root, maxReplacements: 1) : text
        let tree = try XMLTree(parsing: Array(repaired.utf8))
        let fields = tree.root.descendants.filter { $0.local == "ReadableField" }
            .map { $0.children.map(\.trimmedText) }
        let authority = fixture.authority.credential.certificate.subject
        let serial = certificate.credential.certificate.serialNumber
        #expect(
            fields == [
                ["clasificacion", "11"], ["NIF-CIF", "B00000000"], ["razonSocial", "Puentes Imaginarios, S.L."],
                ["numeroSerie", serial], ["idEmisor", authority],
            ])
    }

    private static let root =
        "<Partial_Afirma_Response xmlns:dss=\"urn:oasis:names:tc:dss:1.0:core:schema\" xmlns:afxp=\"urn:afirma:dss:1.0:profile:XSS:schema\""

    /// What a service makes of each spoilt answer.
    static let spoilt: [(manner: GatewayManner, rule: Rule)] = [
        (.expired, .messageIssueInstant), (.otherAudience, .responseAudience),
        (.otherQuestion, .responseUnsolicited), (.unsigned, .signatureMissing), (.otherKey, .signatureKeyUnknown),
    ]

    @Test("A spoilt answer breaks one rule", arguments: spoilt.indices)
    func spoils(index: Int) throws {
        let (manner, rule) = Self.spoilt[index]
        let form = try answer.identifying(
            Identification(resident: .juan, method: .mobile, loa: .substantial), manner)
        let error = try #require(throws: Rejection.self) { try fixture.read(form) }
        #expect(error.rule == rule)
    }

    @Test("An encrypted answer opens with the key of the service")
    func encrypted() throws {
        let form = try answer.identifying(
            Identification(resident: .juan, method: .mobile, loa: .substantial), .encrypted)
        let opened = try fixture.read(form)
        #expect(opened.assertion?.nameID == "99999999R")
        let isEncrypted = if case .encrypted = opened.response.contents.first { true } else { false }
        #expect(isEncrypted)
    }

    @Test("Every failure is told, with an assertion about nobody", arguments: GatewayManner.failures)
    func failures(manner: GatewayManner) throws {
        let failure = try #require(GatewayAnswer.Failure(manner, asked: .substantial))
        let form = try answer.refusing(failure)
        guard manner != .noMainCode else {
            let error = try #require(throws: Rejection.self) { try fixture.read(form) }
            #expect(error.rule == .responseStatus)
            return
        }
        let opened = try fixture.read(form)
        #expect(opened.assertion == nil)
        #expect(opened.response.status.code == SAMLURI.responder)
        #expect(opened.response.status.message == failure.message)
        #expect(opened.response.contents.isEmpty)
        let octets = try #require(form.fields.first.flatMap { Base64.decode($0.value) })
        let assertion = try XMLTree(parsing: octets).root.only(Namespace.saml2("Assertion"))
        #expect(assertion?.descendants.first { $0.local == "NameID" }?.trimmedText == "NotAvailable")
    }

    private static func values(of assertion: Assertion) -> [String: String] {
        Dictionary(
            (assertion.attributeStatements.first ?? []).map { ($0.friendlyName ?? "", $0.values.first?.text ?? "") }
        ) { first, _ in first }
    }
}
