// SPDX-License-Identifier: EUPL-1.2
import Foundation
import XMLSecurity

/// What a browser without a window sees of a page: its heading, its forms and links, and what is marked in it.
struct WebPage: Sendable {
    struct Field: Hashable, Sendable {
        var name: String
        var value: String
    }

    struct Form: Hashable, Sendable {
        /// Absolute.
        var action: String
        var isPost: Bool
        /// What would be sent if nothing was changed, buttons not included.
        var fields: [Field]
        var buttons: [Field]
        var goesOnByItself: Bool

        subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    let status: Int
    let address: String
    let heading: String
    let forms: [Form]
    /// Absolute addresses of links, in the order of the page.
    let links: [String]
    /// Where a link leads that goes on by itself.
    let automaticLink: String?
    /// What help desks are told, where the page has it.
    let supportCode: String?
    /// The values of `data-fact`, by name; of `data-outcome` under `outcome`; and under the names of attributes all their
    /// values, one in each script.
    let facts: [String: [String]]

    /// - Throws: ``Surprise`` if it is not well-formed XML, as all pages here are.
    init(_ text: String, status: Int, address: String) throws {
        self.status = status
        self.address = address
        let body = text.hasPrefix("<!DOCTYPE html>") ? String(text.dropFirst(15)) : text
        let elements: [Element]
        do {
            elements = try XMLTree(parsing: Array(body.utf8), limits: .metadata).root.descendants
        } catch {
            throw Surprise("a page", "\(error) at \(address), status \(status)")
        }
        heading = elements.first { $0.local == "h1" }?.wholeText ?? ""
        forms = elements.filter { $0.local == "form" }.map { Form($0, at: address) }
        links = elements.filter { $0.local == "a" }.compactMap { $0["href"] }.map { Self.absolute($0, at: address) }
        automaticLink = elements.first { $0["data-autofollow"] != nil }.flatMap { $0["href"] }
        supportCode = elements.first { $0["class"] == "code" }?.wholeText
        facts = Self.facts(in: elements)
    }

    private static func facts(in elements: [Element]) -> [String: [String]] {
        var facts: [String: [String]] = [:]
        for element in elements {
            if let outcome = element["data-outcome"] { facts["outcome"] = [outcome] }
            if let name = element["data-fact"] { facts[name] = [element["data-value"] ?? element.wholeText] }
            if let name = element["data-attribute"] {
                facts[name] = element.descendants.filter { $0["data-script"] != nil }.map(\.wholeText)
            }
        }
        return facts
    }

    var automaticForm: Form? { forms.first(where: \.goesOnByItself) }

    /// The form that has a button of that name, and the button: the one of that value where one is named.
    func button(_ name: String, _ value: String? = nil) throws -> (Form, Field) {
        for form in forms {
            if let button = form.buttons.first(where: { $0.name == name && (value == nil || $0.value == value) }) {
                return (form, button)
            }
        }
        throw Surprise("a button \(name)=\(value ?? "…")", "page \"\(heading)\", status \(status)")
    }

    func form(to suffix: String) throws -> Form {
        guard let form = forms.first(where: { $0.action.hasSuffix(suffix) }) else {
            throw Surprise("a form to \(suffix)", "page \"\(heading)\", status \(status)")
        }
        return form
    }

    static func absolute(_ reference: String, at address: String) -> String {
        URL(string: reference, relativeTo: URL(string: address))?.absoluteString ?? reference
    }
}

extension WebPage.Form {
    fileprivate init(_ form: Element, at address: String) {
        let controls = form.descendants
        action = WebPage.absolute(form["action"] ?? "", at: address)
        isPost = form["method"]?.lowercased() == "post"
        goesOnByItself = form["data-autosubmit"] != nil
        fields = controls.filter { $0.local == "input" && $0.isSent }.compactMap(\.field)
        buttons = controls.filter { $0.local == "button" && $0["disabled"] == nil }.compactMap(\.field)
    }
}

extension Element {
    /// An input that a browser sends as it stands.
    fileprivate var isSent: Bool {
        switch self["type"] {
        case "radio", "checkbox": self["checked"] != nil
        case "search", "submit": false
        default: true
        }
    }

    fileprivate var field: WebPage.Field? {
        self["name"].map { WebPage.Field(name: $0, value: self["value"] ?? "") }
    }

    /// The text inside, elements inside included. Good for the short texts of headings and cells, in which what is marked up
    /// is all there is.
    fileprivate var wholeText: String {
        ([text] + children.map(\.wholeText)).joined().trimmingXMLSpace()
    }
}
