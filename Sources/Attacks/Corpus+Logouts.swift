// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

/// A logout as a Cl@ve service asks for it.
private struct Logout: Sendable {
    var root: XMLNode
    var recipe = SignatureRecipe(.service, .rsaSHA512)
    var isSigned = true
    var field = "logoutRequest"
    var edits: @Sendable (inout Submission) -> Void = { _ in }

    init(at now: Date) throws {
        root = XMLNode(
            Namespace.saml2p("LogoutRequest"),
            [
                ("Destination", World.gatewayAddress), ("ID", try MessageID.random().rawValue),
                ("IssueInstant", Instant.write(now)), ("NotOnOrAfter", Instant.write(now + 240)),
                ("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user"), ("Version", "2.0"),
            ],
            [
                XMLNode(Namespace.saml2("Issuer"), text: Parties.current.returnAddress),
                XMLNode(Namespace.saml2("NameID"), [("Format", SAMLURI.unspecified)], text: Parties.current.service),
            ])
    }

    func submission(_ path: String) throws -> Submission {
        var submission = Submission(path: path)
        let place = root.first("Issuer") == nil ? 0 : 1
        let document = isSigned ? try recipe.sign(root, behind: place) : root
        submission.fields = [(field, Base64.encode(document.serialized())), ("RelayState", "a8Tk20Zq")]
        edits(&submission)
        return submission
    }
}

extension Corpus {
    /// E24: logouts of Cl@ve.
    static let logouts: [Sample] = {
        var samples = Samples()
        for (title, rule, change) in spoils {
            samples.steps("E24", title, rule, on: [.gateway]) { attacker, role in
                var logout = try Logout(at: Date())
                try change(&logout)
                return try await attacker.attempt(try logout.submission(attacker.paths[role]))
            }
        }
        for (title, make) in likenesses {
            samples.steps("E24", "a return address \(title)", .requestReplyAddress, on: [.gateway]) { attacker, role in
                var logout = try Logout(at: Date())
                try logout.root.edit("Issuer") { $0.text = make($0.text) }
                return try await attacker.attempt(try logout.submission(attacker.paths[role]))
            }
        }
        samples.steps("E24", "the same logout again", .replayed, on: [.gateway]) { attacker, role in
            let submission = try Logout(at: Date()).submission(attacker.paths[role])
            let reply = try await attacker.courier.send(submission)
            guard reply.form(with: "logoutResponse")?.action == Parties.current.returnAddress else {
                throw Obstacle("a genuine logout was not answered")
            }
            return try await attacker.attempt(submission)
        }
        samples.steps("E24", "the signature of a login request", .signatureReference, on: [.gateway]) {
            attacker, role in
            let (genuine, _) = try await attacker.open(.gateway)
            var logout = try Logout(at: Date())
            logout.recipe.editsSignature = { $0 = genuine.signature }
            return try await attacker.attempt(try logout.submission(attacker.paths[role]))
        }
        return samples.all
    }()

    private static let spoils: [(String, Rule, @Sendable (inout Logout) throws -> Void)] = [
        ("unsigned", .signatureMissing, { $0.isSigned = false }),
        ("signed by a stranger", .signatureKeyUnknown, { $0.recipe = SignatureRecipe(.stranger) }),
        ("signed by another service", .signatureKeyUnknown, { $0.recipe = SignatureRecipe(.p384) }),
        (
            "in the name of another service", .signatureKeyUnknown,
            {
                try $0.root.setText(of: "NameID", Battlefield.otherService)
            }
        ),
        (
            "a stranger behind the certificate of the service", .signatureValue,
            {
                $0.recipe = SignatureRecipe(.stranger)
                $0.recipe.shown = [try TestKey.service.certificate()]
            }
        ),
        (
            "of a service that is switched off", .peerUnknown,
            {
                try $0.root.setText(of: "NameID", Battlefield.disabledService)
            }
        ),
        ("of nobody", .peerUnknown, { try $0.root.setText(of: "NameID", "nobody") }),
        ("without a name", .peerUnknown, { try $0.root.remove("NameID") }),
        ("without a return address", .messageSchema, { try $0.root.remove("Issuer") }),
        ("for another address", .messageDestination, { $0.root.set("Destination", Genuine.evilAddress) }),
        ("for no address", .messageDestination, { $0.root.set("Destination", nil) }),
        ("an hour old", .messageIssueInstant, { $0.root.set("IssueInstant", Instant.write(Date() - 3_600)) }),
        ("of the next hour", .messageIssueInstant, { $0.root.set("IssueInstant", Instant.write(Date() + 3_600)) }),
        (
            "that ended an hour ago", .messageIssueInstant,
            {
                $0.root.set("NotOnOrAfter", Instant.write(Date() - 3_600))
            }
        ),
        ("that ends at no time", .messageIssueInstant, { $0.root.set("NotOnOrAfter", "never") }),
        ("of another version", .messageVersion, { $0.root.set("Version", "1.1") }),
        ("a login request in its field", .messageType, { $0.root.name = Namespace.saml2p("AuthnRequest") }),
        ("an answer in its field", .messageType, { $0.root.name = Namespace.saml2p("LogoutResponse") }),
        ("in the field of a login", .peerUnknown, { $0.field = "SAMLRequest" }),
        ("in the field of its answer", .parameterMissing, { $0.field = "logoutResponse" }),
        ("twice in one form", .parameterRepeated, { $0.edits = { $0.fields.append($0.fields[0]) } }),
        (
            "another under its other name", .parameterRepeated,
            {
                $0.edits = { $0.fields.append(("samlRequestLogout", "AAAA")) }
            }
        ),
        ("two names", .messageSchema, { try $0.root.double("NameID") }),
    ]
}
