// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// F01 to F14: how messages travel, and the pages around them.
    static let web: [Sample] = {
        var samples = Samples()
        cookies(&samples)
        forwarded(&samples)
        smuggled(&samples)
        hosts(&samples)
        forgedForms(&samples)
        places(&samples)
        return transport + redirect + pages + samples.all
    }()

    private static func cookies(_ samples: inout Samples) {
        samples.steps("F09", "a cookie for others", on: Role.requests) { attacker, role in
            let (_, request) = try await attacker.open(role)
            let cookie = try await attacker.succeed(request)[header: "Set-Cookie"] ?? ""
            let attributes = cookie.split(separator: ";").dropFirst().map { $0.drop { $0 == " " } }
            let isFine =
                cookie.hasPrefix("__Host-") && !attributes.contains { $0.hasPrefix("Domain") }
                && ["Secure", "HttpOnly", "SameSite=None", "Path=/"].allSatisfy { attributes.contains(Substring($0)) }
            return .harmless("for this host alone", if: isFine, else: cookie)
        }
        samples.steps("F09", "a browser that was here gets no new cookie", on: Role.requests) { attacker, role in
            let (_, request) = try await attacker.open(role)
            let cookie = try await attacker.succeed(request).cookie
            let (_, next) = try await attacker.open(role, in: cookie)
            return .harmless("the same", if: try await attacker.succeed(next).cookie == cookie, else: "another")
        }
        let tosses: [(String, @Sendable (_ own: String, _ other: String) -> String?)] = [
            ("no cookie", { _, _ in nil }), ("the cookie of another exchange", { $1 }),
            ("another cookie of the name before", { "\($1); \($0)" }),
            ("another cookie of the name behind", { "\($0); \($1)" }),
            ("the same cookie twice", { own, _ in "\(own); \(own)" }),
            ("the name without its prefix", { own, _ in own.replacing("__Host-", with: "") }),
            ("the name in other case", { own, _ in own.replacing("__Host-", with: "__host-") }),
            ("a quoted value", { own, _ in own.replacing("=", with: "=\"") + "\"" }),
            ("the value in capitals", { own, _ in own.prefix(14) + own.dropFirst(14).uppercased() }),
            ("a longer value", { own, _ in own + "0" }), ("a shorter value", { own, _ in String(own.dropLast()) }),
            ("a comma for the semicolon", { "\($1), \($0)" }),
            ("a blank before the equals sign", { own, _ in own.replacing("=", with: " =") }),
            ("a value of zeros", { _, _ in "__Host-puente=" + String(repeating: "0", count: 32) }),
            (
                "the digest in the place of the secret",
                { own, _ in
                    "__Host-puente="
                        + DigestAlgorithm.sha256.hash(Array(own.dropFirst(14).utf8)).prefix(16).map {
                            ($0 < 16 ? "0" : "") + String($0, radix: 16)
                        }.joined()
                }
            ),
        ]
        for (title, toss) in tosses {
            samples.steps("F09", title, .exchangeOtherBrowser, on: Role.answers) { attacker, role in
                var (_, answer) = try await attacker.open(role)
                guard let own = answer.cookie else { throw Obstacle("no cookie") }
                answer.cookie = toss(own, try await attacker.begin(.gateway).cookie)
                return try await attacker.attempt(answer)
            }
        }
    }

    private static func forwarded(_ samples: inout Samples) {
        let headers: [(String, String)] = [
            ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "127.0.0.1"),
            ("Forwarded", "host=evil.example;proto=http;for=127.0.0.1"), ("X-Original-URL", "/status"),
            ("X-Rewrite-URL", "/status"), ("X-Forwarded-Prefix", "//evil.example"), ("X-Host", "evil.example"),
            ("X-Real-IP", "127.0.0.1"), ("Host", "evil.example"), ("X-HTTP-Host-Override", "evil.example"),
        ]
        for (name, value) in headers {
            samples.steps("F10", "\(name): \(value)", on: Role.requests) { attacker, role in
                var (_, request) = try await attacker.open(role)
                if role == .gateway { request[field: "country"] = nil }
                request.headers = [(name, value)]
                let reply = try await attacker.succeed(request)
                let isLocal = reply[header: "Location"].map { $0.hasPrefix("/x/") } ?? true
                let address = reply.form(with: "SAMLRequest")?.action ?? World.nationalGateway.rawValue
                let isFine =
                    isLocal && address == World.nationalGateway.rawValue && !reply.text.contains("evil.example")
                    && reply[header: "Set-Cookie"]?.contains("__Host-") ?? false
                    && reply[header: "Strict-Transport-Security"] != nil
                return .harmless("nobody reads it", if: isFine, else: "believed")
            }
        }
    }

    /// A second request hidden in the first: it must not be answered.
    private static func smuggled(_ samples: inout Samples) {
        let hidden = "GET /status.json HTTP/1.1\r\nHost: x\r\n\r\n"
        let form = "Content-Type: application/x-www-form-urlencoded\r\n"
        let heads: [(String, String)] = [
            (
                "length and chunks",
                "Content-Length: \(hidden.utf8.count + 5)\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(hidden)"
            ),
            ("chunks, then a length", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n\(hidden)"),
            ("two lengths", "Content-Length: 0\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n\(hidden)"),
            ("two lengths in one", "Content-Length: 0, \(hidden.utf8.count)\r\n\r\n\(hidden)"),
            ("a length with a sign", "Content-Length: +0\r\n\r\n\(hidden)"),
            ("a negative length", "Content-Length: -1\r\n\r\n\(hidden)"),
            ("a length of hexadecimal", "Content-Length: 0x0\r\n\r\n\(hidden)"),
            ("a blank before the colon", "Content-Length : \(hidden.utf8.count)\r\n\r\n\(hidden)"),
            ("a blank before the colon of chunks", "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n\(hidden)"),
            ("chunks of another name", "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n\(hidden)"),
            ("chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n\(hidden)"),
            ("chunks that are not last", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n\(hidden)"),
            ("a folded header", "X: y\r\n Content-Length: \(hidden.utf8.count)\r\nContent-Length: 0\r\n\r\n\(hidden)"),
            ("a chunk of negative size", "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n\(hidden)"),
            ("a chunk of enormous size", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\n\r\n\(hidden)"),
            ("NUL in a header", "X: a\0b\r\nContent-Length: 0\r\n\r\n\(hidden)"),
            ("a line break in a header", "X: a\nContent-Length: 0\r\n\r\n\(hidden)"),
            (
                "a header of 100 KB",
                "X: \(String(repeating: "a", count: 100_000))\r\nContent-Length: 0\r\n\r\n\(hidden)"
            ),
        ]
        for (title, rest) in heads {
            samples.steps("F10", "smuggled by \(title)", on: [.gateway]) { attacker, role in
                let head = "POST \(attacker.paths[role]) HTTP/1.1\r\nHost: x\r\n\(form)"
                let reply = try await attacker.courier.exchange(Array((head + rest).utf8))
                return smuggling(reply)
            }
        }
        for line in [
            "GET /status.json", "GET /status.json HTTP/9.9",
            "GET\t/status.json\tHTTP/1.1",
        ] {
            samples.steps("F10", "the line \"\(line.replacing("\t", with: "⇥"))\"", on: [.gateway]) { attacker, _ in
                let reply = try await attacker.courier.exchange(Array((line + "\r\nHost: x\r\n\r\n").utf8))
                return smuggling(reply)
            }
        }
    }

    /// Another host in the first line, or beside the right one.
    private static func hosts(_ samples: inout Samples) {
        let heads = [
            ("an address in the line", "GET http://evil.example/ HTTP/1.1\r\nHost: puente.example.es"),
            ("two hosts", "GET / HTTP/1.1\r\nHost: puente.example.es\r\nHost: evil.example"),
            ("a host with markup", "GET / HTTP/1.1\r\nHost: evil.example\"><script>"),
            ("no host", "GET /?evil.example HTTP/1.1"),
        ]
        for (title, head) in heads {
            samples.steps("F10", title, on: [.gateway]) { attacker, _ in
                let reply = try await attacker.courier.exchange(Array((head + "\r\nConnection: close\r\n\r\n").utf8))
                return .harmless("never shown", if: !reply.isEmpty && !reply.contains("evil.example"), else: "shown")
            }
        }
    }

    /// Good if the hidden request has no answer: the connection ends with the first, or before it.
    private static func smuggling(_ reply: String) -> Outcome {
        let codes = reply.matches(of: /HTTP\/1\.\d (\d{3})/).compactMap { Int($0.1) }
        if codes.contains(where: { $0 >= 500 && $0 != 501 && $0 != 505 }) { return .broken("status \(codes)") }
        return .harmless(
            "status \(codes.map(String.init).joined(separator: ", "))", if: !codes.contains(200) && codes.count <= 1,
            else: "\(codes)")
    }

    /// F14: forms of the node's own pages, sent by pages of others.
    private static func forgedForms(_ samples: inout Samples) {
        let headers: [(String, String)] = [
            ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"),
            ("Origin", "https://puente.example.es.evil.example"), ("Origin", "http://puente.example.es"),
            ("Origin", "https://puente.example.es:8443"), ("Origin", "https://sub.puente.example.es"),
        ]
        for (name, value) in headers {
            samples.steps("F14", "a country chosen from elsewhere, \(name): \(value)", .crossSite, on: [.gateway]) {
                attacker, _ in
                let (path, cookie) = try await attacker.begin(.gateway)
                return try await attacker.forge("country", "DE", at: path, cookie, (name, value))
            }
            for button in ["accept", "deny"] {
                samples.steps(
                    "F14", "\"\(button)\" pressed from elsewhere, \(name): \(value)", .crossSite, on: [.service]
                ) {
                    attacker, _ in
                    let (path, cookie) = try await attacker.identify()
                    return try await attacker.forge(button, "1", at: path, cookie, (name, value))
                }
            }
        }
        samples.steps("F14", "\"accept\" by an address", on: [.service]) { attacker, _ in
            let (path, cookie) = try await attacker.identify()
            let reply = try await attacker.courier.get(path + "?accept=1", cookie: cookie)
            return .harmless("the page again", if: reply.document(in: "SAMLResponse") == nil, else: "agreed")
        }
    }

    /// F14: identifiers of others, and paths out of the place.
    private static func places(_ samples: inout Samples) {
        typealias Twist = @Sendable (String) -> String
        let twists: [(String, Twist)] = [
            ("of nobody", { _ in String(repeating: "0", count: 32) }), ("in capitals", { $0.uppercased() + "A" }),
            ("too long", { $0 + "0" }), ("too short", { String($0.dropLast()) }), ("with NUL", { $0 + "%00" }),
            ("with a look-alike", { "%D0%B0" + $0.dropFirst() }), ("up and down", { "../x/" + $0 }),
            ("up and down in escapes", { "%2e%2e%2fx%2f" + $0 }),
            ("up and down in double escapes", { "%252e%252e%252fx" + $0 }),
            ("with a blank", { $0 + "%20" }), ("with a parameter", { $0 + ";x" }), ("with a quote", { $0 + "'--" }),
        ]
        for (title, twist) in twists {
            samples.steps("F14", "an exchange \(title)", .exchangeUnknown, on: [.gateway]) { attacker, _ in
                let (path, cookie) = try await attacker.begin(.gateway)
                let parts = path.split(separator: "/")
                return try await attacker.judgeGet("/x/\(twist(String(parts[1])))/country", in: cookie)
            }
        }
        for step in ["request", "consent"] {
            samples.steps("F14", "the page \(step) of an exchange of the other half", .exchangeUnknown, on: [.gateway])
            { attacker, _ in
                let (path, cookie) = try await attacker.begin(.gateway)
                return try await attacker.judgeGet(path.replacing("/country", with: "/" + step), in: cookie)
            }
        }
        samples.steps("F14", "the page of countries of an exchange of the other half", .exchangeUnknown, on: [.service])
        { attacker, _ in
            let (path, cookie) = try await attacker.identify()
            return try await attacker.judgeGet(path.replacing("/consent", with: "/country"), in: cookie)
        }
        for path in [
            "/../puente.yaml", "/%2e%2e/puente.yaml", "/..%2f..%2fetc/passwd", "/x/..%5c..%5cpuente.yaml",
            "/assets/../../puente.yaml",
            "/keys/connector.key", "/state/puente.sqlite", "/admin", "/console", "/metrics", "/.env", "/.git/config",
            "//etc/passwd",
        ] {
            samples.steps("F14", "the path \(path)", .exchangeUnknown, on: [.gateway]) { attacker, _ in
                try await attacker.judgeGet(path)
            }
        }
    }
}

extension Attacker {
    fileprivate func forge(
        _ button: String, _ value: String, at path: String, _ cookie: String, _ header: (String, String)
    ) async throws -> Outcome {
        var submission = Submission(path: path)
        submission.fields = [(button, value)]
        submission.cookie = cookie
        submission.headers = [header]
        return try await attempt(submission)
    }
}
