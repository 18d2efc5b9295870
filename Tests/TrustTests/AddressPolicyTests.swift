// SPDX-License-Identifier: EUPL-1.2
import Federation
import Testing
import YAMLText

@testable import Trust

@Suite("Addresses that metadata is fetched from")
struct AddressPolicyTests {
    static let special: [(String, String)] = [
        ("0.0.0.0", "this network"), ("0.255.255.255", "this network"), ("10.0.0.0", "private"),
        ("10.255.255.255", "private"), ("100.64.0.0", "carrier-grade NAT"), ("100.127.255.255", "carrier-grade NAT"),
        ("127.0.0.1", "loopback"), ("127.255.255.255", "loopback"), ("169.254.169.254", "link-local"),
        ("172.16.0.0", "private"), ("172.31.255.255", "private"), ("192.0.0.192", "protocol assignments"),
        ("192.0.2.1", "documentation"), ("192.88.99.1", "6to4 relay"), ("192.168.255.255", "private"),
        ("198.18.0.0", "benchmarking"), ("198.19.255.255", "benchmarking"), ("198.51.100.7", "documentation"),
        ("203.0.113.7", "documentation"), ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"),
        ("240.0.0.0", "reserved"), ("255.255.255.255", "reserved"), ("::", "unspecified"), ("::1", "loopback"),
        ("::ffff:8.8.8.8", "IPv4-mapped"), ("::ffff:127.0.0.1", "IPv4-mapped"), ("::8.8.8.8", "IPv4-compatible"),
        ("::ffff:0:127.0.0.1", "IPv4-translated"), ("64:ff9b::127.0.0.1", "NAT64"), ("64:ff9b:1::1", "NAT64"),
        ("100::1", "discard"), ("2001::1", "Teredo"), ("2001:2::1", "benchmarking"),
        ("2001:10::1", "protocol assignments"), ("2001:db8::1", "documentation"), ("2002:7f00:1::", "6to4"),
        ("3fff::1", "documentation"), ("5f00::1", "segment routing"), ("fc00::1", "unique local"),
        ("fdff::1", "unique local"), ("fe80::1", "link-local"), ("febf::1", "link-local"), ("fec0::1", "site-local"),
        ("ff02::1", "multicast"), ("4000::1", "not given out"), ("200::1", "not given out"),
        ("e000::1", "not given out"),
    ]

    @Test("Every special use is known by its name", arguments: special)
    func named(text: String, use: String) throws { #expect(try #require(IPAddress(text)).specialUse == use) }

    @Test(
        "Neighbours of special blocks are public",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
            "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:db9::1", "2003::1",
            "2a00:1450::1", "2606:4700::1111",
        ])
    func open(text: String) throws { #expect(try #require(IPAddress(text)).specialUse == nil) }

    static func check(_ addresses: [String], allowing blocks: [String] = []) throws {
        try AddressPolicy(allowed: blocks.compactMap(AddressBlock.init)).check(
            addresses.compactMap(IPAddress.init), of: "https://node.example/")
    }

    @Test("One address that is not public is one too many")
    func mixture() throws {
        try Self.check(["1.1.1.1", "2606:4700::1111"])
        let refused = #expect(throws: Rejection.self) { try Self.check(["1.1.1.1", "10.0.0.1"]) }
        #expect(refused?.rule == .metadataAddressRefused)
        #expect(refused?.found == "10.0.0.1 (private)")
    }

    @Test("An allowed block lets its own addresses pass and no others")
    func allowed() throws {
        try Self.check(["10.1.2.3", "1.1.1.1"], allowing: ["10.1.0.0/16"])
        try Self.check(["fd00::1"], allowing: ["10.1.0.0/16", "fd00::/8"])
        for other in ["10.2.0.1", "::ffff:10.2.0.1", "127.0.0.1"] {
            #expect(throws: Rejection.self) { try Self.check([other], allowing: ["10.1.0.0/16"]) }
        }
    }
}
