// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import SAML
import XMLSecurity

/// A browser without a window: keeps cookies, follows redirects, fills in forms. Runs no script, so that it proves that
/// everything works without.
///
/// Cookies go by host alone, as in real browsers: all servers of the demonstration share them.
actor Browser {
    private var cookies: [String: String] = [:]
    /// How many requests it has made.
    private(set) var requests = 0

    /// One for all browsers, for as long as the process lives. Redirects are followed here, so that no cookie is missed.
    private static let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))

    private let wallet: TestAuthority?

    /// - Parameter wallet: the authority whose certificates are installed.
    init(wallet: TestAuthority? = nil) { self.wallet = wallet }

    func get(_ address: String) async throws -> WebPage {
        try await load(address, .GET, nil, redirects: 10)
    }

    /// Shows a certificate to a server that asks for one.
    ///
    /// - Parameter certificate: the name of one in the wallet; without one none is shown.
    func get(_ address: String, showing certificate: String?) async throws -> WebPage {
        guard let wallet else { throw Surprise("a wallet", "none") }
        let client = HTTPClient(configuration: try wallet.configuration(showing: certificate))
        do {
            let response = try await client.execute(HTTPClientRequest(url: address), timeout: .seconds(10))
            try await client.shutdown()
            requests += 1
            guard let location = response.headers.first(name: "Location") else {
                throw Surprise("a redirect", "status \(response.status.code)")
            }
            return try await get(location)
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    /// Presses a button of a form.
    ///
    /// - Parameters:
    ///   - button: the one that is pressed; without one the form goes on by itself.
    ///   - changes: fields that the person fills in, unticks (`nil`) or chooses.
    func submit(
        _ form: WebPage.Form, _ button: WebPage.Field? = nil, changing changes: [String: String?] = [:]
    ) async throws -> WebPage {
        var fields = form.fields.filter { changes[$0.name] == nil }
        fields += changes.compactMap { name, value in value.map { WebPage.Field(name: name, value: $0) } }
        if let button { fields.append(button) }
        let body = fields.map { Self.escape($0.name) + "=" + Self.escape($0.value) }.joined(separator: "&")
        return try await load(form.action, form.isPost ? .POST : .GET, body, redirects: 10)
    }

    /// Posts forms and follows links that go on by themselves until a page needs a person.
    func goOn(from page: WebPage) async throws -> WebPage {
        var page = page
        while true {
            if let form = page.automaticForm {
                page = try await submit(form)
            } else if let link = page.automaticLink {
                page = try await get(link)
            } else {
                return page
            }
        }
    }

    private func load(
        _ address: String, _ method: HTTPMethod, _ body: String?, redirects: Int
    ) async throws -> WebPage {
        var request = HTTPClientRequest(url: body != nil && method == .GET ? address + "?" + (body ?? "") : address)
        request.method = method
        request.headers.add(name: "Accept-Language", value: "en")
        if !cookies.isEmpty {
            let pairs = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            request.headers.add(name: "Cookie", value: pairs.joined(separator: "; "))
        }
        if method == .POST, let body {
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(ByteBuffer(string: body))
        }
        requests += 1
        let response = try await Self.client.execute(request, timeout: .seconds(10))
        keep(response.headers["Set-Cookie"])
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        guard let location = response.headers.first(name: "Location"), (300..<400).contains(response.status.code) else {
            return try WebPage(text, status: Int(response.status.code), address: address)
        }
        guard redirects > 0 else { throw Surprise("fewer redirects", "more than ten") }
        return try await load(WebPage.absolute(location, at: address), .GET, nil, redirects: redirects - 1)
    }

    private func keep(_ headers: [String]) {
        for header in headers {
            let pair = header.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            cookies[String(pair[0])] = String(pair[1])
        }
    }

    /// `application/x-www-form-urlencoded` (WHATWG URL §5.2).
    private static func escape(_ text: String) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case 48...57, 65...90, 97...122, 42, 45, 46, 95: result.unicodeScalars.append(Unicode.Scalar(octet))
            case 32: result += "+"
            default:
                result +=
                    "%" + String(octet >> 4, radix: 16, uppercase: true)
                    + String(octet & 15, radix: 16, uppercase: true)
            }
        }
        return result
    }
}

/// Something else came than was expected.
struct Surprise: Error, CustomStringConvertible {
    let description: String

    init(_ expected: String, _ found: String) { description = "expected \(expected), found \(found)" }
}

extension TestAuthority {
    /// Trusts this authority alone, and shows one of its certificates.
    fileprivate func configuration(showing name: String?) throws -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: credential.certificate.der, format: .der)])
        if let name {
            guard let shown = self[name]?.credential else { throw Surprise("certificate \(name)", "none") }
            tls.certificateChain = [.certificate(try NIOSSLCertificate(bytes: shown.certificate.der, format: .der))]
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(shown.key.pem().utf8), format: .pem))
        }
        return HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
    }
}
