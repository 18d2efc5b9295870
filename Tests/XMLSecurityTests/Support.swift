// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import Testing

@testable import XMLSecurity

/// The kind of fault that some work meets; `nil` if it goes well.
func fault(_ work: () throws -> Void) throws -> XMLFault.Kind? {
    do {
        try work()
        return nil
    } catch let fault as XMLFault {
        return fault.kind
    }
}

extension XMLTree {
    convenience init(_ text: String, limits: XMLLimits = .message) throws {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

extension Element {
    /// The text of the element as its exclusive canonical XML: what a test can compare.
    var shape: String { get throws { String(decoding: try canonical(), as: UTF8.self) } }
}

extension Namespace {
    static let one = Namespace("one", "urn:example:one")
    static let two = Namespace("two", "urn:example:two")
}

/// A small message with an ID, ready to be signed behind its first child.
let message = XMLNode(
    Namespace.one("Message"), [("ID", "_m1"), ("Version", "2.0")],
    [
        XMLNode(Namespace.one("Issuer"), text: "https://nodo.example/á?a=1&b=2"),
        XMLNode(
            Namespace.two("Body"), [(Namespace.xsi("type"), "two:BodyType"), ("note", "\"<\t>\"")],
            [XMLNode(Namespace.two("Line"), text: "uno\r\ndos ]]> tres")]),
    ])
