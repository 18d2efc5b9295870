// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// Messages of somebody who has seen good ones and holds no key of the federation. Letters and numbers are the classes of
/// attack, A to E, that leg 3 meets; those of single fields are in ``AnswerCheckTests``.
@Suite("Hostile answers")
struct HostileAnswerTests {
    /// A good answer to an open question, taken apart.
    struct Stolen {
        let exchange: Exchange
        let question: Exchange.Question
        let answer: NodeAnswer
        /// The signed Response.
        let signed: XMLNode
        let signature: XMLNode
        /// A Response of the attacker's own making, which says the same of itself; its assertion names somebody else.
        var evil: XMLNode
    }

    static func stolen() throws -> Stolen {
        let (_, exchange, question) = try World().ask()
        var answer = try NodeAnswer(.german, to: question)
        let signed = try answer.document()
        let signature = try #require(signed.first("Signature"))
        try answer.editAssertion { try $0.edit("NameID") { $0.text = "DE/ES/somebody-else" } }
        answer.isSigned = false
        var evil = try answer.document()
        evil.set("ID", "_evil")
        answer.isSigned = true
        return Stolen(
            exchange: exchange, question: question, answer: try NodeAnswer(.german, to: question), signed: signed,
            signature: signature, evil: evil)
    }

    struct Attack: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule
        let make: @Sendable (Stolen) throws -> [UInt8]

        init(_ description: String, _ rule: Rule, _ make: @escaping @Sendable (Stolen) throws -> XMLNode) {
            (testDescription, self.rule) = (description, rule)
            self.make = { try make($0).serialized() }
        }
        init(octets description: String, _ rule: Rule, _ make: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
            (testDescription, self.rule) = (description, rule)
            self.make = { try make($0.signed.serialized()) }
        }
    }

    static func nested(_ child: XMLNode, in container: String, of root: XMLNode, at index: Int = 1) -> XMLNode {
        root.inserting(XMLNode(Namespace.saml2p(container), [], [child]), at: index)
    }

    static let wrapping: [Attack] = [
        Attack("A01: evil first, signed original behind, signature moved", .messageSchema) {
            $0.evil.inserting($0.signature, at: 1).appending(try without($0.signature, in: $0.signed))
        },
        Attack("A02: signed original first", .messageSchema) {
            $0.evil.inserting(try without($0.signature, in: $0.signed), at: 0).inserting($0.signature, at: 2)
        },
        Attack("A03: signed original in the Object of the signature", .signatureStructure) { stolen in
            let object = XMLNode(Namespace.ds("Object"), [], [try without(stolen.signature, in: stolen.signed)])
            return stolen.evil.inserting(stolen.signature.appending(object), at: 1)
        },
        Attack("A04: signed original in Extensions", .messageSchema) {
            nested($0.signed, in: "Extensions", of: $0.evil.inserting($0.signature, at: 1), at: 2)
        },
        Attack("A05: the signed response as a child of an evil one", .messageSchema) { $0.evil.appending($0.signed) },
        Attack("A05: evil root of another kind", .messageType) {
            XMLNode(Namespace.saml2p("ArtifactResponse"), [("ID", "_x")], [$0.signed])
        },
        Attack("A06: the signed response within an assertion", .messageSchema) { stolen in
            var assertion = try #require(stolen.answer.assertion)
            assertion = assertion.appending(stolen.signed)
            return stolen.evil.appending(assertion)
        },
        Attack("A06: the signed response in the status detail", .signatureRepeated) { stolen in
            var evil = stolen.evil
            try evil.edit("Status") {
                $0 = $0.appending(XMLNode(Namespace.saml2p("StatusDetail"), [], [stolen.signed]))
            }
            return evil
        },
        Attack("A07: signature behind the Status", .messageSchema) { stolen in
            try without(stolen.signature, in: stolen.signed).inserting(stolen.signature, at: 2)
        },
        Attack("A07: signature before the Issuer", .messageSchema) { stolen in
            try without(stolen.signature, in: stolen.signed).inserting(stolen.signature, at: 0)
        },
        Attack("A07: signature within the Status", .signatureMissing) { stolen in
            var moved = try without(stolen.signature, in: stolen.signed)
            try moved.edit("Status") { $0 = $0.appending(XMLNode(Namespace.saml2p("StatusDetail"))) }
            return moved
        },
        Attack("A08: the ID stolen", .signatureDigest) { stolen in
            var evil = stolen.evil
            evil.set("ID", NodeAnswer.id)
            return evil.inserting(stolen.signature, at: 1)
        },
        Attack("A08: the ID under another spelling", .messageSchema) { stolen in
            var evil = stolen.evil
            evil.set("Id", NodeAnswer.id)
            return evil.inserting(stolen.signature, at: 1)
        },
        Attack("A08: the ID twice", .xmlIdentifierRepeated) { stolen in
            var evil = stolen.evil
            evil.set("ID", NodeAnswer.id)
            return evil.inserting(stolen.signature, at: 1).appending(try without(stolen.signature, in: stolen.signed))
        },
        Attack("A10: the signature of something else on the root", .signatureReference) {
            $0.evil.inserting($0.signature, at: 1)
        },
        Attack("A12: two SignedInfo", .signatureStructure) { stolen in
            var signed = stolen.signed
            try signed.double("SignedInfo")
            return signed
        },
        Attack("A13: a signature of our own before the good one", .signatureRepeated) { stolen in
            stolen.signed.inserting(try SignatureRecipe(.stranger).signature(over: stolen.signed), at: 1)
        },
        Attack("A18: emptied DigestValue", .signatureStructure) { stolen in
            var signed = stolen.signed
            try signed.setText(of: "DigestValue", "")
            return signed
        },
        Attack("A22: metadata as an answer", .messageType) { _ in
            try SignatureRecipe(.country).sign(XMLNode(Namespace.md("EntityDescriptor"), [("ID", "_m")]), behind: 0)
        },
        Attack("A23: our own question as the answer", .messageType) { stolen in
            try SignatureRecipe(.connector).sign(
                XMLNode(Namespace.saml2p("AuthnRequest"), [("ID", stolen.question.id.rawValue)]), behind: 0)
        },
        Attack("A24: an unsigned response around a signed assertion", .signatureMissing) { stolen in
            var answer = stolen.answer
            answer.isSigned = false
            answer.assertionRecipe = SignatureRecipe(.country)
            return try answer.document()
        },
        Attack("A25: the encrypted assertion swapped for the attacker's", .signatureDigest) { stolen in
            var signed = stolen.signed
            let own = try #require(stolen.evil.first("EncryptedAssertion"))
            try signed.edit("EncryptedAssertion") { $0 = own }
            return signed
        },
        Attack("A26: a second, unsigned assertion beside it", .signatureDigest) { stolen in
            var assertion = try #require(stolen.answer.assertion)
            assertion.set("ID", "_second")
            return stolen.signed.appending(assertion)
        },
        Attack("D11: an assertion that decrypts, and no signature at all", .signatureMissing) { $0.evil },
        Attack("C02: signed by the attacker's own key", .signatureKeyUnknown) {
            try SignatureRecipe(.stranger).sign($0.evil, behind: 1)
        },
        Attack("C03: the attacker's key under the node's certificate", .signatureValue) {
            var recipe = SignatureRecipe(.stranger)
            recipe.shown = [try TestKey.country.certificate()]
            return try recipe.sign($0.evil, behind: 1)
        },
        Attack("C03: a chain of the attacker's leaf and the node's certificate", .signatureValue) {
            var recipe = SignatureRecipe(.stranger)
            recipe.shown = [try TestKey.stranger.certificate(), try TestKey.country.certificate()]
            return try recipe.sign($0.evil, behind: 1)
        },
        Attack("C07: HMAC with the certificate as secret", .signatureAlgorithm) {
            var recipe = SignatureRecipe(.country)
            recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
            }
            return try recipe.sign($0.evil, behind: 1)
        },
        Attack("C13: the key that encrypts for us signs", .signatureKeyUnknown) {
            try SignatureRecipe(.connectorEncryption).sign($0.evil, behind: 1)
        },
        Attack("C13: our own connector's key signs", .signatureKeyUnknown) {
            try SignatureRecipe(.connector).sign($0.evil, behind: 1)
        },
        Attack("C14: a good key of another country", .signatureKeyUnknown) {
            try SignatureRecipe(.p256b).sign($0.evil, behind: 1)
        },
    ]

    static func without(_ signature: XMLNode, in signed: XMLNode) throws -> XMLNode {
        var copy = signed
        try copy.remove("Signature")
        return copy
    }

    static let tricks: [Attack] = [
        Attack(octets: "B01: DOCTYPE", .xmlDocumentType) { Array("<!DOCTYPE saml2p:Response>".utf8) + $0 },
        Attack(octets: "B02: external entity", .xmlDocumentType) {
            try (Array("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>".utf8) + $0).replacing(
                "202", with: "&x;")
        },
        Attack(octets: "B02: XInclude", .messageSchema) {
            try $0.replacing(
                "<saml2p:Status>",
                with:
                    "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"></xi:include><saml2p:Status>"
            )
        },
        Attack(octets: "B03: expansion bomb", .xmlDocumentType) {
            Array("<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\"><!ENTITY d \"&c;&c;\">]>".utf8) + $0
        },
        Attack(octets: "B04: comment in the Issuer", .xmlCommentInText) {
            try $0.replacing("knoten.example.de/metadata", with: "knoten.example.de/<!-- -->metadata")
        },
        Attack(octets: "B05: instruction in the Issuer", .xmlForbiddenNode) {
            try $0.replacing("knoten.example.de/metadata", with: "knoten.example.de/<?x?>metadata")
        },
        Attack(octets: "B05: CDATA in the Issuer", .xmlForbiddenNode) {
            try $0.replacing("knoten.example.de/metadata", with: "knoten.example.de/<![CDATA[metadata]]>")
        },
        Attack(octets: "B06: attribute through two prefixes", .messageSchema) {
            try $0.replacing(
                " Destination=",
                with: " xmlns:q=\"urn:oasis:names:tc:SAML:2.0:protocol\" q:Destination=\"x\" Destination=")
        },
        Attack(octets: "B07: prefix rebound", .messageSchema) {
            try $0.replacing("<saml2p:Status>", with: "<saml2p:Status xmlns:saml2p=\"urn:x\">")
        },
        Attack(octets: "B08: relative namespace", .xmlNamespace) {
            try $0.replacing("<saml2p:Status>", with: "<saml2p:Status xmlns:x=\"x\">")
        },
        Attack(octets: "B09: Issuer of another namespace", .messageSchema) {
            try $0.replacing("<saml2:Issuer ", with: "<x:Issuer xmlns:x=\"urn:x\" ").replacing(
                "</saml2:Issuer>", with: "</x:Issuer>")
        },
        Attack(octets: "B10: byte order mark", .xmlEncoding) { [0xEF, 0xBB, 0xBF] + $0 },
        Attack(octets: "B10: another encoding declared", .xmlEncoding) {
            Array("<?xml version=\"1.0\" encoding=\"UTF-7\"?>".utf8) + $0
        },
        Attack(octets: "B10: UTF-16", .xmlEncoding) { $0.flatMap { [$0, 0] } },
        Attack(octets: "B11: NUL by reference", .xmlMalformed) { try $0.replacing("knoten", with: "&#0;knoten") },
        Attack(octets: "B13: two roots", .xmlMalformed) { $0 + $0 },
        Attack(octets: "B13: text behind", .xmlMalformed) { $0 + Array("x".utf8) },
        Attack(octets: "B14: xml:base added", .messageSchema) {
            try $0.replacing("<saml2p:Status>", with: "<saml2p:Status xml:base=\"http://x/\">")
        },
        Attack(octets: "B15: xsi:schemaLocation", .messageSchema) {
            try $0.replacing(
                "<saml2p:Status>",
                with:
                    "<saml2p:Status xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://x/ http://127.0.0.1:1/\">"
            )
        },
        Attack(octets: "B17: look-alike in the Issuer", .signatureDigest) {
            try $0.replacing("knoten.example", with: "knоten.example")
        },
        Attack(octets: "B18: blank in the Destination", .signatureDigest) {
            try $0.replacing("connector/acs\"", with: "connector/acs \"")
        },
        Attack(octets: "B19: too deep", .xmlLimit) {
            try $0.replacing(
                "<saml2p:Status>",
                with: String(repeating: "<x>", count: 50) + String(repeating: "</x>", count: 50) + "<saml2p:Status>")
        },
        Attack(octets: "A19: nothing", .base64) { _ in [] },
    ]

    @Test("Signatures wrapped, moved, taken from elsewhere", arguments: wrapping)
    func wrappings(attack: Attack) throws { try Self.judge(attack) }

    @Test("Tricks of XML on a signed answer", arguments: tricks)
    func trickery(attack: Attack) throws { try Self.judge(attack) }

    static func judge(_ attack: Attack) throws {
        let stolen = try Self.stolen()
        let world = try World()
        let rule = try brokenRule {
            let received = try ReceivedMessage(
                post: Base64.encode(attack.make(stolen)), relayState: stolen.question.relayState)
            let route = try world.route()
            let verified = try route.authenticateResponse(
                ParsedMessage(received), to: stolen.question, at: world.now)
            _ = try route.receiveResponse(verified, in: stolen.exchange, to: stolen.question, at: world.now)
        }
        #expect(rule == attack.rule)
    }

    @Test("A21, E02: the answer to another login does not fit this one")
    func graft() throws {
        let world = try World()
        let (_, exchange, mine) = try world.ask()
        let (_, _, theirs) = try world.ask()
        var answer = try NodeAnswer(.german, to: theirs)
        #expect(try brokenRule { _ = try world.accept(answer, to: mine, in: exchange) } == .responseUnsolicited)
        // The node's own mistake: the right envelope, somebody else's assertion.
        answer.response.set("InResponseTo", mine.id.rawValue)
        #expect(try brokenRule { _ = try world.accept(answer, to: mine, in: exchange) } == .responseConfirmation)
    }

    @Test("C14: a node of another country answers for this one")
    func countries() throws {
        var world = try World()
        let (_, exchange, question) = try world.ask()
        // The same node, listed for another state since.
        world.responder.country = try World.memberState("FR")
        let moved = world
        #expect(
            try brokenRule { _ = try moved.accept(NodeAnswer(.german, to: question), to: question, in: exchange) }
                == .peerUnknown)
    }

    @Test("No edit of one octet changes whom an accepted answer names", arguments: 0..<500)
    func anyEdit(seed: Int) throws {
        let (stolen, octets, expected) = try Self.once.get()
        var random = Seeded(seed)
        let edited = octets.edited(&random)
        let world = try World()
        guard let received = try? ReceivedMessage(post: Base64.encode(edited), relayState: stolen.question.relayState),
            let parsed = try? ParsedMessage(received),
            let verified = try? world.route().authenticateResponse(parsed, to: stolen.question, at: world.now)
        else { return }
        let outcome = try world.route().receiveResponse(
            verified, in: stolen.exchange, to: stolen.question, at: world.now)
        #expect(outcome == expected)
    }

    private static let once = Result {
        let stolen = try Self.stolen()
        let outcome = try World().accept(stolen.answer, to: stolen.question, in: stolen.exchange)
        return (stolen, stolen.signed.serialized(), outcome)
    }
}
