// SPDX-License-Identifier: EUPL-1.2

/// The pages that explain Puente.
struct InfoPage: Page {
    enum Topic: String, Hashable, Sendable, CaseIterable {
        case help, privacy, accessibility

        /// Where the page stands.
        var path: LocalPath {
            switch self {
            case .help: .help
            case .privacy: .privacy
            case .accessibility: .accessibility
            }
        }
    }

    var topic: Topic

    func title(_ texts: any Texts) -> String {
        switch topic {
        case .help: texts.help
        case .privacy: texts.privacy
        case .accessibility: texts.accessibility
        }
    }

    func content(_ texts: any Texts, _ site: Site) -> HTML {
        let sections: [HTML] = texts.sections(topic, site).map {
            "<section>\n<h2>\($0.heading)</h2>\n\($0.body)\n</section>\n"
        }
        return """
            <div class="prose">
            <h1>\(title(texts))</h1>
            <p class="lead">\(texts.lead(topic))</p>
            \(sections)<section>
            <h2>\(texts.contactHeading)</h2>
            \(ContactDetails(site: site).list(texts))
            </section>
            </div>
            """
    }
}

/// How to reach the operator, as far as it is known.
struct ContactDetails {
    var site: Site

    func list(_ texts: any Texts) -> HTML {
        let rows: [(String, HTML?)] = [
            (texts.email, Site.link(email: site.email)),
            (texts.telephone, site.telephone.map(Site.link(telephone:))),
            (texts.address, site.postalAddress.map { "\($0)" }),
            (texts.dataProtectionOfficer, site.dataProtectionEmail.map(Site.link(email:))),
        ]
        let lines: [HTML] = rows.compactMap { term, details in
            details.map { "<div><dt>\(term)</dt><dd>\($0)</dd></div>\n" }
        }
        return
            "<dl class=\"contact\">\n<div><dt>\(texts.operatorTerm)</dt><dd>\(site.operatorName)</dd></div>\n\(lines)</dl>"
    }
}
