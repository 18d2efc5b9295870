// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// A21 to A26: parts of one genuine message in another.
    static let grafting: [Sample] = {
        var samples = Samples()
        samples.steps(
            "A21", "the answer to another login under the question of this one", .signatureDigest, on: Role.answers
        ) {
            attacker, role in
            let (theirs, _) = try await attacker.open(role)
            var (mine, submission) = try await attacker.open(role)
            var document = theirs.signed
            document.set("InResponseTo", mine.bare["InResponseTo"])
            submission.put(document.serialized())
            return try await attacker.attempt(submission)
        }
        samples.steps(
            "A21", "the assertion of another login in a fresh envelope", .responseConfirmation, on: Role.answers
        ) {
            attacker, role in
            let (theirs, _) = try await attacker.open(role)
            var (mine, submission) = try await attacker.open(role)
            guard let assertion = theirs.assertion else { throw NothingToSpoil(name: "Assertion") }
            submission.put(try mine.answering { $0.assertion = assertion })
            return try await attacker.attempt(submission)
        }
        samples.steps(
            "A21", "the sealed assertion of another login in a signed answer", .signatureDigest, on: [.connector]
        ) {
            attacker, role in
            let (theirs, _) = try await attacker.open(role)
            var (mine, submission) = try await attacker.open(role)
            guard let sealed = theirs.sealedAssertion else { throw NothingToSpoil(name: "EncryptedAssertion") }
            var document = mine.signed
            try document.edit("EncryptedAssertion") { $0 = sealed }
            submission.put(document.serialized())
            return try await attacker.attempt(submission)
        }
        samples.document("A22", "the peer's signed metadata", .messageType) { genuine in
            try genuine.signing(GenuineMetadata(at: genuine.now).bare) { _ in }
        }
        samples.document("A22", "metadata around the genuine message", .messageType) { genuine in
            XMLNode(Namespace.md("EntityDescriptor"), [("ID", "_m"), ("entityID", "urn:x")], [genuine.signed])
        }
        samples.metadata("A22", "a signed answer of the node as its metadata", .metadataContent, .metadataEntity) { _ in
            try Attacker.answer(.connector, to: MessageID("_1"), relayState: "x", at: Date()).signed.serialized()
        }
        samples.metadata("A22", "metadata within a signed message", .metadataContent, .metadataEntity) { genuine in
            try genuine.recipe.sign(
                XMLNode(Namespace.saml2p("Response"), [("ID", "_r")], [genuine.evil]), behind: 0
            ).serialized()
        }
        samples.steps(
            "A23", "our own question, sent back as the answer", .messageType, .signatureKeyUnknown, on: Role.answers
        ) {
            attacker, role in
            let (_, asking) = try await attacker.open(role == .connector ? .gateway : .proxyService)
            let asked = try await attacker.courier.send(asking)
            var (_, submission) = try await attacker.open(role)
            guard let form = asked.form(with: "SAMLRequest"), let message = form.fields["SAMLRequest"] else {
                throw Obstacle("no question")
            }
            submission[field: "SAMLResponse"] = message
            return try await attacker.attempt(submission)
        }
        samples.document("A23", "a request that the peer signed, as its answer", .messageType, on: Role.answers) {
            genuine in
            var request = XMLNode(
                Namespace.saml2p("AuthnRequest"), [("ID", genuine.bare["ID"]), ("Version", "2.0")],
                [.issuer(World.country.rawValue)])
            request.set("InResponseTo", genuine.bare["InResponseTo"])
            return try genuine.signing(request) { _ in }
        }
        samples.document("A23", "an answer that the peer signed, as its request", .messageType, on: Role.requests) {
            genuine in
            let answer = try Attacker.answer(.connector, to: MessageID("_1"), relayState: "x", at: genuine.now)
            return try genuine.signing(answer.bare) { _ in }
        }
        samples.answer("A24", "a signed assertion in an unsigned response", .signatureMissing) { answer in
            answer.isSigned = false
            answer.assertionRecipe = answer.recipe
        }
        samples.answer("A24", "the signature of the assertion on the response", .signatureReference) { answer in
            guard let assertion = answer.assertion else { throw NothingToSpoil(name: "Assertion") }
            let signature = try answer.recipe.signature(over: assertion)
            answer.isSigned = false
            answer.editsDocument = { $0 = $0.inserting(signature, at: 1) }
        }
        samples.document(
            "A25", "the attacker's assertion in the place of the sealed one", .signatureDigest, on: Role.answers
        ) {
            genuine in
            guard let sealed = genuine.sealedAssertion,
                let evil = genuine.evil.children.first(where: { $0.name.local == sealed.name.local })
            else { throw NothingToSpoil(name: "Assertion") }
            var document = genuine.signed
            try document.edit(sealed.name.local) { $0 = evil }
            return document
        }
        samples.document("A25", "parts of the attacker's ciphertext", .signatureDigest, on: [.connector]) { genuine in
            guard let cipher = genuine.evil.first("EncryptedData")?.children.last else {
                throw NothingToSpoil(name: "CipherData")
            }
            var document = genuine.signed
            try document.edit("EncryptedData") { $0.content[$0.content.count - 1] = .node(cipher) }
            return document
        }
        samples.document("A26", "a second assertion behind the signed one", .signatureDigest, on: Role.answers) {
            genuine in
            guard var second = genuine.assertion else { throw NothingToSpoil(name: "Assertion") }
            second.set("ID", "_second")
            return genuine.signed.appending(second)
        }
        samples.document("A26", "two assertions, both under the signature", .responseAssertions, on: Role.answers) {
            genuine in
            guard var second = genuine.assertion else { throw NothingToSpoil(name: "Assertion") }
            second.set("ID", "_second")
            return try genuine.signing { $0 = $0.appending(second) }
        }
        samples.document("A26", "a second, sealed assertion before the signed one", .signatureDigest, on: Role.answers)
        {
            genuine in
            guard let sealed = genuine.evil.children.last else { throw NothingToSpoil(name: "Assertion") }
            return genuine.signed.inserting(sealed, at: genuine.signed.children.count - 1)
        }
        return samples.all
    }()
}
