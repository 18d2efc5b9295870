// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import PuenteTestKit
import Testing
import XMLSecurity

@testable import SAML

@Suite("Reading messages")
struct ReadingTests {
    static func parse(_ octets: [UInt8]) throws -> ParsedMessage {
        try ParsedMessage(ReceivedMessage(post: Base64.encode(octets), relayState: nil))
    }

    @Test("What a parsed message claims is there before anything is verified")
    func claims() throws {
        let parsed = try Self.parse(ServiceRequest(.php).root.serialized())
        #expect(parsed.isOf(AuthnRequest.self) && !parsed.isOf(Response.self))
        #expect(parsed.claimedType == "AuthnRequest")
        #expect(parsed.claimedID?.rawValue == ServiceRequest.id)
        #expect(parsed.claimedProviderName == ServiceRequest.name + ";Sede")
        #expect(parsed.claimedIssuer?.rawValue == "https://servicio.example.es/metadata")
        #expect(parsed.claimedInResponseTo == nil && parsed.claimedNameID == nil)
    }

    @Test("Every part of an AuthnRequest is read")
    func request() throws {
        var request = ServiceRequest(.bridge)
        try request.root.edit("Scoping") {
            $0 = $0.appending(XMLNode(Namespace.saml2p("RequesterID"), text: " urn:x "))
        }
        let read = try AuthnRequest(reading: XMLTree(parsing: request.root.serialized()).root)
        #expect(read.version == "2.0" && read.issueInstant == World.instant && read.destination == World.gatewayAddress)
        #expect(read.forceAuthn == true && read.isPassive == false)
        #expect(
            read.protocolBinding == SAMLURI.post && read.assertionConsumerServiceURL == ServiceRequest.returnAddress)
        #expect(read.issuer?.name.rawValue == "https://servicio.example.es/metadata")
        #expect(read.sectors == ["public"] && read.requesterIDs == ["urn:x"])
        #expect(
            read.context == AuthnRequest.Context(comparison: "minimum", classes: ["http://eidas.europa.eu/LoA/low"]))
        #expect(read.nameIDPolicy?.format == SAMLURI.persistent && !read.hasSubjectOrConditions)
        let attributes = try #require(read.attributes)
        #expect(attributes.map(\.friendlyName) == ["RelayState", "AFirmaIdP", "GISSIdP", "CLVMOVILIdP"])
        #expect(attributes[0].values == ["q7Xb2LtM"] && attributes[0].isRequired == false)
    }

    @Test("Every part of an Assertion is read")
    func assertion() throws {
        let (_, _, question) = try World().ask()
        let answer = try NodeAnswer(.greek, to: question)
        let read = try Assertion(reading: XMLTree(parsing: try #require(answer.assertion).serialized()).root)
        #expect(
            read.id.rawValue == NodeAnswer.assertionID && read.version == "2.0" && read.issueInstant == World.instant)
        #expect(
            read.issuer.name == World.country && read.nameID == "DE/ES/0123456789ABCDEF"
                && read.nameIDFormat == SAMLURI.persistent)
        #expect(read.confirmations.count == 1 && read.confirmations[0].recipient == World.answerAddress)
        #expect(read.conditions?.audiences == [[World.connector.rawValue]])
        #expect(read.authnStatements.map(\.classReferences) == [["http://eidas.europa.eu/LoA/substantial"]])
        let names = try #require(read.attributeStatements.first)
        #expect(names.map(\.friendlyName) == ["PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth"])
        #expect(names[1].values.map(\.isLatin) == [true, false])
        #expect(names[1].values.map(\.text) == ["Papadopoulou", "Παπαδοπούλου"])
        #expect(!read.isSigned)
    }

    @Test("Status codes are read outermost first")
    func status() throws {
        let (_, _, question) = try World().ask()
        let answer = try NodeAnswer(
            failure: SAMLURI.responder, SAMLURI.authnFailed, message: " 003002 - no ", to: question)
        let read = try Response(reading: XMLTree(parsing: answer.response.serialized()).root, policy: .eidas)
        #expect(
            read.status
                == Response.Status(code: SAMLURI.responder, subcodes: [SAMLURI.authnFailed], message: "003002 - no"))
        #expect(!read.status.isSuccess && read.contents.isEmpty)
    }

    @Test("A long status message is cut")
    func longStatus() throws {
        let (_, _, question) = try World().ask()
        let answer = try NodeAnswer(
            failure: SAMLURI.responder, nil, message: String(repeating: "ñ", count: 1000), to: question)
        let read = try Response(reading: XMLTree(parsing: answer.response.serialized()).root, policy: .eidas)
        #expect(read.status.message?.count == 300)
    }

    @Test(
        "xs:boolean has four spellings, with blanks around them or not",
        arguments: [("true", true), ("1", true), ("false", false), ("0", false), (" true\n", true)])
    func boolean(text: String, value: Bool) throws {
        var request = ServiceRequest()
        request.root.set("IsPassive", text)
        #expect(try AuthnRequest(reading: XMLTree(parsing: request.root.serialized()).root).isPassive == value)
    }

    @Test("No other spelling is one", arguments: ["TRUE", "yes", "", "tr ue", "\u{A0}true"])
    func noBoolean(text: String) throws {
        var request = ServiceRequest()
        request.root.set("IsPassive", text)
        #expect(
            try brokenRule { _ = try AuthnRequest(reading: XMLTree(parsing: request.root.serialized()).root) }
                == .messageSchema)
    }

    @Test(
        "An Issuer may say what it is, and nothing else",
        arguments: [("saml2:NameIDType", nil), ("saml2:IssuerType", Rule.messageSchema), ("xs:string", .messageSchema)])
    func ownType(type: String, rule: Rule?) throws {
        var request = ServiceRequest(.bridge)
        try request.root.set(Namespace.xsi("type"), of: "Issuer", type)
        #expect(
            try brokenRule { _ = try AuthnRequest(reading: XMLTree(parsing: request.root.serialized()).root) } == rule)
    }

    @Test("An identifier is an NCName", arguments: ["_1", "a", "ñ1", "_a.b-c_d", ServiceRequest.id])
    func identifier(text: String) { #expect(isNCName(text)) }

    @Test(
        "Nothing else is",
        arguments: [
            "", "1a", "-a", ".a", "a b", "a:b", " _a", "_a ", "a\u{202E}b", "a#b", "a/b",
            String(repeating: "a", count: 257),
        ])
    func noIdentifier(text: String) { #expect(!isNCName(text)) }

    @Test("A thorough examination writes every check down and goes on where it can")
    func thorough() throws {
        var request = ServiceRequest()
        request.root.set("IsPassive", "true")
        request.root.set("Destination", "https://elsewhere.example/")
        let examination = Examination(.thorough)
        _ = try World().route().receiveRequest(request.received(), at: World().now, examination)
        #expect(examination.findings.filter { !$0.passed }.map(\.rule) == [.messageDestination, .requestIsPassive])
        #expect(examination.findings.count > 12)
        let good = Examination(.thorough)
        _ = try World().route().receiveRequest(ServiceRequest().received(), at: World().now, good)
        #expect(good.findings.allSatisfy { $0.passed })
    }
}
