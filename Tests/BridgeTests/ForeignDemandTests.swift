// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// What a Connector may demand, and what it is told, in SAML, where we cannot serve it (eIDAS dossier §1.4, §2.2, §6.2).
@Suite("What a Connector demands")
struct ForeignDemandTests {
    struct LevelCase: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let comparison: String?
        let levels: [String]
        /// `nil`: the request is malformed.
        let demand: AssuranceRequirement?

        init(_ description: String, _ comparison: String?, _ levels: [String], _ demand: AssuranceRequirement?) {
            (testDescription, self.comparison, self.levels, self.demand) = (description, comparison, levels, demand)
        }
    }

    static let low = "http://eidas.europa.eu/LoA/low"
    static let substantial = "http://eidas.europa.eu/LoA/substantial"
    static let high = "http://eidas.europa.eu/LoA/high"
    static let lowNN = "http://eidas.europa.eu/NotNotified/LoA/low"
    static let substantialNN = "http://eidas.europa.eu/NotNotified/LoA/substantial"

    /// The table of §1.4, row by row.
    static let table: [LevelCase] =
        LoA.allCases.map {
            LevelCase("minimum, \($0)", "minimum", [$0.uri], .minimum($0))
        } + [
            LevelCase("minimum, two levels", "minimum", [low, substantial], nil),
            LevelCase("minimum, all levels", "minimum", [low, substantial, high], nil),
            LevelCase("notified only, exact", "exact", [high], nil),
            LevelCase("notified only, all, exact", "exact", [low, substantial, high], nil),
            LevelCase("notified only, without comparison", nil, [substantial], nil),
            LevelCase("not notified, exact", "exact", [lowNN], .exactly([Assurance(.low, notified: false)])),
            LevelCase(
                "two that are not notified, exact", "exact", [lowNN, substantialNN],
                .exactly([Assurance(.low, notified: false), Assurance(.substantial, notified: false)])),
            LevelCase("not notified, without comparison", nil, [lowNN], .exactly([Assurance(.low, notified: false)])),
            LevelCase("of nobody, exact", "exact", ["urn:x"], .exactly([])),
            LevelCase(
                "mixed, complete from low on", "exact", [lowNN, low, substantial, high],
                .exactly([Assurance(.low, notified: false), Assurance(.low), Assurance(.substantial), Assurance(.high)])
            ),
            LevelCase(
                "mixed, complete from substantial on, in any order", "exact", [high, substantialNN, substantial],
                .exactly([Assurance(.substantial, notified: false), Assurance(.substantial), Assurance(.high)])),
            LevelCase(
                "mixed, high alone", "exact", [lowNN, high],
                .exactly([Assurance(.low, notified: false), Assurance(.high)])),
            LevelCase("mixed, low without the higher ones", "exact", [lowNN, low], nil),
            LevelCase("mixed, low without high", "exact", [lowNN, low, substantial], nil),
            LevelCase("mixed, low without substantial", "exact", [lowNN, low, high], nil),
            LevelCase("mixed, substantial without high", "exact", [lowNN, substantial], nil),
            LevelCase("not notified, minimum", "minimum", [substantialNN], nil),
            LevelCase("mixed, minimum", "minimum", [lowNN, low], nil),
            LevelCase("of nobody, minimum", "minimum", ["urn:x"], nil),
            LevelCase("better", "better", [low], nil), LevelCase("maximum", "maximum", [high], nil),
            LevelCase("comparison of no kind", "Minimum", [low], nil),
            LevelCase("the same twice, minimum", "minimum", [low, low], nil),
            LevelCase("the same twice, exact", "exact", [lowNN, lowNN], nil),
            LevelCase("no level, minimum", "minimum", [], nil), LevelCase("no level, exact", "exact", [], nil),
            LevelCase("empty level", "minimum", [""], nil),
            LevelCase("reserved prefix, minimum", "minimum", ["http://eidas.europa.eu/LoA/test"], nil),
            LevelCase("reserved prefix, exact", "exact", [lowNN, "http://eidas.europa.eu/LoA/test"], nil),
            LevelCase("reserved prefix of other case", "exact", ["HTTP://EIDAS.europa.eu/loa/low"], nil),
            LevelCase("high of other case", "minimum", ["http://eidas.europa.eu/LoA/High"], nil),
            LevelCase(
                "not notified, as it was spelt before", "exact", ["http://eidas.europa.eu/LoA/NotNotified/low"],
                .exactly([Assurance(.low, notified: false)])),
        ]

    @Test("P1-25: levels are demanded as the message format says", arguments: table)
    func levels(row: LevelCase) throws {
        var request = ConnectorRequest()
        request.ask(row.comparison, row.levels)
        let changed = request
        let rule = try brokenRule {
            let read = try World(.proxyService).receive(changed).request
            #expect(read.assurance == row.demand)
        }
        #expect(rule == (row.demand == nil ? .requestLoA : nil))
    }

    @Test("P1-25: a request without RequestedAuthnContext is malformed")
    func noLevel() throws {
        var request = ConnectorRequest()
        try request.root.remove("RequestedAuthnContext")
        let changed = request
        #expect(try brokenRule { _ = try World(.proxyService).receive(changed) } == .requestLoA)
    }

    /// A request that is understood and cannot be served.
    struct Refused: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule
        let codes: [String]
        let message: String
        let change: @Sendable (inout ConnectorRequest, inout World) throws -> Void

        init(
            _ description: String, _ rule: Rule, _ codes: [String], _ message: String,
            _ change: @escaping @Sendable (inout ConnectorRequest, inout World) throws -> Void
        ) {
            (testDescription, self.rule, self.codes, self.message) = (description, rule, codes, message)
            self.change = change
        }
    }

    static let attributes = "202005 - Requested attributes not available"
    static let level = "202015 - Requested level of assurance not available"
    static let nameID = "202022 - Requested NameID format not available"
    static let requester = SAMLURI.requester

    static let refused: [Refused] = [
        Refused(
            "P1-35: private, without RequesterID", .requestRequesterID, [requester, SAMLURI.requestDenied],
            "202020 - RequesterID missing"
        ) { request, world in
            world.node.answerer.needsRequesterID = true
            try request.root.setText(of: "SPType", "private")
        },
        Refused(
            "P1-37: no attribute", .requestAttributesUnavailable, [requester, SAMLURI.invalidAttribute], attributes
        ) {
            request, _ in
            try request.root.edit("RequestedAttributes") { $0.content = [] }
        },
        Refused(
            "P1-37: only attributes of nobody", .requestAttributesUnavailable, [requester, SAMLURI.invalidAttribute],
            attributes
        ) { request, _ in
            try request.root.edit("RequestedAttributes") {
                $0.content = [.node(ServiceRequest.requested("urn:x", "X", true))]
            }
        },
        Refused(
            "P1-38: a required attribute that nobody here knows", .requestAttributesUnavailable,
            [requester, SAMLURI.invalidAttribute], attributes
        ) { _, world in world.node.answerer.attributes.remove(.dateOfBirth) },
        Refused(
            "P1-38: a company, where nobody knows when its representative was born", .requestAttributesUnavailable,
            [requester, SAMLURI.invalidAttribute], attributes
        ) { request, world in
            request = ConnectorRequest(for: [.legal])
            world.node.answerer.attributes.remove(.dateOfBirth)
        },
        Refused("P1-40: NameID emailAddress", .requestNameID, [requester, SAMLURI.invalidNameIDPolicy], nameID) {
            request, _ in
            try request.root.set(
                "Format", of: "NameIDPolicy", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
        },
        Refused("P1-40: NameID encrypted", .requestNameID, [requester, SAMLURI.invalidNameIDPolicy], nameID) {
            request, _ in
            try request.root.set("Format", of: "NameIDPolicy", "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted")
        },
        Refused("P1-43: high, where no method reaches it", .requestLoAUnavailable, [requester], level) {
            request, world in
            world.node.answerer.levels = [Assurance(.substantial), Assurance(.high, notified: false)]
            request.ask("minimum", [high])
        },
        Refused("P1-43: a company, at a level that only people reach", .requestLoAUnavailable, [requester], level) {
            request, _ in
            request = ConnectorRequest(for: [.legal])
            request.ask("exact", ["http://eidas.europa.eu/NotNotified/LoA/substantial"])
        },
        Refused("P1-43: only levels of nobody", .requestLoAUnavailable, [requester], level) { request, _ in
            request.ask("exact", ["urn:x"])
        },
        Refused("P1-43: exactly a level that we do not publish", .requestLoAUnavailable, [requester], level) {
            request, _ in
            request.ask("exact", ["http://eidas.europa.eu/NotNotified/LoA/high"])
        },
    ]

    @Test("A request that cannot be served is answered at once, signed, with nobody in it", arguments: refused)
    func answered(example: Refused) throws {
        var world = try World(.proxyService)
        var request = ConnectorRequest()
        try example.change(&request, &world)
        let (rule, answer) = try #require(try world.refusal(of: request))
        #expect(rule == example.rule)
        #expect(answer.statusCodes == example.codes && answer.statusMessage == example.message)
        let root = answer.document.root
        #expect(answer.assertion == nil && root["Consent"] == SAMLURI.consentUnspecified)
        #expect(root["InResponseTo"] == ConnectorRequest.id && root["Destination"] == World.foreignAnswers)
        #expect(root.only(Namespace.saml2("Issuer"))?.text == World.proxyService.rawValue)
        #expect(answer.document.fields["RelayState"] == "fr-4711")
    }

    @Test("What is near to that is served")
    func served() throws {
        var world = try World(.proxyService)
        #expect(try world.refusal(of: ConnectorRequest()) == nil)
        world.node.answerer.needsRequesterID = true
        #expect(try world.refusal(of: ConnectorRequest()) == nil)
        var named = ConnectorRequest()
        try named.root.setText(of: "SPType", "private")
        named.name(relyingParties: "urn:lyon")
        #expect(try world.refusal(of: named) == nil)
        world.node.answerer.attributes.remove(AttributeName("Gender"))
        try named.ask(for: ForeignRequestTests.natural + "Gender", "Gender")
        #expect(try world.refusal(of: named) == nil)
        var mixed = ConnectorRequest()
        mixed.ask("exact", ["urn:x", Self.lowNN])
        #expect(try world.refusal(of: mixed) == nil)
    }

    @Test(
        "The name identifier has the format that was asked; the persistent one where none was",
        arguments: [
            (nil, SAMLURI.persistent), (SAMLURI.persistent, SAMLURI.persistent), (SAMLURI.transient, SAMLURI.transient),
            (SAMLURI.unspecified, SAMLURI.unspecified),
        ])
    func nameID(asked: String?, given: String) throws {
        var request = ConnectorRequest()
        try request.root.set("Format", of: "NameIDPolicy", asked)
        let world = try World(.proxyService)
        let (first, second) = (try world.login(request: request), try world.login(request: request))
        #expect(first.nameID?["Format"] == given && first.nameID?["NameQualifier"] == nil)
        if given == SAMLURI.transient {
            let text = try #require(first.nameID?.text)
            #expect(text != second.nameID?.text && !text.contains("00000000T") && text.utf8.count <= 256)
        } else {
            #expect(first.nameID?.text == "ES/FR/00000000T" && second.nameID?.text == "ES/FR/00000000T")
        }
        try request.root.remove("NameIDPolicy")
        #expect(try world.login(request: request).nameID?["Format"] == SAMLURI.persistent)
    }

    @Test(
        "The answer goes to the published address that the request names",
        arguments: [
            (nil, nil, World.foreignAnswers), ("2", nil, World.foreignAnswers + "/2"),
            (nil, World.foreignAnswers + "/2", World.foreignAnswers + "/2"), ("0", nil, World.foreignAnswers),
        ] as [(String?, String?, String)])
    func address(index: String?, url: String?, expected: String) throws {
        var request = ConnectorRequest()
        request.root.set("AssertionConsumerServiceIndex", index)
        request.root.set("AssertionConsumerServiceURL", url)
        let answer = try World(.proxyService).login(request: request)
        #expect(answer.document.root["Destination"] == expected)
        let confirmation = answer.assertion?.descendants.first { $0.local == "SubjectConfirmationData" }
        #expect(confirmation?["Recipient"] == expected && confirmation?["InResponseTo"] == ConnectorRequest.id)
    }
}
