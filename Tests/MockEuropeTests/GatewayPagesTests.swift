// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Portal
import Testing

@testable import MockEurope

@Suite("Pages of the mock gateway")
struct GatewayPagesTests {
    let fixture: GatewayFixture

    init() throws { fixture = try GatewayFixture.shared.get() }

    private func login(
        excluding excluded: [Clave2.Exclusion] = [.otherCountries], loa: LoA = .substantial
    ) throws -> GatewayLogin {
        try GatewayLogins().add(fixture.ask(fixture.request(excluding: excluded, loa: loa)), at: GatewayFixture.now)
    }

    /// As a browser sees it, which also says that it is well-formed.
    private func seen(_ page: MockPage) throws -> WebPage {
        try WebPage(page.document.markup, status: 200, address: "http://localhost:2/")
    }

    private func offered(_ page: WebPage) -> [String] {
        page.forms.flatMap(\.buttons).filter { $0.name == "SelectedIdP" }.map(\.value)
    }

    @Test("What is excluded is not there; where nothing is left, that is said", arguments: Language.allCases)
    func excluded(language: Language) throws {
        let page = GatewayPages(language: language).chooser(try login(excluding: [.pin, .otherCountries]))
        #expect(try offered(seen(page)) == ["IDP_MOVIL", "AFIRMA", "SEGSOC"])
        let markup = page.document.markup
        #expect(!markup.contains("Cl@ve PIN"))
        #expect(!markup.contains(language == .spanish ? "Unión Europea" : "European Union"))
        let nothing = GatewayPages(language: language).chooser(try login(excluding: Clave2.Exclusion.allCases))
        #expect(try offered(seen(nothing)).isEmpty)
        #expect(nothing.document.markup.contains(language == .spanish ? "excluye todas" : "excludes every"))
    }

    @Test("What does not reach the level is greyed with the reason", arguments: Language.allCases)
    func tooLow(language: Language) throws {
        let page = GatewayPages(language: language).chooser(try login(loa: .high))
        #expect(try offered(seen(page)) == ["AFIRMA"])
        let reason = language == .spanish ? "No alcanza el nivel alto" : "Does not reach the level high"
        #expect(page.document.markup.ranges(of: reason).count == 3)
    }

    @Test("Other countries can be chosen where nobody excludes them, and lead to an explanation")
    func otherCountries() throws {
        let login = try login(excluding: [])
        let pages = GatewayPages(language: .english)
        #expect(try offered(seen(pages.chooser(login))).contains("EIDAS"))
        let page = try seen(pages.otherCountries(login))
        #expect(page.links.contains { $0.hasSuffix("/Proxy2/login/\(login.id)") })
    }

    @Test("Everything that may go wrong can be switched on")
    func manners() throws {
        let page = try seen(GatewayPages(language: .spanish).chooser(login()))
        let failures = page.forms.flatMap(\.buttons).filter { $0.name == "failure" }.map(\.value)
        #expect(Set(failures) == Set(GatewayManner.failures.map(\.rawValue)))
        let markup = GatewayPages(language: .spanish).chooser(try login()).document.markup
        for manner in GatewayManner.spoilt { #expect(markup.contains("value=\"\(manner.rawValue)\"")) }
        #expect(GatewayManner.allCases.count == GatewayManner.failures.count + GatewayManner.spoilt.count + 1)
    }

    @Test(
        "Every page is well-formed, says that it is a mock, and has no markup of a program",
        arguments: Language.allCases)
    func all(language: Language) throws {
        let pages = GatewayPages(language: language)
        var claimed = try login()
        claimed.claimed = .begona
        var ended = claimed
        ended.identify(by: nil)
        let message = GatewaySMS(resident: .juan, login: claimed.id, code: "123456", sent: GatewayFixture.now)
        let all = [
            pages.index(fixture.dialect, fixture.authority), pages.chooser(claimed), pages.lost(), pages.refused("<x>"),
            pages.certificates(claimed, fixture.authority, "https://localhost:3"),
            pages.permanent(claimed, .wrongPassword),
            pages.secondFactor(claimed, isWrong: true), pages.pin(try login(), .unknownPerson), pages.pin(claimed, nil),
            pages.mobile(try login(), nil), pages.mobile(claimed, .wrongCode), pages.phone(waiting: [], inbox: []),
            pages.phone(waiting: [claimed], inbox: [message]), pages.phone(try login()), pages.phone(claimed),
            pages.phone(ended), pages.forward(PostForm("http://localhost:1/", [("a", "b")])),
        ]
        for page in all {
            #expect(!(try seen(page)).heading.isEmpty)
            let markup = page.document.markup
            #expect(markup.contains(language == .spanish ? "de prueba." : "Mock "))
            #expect(!markup.contains("HTML(") && !markup.contains("Optional("))
        }
    }
}
