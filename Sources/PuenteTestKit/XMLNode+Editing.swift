// SPDX-License-Identifier: EUPL-1.2
import SAML
public import XMLSecurity

/// Spoiling asked for something that is not in the message: the test is wrong.
public struct NothingToSpoil: Error, CustomStringConvertible {
    public let name: String
    public var description: String { "no \(name) to spoil" }
    public init(name: String) { self.name = name }
}

extension XMLNode {
    /// The text directly inside.
    public var text: String {
        get { content.map { if case .text(let text) = $0 { text } else { "" } }.joined() }
        set { content = [.text(newValue)] }
    }

    /// The first element with that local name at any depth, itself included.
    public func first(_ local: String) -> XMLNode? {
        if name.local == local { return self }
        for child in children {
            if let found = child.first(local) { return found }
        }
        return nil
    }

    /// Changes the first element with that local name.
    public mutating func edit(_ local: String, _ change: (inout XMLNode) throws -> Void) throws {
        guard try editIfThere(local, change) else { throw NothingToSpoil(name: local) }
    }

    private mutating func editIfThere(_ local: String, _ change: (inout XMLNode) throws -> Void) throws -> Bool {
        if name.local == local {
            try change(&self)
            return true
        }
        for index in content.indices {
            guard case .node(var child) = content[index] else { continue }
            if try child.editIfThere(local, change) {
                content[index] = .node(child)
                return true
            }
        }
        return false
    }

    /// Gives the first element with that local name another text.
    public mutating func setText(of local: String, _ text: String) throws { try edit(local) { $0.text = text } }

    /// Gives an attribute of the first element with that local name another value, or takes it away.
    public mutating func set(_ attribute: XMLName, of local: String, _ value: String?) throws {
        try edit(local) { $0.set(attribute, value) }
    }

    public mutating func set(_ attribute: XMLName, _ value: String?) {
        var others = attributes.filter { $0.name != attribute }
        if let value { others.append((attribute, value)) }
        attributes = others
    }

    /// Takes the first element with that local name out, with all that is in it.
    public mutating func remove(_ local: String) throws {
        guard let taken = takeOut(local), taken.name.local == local else { throw NothingToSpoil(name: local) }
    }

    private mutating func takeOut(_ local: String) -> XMLNode? {
        for index in content.indices {
            guard case .node(var child) = content[index] else { continue }
            if child.name.local == local {
                content.remove(at: index)
                return child
            }
            if let taken = child.takeOut(local) {
                content[index] = .node(child)
                return taken
            }
        }
        return nil
    }

    /// Puts the first element with that local name there a second time, right behind itself.
    public mutating func double(_ local: String) throws {
        guard doubleIfThere(local) else { throw NothingToSpoil(name: local) }
    }

    private mutating func doubleIfThere(_ local: String) -> Bool {
        for index in content.indices {
            guard case .node(var child) = content[index] else { continue }
            if child.name.local == local {
                content.insert(.node(child), at: index)
                return true
            }
            if child.doubleIfThere(local) {
                content[index] = .node(child)
                return true
            }
        }
        return false
    }
}

extension [UInt8] {
    /// The octets with the first occurrence of a text replaced.
    public func replacing(_ old: String, with new: String) throws -> [UInt8] {
        let text = String(decoding: self, as: UTF8.self)
        guard let range = text.firstRange(of: old) else { throw NothingToSpoil(name: old) }
        return Array(text.replacingCharacters(in: range, with: new).utf8)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
        self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}

extension XMLNode {
    /// The text for a golden file: each element on a line of its own, indented by its depth.
    public var reviewable: String { lines(depth: 0).joined(separator: "\n") + "\n" }

    private func lines(depth: Int) -> [String] {
        let indent = String(repeating: "  ", count: depth)
        let attributes = attributes.map { name, value in
            " " + (name.namespace.map { $0.prefix + ":" } ?? "") + name.local + "=\"\(value)\""
        }
        let tag = (name.namespace.map { $0.prefix + ":" } ?? "") + name.local
        let start = indent + "<" + tag + attributes.joined()
        guard !children.isEmpty else { return [text.isEmpty ? start + "/>" : start + ">" + text + "</" + tag + ">"] }
        return [start + ">"] + children.flatMap { $0.lines(depth: depth + 1) } + [indent + "</" + tag + ">"]
    }
}

extension XMLNode {
    /// An element that somebody else wrote, to be changed and signed anew. Prefixes become those of our namespaces, white
    /// space between elements is lost.
    public init(copying element: Element) {
        var names: [String: Namespace] = [:]
        for known: Namespace in [.saml2, .saml2p, .ds, .xenc, .eidas, .eidasNatural, .eidasLegal, .xs, .xsi, .xml] {
            names[known.uri] = known
        }
        self = Self.copy(element, &names)
    }

    private static func copy(_ element: Element, _ names: inout [String: Namespace]) -> XMLNode {
        func ours(_ uri: String) -> Namespace {
            let found = names[uri] ?? Namespace("n\(names.count)", uri)
            names[uri] = found
            return found
        }
        var mentioned: [Namespace] = []
        let attributes: [(XMLName, String?)] = element.attributeNames().map { name in
            let ourName = name.namespace.map { XMLName(ours($0.uri), name.local) } ?? name
            guard ourName == Namespace.xsi("type"), let parts = element[name]?.split(separator: ":"), parts.count == 2,
                let uri = element.namespace(ofPrefix: String(parts[0]))
            else { return (ourName, element[name]) }
            mentioned.append(ours(uri))
            return (ourName, ours(uri).prefix + ":" + parts[1])
        }
        let name = element.namespaceURI.map { ours($0)(element.local) } ?? XMLName(unqualified: element.local)
        var node = XMLNode(name, attributes, mentioning: mentioned)
        node.content = element.children.map { .node(copy($0, &names)) }
        if node.content.isEmpty, !element.text.isEmpty { node.content = [.text(element.text)] }
        return node
    }
}
