// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// Whoever has seen a message of the Proxy-Service direction and holds no key: no change makes it say something else.
@Suite("Altered messages of the Proxy-Service direction")
struct ForeignMutationTests {
    @Test(
        "A request that was altered anywhere is refused, or still asks the same",
        arguments: ConnectorRequest.Binding.allCases, 1...6)
    func request(binding: ConnectorRequest.Binding, seed: Int) throws {
        var request = ConnectorRequest()
        request.binding = binding
        let world = try World(.proxyService)
        let honest = try world.receive(request).request
        let octets = try request.octets()
        var random = Seeded(seed)
        for _ in 0..<60 {
            var altered = request
            let changed = octets.edited(&random)
            if binding == .redirect {
                // It is the query that was signed.
                let query = Array(try request.address().utf8).edited(&random)
                altered.editsQuery = { _ in String(decoding: query, as: UTF8.self) }
            } else {
                altered.editsOctets = { _ in changed }
            }
            let message = altered
            let rule = try brokenRule {
                let read = try world.receive(message).request
                #expect(read == honest)
            }
            #expect(rule != .ownFailure)
        }
    }

    @Test("An answer of the gateway that was altered anywhere is refused, or still says the same", arguments: 1...10)
    func answer(seed: Int) throws {
        let world = try World(.proxyService)
        let (_, exchange, question) = try world.ask()
        var answer = try NodeAnswer(atHome: .citizen, to: question)
        let octets = try answer.octets()
        let honest = try world.accept(answer, to: question, in: exchange)
        var random = Seeded(seed)
        for _ in 0..<100 {
            let altered = octets.edited(&random)
            answer.editsOctets = { _ in altered }
            let message = answer
            let rule = try brokenRule {
                let read = try world.accept(message, to: question, in: exchange)
                #expect(read == honest)
            }
            #expect(rule != .ownFailure)
        }
    }

    /// Wrapping, as in ``HostileRequestTests``: who is asked for, and where the answer goes, would be the attacker's.
    @Test("A good request within an evil one is refused", arguments: ["behind", "in Extensions", "in the Object"])
    func wrapped(place: String) throws {
        let request = ConnectorRequest()
        let signed = try request.recipe.sign(request.root, behind: 1)
        let signature = try #require(signed.first("Signature"))
        var bare = signed
        try bare.remove("Signature")
        var evil = request.root
        evil.set("ID", "_evil")
        evil.set("AssertionConsumerServiceURL", World.foreignAnswers + "/2")
        let inner = bare
        switch place {
        case "behind": evil = evil.inserting(signature, at: 1).appending(inner)
        case "in Extensions":
            try evil.edit("Extensions") { $0 = $0.appending(inner) }
            evil = evil.inserting(signature, at: 1)
        default: evil = evil.inserting(signature.appending(XMLNode(Namespace.ds("Object"), [], [inner])), at: 1)
        }
        let received = try ReceivedMessage(post: Base64.encode(evil.serialized()), relayState: nil)
        let world = try World(.proxyService)
        let rule = try brokenRule { _ = try world.route().receiveRequest(received, at: world.now) }
        #expect(rule == (place == "in the Object" ? .signatureStructure : .messageSchema))
    }
}
