// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// E01, E02, E15, E20, E21: what came before.
    static let state: [Sample] = {
        var samples = Samples()
        requestsAgain(&samples)
        answersAgain(&samples)
        otherQuestions(&samples)
        otherBrowsers(&samples)
        tabs(&samples)
        return samples.all + logouts
    }()

    private static func requestsAgain(_ samples: inout Samples) {
        typealias Change = @Sendable (Genuine, inout Submission) throws -> Void
        let changes: [(String, Change)] = [
            ("the same request", { _, _ in }), ("the same request in another browser", { $1.cookie = nil }),
            ("the same request with another RelayState", { $1[field: "RelayState"] = "another" }),
            (
                "the same request with a comment behind it",
                { $1.put($0.signed.serialized() + Array("<!-- x -->".utf8)) }
            ),
            (
                "the same request with line breaks in Base64",
                { genuine, submission in
                    submission[field: "SAMLRequest"] = Base64.encode(genuine.signed.serialized()).wrapped(at: 60)
                }
            ),
            (
                "the same ID, written and signed anew",
                { genuine, submission in
                    submission.put(
                        try genuine.signing { $0.set("IssueInstant", Instant.write(Date() + 1)) }.serialized())
                }
            ),
            (
                "the same request, signed by another algorithm",
                { genuine, submission in
                    let algorithm: SignatureAlgorithm = genuine.role == .gateway ? .rsaSHA256 : .pssSHA512
                    submission.put(try genuine.signing { $0 = SignatureRecipe($0.key, algorithm) }.serialized())
                }
            ),
        ]
        for (title, change) in changes {
            samples.steps("E01", title, .replayed, on: Role.requests) { attacker, role in
                var (genuine, submission) = try await attacker.open(role)
                submission.cookie = try await attacker.succeed(submission).cookie
                try change(genuine, &submission)
                return try await attacker.attempt(submission)
            }
        }
        for binding in [ConnectorRequest.Binding.redirect, .nodeRedirect] {
            samples.steps("E01", "an address of binding \(binding) again", .replayed, on: [.proxyService]) {
                attacker, role in
                let submission = try attacker.redirect { $0.binding = binding }
                try await attacker.succeed(submission)
                return try await attacker.attempt(submission)
            }
        }
        samples.steps("E01", "the signed document of a form in an address", .replayed, on: [.proxyService]) {
            attacker, role in
            let (genuine, submission) = try await attacker.open(role)
            try await attacker.succeed(submission)
            let again = try attacker.redirect { request in
                request.binding = .nodeRedirect
                request.editsOctets = { _ in genuine.signed.serialized() }
            }
            return try await attacker.attempt(again)
        }
    }

    private static func answersAgain(_ samples: inout Samples) {
        samples.steps("E01", "the same answer", .responseUnsolicited, .exchangeFinished, on: Role.answers) {
            attacker, role in
            let (_, answer) = try await attacker.open(role)
            _ = try await attacker.deliver(answer)
            return try await attacker.attempt(answer)
        }
        samples.steps(
            "E01", "the same answer in another browser", .exchangeOtherBrowser, .responseUnsolicited, on: Role.answers
        ) { attacker, role in
            var (_, answer) = try await attacker.open(role)
            try await attacker.succeed(answer)
            answer.cookie = try await attacker.begin(.gateway).cookie
            return try await attacker.attempt(answer)
        }
        samples.steps(
            "E01", "another answer to the same question", .responseUnsolicited, .exchangeFinished, on: Role.answers
        ) {
            attacker, role in
            var (genuine, answer) = try await attacker.open(role)
            _ = try await attacker.deliver(answer)
            answer.put(
                try genuine.answering {
                    $0.response.set("ID", Genuine.evilID)
                    try $0.editAssertion { $0.set("ID", Genuine.evilID + "a") }
                })
            return try await attacker.attempt(answer)
        }
        typealias Reuse = @Sendable (inout NodeAnswer, _ response: String, _ assertion: String) throws -> Void
        let reuses: [(String, Reuse)] = [
            ("the ID of an earlier response", { answer, id, _ in answer.response.set("ID", id) }),
            ("the ID of an earlier assertion", { answer, _, id in try answer.editAssertion { $0.set("ID", id) } }),
        ]
        for (title, reuse) in reuses {
            samples.steps("E01", title, .replayed, on: Role.answers) { attacker, role in
                let (first, answer) = try await attacker.open(role)
                try await attacker.succeed(answer)
                return try await attacker.reuse(reuse, of: first, role)
            }
        }
        samples.steps("E07", "an assertion of one use in a second answer", .replayed, on: Role.answers) {
            attacker, role in
            var (first, answer) = try await attacker.open(role)
            let once: @Sendable (inout XMLNode) throws -> Void = { assertion in
                try assertion.edit("Conditions") { $0 = $0.appending(XMLNode(Namespace.saml2("OneTimeUse"))) }
            }
            answer.put(try first.answering { try $0.editAssertion(once) })
            try await attacker.succeed(answer)
            return try await attacker.reuse(
                { second, _, id in
                    try second.editAssertion {
                        try once(&$0)
                        $0.set("ID", id)
                    }
                }, of: first, role)
        }
        samples.alone("E01", "requests, answers and assertions again after a restart", .replayed) { bench in
            try await restarted(bench)
        }
    }

    private static func otherQuestions(_ samples: inout Samples) {
        let none: [(String, @Sendable (XMLNode) -> String?)] = [
            ("nothing", { _ in nil }), ("an empty text", { _ in "" }),
            ("a question of nobody", { _ in Genuine.evilID }),
            ("itself", { $0["ID"] }), ("the question in other case", { $0["InResponseTo"]?.uppercased() }),
            ("the question with a blank", { ($0["InResponseTo"] ?? "") + "x" }),
        ]
        for (title, id) in none {
            samples.content("E02", "an answer to \(title)", .responseUnsolicited, on: Role.answers) {
                $0.set("InResponseTo", id($0))
            }
            samples.assertion("E02", "confirmed for \(title)", .responseConfirmation) { assertion in
                try assertion.edit("SubjectConfirmationData") { $0.set("InResponseTo", id($0)) }
            }
        }
        samples.steps(
            "E02", "an answer to the request of the service or Connector", .responseUnsolicited, on: Role.answers
        ) {
            attacker, role in
            let (request, asking) = try await attacker.open(role == .connector ? .gateway : .proxyService)
            var (genuine, answer) = try attacker.answer(to: try await attacker.succeed(asking), by: role)
            answer.put(try genuine.signing { $0.set("InResponseTo", request.bare["ID"]) }.serialized())
            return try await attacker.attempt(answer)
        }
        samples.steps("E02", "an answer at the address of our other half", .responseUnsolicited, on: Role.answers) {
            attacker, role in
            var (_, answer) = try await attacker.open(role)
            answer.path = attacker.paths[role == .connector ? .service : .connector]
            return try await attacker.attempt(answer)
        }
        for (title, hasCookie) in [
            ("in a browser that never asked", false), ("in a browser that asked something else", true),
        ] {
            samples.steps("E15", "an answer that nobody asked for, \(title)", .responseUnsolicited, on: Role.answers) {
                attacker, role in
                var (genuine, answer) = try await attacker.open(role)
                if !hasCookie { answer.cookie = nil }
                answer[field: "RelayState"] = "https://servicio.example.es/"
                answer.put(
                    try genuine.answering {
                        $0.response.set("InResponseTo", nil)
                        try $0.editAssertion { try $0.set("InResponseTo", of: "SubjectConfirmationData", nil) }
                    })
                return try await attacker.attempt(answer)
            }
        }
    }
}

extension Attacker {
    /// Another login whose answer has something of an earlier one.
    fileprivate func reuse(
        _ change: (inout NodeAnswer, _ response: String, _ assertion: String) throws -> Void, of first: Genuine,
        _ role: Role
    ) async throws -> Outcome {
        var (genuine, answer) = try await open(role)
        let (response, assertion) = (first.bare["ID"] ?? "", first.assertion?["ID"] ?? "")
        answer.put(try genuine.answering { try change(&$0, response, assertion) })
        return try await attempt(answer)
    }
}

extension Corpus {
    /// What a node took before it was stopped is not taken by the one that follows it.
    private static func restarted(_ bench: Workbench) async throws -> Outcome {
        let field = try await Battlefield.make(
            in: bench.file("restarted"), program: bench.program, mappings: bench.file("mappings"), at: Date())
        defer {
            // In the folder of the other node, which goes too.
            try? FileManager.default.removeItem(at: field.bench.folder)
        }
        var before: [(Role, Genuine, Submission)] = []
        try await field.served { attacker in
            for role in Role.messages {
                let (genuine, submission) = try await attacker.open(role)
                try await attacker.succeed(submission)
                before.append((role, genuine, submission))
            }
        }
        var outcomes: [Outcome] = []
        try await field.served { attacker in
            for (role, genuine, submission) in before {
                guard role.isAnswer else {
                    outcomes.append(try await attacker.attempt(submission))
                    continue
                }
                outcomes.append(
                    try await attacker.reuse({ answer, id, _ in answer.response.set("ID", id) }, of: genuine, role))
                outcomes.append(
                    try await attacker.reuse(
                        { answer, _, id in try answer.editAssertion { $0.set("ID", id) } }, of: genuine, role))
            }
        }
        return .all(outcomes, by: .replayed)
    }
}

extension Battlefield {
    /// Starts the node, and stops it behind the work.
    func served<T>(_ work: (Attacker) async throws -> T) async throws -> T {
        let node = try await HostedNode(bench)
        do {
            let result = try await work(try Attacker(on: self, node))
            await node.stop()
            return result
        } catch {
            await node.stop()
            throw error
        }
    }
}
