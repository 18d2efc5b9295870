// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("Logout of Cl@ve")
struct LogoutTests {
    static func request(
        _ change: (inout XMLNode) throws -> Void = { _ in },
        _ recipe: SignatureRecipe? = SignatureRecipe(.service, .rsaSHA512)
    ) throws -> ReceivedMessage {
        var root = XMLNode(
            Namespace.saml2p("LogoutRequest"),
            [
                ("Destination", World.gatewayAddress), ("ID", "_logout"), ("IssueInstant", World.instant),
                ("NotOnOrAfter", World.later),
                ("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user"), ("Version", "2.0"),
            ],
            [
                XMLNode(Namespace.saml2("Issuer"), text: ServiceRequest.returnAddress),
                XMLNode(Namespace.saml2("NameID"), [("Format", SAMLURI.unspecified)], text: ServiceRequest.name),
            ])
        try change(&root)
        let document = try recipe.map { try $0.sign(root, behind: 1) } ?? root
        return try ReceivedMessage(post: Base64.encode(document.serialized()), relayState: "rs", field: "logoutRequest")
    }

    @Test("A logout is answered with success, at the registered address")
    func success() throws {
        let world = try World()
        let (request, requester, answer) = try world.route().answerLogout(try Self.request(), at: world.now)
        #expect(request.message.id.rawValue == "_logout" && requester.rawValue == ServiceRequest.name)
        #expect(
            answer.destination == ServiceRequest.returnAddress
                && answer.fields.map(\.name) == ["logoutResponse", "RelayState"])
        let root = try SentDocument(answer).root
        _ = try root.verifySignature(trusting: [TestKey.gateway.certificate()], policy: .clave, confirmedBy: nil)
        #expect(root["InResponseTo"] == "_logout" && root["Consent"] == nil)
        #expect(root.descendants.first { $0.local == "StatusCode" }?["Value"] == SAMLURI.success)
    }

    static let spoils: [(String, Rule?, @Sendable (inout XMLNode) throws -> Void)] = [
        ("another return address", .requestReplyAddress, { try $0.setText(of: "Issuer", "https://evil.example/") }),
        ("unknown service", .peerUnknown, { try $0.setText(of: "NameID", "nobody") }),
        ("no NameID", .peerUnknown, { try $0.remove("NameID") }),
        ("application behind the name", nil, { try $0.setText(of: "NameID", ServiceRequest.name + ";Sede") }),
        ("another Destination", .messageDestination, { $0.set("Destination", "https://other.example/") }),
        ("expired", .messageIssueInstant, { $0.set("NotOnOrAfter", "2026-03-02T09:14:30Z") }),
        ("old", .messageIssueInstant, { $0.set("IssueInstant", "2026-03-02T09:00:00Z") }),
        ("six minutes old", nil, { $0.set("IssueInstant", Instant.write(try World().now - 359)) }),
        ("a second older", .messageIssueInstant, { $0.set("IssueInstant", Instant.write(try World().now - 361)) }),
        ("no end", nil, { $0.set("NotOnOrAfter", nil) }),
        ("a login request", .messageType, { $0.name = Namespace.saml2p("AuthnRequest") }),
    ]

    @Test("One spoilt thing, one rule", arguments: spoils.indices)
    func spoilt(index: Int) throws {
        let (_, rule, change) = Self.spoils[index]
        let world = try World()
        #expect(
            try brokenRule { _ = try world.route().answerLogout(try Self.request(change), at: world.now) } == rule,
            "\(Self.spoils[index].0)")
    }

    @Test("A forged logout is refused")
    func forged() throws {
        let world = try World()
        func rule(_ recipe: SignatureRecipe?) throws -> Rule? {
            try brokenRule { _ = try world.route().answerLogout(try Self.request({ _ in }, recipe), at: world.now) }
        }
        #expect(try rule(nil) == .signatureMissing)
        #expect(try rule(SignatureRecipe(.rsa2048b, .rsaSHA512)) == .signatureKeyUnknown)
    }
}
