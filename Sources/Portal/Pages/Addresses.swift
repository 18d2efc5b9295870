// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML

/// An absolute `http` or `https` address to which a browser may be sent, as the action of a form or as a link.
///
/// Nothing else can be one: no `javascript:` or `data:`, no relative address, no user name or password, no character that
/// RFC 3986 §2 does not allow.
public struct FormTarget: Hashable, Sendable {
    public let address: String

    public init?(_ address: String) {
        guard address.utf8.allSatisfy(isAddressOctet),
            let parts = URLComponents(string: address), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil
        else { return nil }
        self.address = address
    }
}

/// A place within Puente: an absolute path, perhaps with a query. Can never lead to another host.
public struct LocalPath: Hashable, Sendable {
    public let path: String

    public init?(_ path: String) {
        guard path.utf8.allSatisfy(isAddressOctet), path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("#")
        else { return nil }
        self.path = path
    }

    fileprivate init(known path: String) { self.path = path }

    public static let front = LocalPath(known: "/")
    static let status = LocalPath(known: "/status")
    static let help = LocalPath(known: "/help")
    static let privacy = LocalPath(known: "/privacy")
    static let accessibility = LocalPath(known: "/accessibility")

    /// Where the person of an exchange chooses a country.
    static func selector(of exchange: Exchange.ID) -> LocalPath { LocalPath(known: "/x/\(exchange)/country") }

    /// Where a person is told who asks, and where they agree to what is sent.
    static func request(of exchange: Exchange.ID) -> LocalPath { LocalPath(known: "/x/\(exchange)/request") }
    static func consent(of exchange: Exchange.ID) -> LocalPath { LocalPath(known: "/x/\(exchange)/consent") }

    /// Where the person of an exchange goes on; `nil` once it is over.
    static func step(of exchange: Exchange) -> LocalPath? {
        switch exchange.nextStep {
        case .chooseCountry: selector(of: exchange.id)
        case .agreeToIdentify: request(of: exchange.id)
        case .awaitAnswer: exchange.direction == .connector ? selector(of: exchange.id) : request(of: exchange.id)
        case .consent: consent(of: exchange.id)
        case .nothing: nil
        }
    }

    /// The same place in a language, so that a choice once made goes along from page to page.
    func with(_ language: Language) -> String {
        path + (path.contains("?") ? "&" : "?") + "lang=" + language.rawValue
    }
}

/// One hidden field of a form, posted exactly as given.
public struct FormField: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
