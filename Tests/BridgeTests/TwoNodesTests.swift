// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// A Puente in France asks a Puente in Spain: what the one writes, the other reads.
@Suite("Both directions against each other")
struct TwoNodesTests {
    /// A row of the table, and who it is about.
    struct RowCase: CustomTestStringConvertible, Sendable {
        let row: MappingTable.Row
        var testDescription: String { "\(row.name)" }

        static func all() throws -> [RowCase] { try World.mapping("eidas").rows.map { RowCase(row: $0) } }

        /// Canonical values of the row's form, each a whole attribute.
        var samples: [Attribute] {
            if row.rule == .identifier { return [Attribute(row.name, "ES/FR/a/b-ñ")] }
            if row.rule == .name {
                return [
                    Attribute(row.name, "Núñez & Söhne <x> \"'"),
                    Attribute(row.name, [AttributeValue("Eleni"), AttributeValue("Ελένη", isLatin: false)]),
                ]
            }
            let texts =
                switch row.rule {
                case .date: ["1980-01-31", "2000-02-29"]
                case .gender: ["Male", "Female", "Unspecified"]
                case .country: ["EL", "XK"]
                case .address: ["PostCode: 12999", "PoBox: 1\nThoroughfare: Calle <Ñ> & Co.\nPostName: x: y"]
                case .text, .name, .identifier: ["x", "Ελένη 𝄞", "a]]>b&amp;"]
                }
            let several = Attribute(row.name, texts.map { AttributeValue($0) })
            return texts.map { Attribute(row.name, $0) } + (row.isMultiple ? [several] : [])
        }

        /// Everything that must stand beside the attribute.
        func company() -> [Attribute] {
            let own =
                row.name.isRepresentative ? PersonKind.legal.minimumDataSet : (row.person ?? .natural).minimumDataSet
            let acting =
                row.name.isRepresentative ? (row.person ?? .natural).minimumDataSet.map(\.ofRepresentative) : []
            return (own + acting).filter { $0 != row.name }.map { Attribute($0, TwoNodesTests.ordinary($0)) }
        }
    }

    static func ordinary(_ name: AttributeName) -> String {
        if name.rawValue.hasSuffix("PersonIdentifier") { return "ES/FR/1" }
        return name.rawValue.hasSuffix("DateOfBirth") ? "1970-05-01" : "x"
    }

    struct Nodes {
        var french: World
        var spanish: World

        init(_ person: PersonKind) throws {
            (french, spanish) = (try World(), try World(.proxyService))
            let france = try World.memberState("FR")
            let names = try World.mapping("eidas").rows.filter { $0.person == person }.map(\.name)
            french.node.country = france
            french.saysSectorInRequest = true
            french.requester.persons = [person]
            french.requester.attributes = Set(names)
            french.requester.acceptsRepresentation = true
            french.responder.entityID = World.proxyService
            french.responder.issuers = [World.proxyService]
            french.responder.country = .spain
            french.responder.sender.signingCertificates = [try TestKey.connector.certificate()]
            french.responder.singleSignOnService = World.singleSignOn
            french.responder.levels = spanish.node.answerer.levels
            french.responder.protocolVersions = ConnectorMetadata.protocolVersions
            spanish.requester.name = World.connector
            spanish.requester.sender.signingCertificates = [try TestKey.connector.certificate()]
            spanish.requester.returnAddresses = [.exactly(World.answerAddress)]
            spanish.requester.seal.protection = .encrypted(for: try TestKey.connectorEncryption.recipient())
            spanish.requester.protocolVersions = ConnectorMetadata.protocolVersions
        }

        /// Legs 1 and 2 in France, leg 1 in Spain.
        func ask(_ request: ServiceRequest) throws -> (
            there: Exchange, question: Exchange.Question, here: Exchange
        ) {
            let (sent, there, question) = try french.ask(request)
            let received = try ReceivedMessage(post: sent.fields[0].value, relayState: sent.fields[1].value)
            let read = try spanish.route().receiveRequest(received, at: spanish.now).request
            let here = Exchange(
                id: there.id, .proxyService, request: read, browser: "", openedAt: spanish.now,
                expiresAt: spanish.now + 600)
            return (there, question, here)
        }

        /// Leg 4 in Spain, leg 3 in France.
        func carry(
            _ outcome: AuthenticationOutcome, from here: Exchange, to there: Exchange, _ question: Exchange.Question
        ) throws -> AuthenticationOutcome {
            let sealed = try spanish.route().sendResponse(outcome, in: here, at: spanish.now)
            let received = try ReceivedMessage(
                post: sealed.fields[0].value, relayState: sealed.fields[1].value, field: "SAMLResponse")
            let route = try french.route()
            let verified = try route.authenticateResponse(ParsedMessage(received), to: question, at: french.now)
            return try route.receiveResponse(verified, in: there, to: question, at: french.now)
        }
    }

    @Test("What a row writes here, it reads there: every attribute in every form", arguments: try RowCase.all())
    func rows(example: RowCase) throws {
        let row = example.row
        let person: PersonKind = row.name.isRepresentative ? .legal : row.person ?? .natural
        let nodes = try Nodes(person)
        var request = ServiceRequest()
        if !row.name.isRepresentative { try request.ask(for: row.uri, row.friendlyName) }
        let (there, question, here) = try nodes.ask(request)
        for sample in example.samples {
            let attributes = example.company() + [sample]
            let sent = Identity(
                assurance: Assurance(.substantial), memberState: .spain, attributes: attributes,
                authenticatedAt: nodes.spanish.now)
            let outcome = try nodes.carry(.identified(sent), from: here, to: there, question)
            guard case .identified(let arrived) = outcome else { throw NothingToSpoil(name: "identity") }
            #expect(arrived[row.name] == sample)
            #expect(Set(arrived.attributes) == Set(attributes))
            #expect(arrived.assurance == sent.assurance && arrived.authenticatedAt == sent.authenticatedAt)
        }
    }

    @Test("A refusal here is a refusal there, for the same reason", arguments: Refusal.Reason.allCases)
    func refusals(reason: Refusal.Reason) throws {
        let nodes = try Nodes(.natural)
        let (there, question, here) = try nodes.ask(ServiceRequest())
        let outcome = try nodes.carry(.refused(Refusal(reason)), from: here, to: there, question)
        guard case .refused(let told) = outcome else { throw NothingToSpoil(name: "refusal") }
        // eIDAS has no code of its own for a level that is too low; RequestDenied is the requester's whoever says it.
        let expected: Refusal.Reason =
            switch reason {
            case .assuranceTooLow: .authenticationFailed
            case .requestNotAccepted: .denied
            default: reason
            }
        #expect(told.reason == expected)
    }

    @Test("A citizen of one Puente logs in at a service of the other")
    func login() throws {
        let nodes = try Nodes(.natural)
        let (there, question, here) = try nodes.ask(ServiceRequest())
        let spanish = nodes.spanish
        let (_, asked) = try spanish.route().sendRequest(here, to: .spain, relayState: "rs", at: spanish.now)
        let outcome = try spanish.accept(
            NodeAnswer(atHome: .citizen, to: asked), to: asked, in: here.asked(asked))
        let arrived = try nodes.carry(outcome, from: here, to: there, question)
        let delivered = try nodes.french.deliver(arrived, in: there)
        #expect(delivered.attributes["PersonIdentifier"] == ["ES/FR/00000000T"])
        #expect(delivered.attributes["DateOfBirth"] == ["1970-05-01"])
    }
}
