// SPDX-License-Identifier: EUPL-1.2
import Dispatch
import Federation
import Foundation
import Logging
import SAML
import Settings
import Synchronization
import Trust
import YAMLText

/// Whose endpoints have which address. What fetches metadata for a node is often the same machine; where it is another one,
/// nobody can tell.
struct PeerAddresses {
    private let names: [String: Set<String>]
    /// All of them, whether or not an address is known.
    private let all: Set<String>

    /// Asks the system's name service for the hosts of all peers, side by side.
    init(_ settings: Settings) {
        let pairs = Self.hosts(settings)
        let hosts = Dictionary(grouping: pairs, by: \.0).map { (host: $0.key, names: Set($0.value.map(\.1))) }
        let found = Mutex<[String: Set<String>]>([:])
        DispatchQueue.concurrentPerform(iterations: hosts.count) { number in
            let (host, names) = hosts[number]
            // nil: a name that nobody knows belongs to no address.
            for address in (try? HostLookup.system(host)) ?? [] {
                found.withLock { $0[address.household, default: []].formUnion(names) }
            }
        }
        names = found.withLock { $0 }
        all = Set(pairs.map(\.1))
    }

    /// Peers of a role none of whose addresses is among these.
    func unseen(_ role: EntityDescriptor.Role, among addresses: [String]) -> [String] {
        all.filter { $0.hasSuffix(" \(role.rawValue)") }.subtracting(addresses.flatMap { names[$0] ?? [] }).sorted()
    }

    func name(of address: String) -> String? { names[address]?.sorted().joined(separator: ", ") }

    private static func hosts(_ settings: Settings) -> [(String, String)] {
        var logger = Logger(label: "keys")
        logger.logLevel = .critical
        let directory = TrustDirectory(settings, at: Date(), logger: logger, for: .looking, into: Faults())
        // nil: what is wrong with the trust lists is told by puente check; here it costs names alone.
        let nodes = directory.flatMap { try? $0.report(at: Date()) }?.nodes ?? []
        return nodes.flatMap { node in
            (node.endpoints + [node.entityID.rawValue]).compactMap { address in
                URL(string: address)?.host().map { ($0, "\(node.country) \(node.role.rawValue)") }
            }
        }
    }
}
