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
                    usual: "clave/acs", mapping: mapping, seal: Seal(signer: try gateway.signer(.rsaSHA512)))
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
            openingWith: [DecryptionKey(key: service.key, certificate: service.certificate)], at: Self.now
        ).message
    }
}

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
        #expect(opened.response.contents.count == 1)
    }

    private static func values(of assertion: Assertion) -> [String: String] {
        Dictionary(
            (assertion.attributeStatements.first ?? []).map { ($0.friendlyName ?? "", $0.values.first?.text ?? "") }
        ) { first, _ in first }
    }
}

@Suite("Logins at the mock gateway")
struct GatewayLoginTests {
    private static func login(loa: LoA = .substantial) throws -> GatewayLogin {
        let fixture = try GatewayFixture.shared.get()
        return try GatewayLogins().add(fixture.ask(fixture.request(loa: loa)), at: GatewayFixture.now)
    }

    /// How each test certificate ends where level substantial is asked.
    static let ends: [(certificate: String, message: String?)] = [
        ("dnie-begona", nil), ("software-juan", nil), ("empleada-itziar", nil), ("empresa-begona", nil),
        ("comunidad-juan", nil), ("sello-ayuntamiento", "Type of certificate not allowed (8)"),
        ("caducado-juan", "El certificado está caducado"), ("revocado-itziar", "El certificado se encuentra revocado"),
    ]

    @Test("A certificate identifies, or says why it does not", arguments: ends.indices)
    func certificates(index: Int) throws {
        let (id, message) = Self.ends[index]
        var login = try Self.login()
        login.identify(by: try GatewayFixture.shared.get().authority[id])
        switch login.stage {
        case .identified(let identification): #expect(message == nil && identification.certificate?.profile.id == id)
        case .failed(let failure): #expect(message.map { failure.message.contains($0) } ?? false)
        case .choosing: Issue.record("nothing happened")
        }
    }

    @Test("A level below the one asked is a failure that names both")
    func tooLow() throws {
        var login = try Self.login(loa: .high)
        login.identify(by: try GatewayFixture.shared.get().authority["software-juan"])
        guard case .failed(let failure) = login.stage else {
            Issue.record("identified")
            return
        }
        #expect(
            failure.message
                == "003002 - [IdP @firma] The selected credential's LoA (substantial) is lower than requested LoA (high)"
        )
    }

    @Test("Test certificates lead to their authority, and their files open", arguments: TestCertificate.Profile.all)
    func files(profile: TestCertificate.Profile) throws {
        let authority = try GatewayFixture.shared.get().authority
        let certificate = try #require(authority[profile.id])
        let anchor = authority.credential.certificate
        let isGood = certificate.credential.certificate.chains(to: [anchor], through: [], at: GatewayFixture.now)
        #expect(isGood == (profile.state != .expired))
        #expect(authority.find(certificate.credential.certificate)?.profile == profile)
        let entry = try KeyStore(pkcs12: certificate.pkcs12(authority), passphrase: TestAuthority.passphrase).entry()
        #expect(entry.name == profile.commonName)
        #expect(entry.chain == [certificate.credential.certificate, anchor])
    }

    @Test("A gateway by itself keeps its keys for the next time")
    func keys() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }  // In a temporary folder it may stay.
        let mapping = try GatewayFixture.shared.get().dialect.clave.mapping
        var signers: [Certificate] = []
        let gateways = try (1...2).map { _ in
            try MockGateway.alone(in: folder, port: 8083, mapping: mapping, at: GatewayFixture.now) { signer in
                signers.append(signer.certificate)
                return []
            }
        }
        #expect(signers.count == 2 && signers[0] == signers[1])
        let shown = gateways.map { gateway in
            gateway.authority.certificates.filter { $0.profile.state != .expired }.map(\.credential.certificate)
        }
        #expect(shown[0] == shown[1])
        #expect(gateways[0].address == "http://localhost:8083/Proxy2/ServiceProvider")
        #expect(gateways[0].certificateAddress == "https://localhost:8084")
    }

    @Test("People are found however they type their number", arguments: ["00000000T", " 00000000-t ", "00.000.000 t"])
    func typing(text: String) { #expect(Resident.find(text) == .begona) }
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
