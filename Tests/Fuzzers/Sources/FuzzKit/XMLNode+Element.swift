// SPDX-License-Identifier: EUPL-1.2
public import XMLSecurity

extension XMLNode {
    /// An element that was read, as one that can be written: each namespace under a prefix of ours, the text of an
    /// element before its children, and no comments.
    ///
    /// - Parameter leavingOut: what not to copy, with all that is inside.
    public init(copying element: Element, leavingOut isLeftOut: (Element) -> Bool = { _ in false }) {
        var prefixes = Prefixes()
        self.init(element, &prefixes, isLeftOut)
    }

    private init(_ element: Element, _ prefixes: inout Prefixes, _ isLeftOut: (Element) -> Bool) {
        let attributes = element.attributeNames().map { name -> (XMLName, String?) in
            (prefixes.name(name.local, name.namespace?.uri), element[name])
        }
        self.init(prefixes.name(element.local, element.namespaceURI), attributes)
        let text = element.text
        if !text.isEmpty { content.append(.text(text)) }
        for child in element.children where !isLeftOut(child) {
            content.append(.node(XMLNode(child, &prefixes, isLeftOut)))
        }
    }

    private struct Prefixes {
        private var known = [Namespace.xml.uri: Namespace.xml]

        mutating func name(_ local: String, _ uri: String?) -> XMLName {
            guard let uri, !uri.isEmpty else { return XMLName(unqualified: local) }
            let namespace = known[uri] ?? Namespace("n\(known.count)", uri)
            known[uri] = namespace
            return namespace(local)
        }
    }
}
