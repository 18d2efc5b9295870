// SPDX-License-Identifier: EUPL-1.2
public import Federation

/// The fields of a form, such as `application/x-www-form-urlencoded` carries it. Each may come once.
public struct FormFields: Sendable {
    private let fields: [String: String]

    /// By octets: among characters, a heap of combining marks costs the square of its length.
    ///
    /// - Throws: ``Rule/base64``, ``Rule/parameterTooLarge``, ``Rule/parameterRepeated``.
    public init(_ body: String) throws(Rejection) {
        var fields: [String: String] = [:]
        for pair in PercentEncoding.pairs(in: body) {
            guard let name = PercentEncoding.decode(pair.name), let value = PercentEncoding.decode(pair.raw)
            else { throw Rejection(.base64, "form", expected: "percent-encoded UTF-8") }
            guard name.utf8.count <= 64 else {
                throw Rejection(.parameterTooLarge, "form", expected: "names of at most 64 octets")
            }
            guard fields.updateValue(value, forKey: name) == nil else { throw Rejection(.parameterRepeated, name) }
            guard fields.count <= 32 else { throw Rejection(.parameterTooLarge, "form", expected: "at most 32 fields") }
        }
        self.fields = fields
    }

    public var names: some Collection<String> { fields.keys }

    public subscript(name: String) -> String? { fields[name] }

    /// Every field that carries a message somewhere.
    static let messages = [
        "SAMLRequest", "SAMLResponse", "logoutRequest", "samlRequestLogout", "logoutResponse", "samlResponseLogout",
    ]

    /// The message in one of the given fields. No other message may stand beside it, but a bridge of Cl@ve sends the same
    /// logout under both of its names (Cl@ve dossier §4.1).
    public func message(_ names: [String]) throws(Rejection) -> (name: String, value: String) {
        let present = Self.messages.filter { fields[$0] != nil }
        guard let name = present.first(where: names.contains), let value = fields[name] else {
            throw Rejection(.parameterMissing, names.joined(separator: " or "), expected: "a message")
        }
        // By octets: texts are compared by what their marks amount to, at a cost that strangers can drive up.
        let isOne = present.allSatisfy { other in
            other == name
                || name != "SAMLRequest" && other != "SAMLRequest" && names.contains(other)
                    && fields[other]?.utf8.elementsEqual(value.utf8) ?? false
        }
        guard isOne else { throw Rejection(.parameterRepeated, present.joined(separator: " and ")) }
        return (name, value)
    }
}
