// SPDX-License-Identifier: EUPL-1.2
import Foundation
public import XMLSecurity

/// What came back.
public struct Reply: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    public var text: String { String(decoding: body, as: UTF8.self) }

    public subscript(header name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The pair that a browser sends back.
    public var cookie: String? { self[header: "Set-Cookie"].map { String($0.prefix { $0 != ";" }) } }

    /// The page as a tree, for ours are well-formed XML; `nil` for what is none.
    public var page: Element? {
        let html = text.hasPrefix("<!DOCTYPE html>") ? String(text.dropFirst(15)) : text
        return (try? XMLTree(parsing: Array(html.utf8), limits: .metadata))?.root
    }

    /// The fields of the first form that has one of that name, and where it goes.
    public func form(with field: String) -> (action: String, fields: [String: String])? {
        let forms = page?.descendants.filter { $0.local == "form" } ?? []
        for form in forms {
            let pairs = form.descendants.filter { $0.local == "input" }.compactMap { input in
                input["name"].map { ($0, input["value"] ?? "") }
            }
            let fields = Dictionary(pairs) { first, _ in first }
            if fields[field] != nil { return (form["action"] ?? "", fields) }
        }
        return nil
    }

    /// What help desks are told, where the page has it.
    public var supportCode: String? {
        page?.descendants.first { $0["class"] == "code" }?.descendants.map(\.text).first { !$0.isEmpty }
    }
}

extension Reply {
    /// The document in a field of a form.
    func document(in field: String) -> Element? {
        guard let value = form(with: field)?.fields[field], let octets = Base64.decode(value) else { return nil }
        return (try? XMLTree(parsing: octets))?.root
    }
}
