// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import Testing
import XMLSecurity
import YAMLText

@testable import MockEurope

/// A mock gateway with one registered service, and that service's side of it.
struct GatewayFixture: Sendable {
    static let now = WorldTests.now
    static let returnAddress = "http://localhost:1/clave/acs"

    let dialect: GatewayDialect
    let service: Credential
    let gateway: Credential
    let authority: TestAuthority

    /// Made once: RSA keys take their time.
    static let shared = Result { try GatewayFixture() }

    private init() throws {
        service = try Credential.make(.rsa(bits: 2048), "Service", at: Self.now)
        gateway = try Credential.make(.rsa(bits: 2048), "Gateway", at: Self.now)
        authority = try TestAuthority.make(at: Self.now)
        let stranger = try Credential.make(.rsa(bits: 2048), "Stranger", at: Self.now)
        let faults = Faults()
        let path = WorldTests.repository.appending(path: "mappings/clave2.yaml").path
        let mapping = try #require(MappingTable.read(path: path, into: faults))
        dialect = GatewayDialect(
            mapping: mapping, origin: "http://localhost:2",
            services: [
                .registered(
                    MockEurope.World.claveName, "Service", service.certificate, answers: "http://localhost:1/",
                    usual: "clave/acs", mapping: mapping,
                    seal: Seal(signer: try gateway.signer(.rsaSHA512), protection: .inClear))
            ], otherSigner: try stranger.signer(.rsaSHA512))
    }

    // MARK: The service asks

    /// As kit 3.0.0 asks (Cl@ve dossier §9.1).
    func request(excluding excluded: [Clave2.Exclusion] = [.otherCountries], loa: LoA = .substantial) -> XMLNode {
        let level = XMLNode(
            Namespace.saml2("AuthnContextClassRef"), text: "http://eidas.europa.eu/LoA/" + loa.rawValue)
        let echo = XMLNode(
            Namespace.eidas("AttributeValue"), [(Namespace.xsi("type"), "eidas-natural:PersonIdentifierType")],
            mentioning: [Datum.natural], text: "q7Xb2LtM")
        return XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("AssertionConsumerServiceURL", Self.returnAddress), ("Consent", SAMLURI.consentUnspecified),
                ("Destination", dialect.address), ("ForceAuthn", "true"), ("ID", "_question"), ("IsPassive", "false"),
                ("IssueInstant", Instant.write(Self.now)), ("ProviderName", MockEurope.World.claveName + ";Puente"),
                ("Version", "2.0"),
            ],
            [
                XMLNode(
                    Namespace.saml2p("Extensions"), [],
                    [
                        XMLNode(
                            Namespace.eidas("RequestedAttributes"), [],
                            excluded.map { attribute($0.rawValue) }
                                + [attribute("http://es.minhafp.clave/RelayState", [echo])])
                    ]),
                XMLNode(Namespace.saml2p("NameIDPolicy"), [("AllowCreate", "true"), ("Format", SAMLURI.persistent)]),
                XMLNode(Namespace.saml2p("RequestedAuthnContext"), [("Comparison", "minimum")], [level]),
            ])
    }

    private func attribute(_ name: String, _ values: [XMLNode] = []) -> XMLNode {
        XMLNode(
            Namespace.eidas("RequestedAttribute"),
            [
                ("FriendlyName", String(name.split(separator: "/").last ?? "")), ("Name", name),
                ("NameFormat", SAMLURI.nameFormatURI), ("isRequired", "false"),
            ], values)
    }

    func ask(
        _ root: XMLNode, relayState: String? = "state", as credential: Credential? = nil
    ) throws -> GatewayDialect.Question {
        let signer = try (credential ?? service).signer(.rsaSHA512)
        let octets = try root.signed(by: signer, behind: 0).serialized()
        return try dialect.receive(
            ReceivedMessage(post: Base64.encode(octets), relayState: relayState), at: Self.now)
    }

    // MARK: The service reads the answer

    func read(_ form: PostForm) throws -> OpenedResponse {
        let fields = Dictionary(form.fields.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(form.target == Self.returnAddress)
        #expect(fields["RelayState"] == "state")
        let received = try ReceivedMessage(
            post: fields["SAMLResponse"] ?? "", relayState: fields["RelayState"], field: "SAMLResponse")
        let expected = ResponseExpectation(
            issuers: [dialect.issuer], inResponseTo: MessageID("_question"),
            assertionConsumerService: Self.returnAddress, audience: EntityID(Self.returnAddress), skewSeconds: 0,
            demands: .eidas.subtracting(.encryption))
        return try ParsedMessage(received).verifyResponse(
            from: Sender(signingCertificates: [gateway.certificate], signatures: .clave),
            encryption: EncryptionPolicy(allowsOldKeyTransport: true), expecting: expected,
            openingWith: [DecryptionKey(key: service.key, certificate: service.certificate)], confirmedBy: nil,
            at: Self.now
        ).message
    }
}
