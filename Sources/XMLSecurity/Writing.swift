// SPDX-License-Identifier: EUPL-1.2

/// XML that we are going to send: a value, complete before it is signed.
///
/// It serialises in two ways: as text, with every namespace declared on the root, and as exclusive canonical XML, which is
/// what signatures are computed over. Each prefix stands for one namespace throughout (``Namespace``).
public struct XMLNode: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case text(String)
        case node(XMLNode)
    }

    public var name: XMLName {
        get { parts.name }
        set { parts = Parts(newValue, parts.attributes, parts.mentioned, parts.content) }
    }
    public var attributes: [(name: XMLName, value: String)] {
        get { parts.attributes.map { ($0.name, $0.value) } }
        set { parts = Parts(parts.name, newValue.map(Attribute.init), parts.mentioned, parts.content) }
    }
    public var content: [Content] {
        get { parts.content }
        set { parts = Parts(parts.name, parts.attributes, parts.mentioned, newValue) }
    }
    /// Namespaces that only a value mentions, such as the prefix in an `xsi:type`. They are declared in the text; exclusive
    /// canonical XML leaves them out (Exclusive C14N §1.1).
    public var mentioned: [Namespace] { parts.mentioned }

    /// Behind one reference, because whoever walks over a tree copies each of its nodes.
    fileprivate private(set) var parts: Parts

    fileprivate final class Parts: Hashable, Sendable {
        let name: XMLName
        /// In the order of canonical XML.
        let attributes: [Attribute]
        let mentioned: [Namespace]
        let content: [Content]

        init(_ name: XMLName, _ attributes: [Attribute], _ mentioned: [Namespace], _ content: [Content]) {
            self.name = name
            self.attributes = attributes.count > 1 ? attributes.sorted(by: Attribute.precedes) : attributes
            self.mentioned = mentioned
            self.content = content
        }

        static func == (a: Parts, b: Parts) -> Bool {
            a.name == b.name && a.attributes == b.attributes && a.mentioned == b.mentioned && a.content == b.content
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(attributes)
            hasher.combine(content)
        }
    }

    fileprivate struct Attribute: Hashable, Sendable {
        let name: XMLName
        let value: String

        /// Unqualified ones first, then by namespace URI and local name (Canonical XML 1.0 §4.8).
        static func precedes(_ a: Attribute, _ b: Attribute) -> Bool {
            let (left, right) = (a.name.namespace?.uri ?? "", b.name.namespace?.uri ?? "")
            return left == right ? precedes(a.name.local, b.name.local) : precedes(left, right)
        }

        /// By octets, which in UTF-8 is by code points (Canonical XML 1.0 §2.2); texts are compared by what marks amount to.
        static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
    }

    /// - Parameter attributes: those whose value is `nil` are left out.
    public init(
        _ name: XMLName, _ attributes: [(XMLName, String?)] = [], mentioning mentioned: [Namespace] = [],
        _ children: [XMLNode?] = []
    ) {
        self.init(name, attributes, mentioned, children.compactMap { $0.map(Content.node) })
    }

    public init(
        _ name: XMLName, _ attributes: [(XMLName, String?)] = [], mentioning mentioned: [Namespace] = [], text: String
    ) {
        self.init(name, attributes, mentioned, [.text(text)])
    }

    private init(
        _ name: XMLName, _ attributes: [(XMLName, String?)], _ mentioned: [Namespace], _ content: [Content]
    ) {
        let present = attributes.compactMap { pair in pair.1.map { Attribute(name: pair.0, value: $0) } }
        parts = Parts(name, present, mentioned, content)
    }

    public subscript(name: XMLName) -> String? { parts.attributes.first { $0.name == name }?.value }

    /// The child elements.
    public var children: [XMLNode] {
        content.compactMap { if case .node(let node) = $0 { node } else { nil } }
    }

    /// The same element with one more child, put behind the given number of children.
    public func inserting(_ child: XMLNode, at index: Int) -> XMLNode {
        var copy = self
        copy.content.insert(.node(child), at: index)
        return copy
    }

    public func appending(_ child: XMLNode) -> XMLNode { inserting(child, at: content.count) }

    /// UTF-8 text without XML declaration, with every namespace that is used or mentioned inside declared on this element.
    public func serialized() -> [UInt8] {
        var namespaces: [Namespace] = []
        collect(into: &namespaces)
        var writer = Writer()
        writer.write(self, declaring: namespaces)
        return writer.output
    }

    /// Exclusive canonical XML without comments, as if this element stood alone.
    ///
    /// - Parameter inclusive: namespaces of an InclusiveNamespaces PrefixList, which the element declares.
    public func canonical(inclusive: [Namespace] = []) -> [UInt8] {
        var writer = Writer()
        writer.write(self, declaring: inclusive)
        return writer.output
    }

    private func collect(into found: inout [Namespace]) {
        if let namespace = parts.name.namespace { found.note(namespace) }
        for attribute in parts.attributes { if let namespace = attribute.name.namespace { found.note(namespace) } }
        for namespace in parts.mentioned { found.note(namespace) }
        for case .node(let child) in parts.content { child.collect(into: &found) }
    }
}

extension [Namespace] {
    /// Appends a namespace once. The one that is declared everywhere needs no declaration.
    fileprivate mutating func note(_ namespace: Namespace) {
        if !contains(namespace), namespace != .xml { append(namespace) }
    }
}

/// Writes elements one after the other, each namespace where it is first used and not declared yet.
private struct Writer {
    private(set) var output: [UInt8] = []
    /// The namespaces that are declared here, the innermost last.
    private var scope: [Namespace] = []

    init() { output.reserveCapacity(32_768) }

    mutating func write(_ element: XMLNode, declaring others: [Namespace] = []) {
        let node = element.parts
        let outer = scope.count
        output.append(UInt8(ascii: "<"))
        write(node.name)
        for namespace in others { scope.note(namespace) }
        if let namespace = node.name.namespace { scope.note(namespace) }
        for attribute in node.attributes { if let namespace = attribute.name.namespace { scope.note(namespace) } }
        if scope.count > outer + 1 { scope[outer...].sort { XMLNode.Attribute.precedes($0.prefix, $1.prefix) } }
        for namespace in scope[outer...] {
            copy(" xmlns:")
            copy(namespace.prefix)
            write(value: namespace.uri)
        }
        for attribute in node.attributes {
            output.append(UInt8(ascii: " "))
            write(attribute.name)
            write(value: attribute.value)
        }
        output.append(UInt8(ascii: ">"))
        for content in node.content {
            switch content {
            case .text(let text): write(text, escaping: Self.textEscape)
            case .node(let child): write(child)
            }
        }
        output.append(UInt8(ascii: "<"))
        output.append(UInt8(ascii: "/"))
        write(node.name)
        output.append(UInt8(ascii: ">"))
        scope.removeSubrange(outer...)
    }

    private mutating func write(_ name: XMLName) {
        if let namespace = name.namespace {
            copy(namespace.prefix)
            output.append(UInt8(ascii: ":"))
        }
        copy(name.local)
    }

    private mutating func write(value: String) {
        output.append(UInt8(ascii: "="))
        output.append(UInt8(ascii: "\""))
        write(value, escaping: Self.valueEscape)
        output.append(UInt8(ascii: "\""))
    }

    private mutating func copy(_ text: String) {
        text.utf8Span.span.withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }

    /// Most text, and all Base64, has nothing to escape and is copied whole.
    private mutating func write(_ text: String, escaping escape: (UInt8) -> StaticString?) {
        text.utf8Span.span.withUnsafeBufferPointer { octets in
            guard octets.contains(where: Self.mayNeedEscape) else { return output.append(contentsOf: octets) }
            for octet in octets {
                if let escape = escape(octet) {
                    output.append(
                        contentsOf: UnsafeBufferPointer(start: escape.utf8Start, count: escape.utf8CodeUnitCount))
                } else {
                    output.append(octet)
                }
            }
        }
    }

    private static func mayNeedEscape(_ octet: UInt8) -> Bool {
        octet < 32 || octet == UInt8(ascii: "&") || octet == UInt8(ascii: "<") || octet == UInt8(ascii: ">")
            || octet == UInt8(ascii: "\"")
    }

    /// Canonical XML 1.0 §2.3. Characters that XML cannot hold never get this far: values are checked when they are read.
    private static func textEscape(_ octet: UInt8) -> StaticString? {
        switch octet {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case 13: "&#xD;"
        default: nil
        }
    }

    private static func valueEscape(_ octet: UInt8) -> StaticString? {
        switch octet {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: "\""): "&quot;"
        case 9: "&#x9;"
        case 10: "&#xA;"
        case 13: "&#xD;"
        default: nil
        }
    }
}
