// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// D06 to D12: what comes out, where it is, and what stands beside it.
    static let opened: [Sample] = inside + elsewhere + agreements + clear

    private static let inside: [Sample] = {
        var samples = Samples()
        for type in ["Content", "EncryptedKey", "element", ""] {
            samples.sealed("D06", "the type \(type.isEmpty ? "of nothing" : type)", .encryptionStructure) {
                $0.type = type.isEmpty ? "" : xenc + type
            }
        }
        samples.plain("D06", "two assertions", .xmlMalformed) { $0 + $0 }
        samples.plain("D06", "an assertion in an element of the attacker's", .responseAssertions) {
            Array("<x>".utf8) + $0 + Array("</x>".utf8)
        }
        samples.plain("D06", "an assertion in an Advice of another", .messageSchema, .xmlIdentifierRepeated) { octets in
            let advice = "<saml2:Advice>" + String(decoding: octets, as: UTF8.self) + "</saml2:Advice>"
            return try octets.replacing("<saml2:AuthnStatement", with: advice + "<saml2:AuthnStatement")
        }
        samples.plain("D06", "nothing", .encryptionFailed) { _ in [] }
        samples.plain("D06", "a blank", .xmlMalformed) { _ in Array(" ".utf8) }
        samples.plain("D06", "a text", .xmlMalformed) { _ in Array("hello".utf8) }
        samples.plain("D06", "an assertion and a text", .xmlMalformed) { $0 + Array("x".utf8) }
        samples.plain("D06", "an assertion and a NUL", .xmlMalformed, .xmlEncoding) { $0 + [0] }
        samples.plain("D06", "half an assertion", .xmlMalformed) { Array($0.prefix($0.count / 2)) }
        samples.plain("D06", "a DOCTYPE", .xmlDocumentType) { Array("<!DOCTYPE saml2:Assertion>".utf8) + $0 }
        samples.plain("D06", "an entity from a file", .xmlDocumentType) {
            try (Array("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>".utf8) + $0)
                .replacing("</saml2:AttributeValue>", with: "&x;</saml2:AttributeValue>")
        }
        samples.plain("D06", "UTF-16", .xmlEncoding) { octets in octets.flatMap { [$0, 0] } }
        samples.plain("D06", "a byte order mark", .xmlEncoding) { [0xEF, 0xBB, 0xBF] + $0 }
        samples.plain("D06", "a processing instruction", .xmlForbiddenNode) { Array("<?x y?>".utf8) + $0 }
        samples.plain("D06", "a comment in the middle of a value", .xmlCommentInText) {
            try $0.replacing("</saml2:AttributeValue>", with: "<!-- -->x</saml2:AttributeValue>")
        }
        samples.plain("D06", "a CDATA section in a value", .xmlForbiddenNode) {
            try $0.replacing("</saml2:AttributeValue>", with: "<![CDATA[x]]></saml2:AttributeValue>")
        }
        samples.plain("D06", "an assertion that leans on nothing", .xmlNamespace, .xmlMalformed) {
            try $0.replacing("<saml2:AuthnStatement", with: "<nobody:x/><saml2:AuthnStatement")
        }
        samples.plain("D06", "an assertion of another namespace", .responseAssertions) {
            try $0.replacing(Namespace.saml2.uri, with: "urn:oasis:names:tc:SAML:1.0:assertion")
        }
        samples.plain("D06", "a whole Response", .responseAssertions) {
            Array("<p:Response xmlns:p=\"\(Namespace.saml2p.uri)\" ID=\"_x\">".utf8) + $0 + Array("</p:Response>".utf8)
        }
        samples.answer("D06", "two EncryptedData in one EncryptedAssertion", .encryptionStructure) {
            try $0.encrypt { try $0.double("EncryptedData") }
        }
        samples.answer("D06", "an assertion beside the EncryptedData", .encryptionStructure) {
            guard let assertion = $0.assertion else { throw NothingToSpoil(name: "Assertion") }
            try $0.encrypt { $0 = $0.inserting(assertion, at: 0) }
        }
        samples.answer("D06", "two encrypted assertions", .responseAssertions) { answer in
            try answer.encrypt { _ in }
            guard let second = try answer.content() else { throw NothingToSpoil(name: "Assertion") }
            answer.response = answer.response.appending(second)
        }
        samples.plain("D07", "an EncryptedAssertion again", .responseAssertions) { octets in
            let again = try OddEncryption().data(octets, for: TestKey.connectorEncryption.certificate())
            return XMLNode(Namespace.saml2("EncryptedAssertion"), [], [again]).serialized()
        }
        samples.plain("D07", "EncryptedData again", .responseAssertions) { octets in
            try OddEncryption().data(octets, for: TestKey.connectorEncryption.certificate()).serialized()
        }
        samples.plain("D07", "elements in each other, thousands deep", .xmlLimit, .xmlMalformed) {
            let text = String(repeating: "<x>", count: 5_000) + String(repeating: "</x>", count: 5_000)
            return try $0.replacing("<saml2:AuthnStatement", with: text + "<saml2:AuthnStatement")
        }
        samples.plain("D07", "elements beside each other by the thousand", .xmlLimit) {
            try $0.replacing(
                "<saml2:AuthnStatement", with: String(repeating: "<x/>", count: 5_000) + "<saml2:AuthnStatement")
        }
        for (name, element) in [("EncryptedID", "NameID"), ("EncryptedAttribute", "Attribute")] {
            samples.assertion(
                "D07", "an \(name) in the assertion", .messageSchema, .responseSubject, .responseAttributeStatement
            ) {
                try $0.edit(element) { inner in
                    let data = try OddEncryption().data(
                        inner.serialized(), for: TestKey.connectorEncryption.certificate())
                    inner = XMLNode(Namespace.saml2(name), [], [data])
                }
            }
        }
        return samples.all
    }()

    /// D08: that the node shall fetch.
    private static let elsewhere: [Sample] = {
        var samples = Samples()
        for (title, address) in [
            ("the web", "http://127.0.0.1:9/c"), ("a file", "file:///etc/hostname"),
            ("the network of the cloud", "http://169.254.169.254/"),
            ("the document", "#_x"), ("nothing", ""),
        ] {
            samples.answer("D08", "a CipherReference to \(title)", .encryptionStructure) {
                try $0.encrypt { root in
                    try root.edit("EncryptedData") { data in
                        let reference = XMLNode(Namespace.xenc("CipherReference"), [("URI", address)])
                        data.content.removeLast()
                        data = data.appending(XMLNode(Namespace.xenc("CipherData"), [], [reference]))
                    }
                }
            }
            samples.answer("D08", "a RetrievalMethod to \(title)", .encryptionStructure) {
                try $0.encrypt {
                    let retrieval = XMLNode(
                        Namespace.ds("RetrievalMethod"), [("Type", xenc + "EncryptedKey"), ("URI", address)])
                    try $0.edit("KeyInfo") { $0 = $0.appending(retrieval) }
                }
            }
        }
        samples.answer("D08", "a key behind a CipherReference", .encryptionStructure) {
            try $0.encrypt {
                try $0.edit("EncryptedKey") { key in
                    let reference = XMLNode(Namespace.xenc("CipherReference"), [("URI", "http://127.0.0.1:9/k")])
                    try key.edit("CipherData") { $0 = XMLNode(Namespace.xenc("CipherData"), [], [reference]) }
                }
            }
        }
        samples.answer("D08", "a RetrievalMethod instead of the key", .encryptionStructure) {
            try $0.encrypt {
                let retrieval = XMLNode(Namespace.ds("RetrievalMethod"), [("URI", "http://127.0.0.1:9/k")])
                try $0.edit("KeyInfo") { $0 = XMLNode(Namespace.ds("KeyInfo"), [], [retrieval]) }
            }
        }
        return samples.all
    }()

    /// D10 to D12.
    private static let clear: [Sample] = {
        var samples = Samples()
        samples.answer("D10", "an assertion in clear", .encryptionMissing, on: [.connector]) { $0.recipients = [] }
        samples.answer("D10", "a signed assertion in clear", .encryptionMissing, on: [.connector]) {
            $0.recipients = []
            $0.assertionRecipe = $0.recipe
        }
        samples.answer("D10", "an assertion in clear under the name of an encrypted one", .encryptionStructure) {
            answer in
            answer.recipients = []
            answer.editsContent = { $0 = XMLNode(Namespace.saml2("EncryptedAssertion"), [], [$0]) }
        }
        samples.answer("D11", "encrypted, and no signature", .signatureMissing) {
            try $0.encrypt { _ in }
            $0.isSigned = false
        }
        samples.answer("D11", "encrypted, and signed inside alone", .signatureMissing) {
            try $0.encrypt { _ in }
            $0.assertionRecipe = $0.recipe
            $0.isSigned = false
        }
        samples.answer("D11", "encrypted, and signed by a stranger", .signatureKeyUnknown) {
            try $0.encrypt { _ in }
            $0.recipe.key = .stranger
        }
        samples.answer("D11", "encrypted, and signed by a stranger inside", .signatureKeyUnknown) {
            try $0.encrypt { _ in }
            var inner = $0.recipe
            inner.key = .stranger
            $0.assertionRecipe = inner
        }
        samples.answer("D11", "encrypted after the signature was made over another", .signatureDigest) { answer in
            try answer.encrypt { _ in }
            var other = answer
            try other.editAssertion { try $0.setText(of: "AttributeValue", "DE/ES/somebody-else") }
            guard let evil = try other.content() else { throw NothingToSpoil(name: "Assertion") }
            answer.editsDocument = { try $0.edit("EncryptedAssertion") { $0 = evil } }
        }
        samples.answer("D12", "for our key and another audience", .responseAudience) {
            try $0.encrypt { _ in }
            try $0.editAssertion { try $0.setText(of: "Audience", "https://other.example/metadata") }
        }
        samples.answer("D12", "for our key and another recipient", .responseConfirmation) {
            try $0.encrypt { _ in }
            try $0.editAssertion { try $0.set("Recipient", of: "SubjectConfirmationData", "https://other.example/acs") }
        }
        samples.answer("D12", "for our key and another question", .responseConfirmation) {
            try $0.encrypt { _ in }
            try $0.editAssertion { try $0.set("InResponseTo", of: "SubjectConfirmationData", "_somebody-elses") }
        }
        samples.answer("D12", "for somebody else's key", .encryptionFailed) {
            $0.recipients = [try TestKey.stranger.recipient()]
        }
        samples.answer("D12", "for another key of ours", .encryptionFailed) {
            $0.recipients = [try ($0.opener == .registered ? TestKey.connectorEncryption : .registered).recipient()]
        }
        return samples.all
    }()
}

extension Attacker {
    /// Sends answers that cannot be opened, each for another reason, and compares all that can be seen of it.
    func compareFailures(_ role: Role) async throws -> Outcome {
        let edits: [@Sendable (inout NodeAnswer) throws -> Void] = [
            { try $0.encrypt { try Corpus.changeKey(in: &$0) { $0.dropLast() + [($0.last ?? 0) ^ 1] } } },
            { try $0.encrypt { try Corpus.changeKey(in: &$0) { $0.dropLast() } } },
            { try $0.encryptByHand { $0.transport.label = [1] } },
            { try $0.encryptByHand { $0.transport.pads = OddTransport.pkcs1 } },
            { try $0.encryptByHand { $0.key = try randomBytes(16) } },
            { try $0.encryptByHand { $0.seals = { BareAES(key: $0).gcm($1, iv: try randomBytes(16)) } } },
            { $0.recipients = [try TestKey.stranger.recipient()] },
        ]
        var seen: [Outcome: Int] = [:]
        for edit in edits {
            var (genuine, submission) = try await open(role)
            submission.put(try genuine.answering(edit))
            seen[try await attempt(submission), default: 0] += 1
        }
        guard seen.count == 1, let outcome = seen.keys.first else {
            return .broken("they differ: " + seen.keys.map(\.text).sorted().joined(separator: "; "))
        }
        return outcome
    }
}
