// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML
public import XMLSecurity

/// A person as a node abroad describes them. All of them are invented.
public struct TestPerson: Sendable {
    public struct Attribute: Sendable {
        public var namespace: Namespace
        /// The last part of the attribute's Name.
        public var name: String
        public var friendly: String
        public var values: [(text: String, isLatin: Bool)]
        /// `nil`: the type of the profile.
        public var type: String?
    }

    public var attributes: [Attribute]

    public static let german = natural("DE/ES/0123456789ABCDEF", "Müller-Lüdenscheid", "Jürgen", "1964-05-17")
    public static let greek = natural(
        "EL/ES/Y-778899", ["Papadopoulou", "Παπαδοπούλου"], ["Eleni", "Ελένη"], "1981-11-02")
    public static let company = TestPerson(attributes: [
        .legal("LegalPersonIdentifier", "LegalPersonIdentifier", "DE/ES/HRB-12345"),
        .legal("LegalName", "LegalName", "Brücken & Söhne GmbH"),
    ])

    public static func natural(_ identifier: String, _ family: String, _ first: String, _ birth: String) -> TestPerson {
        natural(identifier, [family], [first], birth)
    }

    /// - Parameters family, first: in Latin script, then perhaps in another.
    public static func natural(_ identifier: String, _ family: [String], _ first: [String], _ birth: String)
        -> TestPerson
    {
        TestPerson(attributes: [
            .natural("PersonIdentifier", "PersonIdentifier", identifier),
            .natural("CurrentFamilyName", "FamilyName", family),
            .natural("CurrentGivenName", "FirstName", first),
            .natural("DateOfBirth", "DateOfBirth", birth),
        ])
    }

    /// The company with a natural person who acts for it.
    public static let representedCompany: TestPerson = {
        var person = company
        let namespace = Namespace(
            "eidas-natural-representative", "http://eidas.europa.eu/attributes/naturalperson/representative")
        person.attributes += german.attributes.map {
            Attribute(namespace: namespace, name: $0.name, friendly: "Representative" + $0.friendly, values: $0.values)
        }
        return person
    }()

    /// `saml2:AttributeStatement`.
    var statement: XMLNode { XMLNode(Namespace.saml2("AttributeStatement"), [], attributes.map(\.node)) }
}

extension TestPerson.Attribute {
    public static func natural(_ name: String, _ friendly: String, _ text: String) -> Self {
        natural(name, friendly, [text])
    }
    public static func natural(_ name: String, _ friendly: String, _ texts: [String]) -> Self {
        Self(
            namespace: .eidasNatural, name: name, friendly: friendly,
            values: texts.enumerated().map { ($0.element, $0.offset == 0) })
    }
    public static func legal(_ name: String, _ friendly: String, _ text: String) -> Self {
        Self(namespace: .eidasLegal, name: name, friendly: friendly, values: [(text, true)])
    }

    public var node: XMLNode {
        XMLNode(
            Namespace.saml2("Attribute"),
            [("FriendlyName", friendly), ("Name", namespace.uri + "/" + name), ("NameFormat", SAMLURI.nameFormatURI)],
            values.map { value in
                XMLNode(
                    Namespace.saml2("AttributeValue"),
                    [
                        (Namespace.xsi("type"), type ?? "\(namespace.prefix):\(name)Type"),
                        (namespace("LatinScript"), value.isLatin ? nil : "false"),
                    ], mentioning: [type == nil ? namespace : .xs], text: value.text)
            })
    }
}
