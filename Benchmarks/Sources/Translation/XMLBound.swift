// SPDX-License-Identifier: EUPL-1.2
import CLibXML2
import CPuente
import XMLSecurity

/// Nothing but the XML of one translation, straight from libxml2: parsing, exclusive canonicalisation, Base64 and
/// serialising of messages of the same size, once for what comes in and once for what goes out.
final class XMLBound {
    private let response: [UInt8]
    private let assertion: [UInt8]

    /// - Parameters:
    ///   - response: signed, with an EncryptedAssertion.
    ///   - assertion: signed.
    init(response: [UInt8], assertion: [UInt8]) {
        self.response = response
        self.assertion = assertion
        cpuente_initialize()
    }

    func translate() throws {
        for isOut in [false, true] {
            let outer = try canonicalized(response)
            defer { xmlFreeDoc(outer) }
            guard let cipher = find("CipherValue", in: xmlDocGetRootElement(outer), last: true) else {
                throw Failure("libxml2: a message that is not as expected")
            }
            let text = xmlNodeGetContent(cipher)
            let octets = text.map { Base64.decode(UnsafeBufferPointer(start: $0, count: Int(xmlStrlen($0)))) } ?? nil
            cpuente_xml_free(text)
            guard octets?.isEmpty == false else { throw Failure("libxml2: a message that is not as expected") }
            let inner = try canonicalized(assertion)
            defer { xmlFreeDoc(inner) }
            if isOut {
                serialize(inner)
                serialize(outer)
            }
        }
    }

    /// Parses, and canonicalises the root without its signature, and SignedInfo.
    private func canonicalized(_ octets: [UInt8]) throws -> xmlDocPtr {
        let document = octets.withUnsafeBytes { buffer in
            xmlReadMemory(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil, nil,
                Int32(XML_PARSE_NONET.rawValue))
        }
        guard let document, let root = xmlDocGetRootElement(document), let signature = find("Signature", in: root),
            let signedInfo = find("SignedInfo", in: signature)
        else { throw Failure("libxml2: a message that is not as expected") }
        try canonicalize(Scope(top: root, without: signature), document)
        try canonicalize(Scope(top: signedInfo, without: nil), document)
        return document
    }

    fileprivate struct Scope {
        var top: xmlNodePtr
        var without: xmlNodePtr?
    }

    private func canonicalize(_ scope: Scope, _ document: xmlDocPtr) throws {
        let output = xmlAllocOutputBuffer(nil)
        defer { xmlOutputBufferClose(output) }
        var scope = scope
        guard xmlC14NExecute(document, isVisible, &scope, Int32(XML_C14N_EXCLUSIVE_1_0.rawValue), nil, 0, output) >= 0,
            xmlOutputBufferGetSize(output) > 300
        else { throw Failure("libxml2: canonicalisation") }
    }

    private func serialize(_ document: xmlDocPtr) {
        var text: UnsafeMutablePointer<xmlChar>?
        var count: Int32 = 0
        xmlDocDumpMemoryEnc(document, &text, &count, "UTF-8")
        cpuente_xml_free(text)
    }

    private func find(_ name: String, in node: xmlNodePtr?, last: Bool = false) -> xmlNodePtr? {
        var found: xmlNodePtr?
        var next = node?.pointee.children
        while let child = next, last || found == nil {
            if child.pointee.type == XML_ELEMENT_NODE {
                found =
                    (xmlStrEqual(child.pointee.name, name) == 1 ? child : find(name, in: child, last: last)) ?? found
            }
            next = child.pointee.next
        }
        return found
    }
}

private let isVisible: @convention(c) (UnsafeMutableRawPointer?, xmlNodePtr?, xmlNodePtr?) -> Int32 = {
    data, node, parent in
    guard let scope = data?.assumingMemoryBound(to: XMLBound.Scope.self), let node else { return 0 }
    let isPart = node.pointee.type == XML_NAMESPACE_DECL || node.pointee.type == XML_ATTRIBUTE_NODE
    var next: xmlNodePtr? = isPart ? parent : node
    while let current = next {
        if current == scope.pointee.without { return 0 }
        if current == scope.pointee.top { return 1 }
        next = current.pointee.parent
    }
    return 0
}
