// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

private let markup = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"

extension Corpus {
    /// F07, F08, F11: what pages show of what strangers wrote, and what may be done with them.
    static let pages: [Sample] = {
        var samples = Samples()
        scripts(&samples)
        addresses(&samples)
        frames(&samples)
        return samples.all + traces
    }()

    private static func scripts(_ samples: inout Samples) {
        let requests: [(String, Role, Rule, @Sendable (inout XMLNode) throws -> Void)] = [
            ("the name of the service", .gateway, .peerUnknown, { $0.set("ProviderName", markup) }),
            ("the level that is asked", .gateway, .requestLoA, { try $0.setText(of: "AuthnContextClassRef", markup) }),
            ("the return address", .gateway, .requestReplyAddress, { $0.set("AssertionConsumerServiceURL", markup) }),
            ("the Destination", .gateway, .messageDestination, { $0.set("Destination", markup) }),
            ("the Issuer", .proxyService, .peerUnknown, { try $0.setText(of: "Issuer", markup) }),
            ("the ID", .proxyService, .signatureReference, { $0.set("ID", markup) }),
            ("the sector", .proxyService, .requestSector, { try $0.setText(of: "SPType", markup) }),
            ("the question", .connector, .responseUnsolicited, { $0.set("InResponseTo", markup) }),
            ("the Issuer", .connector, .messageIssuer, { try $0.setText(of: "Issuer", markup) }),
            ("the Destination", .service, .messageDestination, { $0.set("Destination", markup) }),
        ]
        for (place, role, rule, edit) in requests {
            samples.steps("F07", "markup in \(place)", rule, on: [role]) { attacker, role in
                var (genuine, submission) = try await attacker.open(role)
                submission.put(try genuine.signing(edit).serialized())
                return try await attacker.judgePage(submission)
            }
        }
        samples.steps("F07", "markup in the code of the status", on: Role.answers) { attacker, role in
            var (genuine, submission) = try await attacker.open(role)
            submission.put(
                try genuine.signing {
                    try $0.set("Value", of: "StatusCode", SAMLURI.responder)
                    try $0.setText(of: "StatusMessage", markup)
                }.serialized())
            return try await attacker.judgePage(submission)
        }
        samples.steps("F07", "markup in the name of who asks, and in the data", on: [.service]) { attacker, role in
            var (genuine, answer) = try await attacker.open(role) { $0.set("ProviderName", "Ville " + markup) }
            answer.put(
                try genuine.answering {
                    try $0.editAssertion {
                        try $0.setAttribute("CurrentFamilyName", "A" + markup)
                        try $0.setAttribute("CurrentGivenName", "B" + markup)
                    }
                })
            guard let path = try await attacker.succeed(answer).path else { return .broken("no page of the data") }
            let page = try await attacker.courier.get(path, cookie: answer.cookie)
            guard page.status == 200, page.text.contains("&lt;script&gt;") else {
                return .broken("status \(page.status)")
            }
            let end = try await attacker.press("accept", at: path, in: answer.cookie)
            return .harmless("shown as text", if: !page.isScripted && !end.isScripted, else: "a script")
        }
        let places: [(String, String, String)] = [
            ("a path", "/x/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/country", ""),
            ("a path of nothing", "/%3Cscript%3Ealert(1)%3C/script%3E", ""),
            ("the language", "/", "lang=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"),
            ("a field of no use", "/status", "x=%3Cscript%3E"),
        ]
        for (place, path, query) in places {
            samples.steps("F07", "markup in \(place)", on: [.gateway]) { attacker, _ in
                var submission = Submission(path: path)
                (submission.method, submission.query) = ("GET", query.isEmpty ? nil : query)
                submission.headers = [
                    ("Accept-Language", markup), ("Referer", "https://evil.example/" + markup), ("User-Agent", markup),
                ]
                let reply = try await attacker.courier.send(submission)
                return .harmless(
                    "status \(reply.status)", if: !reply.isScripted && reply.status < 500, else: "a script")
            }
        }
        samples.steps("F07", "markup as the country", .requestCountry, on: [.gateway]) { attacker, _ in
            let (path, cookie) = try await attacker.begin(.gateway)
            var submission = Submission(path: path)
            submission.fields = [("country", markup)]
            submission.cookie = cookie
            return try await attacker.judgePage(submission)
        }
    }

    private static func addresses(_ samples: inout Samples) {
        for address in [
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)", "vbscript:x",
            "data:text/html;base64,PHNjcmlwdD4=", "blob:https://evil.example/1", "//evil.example/",
            "https:evil.example", "https://", "https:///x", "https://:443/",
            "https://evil.example/\" onclick=\"alert(1)", "",
        ] {
            let title = address.replacing("\n", with: "⏎")
            samples.content("F08", "the return address \(title)", .requestReplyAddress, on: Role.requests) {
                $0.set("AssertionConsumerServiceURL", address)
            }
            samples.metadata("F08", "a node that is asked at \(title)", .metadataEndpoint) {
                try $0.signing { root in try root.set("Location", of: "SingleSignOnService", address) }
            }
        }
    }

    private static func frames(_ samples: inout Samples) {
        for path in ["/", "/status", "/help", "/privacy", "/accessibility", "/nothing/here", "/x/0/country"] {
            samples.steps("F11", "in a frame: \(path)", on: [.gateway]) { attacker, _ in
                guarded(try await attacker.courier.get(path))
            }
        }
        samples.steps("F11", "in a frame: the page of countries", on: [.gateway]) { attacker, _ in
            let (path, cookie) = try await attacker.begin(.gateway)
            return guarded(try await attacker.courier.get(path, cookie: cookie))
        }
        samples.steps("F11", "in a frame: the page with the data", on: [.service]) { attacker, _ in
            let (path, cookie) = try await attacker.identify()
            return guarded(try await attacker.courier.get(path, cookie: cookie))
        }
        samples.steps("F11", "in a frame: the page that carries a message on", on: Role.messages) { attacker, role in
            let (_, submission) = try await attacker.open(role)
            return guarded(try await attacker.deliver(submission))
        }
        samples.steps("F11", "in a frame: the page of an error", on: Role.messages) { attacker, role in
            var (_, submission) = try await attacker.open(role)
            submission.fields[0].value = "*"
            return guarded(try await attacker.courier.send(submission))
        }
    }

    /// Whether a page tells browsers what must not be done with it.
    private static func guarded(_ reply: Reply) -> Outcome {
        let policy = reply[header: "Content-Security-Policy"] ?? ""
        let headers = [
            ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        var missing = headers.filter { reply[header: $0] != $1 }.map(\.0)
        for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"]
        where !policy.contains(directive) {
            missing.append(directive)
        }
        if policy.contains("unsafe") { missing.append("a policy without unsafe") }
        if reply[header: "Strict-Transport-Security"]?.contains("max-age=31536000") != true { missing.append("HSTS") }
        if reply[header: "Server"]?.contains(where: \.isNumber) ?? false { missing.append("silence about its version") }
        return .harmless("status \(reply.status), guarded", if: missing.isEmpty, else: "without \(missing)")
    }
}

extension Attacker {
    /// What becomes of a message whose page must show nothing of it but as text.
    fileprivate func judgePage(_ submission: Submission) async throws -> Outcome {
        await journal?.skip()
        let reply = try await courier.send(submission)
        guard !reply.isScripted else { return .accepted("a script in a page") }
        return try await judge(reply)
    }
}
