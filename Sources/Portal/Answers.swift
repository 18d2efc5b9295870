// SPDX-License-Identifier: EUPL-1.2
import Federation
import HTTPTypes
import Hummingbird
import NIOCore
import SAML

extension HTTPField.Name {
    static let contentSecurityPolicy = Self("Content-Security-Policy")!
    static let referrerPolicy = Self("Referrer-Policy")!
    static let permissionsPolicy = Self("Permissions-Policy")!
    static let frameOptions = Self("X-Frame-Options")!
    static let openerPolicy = Self("Cross-Origin-Opener-Policy")!
    static let robots = Self("X-Robots-Tag")!
    static let secFetchSite = Self("Sec-Fetch-Site")!
}

/// The headers of every answer, and the shapes of answers.
struct Answers: Sendable {
    let isSecure: Bool

    /// `form-action` is given only where forms stay here: browsers apply it to redirects behind the form too, and a service
    /// may redirect as it likes (eIDAS dossier §7.6).
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

    func page(_ html: HTML, _ status: HTTPResponse.Status = .ok, leavesSite: Bool = false) -> Response {
        Response(
            status: status, headers: pageHeaders(leavesSite: leavesSite),
            body: .init(byteBuffer: ByteBuffer(string: html.markup)))
    }

    func pageHeaders(leavesSite: Bool) -> HTTPFields {
        var headers = common
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = Self.policy + (leavesSite ? "" : "; form-action 'self'")
        return headers
    }

    /// - Parameter language: goes along where the person asked for one.
    func redirect(to path: LocalPath, in language: Language?) -> Response {
        var headers = common
        headers[.location] = language.map(path.with) ?? path.path
        headers[.cacheControl] = "no-store"
        return Response(status: .seeOther, headers: headers)
    }

    func file(_ asset: Asset, _ request: Request) -> Response {
        var headers = common
        headers[.cacheControl] = "public, max-age=3600"
        headers[.eTag] = asset.entityTag
        if request.headers[.ifNoneMatch]?.utf8.elementsEqual(asset.entityTag.utf8) ?? false {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = asset.contentType
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: asset.body)))
    }

    func document(_ octets: [UInt8], type: String, status: HTTPResponse.Status = .ok, cached seconds: Int? = nil)
        -> Response
    {
        var headers = common
        headers[.contentType] = type
        headers[.cacheControl] = seconds.map { "public, max-age=\($0)" } ?? "no-store"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: octets)))
    }

    private var common: HTTPFields {
        var headers: HTTPFields = [
            .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer", .frameOptions: "DENY",
            .openerPolicy: "same-origin", .permissionsPolicy: "camera=(), geolocation=(), microphone=()",
            .robots: "noindex, nofollow",
        ]
        if isSecure { headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        return headers
    }
}

extension Rule {
    /// When to come again.
    var retrySeconds: Int? {
        switch httpStatus {
        case .serviceUnavailable: 5
        case .tooManyRequests: 60
        default: nil
        }
    }

    /// The HTTP status beside the error page.
    var httpStatus: HTTPResponse.Status {
        switch self {
        case .requestRate, .loginRate, .exchangesOpen: .tooManyRequests
        case .tooSlow: .requestTimeout
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .methodNotAllowed: .methodNotAllowed
        case .contentType: .unsupportedMediaType
        case .parameterTooLarge: .contentTooLarge
        case .exchangeUnknown: .notFound
        case .exchangeOtherBrowser, .peerDisabled, .crossSite: .forbidden
        case .replayed, .exchangeFinished: .conflict
        case .exchangeExpired: .gone
        case .overloaded, .storeUnavailable, .notReady, .sourceUnavailable: .serviceUnavailable
        case .ownFailure, .configuration, .keyUnusable, .messageTooLarge, .encryptionKeyMissing: .internalServerError
        default: .badRequest
        }
    }
}
