// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// E20: one begins, another finishes.
    static func otherBrowsers(_ samples: inout Samples) {
        for (title, isSomebody) in [("no cookie", false), ("the cookie of another browser", true)] {
            samples.steps("E20", "an answer with \(title)", .exchangeOtherBrowser, on: Role.answers) { attacker, role in
                var (_, answer) = try await attacker.open(role)
                answer.cookie = isSomebody ? try await attacker.begin(.gateway).cookie : nil
                return try await attacker.attempt(answer)
            }
            samples.steps("E20", "the choice of a country with \(title)", .exchangeOtherBrowser, on: [.gateway]) {
                attacker, _ in
                let (path, _) = try await attacker.begin(.gateway)
                let other = isSomebody ? try await attacker.begin(.gateway).cookie : nil
                return try await attacker.judgePress("country", "DE", at: path, in: other)
            }
            for button in ["accept", "deny"] {
                samples.steps("E20", "\"\(button)\" pressed with \(title)", .exchangeOtherBrowser, on: [.service]) {
                    attacker, _ in
                    let (path, _) = try await attacker.identify()
                    let other = isSomebody ? try await attacker.begin(.gateway).cookie : nil
                    return try await attacker.judgePress(button, at: path, in: other)
                }
            }
            samples.steps("E20", "the page with the data with \(title)", .exchangeOtherBrowser, on: [.service]) {
                attacker, _ in
                let (path, _) = try await attacker.identify()
                return try await attacker.judgeGet(path, in: isSomebody ? attacker.begin(.gateway).cookie : nil)
            }
        }
        samples.steps(
            "E20", "the attacker's login, answered in the victim's browser", .exchangeOtherBrowser, on: [.connector]
        ) {
            attacker, _ in
            // He asks, and lets her answer: what she gets must not end his login.
            let (_, his) = try await attacker.open(.connector)
            var hers = his
            hers.cookie = try await attacker.begin(.gateway).cookie
            let outcome = try await attacker.attempt(hers)
            try await attacker.succeed(his)
            return outcome
        }
    }

    /// E21: two tabs, back, twice at once.
    static func tabs(_ samples: inout Samples) {
        samples.steps("E21", "the answers of two tabs, each in the other", .relayStateChanged, on: Role.answers) {
            attacker, role in
            let (_, one) = try await attacker.open(role)
            var (_, two) = try await attacker.open(role, in: one.cookie)
            two[field: "RelayState"] = one[field: "RelayState"]
            return try await attacker.attempt(two)
        }
        samples.steps("E21", "the answer of one tab in the other", .responseConfirmation, on: Role.answers) {
            attacker, role in
            let (first, one) = try await attacker.open(role)
            var (genuine, two) = try await attacker.open(role, in: one.cookie)
            two.put(
                try genuine.answering { answer in
                    answer.assertion = first.assertion
                    guard let state = two[field: "RelayState"], role == .service else { return }
                    try answer.editAssertion { try $0.setAttribute("RelayState", state) }
                })
            return try await attacker.attempt(two)
        }
        samples.steps(
            "E21", "the answer of the country that was chosen first", .relayStateChanged, .responseUnsolicited,
            on: [.connector]
        ) { attacker, role in
            let (path, cookie) = try await attacker.begin(.gateway)
            let first = try await attacker.press("country", "DE", at: path, in: cookie)
            _ = try await attacker.press("country", "AT", at: path, in: cookie)
            let (_, answer) = try attacker.answer(to: first, by: role, in: cookie)
            return try await attacker.attempt(answer)
        }
        samples.steps(
            "E21", "the answer of the country that was chosen first, with the newest RelayState",
            .signatureKeyUnknown, .responseUnsolicited, on: [.connector]
        ) { attacker, role in
            let (path, cookie) = try await attacker.begin(.gateway)
            let first = try await attacker.press("country", "DE", at: path, in: cookie)
            let second = try await attacker.press("country", "AT", at: path, in: cookie)
            var (_, answer) = try attacker.answer(to: first, by: role, in: cookie)
            answer[field: "RelayState"] = second.form(with: "SAMLRequest")?.fields["RelayState"]
            return try await attacker.attempt(answer)
        }
        for button in ["country", "cancel"] {
            samples.steps("E21", "\"\(button)\" after the end", .exchangeFinished, on: [.gateway]) { attacker, _ in
                let (path, cookie) = try await attacker.begin(.gateway)
                let asked = try await attacker.press("country", "DE", at: path, in: cookie)
                let (_, answer) = try attacker.answer(to: asked, by: .connector, in: cookie)
                try await attacker.succeed(answer)
                return try await attacker.judgePress(button, "DE", at: path, in: cookie)
            }
        }
        for (first, second) in [("accept", "accept"), ("accept", "deny"), ("deny", "accept")] {
            samples.steps("E21", "\"\(second)\" after \"\(first)\"", .exchangeFinished, on: [.service]) { attacker, _ in
                let (path, cookie) = try await attacker.identify()
                _ = try await attacker.press(first, at: path, in: cookie)
                return try await attacker.judgePress(second, at: path, in: cookie)
            }
        }
        samples.steps("E21", "back to the data after the end", .exchangeFinished, on: [.service]) { attacker, _ in
            let (path, cookie) = try await attacker.identify()
            _ = try await attacker.press("accept", at: path, in: cookie)
            return try await attacker.judgeGet(path, in: cookie)
        }
        samples.steps("E21", "an answer six times at once", on: [.connector]) { attacker, role in
            let (_, answer) = try await attacker.open(role)
            let taken = try await attacker.atOnce(6) { try await $0.courier.send(answer) }
            return .harmless("once", if: taken == 1, else: "\(taken) answers")
        }
        samples.steps("E21", "\"accept\" six times at once", on: [.service]) { attacker, _ in
            let (path, cookie) = try await attacker.identify()
            let taken = try await attacker.atOnce(6) { try await $0.press("accept", at: path, in: cookie) }
            return .harmless("once", if: taken == 1, else: "\(taken) answers")
        }
        samples.steps("E21", "a request six times at once", on: Role.requests) { attacker, role in
            let (_, request) = try await attacker.open(role)
            let taken = try await attacker.atOnce(6) { try await $0.courier.send(request) }
            return .harmless("once", if: taken == 1, else: "\(taken) logins")
        }
    }
}

extension Attacker {
    /// How many of several of the same at once were served.
    fileprivate func atOnce(
        _ count: Int, _ work: @escaping @Sendable (Attacker) async throws -> Reply
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<count { group.addTask { try await work(self).status < 400 } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }
}
