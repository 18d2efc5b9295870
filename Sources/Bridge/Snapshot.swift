// SPDX-License-Identifier: EUPL-1.2
public import Federation

/// All that logins need to know, at one moment. Immutable; a new one is built aside and takes its place whole.
public struct Snapshot: Sendable {
    /// Services here ask for people from abroad.
    public let connector: Route
    /// Services abroad ask for people from here; `nil` where the node does not offer it.
    public let proxyService: Route?

    public init(connector: Route, proxyService: Route? = nil) {
        self.connector = connector
        self.proxyService = proxyService
    }

    /// - Throws: ``Rule/exchangeUnknown`` for a direction that the node no longer offers.
    public func route(_ direction: Exchange.Direction) throws(Rejection) -> Route {
        switch direction {
        case .connector: return connector
        case .proxyService:
            guard let proxyService else { throw Rejection(.exchangeUnknown, expected: "proxy-service in the settings") }
            return proxyService
        }
    }
}
