// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import Testing
import XMLSecurity

@testable import SAML

@Suite("Bindings")
struct BindingTests {
    @Test("The POST field is Base64, with line breaks or without")
    func post() throws {
        for text in ["PGEvPg==", "PGEv\r\nPg==", " PGEvPg==\n"] {
            #expect(try ReceivedMessage(post: text, relayState: "x").octets == Array("<a/>".utf8))
        }
    }

    @Test(
        "What is not Base64 within the limit is refused",
        arguments: [
            ("", Rule.base64), (" ", .base64), ("PGEvPg", .base64), ("<a/>", .base64), ("PGEv-g==", .base64),
            ("PGEvPg%3D%3D", .base64),
            (String(repeating: "AAAA", count: 32_769), .parameterTooLarge),
        ])
    func badPost(text: String, rule: Rule) throws {
        #expect(try brokenRule { _ = try ReceivedMessage(post: text, relayState: nil) } == rule)
    }

    @Test("The largest field is 131072 characters")
    func limit() throws {
        #expect(
            try brokenRule { _ = try ReceivedMessage(post: String(repeating: "AAAA", count: 32_768), relayState: nil) }
                == nil)
    }

    @Test(
        "RelayState has at most 80 characters and no controls",
        arguments: [
            (String(repeating: "x", count: 80), nil), (String(repeating: "ñ", count: 80), nil), ("", nil),
            ("<script>", nil),
            (String(repeating: "x", count: 81), Rule.relayStateTooLong), ("a\nb", .relayStateTooLong),
            ("a\u{0}", .relayStateTooLong),
            ("a\u{7F}", .relayStateTooLong),
        ])
    func relayState(text: String, rule: Rule?) throws {
        #expect(try brokenRule { _ = try ReceivedMessage(post: "PGEvPg==", relayState: text) } == rule)
    }

    /// The query of the Redirect binding, signed over exactly these escapes.
    static func query(
        _ node: XMLNode, key: TestKey = .service, relayState: String? = "a b", lowerCase: Bool = false
    ) throws -> String {
        let packed = try #require(Deflate.deflate(node.serialized()))
        var query = "SAMLRequest=" + escape(Base64.encode(packed), lowerCase)
        if let relayState { query += "&RelayState=" + escape(relayState, lowerCase) }
        query += "&SigAlg=" + escape(SignatureAlgorithm.rsaSHA256.uri, lowerCase)
        return query + "&Signature="
            + escape(Base64.encode(try key.key().sign(Array(query.utf8), .rsaSHA256)), lowerCase)
    }

    static func escape(_ text: String, _ lowerCase: Bool) -> String {
        text.utf8.map { octet in
            let isPlain = (48...57).contains(octet) || (65...90).contains(octet) || (97...122).contains(octet)
            let hex = String(octet, radix: 16, uppercase: !lowerCase)
            return isPlain ? String(UnicodeScalar(octet)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
    }

    static func verify(_ query: String) throws -> Verified<AuthnRequest> {
        let world = try World()
        return try ParsedMessage(ReceivedMessage(redirect: query)).verifyRequest(
            from: world.requester.sender, expecting: RequestExpectation(destinations: [World.gatewayAddress]),
            confirmedBy: world.secondReader,
            at: world.now)
    }

    @Test(
        "A signed query is verified over the escapes it came with", arguments: [false, true], ["a b", nil] as [String?])
    func redirect(lowerCase: Bool, relayState: String?) throws {
        let query = try Self.query(ServiceRequest().root, relayState: relayState, lowerCase: lowerCase)
        #expect(try Self.verify(query).message.id.rawValue == ServiceRequest.id)
        #expect(try ReceivedMessage(redirect: query).relayState == relayState)
        // Other parameters, and another order, do not matter.
        #expect(try Self.verify("x=1&" + query).message.id.rawValue == ServiceRequest.id)
        let reversed = query.split(separator: "&").reversed().joined(separator: "&")
        #expect(try Self.verify(reversed).message.id.rawValue == ServiceRequest.id)
    }

    @Test("A changed, repeated or missing parameter is refused")
    func badRedirect() throws {
        let query = try Self.query(ServiceRequest().root)
        let cases: [(String, Rule)] = [
            (query.replacing("RelayState=a%20b", with: "RelayState=a%20c"), .signatureValue),
            (query.replacing("RelayState=a%20b", with: "RelayState=a+b"), .signatureValue),
            (query.replacing("&RelayState=a%20b", with: ""), .signatureValue),
            (query.replacing("sha256", with: "sha512"), .signatureValue),
            (query.replacing("rsa%2Dsha256", with: "rsa%2Dsha1"), .signatureAlgorithm),
            (query + "&SigAlg=x", .parameterRepeated), (query + "&Signature=x", .parameterRepeated),
            (query + "&SAMLRequest=x", .parameterRepeated), (query + "&RelayState=x", .parameterRepeated),
            (query.replacing("&Signature=", with: "&Other="), .signatureMissing),
            (query.replacing("SAMLRequest", with: "Other"), .parameterMissing),
            (query.replacing("&Signature=", with: "&Signature=%"), .base64),
            (query.replacing("&Signature=", with: "&Signature=*"), .base64),
            (try Self.query(ServiceRequest().root, key: .stranger), .signatureValue),
            ("SAMLRequest=PGEvPg%3D%3D&SigAlg=x&Signature=AAAA", .deflate),
            ("SAMLRequest=AAAA&SigAlg=x&Signature=AAAA", .deflate),
            ("", .parameterMissing), ("SAMLRequest=%ZZ", .base64), ("SAMLRequest=%FF", .base64),
        ]
        for (query, rule) in cases {
            #expect(try brokenRule { _ = try Self.verify(query) } == rule, "\(query.prefix(60)) … \(query.suffix(60))")
        }
    }

    @Test("A parameter is found under its name alone, and no other message may stand beside it")
    func names() throws {
        let query = try Self.query(ServiceRequest().root)
        for more in [
            "%53AMLRequest=PHg%2B", "Relay%53tate=evil", "Signatur%65=AAAA", "Sig%41lg=none", "SAML%52esponse=x",
            "SAMLResponse=x", "logoutRequest=x", "logout%52equest=x", "samlResponseLogout=x", "logoutResponse=x",
        ] {
            #expect(try brokenRule { _ = try Self.verify(query + "&" + more) } == .parameterRepeated, "\(more)")
            #expect(try brokenRule { _ = try Self.verify(more + "&" + query) } == .parameterRepeated, "\(more)")
        }
        for (name, escaped) in [("SAMLRequest", "SAML%52equest"), ("RelayState", "%52elayState")] {
            let respelt = query.replacing(name + "=", with: escaped + "=")
            #expect(try brokenRule { _ = try Self.verify(respelt) } == .parameterRepeated, "\(escaped)")
        }
        #expect(try brokenRule { _ = try Self.verify(query + "&SAMLRe%5quest=x") } == .base64)
        #expect(try Self.verify(query + "&%78=1&%78=2&samlrequest=x").message.id.rawValue == ServiceRequest.id)
    }

    @Test("The same logout may stand under both of its names; a login beside it may not")
    func twoNames() throws {
        let names = ["SAMLRequest", "logoutRequest", "samlRequestLogout"]
        let twice = try FormFields("logoutRequest=x&samlRequestLogout=x").message(names)
        #expect(twice.value == "x")
        for body in [
            "SAMLRequest=x&logoutRequest=x", "logoutRequest=x&SAMLRequest=x", "logoutRequest=x&samlRequestLogout=y",
        ] {
            #expect(try brokenRule { _ = try FormFields(body).message(names) } == .parameterRepeated)
        }
    }

    @Test(
        "Messages are packed by DEFLATE, and by nothing else",
        arguments: [
            ("urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE", nil), ("urn:x", Rule.deflate),
            ("", .deflate),
        ])
    func encoding(uri: String, rule: Rule?) throws {
        let query = try Self.query(ServiceRequest().root) + "&SAMLEncoding=" + Self.escape(uri, false)
        #expect(try brokenRule { _ = try Self.verify(query) } == rule)
        #expect(try brokenRule { _ = try Self.verify(query + "&SAMLEncoding=x") } == .parameterRepeated)
    }

    @Test("A query that is signed may not have a signature in the XML beside it")
    func twoSignatures() throws {
        let request = ServiceRequest()
        let signed = try request.recipe.sign(request.root, behind: 0)
        #expect(try brokenRule { _ = try Self.verify(try Self.query(signed)) } == .signatureRepeated)
    }

    @Test("A bomb in the query is refused")
    func bomb() throws {
        let packed = try #require(Deflate.deflate(Array("<a>".utf8) + [UInt8](repeating: 65, count: 2 << 20)))
        let query = "SAMLRequest=\(Self.escape(Base64.encode(packed), false))&SigAlg=x&Signature=AAAA"
        #expect(try brokenRule { _ = try ReceivedMessage(redirect: query) } == .deflate)
    }

    @Test("The Commission node's redirect is plain Base64 of XML that is signed inside")
    func nodeRedirect() throws {
        let query = "SAMLRequest=" + Self.escape(Base64.encode(try ServiceRequest().octets()), false)
        #expect(try Self.verify(query).message.id.rawValue == ServiceRequest.id)
        for half in ["&SigAlg=x", "&Signature=AAAA"] {
            #expect(try brokenRule { _ = try Self.verify(query + half) } == .signatureMissing)
        }
        let unsigned = "SAMLRequest=" + Self.escape(Base64.encode(ServiceRequest().root.serialized()), false)
        #expect(try brokenRule { _ = try Self.verify(unsigned) } == .signatureMissing)
    }

    @Test(
        "Percent-encoding is decoded strictly",
        arguments: [
            ("a+b%20c", "a b c"), ("%C3%B1", "ñ"), ("", ""), ("%", nil), ("%4", nil), ("%4G", nil), ("%FF", nil),
            ("a%2Bb", "a+b"),
        ])
    func percent(text: String, decoded: String?) { #expect(PercentEncoding.decode(text[...]) == decoded) }

    @Test("What leaves has no line breaks, is named rightly and stays under the limit")
    func sealed() throws {
        let world = try World()
        let (sent, exchange, question) = try world.ask()
        #expect(sent.fields.map(\.name) == ["SAMLRequest", "RelayState"])
        #expect(sent.fields[0].value.utf8.allSatisfy { $0 > 32 })
        #expect(sent.destination == world.responder.singleSignOnService && sent.id == question.id)
        let answer = try world.route().sendResponse(.refused(Refusal(.denied)), in: exchange, at: world.now)
        #expect(answer.fields.map(\.name) == ["SAMLResponse", "RelayState"])
        #expect(answer.fields[1].value == "a8Tk20Zq")
        #expect(try SentDocument(answer).root["InResponseTo"] == ServiceRequest.id)
        let large = XMLNode(
            Namespace.saml2p("Response"), [("ID", "_1")],
            [XMLNode(Namespace.saml2("Issuer"), text: String(repeating: "x", count: 100_000))])
        let draft = Draft(
            .response, root: large, id: MessageID("_1"), destination: "https://x.example/", relayState: nil)
        #expect(try brokenRule { _ = try SealedMessage(draft, world.requester.seal) } == .messageTooLarge)
    }

    @Test("Whoever is told of in clear was allowed to be, by the message and by its receiver")
    func protection() throws {
        let signer = try TestKey.gateway.signer()
        let node = XMLNode(
            Namespace.saml2("Assertion"), [("ID", "_2")], [XMLNode(Namespace.saml2("Issuer"), text: "issuer")])
        func leaves(_ secrecy: Draft.Assertion.Secrecy, _ protection: Seal.Protection?) throws -> String? {
            let draft = Draft(
                .response, root: XMLNode(Namespace.saml2p("Response"), [("ID", "_1")]),
                assertion: .init(node, secrecy), id: MessageID("_1"), destination: "https://x.example/", relayState: nil
            )
            var name: String?
            let rule = try brokenRule {
                let sealed = try SealedMessage(draft, Seal(signer: signer, protection: protection))
                name = try SentDocument(sealed).root.children.last?.local
            }
            return rule?.rawValue ?? name
        }
        let encrypted = Seal.Protection.encrypted(for: try TestKey.service.recipient())
        let refused = Rule.encryptionKeyMissing.rawValue
        for (protection, secret, personal) in [
            (nil, refused, refused), (.inClear, refused, "Assertion"),
            (encrypted, "EncryptedAssertion", "EncryptedAssertion"),
        ] as [(Seal.Protection?, String, String)] {
            #expect(try leaves(.secret, protection) == secret)
            #expect(try leaves(.personal, protection) == personal)
            #expect(try leaves(.impersonal, protection) == "Assertion")
        }
    }
}
