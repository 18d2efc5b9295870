// SPDX-License-Identifier: EUPL-1.2
import Federation

/// Who runs this Puente, as every page says it.
public struct Site: Hashable, Sendable {
    public var operatorName: String
    public var email: String
    public var telephone: String?
    public var postalAddress: String?
    public var dataProtectionEmail: String?
    /// How long the audit log is kept; unsaid when `nil`.
    public var auditRetentionDays: Int?
    /// Whether people and services are made up, which each page then says at its top.
    public var isTrial: Bool
    /// Whether services of other countries can ask here too, which the pages about Puente then tell.
    public var answersAbroad: Bool

    public init(
        operatorName: String, email: String, telephone: String? = nil, postalAddress: String? = nil,
        dataProtectionEmail: String? = nil, auditRetentionDays: Int? = nil, isTrial: Bool = false,
        answersAbroad: Bool = false
    ) {
        self.operatorName = operatorName
        self.email = email
        self.telephone = telephone
        self.postalAddress = postalAddress
        self.dataProtectionEmail = dataProtectionEmail
        self.auditRetentionDays = auditRetentionDays
        self.isTrial = isTrial
        self.answersAbroad = answersAbroad
    }

    /// Telephone and e-mail, as links.
    func waysToReach(_ texts: any Texts) -> HTML {
        let ways = [telephone.map(Self.link(telephone:)), Self.link(email: email)]
        return ways.compactMap { $0 }.joined(separator: " · ")
    }

    static func link(email: String) -> HTML {
        "<a href=\"mailto:\(email)\">\(email)</a>"
    }

    static func link(telephone: String) -> HTML {
        "<a href=\"tel:\(telephone.filter { $0 == "+" || $0.isASCII && $0.isNumber })\">\(telephone)</a>"
    }
}

/// What stands on one page. The value is the view model; ``render(on:in:at:)`` makes the document.
///
/// Documents are HTML that is well-formed XML too, with neither script nor style of their own, so that they live under
/// `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'`.
protocol Page: Sendable {
    func title(_ texts: any Texts) -> String
    /// What stands in the `main` landmark, from its `h1` on.
    func content(_ texts: any Texts, _ site: Site) -> HTML
}

extension Page {
    /// The whole document.
    ///
    /// - Parameter address: where a `GET` shows this page again, so that it can offer its other languages; `nil` where there
    ///   is no such place, as on a page that answers a `POST`.
    func render(on site: Site, in language: Language, at address: LocalPath? = nil) -> HTML {
        let texts = language.texts
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8"/>
            <title>\(title(texts)) · Puente</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="robots" content="noindex"/>
            <meta name="format-detection" content="telephone=no"/>
            <link rel="icon" type="image/svg+xml" href="\(Asset.favicon.path)"/>
            <link rel="stylesheet" href="\(Asset.stylesheet.path)"/>
            <script src="\(Asset.script.path)" defer=""></script>
            </head>
            <body>
            <a class="skip" href="#content">\(texts.skipToContent)</a>
            \(banner(texts, site, address))
            <main id="content">
            \(content(texts, site))
            </main>
            \(foot(texts, site))
            </body>
            </html>

            """
    }

    private func banner(_ texts: any Texts, _ site: Site, _ address: LocalPath?) -> HTML {
        """
        <header class="top">
        <div class="inner">
        <a class="mark" href="\(LocalPath.front.with(texts.language))"><img src="\(Asset.favicon.path)" alt="" width="40" height="40"/>\
        <span><strong>Puente</strong> <span class="tagline">\(texts.tagline)</span></span></a>
        \(address.map { languageLinks(texts, $0) })
        </div>
        \("<p class=\"trial\"><span class=\"inner\">\(texts.trialNotice)</span></p>\n", if: site.isTrial)</header>
        """
    }

    private func languageLinks(_ texts: any Texts, _ address: LocalPath) -> HTML {
        let links: [HTML] = Language.allCases.map { language in
            let code = language.rawValue
            return language == texts.language
                ? "<li><span aria-current=\"true\" lang=\"\(code)\">\(language.nativeName)</span></li>\n"
                : """
                <li><a href="\(address.with(language))" lang="\(code)" hreflang="\(code)">\(language.nativeName)</a></li>

                """
        }
        return "<nav class=\"languages\" aria-label=\"\(texts.languageChoice)\">\n<ul>\n\(links)</ul>\n</nav>"
    }

    private func foot(_ texts: any Texts, _ site: Site) -> HTML {
        """
        <footer class="foot">
        <div class="inner">
        <nav aria-label="\(texts.aboutPuente)">
        <ul>
        <li><a href="\(LocalPath.help.with(texts.language))">\(texts.help)</a></li>
        <li><a href="\(LocalPath.privacy.with(texts.language))">\(texts.privacy)</a></li>
        <li><a href="\(LocalPath.accessibility.with(texts.language))">\(texts.accessibility)</a></li>
        </ul>
        </nav>
        <p>\(texts.runBy("\(site.operatorName)"))</p>
        </div>
        </footer>
        """
    }
}
