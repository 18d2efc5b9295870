// SPDX-License-Identifier: EUPL-1.2
import HTTPTypes
import Hummingbird
import NIOCore
import Portal
import SAML

/// A form as a browser posts it. Of a name that comes twice the first counts.
struct FormInput: Sendable {
    private let values: [String: String]

    /// Characters that a form may have: a message and a little more.
    private static let limit = 200_000

    init(_ body: String) {
        let pairs = PercentEncoding.pairs(in: body).compactMap { name, raw in
            PercentEncoding.decode(name).map { ($0, PercentEncoding.decode(raw) ?? "") }
        }
        values = Dictionary(pairs) { first, _ in first }
    }

    init(_ request: Request) async throws {
        let body = try await request.body.collect(upTo: Self.limit)
        self.init(String(buffer: body))
    }

    subscript(name: String) -> String? { values[name] }
}

extension Request {
    /// By the address, else as chosen before, else as the browser prefers.
    var language: Language {
        let asked = uri.queryParameters["lang"].map(String.init) ?? cookies["demo-lang"]?.value
        return Language(asked: asked, accepted: headers[.acceptLanguage])
    }
}

extension Response {
    /// A page under a policy that lets nothing in but our own style and script.
    static func page(_ page: MockPage, status: HTTPResponse.Status = .ok) -> Response {
        var response = Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.document.markup)))
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        response.setCookie(Cookie(name: "demo-lang", value: page.language.rawValue, path: "/", sameSite: .lax))
        return response
    }

    static func file(_ text: String, _ type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// To a page of the same server, by GET.
    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .cacheControl: "no-store"])
    }
}

extension Router {
    /// Style sheet, script and mark of the mock pages.
    func addMockAssets() {
        get("assets/mock.css") { _, _ in Response.file(MockAssets.style, "text/css; charset=utf-8") }
        get("assets/mock.js") { _, _ in Response.file(MockAssets.script, "text/javascript; charset=utf-8") }
        get("assets/mock.svg") { _, _ in Response.file(MockAssets.mark, "image/svg+xml") }
    }
}
