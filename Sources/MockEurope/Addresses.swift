// SPDX-License-Identifier: EUPL-1.2
import NIOCore
import NIOPosix

/// Where the servers of the demonstration listen: on this machine, in plain HTTP but for one, under one host name, so that
/// the browser's cookies go along.
public struct Addresses: Hashable, Sendable {
    /// In the order of their ports.
    public enum Server: Int, CaseIterable, Sendable {
        case puente, service, states, gateway
        /// Of the gateway, in TLS: asks the browser for a certificate.
        case certificates
    }

    private let ports: [Server: Int]

    /// Ports in a row from this one on.
    public init(from port: Int) {
        ports = Dictionary(uniqueKeysWithValues: Server.allCases.map { ($0, port + $0.rawValue) })
    }

    private init(ports: [Server: Int]) { self.ports = ports }

    public subscript(server: Server) -> Int { ports[server] ?? 0 }

    public var puente: String { address(.puente) }
    public var service: String { address(.service) }
    public var states: String { address(.states) }
    public var gateway: String { address(.gateway) }
    public var certificates: String { address(.certificates) }

    private func address(_ server: Server) -> String {
        "\(server == .certificates ? "https" : "http")://localhost:\(self[server])"
    }

    /// Ports in a row from `port` on, each replaced by whichever is free where something listens already.
    public static func free(from port: Int) async throws -> Addresses {
        var ports: [Server: Int] = [:]
        for server in Server.allCases {
            var free = try await freePort(preferring: port + server.rawValue)
            while ports.values.contains(free) { free = try await bind(0) }
            ports[server] = free
        }
        return Addresses(ports: ports)
    }

    private static func freePort(preferring port: Int) async throws -> Int {
        do {
            return try await bind(port)
        } catch is IOError {
            return try await bind(0)
        }
    }

    /// Listens for a moment.
    private static func bind(_ port: Int) async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port).get()
        let bound = channel.localAddress?.port ?? port
        try await channel.close()
        return bound
    }
}

/// Puente's addresses, as its defaults make them (`puente.yaml`), and those where it answers.
extension Addresses {
    /// Where Puente is the gateway of Spanish services.
    var puenteGateway: String { puente + "/Proxy2/ServiceProvider" }
    var puenteGatewayIssuer: String { puente + "/Proxy2" }
    var connector: String { puente + "/eidas/connector/metadata" }
    var proxyService: String { puente + "/eidas/proxy/metadata" }

    var assertionConsumerService: String { service + "/clave/retorno" }
    var logoutReturn: String { service + "/clave/salida" }
}
