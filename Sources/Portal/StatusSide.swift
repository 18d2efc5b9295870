// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Hummingbird
import SAML
import Trust

/// Which countries can be used now, for people and for programs.
extension Portal {
    /// `GET /status`
    func showStatus(_ visit: Visit) -> Response {
        visit.page(StatusPage(at: visit.now, countries: world.availability(visit.now)), at: .status)
    }

    /// `GET /status.json`
    func tellStatus(_ visit: Visit) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        let octets = try encoder.encode(StatusDocument(visit.now, world.availability(visit.now), world.site))
        return answers.document([UInt8](octets), type: "application/json")
    }
}

/// What `/status.json` says: `peopleFrom` can identify here, `servicesFrom` can ask for people from here.
struct StatusDocument: Encodable {
    struct Country: Encodable {
        let country: String
        let usable: Bool
        /// Since when it cannot be used.
        let since: Date?
    }

    let at: Date
    let peopleFrom: [Country]
    /// Left out where services of other countries are not served.
    let servicesFrom: [Country]?

    init(_ now: Date, _ countries: [Availability], _ site: Site) {
        func all(_ role: EntityDescriptor.Role) -> [Country] {
            countries.filter { $0.role == role }.sorted { $0.country < $1.country }.map {
                Country(country: $0.country.rawValue, usable: $0.outSince == nil, since: $0.outSince)
            }
        }
        at = now
        peopleFrom = all(.proxyService)
        servicesFrom = site.answersAbroad ? all(.connector) : nil
    }
}
