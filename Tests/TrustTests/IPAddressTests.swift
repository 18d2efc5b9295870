// SPDX-License-Identifier: EUPL-1.2
import Testing
import Trust

@Suite("Addresses of the network")
struct IPAddressTests {
    @Test("What is read is written again", arguments: ["192.0.2.1", "0.0.0.0", "::", "::1", "2001:db8::5", "fe80::1"])
    func text(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == text)
        #expect(IPAddress(octets: address.octets) == address)
        #expect(address.isIPv6 == text.contains(":"))
    }

    @Test(
        "Only whole addresses are addresses",
        arguments: [
            "", "127.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5", "1.2.3.256", "[::1]", "fe80::1%eth0", "::1::",
        ]
    )
    func noAddress(text: String) { #expect(IPAddress(text) == nil) }

    @Test("Only 4 or 16 octets are an address", arguments: [0, 3, 5, 15, 17])
    func noOctets(count: Int) { #expect(IPAddress(octets: [UInt8](repeating: 1, count: count)) == nil) }

    @Test("One household has an IPv4 address, or 64 bits of IPv6")
    func household() throws {
        #expect(try #require(IPAddress("192.0.2.1")).household == "192.0.2.1")
        #expect(try #require(IPAddress("2001:db8:1:2:3:4:5:6")).household == "2001:db8:1:2::/64")
    }
}
