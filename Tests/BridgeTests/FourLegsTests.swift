// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("The four legs of the Connector direction")
struct FourLegsTests {
    @Test("A citizen of another country reaches the service", arguments: ServiceRequest.Kit.allCases)
    func natural(kit: ServiceRequest.Kit) throws {
        let answer = try World().login(.german, request: ServiceRequest(kit))
        #expect(answer.statusCodes == [SAMLURI.success])
        #expect(answer.statusMessage == SAMLURI.success)
        #expect(answer.loa == "http://eidas.europa.eu/LoA/substantial")
        #expect(
            answer.attributes == [
                "PersonIdentifier": ["DE/ES/0123456789ABCDEF"], "FamilyName": ["Müller-Lüdenscheid"],
                "FirstName": ["Jürgen"], "DateOfBirth": ["1964-05-17"], "SelectedIdP": ["EIDAS"],
                "RelayState": ["q7Xb2LtM"],
            ])
        #expect(answer.document.fields["RelayState"] == "a8Tk20Zq")
        #expect(answer.document.root["InResponseTo"] == ServiceRequest.id)
    }

    @Test("An answer for one service is not good for another, whatever name its request gives")
    func audiences() throws {
        let world = try World()
        var other = world.requester
        other.name = EntityID("B2800001B_E00000001")
        other.returnAddresses = [
            ReturnAddress("https://other.example/acs"), ReturnAddress("https://other.example/b/*"),
        ]
        let plain = try world.route()
        let route = Route(
            .connector, node: plain.node, requesters: [world.requester.name: world.requester, other.name: other],
            countries: plain.countries, requesterDialect: plain.requesterDialect,
            responderDialect: plain.responderDialect, confirmedBy: nil)
        for (name, isKept) in [
            ("urn:a:broker", true), (ServiceRequest.returnAddress, true), (ServiceRequest.name, true),
            (other.name.rawValue, false), ("https://other.example/acs", false), ("https://other.example/b/x", false),
        ] {
            var request = ServiceRequest(.php)
            try request.root.edit("Issuer") { $0.text = name }
            let read = try route.receiveRequest(request.received(), at: world.now).request
            #expect((read.reply.issuer == EntityID(name)) == isKept, "\(name)")
        }
    }

    static func greece() throws -> World {
        var world = try World()
        world.responder.country = try World.memberState("EL")
        return world
    }

    @Test("Names in two scripts arrive in both, Latin first, whatever the order and the spelling on the way")
    func twoScripts() throws {
        let straight = try Self.greece().login(.greek)
        #expect(straight.attributes["FamilyName"] == ["Papadopoulou", "Παπαδοπούλου"])
        #expect(straight.attributes["FirstName"] == ["Eleni", "Ελένη"])
        let swapped = try Self.greece().login(.greek) { answer in
            try answer.editAssertion { try $0.edit("AttributeStatement") { $0.swapValues() } }
        }
        #expect(swapped.attributes == straight.attributes)
        let bare = try Self.greece().login(.greek) { answer in
            answer.assertion = answer.assertion.map(\.withBareLatinScript)
        }
        #expect(bare.attributes == straight.attributes)
        let flags = bare.assertion?.descendants.compactMap { $0[Namespace.eidasNatural("LatinScript")] }
        #expect(flags == ["false", "false"])
    }

    @Test("A Greek identifier may still begin with GR")
    func oldGreekPrefix() throws {
        let person = TestPerson.natural("GR/ES/Y-778899", "Papadopoulou", "Eleni", "1981-11-02")
        #expect(try Self.greece().login(person).attributes["PersonIdentifier"] == ["GR/ES/Y-778899"])
    }

    static func legal(acceptsRepresentation: Bool = false) throws -> World {
        var world = try World()
        world.requester.persons = [.legal]
        world.requester.attributes = Set(PersonKind.legal.minimumDataSet)
        world.requester.acceptsRepresentation = acceptsRepresentation
        return world
    }

    @Test("A company of another country reaches the service")
    func company() throws {
        let answer = try Self.legal().login(.company)
        #expect(answer.statusCodes == [SAMLURI.success])
        #expect(answer.attributes["LegalPersonIdentifier"] == ["DE/ES/HRB-12345"])
        #expect(answer.attributes["LegalName"] == ["Brücken & Söhne GmbH"])
        #expect(answer.assertion?.descendants.first { $0.local == "NameID" }?.text == "DE/ES/HRB-12345")
    }

    @Test("A representative reaches a service that accepts one, and nobody else does")
    func representation() throws {
        let accepted = try Self.legal(acceptsRepresentation: true).login(.representedCompany)
        #expect(accepted.statusCodes == [SAMLURI.success])
        #expect(accepted.attributes["RepresentativeFamilyName"] == ["Müller-Lüdenscheid"])
        #expect(accepted.attributes["LegalName"] == ["Brücken & Söhne GmbH"])
        let refused = try Self.legal().login(.representedCompany)
        #expect(refused.statusCodes == [SAMLURI.responder, SAMLURI.invalidAttribute])
        #expect(refused.attributes["LegalName"] == nil)
    }

    @Test("A natural person who acts as a company by the old way, two sets side by side, counts as representation")
    func oldRepresentation() throws {
        var person = TestPerson.company
        person.attributes += TestPerson.german.attributes
        #expect(try Self.legal().login(person).statusCodes == [SAMLURI.responder, SAMLURI.invalidAttribute])
    }

    @Test(
        "A failure abroad becomes the failure that kits know, with an assertion that names nobody",
        arguments: [
            (SAMLURI.responder, SAMLURI.authnFailed, [SAMLURI.responder, SAMLURI.authnFailed]),
            (SAMLURI.requester, SAMLURI.requestDenied, [SAMLURI.responder, SAMLURI.requestDenied]),
            (SAMLURI.responder, SAMLURI.invalidAttribute, [SAMLURI.responder, SAMLURI.invalidAttribute]),
            (SAMLURI.responder, SAMLURI.noAuthnContext, [SAMLURI.responder, SAMLURI.authnFailed]),
            (SAMLURI.requester, nil, [SAMLURI.requester, SAMLURI.requestDenied]),
            (SAMLURI.responder, nil, [SAMLURI.responder]), (SAMLURI.responder, "urn:unknown", [SAMLURI.responder]),
            ("urn:unknown", nil, [SAMLURI.responder]),
        ] as [(String, String?, [String])])
    func failure(code: String, subcode: String?, expected: [String]) throws {
        let world = try World()
        let (_, exchange, question) = try world.ask()
        let answer = try world.finish(
            NodeAnswer(failure: code, subcode, message: "detail", to: question), to: question, in: exchange)
        #expect(answer.statusCodes == expected)
        #expect(answer.statusMessage?.isEmpty == false && answer.statusMessage != "detail")
        #expect(answer.attributes.isEmpty)
        #expect(answer.assertion?.descendants.first { $0.local == "NameID" }?.text == "NotAvailable")
    }

    @Test("A failure that carries an assertion is a failure all the same")
    func failureWithAssertion() throws {
        let world = try World()
        let (_, exchange, question) = try world.ask()
        var answer = try NodeAnswer(failure: SAMLURI.responder, SAMLURI.authnFailed, to: question)
        answer.assertion = try NodeAnswer(.german, to: question).assertion
        let told = try world.finish(answer, to: question, in: exchange)
        #expect(told.statusCodes == [SAMLURI.responder, SAMLURI.authnFailed])
        #expect(told.attributes.isEmpty)
    }

    @Test(
        "A level below the one that was asked is refused, the same or a higher one is not", arguments: LoA.allCases,
        LoA.allCases)
    func levels(asked: LoA, given: LoA) throws {
        var world = try World()
        world.responder.levels = Set(LoA.allCases.map { Assurance($0) })
        var request = ServiceRequest()
        try request.setLoA(asked.uri)
        let answer = try world.login(request: request, loa: given.uri)
        if given >= asked {
            #expect(answer.statusCodes == [SAMLURI.success] && answer.loa == given.uri)
        } else {
            #expect(answer.statusCodes == [SAMLURI.responder, SAMLURI.authnFailed])
            #expect(answer.statusMessage?.contains("is lower than requested LoA") == true)
        }
    }

    @Test("A mandatory attribute that is missing ends the login")
    func missing() throws {
        var person = TestPerson.german
        person.attributes.removeLast()
        let answer = try World().login(person)
        #expect(answer.statusCodes == [SAMLURI.responder, SAMLURI.invalidAttribute])
        #expect(answer.attributes.isEmpty)
    }

    @Test("What was not asked for does not reach the service; what was asked beyond the data set does")
    func release() throws {
        var person = TestPerson.german
        person.attributes += [.natural("BirthName", "BirthName", "Müller"), .natural("Gender", "Gender", "Male")]
        #expect(try World().login(person).attributes["BirthName"] == nil)
        var request = ServiceRequest()
        try request.ask(for: "http://eidas.europa.eu/attributes/naturalperson/BirthName", "BirthName")
        let answer = try World().login(person, request: request)
        #expect(answer.attributes["BirthName"] == ["Müller"])
        #expect(answer.attributes["Gender"] == nil)
    }

    @Test("A service that registered encryption gets the assertion encrypted, and failures in clear")
    func encrypted() throws {
        var world = try World()
        world.requester.seal.protection = .encrypted(for: try TestKey.service.recipient(.rsaOAEPMGF1P))
        world.requester.seal.signsAssertion = true
        let answer = try world.login()
        #expect(answer.document.root.only(Namespace.saml2("Assertion")) == nil)
        #expect(answer.attributes["FirstName"] == ["Jürgen"])
        let assertion = try #require(answer.assertion)
        #expect(
            try assertion.verifySignature(trusting: [TestKey.gateway.certificate()], policy: .clave, confirmedBy: nil)
                .element
                == assertion)
        let (_, exchange, question) = try world.ask()
        let failure = try world.finish(
            NodeAnswer(failure: SAMLURI.responder, nil, to: question), to: question, in: exchange)
        #expect(failure.document.root.only(Namespace.saml2("Assertion")) != nil)
    }

    @Test(
        "Answers are signed as each service registered",
        arguments: SignatureAlgorithm.allCases.filter { $0.scheme != .ecdsa })
    func signatures(algorithm: SignatureAlgorithm) throws {
        var world = try World()
        world.requester.seal.signer = try TestKey.gateway.signer(algorithm)
        let method = try world.login().document.root.descendants.first { $0.local == "SignatureMethod" }
        #expect(method?["Algorithm"] == algorithm.uri)
    }

    @Test("The question abroad is signed by our Connector, asks what the service may have, and brings its RelayState")
    func question() throws {
        let (sent, exchange, question) = try World().ask(ServiceRequest(.complete))
        let document = try SentDocument(sent)
        _ = try document.root.verifySignature(
            trusting: [TestKey.connector.certificate()], policy: .eidas, confirmedBy: nil)
        let parts = ["Issuer", "Signature", "Extensions", "NameIDPolicy", "RequestedAuthnContext"]
        #expect(document.root.children.map(\.local) == parts)
        #expect(document.root["ID"] == question.id.rawValue && document.root["ForceAuthn"] == "true")
        #expect(document.root["AssertionConsumerServiceURL"] == nil && document.root["ProtocolBinding"] == nil)
        #expect(document.fields["RelayState"] == question.relayState)
        #expect(exchange.question == question)
        let asked = document.root.descendants.filter { $0.local == "RequestedAttribute" }
        #expect(asked.map { $0["FriendlyName"] } == ["PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth"])
        #expect(asked.allSatisfy { $0["isRequired"] == "true" })
    }
}

extension XMLNode {
    /// Puts the second value of each attribute first.
    fileprivate mutating func swapValues() {
        content = content.map { item in
            guard case .node(var attribute) = item, attribute.content.count == 2 else { return item }
            attribute.content.swapAt(0, 1)
            return .node(attribute)
        }
    }

    /// As Germany and Sweden spell the flag.
    fileprivate var withBareLatinScript: XMLNode {
        var copy = self
        if let flag = self[Namespace.eidasNatural("LatinScript")] {
            copy.set(Namespace.eidasNatural("LatinScript"), nil)
            copy.set("LatinScript", flag)
        }
        copy.content = content.map { if case .node(let child) = $0 { .node(child.withBareLatinScript) } else { $0 } }
        return copy
    }
}
