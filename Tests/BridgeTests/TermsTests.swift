// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing

@Suite("What is asked of a node")
struct TermsTests {
    static func ask(
        _ request: ServiceRequest = ServiceRequest(), _ change: (inout World) -> Void
    ) throws -> Exchange.Question {
        var world = try World()
        change(&world)
        return try world.ask(request).question
    }

    static func rule(_ request: ServiceRequest = ServiceRequest(), _ change: (inout World) -> Void) throws -> Rule? {
        try brokenRule { _ = try ask(request, change) }
    }

    @Test(
        "Versions must meet; a node that says none is asked",
        arguments: [
            ([], nil), (["1.2"], nil), (["1.0", "1.4"], nil), (["1.0"], Rule.requestVersion),
            (["1.40"], .requestVersion), (["2.0"], .requestVersion),
        ])
    func versions(published: [String], rule: Rule?) throws {
        #expect(try Self.rule { $0.responder.protocolVersions = published } == rule)
    }

    @Test("An optional attribute that is not published is left out; a required one cannot be")
    func attributes() throws {
        let published = Set(ServiceRequest.minimumDataSet.map(\.uri))
        var request = ServiceRequest()
        try request.ask(for: "http://eidas.europa.eu/attributes/naturalperson/BirthName", "BirthName")
        #expect(try Self.ask(request) { $0.responder.attributes = [] }.attributes.count == 5)
        #expect(
            try Self.ask(request) { $0.responder.attributes = published }.attributes.map(\.name)
                == PersonKind.natural.minimumDataSet)
        let fewer = published.subtracting(["http://eidas.europa.eu/attributes/naturalperson/DateOfBirth"])
        #expect(try Self.rule(request) { $0.responder.attributes = fewer } == .requestAttributesUnavailable)
    }

    @Test("A level that the node cannot reach is not asked")
    func levels() throws {
        var request = ServiceRequest()
        try request.setLoA(LoA.high.uri)
        #expect(try Self.ask(request) { $0.responder.levels = [] }.assurance == .minimum(.high))
        #expect(try Self.ask(request) { $0.responder.levels = [Assurance(.high)] }.assurance == .minimum(.high))
        #expect(try Self.rule(request) { $0.responder.levels = [Assurance(.substantial)] } == .requestLoAUnavailable)
        #expect(
            try Self.rule(request) { $0.responder.levels = [Assurance(.high, notified: false)] }
                == .requestLoAUnavailable)
    }

    @Test("Levels that are not notified are asked exactly, and only where service and peer both accept them")
    func notNotified() throws {
        func change(service: Bool, peer: Bool) -> (inout World) -> Void {
            { world in
                world.responder.levels = [Assurance(.low), Assurance(.substantial, notified: false)]
                world.requester.acceptsNonNotified = service
                world.responder.acceptsNonNotified = peer
            }
        }
        var request = ServiceRequest()
        try request.setLoA(LoA.substantial.uri)
        #expect(try Self.rule(request, change(service: false, peer: true)) == .requestLoAUnavailable)
        #expect(try Self.rule(request, change(service: true, peer: false)) == .requestLoAUnavailable)
        let question = try Self.ask(request, change(service: true, peer: true))
        #expect(
            question.assurance
                == .exactly([Assurance(.substantial, notified: false), Assurance(.substantial), Assurance(.high)]))
        var world = try World()
        change(service: true, peer: true)(&world)
        let outcome = try world.accept(request: request, loa: "http://eidas.europa.eu/NotNotified/LoA/substantial")
        guard case .identified(let identity) = outcome else { throw NothingToSpoil(name: "identity") }
        #expect(identity.assurance == Assurance(.substantial, notified: false))
    }

    @Test(
        "A country that is out says why; an unknown one too; the second node of a country serves where the first cannot"
    )
    func countries() throws {
        let world = try World()
        let exchange = try world.receive()
        func rule(_ countries: [Route.Country], _ state: MemberState) throws -> Rule? {
            let full = try world.route()
            let route = Route(
                node: full.node, requesters: full.requesters, countries: countries,
                requesterDialect: full.requesterDialect,
                responderDialect: full.responderDialect, confirmedBy: full.secondReader)
            return try brokenRule { _ = try route.sendRequest(exchange, to: state, relayState: "x", at: world.now) }
        }
        let usable = try world.route().countries[0]
        var out = usable
        out.state = .out(Rejection(.metadataUnavailable), since: world.now)
        let germany = world.responder.country
        #expect(try rule([out], germany) == .metadataUnavailable)
        #expect(try rule([out, usable], germany) == nil)
        #expect(try rule([usable], try World.memberState("FR")) == .requestCountry)
        var ended = world.responder
        ended.validUntil = world.now
        var old = usable
        old.state = .usable(ended)
        #expect(try rule([old], germany) == .metadataExpired)
    }

    @Test("An exchange takes one answer, to the newest question")
    func exchanges() throws {
        let (_, exchange, question) = try World().ask()
        var second = question
        second.id = MessageID("_second")
        let asked = try exchange.asked(second)
        #expect(try brokenRule { _ = try asked.finished(answering: question.id) } == .responseUnsolicited)
        let finished = try asked.finished(answering: second.id)
        #expect(finished.nextStep == .nothing && finished.question == nil)
        #expect(try brokenRule { _ = try finished.finished(answering: second.id) } == .exchangeFinished)
        #expect(try brokenRule { _ = try finished.asked(question) } == .exchangeFinished)
        #expect(try World().receive().nextStep == .chooseCountry)
    }
}
