// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML
import Trust

import struct Foundation.Date

/// What stands at `/status`: which countries can be used now. For everybody, so it names neither nodes nor reasons.
struct StatusPage: Page {
    var at: Date
    var countries: [Availability]

    func title(_ texts: any Texts) -> String { texts.statusTitle }

    func content(_ texts: any Texts, _ site: Site) -> HTML {
        """
        <div class="prose">
        <h1>\(texts.statusTitle)</h1>
        <p class="lead">\(texts.statusLead)</p>
        <p>\(texts.statusAt(texts.time(at)))</p>
        <h2>\(texts.statusPeople)</h2>
        \(list(.proxyService, texts))
        \(services(texts), if: site.answersAbroad)</div>
        """
    }

    private func services(_ texts: any Texts) -> HTML {
        "<h2>\(texts.statusServices)</h2>\n\(list(.connector, texts))\n"
    }

    private func list(_ role: EntityDescriptor.Role, _ texts: any Texts) -> HTML {
        let countries = countries.filter { $0.role == role }
        guard !countries.isEmpty else { return "<p class=\"empty\">\(texts.statusNone)</p>" }
        let rows: [HTML] = texts.sorted(countries) { $0.name(texts) }.map { row($0, texts) }
        return "<dl class=\"facts\">\n\(rows)</dl>"
    }

    private func row(_ country: Availability, _ texts: any Texts) -> HTML {
        let state: HTML =
            country.outSince.map { "\(texts.statusOut) \(texts.since(texts.time($0)))" } ?? "\(texts.statusUsable)"
        return "<div><dt><bdi>\(country.name(texts))</bdi></dt><dd>\(state)</dd></div>\n"
    }
}

extension Availability {
    fileprivate func name(_ texts: any Texts) -> String {
        displayName[texts.language.rawValue] ?? texts.name(of: country)
    }
}
