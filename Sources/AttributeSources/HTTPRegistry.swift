// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import NIOCore
import NIOHTTP1

/// A registry that speaks HTTP and answers in JSON.
struct HTTPRegistry: Registry {
    enum Method: String, Hashable, Sendable, CaseIterable {
        case get, post
    }

    struct Body: Hashable, Sendable {
        var text: Template
        var type: ContentType
    }

    enum ContentType: String, Hashable, Sendable, CaseIterable {
        case json = "application/json"
        case form = "application/x-www-form-urlencoded"

        var place: Template.Place {
            switch self {
            case .json: .json
            case .form: .address
            }
        }
    }

    let source: String
    let transport: Transport
    let method: Method
    let address: Template
    let query: [(name: String, value: Template)]
    let headers: [(name: String, value: Template)]
    let body: Body?
    let notFoundStatus: Set<Int>
    let places: [String: JSONPointer]

    func canAsk(_ question: Question) -> Bool { request(question) != nil }

    func record(for question: Question, within seconds: Double) async throws -> Record? {
        guard let request = request(question) else {
            throw Rejection(.sourceUnavailable, source, expected: "all that the templates need", found: "less")
        }
        let answer = try await transport.send(request, within: seconds)
        if notFoundStatus.contains(answer.status) { return nil }
        guard answer.status == 200 else {
            let isTheirs = (500...599).contains(answer.status) || answer.status == 429
            throw Rejection(
                isTheirs ? .sourceUnavailable : .sourceInvalid, source, expected: "status 200",
                found: "\(answer.status)")
        }
        guard let document = JSONText(answer.body) else {
            throw Rejection(.sourceInvalid, source, expected: "JSON", found: "something else")
        }
        var record: Record = [:]
        for (place, pointer) in places {
            guard let value = pointer.value(in: document) else { continue }
            guard let texts = value.texts else {
                throw Rejection(
                    .sourceInvalid, "\(source) \(place)", expected: "a text", found: "an object or nested list")
            }
            record[place] = texts
        }
        return record
    }

    private func request(_ question: Question) -> HTTPClientRequest? {
        guard let base = address.text(for: question, in: .address) else { return nil }
        var pairs: [String] = []
        for (name, template) in query {
            guard let value = template.text(for: question, in: .address) else { return nil }
            pairs.append("\(name)=\(value)")
        }
        let joint = pairs.isEmpty ? "" : base.contains("?") ? "&" : "?"
        var request = HTTPClientRequest(url: base + joint + pairs.joined(separator: "&"))
        request.method = method == .get ? .GET : .POST
        request.headers.add(name: "Accept", value: "application/json")
        for (name, template) in headers {
            guard let value = template.text(for: question, in: .address) else { return nil }
            request.headers.replaceOrAdd(name: name, value: value)
        }
        if let body {
            guard let text = body.text.text(for: question, in: body.type.place) else { return nil }
            request.headers.replaceOrAdd(name: "Content-Type", value: body.type.rawValue)
            request.body = .bytes(ByteBuffer(string: text))
        }
        return request
    }
}
