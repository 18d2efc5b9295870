// SPDX-License-Identifier: EUPL-1.2
import Federation
import XMLSecurity

/// What the gateway says of the certificate that a person used: an extract of the validation by @firma.
///
/// - Spec: Cl@ve dossier §3.7.
struct PartialAfirma {
    /// What class the certificate is of: digits.
    let classification: String
    private let fields: [String: String]

    /// Whom a certificate identifies.
    enum Holder { case natural, representative }

    /// `nil` for a class that identifies nobody.
    var holder: Holder? {
        switch classification {
        case "0", "5": .natural
        case "11", "12": .representative
        default: nil
        }
    }

    /// - Parameter text: Base64. The gateway once forgot to declare the prefixes inside; they are put in then.
    init(_ text: String) throws(Rejection) {
        guard let octets = Base64.decode(text), let document = String(validating: octets, as: UTF8.self),
            let tree = Self.parse(document) ?? Self.parse(Self.repaired(document)),
            tree.root.local == "Partial_Afirma_Response"
        else { throw Self.fault("Base64 of an XML document Partial_Afirma_Response") }
        var fields: [String: String] = [:]
        for field in tree.root.descendants where field.isOfAfirma("ReadableField") {
            let names = field.children.filter { $0.isOfAfirma("FieldIdentity") }
            let values = field.children.filter { $0.isOfAfirma("FieldValue") }
            guard names.count == 1, values.count <= 1, let name = names.first?.trimmedText, !name.isEmpty else {
                continue
            }
            let value = values.first?.trimmedText ?? ""
            guard fields.updateValue(value, forKey: name) == nil else { throw Self.fault("each field once") }
        }
        guard let classification = fields["clasificacion"], !classification.isEmpty,
            classification.utf8.allSatisfy({ (48...57).contains($0) }), classification.utf8.count <= 3
        else { throw Self.fault("the field clasificacion, a number") }
        self.classification = classification
        self.fields = fields
    }

    /// Whom the certificate names must be the person: itself, or for an employee the employer.
    func checkHolder(_ identifier: Attribute) throws(Rejection) {
        guard let number = try number("NIF-CIF") else { return }
        if classification == "5", number.person == .legal { return }
        try check(number, is: identifier, "NIF-CIF")
    }

    /// Where the certificate names whoever acts, it must be the person.
    func checkRepresentative(_ identifier: Attribute) throws(Rejection) {
        if let number = try number("NIFResponsable") { try check(number, is: identifier, "NIFResponsable") }
    }

    private func check(_ number: SpanishIdentifier, is identifier: Attribute, _ field: String) throws(Rejection) {
        guard identifier.values.first.flatMap({ PersonIdentifier($0.text) })?.rest == number.text else {
            throw Self.fault("the number of the person in \(field)")
        }
    }

    /// `nil` where the field is missing or empty; what is there must be readable. Certificates may write the kind of number
    /// before it (ETSI EN 319 412-1 §5.1.3, §5.1.4).
    private func number(_ field: String) throws(Rejection) -> SpanishIdentifier? {
        guard let text = fields[field], !text.isEmpty else { return nil }
        let kinds = ["IDCES-", "TINES-", "VATES-", "NTRES-"]
        let bare = kinds.first(where: text.hasPrefix).map { String(text.dropFirst($0.count)) } ?? text
        guard let number = SpanishIdentifier(bare) else { throw Self.fault("a Spanish number in \(field)") }
        return number
    }

    /// Whoever is represented, as the mandatory attributes of a legal person; a name that is missing may be with a source.
    func represented(of country: MemberState) throws(Rejection) -> [Attribute] {
        guard let number = try number("NIF-CIF"), number.person == .legal else {
            throw Self.fault("NIF-CIF of an entity")
        }
        let identifier = PersonIdentifier(from: country, to: country, rest: number.text)
        let name = try fields["razonSocial"].flatMap(ValueRule.name.read).map { text throws(Rejection) in
            try Attribute(.legalName, text).inLatin(at: "Attribute[PartialAfirma]")
        }
        return [Attribute(.legalPersonIdentifier, identifier.text)] + [name].compactMap(\.self)
    }

    private static func parse(_ document: String) -> XMLTree? {
        // Not well-formed is an answer here: the repaired form is tried next.
        try? XMLTree(parsing: Array(document.utf8))
    }

    private static func repaired(_ document: String) -> String {
        let declarations = [
            ("dss", "urn:oasis:names:tc:dss:1.0:core:schema"), ("afxp", Element.namespaceOfAfirma),
        ].filter { !document.contains("xmlns:\($0.0)=") }.map { " xmlns:\($0.0)=\"\($0.1)\"" }.joined()
        return document.replacing(
            "<Partial_Afirma_Response", with: "<Partial_Afirma_Response" + declarations, maxReplacements: 1)
    }

    private static func fault(_ expected: String) -> Rejection {
        Rejection(.responsePartialAfirma, "Attribute[PartialAfirma]", expected: expected, found: "something else")
    }
}

extension Element {
    fileprivate static let namespaceOfAfirma = "urn:afirma:dss:1.0:profile:XSS:schema"

    /// By its local name, in the namespace of @firma or in none.
    fileprivate func isOfAfirma(_ name: String) -> Bool {
        local == name && (namespaceURI ?? Self.namespaceOfAfirma) == Self.namespaceOfAfirma
    }
}
