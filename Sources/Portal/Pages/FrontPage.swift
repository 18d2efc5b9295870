// SPDX-License-Identifier: EUPL-1.2

/// What stands at `/`: what this is, for whom, and who runs it.
struct FrontPage: Page {
    func title(_ texts: any Texts) -> String { texts.frontTitle }

    func content(_ texts: any Texts, _ site: Site) -> HTML {
        let audience: [HTML] = texts.frontAudience.map { "<div><h2>\($0.heading)</h2><p>\($0.body)</p></div>\n" }
        return """
            <h1>\(texts.frontTitle)</h1>
            <p class="lead">\(texts.frontLead)</p>
            <h2>\(texts.frontSteps)</h2>
            <ol class="steps">
            \(texts.frontStepList.map(\.step))</ol>
            \(abroad(texts), if: site.answersAbroad)\
            <div class="pair">
            \(audience)</div>
            <h2>\(texts.more)</h2>
            <ul class="cards">
            \(card(.help, texts.help, texts.helpSummary, texts))\
            \(card(.status, texts.statusTitle, texts.statusSummary, texts))\
            \(card(.privacy, texts.privacy, texts.privacySummary, texts))\
            \(card(.accessibility, texts.accessibility, texts.accessibilitySummary, texts))</ul>
            <h2>\(texts.operatorHeading)</h2>
            \(ContactDetails(site: site).list(texts))
            """
    }

    private func abroad(_ texts: any Texts) -> HTML {
        """
        <h2>\(texts.frontAbroad)</h2>
        <p>\(texts.frontAbroadLead)</p>
        <ol class="steps">
        \(texts.frontAbroadStepList.map(\.step))</ol>

        """
    }

    private func card(_ path: LocalPath, _ name: String, _ summary: String, _ texts: any Texts) -> HTML {
        "<li><a href=\"\(path.with(texts.language))\">\(name)</a><p>\(summary)</p></li>\n"
    }
}
