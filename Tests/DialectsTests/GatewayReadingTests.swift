// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@testable import Dialects

/// Whom an answer of the gateway names, by which method, and as whom (Cl@ve dossier §3.6, §3.7).
@Suite("What an answer of the gateway says")
struct GatewayReadingTests {
    /// The identity that an authentic answer states.
    static func read(
        _ person: TestPerson, loa: LoA = .substantial, methods: [ClaveGateway.Method: ClaveGateway.MethodPolicy] = [:],
        spoiling: (inout NodeAnswer) throws -> Void = { _ in }
    ) throws -> Identity {
        var world = try World(.proxyService)
        world.methods.merge(methods) { $1 }
        let (_, _, question) = try world.ask()
        var answer = try NodeAnswer(atHome: person, to: question, loa: loa.uri)
        try spoiling(&answer)
        let route = try world.route()
        let verified = try route.authenticateResponse(ParsedMessage(answer.received()), to: question, at: world.now)
        let outcome = try route.responderDialect.readResponse(
            verified, to: question, from: world.responder, Examination())
        guard case .identified(let identity) = outcome else { throw NothingToSpoil(name: "identity") }
        return identity
    }

    static func rule(
        _ person: TestPerson, spoiling: (inout NodeAnswer) throws -> Void = { _ in }
    ) throws -> Rule? {
        try brokenRule { _ = try read(person, spoiling: spoiling) }
    }

    static func texts(_ identity: Identity) -> [String: String] {
        Dictionary(identity.attributes.map { ($0.name.rawValue, $0.values.map(\.text).joined(separator: "|")) }) {
            $0 + $1
        }
    }

    // MARK: Methods

    struct MethodCase: CustomTestStringConvertible, Sendable {
        let selected: String?
        let method: ClaveGateway.Method?
        var testDescription: String { selected ?? "nothing" }
    }

    static let selected: [MethodCase] = [
        MethodCase(selected: "AFIRMA", method: .certificate), MethodCase(selected: "SEGSOC", method: .permanent),
        MethodCase(selected: "PIN24H", method: .pin), MethodCase(selected: "IDP_MOVIL", method: .mobile),
        MethodCase(selected: "CLAVE_SEGSOC", method: .permanent),
        MethodCase(selected: "[AFIRMA]", method: .certificate),
        MethodCase(selected: "X_IDP_MOVIL_2", method: .mobile), MethodCase(selected: "afirma", method: nil),
        MethodCase(selected: "AFIRMA SEGSOC", method: nil), MethodCase(selected: "PIN24HIDP_MOVIL", method: nil),
        MethodCase(selected: "EIDAS", method: nil), MethodCase(selected: "STORK-DE", method: nil),
        MethodCase(selected: "MOVIL", method: nil), MethodCase(selected: nil, method: nil),
    ]

    @Test("A method is recognised by its mark, whatever stands around it; two at once are none", arguments: selected)
    func methods(example: MethodCase) throws {
        var person = TestPerson.atHome(by: example.selected ?? "", certificate: ["clasificacion": "0"])
        if example.selected == nil { person.attributes.removeAll { $0.name == "SelectedIdP" } }
        let described = person
        guard let method = example.method else {
            #expect(try Self.rule(described) == .responseMethod)
            return
        }
        let identity = try Self.read(person)
        #expect(identity.assurance == Assurance(.substantial, notified: method.usualPolicy.release == .notified))
        #expect(identity.memberState == .spain)
        #expect(
            Self.texts(identity) == [
                "PersonIdentifier": "ES/ES/00000000T", "FamilyName": "EJEMPLO PRUEBA", "FirstName": "ANA",
                "FirstSurname": "EJEMPLO",
            ])
        // Refused, or not offered and used all the same.
        for closed in [
            ClaveGateway.MethodPolicy(.refused, upTo: .high), .init(.notified, upTo: .high, isOffered: false),
        ] {
            #expect(
                try brokenRule { _ = try Self.read(described, methods: [method: closed]) } == .responseMethod)
        }
    }

    @Test(
        "The level is what the gateway says, cut down to what the method counts for", arguments: LoA.allCases,
        LoA.allCases)
    func caps(said: LoA, cap: LoA) throws {
        for release in [ClaveGateway.MethodPolicy.Release.notified, .nonNotified] {
            let identity = try Self.read(.citizen, loa: said, methods: [.certificate: .init(release, upTo: cap)])
            #expect(identity.assurance == Assurance(min(said, cap), notified: release == .notified))
        }
    }

    @Test("What we publish is what the methods can reach")
    func published() throws {
        let mapping = try World.mapping("clave2")
        func levels(
            _ methods: [ClaveGateway.Method: ClaveGateway.MethodPolicy], of person: PersonKind = .natural
        ) -> [String] {
            ClaveGateway(
                mapping: mapping, providerName: EntityID("x"), application: nil, assertionConsumerService: "x",
                methods: methods
            ).levels(of: person).sorted().map { ($0.isNotified ? "" : "not notified ") + $0.loa.rawValue }
        }
        #expect(
            levels([:]) == ["not notified low", "low", "not notified substantial", "substantial", "high"])
        let closed = Dictionary(
            uniqueKeysWithValues: ClaveGateway.Method.allCases.map {
                ($0, ClaveGateway.MethodPolicy(.refused, upTo: .high))
            })
        #expect(levels([:], of: .legal) == ["low", "substantial", "high"])
        #expect(levels(closed).isEmpty)
        #expect(levels(closed.merging([.mobile: .init(.nonNotified, upTo: .low)]) { $1 }) == ["not notified low"])
        #expect(levels(closed.merging([.mobile: .init(.notified, upTo: .low, isOffered: false)]) { $1 }).isEmpty)
    }

    // MARK: Certificates

    static func certificate(_ fields: KeyValuePairs<String, String?>) -> TestPerson { .atHome(certificate: fields) }

    @Test("A class of certificate names a person, a representative or nobody", arguments: 0...13)
    func classes(number: Int) throws {
        let person = Self.certificate([
            "clasificacion": "\(number)", "NIF-CIF": [0, 5].contains(number) ? "00000000T" : "B00000000",
            "razonSocial": "EMPRESA FICTICIA SL",
        ])
        switch number {
        case 0, 5:
            #expect(try Self.read(person).person == .natural)
            #expect(try Self.texts(Self.read(person)).keys.allSatisfy { !$0.hasPrefix("Legal") })
        case 11, 12:
            let identity = try Self.read(person)
            #expect(identity.person == .legal)
            #expect(
                Self.texts(identity) == [
                    "LegalPersonIdentifier": "ES/ES/B00000000", "LegalName": "EMPRESA FICTICIA SL",
                    "RepresentativePersonIdentifier": "ES/ES/00000000T",
                    "RepresentativeFamilyName": "EJEMPLO PRUEBA", "RepresentativeFirstName": "ANA",
                ])
        default: #expect(try Self.rule(person) == .responseCertificateClass)
        }
    }

    struct Extract: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule?
        let text: String

        init(_ description: String, _ rule: Rule?, _ text: String) {
            (testDescription, self.rule, self.text) = (description, rule, text)
        }
        init(_ description: String, _ rule: Rule?, xml: String) {
            self.init(description, rule, Base64.encode(Array(xml.utf8)))
        }
    }

    static let good = "<FieldIdentity>clasificacion</FieldIdentity><FieldValue>0</FieldValue>"

    static let extracts: [Extract] = [
        Extract("with its prefixes declared", nil, TestPerson.partialAfirma(["clasificacion": "0"])),
        Extract("with no prefix declared", nil, TestPerson.partialAfirma(["clasificacion": "0"], isBroken: true)),
        Extract(
            "with one of the prefixes declared", nil,
            xml: "<Partial_Afirma_Response xmlns:dss=\"urn:oasis:names:tc:dss:1.0:core:schema\"><afxp:ReadableField>"
                + "<afxp:FieldIdentity>clasificacion</afxp:FieldIdentity><afxp:FieldValue>0</afxp:FieldValue>"
                + "</afxp:ReadableField></Partial_Afirma_Response>"),
        Extract(
            "without any prefix", nil,
            xml: "<Partial_Afirma_Response><ReadableField>\(good)</ReadableField></Partial_Afirma_Response>"),
        Extract(
            "with blanks around the values", nil,
            xml: "<Partial_Afirma_Response><ReadableField><FieldIdentity> clasificacion\n</FieldIdentity>"
                + "<FieldValue> 0 </FieldValue></ReadableField></Partial_Afirma_Response>"),
        Extract("in lines", nil, TestPerson.partialAfirma(["clasificacion": "0"]).wrapped(at: 76)),
        Extract(
            "with a field without value", nil, TestPerson.partialAfirma(["clasificacion": "0", "razonSocial": nil])),
        Extract(
            "of another namespace", .responsePartialAfirma,
            xml: "<Partial_Afirma_Response xmlns:x=\"urn:x\"><x:ReadableField>\(good)</x:ReadableField>"
                + "</Partial_Afirma_Response>"),
        Extract("no Base64", .responsePartialAfirma, "*"),
        Extract("no UTF-8", .responsePartialAfirma, Base64.encode([0xFF, 0xFE])),
        Extract("no XML", .responsePartialAfirma, xml: "clasificacion: 0"),
        Extract(
            "another prefix undeclared", .responsePartialAfirma,
            xml: "<Partial_Afirma_Response><x:ReadableField>\(good)</x:ReadableField></Partial_Afirma_Response>"),
        Extract(
            "another root", .responsePartialAfirma,
            xml: "<Afirma_Response><ReadableField>\(good)</ReadableField></Afirma_Response>"),
        Extract(
            "an entity", .responsePartialAfirma,
            xml: "<!DOCTYPE x [<!ENTITY y \"0\">]><Partial_Afirma_Response><ReadableField>"
                + "<FieldIdentity>clasificacion</FieldIdentity><FieldValue>&y;</FieldValue></ReadableField>"
                + "</Partial_Afirma_Response>"),
        Extract("no class", .responsePartialAfirma, TestPerson.partialAfirma(["NIF-CIF": "00000000T"])),
        Extract("a class without value", .responsePartialAfirma, TestPerson.partialAfirma(["clasificacion": nil])),
        Extract(
            "two classes", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "0", "clasificacion": "11"])),
        Extract("a class in words", .responsePartialAfirma, TestPerson.partialAfirma(["clasificacion": "natural"])),
        Extract("a negative class", .responsePartialAfirma, TestPerson.partialAfirma(["clasificacion": "-1"])),
        Extract("a long class", .responsePartialAfirma, TestPerson.partialAfirma(["clasificacion": "0000"])),
        Extract(
            "another spelling of a class", .responseCertificateClass, TestPerson.partialAfirma(["clasificacion": "00"])),
        Extract(
            "the number of somebody else", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "0", "NIF-CIF": "00000001R"])),
        Extract(
            "the number of the person in another spelling", nil,
            TestPerson.partialAfirma(["clasificacion": "0", "NIF-CIF": "0.000.000-t"])),
        Extract(
            "an employee with the number of the employer", nil,
            TestPerson.partialAfirma(["clasificacion": "5", "NIF-CIF": "Q2826004J"])),
        Extract(
            "an employee with the number of somebody else", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "5", "NIF-CIF": "00000001R"])),
        Extract(
            "a person with the number of a company", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "0", "NIF-CIF": "B00000000"])),
        Extract(
            "a number that cannot be read", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "0", "NIF-CIF": "00000000A"])),
        Extract(
            "the kind of number before it", nil,
            TestPerson.partialAfirma(["clasificacion": "0", "NIF-CIF": "IDCES-00000000T"])),
        Extract(
            "a representative of nobody", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "11", "razonSocial": "EMPRESA FICTICIA SL"])),
        Extract(
            "a representative of a person", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "11", "NIF-CIF": "00000001R"])),
        Extract(
            "a representative of a number of nobody", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "11", "NIF-CIF": "B00000001"])),
        Extract(
            "a representative who is somebody else", .responsePartialAfirma,
            TestPerson.partialAfirma(["clasificacion": "11", "NIF-CIF": "B00000000", "NIFResponsable": "00000001R"])),
        Extract(
            "a company without a name", nil,
            TestPerson.partialAfirma(["clasificacion": "12", "NIF-CIF": "B00000000", "razonSocial": nil])),
    ]

    @Test(
        "An extract of a certificate is read in each form that the gateway wrote, and believed only whole",
        arguments: extracts)
    func extract(example: Extract) throws {
        var person = TestPerson.atHome()
        person.attributes.append(.clave("PartialAfirma", example.text))
        let described = person
        #expect(try Self.rule(described) == example.rule)
    }

    @Test("A certificate comes with its extract; that of another method counts for nothing")
    func withoutExtract() throws {
        #expect(try Self.rule(.atHome(by: "AFIRMA")) == .responsePartialAfirma)
        let odd = TestPerson.atHome(by: "SEGSOC", certificate: ["clasificacion": "11", "NIF-CIF": "B00000000"])
        #expect(try Self.read(odd).person == .natural)
        var broken = TestPerson.atHome(by: "SEGSOC")
        broken.attributes.append(.clave("PartialAfirma", "no extract at all"))
        let other = broken
        #expect(try Self.read(other).person == .natural)
    }

    // MARK: Attributes

    struct Statement: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule?
        let change: @Sendable (inout XMLNode) throws -> Void

        init(_ description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout XMLNode) throws -> Void) {
            (testDescription, self.rule, self.change) = (description, rule, change)
        }
    }

    static let statements: [Statement] = [
        Statement("RelayState that is another's", .relayStateChanged) { try $0.setAttribute("RelayState", "other") },
        Statement("no RelayState", nil) { try $0.removeAttribute("RelayState") },
        Statement("an empty RelayState", .attributeInvalid) { try $0.setAttribute("RelayState", "") },
        Statement("an attribute twice", .attributeRepeated) { try $0.double("Attribute") },
        Statement("a name in two values", .attributeInvalid) { try $0.double("AttributeValue") },
        Statement("a name that nobody sees", .attributeInvalid) {
            try $0.setAttribute("CurrentGivenName", "\u{200B}\u{3164}\u{2800}")
        },
        Statement("a name of one dash", nil) { try $0.setAttribute("CurrentGivenName", "-") },
        Statement("a name in a script that nobody transliterates", .attributeInvalid) {
            try $0.setAttribute("CurrentGivenName", "ⵜⴰⵎⴰⵣⵉⵖⵜ")
        },
        Statement("a name without value", .attributeInvalid) { try $0.remove("AttributeValue") },
        Statement("a first surname without value", nil) { try $0.setAttribute("FirstSurname", nil) },
        Statement("elements in a name", .attributeInvalid) {
            try $0.edit("AttributeValue") { $0 = $0.appending(XMLNode(Namespace.saml2("NameID"))) }
        },
        Statement("a nil name", .attributeInvalid) {
            try $0.edit("AttributeValue") { $0.set(Namespace.xsi("nil"), "true") }
        },
        Statement("no types", nil) { try $0.edit("AttributeValue") { $0.set(Namespace.xsi("type"), nil) } },
        Statement("no FriendlyName", nil) { try $0.set("FriendlyName", of: "Attribute", nil) },
        Statement("a lying FriendlyName", nil) { try $0.set("FriendlyName", of: "Attribute", "PersonIdentifier") },
        Statement("blanks around the identifier", nil) { try $0.setAttribute("PersonIdentifier", "\n 00000000T ") },
        Statement("a structured identifier", nil) { try $0.setAttribute("PersonIdentifier", "ES/ES/00000000T") },
        Statement("an identifier of another country", .identifierCountry) {
            try $0.setAttribute("PersonIdentifier", "DE/ES/00000000T")
        },
        Statement("a structured identifier of a company", .identifierInvalid) {
            try $0.setAttribute("PersonIdentifier", "ES/ES/B00000000")
        },
        Statement("an identifier with a wrong letter", .identifierInvalid) {
            try $0.setAttribute("PersonIdentifier", "00000000R")
        },
        Statement("an identifier of two", .identifierInvalid) {
            try $0.setAttribute("PersonIdentifier", "00000000T 00000001R")
        },
        Statement("no identifier", .attributeMissing) { try $0.removeAttribute("PersonIdentifier") },
        Statement("no first surname, as of foreigners", nil) { try $0.removeAttribute("FirstSurname") },
        Statement("an attribute of Cl@ve more", nil) { statement in
            statement = statement.appending(TestPerson.Attribute.clave("RegisterType", "2").node)
        },
        Statement("an attribute of nobody twice", nil) { statement in
            let odd = TestPerson.Attribute.clave("Odd", "x").node
            statement = statement.appending(odd).appending(odd)
        },
    ]

    @Test("The attributes: one spoilt thing, one rule", arguments: statements)
    func attributes(example: Statement) throws {
        #expect(
            try Self.rule(.citizen) { try $0.editAssertion { try $0.edit("AttributeStatement", example.change) } }
                == example.rule)
    }

    @Test(
        "An attribute of the profile has no type of another one; types that the profile has not say nothing",
        arguments: [
            ("eidas-natural:GenderType", Rule.attributeInvalid), ("eidas-natural:NoSuchType", nil), ("xs:string", nil),
        ])
    func types(type: String, rule: Rule?) throws {
        #expect(
            try Self.rule(.citizen) { answer in
                try answer.editAssertion { try $0.setTypes("eidas.europa.eu", type) }
            } == rule)
        // Those of Cl@ve may borrow any.
        #expect(
            try Self.rule(.citizen) { answer in
                try answer.editAssertion { try $0.setTypes("es.minhafp.clave", type) }
            } == nil)
    }

    @Test("What else the gateway says of the person counts, in its form; of nobody else")
    func others() throws {
        var person = TestPerson.citizen
        person.attributes += [
            .natural("DateOfBirth", "DateOfBirth", "1970-05-01"), .legal("LegalName", "LegalName", "x"),
        ]
        let identity = try Self.read(person)
        #expect(identity[.dateOfBirth] == Attribute(.dateOfBirth, "1970-05-01") && identity[.legalName] == nil)
        person.attributes[person.attributes.count - 2] = .natural("DateOfBirth", "DateOfBirth", "01/05/1970")
        let odd = person
        #expect(try Self.rule(odd) == .attributeInvalid)
        var acting = TestPerson.representative
        acting.attributes.append(.natural("DateOfBirth", "DateOfBirth", "1970-05-01"))
        // Nobody can ask for it of a representative, so it stays here.
        acting.attributes.append(.natural("Gender", "Gender", "Male"))
        let company = try Self.read(acting)
        #expect(company[.dateOfBirth.ofRepresentative] == Attribute(.dateOfBirth.ofRepresentative, "1970-05-01"))
        #expect(company[.dateOfBirth] == nil && company[.firstSurname.ofRepresentative] == nil)
        #expect(Set(company.attributes.map(\.name).filter(\.isRepresentative)).count == 4)
    }
}

extension XMLNode {
    /// Gives the attribute whose Name ends so another text.
    fileprivate mutating func setAttribute(_ name: String, _ text: String?) throws {
        guard
            let index = content.firstIndex(where: {
                if case .node(let child) = $0 { child["Name"]?.hasSuffix("/" + name) ?? false } else { false }
            }), case .node(var attribute) = content[index]
        else { throw NothingToSpoil(name: name) }
        if let text {
            try attribute.setText(of: "AttributeValue", text)
        } else {
            try attribute.remove("AttributeValue")
        }
        content[index] = .node(attribute)
    }

    /// Gives another type to the values of an assertion whose attributes have this in their names.
    fileprivate mutating func setTypes(_ part: String, _ type: String) throws {
        try edit("AttributeStatement") { statement in
            statement.content = try statement.children.map { attribute in
                var attribute = attribute
                if attribute["Name"]?.contains(part) ?? false {
                    try attribute.set(Namespace.xsi("type"), of: "AttributeValue", type)
                }
                return .node(attribute)
            }
        }
    }

    fileprivate mutating func removeAttribute(_ name: String) throws {
        let before = content.count
        content.removeAll {
            if case .node(let child) = $0 { child["Name"]?.hasSuffix("/" + name) ?? false } else { false }
        }
        guard content.count == before - 1 else { throw NothingToSpoil(name: name) }
    }
}
