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

    public var name: XMLName
    public var attributes: [(name: XMLName, value: String)] {
        get { storedAttributes.map { ($0.name, $0.value) } }
        set { storedAttributes = newValue.map(StoredAttribute.init) }
    }
    public var content: [Content]
    /// Namespaces that only a value mentions, such as the prefix in an `xsi:type`. They are declared in the text; exclusive
    /// canonical XML leaves them out (Exclusive C14N §1.1).
    public var mentioned: [Namespace]
    private var storedAttributes: [StoredAttribute]

    private struct StoredAttribute: Hashable, Sendable {
        let name: XMLName
        let value: String
    }

    /// - Parameter attributes: those whose value is `nil` are left out.
    public init(
        _ name: XMLName, _ attributes: [(XMLName, String?)] = [], mentioning mentioned: [Namespace] = [],
        _ children: [XMLNode?] = []
    ) {
        self.name = name
        self.mentioned = mentioned
        storedAttributes = attributes.compactMap { pair in pair.1.map { StoredAttribute(name: pair.0, value: $0) } }
        content = children.compactMap { $0.map(Content.node) }
    }

    public init(
        _ name: XMLName, _ attributes: [(XMLName, String?)] = [], mentioning mentioned: [Namespace] = [], text: String
    ) {
        self.init(name, attributes, mentioning: mentioned)
        content = [.text(text)]
    }

    public subscript(name: XMLName) -> String? { storedAttributes.first { $0.name == name }?.value }

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
        var writer = Writer(isCanonical: false)
        writer.write(self, declaring: namespaces.subtracting([.xml]).sorted { $0.prefix < $1.prefix })
        return writer.output
    }

    /// Exclusive canonical XML without comments, as if this element stood alone.
    public func canonical() -> [UInt8] {
        var writer = Writer(isCanonical: true)
        writer.write(self, declaring: [])
        return writer.output
    }

    private var namespaces: Set<Namespace> {
        var found = Set(mentioned)
        collect(into: &found)
        return found
    }

    private func collect(into found: inout Set<Namespace>) {
        if let namespace = name.namespace { found.insert(namespace) }
        for attribute in storedAttributes { if let namespace = attribute.name.namespace { found.insert(namespace) } }
        found.formUnion(mentioned)
        for case .node(let child) in content { child.collect(into: &found) }
    }

    /// Namespaces that the element's own name or its attributes use (Exclusive C14N §1.1: visibly utilized).
    fileprivate var utilized: [Namespace] {
        var found = name.namespace.map { [$0] } ?? []
        for attribute in storedAttributes {
            if let namespace = attribute.name.namespace, namespace != .xml, !found.contains(namespace) {
                found.append(namespace)
            }
        }
        return found.sorted { $0.prefix < $1.prefix }
    }

    /// Unqualified ones first, then by namespace URI and local name (Canonical XML 1.0 §4.8).
    fileprivate var sortedAttributes: [(name: XMLName, value: String)] {
        attributes.sorted {
            ($0.name.namespace?.uri ?? "", $0.name.local) < ($1.name.namespace?.uri ?? "", $1.name.local)
        }
    }
}

private struct Writer {
    let isCanonical: Bool
    var output: [UInt8] = []

    init(isCanonical: Bool) {
        self.isCanonical = isCanonical
        output.reserveCapacity(16_384)
    }

    mutating func write(_ node: XMLNode, declaring declared: [Namespace], inScope: Set<Namespace> = []) {
        var inScope = inScope
        output.append(UInt8(ascii: "<"))
        output.append(contentsOf: node.name.qualified.utf8)
        for namespace in isCanonical ? node.utilized.filter({ !inScope.contains($0) }) : declared {
            write(attribute: "xmlns:" + namespace.prefix, namespace.uri)
            inScope.insert(namespace)
        }
        for attribute in node.sortedAttributes { write(attribute: attribute.name.qualified, attribute.value) }
        output.append(UInt8(ascii: ">"))
        for content in node.content {
            switch content {
            case .text(let text): write(text, escapes: Self.inText)
            case .node(let child): write(child, declaring: [], inScope: inScope)
            }
        }
        output.append(contentsOf: "</".utf8)
        output.append(contentsOf: node.name.qualified.utf8)
        output.append(UInt8(ascii: ">"))
    }

    private mutating func write(attribute name: String, _ value: String) {
        output.append(UInt8(ascii: " "))
        output.append(contentsOf: name.utf8)
        output.append(contentsOf: "=\"".utf8)
        write(value, escapes: Self.inAttributes)
        output.append(UInt8(ascii: "\""))
    }

    private mutating func write(_ text: String, escapes: [UInt8: StaticString]) {
        var text = text
        text.withUTF8 { octets in
            guard octets.contains(where: { Self.special[Int($0)] }) else { return output.append(contentsOf: octets) }
            for octet in octets {
                if let escape = escapes[octet] {
                    output.append(
                        contentsOf: UnsafeBufferPointer(start: escape.utf8Start, count: escape.utf8CodeUnitCount))
                } else {
                    output.append(octet)
                }
            }
        }
    }

    /// Canonical XML 1.0 §2.3. Characters that XML cannot hold never get this far: values are checked when they are read.
    private static let inText: [UInt8: StaticString] = [
        UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: ">"): "&gt;", 13: "&#xD;",
    ]
    private static let inAttributes: [UInt8: StaticString] = [
        UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: "\""): "&quot;",
        9: "&#x9;", 10: "&#xA;", 13: "&#xD;",
    ]
    private static let special: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for octet in Array(inText.keys) + Array(inAttributes.keys) { table[Int(octet)] = true }
        return table
    }()
}
