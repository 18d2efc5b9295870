// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation

@testable import Portal

/// Pages with fixed contents, as the tests and the golden files see them.
struct Sample: Sendable, CustomStringConvertible {
    let name: String
    let page: any Page
    var address: LocalPath?
    var site = Sample.site

    var description: String { name }

    func markup(in language: Language) -> String {
        page.render(on: site, in: language, at: address).markup
    }

    static let site = Site(
        operatorName: "Secretaría de Ejemplo", email: "ayuda@puente.example", telephone: "+34 900 000 000",
        postalAddress: "Calle Mayor 1, 28013 Madrid", dataProtectionEmail: "dpd@puente.example", auditRetentionDays: 365
    )

    static let all: [Sample] =
        [selector, toCountry, toService, toGateway, toConnector, front, status] + asked + abroad
        + InfoPage.Topic.allCases.map { Sample(name: $0.rawValue, page: InfoPage(topic: $0), address: $0.path) }
        + PageReason.allCases.map { Sample(name: "error-\($0.rawValue)", page: error($0)) }

    static let selector = Sample(
        name: "country-selector", page: selectorPage(.natural),
        address: path("/x/0123456789abcdef0123456789abcdef/country"))

    static func selectorPage(_ person: PersonKind, serviceName: String = "Sede electrónica de Villa Ejemplo")
        -> CountrySelectorPage
    {
        CountrySelectorPage(
            serviceName: serviceName, person: person, choices: choices,
            action: path("/x/0123456789abcdef0123456789abcdef/country"),
            cancelAction: path("/x/0123456789abcdef0123456789abcdef/cancel"))
    }

    /// Every country, one with each obstacle, and a state outside the table with a name of its own.
    static var choices: [CountryChoice] {
        var choices = Country.allCases.filter { $0 != .spain }.compactMap { country in
            MemberState(rawValue: country.rawValue).map { CountryChoice(state: $0) }
        }
        let noon = Date(timeIntervalSince1970: 1_795_262_700)
        let obstacles: [(Country, CountryChoice.Unavailability)] = [
            (.bulgaria, .init(obstacle: .notAnswering, since: noon)), (.poland, .init(obstacle: .switchedOff)),
            (.france, .init(obstacle: .assuranceTooLow)), (.hungary, .init(obstacle: .dataNotOffered)),
        ]
        for (country, unavailability) in obstacles {
            for index in choices.indices where choices[index].state.rawValue == country.rawValue {
                choices[index].unavailability = unavailability
            }
        }
        if let test = MemberState(rawValue: "XA") {
            choices.append(CountryChoice(state: test, displayName: ["es": "País de prueba", "en": "Test country"]))
        }
        return choices
    }

    static let status = Sample(
        name: "status", page: StatusPage(at: StatusTests.noon, countries: StatusTests.countries), address: .status)

    static let toCountry = Sample(
        name: "auto-post-country",
        page: AutoPostPage(
            destination: .country(state("DE")), target: target("https://proxy.example.de/sso?x=1&y=2"),
            fields: [.init("SAMLRequest", "PHNhbWw+"), .init("RelayState", "a\"b<c>&d'e")],
            selector: path("/x/0123456789abcdef0123456789abcdef/country")))

    static let toService = Sample(
        name: "auto-post-service",
        page: AutoPostPage(
            destination: .service(name: "Sede electrónica de Villa Ejemplo"),
            target: target("https://sede.example.es/acs"),
            fields: [.init("SAMLResponse", "PHNhbWw+"), .init("RelayState", "")]))

    static let toGateway = Sample(
        name: "auto-post-gateway",
        page: AutoPostPage(
            destination: .gateway, target: target("https://pasarela.example.es/Proxy2/ServiceProvider"),
            fields: [.init("SAMLRequest", "PHNhbWw+"), .init("RelayState", "0123")]))

    static let toConnector = Sample(
        name: "auto-post-connector",
        page: AutoPostPage(
            destination: .connector(state("FR"), name: "Service de démonstration"),
            target: target("https://connector.example.fr/acs"), fields: [.init("SAMLResponse", "PHNhbWw+")]))

    static let front = Sample(name: "front", page: FrontPage(), address: .front, site: trialSite)

    /// The pages about Puente where services of other countries can ask too.
    static var abroad: [Sample] {
        var site = site
        site.answersAbroad = true
        return [
            Sample(name: "front-abroad", page: FrontPage(), address: .front, site: site),
            Sample(name: "help-abroad", page: InfoPage(topic: .help), address: .help, site: site),
            Sample(name: "privacy-abroad", page: InfoPage(topic: .privacy), address: .privacy, site: site),
            Sample(name: "status-abroad", page: status.page, address: .status, site: site),
        ]
    }

    static var trialSite: Site {
        Site(operatorName: "Puente de pruebas", email: "ayuda@puente.example", isTrial: true)
    }

    /// Between them the reasons show every combination of ways on.
    static func error(_ reason: PageReason) -> ErrorPage {
        var page = ErrorPage(reason: reason, supportCode: SupportCode(random: 0x5_A5A5_A5A5))
        switch reason {
        case .serviceFault, .expired, .otherBrowser:
            page.wayOn = .link(target("https://sede.example.es/"))
        case .countryFault, .countryUnavailable, .notEnough:
            page.serviceName = "Sede electrónica de Villa Ejemplo"
            page.retry = path("/x/0123456789abcdef0123456789abcdef/country")
            page.wayOn = .form(target("https://sede.example.es/acs"), [.init("SAMLResponse", "PHNhbWw+")])
        case .ownFault:
            page.retry = path("/x/0123456789abcdef0123456789abcdef/country")
        case .connectorFault, .tooMany, .notFound: break
        case .gatewayFault, .otherMethod, .dataMissing:
            page.serviceName = "Service de démonstration"
            page.wayOn = .form(target("https://proxy.example.de/acs"), [.init("SAMLResponse", "PHNhbWw+")])
        }
        return page
    }

    /// For addresses that are known to be good.
    static func path(_ text: String) -> LocalPath { LocalPath(text) ?? .front }

    static func target(_ text: String) -> FormTarget {
        guard let target = FormTarget(text) else { preconditionFailure("no address: \(text)") }
        return target
    }

    static func state(_ code: String) -> MemberState { MemberState(rawValue: code) ?? .spain }
}
