// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// An IPv4 or IPv6 address. The two families never equal each other: `::ffff:10.0.0.1` is not `10.0.0.1`.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 of them, in the order of the network.
    public let octets: [UInt8]

    /// `nil` unless there are 4 or 16 octets.
    public init?(octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        self.octets = octets
    }

    /// Four decimal numbers, or the text of RFC 4291 §2.2, without brackets and without zone. Nothing else that
    /// `getaddrinfo` takes for an address, such as `127.1`.
    public init?(_ text: String) {
        var octets = [UInt8](repeating: 0, count: text.contains(":") ? 16 : 4)
        guard inet_pton(octets.count == 16 ? AF_INET6 : AF_INET, text, &octets) == 1 else { return nil }
        self.octets = octets
    }

    public var isIPv6: Bool { octets.count == 16 }

    /// The address; of IPv6 the network of 64 bits, of which one household has all, such as `2001:db8::/64`.
    public var household: String {
        guard isIPv6, let network = IPAddress(octets: octets.prefix(8) + [UInt8](repeating: 0, count: 8)) else {
            return description
        }
        return "\(network)/64"
    }

    public var description: String {
        var text = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        text.withUnsafeMutableBytes { buffer in
            _ = inet_ntop(
                isIPv6 ? AF_INET6 : AF_INET, octets, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                socklen_t(buffer.count))
        }
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
}
