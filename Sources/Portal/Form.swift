// SPDX-License-Identifier: EUPL-1.2
import Federation
import HTTPTypes
import Hummingbird
import NIOCore
import SAML

/// The fields of a posted form. Each may come once; what a form does not need is passed over.
struct Form: Sendable {
    private let fields: [String: String]

    /// - Throws: ``Rule/contentType``, ``Rule/parameterTooLarge``, ``Rule/parameterRepeated``, ``Rule/base64``.
    init(_ request: Request, limit: Int) async throws {
        let type = request.headers[.contentType]?.split(separator: ";").first?.trimmingBlanks().lowercased()
        guard type == "application/x-www-form-urlencoded" else {
            throw Rejection(.contentType, "Content-Type", expected: "application/x-www-form-urlencoded", found: type ?? "nothing")
        }
        // Escapes make the text up to three times as long; two fields and some room beside the message.
        let octets = 3 * limit + 8192
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > octets {
            throw Rejection(.parameterTooLarge, "form", expected: "at most \(octets) octets", found: "\(length)")
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: octets)
        } catch is NIOTooManyBytesError {
            throw Rejection(.parameterTooLarge, "form", expected: "at most \(octets) octets")
        }
        fields = try Self.read(String(buffer: body))
        // A field in the address as well could be read in one place and checked in another.
        if let name = request.uri.queryParameters.lazy.map({ String($0.key) }).first(where: fields.keys.contains) {
            throw Rejection(.parameterRepeated, name, expected: "in the form only")
        }
    }

    subscript(name: String) -> String? { fields[name] }

    /// The message in one of the given fields.
    func message(_ names: [String]) throws(Rejection) -> (name: String, value: String) {
        let present = names.filter { fields[$0] != nil }
        guard let name = present.first, let value = fields[name] else {
            throw Rejection(.parameterMissing, names.joined(separator: " or "), expected: "a message")
        }
        guard present.count == 1 else { throw Rejection(.parameterRepeated, present.joined(separator: " and ")) }
        return (name, value)
    }

    private static func read(_ body: String) throws(Rejection) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in PercentEncoding.pairs(in: body) {
            guard let name = PercentEncoding.decode(pair.name), let value = PercentEncoding.decode(pair.raw)
            else { throw Rejection(.base64, "form", expected: "percent-encoded UTF-8") }
            guard fields.updateValue(value, forKey: name) == nil else { throw Rejection(.parameterRepeated, String(name.prefix(40))) }
            guard fields.count <= 32 else { throw Rejection(.parameterTooLarge, "form", expected: "at most 32 fields") }
        }
        return fields
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> Substring {
        let start = drop { $0 == " " }
        return start[..<(start.lastIndex { $0 != " " }.map(start.index(after:)) ?? start.startIndex)]
    }
}
