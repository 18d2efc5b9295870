// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// Requests of somebody who has seen good ones of a service and holds no key of it: classes A to C and E of leg 1; those of
/// single fields are in ``RequestCheckTests``.
@Suite("Hostile requests")
struct HostileRequestTests {
    struct Attack: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule
        /// Of a good request, signed, and of its signature.
        let make: @Sendable (XMLNode, XMLNode) throws -> [UInt8]

        init(_ description: String, _ rule: Rule, _ make: @escaping @Sendable (XMLNode, XMLNode) throws -> XMLNode) {
            (testDescription, self.rule) = (description, rule)
            self.make = { try make($0, $1).serialized() }
        }
        init(octets description: String, _ rule: Rule, _ make: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
            (testDescription, self.rule) = (description, rule)
            self.make = { signed, _ in try make(signed.serialized()) }
        }
    }

    /// The attacker wants the answer for himself.
    static var evil: XMLNode {
        var root = ServiceRequest().root
        root.set("ID", "_evil")
        root.set("AssertionConsumerServiceURL", "https://evil.example/")
        return root
    }

    static func bare(_ signed: XMLNode) throws -> XMLNode {
        var copy = signed
        try copy.remove("Signature")
        return copy
    }

    static let attacks: [Attack] = [
        Attack("A01: signed original behind the evil request", .messageSchema) {
            evil.inserting($1, at: 0).appending(try bare($0))
        },
        Attack("A03: signed original in the Object", .signatureStructure) {
            evil.inserting($1.appending(XMLNode(Namespace.ds("Object"), [], [try bare($0)])), at: 0)
        },
        Attack("A04: signed original in Extensions", .messageSchema) { signed, signature in
            var root = evil
            try root.edit("Extensions") { $0 = $0.appending(signed) }
            return root.inserting(signature, at: 0)
        },
        Attack("A04: signed original in foreign Extensions", .messageSchema) { signed, signature in
            var root = evil
            try root.edit("Extensions") { $0 = $0.appending(XMLNode(Namespace("x", "urn:x")("y"), [], [signed])) }
            return root.inserting(signature, at: 0)
        },
        Attack("A04: signed original in a requested value", .signatureRepeated) { signed, signature in
            var root = evil
            try root.edit("AttributeValue") { $0 = $0.appending(signed) }
            return root
        },
        Attack("A04: signed original in Scoping", .messageSchema) { signed, signature in
            evil.inserting(signature, at: 0).appending(XMLNode(Namespace.saml2p("Scoping"), [], [signed]))
        },
        Attack("A05: evil root around it", .messageType) { signed, _ in
            XMLNode(Namespace.saml2p("Response"), [("ID", "_x")], [signed])
        },
        Attack("A08: ID stolen", .signatureDigest) { _, signature in
            var root = evil
            root.set("ID", ServiceRequest.id)
            return root.inserting(signature, at: 0)
        },
        Attack("A10: signature of another element", .signatureReference) { evil.inserting($1, at: 0).renamed($0) },
        Attack("A13: an own signature before the good one", .signatureRepeated) { signed, _ in
            signed.inserting(try SignatureRecipe(.rsa2048b, .rsaSHA512).signature(over: signed), at: 0)
        },
        Attack("A22: metadata", .messageType) { _, _ in
            try SignatureRecipe(.service, .rsaSHA512).sign(
                XMLNode(Namespace.md("EntityDescriptor"), [("ID", "_m")]), behind: 0)
        },
        Attack("C01: unsigned", .signatureMissing) { _, _ in evil },
        Attack("C02: signed by a stranger", .signatureKeyUnknown) { _, _ in
            try SignatureRecipe(.stranger).sign(evil, behind: 0)
        },
        Attack("E23: a registered service in another's name", .signatureKeyUnknown) { _, _ in
            try SignatureRecipe(.rsa2048b, .rsaSHA512).sign(ServiceRequest().root, behind: 0)
        },
        Attack(octets: "A18: comment in the DigestValue", .xmlCommentInText) {
            try $0.replacing("<ds:DigestValue>", with: "<ds:DigestValue><!-- -->")
        },
        Attack(octets: "B01: DOCTYPE", .xmlDocumentType) { Array("<!DOCTYPE x>".utf8) + $0 },
        Attack(octets: "B04: comment in a level", .xmlCommentInText) {
            try $0.replacing("LoA/low", with: "LoA/<!-- -->low")
        },
        Attack(octets: "B06: attribute of the protocol's namespace", .messageSchema) {
            try $0.replacing(" ProviderName=", with: " saml2p:ProviderName=\"x\" ProviderName=")
        },
        Attack(octets: "B07: default namespace switched", .messageSchema) {
            try $0.replacing("<saml2p:NameIDPolicy ", with: "<NameIDPolicy xmlns=\"urn:x\" ").replacing(
                "</saml2p:NameIDPolicy>", with: "</NameIDPolicy>")
        },
        Attack(octets: "B10: UTF-16", .xmlEncoding) { $0.flatMap { [$0, 0] } },
        Attack(octets: "B13: two roots", .xmlMalformed) { $0 + $0 },
        Attack(octets: "B17: look-alike in the return address", .signatureDigest) {
            try $0.replacing("servicio.example.es/retorno", with: "servici\u{043E}.example.es/retorno")
        },
        Attack(octets: "B19: 5000 elements", .xmlLimit) {
            try $0.replacing(
                "<saml2p:NameIDPolicy", with: String(repeating: "<x/>", count: 5000) + "<saml2p:NameIDPolicy")
        },
        Attack(octets: "E17: return address changed", .signatureDigest) {
            try $0.replacing("servicio.example.es/retorno", with: "evil.example/retorno")
        },
        Attack(octets: "E22: exclusion taken out", .signatureDigest) {
            try $0.replacing("AFirmaIdP", with: "XFirmaIdP")
        },
    ]

    @Test("Nothing that a stranger makes of a good request is accepted", arguments: attacks)
    func attacked(attack: Attack) throws {
        let signed = try ServiceRequest().recipe.sign(ServiceRequest().root, behind: 0)
        let signature = try #require(signed.first("Signature"))
        let world = try World()
        let rule = try brokenRule {
            let received = try ReceivedMessage(post: Base64.encode(attack.make(signed, signature)), relayState: "x")
            _ = try world.route().receiveRequest(received, at: world.now)
        }
        #expect(rule == attack.rule)
    }

    @Test("Any octets at all are read or rejected", arguments: 0..<500)
    func noise(seed: Int) throws {
        var random = Seeded(seed)
        var octets = try Self.once.get().octets
        for _ in 0..<(1 + seed % 40) { octets = octets.edited(&random) }
        if seed % 10 == 0 { octets = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) } }
        let world = try World()
        guard let received = try? ReceivedMessage(post: Base64.encode(octets), relayState: "x") else { return }
        let rule = try brokenRule { _ = try world.route().receiveRequest(received, at: world.now) }
        #expect(rule != .ownFailure)
    }

    @Test("No edit of one octet changes what an accepted request asks", arguments: 0..<500)
    func anyEdit(seed: Int) throws {
        let (octets, expected) = try Self.once.get()
        var random = Seeded(seed)
        let world = try World()
        guard let received = try? ReceivedMessage(post: Base64.encode(octets.edited(&random)), relayState: "a8Tk20Zq"),
            let read = try? world.route().receiveRequest(received, at: world.now)
        else { return }
        #expect(read.request == expected)
    }

    private static let once = Result {
        let octets = try ServiceRequest().octets()
        return (octets: octets, request: try World().receive().request)
    }
}

extension XMLNode {
    /// The attacker's element with the attributes of the good one but its ID.
    fileprivate func renamed(_ other: XMLNode) -> XMLNode {
        var copy = self
        copy.set("AssertionConsumerServiceURL", other["AssertionConsumerServiceURL"])
        return copy
    }
}
