// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal

/// The pages of one place, in one language.
protocol MockPages: Sendable {
    var place: MockPage.Place { get }
    var language: Language { get }
    /// Where people go on to from here: the heading of the page that takes them.
    var onward: HTML { get }
}

extension MockPages {
    func page(_ title: HTML, _ content: HTML, at address: String? = nil) -> MockPage {
        MockPage(place: place, language: language, title: title, content: content, address: address)
    }

    /// Takes people on by itself, or by its button.
    func forward(_ form: PostForm) -> MockPage { forward(by: form.markup(language("Continuar", "Continue"))) }

    /// By GET; a link, because a form would write the query anew.
    func forward(to address: String) -> MockPage {
        forward(
            by: """
                <p class="ways"><a class="button" href="\(address)" data-autofollow="">\(language("Continuar", "Continue"))</a></p>
                """)
    }

    private func forward(by way: HTML) -> MockPage {
        page(
            onward,
            """
            <h1>\(onward)</h1>
            <p>\(language("Si no ocurre nada, pulse el botón.", "If nothing happens, press the button."))</p>
            \(way)
            """)
    }
}

/// The pages of a demo service.
protocol DemoServicePages: MockPages {}

extension DemoServicePages {
    func levels(besides more: HTML = "") -> HTML {
        let rows: [HTML] = LoA.allCases.map {
            radio("loa", $0.rawValue, $0.name(language), isChosen: $0 == .substantial)
        }
        return """
            <fieldset><legend>\(language("Nivel de seguridad, como mínimo", "Assurance level, at least"))</legend>
            \(rows)\(more)</fieldset>
            """
    }

    var persons: HTML {
        """
        <fieldset><legend>\(language("A quién se identifica", "Who is identified"))</legend>
        \(radio("person", "natural", language("Una persona", "A person"), isChosen: true))\
        \(radio("person", "legal", language("Una empresa u otra entidad", "A company or other entity"), isChosen: false))\
        \(checkbox("more", language("Pedir también datos opcionales", "Ask for optional data too"), isChecked: false))\
        </fieldset>
        """
    }

    func radio(_ name: HTML, _ value: String, _ label: HTML, isChosen: Bool) -> HTML {
        "<label><input type=\"radio\" name=\"\(name)\" value=\"\(value)\"\(" checked=\"\"", if: isChosen)/> <span>\(label)</span></label>\n"
    }

    func checkbox(_ name: HTML, _ label: HTML, isChecked: Bool) -> HTML {
        "<label><input type=\"checkbox\" name=\"\(name)\" value=\"1\"\(" checked=\"\"", if: isChecked)/> <span>\(label)</span></label>\n"
    }

    /// An answer to nothing that was asked, or that was answered already.
    func unexpected() -> MockPage {
        page(
            language("Respuesta inesperada", "Unexpected answer"),
            """
            <h1>\(language("No esperábamos esta respuesta", "We did not expect this answer"))</h1>
            <p>\(language("No corresponde a ninguna petición que espere respuesta.", "It belongs to no request that awaits an answer."))</p>
            \(back)
            """)
    }

    var back: HTML {
        "<p class=\"ways\"><a class=\"button quiet\" href=\"\(place.front)\">\(language("Volver al principio", "Back to the start"))</a></p>"
    }
}
