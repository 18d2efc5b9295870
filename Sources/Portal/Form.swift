// SPDX-License-Identifier: EUPL-1.2
import Federation
import HTTPTypes
import Hummingbird
import NIOCore
import SAML
import XMLSecurity

/// The fields of a posted form. Each may come once; what a form does not need is passed over.
struct Form: Sendable {
    private let fields: FormFields

    /// - Parameter request: one whose form was received.
    /// - Throws: ``Rule/contentType``, ``Rule/parameterTooLarge``, ``Rule/parameterRepeated``, ``Rule/base64``.
    init(_ request: Request, limit: Int) async throws {
        let type = request.headers[.contentType].map { value in
            String(Substring(value.utf8.prefix { $0 != UInt8(ascii: ";") })).trimmingXMLSpace().lowercased()
        }
        // By octets, as below: strings are compared by what their marks amount to.
        guard type?.utf8.elementsEqual("application/x-www-form-urlencoded".utf8) ?? false else {
            throw Rejection(
                .contentType, "Content-Type", expected: "application/x-www-form-urlencoded", found: type ?? "nothing")
        }
        fields = try FormFields(String(buffer: try await request.body.collect(upTo: Self.octets(limit))))
        // A field in the address as well could be read in one place and checked in another.
        let inAddress = PercentEncoding.pairs(in: request.uri.query ?? "").lazy.compactMap {
            PercentEncoding.decode($0.name)
        }
        if let name = inAddress.first(where: fields.names.contains) {
            throw Rejection(.parameterRepeated, name, expected: "in the form only")
        }
    }

    /// The same request with its whole form in memory.
    ///
    /// - Throws: ``Rule/parameterTooLarge``, ``Rule/tooSlow``, ``Rule/parameterMissing`` if the sender gives up.
    static func received(
        _ request: Request, limit: Int, within patience: Duration = .seconds(10)
    ) async throws(Rejection) -> Request {
        let octets = octets(limit)
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > octets {
            throw Rejection(.parameterTooLarge, "form", expected: "at most \(octets) octets", found: "\(length)")
        }
        let body: ByteBuffer?
        do {
            body = try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
                group.addTask { try await request.body.collect(upTo: octets) }
                group.addTask {
                    try await Task.sleep(for: patience)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch is NIOTooManyBytesError {
            throw Rejection(.parameterTooLarge, "form", expected: "at most \(octets) octets")
        } catch {
            throw Rejection(.parameterMissing, "form", expected: "the whole form", found: "its beginning")
        }
        guard let body else {
            throw Rejection(.tooSlow, "form", expected: "the whole form within \(patience)")
        }
        var whole = request
        whole.body = .init(buffer: body)
        return whole
    }

    /// Escapes make the text up to three times as long; two fields and some room beside the message.
    private static func octets(_ limit: Int) -> Int { 3 * limit + 8192 }

    subscript(name: String) -> String? { fields[name] }

    /// As ``FormFields/message(_:)``.
    func message(_ names: [String]) throws(Rejection) -> (name: String, value: String) { try fields.message(names) }
}
