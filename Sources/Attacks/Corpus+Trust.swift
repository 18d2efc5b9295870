// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// C15 to C18: keys that are over, keys that were stolen, keys and peers that somebody slipped in.
    static let trust: [Sample] = ended + stolen + slippedIn + tokens

    private static let ended: [Sample] = {
        var samples = Samples()
        for (spare, title): (SpareKey, String) in [(.expired, "has ended"), (.early, "has not begun")] {
            samples.document("C15", "a key whose time \(title), in a fresh certificate", .signatureKeyExpired) {
                genuine in
                try genuine.signing(genuine.evil) {
                    try $0.use(spare)
                    let key = spare == .expired ? TestKey.p521 : .brainpool384
                    $0.shown = [
                        try key.key().certify(
                            commonName: "Spare \(spare)", usage: .signing, from: genuine.now - 60,
                            until: genuine.now + 86_400)
                    ]
                }
            }
        }
        samples.answer("C15", "encrypted for a key of ours that is gone", .encryptionFailed, on: [.connector]) {
            $0.recipients = [try Recipient(RingKey.gone.pair().certificate)]
        }
        samples.steps("C15", "a country whose metadata has ended, chosen all the same", .metadataExpiry, on: [.gateway])
        {
            attacker, role in
            var (_, submission) = try await attacker.open(role)
            submission[field: "country"] = "CZ"
            let asked = try await attacker.courier.send(submission)
            guard let place = asked[header: "Location"] else { return try await attacker.judge(asked) }
            var choice = Submission(path: place)
            choice.cookie = asked.cookie
            choice[field: "country"] = "CZ"
            return try await attacker.attempt(choice)
        }
        samples.content("C15", "a Connector whose metadata has ended", .metadataExpiry, on: [.proxyService]) {
            try $0.setText(of: "Issuer", Battlefield.endedConnector.rawValue)
        }
        for (title, seconds): (String, Double) in [
            ("has ended a second ago", -1), ("has ended a year ago", -365 * 86_400),
            ("ends in ten years", 3_650 * 86_400),
        ] {
            samples.metadata("C15", "metadata that \(title)", .metadataExpiry) { genuine in
                try genuine.signing { $0.set("validUntil", Instant.write(genuine.now + seconds)) }
            }
        }
        samples.metadata("C15", "metadata without an end", .metadataExpiry) {
            try $0.signing { $0.set("validUntil", nil) }
        }
        return samples.all
    }()

    /// C16: with the key of the peer, whatever else there is to notice.
    private static let stolen: [Sample] = {
        var samples = Samples()
        @Sendable func nobodysQuestion(_ answer: inout NodeAnswer) throws {
            let fresh = try MessageID.random()
            let id = fresh.rawValue
            answer.response.set("InResponseTo", id)
            try answer.editAssertion { try $0.set("InResponseTo", of: "SubjectConfirmationData", id) }
        }
        samples.answer("C16", "an answer to a question that nobody asked", .responseUnsolicited) {
            try nobodysQuestion(&$0)
        }
        samples.answer("C16", "an answer to no question", .responseUnsolicited) {
            $0.response.set("InResponseTo", nil)
            try $0.editAssertion { try $0.set("InResponseTo", of: "SubjectConfirmationData", nil) }
        }
        samples.submission("C16", "an answer without a login", .responseUnsolicited, on: Role.answers) {
            genuine, submission in
            submission.cookie = nil
            submission[field: "RelayState"] = try MessageID.random().rawValue
            submission.put(try genuine.answering { try nobodysQuestion(&$0) })
        }
        samples.submission("C16", "an answer to another's login", .exchangeOtherBrowser, on: Role.answers) {
            $1.cookie = nil
        }
        samples.document("C16", "made with a key that has ended", .signatureKeyExpired, on: Role.answers) { genuine in
            try genuine.signing(genuine.evil) { try $0.use(.expired) }
        }
        for (title, seconds): (String, Double) in [("a day ago", -86_400), ("in an hour", 3_600)] {
            samples.answer("C16", "an answer made \(title)", .messageIssueInstant) {
                $0.response.set("IssueInstant", Instant.write(Date() + seconds))
            }
        }
        samples.assertion("C16", "identified in an hour", .responseAuthnStatement) {
            try $0.set("AuthnInstant", of: "AuthnStatement", Instant.write(Date() + 3_600))
        }
        samples.assertion("C16", "good from tomorrow on", .responseNotYetValid) {
            try $0.set("NotBefore", of: "Conditions", Instant.write(Date() + 86_400))
            try $0.set("NotOnOrAfter", of: "Conditions", Instant.write(Date() + 2 * 86_400))
        }
        samples.assertion("C16", "for somebody else's service", .responseAudience) {
            try $0.setText(of: "Audience", "https://servicio.example.es/")
        }
        return samples.all
    }()

    /// C17: two operators decide, and somebody has got at the files of one.
    private static let slippedIn: [Sample] = {
        var samples = Samples()
        let edits: [(String, @Sendable (String) -> String)] = [
            ("a node more in the trust list", { $0 + Workbench.evilNode }),
            (
                "a pin more for a node",
                { $0.replacing("country.pem}, ", with: "country.pem}, {file: ../keys/registered.pem}, ") }
            ),
            ("a node under another country", { $0.replacing("country: AT", with: "country: EE") }),
        ]
        for (title, edit) in edits {
            samples.alone("C17", title) { try await $0.withTwoOperators { try await $0.planShows(edit) } }
        }
        for (title, signers, isChanged) in [
            ("a plan that nobody signed", [], false), ("a plan with one signature", ["ana"], false),
            ("a plan that one operator signed twice", ["ana", "ana"], false),
            ("a plan that a stranger signed", ["ana", "eve"], false),
            ("a plan that was changed after it was signed", ["ana", "luis"], true),
        ] {
            samples.alone("C17", title) {
                try await $0.withTwoOperators { try await $0.apply(signedBy: signers, isChanged) }
            }
        }
        return samples.all
    }()

    /// C18: a key that is not there is a fault with a name, and nothing stands in for it.
    private static let tokens: [Sample] = {
        var samples = Samples()
        func token(_ title: String, _ place: String, _ words: String) {
            samples.alone("C18", title) { try await $0.check(signingKey: place, words) }
        }
        token("a module that is not there", "{pkcs11: {module: gone.so, \(uri), pin: {file: pin}}}", "gone.so")
        token("a file that is no module", "{pkcs11: {module: pin, \(uri), pin: {file: pin}}}", "PKCS#11 module")
        token("no PIN", "{pkcs11: {module: pin, \(uri), pin: {file: gone}}}", "gone")
        token(
            "a PIN in the address", "{pkcs11: {module: pin, uri: \"pkcs11:token=a?pin-value=1\", pin: {file: pin}}}",
            "without a PIN")
        token("another key under the name", "keys/clave.key", "the certificate of the private key")
        token(
            "a file of keys with another passphrase", "{pkcs12: {file: keys/sealed.p12, passphrase: {file: pin}}}",
            "passphrase")
        return samples.all
    }()

    private static let uri = "uri: \"pkcs11:token=Puente;object=signing\""
}
