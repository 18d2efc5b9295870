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
        var identifiers = Identifiers()
        try self.init(parsing: bytes, limits: limits, knowing: &identifiers)
    }

    /// - Parameter identifiers: those of the document of which this is a part.
    convenience init(
        parsing bytes: [UInt8], limits: XMLLimits, knowing identifiers: inout Identifiers
    ) throws(XMLFault) {
        guard bytes.count <= limits.octets else {
            throw XMLFault(.limit, expected: "at most \(limits.octets) octets", found: "\(bytes.count)")
        }
        let bytes = limits.isFile && bytes.starts(with: Self.byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
        try Self.checkEncoding(bytes)
        _ = Self.libraryIsReady
        self.init(owning: try Self.parse(bytes, limits), of: bytes)
        var inspection = Inspection(limits, of: bytes, taking: &identifiers)
        try inspection.visitDocument(document)
        identifiers = inspection.identifiers
    }

    static let libraryIsReady: Void = cpuente_initialize()
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// - Parameter bytes: in UTF-8, without a document type.
    static func parse(_ bytes: [UInt8], _ limits: XMLLimits) throws(XMLFault) -> xmlDocPtr {
        try MarkupScan.check(bytes, limits)
        guard let context = xmlNewParserCtxt() else { throw XMLFault(.internalFailure) }
        defer { xmlFreeParserCtxt(context) }
        // The first of the library's own limits that is met: the errors behind it are what follows from it.
        context.pointee.sax.pointee.serror = { owner, error in
            guard let context = owner?.assumingMemoryBound(to: xmlParserCtxt.self), let error = error?.pointee,
                error.isLimit
            else { return }
            context.pointee._private = owner
        }
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let document = bytes.withUnsafeBytes { buffer in
            xmlCtxtReadMemory(
                context, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil, "UTF-8",
                Int32(options))
        }
        let fault = XMLFault(context.pointee._private == nil ? .malformed : .limit)
        guard let document else { throw fault }
        guard context.pointee.wellFormed == 1, document.pointee.intSubset == nil, xmlDocGetRootElement(document) != nil
        else {
            xmlFreeDoc(document)
            throw fault
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
        guard first < 0x80 else { throw XMLFault(.encoding, expected: "UTF-8") }
        try checkOctets(bytes)
        guard bytes.starts(with: "<?xml".utf8), bytes.count > 5, " \t\r\n".utf8.contains(bytes[5]) else { return }
        // It says a version, an encoding and whether it is alone: what is longer says something else, and is slow to read.
        guard let end = bytes.prefix(256).firstIndex(of: UInt8(ascii: ">")), bytes[..<end].allSatisfy({ $0 < 0x80 })
        else { throw XMLFault(.malformed, found: "XML declaration") }
        let declaration = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        let version = declaration.said("version")
        guard version == "1.0" else { throw XMLFault(.malformed, expected: "XML 1.0", found: version) }
        guard let encoding = declaration.said("encoding"), encoding != "utf-8", encoding != "utf8" else { return }
        throw XMLFault(.encoding, expected: "UTF-8", found: String(encoding.prefix(20)))
    }

    static func checkOctets(_ bytes: [UInt8]) throws(XMLFault) {
        guard !bytes.contains("\0"), UTF8.isValid(bytes) else { throw XMLFault(.encoding, expected: "UTF-8") }
        if bytes.contains("!"), bytes.contains("<!DOCTYPE") || bytes.contains("<!ENTITY") {
            throw XMLFault(.documentType)
        }
    }
}

extension xmlError {
    /// Whether the document goes beyond what the library takes: names of 50,000 octets, 256 levels, which it tells as internal
    /// errors with that number.
    fileprivate var isLimit: Bool {
        UInt32(bitPattern: code) == XML_ERR_NAME_TOO_LONG.rawValue
            || UInt32(bitPattern: code) == XML_ERR_INTERNAL_ERROR.rawValue && int1 > 0
    }
}

extension [UInt8] {
    fileprivate func contains(_ word: StaticString) -> Bool {
        cpuente_contains(self, count, word.utf8Start, word.utf8CodeUnitCount) == 1
    }
}

extension [UInt8] {
    /// Whether combining marks may be in this text: as they are, or behind a character reference.
    var mayHoldMarks: Bool {
        // To the end, because that runs sixteen octets at a time.
        reduce(0, Swift.max) >= UInt8.firstOfMarks || contains("&")
    }
}

extension UInt8 {
    /// With which the first mark, U+0300, begins in UTF-8.
    static let firstOfMarks: UInt8 = 0xCC
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
