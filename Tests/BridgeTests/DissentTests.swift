// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("Messages over whose signature the second reader disagrees")
struct DissentTests {
    typealias Manner = Dissenter.Manner

    /// - Parameter signsAssertion: the assertion then has a signature of its own besides that of the Response.
    static func accept(_ world: World, signsAssertion: Bool) throws -> Rule? {
        try brokenRule {
            _ = try world.accept { answer in
                if signsAssertion { answer.assertionRecipe = answer.recipe }
            }
        }
    }

    @Test("A request is refused", arguments: Exchange.Direction.allCases, Manner.allCases)
    func request(direction: Exchange.Direction, manner: Manner) throws {
        var world = try World(direction)
        world.secondReader = Dissenter(manner) { _ in true }
        #expect(try brokenRule { _ = try world.receive() } == .signatureSecondOpinion)
    }

    @Test("A response is refused", arguments: Exchange.Direction.allCases, Manner.allCases)
    func response(direction: Exchange.Direction, manner: Manner) throws {
        var world = try World(direction)
        world.secondReader = Dissenter(manner, about: NodeAnswer.id)
        #expect(try Self.accept(world, signsAssertion: false) == .signatureSecondOpinion)
    }

    @Test(
        "An assertion with a signature of its own is refused, in clear or encrypted",
        arguments: Exchange.Direction.allCases, Manner.allCases)
    func assertion(direction: Exchange.Direction, manner: Manner) throws {
        var world = try World(direction)
        world.secondReader = Dissenter(manner, about: NodeAnswer.assertionID)
        #expect(try Self.accept(world, signsAssertion: false) == nil)
        #expect(try Self.accept(world, signsAssertion: true) == .signatureSecondOpinion)
    }

    @Test("A logout is refused", arguments: Manner.allCases)
    func logout(manner: Manner) throws {
        var world = try World()
        world.secondReader = Dissenter(manner, about: "_logout")
        let rule = try brokenRule { _ = try world.route().answerLogout(try LogoutTests.request(), at: world.now) }
        #expect(rule == .signatureSecondOpinion)
    }

    @Test("Whoever has nobody else to ask asks nobody", arguments: Exchange.Direction.allCases)
    func nobody(direction: Exchange.Direction) throws {
        var world = try World(direction)
        world.secondReader = nil
        #expect(try Self.accept(world, signsAssertion: true) == nil)
    }

    @Test("Each signature of a login is read again, with the one key that made it")
    func everySignature() throws {
        var world = try World()
        let reader = Dissenter { _ in false }
        world.secondReader = reader
        #expect(try Self.accept(world, signsAssertion: true) == nil)
        let peers = try [TestKey.service, .country, .country].map { try $0.certificate() }
        #expect(reader.asked.map(\.identifier) == [ServiceRequest.id, NodeAnswer.id, NodeAnswer.assertionID])
        #expect(reader.asked.map(\.certificate) == peers)
    }

    @Test("Nobody is asked about what we refuse ourselves")
    func refused() throws {
        var world = try World()
        let reader = Dissenter { _ in true }
        world.secondReader = reader
        var request = ServiceRequest()
        request.recipe = SignatureRecipe(.stranger)
        #expect(throws: Rejection.self) { try world.receive(request) }
        #expect(reader.asked.isEmpty)
    }

    @Test("From outside it is a fault of a signature like any other")
    func looks() {
        let others = Rule.allCases.filter { $0.code.hasPrefix("signature.") }
        #expect(others.contains(.signatureSecondOpinion))
        #expect(Set(others.map(\.status)).count == 1 && Set(others.map(\.page)).count == 1)
    }
}
