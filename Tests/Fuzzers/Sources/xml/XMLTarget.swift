// SPDX-License-Identifier: EUPL-1.2
import FuzzKit
import PuenteTestKit

@testable import XMLSecurity

/// Whatever is accepted as a message keeps the limits, holds nothing forbidden, says the same once it was written in
/// canonical form, and is written by us as libxml2 canonicalises it.
enum XMLTarget: FuzzTarget {
    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        try ["answers", "requests"].flatMap { folder in
            try Vector.all(in: folder).map { (folder + "-" + $0.name, $0.message) }
        }
    }

    static func run(_ octets: [UInt8]) throws {
        guard let tree = try? XMLTree(parsing: octets) else { return }
        checkLimits(of: tree, octets)
        let canonical = try tree.root.canonical()
        try checkReparsing(canonical, of: tree)
        try checkRewriting(tree)
        try checkPartsLeaveTreeAsItWas(tree, canonical)
        promise((try? XMLTree(parsing: octets, limits: .metadata)) != nil, "metadata may be all that a message may be")
    }

    private static func checkLimits(of tree: XMLTree, _ octets: [UInt8]) {
        let limits = XMLLimits.message
        let text = String(validating: octets, as: UTF8.self)
        promise(octets.count <= limits.octets, "at most \(limits.octets) octets")
        promise(text != nil && !octets.contains(0), "UTF-8 without NUL")
        promise(!(text ?? "").contains("<!DOCTYPE") && !(text ?? "").contains("<!ENTITY"), "no document type")
        let all = tree.root.descendants
        promise(all.count <= limits.elements, "at most \(limits.elements) elements")
        for element in all {
            promise(depth(of: element) <= limits.depth, "at most \(limits.depth) levels")
            let names = element.attributeNames()
            promise(names.count <= limits.attributesPerElement, "at most \(limits.attributesPerElement) attributes")
            for name in names.map(\.local) + [element.local] {
                promise(name.utf8.count <= limits.nameLength, "names of at most \(limits.nameLength) octets")
            }
            promise(element.text.utf8.count <= limits.textLength, "at most \(limits.textLength) octets of text")
        }
    }

    private static func depth(of element: Element) -> Int {
        sequence(first: element, next: \.parent).reduce(0) { count, _ in count + 1 }
    }

    /// Canonical XML declares namespaces again and again, and spells out what was short.
    private static let generous: XMLLimits = {
        var limits = XMLLimits.message
        limits.octets = 64 << 20
        limits.attributesPerElement += 1
        return limits
    }()

    private static func checkReparsing(_ canonical: [UInt8], of tree: XMLTree) throws {
        let again = promise("canonical XML is XML") { try XMLTree(parsing: canonical, limits: generous) }
        promise(try again.root.canonical() == canonical, "canonical XML stays as it is")
        let (before, after) = (tree.root.descendants, again.root.descendants)
        promise(before.count == after.count, "canonical XML has the same elements")
        for (one, other) in zip(before, after) {
            promise(Content(one) == Content(other), "canonical XML says the same")
        }
    }

    /// What a reader can learn from one element.
    private struct Content: Equatable {
        var (local, uri, text, base64): (String, String?, String, [UInt8]?)
        var attributes: [String: String]

        init(_ element: Element) {
            (local, uri, text, base64) = (element.local, element.namespaceURI, element.text, element.base64)
            attributes = Dictionary(
                element.attributeNames().map { (($0.namespace?.uri ?? "") + " " + $0.local, element[$0] ?? "") }
            ) { _, _ in "twice" }
        }

        static func == (a: Content, b: Content) -> Bool {
            a.local == b.local && a.uri == b.uri && a.text == b.text && a.base64 == b.base64
                && a.attributes == b.attributes
        }
    }

    /// Two writers that know nothing of each other: ours makes what we sign, libxml2's makes what we verify.
    private static func checkRewriting(_ tree: XMLTree) throws {
        let node = XMLNode(copying: tree.root)
        let written = promise("what we write is XML") { try XMLTree(parsing: node.serialized(), limits: generous) }
        promise(try written.root.canonical() == node.canonical(), "our canonical XML is that of libxml2")
    }

    /// Canonicalising a part takes the tree apart for a moment.
    private static func checkPartsLeaveTreeAsItWas(_ tree: XMLTree, _ canonical: [UInt8]) throws {
        for element in tree.root.descendants.prefix(40) {
            _ = try element.canonical(inclusive: ["#default", "ds", "xs"])
            if let child = element.children.first { _ = try element.canonical(omitting: child) }
            if let child = element.children.last { _ = try element.canonical(omitting: child) }
            _ = try? element.verifySignature(
                trusting: [TestKey.country.certificate()], policy: .eidas, confirmedBy: nil)
        }
        promise(try tree.root.canonical() == canonical, "reading leaves the tree as it was")
    }
}

@_cdecl("fuzz_xml_main")
func fuzzXML(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    XMLTarget.main(count, arguments)
}
