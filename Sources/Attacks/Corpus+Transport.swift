// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// F01, F03 to F06: how messages travel in forms.
    static let transport: [Sample] = {
        var samples = Samples()
        twice(&samples)
        base64(&samples)
        methods(&samples)
        sizes(&samples)
        otherBindings(&samples)
        artifacts(&samples)
        return samples.all
    }()

    private static func twice(_ samples: inout Samples) {
        typealias Edit = @Sendable (Genuine, inout Submission) throws -> Void
        let edits: [(String, Edit)] = [
            ("the message twice", { $1.fields.append($1.fields[0]) }),
            (
                "another message behind",
                { $1.fields.append(($1.messageField, Base64.encode($0.evilSigned.serialized()))) }
            ),
            (
                "another message before",
                {
                    $1.fields.insert(($1.messageField, Base64.encode($0.evilSigned.serialized())), at: 0)
                }
            ),
            ("an empty message before", { $1.fields.insert(($1.messageField, ""), at: 0) }),
            (
                "the message in the address too",
                { $1.query = "\($1.messageField)=\($1.fields[0].value.percentEncoded)" }
            ),
            (
                "another message in the address",
                {
                    $1.query = "\($1.messageField)=" + Base64.encode($0.evilSigned.serialized()).percentEncoded
                }
            ),
            ("RelayState twice", { $1.fields.append(("RelayState", "another")) }),
            ("RelayState in the address too", { $1.query = "RelayState=another" }),
            (
                "its name escaped in another",
                {
                    $1.body = $1.octets + Array(("&" + $1.messageField.replacing("R", with: "%52") + "=AAAA").utf8)
                }
            ),
            (
                "the other kind of message beside it",
                {
                    let other = $1.messageField == "SAMLRequest" ? "SAMLResponse" : "SAMLRequest"
                    $1.fields.append((other, Base64.encode($0.evil.serialized())))
                }
            ),
            ("a logout beside it", { $1.fields.append(("logoutRequest", Base64.encode($0.evil.serialized()))) }),
        ]
        for (title, edit) in edits {
            samples.submission("F01", title, .parameterRepeated, edit: edit)
        }
        samples.submission("F01", "the country twice", .parameterRepeated, on: [.gateway]) {
            $1.fields.append(("country", "IT"))
        }
        let names: [(String, @Sendable (String) -> String)] = [
            ("in small letters", { $0.lowercased() }), ("as a list", { $0 + "[]" }), ("with NUL behind", { $0 + "\0" }),
            ("with a blank before", { " " + $0 }), ("with a look-alike", { $0.replacing("S", with: "Ѕ") }),
        ]
        for (title, name) in names {
            samples.submission("F01", "the field's name \(title)", .parameterMissing) {
                $1.fields[0].name = name($1.fields[0].name)
            }
        }
        samples.submission("F01", "fields apart by a semicolon", .base64, .parameterMissing, .relayStateChanged) {
            $1.body = Array($1.fields.map { $0.name + "=" + $0.value.percentEncoded }.joined(separator: ";").utf8)
        }
    }

    private static func base64(_ samples: inout Samples) {
        let edits: [(String, @Sendable (String) -> String)] = [
            ("a star", { $0.replacing("A", with: "*", maxReplacements: 1) }),
            ("the alphabet of addresses", { $0.prefix(40) + "-_" + $0.dropFirst(42) }),
            ("one character too many", { $0.replacing("=", with: "") + ($0.hasSuffix("=") ? "" : "A") }),
            ("padding in the middle", { $0.prefix(40) + "==" + $0.dropFirst(40) }),
            ("padding alone", { _ in "====" }), ("too much padding", { $0 + "====" }),
            ("text behind the padding", { $0 + "=A" }),
            ("NUL inside", { $0.prefix(40) + "\0" + $0.dropFirst(40) }), ("an empty text", { _ in "" }),
            ("letters of another script", { $0.prefix(40) + "А" + $0.dropFirst(41) }),
            ("the head of a data address", { "data:text/xml;base64," + $0 }),
        ]
        for (title, edit) in edits {
            samples.submission("F03", "Base64 with \(title)", .base64) { $1.fields[0].value = edit($1.fields[0].value) }
        }
        samples.submission("F03", "Base64 twice", .xmlMalformed, .xmlEncoding) {
            $1.put(Array($1.fields[0].value.utf8))
        }
        samples.submission("F03", "plain XML", .base64) {
            $1.fields[0].value = String(decoding: $0.signed.serialized(), as: UTF8.self)
        }
        samples.submission("F03", "a packed message in a form", .xmlMalformed, .xmlEncoding) {
            $1.put(Deflate.deflate($0.signed.serialized()) ?? [])
        }
        for escape in ["%", "%4", "%zz", "%C3%28", "%ED%A0%80", "%C0%BC"] {
            samples.submission("F03", "the escape \(escape)", .base64) {
                $1.body = $1.octets + Array(("&x=" + escape).utf8)
            }
        }
    }

    private static func methods(_ samples: inout Samples) {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
            let roles: [Role] = method == "GET" ? [.gateway, .connector, .service] : Role.messages
            samples.submission("F04", "the method \(method)", .methodNotAllowed, on: roles) { $1.method = method }
        }
        samples.submission("F04", "the method HEAD", .methodNotAllowed, .exchangeUnknown) { $1.method = "HEAD" }
        samples.submission("F04", "the method in a header", .methodNotAllowed, on: [.gateway, .connector, .service]) {
            $1.method = "PUT"
            $1.headers = [("X-HTTP-Method-Override", "POST"), ("X-Method-Override", "POST")]
        }
        let types: [String?] = [
            nil, "", "text/xml", "application/xml", "application/soap+xml", "application/json", "text/plain",
            "multipart/form-data; boundary=x", "application/x-www-form-urlencoded2",
            "x/application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded, text/xml", "application/vnd.paos+xml",
        ]
        for type in types {
            samples.submission("F04", "the type \(type.map { "\"\($0)\"" } ?? "none")", .contentType) {
                $1.contentType = type
            }
        }
        samples.submission("F04", "a form of several parts", .contentType) {
            $1.contentType = "multipart/form-data; boundary=b"
            $1.body = Array(
                ($1.fields.map { "--b\r\nContent-Disposition: form-data; name=\"\($0.name)\"\r\n\r\n\($0.value)\r\n" }
                    .joined()
                    + "--b--\r\n").utf8)
        }
        samples.submission("F04", "a body said to be packed", .parameterMissing, .base64, .parameterTooLarge) {
            $1.headers = [("Content-Encoding", "deflate")]
            $1.body = Deflate.deflate($1.octets) ?? []
        }
    }

    private static func sizes(_ samples: inout Samples) {
        samples.submission("F04", "a message one character over the limit", .parameterTooLarge) { genuine, submission in
            let missing = 131_076 - submission.fields[0].value.utf8.count
            submission.fields[0].value += String(repeating: "\n", count: max(0, missing))
        }
        samples.submission("F04", "a form over the limit", .parameterTooLarge) {
            $1.fields.append(("x", String(repeating: "x", count: 500_000)))
        }
        samples.submission("F04", "33 fields", .parameterTooLarge) { _, submission in
            submission.fields += (0..<32).map { ("x\($0)", "") }
        }
        samples.submission("F04", "a field of a long name", .parameterTooLarge) {
            $1.fields.append((String(repeating: "x", count: 65), ""))
        }
        samples.submission("F04", "no body", .parameterMissing) { $1.body = [] }
        samples.submission("F04", "a body of octets that are no text", .base64, .parameterMissing) {
            $1.body = Array("SAMLRequest=".utf8) + [0xFF, 0xFE, 0x80]
        }
    }

    private static func otherBindings(_ samples: inout Samples) {
        samples.submission("F05", "the form in the address alone", .parameterMissing) {
            $1.query = String(decoding: $1.octets, as: UTF8.self)
            $1.fields = []
        }
        samples.submission("F05", "by GET", .methodNotAllowed, on: [.gateway, .connector, .service]) {
            $1.query = String(decoding: $1.octets, as: UTF8.self)
            $1.method = "GET"
        }
        samples.submission("F05", "packed, by GET", .methodNotAllowed, on: [.gateway, .connector, .service]) {
            $1.put(Deflate.deflate($0.signed.serialized()) ?? [])
            $1.query = String(decoding: $1.octets, as: UTF8.self)
            $1.method = "GET"
        }
        samples.submission("F05", "the Redirect binding said of a form", .requestBinding, on: Role.requests) {
            $1.put(try $0.signing { $0.set("ProtocolBinding", SAMLURI.redirect) }.serialized())
        }
        samples.submission("F05", "unsigned, the signature in fields of the form", .signatureMissing) {
            genuine, submission in
            submission.put(genuine.bare.serialized())
            let recipe = genuine.recipe
            let signed = submission.octets + Array(("&SigAlg=" + recipe.algorithm.uri.percentEncoded).utf8)
            submission.fields += [
                ("SigAlg", recipe.algorithm.uri),
                ("Signature", Base64.encode(try recipe.key.key().sign(signed, recipe.algorithm))),
            ]
        }
        samples.steps(
            "F05", "the query of an address, signature and all, in a form", .xmlMalformed, .xmlEncoding,
            on: [.proxyService]
        ) {
            attacker, _ in
            var submission = try attacker.redirect()
            submission.method = "POST"
            submission.body = Array((submission.query ?? "").utf8)
            submission.query = nil
            return try await attacker.attempt(submission)
        }
    }

    private static func artifacts(_ samples: inout Samples) {
        let artifact = Base64.encode([0, 4, 0, 0] + [UInt8](repeating: 7, count: 40))
        samples.submission("F06", "an artifact", .parameterMissing) {
            $1.fields = [("SAMLart", artifact), ("RelayState", "x")]
        }
        samples.submission(
            "F06", "an artifact in the address", .methodNotAllowed, on: [.gateway, .connector, .service]
        ) {
            ($1.method, $1.query) = ("GET", "SAMLart=" + artifact.percentEncoded)
        }
        samples.submission("F06", "an artifact in the address", .parameterMissing, on: [.proxyService]) {
            ($1.method, $1.query) = ("GET", "SAMLart=" + artifact.percentEncoded)
        }
        samples.submission("F06", "asks for an artifact", .requestBinding, on: Role.requests) {
            $1.put(
                try $0.signing { $0.set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact") }
                    .serialized())
        }
        for name in ["ArtifactResolve", "ArtifactResponse"] {
            samples.document("F06", "\(name) around the message", .messageType, .signatureReference, .signatureRepeated)
            {
                XMLNode(
                    Namespace.saml2p(name),
                    [("ID", Genuine.evilID), ("IssueInstant", $0.bare["IssueInstant"]), ("Version", "2.0")],
                    [$0.signed])
            }
        }
        samples.submission("F06", "by SOAP", .contentType) {
            $1.contentType = "text/xml"
            $1.headers = [("SOAPAction", "\"http://www.oasis-open.org/committees/security\"")]
            $1.body =
                Array("<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>".utf8)
                + $0.signed.serialized() + Array("</S:Body></S:Envelope>".utf8)
        }
        for path in ["/eidas/proxy/ars", "/eidas/connector/ars", "/Proxy2/ArtifactResolution"] {
            samples.submission("F06", "at \(path)", .exchangeUnknown, on: [.gateway]) { $1.path = path }
        }
    }
}
