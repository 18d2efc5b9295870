// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// What a careless comparison takes for an address or a name.
    static let likenesses: [(title: String, make: @Sendable (String) -> String)] = [
        ("of somebody else", { _ in "https://evil.example/" }), ("in other case", { $0.uppercased() }),
        ("with a slash behind", { $0 + "/" }), ("with a query", { $0 + "?a=b" }), ("with a fragment", { $0 + "#a" }),
        ("with a path below", { $0 + "/a" }), ("cut short", { String($0.dropLast()) }),
        ("of a longer host", { $0.replacing(".example.", with: ".example.evil.") }),
        ("behind another host", { "https://evil.example/" + $0 }),
        ("with a host behind the name", { $0.replacing("https://", with: "https://evil.example@") }),
        ("without TLS", { $0.replacing("https:", with: "http:") }), ("without a scheme", { String($0.dropFirst(6)) }),
        ("at another port", { $0.replacing(".example.", with: ".example:8443.") }),
        ("with a dot more", { $0.replacing(".example.", with: "..example.") }),
        ("up and down its path", { $0.replacing("://", with: "://x/../") }),
        ("with an escape", { $0.replacing("e", with: "%65") }),
        ("with a look-alike", { $0.replacing("e", with: "е") }),
        ("beside another", { $0 + " https://evil.example/" }), ("behind another", { "https://evil.example/ " + $0 }),
        ("that is empty", { _ in "" }),
    ]

    /// E03 to E05, E07, E08: for whom, from whom, and how confirmed.
    static let contents: [Sample] = {
        var samples = Samples()
        addresses(&samples)
        audiences(&samples)
        issuers(&samples)
        confirmations(&samples)
        return samples.all + times + verdicts + attributes
    }()

    private static func addresses(_ samples: inout Samples) {
        for (title, make) in likenesses {
            samples.content("E03", "Destination \(title)", .messageDestination, on: Role.messages) {
                $0.set("Destination", make($0["Destination"] ?? ""))
            }
            samples.assertion("E03", "Recipient \(title)", .responseConfirmation) {
                try $0.edit("SubjectConfirmationData") { $0.set("Recipient", make($0["Recipient"] ?? "")) }
            }
        }
        samples.content("E03", "no Destination", .messageDestination, on: Role.messages) { $0.set("Destination", nil) }
        samples.assertion("E03", "no Recipient", .responseConfirmation) {
            try $0.set("Recipient", of: "SubjectConfirmationData", nil)
        }
        // Of the same node, for the other direction.
        let others: [(Role, @Sendable () -> String)] = [
            (.gateway, { World.singleSignOn }), (.proxyService, { World.gatewayAddress }),
            (.connector, { World.gatewayAnswers }), (.service, { World.answerAddress }),
        ]
        for (role, address) in others {
            samples.content("E03", "Destination of our other half", .messageDestination, on: [role]) {
                $0.set("Destination", address())
            }
            guard role.isAnswer else { continue }
            samples.assertion("E03", "Recipient of our other half", .responseConfirmation, on: [role]) {
                try $0.set("Recipient", of: "SubjectConfirmationData", address())
            }
        }
    }

    private static func audiences(_ samples: inout Samples) {
        for (title, make) in likenesses {
            samples.assertion("E04", "Audience \(title)", .responseAudience) {
                try $0.edit("Audience") { $0.text = make($0.text) }
            }
        }
        let others: [(String, Role, @Sendable () -> String)] = [
            ("our return address", .connector, { World.answerAddress }),
            ("our other half", .connector, { World.proxyService.rawValue }),
            ("the service that asked", .connector, { Parties.current.returnAddress }),
            ("our name abroad", .service, { World.proxyService.rawValue }),
            ("our registered name", .service, { Parties.current.registeredName }),
            ("the Connector that asked", .service, { World.foreignConnector.rawValue }),
        ]
        for (title, role, audience) in others {
            samples.assertion("E04", "for \(title)", .responseAudience, on: [role]) {
                try $0.setText(of: "Audience", audience())
            }
        }
        samples.assertion("E04", "no AudienceRestriction", .responseAudience) { try $0.remove("AudienceRestriction") }
        samples.assertion("E04", "no Audience", .responseAudience) { try $0.remove("Audience") }
        samples.assertion("E04", "no Conditions", .responseConditions) { try $0.remove("Conditions") }
        for isFirst in [true, false] {
            samples.assertion(
                "E04", "a second restriction \(isFirst ? "before" : "behind") ours that leaves us out",
                .responseAudience
            ) {
                try $0.double("AudienceRestriction")
                try $0.edit("Conditions") { conditions in
                    guard case .node(var other) = conditions.content[isFirst ? 0 : 1] else { return }
                    try other.setText(of: "Audience", Genuine.evilAddress)
                    conditions.content[isFirst ? 0 : 1] = .node(other)
                }
            }
        }
        samples.assertion("E04", "the Audience outside its restriction", .responseConditions) {
            try $0.edit("Conditions") { conditions in
                guard let audience = conditions.first("Audience") else { return }
                conditions.content = [.node(audience)]
            }
        }
    }

    private static func issuers(_ samples: inout Samples) {
        for (title, make) in likenesses {
            samples.content("E05", "Issuer \(title)", .messageIssuer, on: Role.answers) {
                try $0.edit("Issuer") { $0.text = make($0.text) }
            }
            samples.assertion("E05", "assertion of an Issuer \(title)", .messageIssuer) {
                try $0.edit("Issuer") { $0.text = make($0.text) }
            }
            samples.content("E05", "Issuer \(title)", .peerUnknown, on: [.proxyService]) {
                try $0.edit("Issuer") { $0.text = make($0.text) }
            }
        }
        let others: [(String, @Sendable () -> String)] = [
            ("another country", { Battlefield.otherCountry.rawValue }), ("ourselves", { World.connector.rawValue }),
            ("the service", { Parties.current.service }),
        ]
        for (title, name) in others {
            samples.answer("E05", "response and assertion of \(title)", .messageIssuer) {
                try $0.response.setText(of: "Issuer", name())
                try $0.editAssertion { try $0.setText(of: "Issuer", name()) }
            }
        }
        samples.content("E05", "a Proxy-Service as Connector", .peerUnknown, on: [.proxyService]) {
            try $0.setText(of: "Issuer", World.country.rawValue)
        }
        samples.content("E05", "no Issuer", .messageIssuer, on: Role.answers) { try $0.remove("Issuer") }
        samples.content("E05", "no Issuer", .peerUnknown, on: [.proxyService]) { try $0.remove("Issuer") }
        samples.assertion("E05", "assertion without Issuer", .messageSchema) { try $0.remove("Issuer") }
        samples.content("E05", "Issuer of another format", .messageIssuer, on: Role.answers + [.proxyService]) {
            try $0.set("Format", of: "Issuer", SAMLURI.persistent)
        }
        samples.assertion("E05", "assertion of an Issuer of another format", .messageIssuer) {
            try $0.set("Format", of: "Issuer", SAMLURI.unspecified)
        }
    }

    private static func confirmations(_ samples: inout Samples) {
        for method in ["holder-of-key", "sender-vouches", "BEARER", "bearer/x"] {
            samples.assertion("E08", "confirmed by \(method)", .responseConfirmation) {
                try $0.set("Method", of: "SubjectConfirmation", "urn:oasis:names:tc:SAML:2.0:cm:" + method)
            }
        }
        samples.assertion("E08", "no confirmation", .responseConfirmation, on: [.connector]) {
            try $0.remove("SubjectConfirmation")
        }
        samples.assertion("E08", "no data", .responseConfirmation) { try $0.remove("SubjectConfirmationData") }
        samples.assertion("E08", "no Subject", .responseSubject) { try $0.remove("Subject") }
        samples.assertion("E08", "no NameID", .responseSubject) { try $0.remove("NameID") }
        samples.assertion("E08", "a NameID of ten thousand letters", .responseSubject) {
            try $0.setText(of: "NameID", String(repeating: "x", count: 10_000))
        }
        samples.assertion("E08", "no Method", .messageSchema) { try $0.set("Method", of: "SubjectConfirmation", nil) }
        for name in ["InResponseTo", "NotOnOrAfter"] {
            samples.assertion("E08", "no \(name)", .responseConfirmation) {
                try $0.set(XMLName(unqualified: name), of: "SubjectConfirmationData", nil)
            }
        }
        samples.assertion(
            "E08", "a first confirmation of another request, a second one that fits", .responseConfirmation
        ) {
            try $0.double("SubjectConfirmation")
            try $0.set("InResponseTo", of: "SubjectConfirmationData", Genuine.evilID)
        }
        samples.assertion("E08", "a first confirmation by a key, a second one that fits", .responseConfirmation) {
            try $0.double("SubjectConfirmation")
            try $0.set("Method", of: "SubjectConfirmation", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
        }
        samples.assertion("E08", "two data in one confirmation", .messageSchema) {
            try $0.double("SubjectConfirmationData")
        }
        samples.assertion("E08", "the data beside the confirmation", .messageSchema) { assertion in
            try assertion.edit("Subject") { subject in
                let data = subject.first("SubjectConfirmationData")
                try subject.remove("SubjectConfirmationData")
                subject = data.map { subject.appending($0) } ?? subject
            }
        }
        samples.assertion("E07", "a condition that nobody knows", .responseConditions) {
            try $0.edit("Conditions") {
                $0 = $0.appending(
                    XMLNode(
                        Namespace.saml2("Condition"), [(Namespace.xsi("type"), "x:Never")],
                        mentioning: [.init("x", "urn:x")]))
            }
        }
        uses(&samples)
        samples.assertion("E07", "OneTimeUse outside Conditions", .messageSchema) {
            $0 = $0.appending(XMLNode(Namespace.saml2("OneTimeUse")))
        }
    }

    /// E07: what may be made of an assertion.
    private static func uses(_ samples: inout Samples) {
        let restrictions: [(String, XMLNode)] = [
            ("an assertion that must not be passed on", restriction(count: "0")),
            ("an assertion that may be passed on once, with that said", restriction(count: "1")),
            ("an assertion that may be passed on fewer times than none", restriction(count: "-9")),
            ("an assertion that may be passed on to somebody else", restriction(to: Genuine.evilAddress)),
        ]
        for (title, restriction) in restrictions {
            samples.assertion("E07", title, .responseConditions) {
                try $0.edit("Conditions") { $0 = $0.appending(restriction) }
            }
        }
        samples.assertion("E07", "OneTimeUse twice", .responseConditions) {
            let once = XMLNode(Namespace.saml2("OneTimeUse"))
            try $0.edit("Conditions") { $0 = $0.appending(once).appending(once) }
        }
        let junk = [
            XMLNode(Namespace.saml2("OneTimeUse"), text: "x"), XMLNode(Namespace.saml2("OneTimeUse"), [("a", "1")]),
            XMLNode(Namespace.saml2("ProxyRestriction"), [], [XMLNode(Namespace.saml2("OneTimeUse"))]),
        ]
        for (number, condition) in junk.enumerated() {
            samples.assertion("E07", "a condition of another form, \(number)", .messageSchema) {
                try $0.edit("Conditions") { $0 = $0.appending(condition) }
            }
        }
    }

    private static func restriction(count: String? = nil, to audience: String? = nil) -> XMLNode {
        XMLNode(
            Namespace.saml2("ProxyRestriction"), [("Count", count)],
            [audience.map { XMLNode(Namespace.saml2("Audience"), text: $0) }])
    }
}
