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
    convenience init(_ text: String, limits: XMLLimits = .message) throws { try self.init(parsing: Array(text.utf8), limits: limits) }
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

/// Numbers that follow from a seed, for property tests (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
