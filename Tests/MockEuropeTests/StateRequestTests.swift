// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import Testing
import XMLSecurity

@testable import MockEurope

@Suite("A mock state holds requests to Message Format 1.4")
struct StateRequestTests {
    typealias Spoiling = (rule: Rule, spoil: @Sendable (XMLNode) -> XMLNode)

    /// What one may break, and the rule that it breaks.
    static let spoilings: [Spoiling] = [
        (.requestForceAuthn, { $0.setting("ForceAuthn", "false") }),
        (.requestReplyAddress, { $0.setting("AssertionConsumerServiceURL", "http://localhost:1/elsewhere") }),
        (.messageDestination, { $0.setting("Destination", "http://localhost:1/fr/sso") }),
        (.messageIssueInstant, { $0.setting("IssueInstant", Instant.write(WorldTests.now - 3_600)) }),
        (.requestBinding, { $0.setting("ProtocolBinding", SAMLURI.post) }),
        (.messageIssuer, { $0.replacing(0, with: .issuer(EntityID("http://localhost:1/other"))) }),
        (.requestSector, { $0.replacing(1, with: extensions([.personIdentifier], sector: "public")) }),
        (.requestAttributes, { $0.replacing(1, with: extensions([.personIdentifier])) }),
        (.requestAttributes, { $0.replacing(1, with: extensions(minimum + [.legalName])) }),
    ]

    @Test("A request by the book is read")
    func good() throws {
        let request = try Self.receive { $0 }
        #expect(request.person == .natural)
        #expect(request.lowestLoA == .substantial)
    }

    @Test("One thing spoilt is one rule broken", arguments: spoilings.indices)
    func spoilt(index: Int) throws {
        let error = try #require(throws: Rejection.self) { try Self.receive(Self.spoilings[index].spoil) }
        #expect(error.rule == Self.spoilings[index].rule)
    }

    @Test("An unsigned request is refused")
    func unsigned() throws {
        let error = try #require(throws: Rejection.self) { try Self.receive(isSigned: false) { $0 } }
        #expect(error.rule == .signatureMissing)
    }

    // MARK: The request

    private static let minimum: [Datum] = [.personIdentifier, .familyName, .firstName, .dateOfBirth]
    private static let connectorName = EntityID("http://localhost:1/connector")

    private static func receive(isSigned: Bool = true, _ spoil: (XMLNode) -> XMLNode) throws -> AuthnRequest {
        let credential = try Credential.make(.ec(.p256), "Connector", at: WorldTests.now)
        let connector = try Self.connector(credential)
        let state = MockState(profile: .germany, base: "http://localhost:1/de", credential: credential)
        let root = spoil(request(to: state))
        let octets = isSigned ? try root.signed(by: credential.signer(), behind: 1).serialized() : root.serialized()
        let message = try ReceivedMessage(post: Base64.encode(octets), relayState: "r")
        return try state.receive(message, from: connector, at: WorldTests.now)
    }

    private static func request(to state: MockState) -> XMLNode {
        let level = XMLNode(
            Namespace.saml2("AuthnContextClassRef"), text: "http://eidas.europa.eu/LoA/substantial")
        return XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("ID", "_q"), ("Version", "2.0"), ("IssueInstant", Instant.write(WorldTests.now)),
                ("Destination", state.singleSignOnService), ("ForceAuthn", "true"), ("IsPassive", "false"),
                ("ProviderName", "Sede"),
            ],
            [
                .issuer(connectorName), extensions(minimum),
                XMLNode(Namespace.saml2p("RequestedAuthnContext"), [("Comparison", "minimum")], [level]),
            ])
    }

    private static func extensions(_ data: [Datum], sector: String? = nil) -> XMLNode {
        let attributes = data.map { datum in
            XMLNode(
                Namespace.eidas("RequestedAttribute"),
                [
                    ("FriendlyName", datum.rawValue), ("Name", datum.uri), ("NameFormat", SAMLURI.nameFormatURI),
                    ("isRequired", "true"),
                ])
        }
        return XMLNode(
            Namespace.saml2p("Extensions"), [],
            [
                sector.map { XMLNode(Namespace.eidas("SPType"), text: $0) },
                XMLNode(Namespace.eidas("RequestedAttributes"), [], attributes),
            ])
    }

    /// As the metadata of a Connector describes it, which says that it asks for the public sector.
    private static func connector(_ credential: Credential) throws -> Connector {
        let contact = OperatorDetails.Contact(company: "Oficina", email: "eidas@puente.example")
        let metadata = ConnectorMetadata(
            entityID: connectorName, country: .spain, assertionConsumerService: "http://localhost:1/acs",
            sector: .public,
            signing: [credential.certificate], encryption: [credential.certificate],
            details: OperatorDetails(
                name: "Oficina", displayName: "Oficina", url: "https://puente.example/", support: contact,
                technical: contact),
            applicationIdentifier: "Puente:test:1")
        let octets = try metadata.sealed(
            id: MessageID("_m"), validUntil: WorldTests.now + 3_600, by: credential.signer())
        let expected = MetadataExpectation(
            entityID: connectorName, country: .spain, role: .connector, pins: [credential.certificate])
        return try Connector(VerifiedEntity(octets, expecting: expected, confirmedBy: nil, at: WorldTests.now))
    }
}

extension XMLNode {
    fileprivate func setting(_ name: XMLName, _ value: String) -> XMLNode {
        var copy = self
        copy.attributes = attributes.filter { $0.name != name } + [(name, value)]
        return copy
    }

    fileprivate func replacing(_ index: Int, with child: XMLNode) -> XMLNode {
        var copy = self
        copy.content[index] = .node(child)
        return copy
    }
}
