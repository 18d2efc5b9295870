// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// A range of IPv4 or IPv6 addresses (CIDR, RFC 4632).
public struct Network: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 octets; those past the prefix are zero.
    private let octets: [UInt8]
    /// 1 to 32, or 1 to 128.
    private let prefix: Int
    public let description: String

    /// Reads `address/prefix`, or one address. `nil` for anything else, for a prefix of 0, and if bits are set past it.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let octets = Self.octets(of: String(parts[0])) else { return nil }
        let bits = octets.count * 8
        guard let prefix = parts.count == 1 ? bits : Int(parts[1]), (1...bits).contains(prefix),
            parts.count == 1 || String(prefix) == parts[1], octets == Self.masked(octets, prefix)
        else { return nil }
        self.octets = octets
        self.prefix = prefix
        description = text
    }

    /// - Parameter address: an IPv4 or IPv6 address in text; one of IPv4 in the guise of IPv6 counts as IPv4.
    public func contains(_ address: String) -> Bool {
        guard var given = Self.octets(of: address) else { return false }
        if given.count == 16, given.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
            given = Array(given.suffix(4))
        }
        return given.count == octets.count && Self.masked(given, prefix) == octets
    }

    private static func octets(of address: String) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &octets) == 1 { return Array(octets.prefix(4)) }
        return inet_pton(AF_INET6, address, &octets) == 1 ? octets : nil
    }

    private static func masked(_ octets: [UInt8], _ prefix: Int) -> [UInt8] {
        octets.enumerated().map { index, octet in
            let kept = min(max(prefix - index * 8, 0), 8)
            return octet & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
        }
    }
}
