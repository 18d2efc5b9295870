// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing

@testable import Portal

@Suite("Asked from another country")
struct AskedTests {
    // MARK: Words

    @Test("Every attribute of the mapping has a name in words of its own", arguments: Language.allCases)
    func names(language: Language) throws {
        let mapping = String(decoding: try Repository.octets("mappings/eidas.yaml"), as: UTF8.self)
        let names = mapping.matches(of: /\n  - name: (\S+)/).map { AttributeName(String($0.1)) }
        #expect(Set(names.compactMap { $0.known }) == Set(KnownAttribute.allCases))
        #expect(names.allSatisfy { $0.ofRepresentative.known == $0.known })
        let words = names.map { language.texts.name(of: $0) }
        #expect(Set(words).count == names.count)
        #expect(language.texts.name(of: AttributeName("Shoesize")) == "Shoesize")
    }

    @Test("What a request asks is told")
    func inquiry() throws {
        let request = AuthenticationRequest(
            id: MessageID("_1"), requester: EntityID("https://connector.example.fr/"), serviceName: "Service",
            sector: .private, assurance: .exactly([Assurance(.substantial), Assurance(.high)]), person: .natural,
            attributes: [.init(.familyName, isRequired: true), .init(.init("Gender"), isRequired: false)],
            reply: ReplyAddress(assertionConsumerService: "https://connector.example.fr/acs", relayState: nil),
            issuedAt: Date(timeIntervalSince1970: 0))
        let inquiry = Inquiry(request, by: request.serviceName, in: Sample.state("FR"))
        let expected = Inquiry(
            asker: "Service", country: Sample.state("FR"), sector: .private, person: .natural, loa: .substantial,
            mandatory: [.familyName], optional: [AttributeName("Gender")])
        #expect(inquiry == expected)
    }

    // MARK: What stands on the pages

    @Test("The page before says who asks for what, and lets the person go on or not", arguments: Language.allCases)
    func request(language: Language) throws {
        let texts = language.texts
        let outline = try Outline(Sample.request("", Sample.legal).markup(in: language))
        let told =
            [Sample.legal.asker, texts.name(of: Sample.legal.country), texts.name(of: Sample.legal.sector)]
            + [texts.asked(.high)] + (Sample.legal.mandatory + Sample.legal.optional).map { texts.name(of: $0) }
        for text in told { #expect(outline.shownText.contains(text)) }
        #expect(outline.buttons == ["continue", "cancel"])
        #expect(outline.identifiers.contains("optional"))
        let bare = try Outline(Sample.request("", Sample.bare).markup(in: language))
        #expect(!bare.identifiers.contains("optional"))
    }

    @Test("The page after says it all where it is the only one", arguments: Language.allCases)
    func onlyPage(language: Language) throws {
        let texts = language.texts
        let only = Sample.consent("", Sample.natural, Sample.naturalData, isOnlyPage: true)
        let second = Sample.consent("", Sample.natural, Sample.naturalData)
        #expect(try Outline(only.markup(in: language)).shownText.contains(texts.asked(.substantial)))
        #expect(try !Outline(second.markup(in: language)).shownText.contains(texts.asked(.substantial)))
    }

    @Test("A value is not read before it is opened, and never in a title or an address", arguments: Sample.consents)
    func masked(page: ConsentPage) throws {
        let markup = page.render(on: Sample.site, in: .spanish, at: .front).markup
        let outline = try Outline(markup)
        let values = page.data.flatMap { $0.values.map(\.text) }.filter { $0.count > 4 }
        #expect(values.count > 3)
        for value in values {
            #expect(!outline.shownText.contains(value))
            #expect(!outline.title.contains(value))
            for element in outline.elements where element.name != "time" {
                #expect(!element.attributes.values.contains { $0.contains(value) })
            }
        }
        #expect(page.title(Language.spanish.texts) == outline.title.replacing(" · Puente", with: ""))
    }

    @Test("What is optional can be unticked, what is required cannot", arguments: Sample.consents)
    func choices(page: ConsentPage) throws {
        let outline = try Outline(page.render(on: Sample.site, in: .spanish).markup)
        let boxes = outline.elements.filter { $0.attributes["type"] == "checkbox" }
        #expect(boxes.map { $0.attributes["name"] } == page.data.filter { !$0.isRequired }.map(\.field))
        #expect(boxes.allSatisfy { $0.attributes["checked"] != nil })
        #expect(outline.buttons == ["accept", "deny"])
        #expect(outline.elements.count { $0.name == "details" } == page.data.count)
    }

    @Test("A form with every box ticked is one that we read")
    func posted() throws {
        let names = KnownAttribute.allCases.map { AttributeName($0.rawValue) }
        for names in [names, names.map(\.ofRepresentative)] {
            let fields = names.map { ConsentPage.Datum.field($0) + "=1" } + ["accept=1"]
            let form = try FormFields(fields.joined(separator: "&"))
            #expect(names.allSatisfy { form[ConsentPage.Datum.field($0)] == "1" })
        }
    }

    // MARK: Values

    static let values: [(String, String, String, String)] = [
        ("DateOfBirth", "1980-01-31", "31 de enero de 1980", "31 January 1980"),
        ("RepresentativeDateOfBirth", "1912-02-29", "29 de febrero de 1912", "29 February 1912"),
        ("DateOfBirth", "1980-02-31", "1980-02-31", "1980-02-31"), ("DateOfBirth", "1980", "1980", "1980"),
        ("Gender", "Female", "Mujer", "Female"), ("Gender", "X", "X", "X"),
        ("Nationality", "EL", "Grecia (EL)", "Greece (EL)"), ("Nationality", "JP", "Japón (JP)", "Japan (JP)"),
        ("CountryOfBirth", "XA", "XA", "XA"), ("LegalName", "EL", "EL", "EL"),
        ("PersonIdentifier", "ES/FR/99999999R", "ES/FR/99999999R", "ES/FR/99999999R"),
        (
            "CurrentAddress", "PostName: Villanueva\nPostCode: 12999", "Población|Villanueva|Código postal|12999",
            "Town|Villanueva|Postcode|12999"
        ),
        ("LegalAddress", "PostName: A: B", "Población|A: B", "Town|A: B"),
        ("LegalAddress", "Calle Mayor, 1", "Calle Mayor, 1", "Calle Mayor, 1"),
    ]

    @Test("A value is shown as people write it", arguments: values)
    func shown(name: String, text: String, spanish: String, english: String) throws {
        for (language, expected) in [(Language.spanish, spanish), (.english, english)] {
            let markup = ShownValues(of: Sample.datum(name, text), language.texts).markup.markup
            #expect(try Outline("<body>\(markup)</body>").texts.joined(separator: "|") == expected)
        }
    }

    @Test("A name in two scripts is shown in both")
    func scripts() throws {
        let values = [AttributeValue("Eleni"), AttributeValue("Ελένη", isLatin: false)]
        let datum = ConsentPage.Datum(name: .firstName, values: values, isRequired: true)
        let markup = ShownValues(of: datum, Language.spanish.texts).markup.markup
        #expect(
            try Outline("<body>\(markup)</body>").texts
                == ["Con letras latinas", "Eleni", "En su escritura original", "Ελένη"])
    }
}

extension Sample {
    /// Every state of the page after identification.
    static var consents: [ConsentPage] { asked.compactMap { $0.page as? ConsentPage } }
}

extension Outline {
    /// The names of the buttons that send a form.
    var buttons: [String] {
        elements.filter { $0.name == "button" && $0.attributes["type"] == "submit" }
            .compactMap { $0.attributes["name"] }
    }
}
