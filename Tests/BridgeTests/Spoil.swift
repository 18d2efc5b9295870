// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// One thing done to a good message, and the rule that it breaks; `nil` where it breaks none.
struct Spoil<Message>: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rule: Rule?
    let change: @Sendable (inout Message) throws -> Void

    init(_ description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout Message) throws -> Void) {
        (testDescription, self.rule, self.change) = (description, rule, change)
    }
}

extension Spoil where Message == NodeAnswer {
    /// Changes the assertion before it is encrypted.
    init(assertion description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout XMLNode) throws -> Void) {
        self.init(description, rule) { try $0.editAssertion(change) }
    }
    /// Changes the envelope before it is signed.
    init(response description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout XMLNode) throws -> Void) {
        self.init(description, rule) { try change(&$0.response) }
    }
}

extension XMLNode {
    /// One more condition of an assertion.
    mutating func restrict(_ condition: XMLNode) throws {
        try edit("Conditions") { $0 = $0.appending(condition) }
    }

    mutating func restrictProxies(to audiences: [String] = [], count: String? = nil) throws {
        try restrict(
            XMLNode(
                Namespace.saml2("ProxyRestriction"), [("Count", count)],
                audiences.map { XMLNode(Namespace.saml2("Audience"), text: $0) }))
    }
}

extension Spoil where Message == ServiceRequest {
    /// Changes the request before it is signed.
    init(request description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout XMLNode) throws -> Void) {
        self.init(description, rule) { try change(&$0.root) }
    }
}

extension Spoil where Message == ConnectorRequest {
    /// Changes the request before it is signed.
    init(request description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout XMLNode) throws -> Void) {
        self.init(description, rule) { try change(&$0.root) }
    }
    /// Changes the first of the attributes that are asked for.
    init(asked description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout XMLNode) throws -> Void) {
        self.init(description, rule) { try $0.root.edit("RequestedAttribute", change) }
    }
}
