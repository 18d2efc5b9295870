// SPDX-License-Identifier: EUPL-1.2

/// The children of one element, which must be those that are asked for, in this order, and no others. Beside them it has no text,
/// and no attributes but those that are named: what nobody reads here, somebody else may.
struct Parts {
    private let element: Element
    private let fault: XMLFault.Kind
    private var rest: ArraySlice<Element>

    /// - Parameter fault: what it is called if something is missing or too much.
    init(of element: Element, attributes: [String], else fault: XMLFault.Kind) throws(XMLFault) {
        guard element.attributeNames(besides: attributes).isEmpty, !element.hasText else {
            throw XMLFault(fault, element.path, found: "unexpected text or attribute")
        }
        self.element = element
        self.fault = fault
        rest = element.children[...]
    }

    mutating func next(_ name: XMLName) throws(XMLFault) -> Element {
        guard let part = nextIfAny(name) else {
            throw XMLFault(fault, element.path, expected: name.local, found: rest.first?.local ?? "nothing")
        }
        return part
    }

    mutating func nextIfAny(_ name: XMLName) -> Element? {
        guard let first = rest.first, first.is(name) else { return nil }
        return rest.removeFirst()
    }

    func end() throws(XMLFault) {
        guard let first = rest.first else { return }
        throw XMLFault(fault, element.path, expected: "no more", found: first.local)
    }
}
