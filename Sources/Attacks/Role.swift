// SPDX-License-Identifier: EUPL-1.2
import Federation

/// Whose messages are attacked, seen from the node that takes them.
public enum Role: String, CaseIterable, Sendable, Codable {
    /// Services here ask us, the gateway.
    case gateway
    /// Proxy-Services abroad answer us.
    case connector
    /// Connectors abroad ask us.
    case proxyService = "proxy-service"
    /// The national gateway answers us, its service.
    case service
    /// Metadata of other states.
    case metadata
    /// What is not about messages: the running server, its files and its operator.
    case server

    /// Whose messages are SAML messages that a browser carries.
    public static let messages: [Role] = [.gateway, .connector, .proxyService, .service]
    public static let requests: [Role] = [.gateway, .proxyService]
    public static let answers: [Role] = [.connector, .service]

    var direction: Exchange.Direction { self == .gateway || self == .connector ? .connector : .proxyService }
    var isAnswer: Bool { Self.answers.contains(self) }
}
