// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("What is checked in the request of a service")
struct RequestCheckTests {
    typealias Case = Spoil<ServiceRequest>

    /// The verdicts of the official engine's gateway half (Cl@ve dossier §2.10, §11), and our own beyond it.
    static let cases: [Case] = [
        Case("no RelayState", .parameterMissing) { $0.relayState = nil },
        Case("empty RelayState", .parameterMissing) { $0.relayState = "" },
        Case("RelayState too long", .relayStateTooLong) { $0.relayState = String(repeating: "x", count: 81) },
        Case("RelayState with markup", nil) { $0.relayState = "\"><script>" },
        Case(request: "no Destination", .messageDestination) { $0.set("Destination", nil) },
        Case(request: "another Destination", .messageDestination) {
            $0.set("Destination", "https://pasarela.example.es/Proxy2/ServiceProvider")
        },
        Case(request: "IsPassive", .requestIsPassive) { $0.set("IsPassive", "true") },
        Case(request: "IsPassive as a number", .requestIsPassive) { $0.set("IsPassive", "1") },
        Case(request: "no IsPassive", nil) { $0.set("IsPassive", nil) },
        Case(request: "Consent obtained", .messageConsent) { $0.set("Consent", SAMLURI.consentObtained) },
        Case(request: "Consent of no kind", .messageConsent) { $0.set("Consent", "urn:x") },
        Case(request: "no Consent", nil) { $0.set("Consent", nil) },
        Case(request: "Comparison exact", .requestLoA) { $0.setComparison("exact") },
        Case(request: "Comparison better", .requestLoA) { $0.setComparison("better") },
        Case(request: "no Comparison", nil) { $0.setComparison(nil) },
        Case(request: "unknown LoA", .requestLoA) {
            try $0.setText(of: "AuthnContextClassRef", "http://www.stork.gov.eu/1.0/citizenQAALevel/3")
        },
        Case(request: "LoA not notified", .requestLoA) {
            try $0.setText(of: "AuthnContextClassRef", "http://eidas.europa.eu/NotNotified/LoA/low")
        },
        Case(request: "two LoAs", .requestLoA) { try $0.double("AuthnContextClassRef") },
        Case(request: "no LoA", nil) { try $0.remove("RequestedAuthnContext") },
        Case(request: "a context without LoA", nil) { try $0.remove("AuthnContextClassRef") },
        Case(request: "no NameIDPolicy", .requestNameID) { try $0.remove("NameIDPolicy") },
        Case(request: "NameID emailAddress", .requestNameID) {
            try $0.set("Format", of: "NameIDPolicy", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
        },
        Case(request: "NameID transient", nil) { try $0.set("Format", of: "NameIDPolicy", SAMLURI.transient) },
        Case(request: "NameIDPolicy without Format", nil) { try $0.set("Format", of: "NameIDPolicy", nil) },
        Case(request: "no Extensions", .requestExtensions) { try $0.remove("Extensions") },
        Case(request: "empty RequestedAttributes", nil) { try $0.edit("RequestedAttributes") { $0.content = [] } },
        Case(request: "no RequestedAttributes", nil) { try $0.remove("RequestedAttributes") },
        Case(request: "two RequestedAttributes", .messageSchema) { try $0.double("RequestedAttributes") },
        Case(request: "no return address", nil) { $0.set("AssertionConsumerServiceURL", nil) },
        Case(request: "another return address", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceURL", "https://evil.example/")
        },
        Case(request: "return address below the registered one", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceURL", ServiceRequest.returnAddress + "/x")
        },
        Case(request: "javascript as return address", .requestReplyAddress) {
            $0.set("AssertionConsumerServiceURL", "javascript:alert(1)")
        },
        Case(request: "no ProviderName", .peerUnknown) { $0.set("ProviderName", nil) },
        Case(request: "unknown ProviderName", .peerUnknown) { $0.set("ProviderName", "Q0000000X_E00000000") },
        Case(request: "ProviderName of other case", .peerUnknown) {
            $0.set("ProviderName", ServiceRequest.name.lowercased())
        },
        Case(request: "ProviderName with a blank", .peerUnknown) { $0.set("ProviderName", " " + ServiceRequest.name) },
        Case(request: "ProviderName with a look-alike", .peerUnknown) {
            $0.set("ProviderName", "Х" + ServiceRequest.name.dropFirst())
        },
        Case(request: "ProviderName with several applications", nil) {
            $0.set("ProviderName", ServiceRequest.name + ";a;b")
        },
        Case(request: "Artifact binding", .requestBinding) {
            $0.set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact")
        },
        Case(request: "Redirect binding", .requestBinding) { $0.set("ProtocolBinding", SAMLURI.redirect) },
        Case(request: "POST binding", nil) { $0.set("ProtocolBinding", SAMLURI.post) },
        Case(request: "Version 1.1", .messageVersion) { $0.set("Version", "1.1") },
        Case(request: "no ID", .messageSchema) { $0.set("ID", nil) },
        Case(request: "ID that begins with a digit", .messageIdentifier) { $0.set("ID", "1abc") },
        Case(request: "old IssueInstant", .messageIssueInstant) { $0.set("IssueInstant", "2026-03-02T09:09:29Z") },
        Case(request: "IssueInstant four minutes ago", nil) { $0.set("IssueInstant", "2026-03-02T09:11:31Z") },
        Case(request: "IssueInstant ahead", .messageIssueInstant) { $0.set("IssueInstant", "2026-03-02T09:16:31Z") },
        Case(request: "local IssueInstant", .messageIssueInstant) { $0.set("IssueInstant", "2026-03-02T09:15:30") },
        Case(request: "no ForceAuthn", nil) { $0.set("ForceAuthn", nil) },
        Case(request: "ForceAuthn false", nil) { $0.set("ForceAuthn", "false") },
        Case(request: "a Subject", .requestSubject) {
            $0 = $0.inserting(
                XMLNode(Namespace.saml2("Subject"), [], [XMLNode(Namespace.saml2("NameID"), text: "x")]), at: 1)
        },
        Case(request: "Conditions", .requestSubject) {
            $0 = $0.inserting(XMLNode(Namespace.saml2("Conditions")), at: 2)
        },
        Case(request: "unknown attribute of the message", .messageSchema) { $0.set("Foo", "x") },
        Case(request: "unknown element", .messageSchema) { $0 = $0.appending(XMLNode(Namespace.saml2p("Foo"))) },
        Case(request: "elements out of order", .messageSchema) { $0.content.swapAt(0, 1) },
        Case(request: "another sector", .requestSector) { $0.addSectors("private") },
        Case(request: "the sector twice", .requestSector) { $0.addSectors("public", "public") },
        Case(request: "the sector", nil) { $0.addSectors("public") },
        Case(request: "foreign elements in Extensions", nil) {
            try $0.edit("Extensions") { $0 = $0.appending(XMLNode(Namespace("x", "urn:x")("y"))) }
        },
        Case(request: "SAML within Extensions", .messageSchema) {
            try $0.edit("Extensions") {
                $0 = $0.appending(XMLNode(Namespace("x", "urn:x")("y"), [], [XMLNode(Namespace.saml2("Issuer"))]))
            }
        },
        Case("other countries excluded", .requestMethodExcluded) {
            try $0.ask(for: "http://es.minhafp.clave/EIDASIdP", "EIDASIdP")
        },
        Case("a method excluded with a value", nil) { request in
            try request.root.edit("RequestedAttributes") {
                let value = XMLNode(Namespace.eidas("AttributeValue"), text: "off")
                $0 = $0.appending(ServiceRequest.requested("http://es.minhafp.clave/AEATIdP", "AEATIdP", false, value))
            }
        },
        Case("a required attribute of nobody", .requestAttributes) { try $0.ask(for: "urn:x", "X", isRequired: true) },
        Case("an optional attribute of nobody", nil) { try $0.ask(for: "urn:x", "X") },
        Case("an attribute beyond the registration", .requestAttributes) {
            try $0.ask(for: "http://eidas.europa.eu/attributes/naturalperson/Gender", "Gender")
        },
        Case("an attribute of the registration", nil) {
            try $0.ask(for: "http://eidas.europa.eu/attributes/naturalperson/BirthName", "BirthName")
        },
        Case("a representative's attribute", .requestAttributes) {
            try $0.ask(
                for: "http://eidas.europa.eu/attributes/naturalperson/representative/DateOfBirth",
                "RepresentativeDateOfBirth")
        },
        Case("SelectedIdP asked for", nil) { try $0.ask(for: "http://es.minhafp.clave/SelectedIdP", "SelectedIdP") },
        Case("unsigned", .signatureMissing) { $0.isSigned = false },
        Case("signed by a stranger", .signatureKeyUnknown) { $0.recipe = SignatureRecipe(.rsa2048b, .rsaSHA512) },
        Case("signed in another's name", .signatureValue) {
            $0.recipe = SignatureRecipe(.rsa2048b, .rsaSHA512)
            $0.recipe.shown = [try TestKey.service.certificate()]
        },
        Case("SHA-1", .signatureAlgorithm) {
            $0.recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
            }
        },
        Case("RIPEMD-160", .signatureAlgorithm) {
            $0.recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160")
            }
        },
        Case("HMAC over the certificate", .signatureAlgorithm) {
            $0.recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512")
            }
        },
        Case("changed after signing", .signatureDigest) {
            $0.editsOctets = { try $0.replacing("LoA/low", with: "LoA/high") }
        },
        Case("comment in the ProviderName's place", nil) {
            $0.editsOctets = { try $0.replacing("</saml2p:Extensions>", with: "</saml2p:Extensions><!-- x -->") }
        },
        Case("comment in a value", .xmlCommentInText) {
            $0.editsOctets = { try $0.replacing("LoA/low", with: "LoA/<!-- -->low") }
        },
    ]

    @Test("One spoilt thing, one rule", arguments: cases)
    func check(spoil: Case) throws {
        var request = ServiceRequest()
        try spoil.change(&request)
        let changed = request
        #expect(try brokenRule { _ = try World().receive(changed) } == spoil.rule)
    }

    @Test("Every algorithm of the kits is accepted, with each kind of key", arguments: SignatureAlgorithm.allCases)
    func algorithms(algorithm: SignatureAlgorithm) throws {
        let key: TestKey = algorithm.scheme == .ecdsa ? .p256a : .service
        var world = try World()
        world.requester.sender.signingCertificates = [try TestKey.rsa2048b.certificate(), try key.certificate()]
        var request = ServiceRequest()
        request.recipe = SignatureRecipe(key, algorithm)
        _ = try world.receive(request)
    }

    @Test("What a request says is understood")
    func understood() throws {
        let request = try World().receive(ServiceRequest(.complete)).request
        #expect(request.id.rawValue == ServiceRequest.id && request.requester.rawValue == ServiceRequest.name)
        #expect(request.serviceName == "Sede de pruebas" && request.sector == .public && request.person == .natural)
        #expect(request.assurance == .minimum(.low))
        #expect(
            request.attributes == PersonKind.natural.minimumDataSet.map { RequestedAttribute($0, isRequired: true) })
        #expect(request.reply.assertionConsumerService == ServiceRequest.returnAddress)
        #expect(request.reply.relayState == "a8Tk20Zq" && request.reply.echoed == [.relayState: "q7Xb2LtM"])
        #expect(request.reply.nameIDFormat == SAMLURI.unspecified && request.reply.issuer == nil)
        #expect(
            try World().receive(ServiceRequest(.php)).request.reply.issuer?.rawValue
                == "https://servicio.example.es/metadata")
    }

    @Test("A service never asks for less than it is registered with", arguments: LoA.allCases, LoA.allCases)
    func lowest(registered: LoA, asked: LoA) throws {
        var world = try World()
        world.requester.lowestLoA = registered
        var request = ServiceRequest()
        try request.setLoA(asked.uri)
        #expect(try world.receive(request).request.assurance == .minimum(max(registered, asked)))
    }

    @Test("Attributes that are asked beyond the data set are optional")
    func optional() throws {
        var request = ServiceRequest()
        try request.ask(for: "http://eidas.europa.eu/attributes/naturalperson/BirthName", "BirthName", isRequired: true)
        #expect(
            try World().receive(request).request.attributes.last
                == RequestedAttribute(AttributeName("BirthName"), isRequired: false))
    }

    @Test("Whom a service asks for follows from what it asks, within its registration")
    func persons() throws {
        var world = try World()
        world.requester.persons = [.natural, .legal]
        world.requester.attributes.formUnion(PersonKind.legal.minimumDataSet)
        #expect(try world.receive(ServiceRequest()).request.person == .natural)
        var request = ServiceRequest()
        try request.ask(for: "http://eidas.europa.eu/attributes/legalperson/LegalName", "LegalName")
        #expect(try world.receive(request).request.person == .legal)
        world.requester.persons = [.legal]
        let legal = try world.receive(ServiceRequest(.complete)).request
        #expect(legal.person == .legal && legal.attributes.map(\.name) == PersonKind.legal.minimumDataSet)
    }

    @Test("A service that is switched off, and one that is gone")
    func disabled() throws {
        var world = try World()
        world.requester.isEnabled = false
        let off = world
        #expect(try brokenRule { _ = try off.receive() } == .peerDisabled)
        world.requester.name = EntityID("other")
        let gone = world
        #expect(try brokenRule { _ = try gone.receive() } == .peerUnknown)
    }

    @Test(
        "Whoever is switched off gets nothing more, however far a login has come",
        arguments: Exchange.Direction.allCases)
    func disabledMeanwhile(direction: Exchange.Direction) throws {
        var world = try World(direction)
        let (_, exchange, question) = try world.ask()
        let outcome = try world.accept(try world.answer(to: question), to: question, in: exchange)
        world.requester.isEnabled = false
        let (off, now) = (try world.route(), world.now)
        #expect(
            try brokenRule {
                _ = try off.sendRequest(exchange, to: world.responder.country, relayState: "x", at: now)
            } == .peerDisabled)
        #expect(try brokenRule { _ = try off.sendResponse(outcome, in: exchange, at: now) } == .peerDisabled)
    }

    @Test("An expired certificate of a service is refused")
    func expired() throws {
        var world = try World()
        world.requester.sender.signingCertificates = [
            try TestKey.service.key().certify(
                commonName: "x", usage: .signing, from: world.now - 100, until: world.now - 1)
        ]
        let changed = world
        #expect(try brokenRule { _ = try changed.receive() } == .signatureKeyExpired)
    }

    @Test("A registered prefix admits what lies below it")
    func prefix() throws {
        var world = try World()
        world.requester.returnAddresses = [
            ReturnAddress("https://servicio.example.es/a/*"), ReturnAddress("https://servicio.example.es/b"),
        ]
        func address(_ text: String?) throws -> String? {
            var request = ServiceRequest()
            request.root.set("AssertionConsumerServiceURL", text)
            return try? world.receive(request).request.reply.assertionConsumerService
        }
        #expect(try address("https://servicio.example.es/a/b?c=d") == "https://servicio.example.es/a/b?c=d")
        #expect(try address(nil) == "https://servicio.example.es/b")
        #expect(try address("https://servicio.example.es/a/../../evil") == nil)
    }
}

extension XMLNode {
    fileprivate mutating func setComparison(_ value: String?) {
        try? set("Comparison", of: "RequestedAuthnContext", value)
    }

    fileprivate mutating func addSectors(_ sectors: String...) {
        try? edit("Extensions") { extensions in
            for sector in sectors {
                extensions = extensions.inserting(XMLNode(Namespace.eidas("SPType"), text: sector), at: 0)
            }
        }
    }
}
