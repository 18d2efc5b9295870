// SPDX-License-Identifier: EUPL-1.2
import CLibXML2
import CPuente

extension Element {
    /// Exclusive canonical XML without comments of this element, as it stands in its document.
    ///
    /// - Parameter prefixes: the InclusiveNamespaces PrefixList; `#default` stands for the default namespace.
    /// - Parameter omitting: a child that the enveloped-signature transform takes out.
    /// - Spec: Exclusive XML Canonicalization 1.0; XML Signature 1.1 §6.6.4.
    func canonical(inclusive prefixes: [String] = [], omitting signature: Element? = nil) throws(XMLFault) -> [UInt8] {
        let place = signature.map(Place.init)
        if let signature { xmlUnlinkNode(signature.node) }
        defer { if let signature, let place { place.restore(signature.node) } }
        guard let output = xmlAllocOutputBuffer(nil) else { throw XMLFault(.internalFailure) }
        defer { xmlOutputBufferClose(output) }
        // The whole document is the fast way; beside the root there may be a style sheet, which is not of this element.
        let isWhole =
            xmlDocGetRootElement(tree.document) == node && node.pointee.prev == nil && node.pointee.next == nil
        let done = withCStrings(prefixes) { list in
            xmlC14NExecute(
                tree.document, isWhole ? nil : isInside, isWhole ? nil : UnsafeMutableRawPointer(node),
                Int32(XML_C14N_EXCLUSIVE_1_0.rawValue), list, 0, output)
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

/// Visibility of a node for `xmlC14NExecute`: inside the element that `target` points to.
/// `node` may be a namespace declaration, which has no parent of its own; `parent` is its element then.
private let isInside: @convention(c) (UnsafeMutableRawPointer?, xmlNodePtr?, xmlNodePtr?) -> Int32 = {
    target, node, parent in
    guard let node else { return 0 }
    var next: xmlNodePtr? = node.pointee.type == XML_NAMESPACE_DECL ? parent : node
    while let current = next {
        if UnsafeMutableRawPointer(current) == target { return 1 }
        next = current.pointee.parent
    }
    return 0
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
