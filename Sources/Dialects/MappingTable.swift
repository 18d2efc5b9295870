// SPDX-License-Identifier: EUPL-1.2
public import Federation
import SAML
public import XMLSecurity
public import YAMLText

/// The attributes of one dialect: canonical name ↔ URI, friendly name, type and value rule. Read from `mappings/*.yaml`.
public struct MappingTable: Sendable {
    public struct Row: Hashable, Sendable {
        public let name: AttributeName
        public let uri: String
        /// Other URIs under which the attribute is understood, but never written.
        public let aliases: [String]
        public let friendlyName: String
        public let typeNamespace: Namespace
        public let typeName: String
        public let rule: ValueRule
        /// Whose attribute it is; `nil` for those that describe the login.
        public let person: PersonKind?
        /// Member of the minimum data set.
        public let isMandatory: Bool
        /// Whether there may be several values of equal rank, such as nationalities.
        public let isMultiple: Bool
    }

    public let rows: [Row]
    private let byURI: [String: Row]
    private let byName: [AttributeName: Row]
    /// Local names of the types that the attribute profile gives to its attributes.
    private let profileTypes: Set<String>

    public init(rows: [Row]) {
        self.rows = rows
        byURI = Dictionary(rows.flatMap { row in ([row.uri] + row.aliases).map { ($0, row) } }) { first, _ in first }
        byName = Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
        profileTypes = Set(rows.filter(\.isOfProfile).map(\.typeName))
    }

    public subscript(uri uri: String) -> Row? { byURI[uri] }
    public subscript(name: AttributeName) -> Row? { byName[name] }

    /// The canonical names that this dialect can carry.
    public var names: Set<AttributeName> { Set(byName.keys) }

    /// Checks that no value of an attribute of the profile has the type of another one. Types that the profile does not have
    /// occur and say nothing (eIDAS dossier §2.7), and attributes of Cl@ve borrow some.
    func checkTypes(of values: [Assertion.Value], as row: Row, at place: String) throws(Rejection) {
        guard row.isOfProfile else { return }
        let other = values.lazy.compactMap(\.profileType).first { $0 != row.typeName && profileTypes.contains($0) }
        guard let other else { return }
        throw Rejection(.attributeInvalid, place + "/AttributeValue/@type", expected: row.typeName, found: other)
    }
}

extension MappingTable.Row {
    /// Of the eIDAS Attribute Profile, not of a sector.
    var isOfProfile: Bool { uri.hasPrefix("http://eidas.europa.eu/attributes/") }
}

extension MappingTable.Row {
    /// Reads the values of one attribute.
    ///
    /// - Throws: ``Rule/attributeInvalid``, ``Rule/identifierInvalid``, ``Rule/attributeRepeated``. Values never appear in the
    ///   rejection.
    func read(_ values: [Assertion.Value], at place: String) throws(Rejection) -> Attribute {
        guard !values.isEmpty, values.allSatisfy({ $0.isStructured || !$0.text.isEmpty }) else {
            throw Rejection(.attributeInvalid, place, expected: "a value", found: "nothing")
        }
        guard !values.contains(where: \.isStructured) else {
            throw Rejection(.attributeInvalid, place, expected: "a value of text", found: "elements, or xsi:nil")
        }
        let isInTwoScripts = rule.hasScripts && values.count == 2 && values[0].isLatin != values[1].isLatin
        guard values.count == 1 || isMultiple || isInTwoScripts else {
            throw Rejection(.attributeRepeated, place, expected: "one value", found: "\(values.count)")
        }
        var read: [AttributeValue] = []
        for value in values {
            guard let canonical = rule.read(value.text) else {
                throw Rejection(
                    rule == .identifier ? .identifierInvalid : .attributeInvalid, place,
                    expected: "a value of the form \(rule)", found: "something else")
            }
            read.append(AttributeValue(canonical, isLatin: value.isLatin))
        }
        // Latin first, whatever the order on the wire (Attribute Profile 1.4 §2.4).
        let attribute = Attribute(name, read.filter(\.isLatin) + read.filter { !$0.isLatin })
        if rule.hasScripts { _ = try attribute.inLatin(at: place) }
        return attribute
    }

    /// `saml2:Attribute` with its values; where there are two scripts, Latin first and the other one flagged.
    func write(_ attribute: Attribute) throws(Rejection) -> XMLNode {
        var values: [XMLNode] = []
        for value in attribute.values {
            guard let wire = rule.write(value.text, prefix: typeNamespace.prefix) else {
                throw Rejection(
                    .attributeInvalid, friendlyName, expected: "a value of the form \(rule)", found: "something else")
            }
            let script: (XMLName, String?) = (
                typeNamespace("LatinScript"), value.isLatin || !rule.hasScripts ? nil : "false"
            )
            values.append(
                XMLNode(
                    Namespace.saml2("AttributeValue"),
                    [(Namespace.xsi("type"), "\(typeNamespace.prefix):\(typeName)"), script],
                    mentioning: [typeNamespace],
                    text: wire))
        }
        return XMLNode(
            Namespace.saml2("Attribute"),
            [("FriendlyName", friendlyName), ("Name", uri), ("NameFormat", SAMLURI.nameFormatURI)], values)
    }
}

// MARK: Reading the file

extension MappingTable {
    /// Reads a mapping file, and runs the example of each row both ways.
    public static func read(path: String, into faults: Faults) -> MappingTable? {
        guard let root = YAMLDocument.read(path: path, into: faults) else { return nil }
        return root.map { MappingTable($0) }
    }

    private init(_ map: YAMLMap) {
        var namespaces: [String: Namespace] = [:]
        for (prefix, uri) in map.required("namespaces").pairs("prefixes and their namespaces") {
            guard let prefix = prefix.string(), let uri = uri.string("a namespace") else { continue }
            namespaces[prefix] = Namespace(prefix, uri)
        }
        let withRepresentatives = map["representatives"].bool() ?? false
        var rows: [Row] = []
        var seen: [String: String] = [:]
        for entry in map.required("attributes").list(of: "attributes", atLeast: 1) {
            guard let row = entry.map({ Row($0, at: entry, namespaces) }) ?? nil else { continue }
            for key in [row.name.rawValue, row.uri] + row.aliases {
                if let first = seen.updateValue(entry.place, forKey: key) {
                    entry.fault(
                        expected: "each name and URI once", found: quoted(key) + " as in \(first)",
                        advice: "Remove one of the two.")
                }
            }
            rows.append(row)
            if withRepresentatives, let twin = row.representative(namespaces) { rows.append(twin) }
        }
        self.init(rows: rows)
    }
}

extension MappingTable.Row {
    fileprivate init?(_ map: YAMLMap, at entry: YAMLValue, _ namespaces: [String: Namespace]) {
        let name = map.required("name").string()
        let uri = map.required("uri").string("the attribute's Name")
        let type = map.required("type").parsed(
            "a type such as eidas-natural:GenderType", advice: "Use one of the namespaces above."
        ) {
            Self.type($0, namespaces)
        }
        let rule = map.required("rule").word(ValueRule.self)
        let friendlyName = map["friendly-name"].string() ?? name
        let person = map["person"].word(PersonKind.self)
        let isMandatory = map["mandatory"].bool() ?? false
        let isMultiple = map["several"].bool() ?? false
        let aliases = map["aliases"].list(of: "URIs").compactMap { $0.string("a URI") }
        let example = map.required("example")
        let (wire, canonical) = Self.example(example)
        guard let name, let uri, let type, let rule, let friendlyName, let wire, let canonical else { return nil }
        self.init(
            name: AttributeName(name), uri: uri, aliases: aliases, friendlyName: friendlyName, typeNamespace: type.0,
            typeName: type.1, rule: rule, person: person, isMandatory: isMandatory, isMultiple: isMultiple)
        check(example, wire: wire, canonical: canonical)
    }

    private static func type(_ text: String, _ namespaces: [String: Namespace]) -> (Namespace, String)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let namespace = namespaces[String(parts[0])] else { return nil }
        return (namespace, String(parts[1]))
    }

    /// One text that is the same on both sides, or `wire` and `canonical`.
    private static func example(_ value: YAMLValue) -> (String?, String?) {
        guard value.isMap else {
            let text = value.string("a value as it is on the wire")
            return (text, text)
        }
        return value.map { ($0.required("wire").string(), $0.required("canonical").string()) } ?? (nil, nil)
    }

    private func check(_ example: YAMLValue, wire: String, canonical: String) {
        if rule.read(wire) != canonical {
            example.fault(
                expected: quoted(canonical),
                found: rule.read(wire).map(quoted) ?? "a value that the rule \(rule) refuses",
                advice: "Correct the example or the rule of \(name).")
        }
        if rule.write(canonical, prefix: typeNamespace.prefix) != wire {
            example.fault(
                expected: quoted(wire),
                found: rule.write(canonical, prefix: typeNamespace.prefix).map(quoted) ?? "nothing",
                advice: "Correct the example, so that it is written as it is read.")
        }
    }

    /// The same attribute of a representative: its path gets `representative/`, its friendly name and namespace too.
    ///
    /// - Spec: eIDAS SAML Attribute Profile 1.4 §2.8; eIDAS dossier §3.4.
    fileprivate func representative(_ namespaces: [String: Namespace]) -> MappingTable.Row? {
        guard person != nil, let slash = uri.lastIndex(of: "/"),
            let namespace = namespaces[typeNamespace.prefix + "-representative"]
        else { return nil }
        return MappingTable.Row(
            name: name.ofRepresentative, uri: uri[..<slash] + "/representative" + uri[slash...], aliases: [],
            friendlyName: "Representative" + friendlyName, typeNamespace: namespace, typeName: typeName, rule: rule,
            person: person, isMandatory: false, isMultiple: isMultiple)
    }
}
