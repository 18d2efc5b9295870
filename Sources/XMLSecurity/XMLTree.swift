// SPDX-License-Identifier: EUPL-1.2
import CLibXML2
import CPuente

/// A parsed document. Belongs to one task; elements keep it alive.
public final class XMLTree {
    let document: xmlDocPtr
    /// What was parsed.
    let octets: [UInt8]

    /// Takes ownership.
    init(owning document: xmlDocPtr, of octets: [UInt8]) {
        self.document = document
        self.octets = octets
    }
    deinit { xmlFreeDoc(document) }

    /// The document element. Every tree has one: `XMLTree.init(parsing:limits:)` refuses documents without.
    public var root: Element { Element(tree: self, node: xmlDocGetRootElement(document)) }
}

/// An element of a tree. Offers reading only.
public struct Element: Equatable {
    public let tree: XMLTree
    let node: xmlNodePtr

    public var local: String { String(cString: node.pointee.name) }
    public var namespaceURI: String? { node.pointee.ns.flatMap { $0.pointee.href }.map { String(cString: $0) } }

    /// The path from the root by local names: for messages to operators.
    public var path: String {
        guard let parent else { return local }
        return parent.path + "/" + local
    }

    /// What is declared here and around, by prefix; the default by an empty one.
    var namespacesInScope: [String: String] {
        var found: [String: String] = [:]
        for element in sequence(first: self, next: \.parent) {
            var next = element.node.pointee.nsDef
            while let namespace = next {
                let prefix = namespace.pointee.prefix.map { String(cString: $0) } ?? ""
                if found[prefix] == nil { found[prefix] = namespace.pointee.href.map { String(cString: $0) } ?? "" }
                next = namespace.pointee.next
            }
        }
        return found.filter { !$0.value.isEmpty }
    }

    public var parent: Element? {
        guard let parent = node.pointee.parent, parent.pointee.type == XML_ELEMENT_NODE else { return nil }
        return Element(tree: tree, node: parent)
    }

    public func `is`(_ name: XMLName) -> Bool { Self.node(node, is: name) }

    private static func node(_ node: xmlNodePtr, is name: XMLName) -> Bool {
        isNamed(node.pointee.name, node.pointee.ns, name)
    }

    private static func isNamed(_ local: UnsafePointer<xmlChar>, _ ns: xmlNsPtr?, _ name: XMLName) -> Bool {
        guard equal(local, name.local) else { return false }
        guard let href = ns?.pointee.href else { return name.namespace == nil }
        guard let namespace = name.namespace else { return false }
        return equal(href, namespace.uri)
    }

    /// The child elements, in document order. Comments and white space between them are passed over.
    public var children: [Element] {
        var found: [Element] = []
        var next = xmlFirstElementChild(node)
        while let child = next {
            found.append(Element(tree: tree, node: child))
            next = xmlNextElementSibling(child)
        }
        return found
    }

    public func children(_ name: XMLName) -> [Element] {
        var found: [Element] = []
        var next = xmlFirstElementChild(node)
        while let child = next {
            if Self.node(child, is: name) { found.append(Element(tree: tree, node: child)) }
            next = xmlNextElementSibling(child)
        }
        return found
    }

    /// The only child of that name, or `nil` if there is none or more than one.
    public func only(_ name: XMLName) -> Element? {
        var found: xmlNodePtr?
        var next = xmlFirstElementChild(node)
        while let child = next {
            if Self.node(child, is: name) {
                guard found == nil else { return nil }
                found = child
            }
            next = xmlNextElementSibling(child)
        }
        return found.map { Element(tree: tree, node: $0) }
    }

    public var hasChildren: Bool { xmlFirstElementChild(node) != nil }

    /// Takes out all that is in this element but some of its children. Nobody may hold another one of them.
    package func removeContent(but kept: [Element]) {
        var next = node.pointee.children
        while let child = next {
            next = child.pointee.next
            guard !kept.contains(where: { $0.node == child }) else { continue }
            xmlUnlinkNode(child)
            xmlFreeNode(child)
        }
    }

    /// All elements below this one, itself first, in document order.
    public var descendants: [Element] { descendants { _ in true } }

    /// Those of a name.
    public func descendants(_ name: XMLName) -> [Element] { descendants { Self.node($0, is: name) } }

    private func descendants(where isWanted: (xmlNodePtr) -> Bool) -> [Element] {
        sequence(first: node) { Self.follower(of: $0, below: node) }.filter(isWanted).map {
            Element(tree: tree, node: $0)
        }
    }

    /// The next element in document order that is below `ancestor`.
    private static func follower(of node: xmlNodePtr, below ancestor: xmlNodePtr) -> xmlNodePtr? {
        if let child = xmlFirstElementChild(node) { return child }
        var last = node
        while last != ancestor {
            if let next = xmlNextElementSibling(last) { return next }
            guard let parent = last.pointee.parent else { return nil }
            last = parent
        }
        return nil
    }

    /// The text directly inside, joined; elements inside contribute nothing.
    public var text: String {
        var first: String?
        var next = node.pointee.children
        while let child = next {
            if child.pointee.type == XML_TEXT_NODE, let content = child.pointee.content {
                let piece = String(cString: content)
                first = first.map { $0 + piece } ?? piece
            }
            next = child.pointee.next
        }
        return first ?? ""
    }

    /// The text directly inside, without white space at its ends.
    public var trimmedText: String { text.trimmingXMLSpace() }

    /// Whether there is text other than white space directly inside.
    public var hasText: Bool {
        var next = node.pointee.children
        while let child = next {
            if child.pointee.type == XML_TEXT_NODE, xmlIsBlankNode(child) != 1 { return true }
            next = child.pointee.next
        }
        return false
    }

    /// The Base64 content, decoded straight from the tree. `nil` if it is not Base64, or if there are elements inside.
    public var base64: [UInt8]? {
        guard let only = node.pointee.children else { return [] }
        if only.pointee.next == nil, only.pointee.type == XML_TEXT_NODE, let content = only.pointee.content {
            let octets = UnsafeRawPointer(content).assumingMemoryBound(to: UInt8.self)
            return Base64.decode(UnsafeBufferPointer(start: octets, count: Int(xmlStrlen(content))))
        }
        return hasChildren ? nil : Base64.decode(text)
    }

    /// The value of an attribute, after the normalisation of XML §3.3.3.
    public subscript(name: XMLName) -> String? {
        var next = node.pointee.properties
        while let attribute = next {
            if Self.isNamed(attribute.pointee.name, attribute.pointee.ns, name) { return Self.value(of: attribute) }
            next = attribute.pointee.next
        }
        return nil
    }

    private static func value(of attribute: xmlAttrPtr) -> String {
        guard let first = attribute.pointee.children else { return "" }
        if first.pointee.next == nil, first.pointee.type == XML_TEXT_NODE, let content = first.pointee.content {
            return String(cString: content)
        }
        guard let joined = xmlNodeListGetString(attribute.pointee.doc, first, 1) else { return "" }
        defer { cpuente_xml_free(joined) }
        return String(cString: joined)
    }

    /// The names of the attributes, but for the unqualified ones that are known; the prefix of a qualified one is as the
    /// document spells it.
    public func attributeNames(besides known: [String] = []) -> [XMLName] {
        var found: [XMLName] = []
        var next = node.pointee.properties
        while let attribute = next {
            next = attribute.pointee.next
            guard let name = attribute.pointee.name else { continue }
            if let namespace = attribute.pointee.ns, let href = namespace.pointee.href {
                let prefix = namespace.pointee.prefix.map { String(cString: $0) } ?? ""
                found.append(XMLName(Namespace(prefix, String(cString: href)), String(cString: name)))
            } else if !known.contains(where: { Self.equal(name, $0) }) {
                found.append(XMLName(unqualified: String(cString: name)))
            }
        }
        return found
    }

    /// The namespace URI that a prefix stands for here, as needed for QNames in values; `nil` if it is not declared.
    public func namespace(ofPrefix prefix: String) -> String? {
        guard let namespace = xmlSearchNs(tree.document, node, prefix.isEmpty ? nil : prefix) else { return nil }
        return namespace.pointee.href.map { String(cString: $0) }
    }

    /// Whether it is the same element, not merely one like it.
    public static func == (a: Element, b: Element) -> Bool { a.node == b.node }

    /// In place: handing a `String` to C makes a copy each time.
    private static func equal(_ text: UnsafePointer<xmlChar>, _ other: String) -> Bool {
        other.utf8Span.span.withUnsafeBufferPointer { octets in
            xmlStrncmp(text, octets.baseAddress, Int32(octets.count)) == 0 && text[octets.count] == 0
        }
    }
}

extension String {
    /// Without blank, tab, CR and LF at both ends.
    public func trimmingXMLSpace() -> String {
        let octets = utf8
        func isSpace(_ octet: UInt8) -> Bool { octet == 32 || octet == 9 || octet == 10 || octet == 13 }
        guard let first = octets.firstIndex(where: { !isSpace($0) }) else { return "" }
        let last = octets.lastIndex { !isSpace($0) } ?? first
        return first == octets.startIndex && octets.index(after: last) == octets.endIndex
            ? self : String(self[first...last])
    }
}
