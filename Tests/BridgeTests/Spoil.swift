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

extension Spoil where Message == NodeAnswer {
    /// What may be made of an assertion, and how long its session lasts: the same whoever answers.
    ///
    /// - Parameter asker: a name of whoever asked us.
    static func uses(askedBy asker: String) -> [Spoil] {
        [
            Spoil(assertion: "OneTimeUse", nil) {
                try $0.restrict(XMLNode(Namespace.saml2("OneTimeUse")))
            },
            Spoil(assertion: "OneTimeUse twice", .responseConditions) {
                try $0.restrict(XMLNode(Namespace.saml2("OneTimeUse")))
                try $0.restrict(XMLNode(Namespace.saml2("OneTimeUse")))
            },
            Spoil(assertion: "OneTimeUse with text", .messageSchema) {
                try $0.restrict(XMLNode(Namespace.saml2("OneTimeUse"), text: "x"))
            },
            Spoil(assertion: "OneTimeUse with an attribute", .messageSchema) {
                try $0.restrict(XMLNode(Namespace.saml2("OneTimeUse"), [("a", "1")]))
            },
            Spoil(assertion: "OneTimeUse with elements", .messageSchema) {
                try $0.restrict(
                    XMLNode(Namespace.saml2("OneTimeUse"), [], [XMLNode(Namespace.saml2("Audience"), text: "x")]))
            },
            Spoil(assertion: "ProxyRestriction without a word", nil) { try $0.restrictProxies() },
            Spoil(assertion: "ProxyRestriction to whoever asked", nil) {
                try $0.restrictProxies(to: ["https://other.example/", asker])
            },
            Spoil(assertion: "ProxyRestriction to somebody else", .responseConditions) {
                try $0.restrictProxies(to: ["https://other.example/"])
            },
            Spoil(assertion: "ProxyRestriction twice", .responseConditions) {
                try $0.restrictProxies()
                try $0.restrictProxies()
            },
            Spoil(assertion: "ProxyRestriction of Count 0", .responseConditions) { try $0.restrictProxies(count: "0") },
            Spoil(assertion: "ProxyRestriction of Count 1", .responseConditions) { try $0.restrictProxies(count: "1") },
            Spoil(assertion: "ProxyRestriction of Count -9", .responseConditions) {
                try $0.restrictProxies(count: "-9")
            },
            Spoil(assertion: "ProxyRestriction of something else", .messageSchema) {
                try $0.restrict(
                    XMLNode(
                        Namespace.saml2("ProxyRestriction"), [], [XMLNode(Namespace.saml2("OneTimeUse"))]))
            },
            Spoil(assertion: "a session that goes on", nil) {
                try $0.set("SessionNotOnOrAfter", of: "AuthnStatement", "2026-03-02T17:00:00Z")
            },
            Spoil(assertion: "a session that ended just now, within the skew", nil) {
                try $0.set("SessionNotOnOrAfter", of: "AuthnStatement", "2026-03-02T09:14:31Z")
            },
            Spoil(assertion: "a session that is over", .responseAuthnStatement) {
                try $0.set("SessionNotOnOrAfter", of: "AuthnStatement", "2026-03-02T09:14:30Z")
            },
            Spoil(assertion: "a session that ends at no time", .responseAuthnStatement) {
                try $0.set("SessionNotOnOrAfter", of: "AuthnStatement", "x")
            },
        ]
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
