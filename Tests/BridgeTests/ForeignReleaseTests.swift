// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// What leaves for a Connector, and what keeps it from leaving: the rows of the eIDAS dossier §6.3 that the core decides.
/// P2-01 is the store's and the shell's; P2-15 is decided when metadata is read.
@Suite("What is sent to a Connector")
struct ForeignReleaseTests {
    /// An answer of the gateway, or of a source, that cannot be used.
    struct Unusable: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule
        let codes: [String]
        let message: String
        let change: @Sendable (inout World, inout TestPerson) throws -> Void

        init(
            _ description: String, _ rule: Rule, _ codes: [String], _ message: String,
            _ change: @escaping @Sendable (inout World, inout TestPerson) throws -> Void
        ) {
            (testDescription, self.rule, self.codes, self.message) = (description, rule, codes, message)
            self.change = change
        }
    }

    static let attribute = [SAMLURI.responder, SAMLURI.invalidAttribute]
    static let missing = "202010 - Mandatory attribute not found"
    static let invalid = "203001 - Attribute value not valid"

    static let unusable: [Unusable] = [
        Unusable(
            "P2-03: no attribute", .responseMethod, [SAMLURI.responder, SAMLURI.authnFailed],
            "003002 - Method of identification not allowed"
        ) {
            $1.attributes = []
        },
        Unusable("P2-04: no identifier", .attributeMissing, attribute, missing) {
            $1.attributes.removeAll { $0.name == "PersonIdentifier" }
        },
        Unusable("P2-04, P2-05: no first name, and no source knows it", .dataSetIncomplete, attribute, missing) {
            $1.attributes.removeAll { $0.name == "CurrentGivenName" }
        },
        Unusable("P2-04, P2-05: no source knows the date of birth", .dataSetIncomplete, attribute, missing) {
            world, _ in
            world.register = { _ in Completion(attributes: [], failures: []) }
        },
        Unusable("P2-04: the source of the date of birth cannot be asked", .sourceUnavailable, attribute, missing) {
            world, _ in
            world.register = TestRegister.fail
        },
        Unusable("P2-09: the source of the date of birth says nonsense", .sourceInvalid, attribute, invalid) {
            world, _ in
            world.register = { gap in
                Completion(
                    attributes: [],
                    failures: [
                        SourceFailure(
                            source: "padron", wanted: gap.wanted.map(\.name), rejection: Rejection(.sourceInvalid))
                    ])
            }
        },
        Unusable("P2-09: an identifier with a wrong letter", .identifierInvalid, attribute, invalid) {
            $1 = .atHome("00000000A", certificate: ["clasificacion": "0"])
        },
        Unusable("P2-09: an identifier of a company", .identifierInvalid, attribute, invalid) {
            $1 = .atHome("B00000000", certificate: ["clasificacion": "0"])
        },
        Unusable("P2-09: an identifier of another country", .identifierCountry, attribute, invalid) {
            $1 = .atHome("DE/ES/0123456789", certificate: ["clasificacion": "0"])
        },
        Unusable("P2-09: an attribute twice", .attributeRepeated, attribute, invalid) {
            $1.attributes.append($1.attributes[0])
        },
        Unusable("P2-09, P2-13: an empty name", .attributeInvalid, attribute, invalid) {
            $1.attributes[0].values = [("", true)]
        },
        Unusable("P2-09: a name that turns the text around", .attributeInvalid, attribute, invalid) {
            $1.attributes[0].values = [("EJEMPLO\u{202E}", true)]
        },
    ]

    @Test("An answer that cannot be used is told, without a word about the person", arguments: unusable)
    func told(example: Unusable) throws {
        var world = try World(.proxyService)
        var person = TestPerson.citizen
        try example.change(&world, &person)
        let (changed, described) = (world, person)
        #expect(try brokenRule { _ = try changed.accept(described) } == example.rule)
        let answer = try world.login(person)
        #expect(answer.statusCodes == example.codes && answer.statusMessage == example.message)
        #expect(answer.assertion == nil && answer.document.root["Consent"] == SAMLURI.consentUnspecified)
        // Without the signature, whose Base64 has any three letters now and then.
        let text = String(decoding: answer.document.octets, as: UTF8.self)
            .replacing(/<(\w+:)?(SignatureValue|DigestValue|X509Certificate)>[^<]*</, with: "")
        #expect(!text.contains("00000000") && !text.contains("EJEMPLO") && !text.contains("ANA"))
    }

    @Test("P2-05, P2-06: a company is sent with the one complete representative, or not at all")
    func representatives() throws {
        var world = try World(.proxyService)
        let request = ConnectorRequest(for: [.legal])
        world.register = { gap in
            gap.isRepresentative ? Completion(attributes: [], failures: []) : TestRegister.complete(gap)
        }
        let half = world
        #expect(try brokenRule { _ = try half.accept(.representative, request: request) } == .dataSetIncomplete)
        #expect(try half.login(.representative, request: request).statusCodes == Self.attribute)
        world.register = { gap in gap.isRepresentative ? TestRegister.fail(gap) : TestRegister.complete(gap) }
        let failing = world
        #expect(try brokenRule { _ = try failing.accept(.representative, request: request) } == .sourceUnavailable)
    }

    @Test("A name of a company that the certificate does not say is the source's")
    func nameless() throws {
        let person = TestPerson.atHome(certificate: ["clasificacion": "12", "NIF-CIF": "B00000000"])
        let request = ConnectorRequest(for: [.legal])
        let world = try World(.proxyService)
        #expect(try world.login(person, request: request).attributes["LegalName"] == ["EMPRESA FICTICIA SL"])
        guard case .identified(let identity) = try world.accept(person, request: request) else {
            throw NothingToSpoil(name: "identity")
        }
        #expect(identity[.legalName]?.origin == .source("padron"))
        #expect(identity[.legalPersonIdentifier]?.origin == .responder)
    }

    @Test(
        "P2-10: identifiers are of Spain and for the state that asks, whatever form the gateway gives them",
        arguments: [
            ("00000000T", "ES/FR/00000000T"), ("0000 0000-t", "ES/FR/00000000T"),
            ("ES/ES/00000000T", "ES/FR/00000000T"),
            ("ES/DE/00000000T", "ES/FR/00000000T"), ("X0000000T", "ES/FR/X0000000T"), ("M1234567L", "ES/FR/M1234567L"),
            ("K1234567A", "ES/FR/K1234567A"), (" 00000000T\n", "ES/FR/00000000T"),
        ])
    func identifiers(given: String, sent: String) throws {
        let answer = try World(.proxyService).login(.atHome(given, certificate: ["clasificacion": "0"]))
        #expect(answer.attributes["PersonIdentifier"] == [sent] && answer.nameID?.text == sent)
    }

    @Test("P2-10: Greece is EL")
    func greece() throws {
        var world = try World(.proxyService)
        world.requester.country = try World.memberState("EL")
        #expect(try world.login().attributes["PersonIdentifier"] == ["ES/EL/00000000T"])
    }

    @Test("P2-12: nothing leaves that was not asked, and nothing optional that was declined")
    func minimal() throws {
        var request = ConnectorRequest()
        for name in ["Gender", "Nationality", "CurrentAddress", "PhoneNumber"] {
            try request.ask(for: ForeignRequestTests.natural + name, name)
        }
        let world = try World(.proxyService)
        let all = try world.login(request: request).attributes
        #expect(Set(all.keys) == Set(ForeignLegsTests.natural.keys).union(["Gender", "Nationality", "CurrentAddress"]))
        let declined: Set<AttributeName> = [AttributeName("Gender"), AttributeName("Nationality"), .dateOfBirth]
        let fewer = try world.login(request: request, without: declined).attributes
        #expect(Set(fewer.keys) == Set(ForeignLegsTests.natural.keys).union(["CurrentAddress"]))
        #expect(fewer["DateOfBirth"] == ["1970-05-01"])
        // Sources are asked for what was asked, and for nothing else.
        let exchange = try world.receive(request)
        let identity = Identity(
            assurance: Assurance(.high), memberState: .spain,
            attributes: [Attribute(.personIdentifier, "ES/ES/00000000T")], authenticatedAt: world.now)
        let gap = try #require(try world.route().gaps(in: identity, of: exchange).first)
        #expect(gap.wanted.map(\.name) == exchange.request.attributes.map(\.name).filter { $0 != .personIdentifier })
        #expect(gap.query.identifier.text == "00000000T" && !gap.isRepresentative)
    }

    @Test("P2-13, P2-14: every value is there and typed, every element in the order of the schema")
    func wellFormed() throws {
        var request = ConnectorRequest()
        try request.ask(for: ForeignRequestTests.natural + "CurrentAddress", "CurrentAddress")
        let answer = try World(.proxyService).login(request: request)
        #expect(
            answer.document.root.children.map(\.local) == ["Issuer", "Signature", "Status", "EncryptedAssertion"])
        let assertion = try #require(answer.assertion)
        #expect(
            assertion.children.map(\.local)
                == ["Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"])
        #expect(assertion.descendants(Namespace.ds("Signature")).isEmpty)
        for value in assertion.descendants where value.local == "AttributeValue" {
            #expect(!value.text.isEmpty && value.children.isEmpty)
            let type = value[Namespace.xsi("type")]?.split(separator: ":").map(String.init)
            #expect(type?.count == 2 && value.namespace(ofPrefix: type?.first ?? "") == Namespace.eidasNatural.uri)
        }
        let start = try #require(assertion.only(Namespace.saml2("Conditions"))?["NotBefore"].flatMap(Instant.read))
        #expect(try start < World().now)
    }

    @Test("P2-18: an answer that is too large for nodes is not sent")
    func tooLarge() throws {
        var world = try World(.proxyService)
        world.register = { gap in
            var completion = TestRegister.complete(gap)
            completion.attributes.removeAll { $0.name.rawValue == "PlaceOfBirth" }
            completion.attributes.append(
                Attribute(
                    AttributeName("PlaceOfBirth"), String(repeating: "ñ", count: 65_000), from: .source("padron")))
            return completion
        }
        var request = ConnectorRequest()
        try request.ask(for: ForeignRequestTests.natural + "PlaceOfBirth", "PlaceOfBirth")
        let (changed, asking) = (world, request)
        #expect(try brokenRule { _ = try changed.login(request: asking) } == .messageTooLarge)
    }

    @Test("An answer to a Connector whose metadata has ended, or that is gone, does not leave")
    func ended() throws {
        var world = try World(.proxyService)
        let (_, exchange, _) = try world.ask()
        world.requester.validUntil = world.now
        let old = world
        #expect(try brokenRule { _ = try old.deliver(.refused(Refusal(.denied)), in: exchange) } == .metadataExpired)
        world.requester.name = EntityID("https://other.example/")
        let gone = world
        #expect(try brokenRule { _ = try gone.deliver(.refused(Refusal(.denied)), in: exchange) } == .peerUnknown)
    }

    @Test(
        "Whoever gives up is not named",
        arguments: [
            (Refusal.Reason.denied, SAMLURI.requestDenied, "202007 - Consent not given"),
            (.authenticationFailed, SAMLURI.authnFailed, "003002 - Authentication failed"),
        ])
    func givenUp(reason: Refusal.Reason, code: String, message: String) throws {
        let world = try World(.proxyService)
        let answer = try world.deliver(.refused(Refusal(reason)), in: world.receive())
        #expect(answer.statusCodes == [SAMLURI.responder, code] && answer.statusMessage == message)
        #expect(answer.assertion == nil)
    }
}
