// SPDX-License-Identifier: EUPL-1.2
import NIOCore
import NIOPosix

/// Where the three servers of the demonstration listen: on this machine, in plain HTTP, under one host name, so that the
/// browser's cookies go along.
public struct Addresses: Hashable, Sendable {
    public let puentePort: Int
    public let servicePort: Int
    public let statesPort: Int

    public init(puentePort: Int, servicePort: Int, statesPort: Int) {
        self.puentePort = puentePort
        self.servicePort = servicePort
        self.statesPort = statesPort
    }

    public var puente: String { "http://localhost:\(puentePort)" }
    public var service: String { "http://localhost:\(servicePort)" }
    public var states: String { "http://localhost:\(statesPort)" }

    /// Puente's, as its defaults make them (`puente.yaml`).
    var gateway: String { puente + "/Proxy2/ServiceProvider" }
    var gatewayIssuer: String { puente + "/Proxy2" }
    var connector: String { puente + "/eidas/connector/metadata" }

    var assertionConsumerService: String { service + "/clave/retorno" }
    var logoutReturn: String { service + "/clave/salida" }

    /// Three ports in a row from `port` on, each replaced by whichever is free where something listens already.
    public static func free(from port: Int) async throws -> Addresses {
        let ports = try await [
            freePort(preferring: port), freePort(preferring: port + 1), freePort(preferring: port + 2),
        ]
        return Addresses(puentePort: ports[0], servicePort: ports[1], statesPort: ports[2])
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
