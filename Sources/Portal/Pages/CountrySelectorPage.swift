// SPDX-License-Identifier: EUPL-1.2
import Federation

import struct Foundation.Date

/// One line of the country selector.
struct CountryChoice: Hashable, Sendable {
    /// Why a country cannot be chosen.
    enum Obstacle: Hashable, Sendable, CaseIterable {
        /// Its node cannot be reached, or its metadata has run out.
        case notAnswering
        /// The operator took it out of service.
        case switchedOff
        /// It is sound, but cannot give what this request asks for.
        case assuranceTooLow, dataNotOffered
    }

    struct Unavailability: Hashable, Sendable {
        var obstacle: Obstacle
        var since: Date?
    }

    var state: MemberState
    /// Names by language tag, in place of the country's own name where given.
    var displayName: [String: String] = [:]
    var unavailability: Unavailability?

    func name(_ texts: any Texts) -> String {
        displayName[texts.language.rawValue] ?? texts.name(of: state)
    }
}

/// Where the person says which country identifies them.
struct CountrySelectorPage: Page {
    /// Who asks, in words for the citizen.
    var serviceName: String
    var person: PersonKind
    /// In any order; the page sorts them as its language does.
    var choices: [CountryChoice]
    /// Receives `country`, a member state's code.
    var action: LocalPath
    /// Receives `cancel`.
    var cancelAction: LocalPath

    func title(_ texts: any Texts) -> String { texts.selectorTitle }

    func content(_ texts: any Texts, _ site: Site) -> HTML {
        """
        <h1>\(texts.selectorTitle)</h1>
        <div class="choice">
        <div class="intro">
        <p class="lead">\(texts.asks("<strong><bdi>\(serviceName)</bdi></strong>", person))</p>
        <p>\(texts.selectorHowTo(person))</p>
        </div>
        <div class="list">
        \(list(texts))
        <form class="cancel" method="post" action="\(cancelAction.with(texts.language))">
        <button class="quiet" type="submit" name="cancel" value="1">\(texts.cancel)</button>
        </form>
        </div>
        <div class="note">
        <p>\(texts.selectorBridge)</p>
        <details>
        <summary>\(texts.dataQuestion)</summary>
        <p>\(texts.dataAnswer(person))</p>
        </details>
        </div>
        </div>
        """
    }

    private func list(_ texts: any Texts) -> HTML {
        guard !choices.isEmpty else { return "<p class=\"empty\" role=\"status\">\(texts.noCountries)</p>" }
        let rows: [HTML] = texts.sorted(choices) { $0.name(texts) }.map { row($0, texts) }
        return """
            <section aria-labelledby="countries">
            <h2 id="countries" class="unseen">\(texts.countries)</h2>
            <div class="filter" hidden="" data-count="\(texts.filterCount)" data-none="\(texts.filterNone)">
            <label for="filter">\(texts.filterLabel)</label>
            <input id="filter" type="search" autocomplete="off" spellcheck="false"/>
            <p role="status"></p>
            </div>
            <form method="post" action="\(action.with(texts.language))">
            <ul class="countries">
            \(rows)</ul>
            </form>
            </section>
            """
    }

    private func row(_ choice: CountryChoice, _ texts: any Texts) -> HTML {
        let name = choice.name(texts)
        let hurdle = choice.unavailability.map { "\n<span class=\"why\">\(reason($0, texts))</span>" as HTML }
        return """
            <li data-search="\(searchTerms(choice))">
            <button type="submit" name="country" value="\(choice.state.rawValue)"\(" disabled=\"\"", if: hurdle != nil)>
            <span class="name"><bdi>\(name)</bdi></span>\(nativeName(choice.state, besides: name))\(hurdle)
            </button>
            </li>

            """
    }

    /// The country's own names, each marked with its language; none that repeats the name beside it.
    private func nativeName(_ state: MemberState, besides name: String) -> HTML? {
        let names = state.country?.nativeNames.filter { $0.text != name } ?? []
        guard !names.isEmpty else { return nil }
        let parts: [HTML] = names.map { "<span lang=\"\($0.language)\">\($0.text)</span>" }
        return "\n<span class=\"native\">\(parts.joined(separator: " · "))</span>"
    }

    /// What a person may type to find the country: its name in any language we know, or its code.
    private func searchTerms(_ choice: CountryChoice) -> String {
        let inOurs = Language.allCases.map { choice.name($0.texts) }
        let inTheirs = choice.state.country?.nativeNames.map(\.text) ?? []
        return (inOurs + inTheirs + [choice.state.rawValue]).joined(separator: " ")
    }

    private func reason(_ unavailability: CountryChoice.Unavailability, _ texts: any Texts) -> HTML {
        let why = texts.unavailable(unavailability.obstacle)
        guard let since = unavailability.since else { return "\(why)" }
        return "\(why) \(texts.since(texts.time(since)))"
    }
}
