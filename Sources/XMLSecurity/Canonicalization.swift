// SPDX-License-Identifier: EUPL-1.2
import CLibXML2
import CPuente

extension Element {
    /// Exclusive canonical XML without comments of this element, as it stands in its document.
    ///
    /// - Parameter prefixes: the InclusiveNamespaces PrefixList; `#default` stands for the default namespace.
    /// - Parameter omitting: a child that the enveloped-signature transform takes out.
    /// - Spec: Exclusive XML Canonicalization 1.0; XML Signature 1.1 §6.6.4.
    package func canonical(
        inclusive prefixes: [String] = [], omitting signature: Element? = nil
    ) throws(XMLFault) -> [UInt8] {
        let place = signature.map(Place.init)
        if let signature { xmlUnlinkNode(signature.node) }
        defer { if let signature, let place { place.restore(signature.node) } }
        guard let output = xmlAllocOutputBuffer(nil) else { throw XMLFault(.internalFailure) }
        defer { xmlOutputBufferClose(output) }
        let solo = Solo(self)
        defer { solo.restore() }
        let done = withCStrings(prefixes) { list in
            xmlC14NExecute(tree.document, nil, nil, Int32(XML_C14N_EXCLUSIVE_1_0.rawValue), list, 0, output)
        }
        guard done >= 0, xmlOutputBufferFlush(output) >= 0, let content = xmlOutputBufferGetContent(output) else {
            throw XMLFault(.namespace, path, found: "canonicalisation failed")
        }
        return [UInt8](UnsafeBufferPointer(start: content, count: xmlOutputBufferGetSize(output)))
    }
}

/// Where a node was, so that it can be put back: reading leaves the tree as it was found.
private struct Place {
    let parent: xmlNodePtr?
    let previous: xmlNodePtr?
    let next: xmlNodePtr?

    init(_ element: Element) {
        parent = element.node.pointee.parent
        previous = element.node.pointee.prev
        next = element.node.pointee.next
    }

    /// By pointers, because libxml2's own insertion joins neighbouring texts and frees one of them.
    func restore(_ node: xmlNodePtr) {
        node.pointee.parent = parent
        node.pointee.prev = previous
        node.pointee.next = next
        if let previous { previous.pointee.next = node } else { parent?.pointee.children = node }
        if let next { next.pointee.prev = node } else { parent?.pointee.last = node }
    }
}

/// An element as all that its document has, because the way of libxml2 to canonicalise a part of a document is to ask about
/// each node of all of it. What is declared above the element can still be seen from it.
private struct Solo {
    private let element: Element
    private let place: Place
    private let first: xmlNodePtr?
    private let last: xmlNodePtr?

    init(_ element: Element) {
        self.element = element
        place = Place(element)
        (first, last) = (element.tree.document.pointee.children, element.tree.document.pointee.last)
        (element.node.pointee.prev, element.node.pointee.next) = (nil, nil)
        (element.tree.document.pointee.children, element.tree.document.pointee.last) = (element.node, element.node)
    }

    func restore() {
        (element.tree.document.pointee.children, element.tree.document.pointee.last) = (first, last)
        (element.node.pointee.prev, element.node.pointee.next) = (place.previous, place.next)
    }
}

/// A NULL-terminated array of C strings for the time of `body`; `nil` for none.
private func withCStrings<R>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<xmlChar>?>?) -> R
) -> R {
    guard !strings.isEmpty else { return body(nil) }
    var copies = strings.map { xmlStrdup($0) }
    defer { for copy in copies { cpuente_xml_free(copy) } }
    copies.append(nil)
    return copies.withUnsafeMutableBufferPointer { body($0.baseAddress) }
}
