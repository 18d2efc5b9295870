// SPDX-License-Identifier: EUPL-1.2
import CLibXML2
import CPuente

/// How large and how odd a document may be.
public struct XMLLimits: Sendable {
    public var octets: Int
    public var depth: Int
    public var elements: Int
    public var attributesPerElement: Int
    public var nameLength: Int
    public var textLength: Int
    /// Whether people and their editors wrote it: a byte order mark, and a style sheet before the root, are passed over.
    /// Neither is part of any signed element.
    public var isFile: Bool

    /// For messages: a response with its certificates has about 30 levels and 300 elements.
    public static let message = XMLLimits(
        octets: 131_072, depth: 40, elements: 4_000, attributesPerElement: 32, nameLength: 128, textLength: 131_072,
        isFile: false)

    /// For metadata, aggregates included.
    public static let metadata = XMLLimits(
        octets: 64 << 20, depth: 40, elements: 4_000_000, attributesPerElement: 64, nameLength: 256,
        textLength: 1 << 20,
        isFile: true)
}

extension XMLTree {
    /// Parses UTF-8 into a tree that holds elements, attributes, text and harmless comments only.
    ///
    /// Refused: a byte order mark in a message, any DOCTYPE, entities beyond the five, CDATA, processing instructions, comments beside text, identifiers
    /// that occur twice, relative or undeclared namespaces, anything over the limits. Nothing is fetched.
    public convenience init(parsing bytes: [UInt8], limits: XMLLimits = .message) throws(XMLFault) {
        guard bytes.count <= limits.octets else {
            throw XMLFault(.limit, expected: "at most \(limits.octets) octets", found: "\(bytes.count)")
        }
        let bytes = limits.isFile && bytes.starts(with: Self.byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
        try Self.checkEncoding(bytes)
        _ = Self.libraryIsReady
        self.init(owning: try Self.parse(bytes))
        var inspection = Inspection(limits: limits, mayHoldMarks: bytes.mayHoldMarks)
        try inspection.visitDocument(document)
    }

    static let libraryIsReady: Void = cpuente_initialize()
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func parse(_ bytes: [UInt8]) throws(XMLFault) -> xmlDocPtr {
        guard let context = xmlNewParserCtxt() else { throw XMLFault(.internalFailure) }
        defer { xmlFreeParserCtxt(context) }
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let document = bytes.withUnsafeBytes { buffer in
            xmlCtxtReadMemory(
                context, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil, "UTF-8",
                Int32(options))
        }
        guard let document else { throw XMLFault(.malformed) }
        guard context.pointee.wellFormed == 1, document.pointee.intSubset == nil, xmlDocGetRootElement(document) != nil
        else {
            xmlFreeDoc(document)
            throw XMLFault(.malformed)
        }
        guard context.pointee.nsWellFormed == 1 else {
            xmlFreeDoc(document)
            throw XMLFault(.namespace)
        }
        return document
    }

    /// UTF-8 without byte order mark, said or unsaid; no document type, which is refused before it is parsed.
    private static func checkEncoding(_ bytes: [UInt8]) throws(XMLFault) {
        guard let first = bytes.first else { throw XMLFault(.malformed, found: "nothing") }
        if bytes.starts(with: byteOrderMark) { throw XMLFault(.encoding, found: "byte order mark") }
        guard first < 0x80, !bytes.contains("\0"), UTF8.isValid(bytes) else {
            throw XMLFault(.encoding, expected: "UTF-8")
        }
        if bytes.contains("!"), bytes.contains("<!DOCTYPE") || bytes.contains("<!ENTITY") {
            throw XMLFault(.documentType)
        }
        guard bytes.starts(with: "<?xml".utf8), bytes.count > 5, " \t\r\n".utf8.contains(bytes[5]),
            let end = bytes.firstIndex(of: UInt8(ascii: ">"))
        else { return }
        guard bytes[..<end].allSatisfy({ $0 < 0x80 }) else { throw XMLFault(.malformed, found: "XML declaration") }
        let declaration = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        let version = declaration.said("version")
        guard version == "1.0" else { throw XMLFault(.malformed, expected: "XML 1.0", found: version) }
        guard let encoding = declaration.said("encoding"), encoding != "utf-8", encoding != "utf8" else { return }
        throw XMLFault(.encoding, expected: "UTF-8", found: String(encoding.prefix(20)))
    }
}

extension [UInt8] {
    fileprivate func contains(_ word: StaticString) -> Bool {
        cpuente_contains(self, count, word.utf8Start, word.utf8CodeUnitCount) == 1
    }
}

extension [UInt8] {
    /// Whether combining marks may be in this text: as they are, or behind a character reference.
    fileprivate var mayHoldMarks: Bool {
        // To the end, because that runs sixteen octets at a time.
        reduce(0, Swift.max) >= UInt8.firstOfMarks || contains("&")
    }
}

extension UInt8 {
    /// With which the first mark, U+0300, begins in UTF-8.
    fileprivate static let firstOfMarks: UInt8 = 0xCC
}

extension UTF8 {
    fileprivate static func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}

extension String {
    /// What an XML declaration says: the value in quotation marks behind the word.
    fileprivate func said(_ word: String) -> String? {
        guard let start = indices.first(where: { self[$0...].hasPrefix(word) }) else { return nil }
        let parts = self[start...].split(maxSplits: 2, omittingEmptySubsequences: false) { "\"'".contains($0) }
        return parts.count > 1 ? String(parts[1]) : nil
    }
}

/// One walk over a fresh tree that refuses what no message needs.
private struct Inspection {
    let limits: XMLLimits
    let mayHoldMarks: Bool
    var elements = 0
    var identifiers: Set<String> = []
    /// Namespaces of this tree that were looked at and found good.
    var absolute: [UnsafePointer<xmlChar>] = []

    init(limits: XMLLimits, mayHoldMarks: Bool) {
        self.limits = limits
        self.mayHoldMarks = mayHoldMarks
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
        let text = String(cString: content).trimmingXMLSpace().lowercased()
        guard identifiers.insert(text).inserted else {
            throw XMLFault(.identifierRepeated, String(cString: element.pointee.name))
        }
    }

    mutating func visitContent(of element: xmlNodePtr, depth: Int) throws(XMLFault) {
        var hasComment = false
        var textLength = 0
        var hasText = false
        var next = element.pointee.children
        while let node = next {
            switch node.pointee.type {
            case XML_ELEMENT_NODE: try visit(node, depth: depth + 1)
            case XML_COMMENT_NODE: hasComment = true
            case XML_TEXT_NODE:
                try check(marksIn: node.pointee.content)
                textLength += Int(xmlStrlen(node.pointee.content))
                hasText = hasText || xmlIsBlankNode(node) != 1
            default: throw XMLFault(.forbiddenNode, String(cString: element.pointee.name))
            }
            next = node.pointee.next
        }
        guard textLength <= limits.textLength else { throw XMLFault(.limit, found: "\(textLength) octets of text") }
        if hasComment, hasText { throw XMLFault(.commentInText, String(cString: element.pointee.name)) }
    }
}
