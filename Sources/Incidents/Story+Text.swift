// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Storage

extension Story {
    /// For a terminal. Nothing that a stranger wrote can steer it.
    public var text: String {
        let parts = [head, history, checks, reason, advice]
        return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n").printable(keepsLines: true)
    }

    private var head: [String] {
        var facts = [("turned away", "\(at.spaced) UTC, \(refusal.step.words(direction))")]
        facts.append(("direction", direction?.words ?? "not known"))
        if let login {
            facts.append(("asked by", Self.named(login.requester, login.requesterCountry)))
            facts.append(
                ("answered by", login.responder.map { Self.named($0, login.responderCountry) } ?? "nobody yet"))
            facts.append(("began", "\(login.begunAt.spaced) UTC"))
            facts.append(("exchange", login.id.rawValue))
        } else {
            facts.append(("exchange", "none: it was turned away before one began"))
        }
        if let sender = claimed?.sender { facts.append(("it says it is", "from \(sender), unverified")) }
        if let message = claimed?.message { facts.append(("its ID", message.rawValue)) }
        return ["Support code \(support)", ""] + facts.aligned
    }

    private static func named(_ entity: EntityID, _ country: String?) -> String {
        entity.rawValue + (country.map { " (\($0))" } ?? "")
    }

    /// The audit trail of the exchange.
    private var history: [String] {
        let rows = events.map { event in
            let words = Self.words[event.kind] ?? event.kind
            let ends = [event.sender.map { "from \($0)" }, event.receiver.map { "to \($0)" }].compactMap(\.self)
            let end = [event.result, event.support == support.description ? "<- this one" : event.support]
            return (
                String(event.at.dropFirst(11).dropLast()),
                ([words] + ends + end.compactMap(\.self)).joined(separator: "  ")
            )
        }
        return ["What happened on \(at.prefix(10)), UTC"] + rows.map { "  \($0)  \($1)" }
    }

    private static let words = [
        "request.received": "request received", "request.sent": "request sent", "response.received": "answer received",
        "response.sent": "answer sent", "message.rejected": "turned away", "consent.given": "person agreed",
        "consent.refused": "person refused", "logout.answered": "logout answered",
    ]

    private var checks: [String] {
        let width = steps.flatMap(\.checks).map(\.rule.count).max() ?? 0
        return ["Checks, as far as they went"]
            + steps.flatMap { step in
                ["  \(step.step.title(direction))"]
                    + step.checks.map { check in
                        let rule = check.rule.padding(toLength: width, withPad: " ", startingAt: 0)
                        return "    \(check.passed ? "pass" : "FAIL")  \(rule)  \(check.element)".trimmingEnd()
                    }
            }
    }

    private var reason: [String] {
        let facts: [(String, String?)] = [
            ("rule", refusal.rule), ("element", refusal.element), ("expected", refusal.expected),
            ("found", refusal.found), ("meaning", refusal.meaning), ("whose fault", refusal.fault.words(refusal.step)),
            ("clause", refusal.clause), ("what to do", refusal.advice),
        ]
        return ["Why"] + facts.compactMap { name, value in value.map { (name, $0) } }.aligned
    }

    private var advice: [String] {
        guard let letter else { return ["Tell nobody outside: no partner can mend this."] }
        return ["To tell \(letter.to)", "", letter.en, "", letter.es]
    }
}

extension Exchange.Direction {
    fileprivate var words: String {
        switch self {
        case .connector: "a service here asks for people from abroad (connector)"
        case .proxyService: "a service abroad asks for people from here (proxy-service)"
        }
    }
}

extension Incident.Step {
    fileprivate func words(_ direction: Exchange.Direction?) -> String {
        switch self {
        case .receiveRequest: "when the request came"
        case .sendRequest: "when \(Self.responder(direction)) was to be asked"
        case .receiveResponse: "when the answer of \(Self.responder(direction)) came"
        case .sendResponse: "when the answer was to be sent"
        case .logout: "when a logout came"
        case .page: "on one of our own pages"
        }
    }

    fileprivate func title(_ direction: Exchange.Direction?) -> String {
        switch self {
        case .receiveRequest: direction == .proxyService ? "the Connector's request" : "the service's request"
        case .sendRequest: "our question to \(Self.responder(direction))"
        case .receiveResponse: "the answer of \(Self.responder(direction))"
        case .sendResponse: "our answer"
        case .logout: "the logout"
        case .page: "our page"
        }
    }

    private static func responder(_ direction: Exchange.Direction?) -> String {
        direction == .proxyService ? "the gateway" : "the other country"
    }
}

extension Responsibility {
    fileprivate func words(_ step: Incident.Step) -> String {
        switch self {
        case .sender: step == .page ? "whoever sent the form" : "whoever sent the message"
        case .receiver: "whoever asked, and cannot be answered"
        case .peer: "the other side, by what it publishes or states"
        case .operator: "ours"
        case .person: "nobody's: the person can try again"
        }
    }
}

extension [(String, String)] {
    fileprivate var aligned: [String] {
        let width = map(\.0.count).max() ?? 0
        return map { "  " + $0.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $1 }
    }
}

extension String {
    /// `2026-11-27T19:50:12.345Z` as people read it.
    fileprivate var spaced: String { replacing("T", with: " ").replacing("Z", with: "") }
}
