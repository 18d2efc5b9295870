// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// F12, F13: what stays behind, in logs, files and pages.
    static let traces: [Sample] = {
        var samples = Samples()
        logs(&samples)
        people(&samples)
        return samples.all
    }()

    private static func logs(_ samples: inout Samples) {
        // U+009B begins an escape sequence as ESC and [ do; XML allows it.
        let breakout = "x\"}\n{\"level\":\"error\",\"message\":\"forged\",\"rule\":\"own.failure\"}\r\u{9B}31m\u{2028}"
        let edits: [(String, Role, Rule, @Sendable (inout XMLNode) throws -> Void)] = [
            ("the name of the service", .gateway, .peerUnknown, { $0.set("ProviderName", breakout) }),
            ("the Destination", .gateway, .messageDestination, { $0.set("Destination", breakout) }),
            ("a level", .gateway, .requestLoA, { try $0.setText(of: "AuthnContextClassRef", breakout) }),
            ("the Issuer", .proxyService, .peerUnknown, { try $0.setText(of: "Issuer", breakout) }),
            ("the ID", .proxyService, .signatureReference, { $0.set("ID", breakout) }),
            (
                "the name of an attribute", .proxyService, .messageSchema,
                {
                    $0.set(XMLName(unqualified: "x" + String(repeating: "é", count: 20)), breakout)
                }
            ),
            ("the question", .connector, .responseUnsolicited, { $0.set("InResponseTo", breakout) }),
            ("the Issuer", .connector, .messageIssuer, { try $0.setText(of: "Issuer", breakout) }),
            ("the Destination", .service, .messageDestination, { $0.set("Destination", breakout) }),
        ]
        for (place, role, rule, edit) in edits {
            samples.steps("F12", "line breaks in \(place)", rule, on: [role]) { attacker, role in
                var (genuine, submission) = try await attacker.open(role)
                submission.put(try genuine.signing(edit).serialized())
                return try await attacker.logged { try await attacker.attempt(submission) }
            }
        }
        for (place, path) in [
            ("a path", "/x/%0A%7B%22message%22%3A%22forged%22%7D%0A/country"),
            ("a path of nothing", "/%0d%0a%1b%5b31m%22%7D"),
        ] {
            samples.steps("F12", "line breaks in \(place)", .exchangeUnknown, on: [.gateway]) { attacker, _ in
                try await attacker.logged { try await attacker.judgeGet(path) }
            }
        }
        samples.steps("F12", "line breaks in a field", .requestCountry, on: [.gateway]) { attacker, _ in
            let (path, cookie) = try await attacker.begin(.gateway)
            return try await attacker.logged {
                try await attacker.judgePress("country", breakout, at: path, in: cookie)
            }
        }
        samples.steps("F12", "an escape sequence in headers", on: [.gateway]) { attacker, role in
            try await attacker.logged {
                let head =
                    "POST \(attacker.paths[role]) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n"
                let reply = try await attacker.courier.exchange(
                    Array((head + "Content-Type: text/\u{1B}[31mx\"}\r\nUser-Agent: \u{9B}31m\r\n\r\n").utf8))
                return .harmless("refused", if: reply.hasPrefix("HTTP/1.1 4"), else: String(reply.prefix(20)))
            }
        }
    }

    /// F13: nobody is named where they must not be.
    private static func people(_ samples: inout Samples) {
        let secrets: [Role: [String]] = [
            .connector: ["Lüdenscheid", "Jürgen", "0123456789ABCDEF", "1964-05-17"],
            .service: ["EJEMPLO", "PRUEBA", "00000000T", "1970-05-01"],
        ]
        let spoils: [(String, [Rule], @Sendable (inout XMLNode) throws -> Void)] = [
            ("of another audience", [.responseAudience], { try $0.setText(of: "Audience", Genuine.evilAddress) }),
            ("with an attribute twice", [.attributeRepeated], { try $0.double("Attribute") }),
            (
                "without its last attribute", [.dataSetIncomplete, .responsePartialAfirma],
                { assertion in
                    try assertion.edit("AttributeStatement") { $0.content.removeLast(2) }
                }
            ),
            ("with a level of nobody", [.responseLoAInvalid], { try $0.setText(of: "AuthnContextClassRef", "urn:x") }),
            (
                "with an identifier that is none", [.identifierInvalid],
                {
                    try $0.setAttribute("PersonIdentifier", "0123456789ABCDEF 00000000T")
                }
            ),
        ]
        for (title, rules, edit) in spoils {
            samples.steps("F13", "a person in the answer \(title)", rules[0], rules[rules.count - 1], on: Role.answers)
            {
                attacker, role in
                var (genuine, submission) = try await attacker.open(role)
                submission.put(try genuine.answering { try $0.editAssertion(edit) })
                await attacker.journal?.skip()
                let reply = try await attacker.courier.send(submission)
                let outcome = try await attacker.judge(reply)
                let shown = reply.openTexts + (try await attacker.journal?.text() ?? "")
                if let leak = secrets[role]?.first(where: shown.contains) { return .accepted("\(leak) is shown") }
                return outcome
            }
        }
        samples.steps("F13", "a person in the page that passes them on, its address and its headers", on: Role.answers)
        {
            attacker, role in
            let (_, answer) = try await attacker.open(role)
            let reply = try await attacker.deliver(answer)
            let shown = reply.openTexts + (try await attacker.journal?.text() ?? "")
            let leak = secrets[role]?.first(where: shown.contains)
            return .harmless(
                "only in the message", if: leak == nil && reply.status == 200, else: "\(leak ?? "nothing") is shown")
        }
        samples.alone("F13", "people in the files of the node, after their logins") { bench in
            let files =
                ["node.log"]
                + (try FileManager.default.contentsOfDirectory(atPath: bench.file("state").path))
                .filter { $0 != "metadata" && !$0.hasSuffix(".sock") }.map { "state/" + $0 }
            for file in files {
                let octets = try Data(contentsOf: bench.file(file))
                for secret in secrets.values.joined() where octets.range(of: Data(secret.utf8)) != nil {
                    return .accepted("\(secret) in \(file)")
                }
            }
            return .refused(how: "\(files.count) files name nobody", rule: nil)
        }
    }
}

extension Attacker {
    /// Whether everything that was logged meanwhile is still one JSON object a line, and nothing of it a stranger's.
    fileprivate func logged(_ work: () async throws -> Outcome) async throws -> Outcome {
        let before = try await journal?.text().utf8.count ?? 0
        let outcome = try await work()
        let new = try await journal?.text().utf8.dropFirst(before) ?? "".utf8.dropFirst(0)
        for line in new.split(separator: 10) {
            guard let entry = try? JSONDecoder().decode([String: String].self, from: Data(line)),
                entry["message"] != "forged"
            else { return .accepted("a line of its own in the log") }
            let isPlain = String(Substring(line)).unicodeScalars.allSatisfy {
                $0.value >= 32 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x2028
            }
            guard isPlain else { return .accepted("a control character in the log") }
        }
        return outcome
    }
}

extension Reply {
    /// The page without the fields that carry a message, and all headers.
    fileprivate var openTexts: String {
        text.replacing(/name="SAMLResponse" value="[^"]*"/, with: "")
            + headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    }
}
