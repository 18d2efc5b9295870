// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML
import XMLSecurity

/// A moment at which an answer is awaited.
protocol Awaiting {
    /// What the responder said, by its signature.
    var honest: [[UInt8]: AuthenticationOutcome] { get }
    /// Leg 3.
    func outcome(of octets: [UInt8]) throws -> AuthenticationOutcome
}

/// One login for a service abroad at the moment at which the gateway's answer is awaited.
struct HomeScene: Awaiting {
    private static let gateway = SignatureRecipe(.p256a, .ecdsaSHA256)

    let route: Route
    let exchange: Exchange
    let question: Exchange.Question
    /// Messages that the gateway signed, the same octets in every process, and some of an attacker, which name other people.
    let pool: [[UInt8]]
    /// Whole messages that the gateway has yet to sign.
    let responses: [[UInt8]]
    /// What the gateway says of certificates.
    let extracts: [[UInt8]]
    private(set) var honest: [[UInt8]: AuthenticationOutcome] = [:]
    private let world: World

    init() throws {
        var world = try World(.proxyService)
        world.secondReader = nil
        world.responder.sender.signingCertificates.append(try TestKey.p256a.certificate())
        world.requester.seal.signer = try TestKey.p256a.signer()
        try world.encrypt(for: .p256b)
        self.world = world
        route = try world.route()
        var (_, exchange, question) = try world.ask()
        question.id = MessageID("_question")
        self.exchange = try exchange.asked(question)
        self.question = question
        let answers = try Self.answers(to: question)
        let good = try answers.map { try $0.octets() }
        pool = good + (try Self.attackers(to: question))
        responses = try (answers + Self.doubtful(to: question)).map { answer in
            (answer.assertion.map { answer.response.appending($0) } ?? answer.response).serialized()
        }
        extracts = [
            TestPerson.partialAfirma(["clasificacion": "0", "NIF-CIF": "00000000T"]),
            TestPerson.partialAfirma(
                ["clasificacion": "5", "NIF-CIF": "B00000000", "razonSocial": nil], isBroken: true),
            TestPerson.partialAfirma(["clasificacion": "11", "NIF-CIF": "B00000000", "razonSocial": "EMPRESA FICTICIA"]
            ),
        ].compactMap { Base64.decode($0) }
        for message in good {
            let outcome = try outcome(of: message)
            honest[signature(in: message)] = outcome
            // What later legs keep for ever is made here.
            if case .identified(let identity) = outcome { _ = try deliver(.identified(complete(identity))) }
        }
    }

    private static func answers(to question: Exchange.Question) throws -> [NodeAnswer] {
        [
            try NodeAnswer(atHome: .citizen, to: question),
            try NodeAnswer(
                atHome: .atHome("X0000000T", certificate: ["clasificacion": "5", "NIF-CIF": "Q2826004J"]),
                to: question, loa: "http://eidas.europa.eu/LoA/high"),
            NodeAnswer(
                failureAtHome: [SAMLURI.responder, SAMLURI.requestDenied],
                "003002 - Authentication Failed (user cancelled)", to: question),
        ]
    }

    /// Whom a gateway may not name, though it is one.
    private static func doubtful(to question: Exchange.Question) throws -> [NodeAnswer] {
        let certificate = TestPerson.partialAfirma(["clasificacion": "5"])
        let numbers = ["B00000000", "DE/ES/00000000T", "00000000A"].map { number in
            var person = TestPerson.atHome(number)
            person.attributes.append(.clave("PartialAfirma", certificate))
            return person
        }
        let others = [TestPerson.representative, .atHome(by: "IDP_MOVIL"), .atHome(by: "AFIRMA SEGSOC"), .atHome()]
        return try (numbers + others).map { try NodeAnswer(atHome: $0, to: question) }
    }

    private static func attackers(to question: Exchange.Question) throws -> [[UInt8]] {
        var evil = try NodeAnswer(
            atHome: .atHome("00000001R", certificate: ["clasificacion": "0"]), to: question)
        evil.response.set("ID", "_evil")
        try evil.editAssertion { $0.set("ID", "_evil-assertion") }
        var (unsigned, forged) = (evil, evil)
        unsigned.isSigned = false
        forged.recipe = SignatureRecipe(.p256b, .ecdsaSHA256)
        return [try unsigned.octets(), try forged.octets()]
    }

    func outcome(of octets: [UInt8]) throws -> AuthenticationOutcome {
        let received = try ReceivedMessage(post: Base64.encode(octets), relayState: question.relayState)
        let verified = try route.authenticateResponse(try ParsedMessage(received), to: question, at: world.now)
        return try route.receiveResponse(verified, in: exchange, to: question, at: world.now)
    }

    /// What the register adds.
    func complete(_ stated: Identity) throws -> Identity {
        let completions = route.gaps(in: stated, of: exchange).map { ($0, world.register($0)) }
        return try route.complete(stated, with: completions, in: exchange)
    }

    /// Leg 4.
    func deliver(_ outcome: AuthenticationOutcome) throws -> SealedMessage {
        try route.sendResponse(outcome, in: exchange, at: world.now)
    }

    /// As the Connector reads it.
    func open(_ sealed: SealedMessage) throws -> DeliveredAnswer {
        try world.open(SentDocument(sealed), from: .p256a)
    }

    /// A Response that says the same as these octets, if they are XML at all, and is signed by the gateway.
    func answer(copying octets: [UInt8]) throws -> [UInt8]? {
        try Self.gateway.signedCopy(of: octets, behind: "Issuer")
    }

    /// A Response about the holder of a certificate of which @firma says this.
    func answer(extracting document: [UInt8]) throws -> [UInt8] {
        var person = TestPerson.atHome()
        person.attributes.append(.clave("PartialAfirma", Base64.encode(document)))
        var answer = try NodeAnswer(atHome: person, to: question)
        answer.recipe = Self.gateway
        return try answer.octets()
    }
}
