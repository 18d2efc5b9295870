// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import FoundationXML
import Testing

@testable import Portal

@Suite("Pages")
struct PageTests {
    @Test("Every page is well-formed, in every language", arguments: Sample.all, Language.allCases)
    func wellFormed(sample: Sample, language: Language) throws {
        let outline = try Outline(sample.markup(in: language))
        #expect(outline.language == language.rawValue)
        #expect(outline.headings.first == 1)
        #expect(outline.headings.count { $0 == 1 } == 1)
        #expect(
            zip(outline.headings, outline.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 },
            "a heading level is skipped")
        #expect(outline.landmarks == ["header", "main", "footer"])
        #expect(Set(outline.identifiers).count == outline.identifiers.count)
        #expect(outline.references.isSubset(of: outline.identifiers))
    }

    @Test(
        "Nothing on a page needs more than the strict content security policy", arguments: Sample.all, Language.allCases
    )
    func strictPolicy(sample: Sample, language: Language) throws {
        let outline = try Outline(sample.markup(in: language))
        #expect(!outline.elements.contains { ["style", "base", "iframe", "object", "embed"].contains($0.name) })
        for element in outline.elements {
            #expect(!element.attributes.keys.contains { $0.lowercased().hasPrefix("on") || $0 == "style" })
            if ["script", "link", "img"].contains(element.name) {
                let source = element.attributes["src"] ?? element.attributes["href"] ?? ""
                #expect(Asset.all.map(\.path).contains(source))
            }
        }
        #expect(outline.scriptText.isEmpty)
    }

    @Test("No page leads to a third party", arguments: Sample.all, Language.allCases)
    func noThirdParty(sample: Sample, language: Language) throws {
        let known = [
            "https://proxy.example.de/", "https://sede.example.es/", "https://pasarela.example.es/",
            "https://connector.example.fr/", "mailto:", "tel:", "#content",
        ]
        for element in try Outline(sample.markup(in: language)).elements {
            for address in ["href", "src", "action"].compactMap({ element.attributes[$0] }) {
                #expect(LocalPath(address) != nil || known.contains { address.hasPrefix($0) }, "leads to \(address)")
            }
        }
    }

    @Test("Whatever strangers call themselves, a page stays a page", arguments: HTMLTests.nasty)
    func nastyNames(nasty: String) throws {
        var failure = Sample.error(.countryFault)
        failure.serviceName = nasty
        failure.wayOn = .form(Sample.target("https://sede.example.es/acs"), [.init(nasty, nasty)])
        var selector = Sample.selectorPage(.legal, serviceName: nasty)
        selector.choices.append(CountryChoice(state: Sample.state("XB"), displayName: ["es": nasty]))
        let forward = AutoPostPage(
            destination: .service(name: nasty), target: Sample.target("https://sede.example.es/acs"),
            fields: [.init(nasty, nasty)])
        let site = Site(
            operatorName: nasty, email: nasty, telephone: nasty, postalAddress: nasty, dataProtectionEmail: nasty)
        let connector = AutoPostPage(
            destination: .connector(Sample.state("FR"), name: nasty),
            target: Sample.target("https://connector.example.fr/"),
            fields: [])
        let pages: [any Page] =
            [failure, selector, forward, connector, FrontPage(), InfoPage(topic: .privacy)] + Sample.asked(by: nasty)
        for page in pages {
            let outline = try Outline(page.render(on: site, in: .spanish).markup)
            #expect(!outline.elements.contains { ["svg", "b"].contains($0.name) })
            #expect(outline.elements.count { $0.name == "script" } == 1)
            #expect(outline.elements.count { $0.name == "img" } == 1)
            #expect(!outline.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
        }
    }

    @Test("Every reason is told in words of its own", arguments: Language.allCases)
    func reasons(language: Language) {
        let texts = language.texts
        #expect(Set(PageReason.allCases.map { texts.errorTitle($0) }).count == PageReason.allCases.count)
        #expect(Set(PageReason.allCases.map { texts.errorCause($0) }).count == PageReason.allCases.count)
        #expect(Set(PageReason.allCases.map { texts.errorAdvice($0) }).count == PageReason.allCases.count)
        #expect(PageReason.allCases.allSatisfy { !texts.retry($0).isEmpty && !texts.errorTitle($0).isEmpty })
    }

    @Test("The form that goes on by itself is the first, and simple clients can read it", arguments: Language.allCases)
    func autoPost(language: Language) throws {
        let markup = Sample.toCountry.markup(in: language)
        let form = try #require(markup.firstMatch(of: /<form action="([^"]*)" method="post"[^>]*>/))
        #expect(form.1 == "https://proxy.example.de/sso?x=1&amp;y=2")
        #expect(markup[..<form.range.lowerBound].firstMatch(of: /<form/) == nil)
        let inputs = markup.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)"/).map { [$0.1, $0.2] }
        #expect(inputs == [["SAMLRequest", "PHNhbWw+"], ["RelayState", "a&quot;b&lt;c&gt;&amp;d&#39;e"]])
        #expect(markup.contains("<button type=\"submit\">"))
    }

    @Test(
        "Countries stand in the order of the language",
        arguments: zip(Language.allCases, [["DE", "AT", "BE"], ["AT", "BE", "BG"]]))
    func order(language: Language, first: [String]) throws {
        let codes = Sample.selector.markup(in: language).matches(of: /name="country" value="(..)"/).map { String($0.1) }
        #expect(Array(codes.prefix(3)) == first)
        #expect(codes.count == 30)
    }

    @Test("A country that cannot be chosen is disabled and says why")
    func unavailable() throws {
        let markup = Sample.selector.markup(in: .spanish)
        let row = try #require(markup.firstMatch(of: /value="BG" disabled="">([\s\S]*?)<\/button>/)).1
        #expect(row.contains("No responde desde el <time datetime=\"2026-11-21T12:05:00Z\">21 de noviembre de 2026"))
        #expect(row.contains("13:05 CET"))
        #expect(markup.matches(of: /disabled=""/).count == 4)
    }

    @Test("A name in the trust list takes the place of the country's own")
    func displayName() {
        let choice = CountryChoice(state: Sample.state("DE"), displayName: ["es": "Alemania (pruebas)"])
        #expect(choice.name(Language.spanish.texts) == "Alemania (pruebas)")
        #expect(choice.name(Language.english.texts) == "Germany")
        #expect(CountryChoice(state: Sample.state("XX")).name(Language.english.texts) == "XX")
    }

    @Test("Countries are named differently from each other", arguments: Language.allCases)
    func countryNames(language: Language) {
        #expect(Set(Country.allCases.map { language.texts.name(of: $0) }).count == Country.allCases.count)
    }
}

/// What a page consists of, read by an XML parser that is not ours.
final class Outline: NSObject, XMLParserDelegate {
    struct Malformed: Error { let line: Int }

    struct Element { let name: String, attributes: [String: String] }

    private(set) var elements: [Element] = []
    private(set) var scriptText = ""
    /// What a person reads before they open anything.
    private(set) var shownText = ""
    private(set) var title = ""
    /// The texts of the elements of a list of terms, or of the paragraphs, as they stand.
    private(set) var texts: [String] = []
    private var open: [String] = []

    init(_ markup: String) throws {
        super.init()
        let parser = XMLParser(data: Data(markup.utf8))
        parser.delegate = self
        guard parser.parse() else { throw Malformed(line: parser.lineNumber) }
    }

    var language: String? { elements.first?.attributes["lang"] }
    var headings: [Int] { elements.compactMap { $0.name.wholeMatch(of: /h([1-6])/).flatMap { Int($0.1) } } }
    var landmarks: [String] { elements.map(\.name).filter(["header", "main", "footer"].contains) }
    var identifiers: [String] { elements.compactMap { $0.attributes["id"] } }

    /// Identifiers that labels and the like refer to.
    var references: Set<String> {
        Set(elements.flatMap { element in ["for", "aria-labelledby"].compactMap { element.attributes[$0] } })
    }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(elementName)
        if ["dt", "dd", "p"].contains(elementName) { texts.append("") }
        elements.append(Element(name: elementName, attributes: attributes))
    }

    func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if open.last == "script" { scriptText += string }
        if open.last == "title" { title += string }
        if !Set(["dt", "dd", "p"]).isDisjoint(with: open) { texts[texts.endIndex - 1] += string }
        let isShut = open.contains("details") && !open.contains("summary")
        if open.contains("body"), !isShut { shownText += string }
    }
}
