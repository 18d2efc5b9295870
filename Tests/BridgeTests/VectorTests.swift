// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("Vectors")
struct VectorTests {
    @Test("A request gets its verdict", arguments: try Vector.all(in: "requests"))
    func request(vector: Vector) throws {
        let route = try World().route()
        let rule = try brokenRule {
            _ = try route.receiveRequest(
                try ReceivedMessage(post: Base64.encode(vector.message), relayState: "x"), at: vector.now)
        }
        #expect(rule == vector.rule, "\(vector.note)")
    }

    @Test("An answer gets its verdict", arguments: try Vector.all(in: "answers"))
    func answer(vector: Vector) throws {
        let world = try World()
        var (_, exchange, question) = try world.ask()
        // The question that the vector was made for.
        question.id = MessageID("_question")
        exchange = try exchange.asked(question)
        let rule = try brokenRule {
            let received = try ReceivedMessage(post: Base64.encode(vector.message), relayState: question.relayState)
            let route = try world.route()
            let verified = try route.authenticateResponse(ParsedMessage(received), to: question, at: vector.now)
            _ = try route.receiveResponse(verified, in: exchange, to: question, at: vector.now)
        }
        #expect(rule == vector.rule, "\(vector.note)")
    }

    @Test("A folder without vectors is a fault")
    func empty() {
        #expect(throws: Vector.Unreadable.self) { try Vector.all(in: "keys") }
    }
}
