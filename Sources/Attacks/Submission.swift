// SPDX-License-Identifier: EUPL-1.2
import PuenteTestKit
import XMLSecurity

/// What a browser sends. Everything in it may be changed.
public struct Submission: Sendable {
    public var method = "POST"
    /// From the slash on, without a query.
    public var path: String
    public var query: String?
    public var fields: [(name: String, value: String)] = []
    public var headers: [(name: String, value: String)] = []
    /// The cookie of the browser that began.
    public var cookie: String?
    /// Instead of the fields.
    public var body: [UInt8]?
    public var contentType: String? = "application/x-www-form-urlencoded"

    public init(path: String) { self.path = path }

    public subscript(field name: String) -> String? {
        get { fields.first { $0.name == name }?.value }
        set {
            let place = fields.firstIndex { $0.name == name } ?? fields.endIndex
            fields.removeAll { $0.name == name }
            if let newValue { fields.insert((name, newValue), at: min(place, fields.endIndex)) }
        }
    }

    /// The octets that are sent as the body.
    public var octets: [UInt8] {
        body ?? Array(fields.map { $0.name.percentEncoded + "=" + $0.value.percentEncoded }.joined(separator: "&").utf8)
    }

    /// The name of the field that holds the message.
    public var messageField: String { fields.first { $0.name.hasPrefix("SAML") }?.name ?? "SAMLRequest" }

    public mutating func put(_ document: [UInt8]) { self[field: messageField] = Base64.encode(document) }
}

/// What came of an attack.
public enum Outcome: Sendable, Hashable {
    /// Turned away: how, and by which rule where the operator can see it.
    case refused(how: String, rule: String?)
    /// It got somewhere.
    case accepted(String)
    /// The node stumbled.
    case broken(String)

    /// The code of the rule that refused it.
    public var rule: String? { if case .refused(_, let rule) = self { rule } else { nil } }

    public var text: String {
        switch self {
        case .refused(let how, let rule): rule.map { "\(how), \($0)" } ?? how
        case .accepted(let what): "ACCEPTED: \(what)"
        case .broken(let what): "BROKEN: \(what)"
        }
    }
}
