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
    private let names: [String: String]
    /// All of them, whether or not an address is known.
    private let all: Set<String>

    /// Asks the system's name service for the hosts of all peers, side by side.
    init(_ settings: Settings) {
        let hosts = Self.hosts(settings)
        let found = Mutex<[String: String]>([:])
        DispatchQueue.concurrentPerform(iterations: hosts.count) { number in
            let (host, name) = hosts[number]
            // nil: a name that nobody knows belongs to no address.
            for address in (try? HostLookup.system(host)) ?? [] {
                found.withLock { $0[address.household] = name }
            }
        }
        names = found.withLock { $0 }
        all = Set(hosts.map(\.name))
    }

    /// Peers of a role none of whose addresses is among these.
    func unseen(_ role: EntityDescriptor.Role, among addresses: [String]) -> [String] {
        all.filter { $0.hasSuffix(" \(role.rawValue)") }.subtracting(addresses.compactMap(name)).sorted()
    }

    func name(of address: String) -> String? { names[address] }

    private static func hosts(_ settings: Settings) -> [(host: String, name: String)] {
        var logger = Logger(label: "keys")
        logger.logLevel = .critical
        let directory = TrustDirectory(settings, at: Date(), logger: logger, for: .looking, into: Faults())
        // nil: what is wrong with the trust lists is told by puente check; here it costs names alone.
        let nodes = directory.flatMap { try? $0.report(at: Date()) }?.nodes ?? []
        let pairs = nodes.flatMap { node in
            (node.endpoints + [node.entityID.rawValue]).compactMap { address in
                URL(string: address)?.host().map { ($0, "\(node.country) \(node.role.rawValue)") }
            }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first }).map { (host: $0.key, name: $0.value) }
    }
}
