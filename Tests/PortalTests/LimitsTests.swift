// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import Testing
import YAMLText

@testable import Portal

@Suite("Limits for each requester and each address")
struct LimitsTests {
    static let noon = Date(timeIntervalSince1970: 1_795_262_400)

    @Test("So many at once after a quiet minute, and then as many as a minute brings")
    func rate() {
        let rates = Rates<String>(perMinute: 60)
        #expect((0..<100).count { _ in rates.take("a", at: Self.noon) } == 60)
        #expect((0..<100).count { _ in rates.take("a", at: Self.noon + 10) } == 10)
        #expect((0..<100).count { _ in rates.take("a", at: Self.noon + 3600) } == 60)
    }

    @Test("What is told of the share of a refused message is what it takes")
    func costOfRefusals() {
        #expect(PortalMiddleware.refusalCost == 5)
        #expect(Rule.requestRate.explanation.meaning.contains("a refused message counts as five"))
    }

    @Test("Nobody pays for what another one took, and 0 is no limit")
    func independence() {
        let rates = Rates<Int>(perMinute: 5)
        for _ in 0..<20 { _ = rates.take(1, at: Self.noon) }
        #expect(!rates.admits(1, at: Self.noon) && rates.admits(2, at: Self.noon))
        rates.charge(2, 100, at: Self.noon)
        #expect(!rates.take(2, at: Self.noon) && rates.take(2, at: Self.noon + 12))
        let none = Rates<Int>(perMinute: 0)
        #expect((0..<1000).allSatisfy { _ in none.take(1, at: Self.noon) })
    }

    @Test("Among a hundred times more keys than places, who took most stays known and newcomers are let in")
    func crowd() {
        let rates = Rates<Int>(perMinute: 2, places: 64)
        let admitted = (0..<6400).count { key in
            for _ in 0..<2 { _ = rates.take(-1, at: Self.noon) }
            return rates.take(key, at: Self.noon)
        }
        #expect(admitted == 6400 && !rates.admits(-1, at: Self.noon))
    }

    @Test("A clock that goes back brings nothing")
    func clock() {
        let rates = Rates<Int>(perMinute: 1)
        #expect(rates.take(1, at: Self.noon) && !rates.take(1, at: Self.noon - 3600))
    }

    static let proxies = ClientAddresses(
        readsForwarded: true, proxies: ["10.0.0.0/8", "::1"].compactMap { AddressBlock($0) })

    @Test(
        "The client is the last address that is none of a proxy",
        arguments: [
            ("203.0.113.1", ["198.51.100.7"], "203.0.113.1"), ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", ["192.0.2.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", ["192.0.2.9, 198.51.100.7, 10.9.9.9"], "198.51.100.7"),
            ("10.0.0.1", ["192.0.2.9", "198.51.100.7 ", "10.9.9.9"], "198.51.100.7"),
            ("10.0.0.1", ["198.51.100.7, unknown"], "10.0.0.1"), ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"), ("::1", ["2001:db8::7"], "2001:db8::7"),
        ])
    func forwarded(peer: String, header: [String], client: String) throws {
        let octets = try #require(AddressBlock.octets(of: peer))
        #expect(Self.proxies.address(behind: header, from: octets) == AddressBlock.octets(of: client))
    }

    @Test("A network of 64 bits is one client; a proxy and this machine stand for everybody")
    func clients() throws {
        func client(_ text: String) throws -> Client? {
            Self.proxies.client(try #require(AddressBlock.octets(of: text)))
        }
        #expect(try client("2001:db8:1:2::1") == client("2001:db8:1:2:ffff::9"))
        #expect(try client("2001:db8:1:2::1") != client("2001:db8:1:3::1"))
        #expect(try client("198.51.100.7") != client("198.51.100.8"))
        #expect(try ["10.1.1.1", "127.0.0.1", "127.8.8.8", "::1"].allSatisfy { try client($0) == nil })
    }

    private func exchange(_ number: Int, at now: Date) throws -> Exchange {
        let request = try World().receive().request
        let id = try #require(Exchange.ID(rawValue: String(repeating: "0", count: 28) + String(1000 + number)))
        return Exchange(id: id, request: request, browser: "", openedAt: now, expiresAt: now + 900)
    }

    @Test("A requester has so many exchanges open, an address so many, and what ends or expires makes room")
    func open() throws {
        let inFlight = InFlight(limit: 10, perRequester: 3, perAddress: 2)
        let (here, there) = (Client([192, 0, 2, 1]), Client([192, 0, 2, 2]))
        let exchanges = try (0..<5).map { try exchange($0, at: Self.noon) }
        try inFlight.begin(exchanges[0], from: here, at: Self.noon)
        try inFlight.begin(exchanges[1], from: here, at: Self.noon)
        #expect(try brokenRule { try inFlight.begin(exchanges[2], from: here, at: Self.noon) } == .exchangesOpen)
        try inFlight.begin(exchanges[2], from: there, at: Self.noon)
        #expect(try brokenRule { try inFlight.begin(exchanges[3], from: nil, at: Self.noon) } == .exchangesOpen)
        inFlight.end(exchanges[0].id)
        inFlight.end(exchanges[0].id)
        try inFlight.begin(exchanges[3], from: here, at: Self.noon)
        #expect(try brokenRule { try inFlight.begin(exchanges[4], from: nil, at: Self.noon + 899) } == .exchangesOpen)
        try inFlight.begin(exchange(4, at: Self.noon + 900), from: here, at: Self.noon + 900)
        #expect(inFlight.count(at: Self.noon + 900) == 1)
    }
}
