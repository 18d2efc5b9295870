// SPDX-License-Identifier: EUPL-1.2
import Testing

@testable import MockEurope

@Suite("A browser without a window")
struct WebPageTests {
    static let page = """
        <!DOCTYPE html>
        <html lang="es"><body><h1>Elija <em>país</em></h1>
        <form method="post" action="/x/1/country?lang=es">
        <input type="hidden" name="a" value="1 &amp; 2"/>
        <input type="radio" name="r" value="one"/><input type="radio" name="r" value="two" checked=""/>
        <input type="checkbox" name="c" value="1"/><input type="search" name="filter"/>
        <ul><li><button name="country" value="DE">Alemania</button></li>
        <li><button name="country" value="FR" disabled="">Francia</button></li></ul>
        </form>
        <form method="post" action="http://localhost:2/acs" data-autosubmit=""><button type="submit">Seguir</button></form>
        <a href="/x/1/country">Otro país</a><p class="code"><code>K7QF-2M9Z</code></p>
        <table><tr data-attribute="FirstName"><td><span data-script="latin">Eleni</span><span data-script="original">Ελένη</span></td></tr></table>
        </body></html>
        """

    @Test("Sees forms as they would be sent, and what is marked")
    func reads() throws {
        let page = try WebPage(Self.page, status: 200, address: "http://localhost:1/y")
        #expect(page.heading.contains("Elija"))
        #expect(page.forms[0].action == "http://localhost:1/x/1/country?lang=es")
        #expect(page.forms[0].fields == [.init(name: "a", value: "1 & 2"), .init(name: "r", value: "two")])
        #expect(page.forms[0].buttons == [.init(name: "country", value: "DE")])
        #expect(page.automaticForm?.action == "http://localhost:2/acs")
        #expect(page.links == ["http://localhost:1/x/1/country"])
        #expect(page.supportCode == "K7QF-2M9Z")
        #expect(page.facts["FirstName"] == ["Eleni", "Ελένη"])
    }

    @Test("A button that is disabled cannot be pressed")
    func disabled() throws {
        let page = try WebPage(Self.page, status: 200, address: "http://localhost:1/y")
        #expect(throws: Surprise.self) { try page.button("country", "FR") }
    }

    @Test("A page that is not well-formed is none", arguments: ["", "plain", "<html><p></html>"])
    func broken(text: String) {
        #expect(throws: Surprise.self) { try WebPage(text, status: 200, address: "http://localhost:1/") }
    }
}
