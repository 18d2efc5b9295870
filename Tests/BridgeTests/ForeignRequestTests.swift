// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity
import YAMLText

/// The rows of the eIDAS dossier §6.2 that the core decides and answers with a page, each with its number. Rows that only
/// the shell can decide (P1-01, P1-04, P1-47) or that are decided when metadata is read (P1-13, P1-50) are tested there;
/// P1-36 and P1-44 cannot arise: a request names no country, and all bindings that are served are published.
@Suite("What is checked in the request of a Connector")
struct ForeignRequestTests {
    typealias Case = Spoil<ConnectorRequest>

    static let natural = "http://eidas.europa.eu/attributes/naturalperson/"
    static let legal = "http://eidas.europa.eu/attributes/legalperson/"

    static let transport: [Case] = [
        Case("P1-03: RelayState of 80 characters", nil) { $0.relayState = String(repeating: "x", count: 80) },
        Case("P1-03: RelayState too long", .relayStateTooLong) { $0.relayState = String(repeating: "x", count: 81) },
        Case("P1-03: RelayState too long in an address", .relayStateTooLong) {
            $0.binding = .redirect
            $0.relayState = String(repeating: "x", count: 81)
        },
        Case("P1-05: DOCTYPE", .xmlDocumentType) { $0.editsOctets = { Array("<!DOCTYPE x>".utf8) + $0 } },
        Case("P1-05: DOCTYPE in an address", .xmlDocumentType) {
            $0.binding = .redirect
            $0.editsOctets = { Array("<!DOCTYPE x>".utf8) + $0 }
        },
        Case(request: "P1-06: a Response", .messageType) { $0.name = Namespace.saml2p("Response") },
        Case(request: "P1-06: unknown attribute", .messageSchema) { $0.set("Foo", "x") },
        Case(request: "P1-06: unknown element", .messageSchema) {
            $0 = $0.appending(XMLNode(Namespace.saml2p("Foo")))
        },
        Case(request: "P1-06: elements out of order", .messageSchema) { $0.content.swapAt(1, 2) },
        Case(request: "P1-06: no Version", .messageSchema) { $0.set("Version", nil) },
        Case("P1-07: unsigned", .signatureMissing) { $0.isSigned = false },
        Case("P1-07: unsigned in an address", .signatureMissing) { ($0.binding, $0.isSigned) = (.redirect, false) },
        Case("P1-07: unsigned, as the Commission's node redirects", .signatureMissing) {
            ($0.binding, $0.isSigned) = (.nodeRedirect, false)
        },
        Case("P1-07: signed in the query and in the XML", .signatureRepeated) { request in
            let signed = try request.octets()
            request.binding = .redirect
            request.editsOctets = { _ in signed }
        },
        Case("P1-10: PKCS#1 v1.5", .signatureAlgorithm) { $0.recipe = SignatureRecipe(.country, .rsaSHA256) },
        Case("P1-10: PKCS#1 v1.5 in the query", .signatureAlgorithm) {
            $0.recipe = SignatureRecipe(.country, .rsaSHA256)
            $0.binding = .redirect
        },
        Case("P1-10: SHA-1", .signatureAlgorithm) {
            $0.recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")
            }
        },
        Case("P1-11: signed by a stranger", .signatureKeyUnknown) { $0.recipe = SignatureRecipe(.stranger) },
        Case("P1-11: signed by a stranger in the query", .signatureValue) {
            $0.recipe = SignatureRecipe(.stranger)
            $0.binding = .redirect
        },
        Case("P1-15: a stranger behind the Connector's certificate", .signatureValue) {
            $0.recipe = SignatureRecipe(.stranger)
            $0.recipe.shown = [try TestKey.country.certificate()]
        },
        Case("P1-15: changed after signing", .signatureDigest) {
            $0.editsOctets = { try $0.replacing("LoA/low", with: "LoA/high") }
        },
        Case("P1-15: the query changed after signing", .signatureValue) {
            $0.binding = .redirect
            $0.editsQuery = { $0.replacing("fr%2D4711", with: "fr%2D4712") }
        },
        Case("P1-15: RelayState taken out of the query", .signatureValue) {
            $0.binding = .redirect
            $0.editsQuery = { $0.replacing("&RelayState=fr%2D4711", with: "") }
        },
        Case("P1-15: another RelayState in an unsigned query", nil) {
            $0.binding = .nodeRedirect
            $0.editsQuery = { $0.replacing("fr%2D4711", with: "other") }
        },
    ]

    static let envelope: [Case] = [
        Case(request: "P1-08, P1-32: no Issuer", .peerUnknown) { try $0.remove("Issuer") },
        Case(request: "P1-08, P1-32: blank Issuer", .peerUnknown) { try $0.setText(of: "Issuer", " ") },
        Case(request: "P1-08: Issuer of a wrong format", .messageIssuer) {
            try $0.set("Format", of: "Issuer", SAMLURI.persistent)
        },
        Case(request: "P1-08: Issuer without format", nil) { try $0.set("Format", of: "Issuer", nil) },
        Case(request: "P1-08: blanks around Issuer", nil) {
            try $0.setText(of: "Issuer", "\n \(World.foreignConnector.rawValue) ")
        },
        Case(request: "P1-09: unknown Issuer", .peerUnknown) { try $0.setText(of: "Issuer", "https://x.example/") },
        Case(request: "P1-09: Issuer of other case", .peerUnknown) {
            try $0.setText(of: "Issuer", "https://NOEUD.example.fr/connector/metadata")
        },
        Case(request: "P1-16: no ID", .messageSchema) { $0.set("ID", nil) },
        Case(request: "P1-32: blank ID", .signatureReference) { $0.set("ID", " ") },
        Case(request: "P1-32: ID of an XPointer", .signatureReference) { $0.set("ID", "xpointer(/)") },
        Case(request: "P1-16: ID is no NCName", .messageIdentifier) { $0.set("ID", "1abc") },
        Case(request: "P1-16: Version 1.1", .messageVersion) { $0.set("Version", "1.1") },
        Case(request: "P1-16: no IssueInstant", .messageSchema) { $0.set("IssueInstant", nil) },
        Case(request: "P1-17: a minute old", nil) { $0.set("IssueInstant", "2026-03-02T09:14:30.120Z") },
        Case(request: "P1-17: older than a minute and the skew", .messageIssueInstant) {
            $0.set("IssueInstant", "2026-03-02T09:13:30.119Z")
        },
        Case(request: "P1-17: ahead, within the skew", nil) { $0.set("IssueInstant", "2026-03-02T09:16:30.120Z") },
        Case(request: "P1-17: ahead of the skew", .messageIssueInstant) {
            $0.set("IssueInstant", "2026-03-02T09:16:30.121Z")
        },
        Case(request: "P1-17: in another zone", .messageIssueInstant) {
            $0.set("IssueInstant", "2026-03-02T10:15:30+01:00")
        },
        Case(request: "P1-17: UTC as +00:00", nil) { $0.set("IssueInstant", "2026-03-02T09:15:30+00:00") },
        Case(request: "P1-18: Consent of no kind", .messageConsent) { $0.set("Consent", "urn:x") },
        Case(request: "P1-18: Consent obtained", nil) { $0.set("Consent", SAMLURI.consentObtained) },
        Case(request: "P1-18: no Consent", nil) { $0.set("Consent", nil) },
        Case(request: "P1-19: no ForceAuthn", .requestForceAuthn) { $0.set("ForceAuthn", nil) },
        Case(request: "P1-19: ForceAuthn false", .requestForceAuthn) { $0.set("ForceAuthn", "false") },
        Case(request: "P1-19: ForceAuthn as a number", nil) { $0.set("ForceAuthn", "1") },
        Case(request: "P1-19: ForceAuthn is no boolean", .messageSchema) { $0.set("ForceAuthn", "yes") },
        Case(request: "P1-20: IsPassive", .requestIsPassive) { $0.set("IsPassive", "true") },
        Case(request: "P1-20: no IsPassive", nil) { $0.set("IsPassive", nil) },
        Case(request: "P1-21: Artifact binding", .requestBinding) {
            $0.set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact")
        },
        Case(request: "P1-39: Redirect is said of a form", .requestBinding) {
            $0.set("ProtocolBinding", SAMLURI.redirect)
        },
        Case(request: "P1-39: POST is said of a form", nil) { $0.set("ProtocolBinding", SAMLURI.post) },
        Case("P1-39: POST is said of an address", nil) {
            $0.binding = .redirect
            $0.root.set("ProtocolBinding", SAMLURI.post)
        },
        Case("P1-39: Artifact is said of an address", .requestBinding) {
            $0.binding = .redirect
            $0.root.set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact")
        },
        Case("P1-39: Redirect is said of an address", nil) {
            $0.binding = .redirect
            $0.root.set("ProtocolBinding", SAMLURI.redirect)
        },
        Case("P1-39: Redirect is said of the Commission's redirect", nil) {
            $0.binding = .nodeRedirect
            $0.root.set("ProtocolBinding", SAMLURI.redirect)
        },
        Case(request: "P1-22: no Destination", .messageDestination) { $0.set("Destination", nil) },
        Case(request: "P1-42: our metadata as Destination", .messageDestination) {
            $0.set("Destination", World.proxyService.rawValue)
        },
        Case(request: "P1-42: Destination of other case", .messageDestination) {
            $0.set("Destination", World.singleSignOn.uppercased())
        },
        Case(request: "P1-48: Destination of 301 characters", .messageDestination) {
            $0.set("Destination", World.singleSignOn + "?" + String(repeating: "x", count: 300))
        },
        Case(request: "a Subject", .requestSubject) {
            $0 = $0.inserting(
                XMLNode(Namespace.saml2("Subject"), [], [XMLNode(Namespace.saml2("NameID"), text: "x")]), at: 2)
        },
        Case(request: "Conditions", .requestSubject) {
            $0 = $0.inserting(XMLNode(Namespace.saml2("Conditions")), at: 3)
        },
    ]

    static let content: [Case] = [
        Case(request: "P1-23: no Extensions", .requestExtensions) { try $0.remove("Extensions") },
        Case(request: "P1-23: no RequestedAttributes", .requestExtensions) { try $0.remove("RequestedAttributes") },
        Case(request: "P1-23: two RequestedAttributes", .messageSchema) { try $0.double("RequestedAttributes") },
        Case(request: "P1-23: foreign elements in Extensions", nil) {
            try $0.edit("Extensions") { $0 = $0.appending(XMLNode(Namespace("x", "urn:x")("y"))) }
        },
        Case(request: "P1-23: SAML in Extensions", .messageSchema) {
            try $0.edit("Extensions") { $0 = $0.appending(XMLNode(Namespace.saml2("Issuer"))) }
        },
        Case(request: "NodeCountry in the request, as before 1.1", nil) {
            try $0.edit("Extensions") { $0 = $0.appending(XMLNode(Namespace.eidas("NodeCountry"), text: "FR")) }
        },
        Case(request: "P1-24: no NameIDPolicy", nil) { try $0.remove("NameIDPolicy") },
        Case(request: "P1-24: NameIDPolicy without Format", nil) { try $0.set("Format", of: "NameIDPolicy", nil) },
        Case(request: "P1-24: NameID of no kind", .requestNameID) {
            try $0.set("Format", of: "NameIDPolicy", "urn:oasis:names:tc:SAML:2.0:nameid-format:nothing")
        },
        Case(request: "P1-24: NameID of nobody", .requestNameID) { try $0.set("Format", of: "NameIDPolicy", "urn:x") },
        Case(asked: "P1-26: no Name", .messageSchema) { $0.set("Name", nil) },
        Case(asked: "P1-26: no NameFormat", .requestAttributes) { $0.set("NameFormat", nil) },
        Case(asked: "P1-26: basic NameFormat", .requestAttributes) {
            $0.set("NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
        },
        Case(asked: "no FriendlyName", nil) { $0.set("FriendlyName", nil) },
        Case(asked: "lying FriendlyName", nil) { $0.set("FriendlyName", "DateOfBirth") },
        Case("P1-27: RequesterID of 1024 characters", nil) {
            $0.name(relyingParties: String(repeating: "ñ", count: 1024))
        },
        Case("P1-27: RequesterID too long", .requestRequesterID) {
            $0.name(relyingParties: String(repeating: "ñ", count: 1025))
        },
        Case("P1-28: an attribute of nobody", nil) { try $0.ask(for: "urn:x", "X") },
        Case("P1-28: an attribute of nobody that is required", nil) {
            try $0.ask(for: "urn:x", "X", isRequired: true)
        },
        Case("P1-28: an attribute of Cl@ve", nil) {
            try $0.ask(for: "http://es.minhafp.clave/SelectedIdP", "SelectedIdP")
        },
        Case("P1-29: a representative's attribute", .requestAttributes) {
            try $0.ask(for: natural + "representative/DateOfBirth", "RepresentativeDateOfBirth")
        },
        Case("P1-29: a legal representative's attribute", .requestAttributes) {
            try $0.ask(for: legal + "representative/LegalName", "RepresentativeLegalName")
        },
        Case(asked: "P1-30: a mandatory attribute as optional", .requestAttributes) { $0.set("isRequired", "false") },
        Case(asked: "P1-30: a mandatory attribute that is not said to be", .requestAttributes) {
            $0.set("isRequired", nil)
        },
        Case("P1-30: an optional attribute as required", .requestAttributes) {
            try $0.ask(for: natural + "Gender", "Gender", isRequired: true)
        },
        Case("an optional attribute", nil) { try $0.ask(for: natural + "Gender", "Gender") },
        Case("P1-31: a value hint", nil) { try $0.ask(for: natural + "Gender", "Gender", value: hint("Female")) },
        Case("P1-31: a value hint of another form", .requestAttributes) {
            try $0.ask(for: natural + "Gender", "Gender", value: hint("X"))
        },
        Case("an attribute twice", .requestAttributes) { try $0.root.double("RequestedAttribute") },
        Case("an attribute twice, once by its alias", .requestAttributes) { request in
            try request.ask(for: legal + "LegalPersonAddress", "LegalAddress")
            try request.ask(for: legal + "LegalAddress", "LegalAddress")
        },
        Case("P1-34: no return address", nil) { $0.root.set("AssertionConsumerServiceURL", nil) },
        Case(request: "P1-34: the default return address", nil) {
            $0.set("AssertionConsumerServiceURL", World.foreignAnswers)
        },
        Case(request: "P1-34: another published return address", nil) {
            $0.set("AssertionConsumerServiceURL", World.foreignAnswers + "/2")
        },
        Case(request: "P1-34: a return address of nobody", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceURL", "https://evil.example/")
        },
        Case(request: "P1-34: a return address of other case", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceURL", "https://NOEUD.example.fr/connector/acs")
        },
        Case(request: "P1-34: below a published return address", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceURL", World.foreignAnswers + "/3")
        },
        Case(request: "P1-34: a published index", nil) { $0.set("AssertionConsumerServiceIndex", "2") },
        Case(request: "P1-34: an index of nothing", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceIndex", "1")
        },
        Case(request: "P1-34: an index that is no number", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceIndex", "x")
        },
        Case(request: "P1-34: index and address that agree", nil) {
            $0.set("AssertionConsumerServiceIndex", "2")
            $0.set("AssertionConsumerServiceURL", World.foreignAnswers + "/2")
        },
        Case(request: "P1-34: index and address that do not", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceIndex", "2")
            $0.set("AssertionConsumerServiceURL", World.foreignAnswers)
        },
        Case("P1-41: natural and legal at once", .requestAttributes) {
            $0.root = ConnectorRequest(for: [.natural, .legal]).root
        },
        Case("P1-41: one attribute of the other kind", .requestAttributes) {
            try $0.ask(for: legal + "VATRegistrationNumber", "VATRegistrationNumber")
        },
        Case(request: "P1-45, P1-46: SPType twice", .requestSector) { try $0.double("SPType") },
        Case(request: "P1-46: SPType in neither place", .requestSector) { try $0.remove("SPType") },
        Case(request: "SPType of no kind", .requestSector) { try $0.setText(of: "SPType", "Public") },
        Case(request: "SPType private", nil) { try $0.setText(of: "SPType", "private") },
        Case(request: "P1-49: half a data set", .requestAttributes) { try $0.remove("RequestedAttribute") },
        Case(request: "no ProviderName", nil) { $0.set("ProviderName", nil) },
    ]

    static func hint(_ text: String) -> XMLNode { XMLNode(Namespace.eidas("AttributeValue"), text: text) }

    @Test("Transport and signature: one spoilt thing, one rule", arguments: transport)
    func checkTransport(spoil: Case) throws { try Self.judge(spoil) }

    @Test("The envelope: one spoilt thing, one rule", arguments: envelope)
    func checkEnvelope(spoil: Case) throws { try Self.judge(spoil) }

    @Test("What is asked: one spoilt thing, one rule", arguments: content)
    func checkContent(spoil: Case) throws { try Self.judge(spoil) }

    static func judge(_ spoil: Case) throws {
        var request = ConnectorRequest()
        try spoil.change(&request)
        let changed = request
        #expect(try brokenRule { _ = try World(.proxyService).receive(changed) } == spoil.rule)
    }

    static func rule(_ request: ConnectorRequest = ConnectorRequest(), _ change: (inout World) throws -> Void) throws
        -> Rule?
    {
        var world = try World(.proxyService)
        try change(&world)
        let changed = world
        return try brokenRule { _ = try changed.receive(request) }
    }

    @Test("P1-02: the field is there, is Base64 and within the limit")
    func field() throws {
        func rule(_ text: String) throws -> Rule? {
            try brokenRule { _ = try ReceivedMessage(post: text, relayState: nil) }
        }
        #expect(try rule("") == .base64 && rule("*") == .base64)
        #expect(try rule(String(repeating: "AAAA", count: 32_769)) == .parameterTooLarge)
        #expect(try brokenRule { _ = try ReceivedMessage(redirect: "RelayState=x") } == .parameterMissing)
        let large = "SAMLRequest=" + String(repeating: "AAAA", count: 32_769)
        #expect(try brokenRule { _ = try ReceivedMessage(redirect: large) } == .parameterTooLarge)
    }

    @Test(
        "An attribute of a sector may be asked for as required and as optional, but says which",
        arguments: [true, false, nil])
    func sectorAttribute(isRequired: Bool?) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "puente-sector-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }  // Left behind, it harms no other test.
        let uri = "http://example.eu/sector/Licence"
        let row = """
              - name: Licence
                uri: \(uri)
                person: natural
                type: eidas-natural:LicenceType
                rule: text
                example: "B"

            """
        let table = try String(contentsOfFile: Repository.path("mappings/eidas.yaml"), encoding: .utf8)
        try Data((table + row).utf8).write(to: file)
        let faults = Faults()
        let mapping = try #require(MappingTable.read(path: file.path, into: faults), "\(faults.sorted)")
        let world = try World(.proxyService)
        let plain = try world.route()
        let route = Route(
            .proxyService, node: plain.node, requesters: plain.requesters, countries: plain.countries,
            requesterDialect: EIDAS(mapping: mapping, saysSectorInRequest: false),
            responderDialect: plain.responderDialect, confirmedBy: nil)
        var request = ConnectorRequest()
        try request.root.edit("RequestedAttributes") {
            $0 = $0.appending(
                XMLNode(
                    Namespace.eidas("RequestedAttribute"),
                    [
                        ("FriendlyName", "Licence"), ("Name", uri), ("NameFormat", SAMLURI.nameFormatURI),
                        ("isRequired", isRequired.map { "\($0)" }),
                    ]))
        }
        let received = try request.received()
        var asked: [RequestedAttribute] = []
        let rule = try brokenRule { asked = try route.receiveRequest(received, at: world.now).request.attributes }
        #expect(rule == (isRequired == nil ? .requestAttributes : nil))
        #expect(asked.last?.isRequired == isRequired)
    }

    @Test("P1-09, P1-50, P1-51: a Connector that cannot be served is turned away for its own reason")
    func outOfOrder() throws {
        #expect(try Self.rule { $0.requester.validUntil = $0.now } == .metadataExpired)
        #expect(try Self.rule { $0.requester.validUntil = $0.now + 1 } == nil)
        #expect(try Self.rule { $0.requester.isEnabled = false } == .peerDisabled)
        let world = try World(.proxyService)
        for reason in [Rule.metadataUnavailable, .metadataKeys, .peerDisabled] {
            let full = try world.route()
            let route = Route(
                .proxyService, node: full.node, requesters: [:],
                outOfOrder: [World.foreignConnector: Rejection(reason)], countries: full.countries,
                requesterDialect: full.requesterDialect, responderDialect: full.responderDialect,
                confirmedBy: full.secondReader)
            let received = try ConnectorRequest().received()
            #expect(try brokenRule { _ = try route.receiveRequest(received, at: world.now) } == reason)
        }
    }

    @Test("P1-12, P1-14: the Connector's certificate is in its time, and its key is long enough")
    func certificates() throws {
        let now = try World().now
        let key = try TestKey.country.key()
        let ended = try key.certify(commonName: "x", usage: .signing, from: now - 100, until: now - 1)
        let early = try key.certify(commonName: "x", usage: .signing, from: now + 1, until: now + 100)
        for certificate in [ended, early] {
            #expect(
                try Self.rule { $0.requester.sender.signingCertificates = [certificate] } == .signatureKeyExpired)
        }
        var weak = ConnectorRequest()
        weak.recipe = SignatureRecipe(.rsa2048a)
        #expect(
            try Self.rule(weak) { $0.requester.sender.signingCertificates = [try TestKey.rsa2048a.certificate()] }
                == .signatureKeyWeak)
    }

    @Test(
        "P1-17: a request may be as old as the settings say, and the Connector's skew on top",
        arguments: [
            (60.0, 0.0, 61.0, Rule.messageIssueInstant), (60, 0, 59, nil), (10, 60, 69, nil), (10, 300, 309, nil),
            (10, 300, 311, .messageIssueInstant), (900, 0, 899, nil), (60, 0, -1, .messageIssueInstant),
            (60, 30, -29, nil),
            (60, 30, -31, .messageIssueInstant),
        ] as [(Double, Double, Double, Rule?)])
    func age(allowed: Double, skew: Double, age: Double, rule: Rule?) throws {
        let request = ConnectorRequest(at: Instant.write(try World().now - age))
        #expect(
            try Self.rule(request) {
                $0.node.answerer.requestAgeSeconds = allowed
                $0.requester.skewSeconds = skew
            } == rule)
    }

    @Test(
        "P1-33: versions must meet, or one side says none",
        arguments: [
            ([], nil), (["1.2"], nil), (["1.4.1"], nil), (["1.0", "1.4"], nil), (["1.1"], Rule.requestVersion),
            (["1.5"], .requestVersion), (["1.40"], .requestVersion), (["2.0", "3.0"], .requestVersion),
        ])
    func versions(published: [String], rule: Rule?) throws {
        #expect(try Self.rule { $0.requester.protocolVersions = published } == rule)
    }

    @Test(
        "P1-41: only peers up to 1.3 may ask for both at once",
        arguments: [
            (["1.2"], nil), (["1.3"], nil), (["1.2", "1.3"], nil), (["1.3", "1.4"], Rule.requestAttributes),
            (["1.3", "1.10"], .requestAttributes),
            (["1.4"], .requestAttributes), (["1.4.1"], .requestAttributes), ([], .requestAttributes),
        ])
    func bothSets(published: [String], rule: Rule?) throws {
        let request = ConnectorRequest(for: [.natural, .legal])
        #expect(try Self.rule(request) { $0.requester.protocolVersions = published } == rule)
        guard rule == nil else { return }
        // Each of them whole.
        var half = request
        try half.root.remove("RequestedAttribute")
        #expect(try Self.rule(half) { $0.requester.protocolVersions = published } == .requestAttributes)
    }

    @Test("P1-45, P1-46: the sector is said once, in metadata or in the request")
    func sectors() throws {
        var silent = ConnectorRequest()
        try silent.root.remove("SPType")
        #expect(try Self.rule { $0.requester.publishesSector = true } == .requestSector)
        #expect(try Self.rule(silent) { $0.requester.publishesSector = true } == nil)
        var world = try World(.proxyService)
        #expect(try world.receive().request.sector == .public)
        world.requester.publishesSector = true
        world.requester.sector = .private
        #expect(try world.receive(silent).request.sector == .private)
    }

    @Test("What a request says is understood")
    func understood() throws {
        var request = ConnectorRequest()
        request.ask("minimum", ["\n http://eidas.europa.eu/LoA/substantial "])
        try request.ask(for: Self.natural + "BirthName", "BirthName")
        request.name(relyingParties: "urn:lyon", "urn:other")
        let read = try World(.proxyService).receive(request).request
        #expect(read.id.rawValue == ConnectorRequest.id && read.requester == World.foreignConnector)
        #expect(read.serviceName == "Mairie de Lyon" && read.relyingParty == "urn:lyon")
        #expect(read.sector == .public && read.person == .natural && read.assurance == .minimum(.substantial))
        #expect(
            read.attributes == PersonKind.natural.minimumDataSet.map { RequestedAttribute($0, isRequired: true) }
                + [RequestedAttribute(AttributeName("BirthName"), isRequired: false)])
        #expect(read.reply.assertionConsumerService == World.foreignAnswers && read.reply.relayState == "fr-4711")
        #expect(read.reply.nameIDFormat == SAMLURI.persistent && read.reply.issuer == World.foreignConnector)
        #expect(read.issuedAt == (try World().now))
        var nameless = ConnectorRequest(for: [.legal])
        nameless.root.set("ProviderName", nil)
        nameless.root.set("AssertionConsumerServiceIndex", "2")
        let legal = try World(.proxyService).receive(nameless).request
        #expect(legal.serviceName == "Nœud de test" && legal.person == .legal)
        #expect(legal.reply.assertionConsumerService == World.foreignAnswers + "/2")
        nameless.root.set("ProviderName", String(repeating: "x", count: 200))
        #expect(try World(.proxyService).receive(nameless).request.serviceName.count == 128)
    }
}
