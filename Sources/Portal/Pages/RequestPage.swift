// SPDX-License-Identifier: EUPL-1.2
import Federation

/// Before identification: who in another country asks the person, and for what.
struct RequestPage: Page {
    var inquiry: Inquiry
    /// Receives `continue` or `cancel`.
    var action: LocalPath

    func title(_ texts: any Texts) -> String { texts.requestTitle }

    func content(_ texts: any Texts, _ site: Site) -> HTML {
        """
        <h1>\(texts.requestTitle)</h1>
        <div class="asked">
        <div class="who">
        <p class="lead">\(texts.asks(inquiry.askerMarkup, inquiry.person))</p>
        <dl class="facts">
        \((inquiry.origin(texts) + inquiry.demand(texts)).map(\.row))</dl>
        </div>
        <div class="data">
        \(list("mandatory", texts.mandatoryHeading, texts.mandatoryNote, inquiry.mandatory, texts))\
        \(list("optional", texts.optionalHeading, texts.optionalNote, inquiry.optional, texts))\
        <form class="ways" method="post" action="\(action.with(texts.language))">
        <button type="submit" name="continue" value="1">\(texts.continueToClave)</button>
        <button class="quiet" type="submit" name="cancel" value="1">\(texts.cancel)</button>
        </form>
        </div>
        </div>
        <h2>\(texts.requestSteps)</h2>
        <ol class="steps">
        \(texts.requestStepList(inquiry.person).map(\.step))</ol>
        """
    }

    private func list(
        _ id: StaticString, _ heading: String, _ note: HTML, _ names: [AttributeName], _ texts: any Texts
    ) -> HTML? {
        guard !names.isEmpty else { return nil }
        return """
            <section aria-labelledby="\(id.description)">
            <h2 id="\(id.description)">\(heading)</h2>
            <p>\(note)</p>
            \(texts.list(of: names))
            </section>

            """
    }
}

extension Texts {
    /// The names of attributes, without values.
    func list(of names: [AttributeName]) -> HTML {
        let items: [HTML] = names.map { "<li>\(name(of: $0))</li>\n" }
        return "<ul class=\"names\">\n\(items)</ul>"
    }
}
