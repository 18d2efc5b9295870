// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Settings
import Synchronization
import Testing
import XMLSecurity

@testable import Trust

/// Something that ends, without a certificate behind it.
extension End {
    static func certificate(
        _ kind: EndDate.Kind = .signing, _ country: String? = "PT", _ digest: String, _ place: String = "node",
        until date: Date
    ) throws -> End {
        let owner: EndDate.Owner = try country.map { .country(try World.memberState($0)) } ?? .ours
        var end = End(kind, owner, "CN=\(digest)", place, until: date)
        end.fingerprint = digest
        return end
    }
}

@Suite("The calendar of end dates")
struct TrustCalendarTests {
    static let days = [60, 30, 14, 7, 1]
    static let now = Life.start
    static func day(_ days: Double) -> Date { now + days * Publisher.day }

    @Test("One certificate is one end, whatever it is used for; each country has its own")
    func merging() throws {
        let ends = [
            try End.certificate(.signing, "PT", "aa", "proxy-service x", until: Self.day(10)),
            try End.certificate(.pin, "PT", "aa", "connector x", until: Self.day(10)),
            try End.certificate(.signing, "PT", "aa", "connector x", until: Self.day(10)),
            try End.certificate(.pin, "DE", "aa", "connector y", until: Self.day(10)),
            try End.certificate(.tls, nil, "bb", "listen.tls", until: Self.day(-2.5)),
            End(
                .serviceList, .country(try World.memberState("DE")), "german-list", "list german-list",
                until: Self.day(400)),
        ]
        let calendar = TrustCalendar(ends, alarms: Self.days, at: Self.now)
        #expect(calendar.ends.map(\.owner.word) == ["ours", "DE", "PT", "DE"])
        #expect(calendar.ends.map(\.daysLeft) == [-3, 10, 10, 400])
        #expect(calendar.ends.map(\.alarm) == [1, 14, 14, nil])
        #expect(
            calendar.ends[2].kinds == [.signing, .pin] && calendar.ends[2].places == ["connector x", "proxy-service x"])
        #expect(calendar.ends[2].what == "signing, pin certificate" && calendar.ends[3].what == "service-list")
        #expect(calendar.alarming.count == 3)
        #expect(calendar.within(days: 5).ends.map(\.owner.word) == ["ours"])
        let json = try #require(
            JSONSerialization.jsonObject(with: JSON.encode(calendar)) as? [String: Any])
        let first = try #require((json["ends"] as? [[String: Any]])?.first)
        #expect(first["country"] as? String == "ours" && first["kinds"] as? [String] == ["tls"])
        #expect(first["fingerprint"] as? String == "bb" && first["alarm"] as? Int == 1)
    }

    @Test("A node brings its metadata, the certificates in it, who signed it, and its pins")
    func node() throws {
        let life = try Life([Life.entry(pins: [.p384, .p521])])
        try life.pass(Publisher(hours: 24))
        let settings = life.verifier.settings
        let ends = life.held.flatMap { $0.ends(settings, nil) }
        #expect(ends.map(\.kind) == [.metadata, .signing, .metadataSigner, .pin, .pin])
        #expect(ends[0].date == life.now + 86_400 && ends[0].renewal?.works == true)
        #expect(Set(ends.map(\.owner)) == [.country(try World.memberState("NO"))])
        let calendar = TrustCalendar(ends, alarms: Self.days, at: life.now)
        #expect(
            calendar.ends.map(\.kinds)
                == [[.metadata], [.signing], [.metadataSigner, .pin], [.pin]].sorted { a, b in
                    calendar.ends.firstIndex { $0.kinds == a } ?? 0 < calendar.ends.firstIndex { $0.kinds == b } ?? 0
                })
        #expect(calendar.alarming.isEmpty && calendar.ends[0].renewsItself)
        // Switched off, it is nobody's concern.
        life.entries[0].enabled = false
        try life.pass()
        #expect(life.held.flatMap { $0.ends(settings, nil) }.isEmpty)
    }

    @Test("The grace of the settings counts")
    func grace() throws {
        let life = try Life(settings: "trust: {grace-hours: 48}")
        try life.pass(Publisher(hours: 24))
        #expect(life.held[0].ends(life.verifier.settings, nil)[0].date == life.now + 3 * 86_400)
    }

    /// Hours after a document for ten days was found, whether its source works, and the alarm that is due.
    static let renewals: [(hours: Double, works: Bool, alarm: Int?)] = [
        (0, false, nil), (119, false, nil), (120, false, 60), (180, false, 30), (212, false, 14), (226, false, 7),
        (238, false, 1), (120, true, nil), (209, true, nil), (212, true, 14), (238, true, 1),
    ]

    @Test("Metadata that is renewed is an alarm only when that fails, or near its end", arguments: renewals)
    func renewed(row: (hours: Double, works: Bool, alarm: Int?)) {
        let end = End(
            .metadata, .ours, "x", "x", until: Self.day(10),
            End.Renewal(validSeconds: 10 * Publisher.day, works: row.works))
        #expect(end.due(Self.days, at: Self.now + row.hours * 3600).min() == row.alarm)
    }

    @Test("Metadata in a file, and that of a source which fails, is not renewed by itself")
    func stuck() throws {
        let life = try Life()
        try life.pass(Publisher())
        let settings = life.verifier.settings
        func works(_ held: Held, failures: Int = 0) -> Bool? {
            held.ends(settings, TrustArchive.Fetch(askedAt: life.now, failures: failures))[0].renewal?.works
        }
        #expect(works(life.held[0]) == true && works(life.held[0], failures: 1) == false)
        var file = life.held[0]
        file.record.entry.source = .file(path: "/x")
        #expect(works(file) == false)
        try life.pass(days: 0.1, [nil])
        #expect(works(life.held[0]) == false)
        // For a year: by the days, whatever the source says.
        try life.pass(days: 0.1, Publisher(hours: 24 * 365))
        #expect(works(life.held[0], failures: 3) == nil)
    }

    @Test("Services and what they gave us are ours; one that is switched off is not looked at")
    func services() throws {
        var entry = ServiceEntry(
            providerName: EntityID("S1"), displayName: ["es": "x"],
            certificates: [Data(try TestKey.service.certificate().der)], returnAddresses: ["https://x.example/"],
            lowestLoA: .low, attributes: [],
            encryption: .init(certificate: Data(try TestKey.p256a.certificate().der)))
        #expect(entry.ends.map(\.kind) == [.service, .service] && entry.ends.allSatisfy { $0.owner == .ours })
        #expect(entry.ends.map(\.place) == ["service S1", "service S1"])
        entry.enabled = false
        #expect(entry.ends.isEmpty)
        let portugal = try World.memberState("PT")
        let list = ServiceListEntry(
            name: "pt", source: .file(path: "/x"), pins: [Data(try TestKey.p384.certificate().der)],
            territories: [portugal])
        #expect(list.ends.map(\.owner) == [.country(portugal)] && list.ends[0].place == "list pt")
    }

    @Test("Metrics: a line for each use, each of its own name")
    func metrics() throws {
        let ends = [
            try End.certificate(.signing, "PT", "aa", "connector x", until: Self.day(10.5)),
            try End.certificate(.pin, "PT", "aa", "connector x", until: Self.day(10.5)),
            End(.metadata, .ours, "a", "connector a\"\\\n", until: Self.day(-1)),
            End(.metadata, .ours, "a", "proxy-service a", until: Self.day(1)),
        ]
        let text = TrustMetrics(
            calendar: TrustCalendar(ends, alarms: Self.days, at: Self.now),
            nodes: [
                (NodeKey(EntityID("a"), .proxyService), try World.memberState("PT"), true),
                (NodeKey(EntityID("a"), .connector), try World.memberState("PT"), false),
            ], failures: ["https://b": 0, "https://a": 3]
        ).text
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
        #expect(
            lines == [
                #"puente_trust_days_left{kind="metadata",country="ours",fingerprint="",entity="connector a\"\\\n"} -1.00"#,
                #"puente_trust_days_left{kind="metadata",country="ours",fingerprint="",entity="proxy-service a"} 1.00"#,
                #"puente_trust_days_left{kind="signing",country="PT",fingerprint="aa"} 10.50"#,
                #"puente_trust_days_left{kind="pin",country="PT",fingerprint="aa"} 10.50"#,
                #"puente_trust_node_usable{country="PT",role="proxy-service",entity="a"} 1"#,
                #"puente_trust_node_usable{country="PT",role="connector",entity="a"} 0"#,
                #"puente_trust_fetch_failures{source="https://a"} 3"#,
                #"puente_trust_fetch_failures{source="https://b"} 0"#,
            ])
        #expect(text.matches(of: /# TYPE puente_trust_[a-z_]+ gauge\n/).count == 3 && text.hasSuffix("\n"))
    }
}
