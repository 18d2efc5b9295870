// SPDX-License-Identifier: EUPL-1.2
import Federation
import YAMLText

extension IPAddress {
    /// What this address is for, if it is not one of the public Internet; `nil` if it is.
    ///
    /// IANA's registries of special addresses (RFC 6890), with multicast, what is reserved, and every way of writing an IPv4
    /// address inside an IPv6 one. Of IPv6 only 2000::/3 was ever given out: the rest is refused, whatever it will be.
    var specialUse: String? {
        if isMapped { return "IPv4-mapped" }
        if let use = Self.specialUses.first(where: { $0.block.contains(octets) })?.use { return use }
        return isIPv6 && octets[0] >> 5 != 1 ? "not given out" : nil
    }

    /// `::ffff:0:0/96`, which ``AddressBlock`` takes for the IPv4 address inside.
    private var isMapped: Bool {
        isIPv6 && octets.prefix(10).allSatisfy { $0 == 0 } && octets[10...11].allSatisfy { $0 == 0xFF }
    }

    private static let specialUses: [(block: AddressBlock, use: String)] = [
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),
        ("2001:2::/48", "benchmarking"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    ].compactMap { text, use in AddressBlock(text).map { ($0, use) } }
}

/// Which addresses we connect to.
struct AddressPolicy: Sendable {
    /// In spite of their special use.
    var allowed: [AddressBlock]

    /// All or nothing: a name that points to a public address and to one of ours is not a mistake of anybody.
    func check(_ addresses: [IPAddress], of url: String) throws(Rejection) {
        for address in addresses where !allowed.contains(where: { $0.contains(address.octets) }) {
            guard let use = address.specialUse else { continue }
            throw Rejection(
                .metadataAddressRefused, url, expected: "public addresses, or blocks that the settings allow",
                found: "\(address) (\(use))")
        }
    }
}
