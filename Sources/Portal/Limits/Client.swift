// SPDX-License-Identifier: EUPL-1.2
import Foundation
import HTTPTypes
public import Hummingbird
import NIOCore
public import YAMLText

/// Who shares one share of this node: an IPv4 address, or a /64 of IPv6, of which one household has all.
///
/// Kept in memory while logins and limits need it, and never written.
struct Client: Hashable, Sendable {
    private let network: [UInt8]

    /// - Parameter address: 4 or 16 octets.
    init(_ address: [UInt8]) { network = address.count == 16 ? Array(address.prefix(8)) : address }
}

/// Tells from where a request comes. What is written in it counts only where a proxy of the operator wrote it.
public struct ClientAddresses: Sendable {
    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    private static let thisMachine = ["127.0.0.0/8", "::1"].compactMap { AddressBlock($0) }

    private let readsForwarded: Bool
    private let proxies: [AddressBlock]

    /// - Parameters:
    ///   - readsForwarded: whether those proxies write `X-Forwarded-For`.
    ///   - proxies: the operator's own.
    public init(readsForwarded: Bool, proxies: [AddressBlock]) {
        self.readsForwarded = readsForwarded
        self.proxies = proxies
    }

    /// From where the request comes: 4 or 16 octets; `nil` where the connection has no address.
    public func address(of request: Request, _ context: PortalContext) -> [UInt8]? {
        guard let peer = context.remoteAddress?.ipAddress.flatMap(AddressBlock.octets) else { return nil }
        return readsForwarded ? address(behind: request.headers[values: Self.forwardedFor], from: peer) : peer
    }

    /// The nearest address that is none of a proxy: every proxy adds its own client at the end, and whatever stands before
    /// the first stranger is the stranger's word.
    func address(behind forwarded: [String], from peer: [UInt8]) -> [UInt8] {
        var address = peer
        for hop in forwarded.flatMap({ $0.split(separator: ",") }).reversed() where isProxy(address) {
            guard let next = AddressBlock.octets(of: hop.trimmingCharacters(in: .whitespaces)) else { break }
            address = next
        }
        return address
    }

    /// `nil` where an address says nothing about who it is: a proxy, declared or on this machine, stands for everybody.
    func client(of request: Request, _ context: PortalContext) -> Client? {
        address(of: request, context).flatMap(client)
    }

    func client(_ address: [UInt8]) -> Client? {
        isProxy(address) || Self.thisMachine.contains { $0.contains(address) } ? nil : Client(address)
    }

    private func isProxy(_ address: [UInt8]) -> Bool { proxies.contains { $0.contains(address) } }
}
