// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

/// What several steps are made of.
extension Attacker {
    init(on field: Battlefield, _ node: HostedNode) throws {
        self.init(
            courier: Courier(to: "http://127.0.0.1:\(field.port)", rate: nil), paths: .init(),
            journal: try Journal(node.journal))
    }

    /// Sends what has to be accepted, for else nothing that follows proves anything.
    @discardableResult
    func succeed(_ submission: Submission) async throws -> Reply {
        let reply = try await courier.send(submission)
        let outcome = try await judge(reply)
        guard case .accepted = outcome else { throw Obstacle("a genuine message: \(outcome.text)") }
        return reply
    }

    /// Presses a button of one of the node's own pages.
    func press(_ button: String, _ value: String = "1", at path: String, in cookie: String?) async throws -> Reply {
        var submission = Submission(path: path)
        submission.fields = [(button, value)]
        submission.cookie = cookie
        return try await courier.send(submission)
    }

    /// A login of somebody from here or abroad to its end: the answer for whoever asked.
    func deliver(_ answer: Submission) async throws -> Reply {
        let reply = try await succeed(answer)
        guard let consent = reply.path else { return reply }
        return try await press("accept", at: consent, in: answer.cookie)
    }

    /// A login up to the page that follows the request, where it stands and whose it is.
    func begin(_ role: Role, in cookie: String? = nil) async throws -> (path: String, cookie: String) {
        var (_, request) = try await open(role, in: cookie)
        request[field: "country"] = nil
        let reply = try await succeed(request)
        guard let cookie = reply.cookie, let path = reply.path else {
            throw Obstacle("a genuine request was not answered by a page: status \(reply.status)")
        }
        return (path, cookie)
    }

    /// A login up to the page on which the person agrees.
    func identify() async throws -> (path: String, cookie: String) {
        let (_, answer) = try await open(.service)
        guard let path = try await succeed(answer).path, let cookie = answer.cookie else {
            throw Obstacle("nobody was asked for consent")
        }
        return (path, cookie)
    }

    /// The same, judged.
    func judgePress(_ button: String, _ value: String = "1", at path: String, in cookie: String?) async throws
        -> Outcome
    {
        await journal?.skip()
        return try await judge(try await press(button, value, at: path, in: cookie))
    }

    func judgeGet(_ path: String, in cookie: String? = nil) async throws -> Outcome {
        await journal?.skip()
        return try await judge(try await courier.get(path, cookie: cookie))
    }
}

extension Outcome {
    /// Let through, and of no use to whoever sent it.
    static func harmless(_ how: String, if isSo: Bool, else what: String) -> Outcome {
        isSo ? .refused(how: how, rule: nil) : .accepted(what)
    }

    /// The first of several that was not refused by the rule, else the last.
    static func all(_ outcomes: [Outcome], by rule: Rule) -> Outcome {
        outcomes.first { $0.rule != rule.code } ?? outcomes.last ?? .broken("nothing was tried")
    }
}

extension Reply {
    /// Where a redirect leads, without the query.
    var path: String? { self[header: "Location"].map { String($0.prefix { $0 != "?" }) } }

    /// The assertion that somebody gets, opened with the Connector's key where that is needed.
    func assertion() throws -> Element {
        guard let response = document(in: "SAMLResponse") else { throw Obstacle("no answer: status \(status)") }
        if let plain = response.only(Namespace.saml2("Assertion")) { return plain }
        guard let sealed = response.only(Namespace.saml2("EncryptedAssertion")) else { throw Obstacle("no assertion") }
        let element = try EncryptedElement(in: sealed, policy: .eidas)
        return try XMLTree(parsing: try element.open(with: [TestKey.countryEncryption.decryption()])).root
    }

    /// The attributes that somebody gets, by their FriendlyNames.
    func delivered() throws -> [String: [String]] {
        let attributes = try assertion().descendants.filter { $0.is(Namespace.saml2("Attribute")) }
        return Dictionary(attributes.map { ($0["FriendlyName"] ?? "", $0.children.map(\.text)) }) { $0 + $1 }
    }

    /// A script, a handler or a frame that is not ours, in a page that reads as one.
    var isScripted: Bool {
        guard let page else { return true }
        return page.descendants.contains { element in
            let isForeign = element.local == "script" && element["src"]?.hasPrefix("/") != true
            let addresses = [element["href"], element["src"], element["action"]].compactMap { $0?.lowercased() }
            return isForeign || ["iframe", "object", "embed", "base"].contains(element.local)
                || addresses.contains { $0.contains("script:") || $0.hasPrefix("data:") }
                || element.attributeNames().contains { $0.local.hasPrefix("on") }
        }
    }
}
