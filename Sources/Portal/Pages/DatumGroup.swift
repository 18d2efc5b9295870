// SPDX-License-Identifier: EUPL-1.2
import Federation

/// Data of one person that are all required, or all for the person to release or not.
struct DatumGroup: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Of whoever is identified.
        case required(PersonKind)
        case optional(PersonKind)
        /// Of whoever acts for an organisation: nobody asks for them, and all of them have to be sent.
        case representative
    }

    var kind: Kind
    var data: [ConsentPage.Datum]

    func markup(_ texts: any Texts) -> HTML {
        let heading: HTML = "<h2 id=\"\(id)\">\(texts.heading(of: kind))</h2>"
        let rows: [HTML] = data.map { row($0, texts) }
        let list: HTML = """
            <p>\(isRequired ? texts.mandatoryNote : texts.releaseNote)</p>
            <ul class="datum">
            \(rows)</ul>
            """
        return isRequired
            ? "<section aria-labelledby=\"\(id)\">\n\(heading)\n\(list)\n</section>\n"
            : "<fieldset>\n<legend>\(heading)</legend>\n\(list)\n</fieldset>\n"
    }

    private var isRequired: Bool { if case .optional = kind { false } else { true } }

    private var id: String {
        switch kind {
        case .required: "mandatory"
        case .optional: "optional"
        case .representative: "representative-mandatory"
        }
    }

    private func row(_ datum: ConsentPage.Datum, _ texts: any Texts) -> HTML {
        let name = texts.name(of: datum.name)
        let title: HTML =
            isRequired
            ? "<p class=\"name\">\(name)</p>"
            : """
            <label class="name"><input type="checkbox" name="\(datum.field)" value="1" checked=""/> <span>\(name)</span></label>
            """
        return """
            <li>
            \(title)
            \(datum.name.known.flatMap(texts.hint).map { "<p class=\"aside\">\($0)</p>\n" as HTML })\
            <p class="aside">\(texts.origin("<bdi>\(datum.origin ?? "Cl@ve")</bdi>"))</p>
            <details>
            <summary>\(texts.show)<span class="unseen">: \(name)</span><span class="mask" aria-hidden="true">••••••</span></summary>
            \(ShownValues(of: datum, texts).markup)
            </details>
            </li>

            """
    }
}
