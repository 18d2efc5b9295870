// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

private let natural = "http://eidas.europa.eu/attributes/naturalperson/"
private let legal = "http://eidas.europa.eu/attributes/legalperson/"

extension Corpus {
    /// E11 to E13: what is said of people.
    static let attributes: [Sample] = {
        var samples = Samples()
        forms(&samples)
        dataSets(&samples)
        unasked(&samples)
        return samples.all + identities
    }()

    private static func forms(_ samples: inout Samples) {
        samples.assertion("E11", "an attribute twice", .attributeRepeated) { try $0.double("Attribute") }
        samples.assertion("E11", "a second identifier behind", .attributeRepeated) {
            try $0.append([.natural("PersonIdentifier", "PersonIdentifier", "DE/ES/somebody-else")])
        }
        samples.assertion("E11", "a second identifier before", .attributeRepeated) { assertion in
            let other = TestPerson.Attribute.natural("PersonIdentifier", "X", "DE/ES/somebody-else").node
            try assertion.edit("AttributeStatement") { $0 = $0.inserting(other, at: 0) }
        }
        samples.assertion("E11", "an identifier of two values", .attributeInvalid, .attributeRepeated) { assertion in
            try assertion.editAttribute("PersonIdentifier") { try $0.double("AttributeValue") }
        }
        samples.assertion("E11", "no value", .attributeInvalid) {
            try $0.editAttribute("PersonIdentifier") { try $0.remove("AttributeValue") }
        }
        for (title, text) in [("an empty value", ""), ("a blank value", " \n\t")] {
            samples.assertion("E11", title, .attributeInvalid) { try $0.setAttribute("CurrentFamilyName", text) }
        }
        samples.assertion("E11", "a value that is nil", .attributeInvalid) {
            try $0.edit("AttributeValue") { $0.set(Namespace.xsi("nil"), "true") }
        }
        samples.assertion("E11", "elements in a value", .attributeInvalid) {
            try $0.edit("AttributeValue") {
                $0 = $0.appending(XMLNode(Namespace.saml2("NameID"), text: "DE/ES/somebody-else"))
            }
        }
        samples.assertion("E11", "an attribute without Name", .messageSchema) {
            try $0.set("Name", of: "Attribute", nil)
        }
        for format in ["basic", "unspecified", "URI"] {
            samples.assertion("E11", "a NameFormat \(format)", .attributeInvalid, on: [.connector]) {
                try $0.set("NameFormat", of: "Attribute", "urn:oasis:names:tc:SAML:2.0:attrname-format:" + format)
            }
        }
        samples.assertion("E11", "an encrypted attribute", .messageSchema) {
            try $0.edit("AttributeStatement") { $0 = $0.appending(XMLNode(Namespace.saml2("EncryptedAttribute"))) }
        }
        samples.assertion("E11", "two statements", .responseAttributeStatement) { try $0.double("AttributeStatement") }
        samples.assertion("E11", "no statement", .responseAttributeStatement) { try $0.remove("AttributeStatement") }
        samples.assertion("E11", "a name of the type of a date", .attributeInvalid) {
            try $0.editAttribute("CurrentFamilyName") {
                try $0.set(Namespace.xsi("type"), of: "AttributeValue", "eidas-natural:DateOfBirthType")
            }
        }
        samples.assertion("E11", "a name that runs backwards", .attributeInvalid) {
            try $0.setAttribute("CurrentFamilyName", "M\u{202E}üller")
        }
        for date in ["2990-01-01", "0000-01-01"] {
            samples.assertion("E11", "born \(date)", .attributeInvalid) { assertion in
                let born = TestPerson.Attribute.natural("DateOfBirth", "DateOfBirth", date).node
                try assertion.removeAttribute("DateOfBirth")
                try assertion.edit("AttributeStatement") { $0 = $0.appending(born) }
            }
        }
        for date in [
            "17.05.1964", "1964-02-30", "1964-05-17Z", "1964-05-17T00:00:00Z", "1964-5-17", "-1964-05-17", "٢٠٠٠-01-01",
        ] {
            samples.assertion("E11", "born \(date)", .attributeInvalid, on: [.connector]) {
                try $0.setAttribute("DateOfBirth", date)
            }
        }
        for (name, value) in [("Gender", "X"), ("Nationality", "DEU")] {
            samples.assertion("E11", "\(name) \(value)", .attributeInvalid, on: [.connector]) {
                try $0.append([.natural(name, name, value)])
            }
        }
    }

    private static func dataSets(_ samples: inout Samples) {
        for name in ["PersonIdentifier", "CurrentFamilyName", "CurrentGivenName", "DateOfBirth"] {
            samples.assertion("E12", "no \(name)", .dataSetIncomplete, on: [.connector]) {
                try $0.removeAttribute(name)
            }
        }
        for (name, rule) in [
            ("PersonIdentifier", Rule.attributeMissing), ("CurrentFamilyName", .dataSetIncomplete),
            ("CurrentGivenName", .dataSetIncomplete),
        ] {
            samples.assertion("E12", "no \(name)", rule, on: [.service]) { try $0.removeAttribute(name) }
        }
        samples.assertion("E12", "a person whom the register does not know", .dataSetIncomplete, on: [.service]) {
            try $0.setAttribute("PersonIdentifier", "00000001R")
            try $0.setAttribute(
                "PartialAfirma", TestPerson.partialAfirma(["clasificacion": "0", "NIFResponsable": "00000001R"]))
        }
        samples.assertion("E12", "a company for a person", .responseCertificateClass, on: [.service]) {
            try $0.setAttribute(
                "PartialAfirma",
                TestPerson.partialAfirma([
                    "clasificacion": "11", "NIF-CIF": "B00000000", "razonSocial": "EMPRESA FICTICIA SL",
                    "numeroSerie": "1234567890", "NIFResponsable": "00000000T", "idEmisor": "CN=AC FICTICIA, C=ES",
                ]))
        }
        samples.assertion("E12", "half a company beside the person", .dataSetIncomplete, on: [.connector]) {
            try $0.append([.legal("LegalName", "LegalName", "x")])
        }
        samples.assertion("E12", "a company in the place of the person", .dataSetIncomplete, on: [.connector]) {
            try $0.edit("AttributeStatement") { $0.content = [] }
            try $0.append(TestPerson.company.attributes)
        }
        samples.assertion("E12", "nobody", .dataSetIncomplete, .responseMethod) {
            try $0.edit("AttributeStatement") { $0.content = [] }
        }
        let represented = TestPerson.representedCompany.attributes.filter { $0.friendly.hasPrefix("Representative") }
        samples.assertion("E12", "a representative", .representationNotAccepted, on: [.connector]) {
            try $0.append(represented)
        }
        samples.assertion("E12", "half a representative", .dataSetIncomplete, on: [.connector]) {
            try $0.append([represented[0]])
        }
        samples.content("E12", "half a data set", .requestAttributes, on: [.proxyService]) {
            try $0.remove("RequestedAttribute")
        }
        samples.content("E12", "a person and a company at once", .requestAttributes, on: [.proxyService]) {
            try $0.ask(for: legal + "LegalPersonIdentifier", isRequired: true)
            try $0.ask(for: legal + "LegalName", isRequired: true)
        }
        requested(&samples)
    }

    private static func requested(_ samples: inout Samples) {
        samples.content("E11", "asks for an attribute twice", .requestAttributes, on: [.proxyService]) {
            try $0.double("RequestedAttribute")
        }
        samples.content("E11", "asks for a mandatory attribute as optional", .requestAttributes, on: [.proxyService]) {
            try $0.set("isRequired", of: "RequestedAttribute", "false")
        }
        samples.content("E11", "asks for an optional attribute as required", .requestAttributes, on: [.proxyService]) {
            try $0.ask(for: natural + "Gender", isRequired: true)
        }
        samples.content("E11", "asks in no boolean", .messageSchema, on: Role.requests) {
            try $0.set("isRequired", of: "RequestedAttribute", "maybe")
        }
        samples.content("E11", "asks without Name", .messageSchema, on: Role.requests) {
            try $0.set("Name", of: "RequestedAttribute", nil)
        }
        samples.content("E11", "asks in another format", .requestAttributes, on: [.proxyService]) {
            try $0.set("NameFormat", of: "RequestedAttribute", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
        }
        samples.content("E11", "asks for a representative", .requestAttributes, on: Role.requests) {
            try $0.ask(for: natural + "representative/DateOfBirth", isRequired: false)
        }
        samples.content("E11", "asks beyond the registration", .requestAttributes, on: [.gateway]) {
            try $0.ask(for: natural + "Gender", isRequired: false)
        }
        samples.content("E11", "asks for what nobody knows", .requestAttributes, on: [.gateway]) {
            try $0.ask(for: "urn:x", isRequired: true)
        }
        samples.content("E11", "asks with a value that cannot be", .requestAttributes, on: [.proxyService]) {
            try $0.ask(for: natural + "Gender", isRequired: false, hint: "X")
        }
    }

    /// E13: what nobody asked for goes no further.
    private static func unasked(_ samples: inout Samples) {
        samples.steps("E13", "attributes that nobody asked for", on: Role.answers) { attacker, role in
            var (genuine, submission) = try await attacker.open(role)
            let extra = ["BirthName": "Geheim", "PlaceOfBirth": "Geheim", "Gender": "Male", "Nationality": "DE"]
            submission.put(
                try genuine.answering {
                    try $0.editAssertion { try $0.append(extra.map { .natural($0.key, $0.key, $0.value) }) }
                })
            let names = try await attacker.deliver(submission).delivered()
            guard names["PersonIdentifier"] != nil else { return .broken("nobody was named") }
            let leaked = extra.keys.filter { names[$0] != nil }
            return .harmless("left out", if: leaked.isEmpty, else: leaked.joined(separator: ", "))
        }
        samples.steps("E13", "what the gateway adds about the certificate", on: [.service]) { attacker, role in
            let (_, submission) = try await attacker.open(role)
            let names = try await attacker.deliver(submission).delivered()
            let leaked = ["PartialAfirma", "SelectedIdP", "FirstSurname", "RelayState"].filter { names[$0] != nil }
            return .harmless("left out", if: leaked.isEmpty, else: leaked.joined(separator: ", "))
        }
    }
}

extension XMLNode {
    /// Changes the attribute of an assertion whose Name ends in this.
    mutating func editAttribute(_ name: String, _ change: (inout XMLNode) throws -> Void) throws {
        try edit("AttributeStatement") { statement in
            for index in statement.content.indices {
                guard case .node(var attribute) = statement.content[index],
                    attribute["Name"]?.hasSuffix("/" + name) ?? false
                else { continue }
                try change(&attribute)
                statement.content[index] = .node(attribute)
                return
            }
            throw NothingToSpoil(name: name)
        }
    }

    mutating func setAttribute(_ name: String, _ text: String) throws {
        try editAttribute(name) { try $0.setText(of: "AttributeValue", text) }
    }

    mutating func removeAttribute(_ name: String) throws {
        try edit("AttributeStatement") { statement in
            statement.content.removeAll {
                if case .node(let child) = $0 { child["Name"]?.hasSuffix("/" + name) ?? false } else { false }
            }
        }
    }

    fileprivate mutating func append(_ attributes: [TestPerson.Attribute]) throws {
        try edit("AttributeStatement") { statement in
            for attribute in attributes { statement = statement.appending(attribute.node) }
        }
    }

    /// Lets a request ask for one more attribute.
    fileprivate mutating func ask(for uri: String, isRequired: Bool, hint: String? = nil) throws {
        let value = hint.map { XMLNode(Namespace.eidas("AttributeValue"), text: $0) }
        try edit("RequestedAttributes") {
            $0 = $0.appending(ServiceRequest.requested(uri, "X", isRequired, value))
        }
    }
}
