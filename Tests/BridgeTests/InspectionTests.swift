// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("Looking into messages")
struct InspectionTests {
    static let now = Instant.read("2026-11-27T00:00:00Z") ?? .distantPast

    static func look(_ octets: [UInt8], keys: [DecryptionKey] = [], by route: Snapshot? = nil, at now: Date = now)
        -> Inspection
    {
        do throws(Rejection) {
            return Inspection(try Unwrapped(octets), by: route, openingWith: keys, at: now)
        } catch {
            return Inspection(unreadable: error)
        }
    }

    @Test(
        "Whatever others made is told for what it is, with a reason where it would be refused",
        arguments: try OtherVector.all())
    func others(vector: OtherVector) throws {
        let inspection = Self.look(try vector.octets())
        let kinds: [String: Inspection.Kind] = [
            "AuthnRequest": .request, "Response": .response, "EntityDescriptor": .metadata,
            "EntitiesDescriptor": .metadata, "MetadataServiceList": .serviceList,
        ]
        let isReadable = try ProfileRow.row(vector, .document) == nil
        let isOther = !isReadable || (vector.isToBeRefused && inspection.rejection?.rule == .messageType)
        #expect(inspection.kind == (isOther ? .other : kinds[vector.kind] ?? .other))
        #expect(inspection.findings.allSatisfy { $0.rule != .ownFailure })
        if kinds[vector.kind] == nil || isOther {
            #expect(inspection.rejection != nil)
        } else {
            #expect(inspection.facts.contains { $0.name == "root element" })
            #expect(inspection.findings.count > 1)
        }
        if vector.isToBeRefused { #expect(!inspection.wouldPass) }
    }

    /// The ways in which people save one and the same message, each a text that holds it.
    static let savings: [String: @Sendable ([UInt8]) throws -> String] = [
        "XML": { String(decoding: $0, as: UTF8.self) },
        "Base64": { Base64.encode($0) },
        "Base64 in lines": { Base64.encode($0).wrapped(at: 76) + "\r\n" },
        "Base64 with escapes": { escaped(Base64.encode($0)) },
        "Base64 with blanks for pluses": { "SAMLRequest=" + Base64.encode($0).replacing("=", with: "%3D") },
        "the body of a form": { "SAMLRequest=" + escaped(Base64.encode($0)) + "&RelayState=a%20b" },
        "the body of a form, RelayState first": { "RelayState=a%20b&SAMLRequest=" + escaped(Base64.encode($0)) },
        "a query": { "SAMLRequest=" + escaped(try deflated($0)) + "&RelayState=a+b" },
        "DEFLATE in Base64": { try deflated($0) },
        "an address": { "https://x.example/sso?lang=es&SAMLRequest=" + escaped(try deflated($0)) + "#top" },
        "an HTTP request": {
            "GET /sso?SAMLRequest=" + escaped(try deflated($0)) + "&RelayState=a HTTP/1.1\r\nHost: x.example\r\n\r\n"
        },
        "an HTTP request with a form": {
            "POST /sso?lang=es HTTP/1.1\r\nHost: x.example\r\n\r\nSAMLRequest=" + escaped(Base64.encode($0))
        },
        "a page": {
            "<!DOCTYPE html><html><body><form method='post'><input value='a &amp; b' name='RelayState'>"
                + "<INPUT type=\"hidden\" name=\"SAMLRequest\" value=\""
                + Base64.encode($0).replacing("=", with: "&#61;").replacing("+", with: "&#x2B;")
                + "\"/></form></body></html>"
        },
    ]

    private static func escaped(_ text: String) -> String {
        text.replacing("+", with: "%2B").replacing("/", with: "%2f").replacing("=", with: "%3D")
    }

    private static func deflated(_ octets: [UInt8]) throws -> String {
        Base64.encode(try #require(Deflate.deflate(octets)))
    }

    @Test("A message is found in whatever way it was saved", arguments: savings.keys.sorted())
    func saved(way: String) throws {
        let world = try World()
        let octets = try ServiceRequest(.engine28).octets()
        let save = try #require(Self.savings[way])
        let text = try save(octets)
        #expect(try Unwrapped(Array(text.utf8)).octets == octets)
        let inspection = Inspection(try Unwrapped(Array(text.utf8)), by: try world.snapshot(), at: world.now)
        #expect(inspection.kind == .request && inspection.wouldPass, "\(String(describing: inspection.rejection))")
    }

    @Test(
        "What holds no message is refused with what would help",
        arguments: ["", "hola", "a=b", "<html></html>", "AAAA"])
    func nothing(text: String) {
        let inspection = Self.look(Array(text.utf8))
        #expect(inspection.kind == .other && !inspection.wouldPass && inspection.rejection != nil)
    }

    @Test("The signature of a saved query is checked where the service is known, and told where it is not")
    func redirect() throws {
        let world = try World()
        let packed = Self.escaped(try Self.deflated(ServiceRequest().root.serialized()))
        var query =
            "SAMLRequest=\(packed)&RelayState=x&SigAlg=" + SignatureAlgorithm.rsaSHA256.uri.replacing("#", with: "%23")
        let value = try TestKey.service.key().sign(Array(query.utf8), .rsaSHA256)
        query += "&Signature=" + Self.escaped(Base64.encode(value))
        let saved = try Unwrapped(Array("https://puente.example.es/Proxy2/ServiceProvider?\(query)".utf8))
        #expect(Inspection(saved, by: try world.snapshot(), at: world.now).wouldPass)
        let alone = Inspection(saved, by: nil, at: world.now)
        #expect(alone.wouldPass && alone.assumptions.contains { $0.contains("signature in the query") })
        #expect(alone.findings.contains { $0.rule == .messageVersion && $0.passed })
        #expect(Inspection(saved, by: nil, at: world.now + 3600).rejection?.rule == .messageIssueInstant)
        let changed = try Unwrapped(Array(query.replacing("RelayState=x", with: "RelayState=y").utf8))
        #expect(Inspection(changed, by: try world.snapshot(), at: world.now).rejection?.rule == .signatureValue)
    }

    @Test("What is encrypted is opened with a key at hand, its values marked as personal, and stays closed without")
    func encrypted() throws {
        let octets = try OtherVector.octets("eidas-node/samples/ec-cert-encryptedAssertion.xml")
        let store = try KeyStore(
            pkcs12: OtherVector.octets("eidas-node/keys/test.p12"), passphrase: "local-demo")
        let keys = try store.entries.map { try DecryptionKey(key: $0.key, certificate: $0.chain[0]) }
        let open = Self.look(octets, keys: keys)
        #expect(open.findings.contains { $0.rule == .encryptionFailed && $0.passed })
        let values = open.facts.filter { $0.name.hasPrefix("attribute ") }
        #expect(!values.isEmpty && values.allSatisfy(\.isPersonal))
        #expect(open.facts.contains { $0.name == "level of assurance" })
        let closed = Self.look(octets)
        #expect(!closed.facts.contains { $0.name.hasPrefix("attribute ") })
        #expect(closed.assumptions.contains { $0.contains("no key is at hand") })
        #expect(!closed.findings.contains { $0.rule == .encryptionFailed })
        let stranger = Self.look(octets, keys: [try TestKey.p256a.decryption()])
        #expect(stranger.findings.contains { $0.rule == .encryptionFailed && !$0.passed })
    }

    /// What stands beside a message is not at hand here: a question and a RelayState are taken for given.
    static let assumed: [Rule] = [.responseUnsolicited, .relayStateChanged]

    @Test(
        "What the node refuses is told as refused, by the same limits",
        arguments: try Vector.all(in: "answers") + Vector.all(in: "requests"))
    func vectors(vector: Vector) throws {
        let saved = try Unwrapped(Array(Base64.encode(vector.message).utf8))
        let inspection = Inspection(saved, by: try World().snapshot(), at: vector.now)
        guard let rule = vector.rule, !Self.assumed.contains(rule) else { return }
        #expect(!inspection.wouldPass)
        if rule.code.hasPrefix("xml.") { #expect(inspection.rejection?.rule == rule) }
    }

    static let forms: [(String, Rule, @Sendable (String) -> String)] = [
        (
            "a RelayState that is too long", .relayStateTooLong,
            { $0 + "&RelayState=" + String(repeating: "x", count: 81) }
        ),
        ("a RelayState of two lines", .relayStateTooLong, { $0 + "&RelayState=a%0Ab" }),
        ("RelayState twice", .parameterRepeated, { $0 + "&RelayState=a&RelayState=b" }),
        ("the message twice", .parameterRepeated, { $0 + "&" + $0 }),
    ]

    @Test("What is wrong with the form around a message is told beside the message", arguments: forms.indices)
    func form(index: Int) throws {
        let (_, rule, spoil) = Self.forms[index]
        let world = try World()
        let field = "SAMLRequest=" + Self.escaped(Base64.encode(try ServiceRequest(.engine28).octets()))
        let saved = try Unwrapped(Array(spoil(field).utf8))
        for route in [nil, try world.snapshot()] {
            let inspection = Inspection(saved, by: route, at: world.now)
            let broken = inspection.findings.filter { !$0.passed }.map(\.rule)
            #expect(broken == [rule])
            #expect(inspection.findings.count > 5)
        }
    }

    @Test("A message that no form could carry is refused for its length")
    func long() throws {
        let world = try World()
        var answer = try NodeAnswer(.german, to: world.ask().2)
        try answer.response.setText(of: "StatusMessage", String(repeating: "x", count: 100_000))
        let inspection = Inspection(try Unwrapped(answer.octets()), by: try world.snapshot(), at: world.now)
        #expect(inspection.rejection?.rule == .parameterTooLarge)
    }

    @Test("The limit for the length is the node's own", arguments: [(16_384, Rule.parameterTooLarge), (32_768, nil)])
    func limit(characters: Int, rule: Rule?) throws {
        let world = try World()
        var answer = try NodeAnswer(failure: SAMLURI.responder, nil, message: "x", to: world.ask().2)
        try answer.response.setText(of: "StatusMessage", String(repeating: "x", count: 14_000))
        let saved = try Unwrapped(answer.octets())
        let inspection = Inspection(saved, by: try world.snapshot(), limit: characters, at: world.now)
        #expect(inspection.rejection?.rule == rule)
    }

    @Test("What a node writes about a failure is personal: people have been named there")
    func statusMessage() throws {
        let world = try World()
        let answer = try NodeAnswer(failure: SAMLURI.responder, nil, message: "unknown: Lena", to: world.ask().2)
        let inspection = Inspection(try Unwrapped(answer.octets()), by: try world.snapshot(), at: world.now)
        let telling = inspection.facts.filter { $0.value.contains("Lena") }
        #expect(!telling.isEmpty && telling.allSatisfy { $0.isPersonal })
    }

    @Test("An answer that names what only Cl@ve names may be in clear, one of a node abroad may not")
    func inClear() throws {
        let (_, _, question) = try World(.proxyService).ask()
        let clave = Self.look(try NodeAnswer(atHome: .citizen, to: question).octets(), at: question.askedAt)
        #expect(clave.rejection == nil)
        #expect(clave.facts.contains { $0.name == "checked as" && $0.value.contains("national gateway") })
        var abroad = try NodeAnswer(.german, to: World().ask().2)
        abroad.recipients = []
        #expect(Self.look(try abroad.octets(), at: question.askedAt).rejection?.rule == .encryptionMissing)
    }

    @Test("A logout is told check by check, with the service's own key")
    func logout() throws {
        let world = try World()
        let octets = try LogoutTests.request().octets
        let inspection = Inspection(try Unwrapped(octets), by: try world.snapshot(), at: world.now)
        #expect(inspection.wouldPass && inspection.findings.count > 5)
        #expect(inspection.findings.contains { $0.rule == .requestReplyAddress && $0.passed })
    }

    @Test(
        "Without peers a logout is told by the same checks of what it says itself",
        arguments: LogoutTests.spoils.indices)
    func logoutAlone(index: Int) throws {
        let (title, rule, spoil) = LogoutTests.spoils[index]
        let now = try World().now
        let inspection = Self.look(try LogoutTests.request(spoil).octets, at: now)
        // Whom to trust, and where it may be sent, is for a node to say.
        let isSeen = rule == .messageIssueInstant || title == "no NameID"
        #expect(inspection.kind != .logout || inspection.wouldPass != isSeen, "\(title)")
        #expect(inspection.kind != .logout || inspection.assumptions.contains { $0.contains("that Cl@ve allows") })
    }

    static func requests() throws -> [OtherVector] { try OtherVector.xml().filter { $0.kind == "AuthnRequest" } }

    /// Whatever the signature of the file is worth, the same request is signed anew by the service that it names, which is
    /// registered with the addresses of its metadata in the folder, if there is any.
    @Test("A request of others is told every rule that it breaks, each by its name", arguments: try requests())
    func content(vector: OtherVector) throws {
        let root = try XMLTree(parsing: vector.xml()).root
        var node = XMLNode(copying: root)
        if root.children.contains(where: { $0.local == "Signature" }) { try node.remove("Signature") }
        let issuer = node.first("Issuer")?.text.trimmingXMLSpace()
        let place = node.children.first?.name.local == "Issuer" ? 1 : 0
        let services = try Self.services(vector.folder)
        var world = try World()
        if node["IssueInstant"].flatMap(Instant.read) != nil { node.set("IssueInstant", World.instant) }
        world.node.answerer.addresses = Set([node["Destination"]].compactMap { $0 })
        if !vector.expected.contains("unknown issuer") {
            world.requester.name = node["ProviderName"].map(Clave2.registeredName) ?? EntityID(issuer ?? "")
        }
        let addresses = issuer.flatMap { services[$0] } ?? [node["AssertionConsumerServiceURL"] ?? ""]
        world.requester.returnAddresses = addresses.map { ReturnAddress($0) }
        let signed = try SignatureRecipe(.service).sign(node, behind: place).serialized()
        let inspection = Inspection(try Unwrapped(signed), by: try world.snapshot(), at: world.now)
        let broken = inspection.findings.filter { !$0.passed }
        let row = try ProfileRow.row(vector, .content)
        let rules = broken.map(\.rule).reduce(into: [Rule]()) { known, rule in
            if !known.contains(rule) { known.append(rule) }
        }
        #expect(rules == row?.rules ?? [], "\(broken)")
        if row == nil, vector.isToBeRefused, vector.signatures.allSatisfy({ $0.verdict != .invalid && !$0.isObsolete })
        {
            #expect(!broken.isEmpty)
        }
    }

    /// The answer addresses of the services whose metadata stands in a folder.
    private static func services(_ folder: String) throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        for vector in try OtherVector.xml() where vector.folder == folder && vector.kind == "EntityDescriptor" {
            let root = try XMLTree(parsing: vector.xml(), limits: .metadata).root
            let endpoints = root.descendants.filter { $0.local == "AssertionConsumerService" }
            found[root["entityID"] ?? "", default: []] += endpoints.compactMap { $0["Location"] }
        }
        return found.filter { !$0.value.isEmpty }
    }
}
