// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import NIOCore
import NIOHTTP1
import NIOPosix
import XMLSecurity

import struct Foundation.Date

/// A registry that is asked as the Spanish intermediation platform is, by SCSP v3: SOAP, signed both ways.
struct SOAPRegistry: Registry {
    let source: String
    let transport: Transport
    let address: String
    let action: String
    let body: XMLTemplate
    let signer: Signer
    /// Who may sign answers.
    let signers: [Certificate]
    let places: [String: XMLPlace]

    func canAsk(_ question: Question) -> Bool { body.node(for: question) != nil }

    func record(for question: Question, within seconds: Double) async throws -> Record? {
        // Cryptography stays off the threads that everybody shares.
        let message = try await NIOThreadPool.singleton.runIfActive { try sealed(question) }
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "text/xml; charset=utf-8")
        request.headers.add(name: "SOAPAction", value: "\"\(action)\"")
        request.body = .bytes(ByteBuffer(bytes: message))
        let answer = try await transport.send(request, within: seconds)
        guard answer.status == 200 else {
            // Also where a Fault is in it: it is not signed, so nothing that it says counts.
            throw Rejection(.sourceUnavailable, source, expected: "status 200", found: "\(answer.status)")
        }
        return try await NIOThreadPool.singleton.runIfActive { try record(answer.body, at: question.now) }
    }

    private func sealed(_ question: Question) throws -> [UInt8] {
        guard let content = body.node(for: question) else {
            throw Rejection(.sourceUnavailable, source, expected: "all that the template needs", found: "less")
        }
        return try SOAPMessage.seal(content, id: question.id, by: signer, at: question.now)
    }

    private func record(_ octets: [UInt8], at now: Date) throws -> Record {
        do {
            let body = try SOAPMessage.open(octets, trusting: signers, at: now)
            if body.children.contains(where: { $0.is(Namespace.soap("Fault")) }) {
                throw Rejection(.sourceUnavailable, source, expected: "an answer", found: "a Fault")
            }
            var record: Record = [:]
            for (key, place) in places { record[key] = try place.texts(in: body) }
            return record
        } catch let fault as XMLFault {
            throw Rejection(
                .sourceInvalid, "\(source) \(fault.element ?? "")", expected: fault.expected,
                found: fault.found ?? "\(fault.kind)")
        }
    }
}

/// A way down from the Body by local names, such as `Respuesta/Atributos/IdPeticion`.
struct XMLPlace: Hashable, Sendable {
    private let steps: [String]

    init?(_ text: String) {
        guard text.wholeMatch(of: /[A-Za-z_][\w.-]*(\/[A-Za-z_][\w.-]*)*/) != nil else { return nil }
        steps = text.split(separator: "/").map(String.init)
    }

    /// - Throws: `.schema` where the way forks, or ends in something else than text.
    func texts(in body: Element) throws(XMLFault) -> [String] {
        var here = body
        for step in steps {
            let next = here.children.filter { $0.local == step }
            if next.isEmpty { return [] }
            guard next.count == 1 else {
                throw XMLFault(.schema, here.path, expected: "one \(step)", found: "\(next.count)")
            }
            here = next[0]
        }
        guard !here.hasChildren else { throw XMLFault(.schema, here.path, expected: "text", found: "elements") }
        return here.trimmedText.isEmpty ? [] : [here.trimmedText]
    }
}

/// An element with places in its texts and attribute values. Values are put into the tree, never into text that is
/// parsed.
struct XMLTemplate: Sendable {
    indirect enum Node: Sendable {
        case element(XMLName, [(XMLName, Template)], [Node])
        case text(Template)
    }

    private let root: Node

    /// What keeps a text from being a template.
    enum Problem: Error {
        case unknown(word: String)
        case malformed(String)
    }

    init(_ text: String, names: Set<AttributeName>) throws(Problem) {
        let tree: XMLTree
        do { tree = try XMLTree(parsing: Array(text.utf8)) } catch { throw .malformed("\(error.kind)") }
        var prefixes: [String: Namespace] = [:]
        do {
            root = try Self.node(tree.root, names, &prefixes)
        } catch let problem as Problem {
            throw problem
        } catch let unknown as Template.Unknown {
            throw .unknown(word: unknown.word)
        } catch {
            throw .malformed("\(error)")
        }
    }

    var placeholders: [Template.Placeholder] { Self.placeholders(root) }

    /// `nil` if something is not known of this person, or cannot stand in XML.
    func node(for question: Question) -> XMLNode? { Self.filled(root, question) }

    /// Every namespace gets a prefix of ours: ``XMLNode`` has one for each, and the template may have used one for
    /// several.
    private static func node(
        _ element: Element, _ names: Set<AttributeName>, _ prefixes: inout [String: Namespace]
    ) throws -> Node {
        if element.hasText, element.hasChildren { throw Problem.malformed("text beside elements in \(element.local)") }
        var attributes: [(XMLName, Template)] = []
        for name in element.attributeNames() {
            if name.namespace?.uri == Namespace.xsi.uri { throw Problem.malformed("xsi:\(name.local)") }
            let qualified = name.namespace.map { namespace($0.uri, &prefixes)(name.local) } ?? name
            attributes.append((qualified, try Template(element[name] ?? "", names: names)))
        }
        let name =
            element.namespaceURI.map { namespace($0, &prefixes)(element.local) } ?? XMLName(unqualified: element.local)
        var content: [Node] = []
        for child in element.children { content.append(try node(child, names, &prefixes)) }
        if element.hasText { content.append(.text(try Template(element.text, names: names))) }
        return .element(name, attributes, content)
    }

    private static func namespace(_ uri: String, _ prefixes: inout [String: Namespace]) -> Namespace {
        if let known = prefixes[uri] { return known }
        let new = Namespace("n\(prefixes.count + 1)", uri)
        prefixes[uri] = new
        return new
    }

    private static func filled(_ node: Node, _ question: Question) -> XMLNode? {
        guard case .element(let name, let attributes, let content) = node else { return nil }
        var values: [(XMLName, String?)] = []
        for (name, template) in attributes {
            guard let value = template.text(for: question) else { return nil }
            values.append((name, value))
        }
        if case .text(let template) = content.first {
            return template.text(for: question).map { XMLNode(name, values, text: $0) }
        }
        var children: [XMLNode?] = []
        for child in content {
            guard let child = filled(child, question) else { return nil }
            children.append(child)
        }
        return XMLNode(name, values, children)
    }

    private static func placeholders(_ node: Node) -> [Template.Placeholder] {
        switch node {
        case .text(let template): template.placeholders
        case .element(_, let attributes, let content):
            attributes.flatMap(\.1.placeholders) + content.flatMap(placeholders)
        }
    }
}
