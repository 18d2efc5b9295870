// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Synchronization

/// Names and addresses of everybody in the federation of the test kit. Those of this process are ``current``.
public struct Parties: Sendable, Codable, Hashable {
    /// Where services ask us, and who answers them.
    public var gatewayAddress = "https://puente.example.es/Proxy2/ServiceProvider"
    public var gateway = "https://puente.example.es/Proxy2"
    /// We, where we ask other states.
    public var connector = "https://puente.example.es/eidas/connector/metadata"
    public var answerAddress = "https://puente.example.es/eidas/connector/acs"
    /// We, where Connectors of other states ask.
    public var proxyService = "https://puente.example.es/eidas/proxy/metadata"
    public var singleSignOn = "https://puente.example.es/eidas/proxy/sso"
    /// Where the national gateway answers us, and under what name it knows us.
    public var gatewayAnswers = "https://puente.example.es/clave/acs"
    public var registeredName = "S0000000J_E00000000"
    /// The Proxy-Service abroad.
    public var country = "https://knoten.example.de/metadata"
    /// The Connector abroad, and where it takes answers.
    public var foreignConnector = "https://noeud.example.fr/connector/metadata"
    public var foreignAnswers = "https://noeud.example.fr/connector/acs"
    public var nationalGateway = "https://pasarela.example.es/Proxy2/ServiceProvider"
    public var nationalIssuer = "https://pasarela.example.es/Proxy2"
    /// A service here.
    public var service = "X0000000X_E00000000"
    public var returnAddress = "https://servicio.example.es/retorno"

    public init() {}

    /// `nil`: nothing else was chosen. Not the names themselves: swiftc 6.3 optimises a lock around that many texts away.
    private static let chosen = Mutex<Parties?>(nil)

    public static var current: Parties { chosen.withLock { $0 } ?? Parties() }

    /// Takes all names and addresses of this process from here on from somewhere else.
    public static func use(_ parties: Parties) { chosen.withLock { $0 = parties } }
}

extension World {
    public static var gatewayAddress: String { Parties.current.gatewayAddress }
    public static var gateway: EntityID { EntityID(Parties.current.gateway) }
    public static var connector: EntityID { EntityID(Parties.current.connector) }
    public static var answerAddress: String { Parties.current.answerAddress }
    public static var country: EntityID { EntityID(Parties.current.country) }
    public static var singleSignOn: String { Parties.current.singleSignOn }
    public static var proxyService: EntityID { EntityID(Parties.current.proxyService) }
    public static var gatewayAnswers: String { Parties.current.gatewayAnswers }
    public static var foreignConnector: EntityID { EntityID(Parties.current.foreignConnector) }
    public static var foreignAnswers: String { Parties.current.foreignAnswers }
    public static var nationalGateway: EntityID { EntityID(Parties.current.nationalGateway) }
    public static var nationalIssuer: EntityID { EntityID(Parties.current.nationalIssuer) }
}

/// When a message of a test was written, and what it is called.
public struct Moment: Sendable {
    /// Of the message, and of an assertion in it.
    public var id: String
    public var assertionID: String
    /// ISO 8601.
    public var issued: String
    public var ends: String

    public init(id: String, assertionID: String, issued: String, ends: String) {
        (self.id, self.assertionID, self.issued, self.ends) = (id, assertionID, issued, ends)
    }

    /// Always the same.
    public static let fixed = Moment(
        id: NodeAnswer.id, assertionID: NodeAnswer.assertionID, issued: World.instant, ends: World.later)
}
