// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// A block of IP addresses in CIDR notation, such as `10.0.0.0/8` or `fd00::/8` (RFC 4632 §3.1, RFC 4291 §2.3), or a
/// single address.
public struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    /// The first address of the block: 4 octets for IPv4, 16 for IPv6.
    public let address: [UInt8]
    /// How many of its first bits all addresses of the block share.
    public let prefixLength: Int

    /// `nil` for anything else, also where bits behind the prefix are set, and for IPv4 written as IPv6 (`::ffff:…`).
    public init?(_ text: String) {
        guard let block = Self(anywhereIn: text), block.first == block.address else { return nil }
        self = block
    }

    /// Like ``init(_:)``, but any address of the block may stand before the slash.
    private init?(anywhereIn text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let address = Self.written(parts[0]), !Self.isMapped(address) else { return nil }
        let bits = address.count * 8
        let length = parts.count == 1 ? bits : Int(parts[1]) ?? -1
        guard (0...bits).contains(length), parts.count == 1 || String(length) == parts[1] else { return nil }
        (self.address, prefixLength) = (address, length)
    }

    /// Whether an address is in the block. IPv4 in an IPv6 address (RFC 4291 §2.5.5.2) counts as IPv4, and an IPv6 block
    /// holds none of it.
    ///
    /// - Parameter octets: 4 or 16, in network order; ``octets(of:)`` makes them.
    public func contains(_ octets: [UInt8]) -> Bool {
        let octets = Self.isMapped(octets) ? Array(octets.suffix(4)) : octets
        return octets.count == address.count && Self.masked(octets, to: prefixLength) == address
    }

    /// The octets of a textual address, 4 for IPv4 (also for IPv4 in an IPv6 address) and 16 for IPv6; `nil` for anything
    /// else, such as octal or shortened IPv4, or IPv6 with a zone.
    public static func octets(of text: String) -> [UInt8]? {
        written(text).map { isMapped($0) ? Array($0.suffix(4)) : $0 }
    }

    public var description: String {
        let isSingle = prefixLength == address.count * 8
        return Self.text(address) + (isSingle ? "" : "/\(prefixLength)")
    }

    /// The block that was probably meant by a text whose bits behind the prefix are set.
    static func covering(_ text: String) -> AddressBlock? {
        Self(anywhereIn: text).flatMap { Self("\(Self.text($0.first))/\($0.prefixLength)") }
    }

    private var first: [UInt8] { Self.masked(address, to: prefixLength) }

    private static func masked(_ octets: [UInt8], to length: Int) -> [UInt8] {
        octets.indices.map { index in
            let kept = min(max(length - index * 8, 0), 8)
            return octets[index] & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
    }

    private static func isMapped(_ octets: [UInt8]) -> Bool {
        octets.count == 16 && octets.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    }

    private static func written(_ text: String) -> [UInt8]? {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let isIPv6 = text.contains(":")
        var octets = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        return inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &octets) == 1 ? octets : nil
    }

    private static func text(_ octets: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(octets.count == 16 ? AF_INET6 : AF_INET, octets, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }
}

extension YAMLValue {
    /// A block of addresses, as ``AddressBlock`` reads it.
    public func addressBlock() -> AddressBlock? {
        let expected = "a block of addresses such as 10.0.0.0/8 or fd00::/8, or one address"
        guard let text = string(expected) else { return nil }
        if let block = AddressBlock(text) { return block }
        let meant = AddressBlock.covering(text).map { "Write \($0): no bit behind the prefix may be set." }
        fault(
            expected: expected, found: quoted(text),
            advice: meant ?? "Write IPv4 with four decimal numbers, also in IPv6.")
        return nil
    }
}
