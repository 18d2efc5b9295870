// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// E14, E16 to E19, E22, E23: what requests ask, and in whose name.
    static let requests: [Sample] = {
        var samples = Samples()
        sectors(&samples)
        relayStates(&samples)
        returnAddresses(&samples)
        manners(&samples)
        disabled(&samples)
        steering(&samples)
        names(&samples)
        return samples.all
    }()

    private static func sectors(_ samples: inout Samples) {
        for text in ["private", "Public", "PUBLIC", "", "public private", "urn:x"] {
            samples.content("E14", "SPType \"\(text)\"", .requestSector, on: [.gateway]) {
                try $0.setText(of: "SPType", text)
            }
        }
        for text in ["Public", "PRIVATE", "", "public private", "urn:x"] {
            samples.content("E14", "SPType \"\(text)\"", .requestSector, on: [.proxyService]) {
                try $0.setText(of: "SPType", text)
            }
        }
        samples.content("E14", "SPType twice", .requestSector, on: Role.requests) { try $0.double("SPType") }
        samples.content("E14", "SPType public and private", .requestSector, on: Role.requests) {
            try $0.double("SPType")
            try $0.setText(of: "SPType", "private")
        }
        samples.content("E14", "no SPType", .requestSector, on: [.proxyService]) { try $0.remove("SPType") }
        samples.content("E14", "no Extensions", .requestExtensions, on: Role.requests) { try $0.remove("Extensions") }
        samples.steps("E14", "NodeCountry of another state", on: [.proxyService]) { attacker, _ in
            let (_, answer) = try await attacker.open(.service) {
                try $0.edit("Extensions") {
                    $0 = $0.appending(XMLNode(Namespace.eidas("NodeCountry"), text: "DE"))
                }
            }
            let identifier = try await attacker.deliver(answer).delivered()["PersonIdentifier"]?.first ?? ""
            return .harmless("the state of the metadata counts", if: identifier.hasPrefix("ES/FR/"), else: identifier)
        }
    }

    private static func relayStates(_ samples: inout Samples) {
        let texts: [(String, String)] = [
            ("of 81 characters", String(repeating: "x", count: 81)),
            ("of 10000 characters", String(repeating: "ñ", count: 10_000)),
            ("with a line break", "a\r\nSet-Cookie: x=y"), ("with NUL", "a\0b"),
            ("with an escape sequence", "a\u{1B}[31m"),
            ("with DEL", "a\u{7F}b"),
        ]
        for (title, text) in texts {
            samples.submission("E16", "RelayState \(title)", .relayStateTooLong) { $1[field: "RelayState"] = text }
        }
        samples.submission("E16", "no RelayState", .parameterMissing, on: [.gateway]) { $1[field: "RelayState"] = nil }
        samples.submission("E16", "an empty RelayState", .parameterMissing, on: [.gateway]) {
            $1[field: "RelayState"] = ""
        }
        let changes: [(String, @Sendable (String) -> String?)] = [
            ("none", { _ in nil }), ("empty", { _ in "" }), ("another", { _ in "another" }),
            ("in other case", { $0.uppercased() }),
            ("cut short", { String($0.dropLast()) }), ("with a blank behind", { $0 + " " }),
            ("in markup", { "<b>\($0)</b>" }),
            ("as an address", { _ in "https://evil.example/" }),
        ]
        for (title, change) in changes {
            samples.submission("E16", "RelayState \(title)", .relayStateChanged, on: Role.answers) {
                $1[field: "RelayState"] = change($1[field: "RelayState"] ?? "")
            }
        }
        for text in [
            "\"><script>alert(1)</script>", "https://evil.example/", "javascript:alert(1)", "//evil.example/&<!--",
        ] {
            samples.steps("E16", "RelayState \(text)", on: Role.requests) { attacker, role in
                let reply = try await attacker.relaying(text, role)
                let (action, fields) = reply.form(with: "SAMLResponse") ?? ("", [:])
                let home = role == .gateway ? Parties.current.returnAddress : World.foreignAnswers
                return .harmless(
                    "carried as it is, and nowhere else",
                    if: action == home && fields["RelayState"] == text && !reply.isScripted, else: "sent to \(action)")
            }
        }
    }

    private static func returnAddresses(_ samples: inout Samples) {
        let schemes: [(String, @Sendable (String) -> String)] = [
            ("that is a script", { _ in "javascript:alert(1)" }),
            ("that is a script behind a comment", { "javascript://\($0.dropFirst(8))%0aalert(1)" }),
            ("that is data", { _ in "data:text/html,<script>alert(1)</script>" }),
            ("that is a file", { _ in "file:///etc/passwd" }), ("with markup behind", { $0 + "\"><script>" }),
            ("with a line break", { $0 + "\r\nX: y" }), ("with backslashes", { $0.replacing("/", with: "\\") }),
        ]
        for (title, make) in likenesses + schemes {
            samples.content("E17", "a return address \(title)", .requestReplyAddress, on: Role.requests) {
                $0.set("AssertionConsumerServiceURL", make($0["AssertionConsumerServiceURL"] ?? World.foreignAnswers))
            }
        }
        for index in ["7", "-1", "x", "99999999999999999999"] {
            samples.content("E17", "the return address of index \(index)", .requestReplyAddress, on: [.proxyService]) {
                $0.set("AssertionConsumerServiceIndex", index)
            }
        }
        samples.content("E17", "the address of another Connector", .requestReplyAddress, on: [.proxyService]) {
            $0.set("AssertionConsumerServiceURL", "https://nodo.example.it/connector/acs")
        }
    }

    private static func manners(_ samples: inout Samples) {
        for value in ["true", "1"] {
            samples.content("E18", "IsPassive \(value)", .requestIsPassive, on: Role.requests) {
                $0.set("IsPassive", value)
            }
        }
        for value in ["false", "0"] {
            samples.content("E18", "ForceAuthn \(value)", .requestForceAuthn, on: [.proxyService]) {
                $0.set("ForceAuthn", value)
            }
        }
        samples.content("E18", "no ForceAuthn", .requestForceAuthn, on: [.proxyService]) { $0.set("ForceAuthn", nil) }
        for name in ["ForceAuthn", "IsPassive"] {
            for value in ["TRUE", "yes", "", "2"] {
                samples.content("E18", "\(name) \"\(value)\"", .messageSchema, on: Role.requests) {
                    $0.set(XMLName(unqualified: name), value)
                }
            }
        }
        samples.steps("E18", "ForceAuthn false", on: [.gateway]) { attacker, _ in
            let (_, request) = try await attacker.open(.gateway) { $0.set("ForceAuthn", "false") }
            let question = try await attacker.succeed(request).document(in: "SAMLRequest")
            return .harmless(
                "asked anew all the same", if: question?["ForceAuthn"] == "true" && question?["IsPassive"] != "true",
                else: "a session would do")
        }
        samples.content("E18", "a Subject to be confirmed", .requestSubject, on: Role.requests) { request in
            let place = (request.children.firstIndex { $0.name.local == "Extensions" } ?? 0) + 1
            request = request.inserting(
                XMLNode(Namespace.saml2("Subject"), [], [XMLNode(Namespace.saml2("NameID"), text: "x")]), at: place)
        }
    }

    private static func disabled(_ samples: inout Samples) {
        samples.content("E19", "a service that is switched off", .peerDisabled, on: [.gateway]) {
            $0.set("ProviderName", Battlefield.disabledService)
        }
        samples.content("E19", "a Connector that is switched off", .peerDisabled, on: [.proxyService]) {
            try $0.setText(of: "Issuer", Battlefield.disabledConnector.rawValue)
        }
        samples.steps("E19", "a country that is switched off", .countryDisabled, on: [.gateway]) { attacker, _ in
            let (path, cookie) = try await attacker.begin(.gateway)
            return try await attacker.judgePress("country", "IT", at: path, in: cookie)
        }
        samples.steps("E19", "a country that is switched off, in the form of the service", on: [.gateway]) {
            attacker, _ in
            var (_, request) = try await attacker.open(.gateway)
            request[field: "country"] = "IT"
            let reply = try await attacker.succeed(request)
            return .harmless("the page of countries", if: reply.path?.hasSuffix("/country") ?? false, else: "asked")
        }
        samples.answer("E19", "the answer of a country that is switched off", .messageIssuer, on: [.connector]) {
            try $0.response.setText(of: "Issuer", Battlefield.disabledCountry.rawValue)
            try $0.editAssertion { try $0.setText(of: "Issuer", Battlefield.disabledCountry.rawValue) }
        }
    }

    private static func steering(_ samples: inout Samples) {
        for country in ["XX", "DE ", "de", "ES", "<b>", "DE,IT", ""] {
            samples.steps("E22", "the country \"\(country)\"", .requestCountry, .metadataUnavailable, on: [.gateway]) {
                attacker, _ in
                let (path, cookie) = try await attacker.begin(.gateway)
                return try await attacker.judgePress("country", country, at: path, in: cookie)
            }
        }
        samples.content("E22", "other countries excluded", .requestMethodExcluded, on: [.gateway]) {
            try $0.edit("RequestedAttributes") {
                $0 = $0.appending(ServiceRequest.requested("http://es.minhafp.clave/EIDASIdP", "EIDASIdP", false))
            }
        }
        samples.steps("E22", "fields that steer beside the message", on: Role.requests) { attacker, role in
            var (_, request) = try await attacker.open(role)
            request.fields += [
                ("idpList", "GISS"), ("excludedIdPList", "EIDAS"), ("forcedIdP", "AFIRMA"),
                ("allowLegalPerson", "true"),
                ("citizenCountry", "IT"),
            ]
            let reply = try await attacker.succeed(request)
            let asked = reply.document(in: "SAMLRequest")?.descendants.compactMap { $0["Name"] } ?? []
            return .harmless(
                "passed over",
                if: reply.status == 200 && !asked.isEmpty && !asked.contains { $0.contains("/legalperson/") },
                else: "the question changed")
        }
    }

    private static func names(_ samples: inout Samples) {
        samples.content("E23", "the name of another service", .signatureKeyUnknown, on: [.gateway]) {
            $0.set("ProviderName", Battlefield.otherService)
        }
        samples.content("E23", "the name of another service before ours", .signatureKeyUnknown, on: [.gateway]) {
            $0.set("ProviderName", Battlefield.otherService + ";" + Parties.current.service)
        }
        let twists: [(String, @Sendable (String) -> String?)] = [
            ("none", { _ in nil }), ("empty", { _ in "" }), ("in other case", { $0.lowercased() }),
            ("behind a blank", { " " + $0 }), ("behind a semicolon", { ";" + $0 }),
            ("with a look-alike", { "Х" + $0.dropFirst() }),
            ("of nobody", { _ in "Q0000000X_E00000000" }), ("cut short", { $0.replacing("0;", with: ";") }),
            ("with a comma", { $0.replacing(";", with: ",") }), ("with an invisible mark", { "\u{200B}" + $0 }),
        ]
        for (title, twist) in twists {
            samples.content("E23", "a name \(title)", .peerUnknown, on: [.gateway]) {
                $0.set("ProviderName", twist($0["ProviderName"] ?? ""))
            }
        }
        samples.content("E23", "another name in Issuer alone", .peerUnknown, on: [.gateway]) {
            $0.set("ProviderName", nil)
            $0 = $0.inserting(.issuer(Parties.current.service), at: 0)
        }
    }
}

extension Attacker {
    /// A login with this RelayState, to its end.
    fileprivate func relaying(_ relayState: String, _ role: Role) async throws -> Reply {
        var (_, request) = try await open(role)
        request[field: "RelayState"] = relayState
        let asked = try await succeed(request)
        let (_, answer) = try answer(to: asked, by: role == .gateway ? .connector : .service)
        return try await deliver(answer)
    }
}
