// SPDX-License-Identifier: EUPL-1.2
import CLibXML2
import CPuente

/// One walk over a fresh tree that refuses what no message needs.
struct Inspection {
    let limits: XMLLimits
    let mayHoldMarks: Bool
    var elements = 0
    var identifiers: Identifiers
    /// Namespaces of this tree that were looked at and found good.
    private var absolute: [UnsafePointer<xmlChar>] = []

    /// - Parameter identifiers: those of the pieces before. Taken, because a copy would be made of so many.
    init(_ limits: XMLLimits, of bytes: [UInt8], taking identifiers: inout Identifiers) {
        self.limits = limits
        self.identifiers = identifiers
        identifiers = Identifiers()
        mayHoldMarks = bytes.mayHoldMarks
    }

    mutating func visitDocument(_ document: xmlDocPtr) throws(XMLFault) {
        var next = document.pointee.children
        while let node = next {
            switch node.pointee.type {
            case XML_ELEMENT_NODE: try visit(node, depth: 1)
            case XML_COMMENT_NODE: break
            case XML_PI_NODE where limits.isFile && node.pointee.prev == nil: break
            default: throw XMLFault(.forbiddenNode, found: "outside the root element")
            }
            next = node.pointee.next
        }
    }

    mutating func visit(_ element: xmlNodePtr, depth: Int) throws(XMLFault) {
        elements += 1
        guard depth <= limits.depth else { throw XMLFault(.limit, expected: "at most \(limits.depth) levels") }
        guard elements <= limits.elements else {
            throw XMLFault(.limit, expected: "at most \(limits.elements) elements")
        }
        try check(name: element.pointee.name)
        try visitNamespaces(of: element)
        try visitAttributes(of: element)
        try visitContent(of: element, depth: depth)
    }

    func check(name: UnsafePointer<xmlChar>?) throws(XMLFault) {
        guard Int(xmlStrlen(name)) <= limits.nameLength else {
            throw XMLFault(.limit, expected: "names of at most \(limits.nameLength) octets")
        }
    }

    /// Whoever compares texts brings the marks above and below a letter into order, at a cost that grows with the square of
    /// their number. No language stacks more than the Stream-Safe Text Format allows (UAX #15 §13).
    func check(marksIn text: UnsafePointer<xmlChar>?) throws(XMLFault) {
        guard mayHoldMarks, let text else { return }
        let octets = UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
        guard octets.contains(where: { $0 >= UInt8.firstOfMarks }) else { return }
        var run = 0
        for scalar in String(decoding: octets, as: UTF8.self).unicodeScalars {
            run = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : run + 1
            guard run <= 30 else { throw XMLFault(.limit, expected: "at most 30 combining marks in a row") }
        }
    }

    mutating func visitNamespaces(of element: xmlNodePtr) throws(XMLFault) {
        var count = 0
        var next = element.pointee.nsDef
        while let namespace = next {
            count += 1
            try check(name: namespace.pointee.prefix)
            try check(marksIn: namespace.pointee.href)
            // Canonical XML gives no meaning to relative namespaces (Exclusive C14N §1.3); libxml2 does not write them.
            guard isAbsoluteOrEmpty(namespace.pointee.href) else {
                throw XMLFault(
                    .namespace, String(cString: element.pointee.name), expected: "an absolute URI",
                    found: namespace.pointee.href.map { String(cString: $0) })
            }
            next = namespace.pointee.next
        }
        guard count <= limits.attributesPerElement else { throw XMLFault(.limit, found: "\(count) namespaces") }
    }

    /// Whether libxml2 takes it for a URI with a scheme, as its canonicalisation will ask again. An ampersand would
    /// stand in the tree as `&#38;`, and in canonical XML too, where everybody else writes `&amp;`.
    private mutating func isAbsoluteOrEmpty(_ uri: UnsafePointer<xmlChar>?) -> Bool {
        guard let uri, uri.pointee != 0 else { return true }
        // The same few again and again, and taking a URI apart is slow.
        if absolute.contains(where: { xmlStrEqual($0, uri) == 1 }) { return true }
        guard xmlStrchr(uri, UInt8(ascii: "&")) == nil,
            let parsed = xmlParseURI(UnsafeRawPointer(uri).assumingMemoryBound(to: CChar.self))
        else { return false }
        defer { xmlFreeURI(parsed) }
        guard parsed.pointee.scheme != nil else { return false }
        if absolute.count < 16 { absolute.append(uri) }
        return true
    }

    mutating func visitAttributes(of element: xmlNodePtr) throws(XMLFault) {
        var count = 0
        var next = element.pointee.properties
        while let attribute = next {
            count += 1
            try check(name: attribute.pointee.name)
            var value = attribute.pointee.children
            while let text = value {
                try check(marksIn: text.pointee.content)
                value = text.pointee.next
            }
            if xmlStrcasecmp(attribute.pointee.name, "id") == 0 { try note(identifier: attribute, of: element) }
            next = attribute.pointee.next
        }
        guard count <= limits.attributesPerElement else {
            throw XMLFault(.limit, String(cString: element.pointee.name), found: "\(count) attributes")
        }
    }

    /// `ID`, `Id`, `id` and `xml:id` share one space, regardless of case and blanks: whoever looks an identifier up, in
    /// whatever way, finds the same element.
    mutating func note(identifier: xmlAttrPtr, of element: xmlNodePtr) throws(XMLFault) {
        guard let content = xmlNodeGetContent(UnsafeMutableRawPointer(identifier).assumingMemoryBound(to: xmlNode.self))
        else { return }
        defer { cpuente_xml_free(content) }
        try identifiers.note(String(cString: content).trimmingXMLSpace().lowercased(), of: element)
    }

    /// What stands right inside an element, besides other elements.
    struct Content {
        var hasComment = false
        var hasText = false
        var textLength = 0
    }

    mutating func visitContent(of element: xmlNodePtr, depth: Int) throws(XMLFault) {
        var content = Content()
        try visitContent(of: element, depth: depth, besides: &content)
        guard content.textLength <= limits.textLength else {
            throw XMLFault(.limit, found: "\(content.textLength) octets of text")
        }
    }

    /// - Parameter content: what was seen in other pieces of this element.
    mutating func visitContent(
        of element: xmlNodePtr, depth: Int, besides content: inout Content
    ) throws(XMLFault) {
        var next = element.pointee.children
        while let node = next {
            switch node.pointee.type {
            case XML_ELEMENT_NODE: try visit(node, depth: depth + 1)
            case XML_COMMENT_NODE: content.hasComment = true
            case XML_TEXT_NODE:
                try check(marksIn: node.pointee.content)
                content.textLength += Int(xmlStrlen(node.pointee.content))
                content.hasText = content.hasText || xmlIsBlankNode(node) != 1
            default: throw XMLFault(.forbiddenNode, String(cString: element.pointee.name))
            }
            next = node.pointee.next
        }
        if content.hasComment, content.hasText {
            throw XMLFault(.commentInText, String(cString: element.pointee.name))
        }
    }
}

/// The identifiers of one document. By their hashes, which nobody can foresee: of a large document there are many.
struct Identifiers {
    private var hashes: Set<Int> = []

    mutating func note(_ identifier: String, of element: xmlNodePtr) throws(XMLFault) {
        guard hashes.insert(identifier.hashValue).inserted else {
            throw XMLFault(.identifierRepeated, String(cString: element.pointee.name))
        }
        guard hashes.count <= 4_000_000 else { throw XMLFault(.limit, expected: "at most 4000000 identifiers") }
    }
}
