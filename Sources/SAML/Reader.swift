// SPDX-License-Identifier: EUPL-1.2
import Federation
import XMLSecurity

/// Reads one element in the order of its schema; whatever is missing, repeated, unknown or out of place is refused.
struct Reader {
    let element: Element
    private var rest: ArraySlice<Element>

    /// - Parameter attributes: the unqualified attributes that the schema knows. Qualified ones are refused unless
    ///   `allowingOthers`; of `xsi`, only a `type` is let through that says what the element is anyway.
    init(_ element: Element, attributes: [String], allowingOthers: Bool = false) throws(Rejection) {
        self.init(unread: element)
        try element.checkAttributes(attributes, allowingOthers: allowingOthers)
        guard !element.hasText else {
            throw Rejection(.messageSchema, element.path, expected: "elements", found: "text")
        }
    }

    /// Looks at nothing yet.
    init(unread element: Element) {
        self.element = element
        rest = element.children[...]
    }

    mutating func optional(_ name: XMLName) -> Element? {
        guard let first = rest.first, first.is(name) else { return nil }
        rest.removeFirst()
        return first
    }

    mutating func required(_ name: XMLName) throws(Rejection) -> Element {
        guard let next = optional(name) else {
            throw misplaced(expected: name.local)
        }
        return next
    }

    /// As many as come next with one of these names.
    mutating func all(_ names: XMLName...) -> [Element] {
        let found = rest.prefix { child in names.contains { child.is($0) } }
        rest = rest.dropFirst(found.count)
        return Array(found)
    }

    /// Everything that is left, unread.
    mutating func others() -> [Element] {
        defer { rest = [] }
        return Array(rest)
    }

    func end() throws(Rejection) {
        guard rest.isEmpty else { throw misplaced(expected: "no more") }
    }

    /// What comes next stands where something else should. A second signature is more than that: somebody may read the other.
    private func misplaced(expected: String) -> Rejection {
        let signatures = element.children(Namespace.ds("Signature")).count
        if let first = rest.first, first.is(Namespace.ds("Signature")), signatures > 1 {
            return Rejection(.signatureRepeated, element.path, expected: "one signature", found: "\(signatures)")
        }
        return Rejection(.messageSchema, element.path, expected: expected, found: rest.first?.local ?? "nothing")
    }
}

extension Element {
    func checkAttributes(_ known: [String], allowingOthers: Bool = false) throws(Rejection) {
        for name in attributeNames(besides: known) {
            let isKnown =
                switch name.namespace {
                case nil: false
                case let namespace? where namespace.uri == Namespace.xsi.uri:
                    name.local == "type" && hasOwnType(self[name])
                default: allowingOthers
                }
            guard isKnown else {
                throw Rejection(.messageSchema, path + "/@" + name.local, expected: "no such attribute")
            }
        }
    }

    /// Whether an `xsi:type` names the type that SAML's schemas give the element: the same document must not be one thing to
    /// us and another to whoever validates.
    private func hasOwnType(_ type: String?) -> Bool {
        let name = (type ?? "").split(separator: ":", omittingEmptySubsequences: false).last.map(String.init)
        return switch local {
        case "Issuer": name == "NameIDType"
        case _ where local.hasPrefix("Encrypted"): name == "EncryptedElementType"
        default: name == local + "Type"
        }
    }

    /// The text of an element that has nothing but text, trimmed.
    func simpleText() throws(Rejection) -> String {
        guard !hasChildren else { throw Rejection(.messageSchema, path, expected: "text", found: "elements") }
        return trimmedText
    }

    func requiredAttribute(_ name: XMLName) throws(Rejection) -> String {
        guard let value = self[name] else {
            throw Rejection(.messageSchema, path + "/@" + name.local, expected: "a value", found: "nothing")
        }
        return value
    }

    /// `xs:boolean`, or `nil` if the attribute is not there.
    func boolean(_ name: XMLName) throws(Rejection) -> Bool? {
        guard let text = self[name] else { return nil }
        guard let value = text.boolean else {
            throw Rejection(.messageSchema, path + "/@" + name.local, expected: "true or false", found: text)
        }
        return value
    }
}

extension String {
    /// `xs:boolean`, around which white space means nothing (XML Schema 2 §3.2.2); `nil` for anything else.
    var boolean: Bool? {
        switch trimmingXMLSpace() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }
}

/// An NCName by the rules that matter for identifiers: begins with a letter or underscore, has no colon and no white space.
func isNCName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first == "_" || first.properties.isAlphabetic, text.utf8.count <= 256
    else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
        switch scalar {
        // Identifiers have hardly anything else, and the properties of Unicode are slow.
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "\u{B7}": true
        default:
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.properties.generalCategory == .nonspacingMark
                || scalar.properties.generalCategory == .spacingMark
        }
    }
}
