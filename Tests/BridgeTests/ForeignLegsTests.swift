// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("The four legs of the Proxy-Service direction")
struct ForeignLegsTests {
    static let natural: [String: [String]] = [
        "PersonIdentifier": ["ES/FR/00000000T"], "FamilyName": ["EJEMPLO PRUEBA"], "FirstName": ["ANA"],
        "DateOfBirth": ["1970-05-01"],
    ]

    @Test("A citizen reaches the service abroad, by every binding", arguments: ConnectorRequest.Binding.allCases)
    func citizen(binding: ConnectorRequest.Binding) throws {
        var request = ConnectorRequest()
        request.binding = binding
        let answer = try World(.proxyService).login(request: request)
        #expect(answer.statusCodes == [SAMLURI.success] && answer.statusMessage == SAMLURI.success)
        #expect(answer.loa == "http://eidas.europa.eu/LoA/substantial")
        #expect(answer.attributes == Self.natural)
        #expect(answer.nameID?.text == "ES/FR/00000000T" && answer.nameID?["Format"] == SAMLURI.persistent)
        #expect(answer.document.fields["RelayState"] == "fr-4711")
        let root = answer.document.root
        #expect(root["InResponseTo"] == ConnectorRequest.id && root["Destination"] == World.foreignAnswers)
        #expect(root.only(Namespace.saml2("Assertion")) == nil)
        let audience = answer.assertion?.descendants.filter { $0.local == "Audience" }.map(\.text)
        #expect(audience == [World.foreignConnector.rawValue])
    }

    @Test("Without RelayState there is none in the answer")
    func noRelayState() throws {
        var request = ConnectorRequest()
        request.relayState = nil
        #expect(try World(.proxyService).login(request: request).document.fields["RelayState"] == nil)
    }

    @Test(
        "A company reaches the service abroad, with whoever acts for it, by both classes of representatives",
        arguments: ["11", "12"])
    func company(classification: String) throws {
        let person = TestPerson.atHome(certificate: [
            "clasificacion": classification, "NIF-CIF": "B00000000", "razonSocial": "EMPRESA FICTICIA SL",
        ])
        let answer = try World(.proxyService).login(person, request: ConnectorRequest(for: [.legal]))
        #expect(answer.statusCodes == [SAMLURI.success])
        #expect(
            answer.attributes == [
                "LegalPersonIdentifier": ["ES/FR/B00000000"], "LegalName": ["EMPRESA FICTICIA SL"],
                "RepresentativePersonIdentifier": ["ES/FR/00000000T"], "RepresentativeFirstName": ["ANA"],
                "RepresentativeFamilyName": ["EJEMPLO PRUEBA"], "RepresentativeDateOfBirth": ["1970-05-01"],
            ])
        #expect(answer.nameID?.text == "ES/FR/B00000000")
    }

    @Test("Peers up to 1.3 may ask for both at once, and get both side by side", arguments: ["1.2", "1.3"])
    func sideBySide(version: String) throws {
        var world = try World(.proxyService)
        world.requester.protocolVersions = [version]
        var request = ConnectorRequest(for: [.legal, .natural])
        try request.ask(for: "http://eidas.europa.eu/attributes/naturalperson/Gender", "Gender")
        let answer = try world.login(.representative, request: request)
        let company = ["LegalPersonIdentifier": ["ES/FR/B00000000"], "LegalName": ["EMPRESA FICTICIA SL"]]
        let both = company.merging(Self.natural) { first, _ in first }
        #expect(answer.attributes == both.merging(["Gender": ["Female"]]) { first, _ in first })
        let declining = try world.login(.representative, request: request, without: [AttributeName("Gender")])
        #expect(declining.attributes == both)
        // Somebody who acts for nobody is no company.
        #expect(try world.login(request: request).statusCodes == [SAMLURI.responder, SAMLURI.authnFailed])
    }

    @Test(
        "An answer is encrypted for the key that the Connector publishes, RSA or of a curve, and for nobody else",
        arguments: [TestKey.rsa3072a, .rsa4096] + TestKey.curves, [ContentCipher.aes128GCM, .aes256GCM])
    func encrypted(key: TestKey, cipher: ContentCipher) throws {
        var world = try World(.proxyService)
        try world.encrypt(for: key, cipher: cipher)
        let answer = try world.login()
        #expect(answer.attributes == Self.natural)
        let methods = answer.document.root.descendants.compactMap {
            $0.local.hasSuffix("Method") ? $0["Algorithm"] : nil
        }
        let isCurve = TestKey.curves.contains(key)
        #expect(methods.contains(isCurve ? AlgorithmURI.ecdhES : AlgorithmURI.rsaOAEP))
        #expect(!methods.contains(isCurve ? AlgorithmURI.rsaOAEP : AlgorithmURI.ecdhES))
        #expect(methods.contains(cipher.uri))
        world.requesterKey = key == .rsa3072a ? .rsa4096 : .rsa3072a
        let other = world
        #expect(throws: XMLFault.self) { try other.login() }
    }

    @Test("A Connector signs with any key that its metadata shows", arguments: [TestKey.rsa3072e] + TestKey.curves)
    func connectorKeys(key: TestKey) throws {
        var world = try World(.proxyService)
        world.requester.sender.signingCertificates = [try TestKey.country.certificate(), try key.certificate()]
        for binding in ConnectorRequest.Binding.allCases {
            var request = ConnectorRequest()
            request.recipe = SignatureRecipe(key)
            request.binding = binding
            #expect(try world.login(request: request).statusCodes == [SAMLURI.success])
        }
    }

    @Test(
        "Every version of the specification that we publish is served",
        arguments: [["1.2"], ["1.3"], ["1.4"], ["1.4.1"], []])
    func versions(published: [String]) throws {
        var world = try World(.proxyService)
        world.requester.protocolVersions = published
        #expect(try world.login().attributes == Self.natural)
    }

    @Test("The question to the gateway is signed as kits sign, without Issuer, and brings its RelayState twice")
    func question() throws {
        let (sent, exchange, question) = try World(.proxyService).ask()
        let document = try SentDocument(sent)
        _ = try document.root.verifySignature(
            trusting: [TestKey.service.certificate()], policy: .clave, confirmedBy: nil)
        #expect(
            document.root.children.map(\.local)
                == ["Signature", "Extensions", "NameIDPolicy", "RequestedAuthnContext"])
        let all = document.root.descendants
        #expect(
            all.first { $0.local == "SignatureMethod" }?["Algorithm"]
                == "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512")
        #expect(all.first { $0.local == "InclusiveNamespaces" }?["PrefixList"] == "eidas-natural")
        #expect(document.root["ID"] == question.id.rawValue && document.root["ForceAuthn"] == "true")
        #expect(document.root["ProviderName"] == "S0000000J_E00000000;Puente")
        #expect(document.root["Destination"] == World.nationalGateway.rawValue)
        #expect(document.fields["RelayState"] == question.relayState)
        #expect(all.first { $0.local == "AttributeValue" }?.text == question.relayState)
        #expect(exchange.question == question && exchange.direction == .proxyService)
    }

    @Test("The certificate is the only method that goes out where only notified schemes will do")
    func exclusions() throws {
        func excluded(_ request: ConnectorRequest, _ change: (inout World) -> Void = { _ in }) throws -> [String] {
            var world = try World(.proxyService)
            change(&world)
            let root = try SentDocument(world.ask(request).sent).root
            return root.descendants.filter { $0.local == "RequestedAttribute" }.compactMap { $0["FriendlyName"] }
        }
        #expect(
            try excluded(ConnectorRequest())
                == ["EIDASIdP", "GISSIdP", "AEATIdP", "CLVMOVILIdP", "RelayState"])
        var lenient = ConnectorRequest()
        lenient.ask("exact", LoA.allCases.flatMap { [Assurance($0).uri, Assurance($0, notified: false).uri] })
        #expect(try excluded(lenient) == ["EIDASIdP", "RelayState"])
        #expect(
            try excluded(lenient) { $0.methods[.mobile] = .init(.refused, upTo: .high) }
                == ["EIDASIdP", "CLVMOVILIdP", "RelayState"])
        #expect(
            try excluded(lenient) { $0.methods[.pin] = .init(.notified, upTo: .high, isOffered: false) }
                == ["EIDASIdP", "AEATIdP", "RelayState"])
        var legal = ConnectorRequest(for: [.legal])
        legal.ask("exact", LoA.allCases.flatMap { [Assurance($0).uri, Assurance($0, notified: false).uri] })
        #expect(try excluded(legal) == ["EIDASIdP", "GISSIdP", "AEATIdP", "CLVMOVILIdP", "RelayState"])
    }

    @Test("A failure of the gateway goes on with its own codes and text", arguments: GatewayFailure.all)
    func failure(failure: GatewayFailure) throws {
        let world = try World(.proxyService)
        let (_, exchange, question) = try world.ask()
        let answer = try world.finish(
            NodeAnswer(failureAtHome: failure.codes, failure.message, to: question), to: question, in: exchange)
        #expect(answer.statusCodes == failure.told)
        #expect(answer.statusMessage == failure.text)
        #expect(answer.assertion == nil && answer.document.root["InResponseTo"] == ConnectorRequest.id)
        guard
            case .refused(let refusal) = try world.accept(
                NodeAnswer(failureAtHome: failure.codes, failure.message, to: question), to: question, in: exchange)
        else { throw NothingToSpoil(name: "refusal") }
        #expect(refusal.reason == failure.reason)
    }

    @Test("A failure of the gateway that carries an assertion is a failure all the same")
    func failureWithAssertion() throws {
        let world = try World(.proxyService)
        let (_, exchange, question) = try world.ask()
        var answer = NodeAnswer(failureAtHome: [SAMLURI.responder, SAMLURI.authnFailed], "003002 - x", to: question)
        answer.assertion = try NodeAnswer(atHome: .citizen, to: question).assertion
        let told = try world.finish(answer, to: question, in: exchange)
        #expect(told.statusCodes == [SAMLURI.responder, SAMLURI.authnFailed] && told.assertion == nil)
    }

    @Test("The gateway may encrypt for our certificate, with the old key transport too", arguments: [true, false])
    func encryptedAtHome(isOld: Bool) throws {
        let answer = try World(.proxyService).login {
            $0.recipients = [try TestKey.service.recipient(isOld ? .rsaOAEPMGF1P : nil)]
        }
        #expect(answer.attributes == Self.natural)
    }
}

/// A status of the gateway (Cl@ve dossier §3.3, §9.5), and what the Connector is told of it.
struct GatewayFailure: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let codes: [String]
    let message: String?
    let told: [String]
    let text: String
    let reason: Refusal.Reason

    private init(
        _ description: String, _ codes: [String], _ message: String?, _ reason: Refusal.Reason,
        told: [String]? = nil, text: String? = nil
    ) {
        (testDescription, self.codes, self.message, self.reason) = (description, codes, message, reason)
        self.told = told ?? codes
        self.text = text ?? message ?? ""
    }

    static let all = [
        GatewayFailure(
            "no certificate chosen", [SAMLURI.responder, SAMLURI.authnFailed],
            "003002 - Authentication Failed (no certificate has been submitted)", .authenticationFailed),
        GatewayFailure(
            "expired certificate", [SAMLURI.responder],
            "003002 - Authentication Failed (certificate not valid: El certificado está caducado)",
            .authenticationFailed),
        GatewayFailure(
            "revoked certificate", [SAMLURI.responder],
            "003002 - Authentication Failed (certificate not valid: El certificado se encuentra revocado)",
            .authenticationFailed),
        GatewayFailure(
            "class not admitted", [SAMLURI.responder], "003002 - Type of certificate not allowed (8)",
            .authenticationFailed),
        GatewayFailure(
            "credential too weak", [SAMLURI.responder],
            "003002 - [IdP @firma] The selected credential's LoA (low) is lower than requested LoA (high)",
            .assuranceTooLow),
        GatewayFailure(
            "brackets instead of a dash", [SAMLURI.responder], "003002 (Authentication Failed: Detalle error: x)",
            .authenticationFailed, text: "003002 - (Authentication Failed: Detalle error: x)"),
        GatewayFailure(
            "cancelled", [SAMLURI.responder, SAMLURI.requestDenied],
            "003002 - Authentication Failed (user cancelled)", .denied),
        GatewayFailure(
            "invalid attribute", [SAMLURI.requester, SAMLURI.invalidAttribute], "202010 - x", .attributeUnavailable),
        GatewayFailure(
            "invalid NameID", [SAMLURI.requester, SAMLURI.invalidNameIDPolicy], "202022 - x", .requestNotAccepted),
        GatewayFailure("version", [SAMLURI.versionMismatch], "203027 - x", .technical),
        GatewayFailure(
            "main code empty", ["", SAMLURI.authnFailed], "003002 - Authentication Failed", .authenticationFailed,
            told: [SAMLURI.responder, SAMLURI.authnFailed]),
        GatewayFailure(
            "main code left out", [SAMLURI.authnFailed], "003002 - Authentication Failed", .authenticationFailed,
            told: [SAMLURI.responder, SAMLURI.authnFailed]),
        GatewayFailure(
            "main code left out, cancelled", [SAMLURI.requestDenied], "003002 - Authentication Failed (user cancelled)",
            .denied, told: [SAMLURI.responder, SAMLURI.requestDenied]),
        GatewayFailure(
            "no code at all", [], "003002 - Authentication Failed", .authenticationFailed, told: [SAMLURI.responder]),
        GatewayFailure(
            "a code of STORK", [SAMLURI.responder, "http://www.stork.gov.eu/saml20/statusCodes/QAANotSupported"],
            "003002 - x", .authenticationFailed, told: [SAMLURI.responder]),
        GatewayFailure(
            "codes of nobody", ["urn:x", "urn:y"], "x\ny", .technical, told: [SAMLURI.responder], text: "203001 - x y"),
        GatewayFailure(
            "somebody is named", [SAMLURI.responder, SAMLURI.authnFailed],
            "003002 - El certificado de ANA EJEMPLO - NIF 12345678Z está caducado", .authenticationFailed,
            text: "003002 - Authentication failed"),
        GatewayFailure(
            "a number in place of a code", [SAMLURI.responder, SAMLURI.authnFailed],
            "1234567L: certificado revocado", .authenticationFailed, text: "003002 - Authentication failed"),
        GatewayFailure(
            "an old number in place of a code", [SAMLURI.responder, SAMLURI.authnFailed],
            "123456 Z: certificado revocado", .authenticationFailed, text: "003002 - Authentication failed"),
        GatewayFailure(
            "somebody with a short name", [SAMLURI.responder, SAMLURI.authnFailed],
            "Li Wu authentication failed", .authenticationFailed, text: "003002 - Authentication failed"),
        GatewayFailure(
            "somebody whose name is made of particles", [SAMLURI.responder, SAMLURI.authnFailed],
            "003002 - De la O", .authenticationFailed, text: "003002 - Authentication failed"),
        GatewayFailure(
            "a number in pieces", [SAMLURI.responder, SAMLURI.authnFailed], "003002 - 12 34 56 78 Z",
            .authenticationFailed, text: "003002 - Authentication failed"),
        GatewayFailure("no message", [SAMLURI.responder], nil, .technical, text: "203001 - Internal error"),
        GatewayFailure(
            "a code without text", [SAMLURI.responder, SAMLURI.authnFailed], "003002", .authenticationFailed,
            text: "003002 - Authentication failed"),
    ]
}
