// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import HTTPTypes
import PuenteTestKit
import Storage
import Testing
import Trust
import XMLSecurity

@testable import Portal

@Suite("What is written down of who is turned away", .timeLimit(.minutes(10)))
struct RefusalTests {
    @Test("The code on the page leads to the rule, the checks of each step and the audit line")
    func told() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let (_, asked) = try await browser.agree()
            let page = try await browser.answer(asked) { $0.response.set("Destination", "https://elsewhere.example") }
            let shown = try #require(page.text.firstMatch(of: /translate="no">([0-9A-Z-]+)</))
            let code = try #require(SupportCode(parsing: String(shown.1)))
            let incident = try #require(await node.store.incident(code))
            #expect(incident.rejection.rule == .messageDestination && incident.step == .receiveResponse)
            #expect(incident.direction == .proxyService && incident.exchange != nil)
            #expect(incident.examined.map(\.step) == [.receiveRequest, .receiveResponse])
            for examined in incident.examined {
                #expect(examined.passed.contains(.init(.xmlMalformed, "document")))
                #expect(examined.passed.contains { $0.rule == .signatureValue })
            }
            let lines = await node.store.auditLines(
                where: .support, is: "\(code)", from: .distantPast, to: .distantFuture)
            #expect(lines.compactMap { AuditRecord($0)?.result } == [Rule.messageDestination.code])
        }
    }

    @Test("Who asks for what is not there leaves no trace in the store")
    func crawlers() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let page = try await browser.get(Paths.gatewayAnswers)
            #expect(page.status == .methodNotAllowed)
            #expect(await node.audit() == "")
        }
    }

    @Test("Refusals are counted by rule and side")
    func counted() {
        let refusals = Refusals()
        refusals.count(.signatureDigest, .connector)
        refusals.count(.signatureDigest, .connector)
        refusals.count(.overloaded, nil)
        let text = refusals.text()
        #expect(text.contains("puente_refusals_total{rule=\"signature.digest\",side=\"connector\"} 2\n"))
        #expect(text.contains("puente_refusals_total{rule=\"own.overloaded\",side=\"none\"} 1\n"))
        #expect(text.hasPrefix("# HELP puente_refusals_total") && text.hasSuffix("\n"))
    }

    @Test("So many are written down at once, and then so many a second")
    func budget() {
        let (refusals, now) = (Refusals(), Date(timeIntervalSince1970: 1_795_262_400))
        func written(_ count: Int, _ withExchange: Bool, after seconds: Double) -> [Budget.Answer: Int] {
            (0..<count).reduce(into: [:]) { answers, _ in
                answers[refusals.mayWrite(withExchange: withExchange, at: now + seconds), default: 0] += 1
            }
        }
        #expect(written(2010, false, after: 0) == [.yes: 2000, .notAnyMore: 1, .no: 9])
        #expect(written(10, true, after: 0) == [.yes: 10])
        #expect(written(30, false, after: 10) == [.yes: 20, .notAnyMore: 1, .no: 9])
    }
}
