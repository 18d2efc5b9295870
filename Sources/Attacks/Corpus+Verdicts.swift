// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// E09, E10: whether somebody was identified, and how surely.
    static let verdicts: [Sample] = {
        var samples = Samples()
        failures(&samples)
        successes(&samples)
        levels(&samples)
        requestedLevels(&samples)
        lowLevels(&samples)
        return samples.all
    }()

    private static func status(_ codes: String...) -> XMLNode {
        let code = codes.reversed().reduce(nil as XMLNode?) { inner, value in
            XMLNode(Namespace.saml2p("StatusCode"), [("Value", value)], [inner])
        }
        return XMLNode(Namespace.saml2p("Status"), [], [code])
    }

    /// Failures that carry a good assertion: whoever asked has to be told of the failure, and of nobody.
    private static func failures(_ samples: inout Samples) {
        let failures: [(String, XMLNode)] = [
            ("Responder", status(SAMLURI.responder)), ("Requester", status(SAMLURI.requester)),
            ("VersionMismatch", status(SAMLURI.versionMismatch)),
            ("AuthnFailed", status(SAMLURI.responder, SAMLURI.authnFailed)),
            ("RequestDenied as the only code", status(SAMLURI.requestDenied)),
            ("Success within Responder", status(SAMLURI.responder, SAMLURI.success)),
            ("Success in other case", status(SAMLURI.success.uppercased())),
            ("Success of SAML 1.1", status("samlp:Success")), ("a longer Success", status(SAMLURI.success + "ful")),
            ("a shorter Success", status(String(SAMLURI.success.dropLast()))), ("a code of nobody", status("urn:x")),
        ]
        for (title, status) in failures {
            samples.content("E09", "an assertion beside \(title)", on: Role.answers) {
                try $0.edit("Status") { $0 = status }
            }
        }
        samples.content("E09", "an assertion beside no code", .responseStatus, on: [.connector]) {
            try $0.remove("StatusCode")
        }
        samples.content("E09", "an assertion beside no code", on: [.service]) { try $0.remove("StatusCode") }
        samples.content("E09", "an assertion beside an empty code", .responseStatus, on: [.connector]) {
            try $0.set("Value", of: "StatusCode", "")
        }
        samples.content("E09", "an assertion beside an empty code", on: [.service]) {
            try $0.set("Value", of: "StatusCode", "")
        }
        samples.content("E09", "a failure whose message says Success", on: Role.answers) {
            try $0.edit("Status") {
                $0 = status(SAMLURI.responder).appending(
                    XMLNode(Namespace.saml2p("StatusMessage"), text: SAMLURI.success))
            }
        }
    }

    private static func successes(_ samples: inout Samples) {
        let successes: [(String, XMLNode)] = [
            ("AuthnFailed within", status(SAMLURI.success, SAMLURI.authnFailed)),
            ("Success within", status(SAMLURI.success, SAMLURI.success)),
            ("a code of nobody within", status(SAMLURI.success, "urn:x")),
        ]
        for (title, status) in successes {
            samples.content("E09", "Success with \(title)", .responseStatus, on: Role.answers) {
                try $0.edit("Status") { $0 = status }
            }
        }
        samples.content("E09", "two codes side by side", .messageSchema, on: Role.answers) {
            try $0.double("StatusCode")
        }
        samples.content("E09", "a failure and Success side by side", .messageSchema, on: Role.answers) {
            try $0.double("StatusCode")
            try $0.set("Value", of: "StatusCode", SAMLURI.responder)
        }
        samples.content("E09", "a code without Value", .messageSchema, on: Role.answers) {
            try $0.set("Value", of: "StatusCode", nil)
        }
        samples.content("E09", "no Status", .messageSchema, on: Role.answers) { try $0.remove("Status") }
        samples.answer("E09", "Success without assertion", .responseAssertions) { $0.assertion = nil }
    }

    /// Texts that somebody may take for the highest level.
    private static let oddLevels: [(String, String)] = [
        ("of nobody", "urn:loa:high"), ("of STORK", "http://www.stork.gov.eu/1.0/citizenQAALevel/4"),
        ("in other case", "http://eidas.europa.eu/LoA/High"), ("with a slash", "http://eidas.europa.eu/LoA/high/"),
        ("of another host", "http://eidas.europa.eu.evil.example/LoA/high"),
        ("of no name", "http://eidas.europa.eu/LoA/"),
        ("of a new name", "http://eidas.europa.eu/LoA/higher"), ("over TLS", "https://eidas.europa.eu/LoA/high"),
        ("of a password", "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"), ("of no text", ""),
        ("twice in one", "http://eidas.europa.eu/LoA/low http://eidas.europa.eu/LoA/high"),
    ]
    private static let notNotified = "http://eidas.europa.eu/NotNotified/LoA/high"

    private static func levels(_ samples: inout Samples) {
        for (title, level) in oddLevels {
            samples.assertion("E10", "a level \(title)", .responseLoAInvalid) {
                try $0.setText(of: "AuthnContextClassRef", level)
            }
        }
        samples.assertion("E10", "a level that is not notified", .responseLoATooLow, .responseLoAInvalid) {
            try $0.setText(of: "AuthnContextClassRef", notNotified)
        }
        samples.assertion("E10", "no level", .responseAuthnStatement) { try $0.remove("AuthnContextClassRef") }
        samples.assertion("E10", "two levels", .responseAuthnStatement) { try $0.double("AuthnContextClassRef") }
        samples.assertion("E10", "two statements", .responseAuthnStatement) { try $0.double("AuthnStatement") }
        samples.assertion("E10", "no statement", .responseAuthnStatement) { try $0.remove("AuthnStatement") }
        samples.assertion("E10", "two contexts", .messageSchema) { try $0.double("AuthnContext") }
        samples.assertion("E10", "a level in the declaration alone", .responseAuthnStatement) { assertion in
            try assertion.edit("AuthnContext") { context in
                context.content = [
                    .node(XMLNode(Namespace.saml2("AuthnContextDeclRef"), text: "http://eidas.europa.eu/LoA/high"))
                ]
            }
        }
    }

    private static func requestedLevels(_ samples: inout Samples) {
        for (title, level) in oddLevels {
            samples.content("E10", "asked for a level \(title)", .requestLoA, on: Role.requests) {
                try $0.setText(of: "AuthnContextClassRef", level)
            }
        }
        samples.content("E10", "asked for a level that is not notified", .requestLoA, on: Role.requests) {
            try $0.setText(of: "AuthnContextClassRef", notNotified)
        }
        samples.content("E10", "asked for two levels", .requestLoA, on: Role.requests) {
            try $0.double("AuthnContextClassRef")
        }
        for comparison in ["maximum", "better", "exact", "Minimum", ""] {
            samples.content("E10", "compared by \"\(comparison)\"", .requestLoA, on: Role.requests) {
                try $0.set("Comparison", of: "RequestedAuthnContext", comparison)
            }
        }
        samples.content("E10", "asked for no level", .requestLoA, on: [.proxyService]) {
            try $0.remove("AuthnContextClassRef")
        }
        samples.content("E10", "exactly a low level, without those above", .requestLoA, on: [.proxyService]) {
            request in
            try request.edit("RequestedAuthnContext") { context in
                context = XMLNode(
                    Namespace.saml2p("RequestedAuthnContext"), [("Comparison", "exact")],
                    ["LoA/low", "NotNotified/LoA/low"].map {
                        XMLNode(Namespace.saml2("AuthnContextClassRef"), text: "http://eidas.europa.eu/" + $0)
                    })
            }
        }
    }

    /// Answers below what was asked.
    private static func lowLevels(_ samples: inout Samples) {
        let pairs: [(LoA, LoA)] = [(.substantial, .low), (.high, .low), (.high, .substantial)]
        for (asked, given) in pairs {
            samples.steps(
                "E10", "\(given.rawValue) where \(asked.rawValue) was asked", .responseLoATooLow, on: Role.answers
            ) { attacker, role in
                var (genuine, submission) = try await attacker.open(role) {
                    try $0.setText(of: "AuthnContextClassRef", asked.uri)
                }
                submission.put(
                    try genuine.answering {
                        try $0.editAssertion { try $0.setText(of: "AuthnContextClassRef", given.uri) }
                    })
                return try await attacker.attempt(submission)
            }
        }
        samples.steps("E10", "high by a method that is substantial", .responseLoATooLow, on: [.service]) {
            attacker, role in
            var (genuine, submission) = try await attacker.open(role) {
                try $0.setText(of: "AuthnContextClassRef", LoA.high.uri)
            }
            submission.put(
                try genuine.answering {
                    try $0.editAssertion {
                        try $0.setAttribute("SelectedIdP", "IDP_MOVIL")
                        try $0.setText(of: "AuthnContextClassRef", LoA.high.uri)
                    }
                })
            return try await attacker.attempt(submission)
        }
    }
}
