// SPDX-License-Identifier: EUPL-1.2
import Federation
import HTTPTypes
import Hummingbird
import NIOCore
import PuenteTestKit
import SAML
import Testing

@testable import Portal

@Suite("Forms")
struct FormTests {
    /// Octets that arrive one by one, and then no more.
    private static func request(_ octets: String, thenSilence seconds: Int = 0) -> Request {
        let stream = AsyncStream<ByteBuffer> { continuation in
            for octet in octets.utf8 { continuation.yield(ByteBuffer(bytes: [octet])) }
            Task {
                try await Task.sleep(for: .seconds(seconds))
                continuation.finish()
            }
        }
        let head = HTTPRequest(
            method: .post, scheme: nil, authority: nil, path: "/",
            headerFields: [.contentType: "application/x-www-form-urlencoded; charset=UTF-8"])
        return Request(head: head, body: RequestBody(asyncSequence: stream))
    }

    /// However busy the machine is.
    private static func received(_ octets: String) async throws -> Request {
        try await Form.received(request(octets), limit: 16, within: .seconds(600))
    }

    @Test("Fields are read as the browser wrote them")
    func fields() async throws {
        let form = try await Form(Self.received("a=1+2&b=%C3%A9&c&d=x=y&&"), limit: 16)
        #expect(["a", "b", "c", "d", "e"].map { form[$0] } == ["1 2", "é", "", "x=y", nil])
    }

    static let heap = String(repeating: "%CC%81%CC%96", count: 30_000)

    @Test(
        "A heap of combining marks costs no more than other text", .timeLimit(.minutes(10)),
        arguments: [
            (heap, Rule.parameterTooLarge as Rule?), ("a=" + heap, nil),
            (String(repeating: "\u{301}\u{316}", count: 90_000), .parameterTooLarge),
        ])
    func marks(body: String, rule: Rule?) throws {
        #expect(try brokenRule { _ = try FormFields(body) } == rule)
    }

    @Test("A form that does not end is not waited for", .timeLimit(.minutes(10)))
    func slow() async throws {
        let error = await #expect(throws: Rejection.self) {
            try await Form.received(Self.request("a=1", thenSilence: 300), limit: 16, within: .milliseconds(100))
        }
        #expect(error?.rule == .tooSlow)
    }

    @Test("A form beyond the limit is not read to its end")
    func large() async throws {
        let error = await #expect(throws: Rejection.self) {
            try await Self.received(String(repeating: "a", count: 9000))
        }
        #expect(error?.rule == .parameterTooLarge)
    }

    @Test("The key of a browser is found among other cookies, and not among marks")
    func cookies() {
        let key = String(repeating: "0a", count: 16)
        #expect(BrowserKey("a=b; __Host-puente=\(key); c=d", isSecure: true)?.secret == key)
        #expect(BrowserKey("__Host-puente=\(key);__Host-puente=\(key)", isSecure: true) == nil)
        #expect(BrowserKey(String(repeating: "\u{301}\u{316}", count: 20_000), isSecure: true) == nil)
    }
}
