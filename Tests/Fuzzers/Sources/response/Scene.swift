// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML

@testable import XMLSecurity

/// One login at the moment at which an answer is awaited. Keys are small where they are used at every run.
struct Scene: Awaiting {
    let route: Route
    let exchange: Exchange
    let question: Exchange.Question
    let now: Date
    /// Messages that the node signed, and some that an attacker made, whom nobody trusts; they name other people.
    let pool: [[UInt8]]
    /// What the node said, by its signature.
    private(set) var honest: [[UInt8]: AuthenticationOutcome] = [:]
    private let node: NodeAtWork

    init() throws {
        var world = try World()
        world.secondReader = nil
        world.responder.sender.signingCertificates = try [.country, NodeAtWork.signer].map { try $0.certificate() }
        world.node.asker.decryptionKeys = try [.connectorEncryption, NodeAtWork.recipient].map { try $0.decryption() }
        world.requester.seal.signer = try TestKey.p256a.signer()
        route = try world.route()
        var (_, exchange, question) = try world.ask()
        question.id = MessageID("_question")
        self.exchange = try exchange.asked(question)
        self.question = question
        let vectors = try Vector.all(in: "answers")
        let good = vectors.filter { $0.rule == nil }
        let evil = vectors.filter { $0.name.hasPrefix("d11") || $0.name.hasPrefix("c02") }
        let others = try ["two-scripts", "cancelled"].map {
            try Repository.octets("Tests/Fuzzers/Corpus/response/\($0).xml")
        }
        now = good[0].now
        pool = good.map(\.message) + others + evil.map(\.message) + [try Self.attackersMessage(to: question)]
        node = try NodeAtWork(question)
        for message in good.map(\.message) + others {
            let outcome = try outcome(of: message)
            honest[signature(in: message)] = outcome
            // Leg 4 too, so that what it keeps for later is made here.
            _ = try route.sendResponse(outcome, in: exchange, at: now)
        }
    }

    /// Whoever knows our certificate can encrypt for us, whatever they like, but not sign it.
    private static func attackersMessage(to question: Exchange.Question) throws -> [UInt8] {
        var answer = try NodeAnswer(
            .natural("DE/ES/somebody-else", "Beispiel", "Eva", "1970-01-01"), to: question)
        answer.isSigned = false
        return try answer.octets()
    }

    /// Leg 3.
    func outcome(of octets: [UInt8]) throws -> AuthenticationOutcome {
        let received = try ReceivedMessage(post: Base64.encode(octets), relayState: question.relayState)
        let verified = try route.authenticateResponse(try ParsedMessage(received), to: question, at: now)
        return try route.receiveResponse(verified, in: exchange, to: question, at: now)
    }

    /// A Response of the node around an assertion that need not even be XML.
    func answer(holding assertion: [UInt8]) throws -> [UInt8] { try node.answer(holding: assertion) }

    /// A Response that says the same as these octets, if they are XML at all, and is signed by the node.
    func answer(copying octets: [UInt8]) throws -> [UInt8]? { try node.answer(copying: octets) }

    var assertions: [[UInt8]] { node.assertions }
    var responses: [[UInt8]] { node.responses }
}

/// The node abroad, with keys on P-256, which cost a tenth of the others.
private struct NodeAtWork {
    static let signer = TestKey.p256a
    static let recipient = TestKey.p256b
    private static let twoScripts = TestPerson.natural(
        "DE/ES/Y-778899", ["Papadopoulou", "Παπαδοπούλου"], ["Eleni", "Ελένη"], "1981-11-02")

    private let answers: [NodeAnswer]
    /// An encrypted assertion, and the key of its content.
    private let encrypted: XMLNode
    private let contentKey: [UInt8]
    /// What the node says of people, signed and not; not all of it will do.
    let assertions: [[UInt8]]
    /// Whole messages that the node has yet to sign.
    let responses: [[UInt8]]

    init(_ question: Exchange.Question) throws {
        answers = try [TestPerson.german, Self.twoScripts, .greek, .company, .representedCompany].map { person in
            var answer = try NodeAnswer(person, to: question)
            answer.recipe = SignatureRecipe(Self.signer)
            answer.recipients = [try Self.recipient.recipient()]
            return answer
        }
        guard let content = try answers[0].content() else { throw NothingToSpoil(name: "EncryptedAssertion") }
        let tree = try XMLTree(parsing: content.serialized())
        let element = try EncryptedElement(in: tree.root, policy: .eidas)
        guard let key = try element.keys.first?.open(with: Self.recipient.key()) else {
            throw NothingToSpoil(name: "EncryptedKey")
        }
        (encrypted, contentKey) = (content, key)
        assertions = try answers.compactMap(\.assertion).flatMap { assertion in
            [assertion.serialized(), try SignatureRecipe(Self.signer).sign(assertion, behind: 1).serialized()]
        }
        responses = try Self.responses(answers)
    }

    func answer(holding assertion: [UInt8]) throws -> [UInt8] {
        let sealed = try GCM.seal(assertion, key: contentKey, .aes256GCM)
        let value = XMLNode(Namespace.xenc("CipherValue"), text: Base64.encode(sealed))
        var content = encrypted
        try content.edit("EncryptedData") {
            $0.content.removeLast()
            $0 = $0.appending(XMLNode(Namespace.xenc("CipherData"), [], [value]))
        }
        return try answers[0].recipe.sign(answers[0].response.appending(content), behind: 1).serialized()
    }

    func answer(copying octets: [UInt8]) throws -> [UInt8]? {
        try answers[0].recipe.signedCopy(of: octets, behind: "Issuer")
    }

    private static func responses(_ answers: [NodeAnswer]) throws -> [[UInt8]] {
        var old = answers[0]
        old.recipients = try [
            TestKey.connectorEncryption.recipient(), TestKey.p384.recipient(),
            TestKey.connectorEncryption.recipient(.rsaOAEPMGF1P),
        ]
        let plain = answers[0].assertion.map { answers[0].response.appending($0) }
        let encrypted = try (answers + [old]).map { answer in
            try answer.content().map { answer.response.appending($0) }
        }
        return ([plain] + encrypted).compactMap { $0?.serialized() }
    }
}
