// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SQLiteStore
import Storage
import Testing

@Suite("What is kept of people who were turned away")
struct IncidentTests {
    @Test("Is found by its code as it was, with its audit line", arguments: StoreUnderTest.all)
    func found(store: StoreUnderTest) async throws {
        try await store.run { store in
            let (one, other) = (Incident.sample(1, of: .sample()), Incident.sample(2))
            try await store.record(one, .sample(.messageRejected))
            try await store.record(other, nil)
            #expect(try await store.incident(one.support) == one)
            #expect(try await store.incident(other.support) == other)
            #expect(try await store.incident(SupportCode(random: 3)) == nil)
            #expect(try await store.verifiedLines().count == 1)
        }
    }

    @Test("Is forgotten when its time is over, and not before", arguments: StoreUnderTest.all)
    func forgotten(store: StoreUnderTest) async throws {
        try await store.run { store in
            let incident = Incident.sample(1)
            try await store.record(incident, nil)
            try await store.purge(before: incident.until)
            #expect(try await store.incident(incident.support) == incident)
            try await store.purge(before: incident.until + 1)
            #expect(try await store.incident(incident.support) == nil)
        }
    }

    @Test("Whoever sends rubbish in masses drives out rubbish, and no login", arguments: StoreUnderTest.all)
    func bounded(store: StoreUnderTest) async throws {
        try await store.run { store in
            let login = Incident.sample(0, of: .sample())
            try await store.record(login, nil)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...(incidentLimit + 3) {
                    group.addTask { try await store.record(.sample(UInt64(number)), nil) }
                }
                try await group.waitForAll()
            }
            var kept = 0
            for number in 1...(incidentLimit + 3) {
                kept += try await store.incident(SupportCode(random: UInt64(number))) == nil ? 0 : 1
            }
            #expect(kept == incidentLimit)
            #expect(try await store.incident(login.support) == login)
        }
    }

    @Test("The lines of an exchange are found among others, by time and name", arguments: StoreUnderTest.all)
    func lines(store: StoreUnderTest) async throws {
        try await store.run { store in
            for number in 0..<200 {
                try await store.record(.sample(.requestReceived, at: .noon + Double(number * 60), number % 10))
            }
            let lines = try await store.auditLines(
                where: .exchange, is: Exchange.ID.numbered(7).rawValue, from: .noon + 3600, to: .noon + 7200)
            let records = lines.compactMap(AuditRecord.init)
            #expect(records.map(\.counter) == [68, 78, 88, 98, 108, 118])
            #expect(records.allSatisfy { $0.exchange == Exchange.ID.numbered(7).rawValue && $0.sender == nil })
        }
    }

    @Test("Is read beside the node that writes it, and after it has ended")
    func reader() async throws {
        try await withFile { path in
            let store = try SQLiteStore(path: path, sealing: AtRest(.sample))
            let incident = Incident.sample(1, of: .sample())
            try await store.record(incident, .sample(.messageRejected))
            #expect(try await SQLiteReader(path: path).incident(incident.support) == incident)
            await store.close()
            let reader = try SQLiteReader(path: path)
            #expect(try await reader.incident(incident.support) == incident)
            #expect(try await reader.lastAuditLine()?.counter == 1)
        }
    }

    @Test("Long names and endless checks of strangers are cut short")
    func strangers() {
        let claim = Incident.Claim(sender: EntityID(String(repeating: "a", count: 9999)), message: MessageID("_\n1"))
        #expect(claim.sender?.rawValue.count == 200 && claim.message?.rawValue == "_\u{FFFD}1")
        let checks = (0..<9999).map { Incident.Check(.xmlLimit, "element \($0 / 2)") }
        let examined = Incident.Examined(.receiveRequest, each: checks)
        #expect(examined.passed.count == 160 && Set(examined.passed).count == 160)
    }
}

extension Incident {
    static func sample(_ number: UInt64, of exchange: Exchange? = nil) -> Incident {
        Incident(
            Rejection(.signatureDigest, "Response", expected: "a", found: "b"), SupportCode(random: number), at: .noon,
            until: .noon + 86_400, .receiveResponse, direction: .connector, of: exchange,
            claim: Claim(sender: EntityID("https://x"), message: MessageID("_1")),
            examined: [
                Examined(.receiveResponse, passed: [Check(.xmlMalformed, "document"), Check(.signatureMissing, "")])
            ])
    }
}
