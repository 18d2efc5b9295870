// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

/// A service, the browser and a node abroad in one, who go through whole logins: four legs, two requests.
final class Visitor {
    private let connection: HTTPConnection
    /// Seconds for the server, in all logins.
    private(set) var waited = 0.0

    init(port: Int) throws { connection = try HTTPConnection(port: port, host: ServerFiles.host) }

    /// - Returns: the Response that the service gets.
    @discardableResult
    func login() throws -> [UInt8] {
        let asked = try post(
            "/Proxy2/ServiceProvider",
            ["SAMLRequest": Base64.encode(try request()), "RelayState": "bench", "country": "DE"])
        let request = try octets(asked.field("SAMLRequest"))
        let relayState = try asked.field("RelayState")
        let answered = try post(
            "/eidas/connector/acs",
            ["SAMLResponse": Base64.encode(try answer(to: request, relayState)), "RelayState": relayState],
            cookie: asked.cookie)
        let response = try octets(answered.field("SAMLResponse"))
        guard response.contains("status:Success") else { throw Failure(String(decoding: response, as: UTF8.self)) }
        return response
    }

    private func post(
        _ path: String, _ form: KeyValuePairs<String, String>, cookie: String? = nil
    ) throws -> HTTPConnection.Answer {
        let begin = wallSeconds()
        defer { waited += wallSeconds() - begin }
        return try connection.post(path, form, cookie: cookie)
    }

    /// One login whose every signature is verified and whose assertion is opened.
    func checkedLogin() throws {
        let root = try XMLTree(parsing: login()).root
        _ = try root.verifySignature(trusting: [TestKey.gateway.certificate()], policy: .clave, confirmedBy: nil)
        guard let holder = root.only(Namespace.saml2("EncryptedAssertion")) else { throw Failure("not encrypted") }
        let opened = try EncryptedElement(in: holder, policy: .eidas).open(with: [ServerFiles.service.decryption()])
        let assertion = try XMLTree(parsing: opened).root
        _ = try assertion.verifySignature(trusting: [TestKey.gateway.certificate()], policy: .clave, confirmedBy: nil)
        guard opened.contains("Müller-Lüdenscheid") else { throw Failure("somebody else") }
    }

    private func octets(_ text: String) throws -> [UInt8] {
        guard let octets = Base64.decode(text) else { throw Failure("no Base64") }
        return octets
    }

    private func request() throws -> [UInt8] {
        var request = ServiceRequest(.complete, id: try MessageID.random().rawValue, at: Instant.write(Date()))
        request.recipe = SignatureRecipe(ServerFiles.service, .pssSHA256)
        return try request.octets()
    }

    private func answer(to request: [UInt8], _ relayState: String) throws -> [UInt8] {
        guard let id = String(decoding: request, as: UTF8.self).firstMatch(of: /\x20ID="([^"]+)"/) else {
            throw Failure("no ID in our request")
        }
        let now = Date()
        let question = Exchange.Question(
            id: MessageID(String(id.1)), responder: World.country, memberState: try World.memberState("DE"),
            relayState: relayState, attributes: [], assurance: .minimum(.low), askedAt: now)
        var answer = try NodeAnswer(.german, to: question)
        answer.assertionRecipe = SignatureRecipe(.country, .pssSHA256)
        answer.recipe = SignatureRecipe(.country, .pssSHA256)
        answer.response.set("ID", try MessageID.random().rawValue)
        answer.response.set("IssueInstant", Instant.write(now))
        try answer.editAssertion { try $0.move(to: now) }
        return try answer.octets()
    }
}

extension XMLNode {
    /// Gives an assertion of the test kit another identifier and time.
    fileprivate mutating func move(to now: Date) throws {
        let (start, end) = (Instant.write(now), Instant.write(now + 300))
        set("ID", try MessageID.random().rawValue)
        set("IssueInstant", start)
        try set("NotOnOrAfter", of: "SubjectConfirmationData", end)
        try set("NotBefore", of: "Conditions", start)
        try set("NotOnOrAfter", of: "Conditions", end)
        try set("AuthnInstant", of: "AuthnStatement", start)
    }
}

extension [UInt8] {
    fileprivate func contains(_ word: String) -> Bool { firstRange(of: Array(word.utf8)) != nil }
}
