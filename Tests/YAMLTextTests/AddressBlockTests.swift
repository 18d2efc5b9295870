// SPDX-License-Identifier: EUPL-1.2
import Testing
import YAMLText

@Suite("A block of addresses")
struct AddressBlockTests {
    @Test(
        "Holds the addresses that share its prefix, and no others",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
            ("192.168.4.0/22", "192.168.4.0", "192.168.7.255", "192.168.3.255", "192.168.8.0"),
            ("10.1.2.3", "10.1.2.3", "10.1.2.3", "10.1.2.2", "10.1.2.4"),
            ("10.1.2.2/31", "10.1.2.2", "10.1.2.3", "10.1.2.1", "10.1.2.4"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "::", "ffff::"),
            ("fd00::/8", "fd00::", "fdff:ffff::1", "fc00::", "fe80::1"),
            ("2001:db8::1", "2001:db8::1", "2001:DB8:0::1", "2001:db8::", "2001:db8::2"),
            ("::/0", "::1", "ffff::", "10.0.0.1", "::ffff:10.0.0.1"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:a01:203", "::ffff:11.0.0.1", "::10.0.0.1"),
        ])
    func contains(block: String, first: String, last: String, below: String, above: String) throws {
        let block = try #require(AddressBlock(block))
        #expect(try block.contains(#require(AddressBlock.octets(of: first))))
        #expect(try block.contains(#require(AddressBlock.octets(of: last))))
        #expect(try !block.contains(#require(AddressBlock.octets(of: below))))
        #expect(try !block.contains(#require(AddressBlock.octets(of: above))))
    }

    @Test("Octets in another number are in no block", arguments: [[], [10], [10, 0, 0, 0, 0]] as [[UInt8]])
    func odd(octets: [UInt8]) throws {
        #expect(try !#require(AddressBlock("0.0.0.0/0")).contains(octets))
        #expect(try !#require(AddressBlock("::/0")).contains(octets))
    }

    @Test("Is written back in one form", arguments: [("FD00:0::/8", "fd00::/8"), ("10.0.0.1/32", "10.0.0.1")])
    func description(text: String, written: String) {
        #expect(AddressBlock(text)?.description == written)
        #expect(AddressBlock(text) == AddressBlock(written))
    }

    @Test(
        "Is refused in any other form",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/8/8",
            "10/8", "10.0.0/8", "10.0.0.1/8", "010.0.0.0/8", "0x0a.0.0.0/8", "167772160", "10.0.0.256", "10.0.0.0 /8",
            "10.0.0.0/255.0.0.0", "fd00::1/8", "fd00::/129", "fe80::1%eth0", "[::1]", "::ffff:10.0.0.0/104",
            "::ffff:10.0.0.1", "localhost", "10.0.0.0\u{0}/8", "１０.0.0.0/8",
        ])
    func refused(text: String) { #expect(AddressBlock(text) == nil) }

    @Test(
        "A fault tells the block that was meant",
        arguments: [
            ("10.1.2.3/8", "Write 10.0.0.0/8"), ("fd00::1/8", "Write fd00::/8"), ("10/8", "four decimal numbers"),
            ("'::ffff:10.0.0.0/104'", "four decimal numbers"), ("a", "Write IPv4"),
        ])
    func advice(text: String, advice: String) {
        let faults = Faults()
        _ = YAMLDocument.parse("k: \(text)\n", file: "f.yaml", into: faults)?.map { $0["k"].addressBlock() }
        #expect(faults.sorted.map { [$0.line, $0.column] } == [[1, 4]])
        #expect(faults.sorted.first?.advice.contains(advice) == true, "\(faults.sorted)")
    }
}
