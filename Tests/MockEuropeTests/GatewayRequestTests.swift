// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import Testing
import XMLSecurity

@testable import MockEurope

@Suite("The mock gateway reads what the real one reads")
struct GatewayRequestTests {
    let fixture: GatewayFixture

    init() throws { fixture = try GatewayFixture.shared.get() }

    typealias Change = @Sendable (XMLNode) -> XMLNode

    /// What the gateway half of the official engine refuses (Cl@ve dossier §11), and the rule of each.
    static let refused: [(rule: Rule, change: Change)] = [
        (.messageDestination, { $0.setting("Destination", nil) }),
        (.messageDestination, { $0.setting("Destination", "http://localhost:3/Proxy2/ServiceProvider") }),
        (.requestIsPassive, { $0.setting("IsPassive", "true") }),
        (.messageConsent, { $0.setting("Consent", SAMLURI.consentObtained) }),
        (.requestBinding, { $0.setting("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact") }),
        (.requestLoA, { $0.replacing("RequestedAuthnContext") { $0.setting("Comparison", "exact") } }),
        (.requestLoA, { $0.replacing("RequestedAuthnContext", level: "http://eidas.europa.eu/LoA/test") }),
        (
            .requestNameID,
            {
                $0.replacing("NameIDPolicy") {
                    $0.setting("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
                }
            }
        ),
        (.requestNameID, { $0.removing("NameIDPolicy") }),
        (.requestExtensions, { $0.removing("Extensions") }),
        (.peerUnknown, { $0.setting("ProviderName", "S0000000J_E09999999") }),
        (.requestReplyAddress, { $0.setting("AssertionConsumerServiceURL", "http://localhost:4/clave/acs") }),
        (.messageVersion, { $0.setting("Version", "1.1") }),
    ]

    @Test("One thing spoilt is one rule broken", arguments: refused.indices)
    func refuses(index: Int) throws {
        let error = try #require(throws: Rejection.self) {
            try fixture.ask(Self.refused[index].change(fixture.request()))
        }
        #expect(error.rule == Self.refused[index].rule)
    }

    /// What it takes although others would not (Cl@ve dossier §11).
    static let taken: [Change] = [
        { $0 }, { $0.setting("AssertionConsumerServiceURL", nil) }, { $0.removing("RequestedAuthnContext") },
        { $0.setting("IssueInstant", "2020-01-01T00:00:00Z") }, { $0.setting("ForceAuthn", nil) },
        { $0.setting("ProtocolBinding", SAMLURI.post) }, { $0.setting("ProviderName", MockEurope.World.claveName) },
    ]

    @Test("An old IssueInstant, no address, no level, no ForceAuthn are fine", arguments: taken.indices)
    func takes(index: Int) throws {
        let question = try fixture.ask(Self.taken[index](fixture.request()))
        #expect(question.request.reply.assertionConsumerService == GatewayFixture.returnAddress)
    }

    @Test("A request of somebody else, or without RelayState, is refused")
    func strangers() throws {
        let other = try #require(throws: Rejection.self) {
            try fixture.ask(fixture.request(), as: fixture.gateway)
        }
        #expect(other.rule == .signatureKeyUnknown)
        let silent = try #require(throws: Rejection.self) { try fixture.ask(fixture.request(), relayState: nil) }
        #expect(silent.rule == .parameterMissing)
    }

    @Test("A logout is answered with yes, to a registered service alone")
    func logout() throws {
        let root = XMLNode(
            Namespace.saml2p("LogoutRequest"),
            [
                ("ID", "_out"), ("Version", "2.0"), ("IssueInstant", Instant.write(GatewayFixture.now)),
                ("Destination", fixture.dialect.address), ("NotOnOrAfter", Instant.write(GatewayFixture.now + 300)),
            ],
            [
                XMLNode(Namespace.saml2("Issuer"), text: GatewayFixture.returnAddress),
                XMLNode(Namespace.saml2("NameID"), text: MockEurope.World.claveName),
            ])
        func answer(to credential: Credential) throws -> SealedMessage {
            let octets = try root.signed(by: credential.signer(.rsaSHA512), behind: 1).serialized()
            let message = try ReceivedMessage(
                post: Base64.encode(octets), relayState: "r", field: "logoutRequest")
            return try fixture.dialect.answerLogout(message, at: GatewayFixture.now)
        }
        let sealed = try answer(to: fixture.service)
        #expect(sealed.destination == GatewayFixture.returnAddress)
        #expect(sealed.fields.map(\.name) == ["logoutResponse", "RelayState"])
        let error = try #require(throws: Rejection.self) { try answer(to: fixture.gateway) }
        #expect(error.rule == .signatureKeyUnknown)
    }

    @Test("Each exclusion hides its method and no other", arguments: GatewayMethod.allCases)
    func exclusions(method: GatewayMethod) throws {
        let question = try fixture.ask(fixture.request(excluding: [method.exclusion]))
        #expect(question.excluded == [method])
        let login = try GatewayLogins().add(question, at: GatewayFixture.now)
        #expect(login.obstacle(to: method) == .excluded)
    }

    @Test("Only certificates reach level high")
    func high() throws {
        let question = try fixture.ask(fixture.request(excluding: [], loa: .high))
        let login = try GatewayLogins().add(question, at: GatewayFixture.now)
        let offered = GatewayMethod.allCases.filter { login.obstacle(to: $0) == nil }
        #expect(offered == [.certificate, .otherCountries])
    }
}

extension XMLNode {
    fileprivate func setting(_ name: XMLName, _ value: String?) -> XMLNode {
        var copy = self
        copy.attributes = attributes.filter { $0.name != name } + (value.map { [(name, $0)] } ?? [])
        return copy
    }

    fileprivate func replacing(_ local: String, _ change: (XMLNode) -> XMLNode) -> XMLNode {
        replacing(Namespace.saml2p(local), with: change)
    }

    fileprivate func replacing(_ local: String, level: String) -> XMLNode {
        replacing(local) { context in
            XMLNode(
                Namespace.saml2p(local), [("Comparison", context["Comparison"])],
                [XMLNode(Namespace.saml2("AuthnContextClassRef"), text: level)])
        }
    }

    fileprivate func removing(_ local: String) -> XMLNode {
        var copy = self
        copy.content = content.filter { part in
            if case .node(let node) = part { node.name != Namespace.saml2p(local) } else { true }
        }
        return copy
    }
}
