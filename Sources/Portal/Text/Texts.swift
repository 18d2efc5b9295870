// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation

/// Every text that a citizen can read, in one language. A text that a language lacks does not compile.
///
/// Plain and kind words; in Spanish `usted`. Parameters of type `HTML` are names and dates, escaped and marked up already.
protocol Texts: Sendable {
    var language: Language { get }

    // Around every page
    var tagline: String { get }
    var skipToContent: String { get }
    var languageChoice: String { get }
    var aboutPuente: String { get }
    var help: String { get }
    var privacy: String { get }
    var accessibility: String { get }
    var trialNotice: String { get }
    func runBy(_ operatorName: HTML) -> HTML

    // Choosing a country
    var selectorTitle: String { get }
    func asks(_ service: HTML, _ person: PersonKind) -> HTML
    func selectorHowTo(_ person: PersonKind) -> HTML
    var selectorBridge: HTML { get }
    var dataQuestion: String { get }
    func dataAnswer(_ person: PersonKind) -> HTML
    var countries: String { get }
    var filterLabel: String { get }
    var filterCount: String { get }
    var filterNone: String { get }
    var noCountries: HTML { get }
    func unavailable(_ reason: CountryChoice.Obstacle) -> String
    func since(_ instant: HTML) -> HTML
    var cancel: String { get }

    // Going on by itself
    func forwardTitle(_ destination: AutoPostPage.Destination) -> String
    func forwardText(_ destination: AutoPostPage.Destination, _ name: HTML) -> HTML
    var forwardByHand: String { get }
    var proceed: String { get }
    var otherCountry: String { get }

    // Being asked from another country
    var requestTitle: String { get }
    var countryTerm: String { get }
    var sectorTerm: String { get }
    func name(of sector: Sector) -> String
    var methodsTerm: String { get }
    func name(of method: ClaveGateway.Method) -> String
    var loaAskedTerm: String { get }
    func asked(_ loa: LoA) -> String
    var mandatoryHeading: String { get }
    var mandatoryNote: HTML { get }
    var optionalHeading: String { get }
    var optionalNote: HTML { get }
    var requestSteps: String { get }
    func requestStepList(_ person: PersonKind) -> [Section]
    var continueToClave: String { get }

    // Agreeing to what will be sent
    var consentTitle: String { get }
    func consentLead(_ service: HTML) -> HTML
    var loaTerm: String { get }
    func told(_ assurance: Assurance) -> String
    func heading(of group: DatumGroup.Kind) -> String
    var releaseNote: HTML { get }
    func origin(_ source: HTML) -> HTML
    /// What has to be said of an attribute whose name does not say it all.
    func hint(_ attribute: KnownAttribute) -> String?
    var show: String { get }
    var showAll: String { get }
    var hideAll: String { get }
    func script(isLatin: Bool) -> String
    var notAvailable: HTML { get }
    var notRemembered: HTML { get }
    var accept: String { get }
    var deny: String { get }
    var denyNote: HTML { get }
    func name(of attribute: KnownAttribute) -> String
    func name(of part: AddressPart) -> String
    func name(of gender: KnownGender) -> String

    // When it goes wrong
    func errorTitle(_ reason: PageReason) -> String
    func errorCause(_ reason: PageReason) -> HTML
    func errorAdvice(_ reason: PageReason) -> HTML
    func retry(_ reason: PageReason) -> String
    var whatToDo: String { get }
    var backToService: String { get }
    func backTo(_ service: HTML) -> HTML
    var supportCode: String { get }
    var supportCodeUse: String { get }
    func contact(_ ways: HTML) -> HTML

    // Which countries can be used now
    var statusTitle: String { get }
    var statusSummary: String { get }
    var statusLead: HTML { get }
    func statusAt(_ instant: HTML) -> HTML
    var statusPeople: String { get }
    var statusServices: String { get }
    var statusUsable: String { get }
    var statusOut: String { get }
    var statusNone: HTML { get }

    // About Puente
    var frontTitle: String { get }
    var frontLead: HTML { get }
    var frontSteps: String { get }
    var frontStepList: [Section] { get }
    var frontAbroad: String { get }
    var frontAbroadLead: HTML { get }
    var frontAbroadStepList: [Section] { get }
    var frontAudience: [Section] { get }
    var operatorHeading: String { get }
    var more: String { get }
    var helpSummary: String { get }
    var privacySummary: String { get }
    var accessibilitySummary: String { get }
    var contactHeading: String { get }
    var operatorTerm: String { get }
    var email: String { get }
    var telephone: String { get }
    var address: String { get }
    var dataProtectionOfficer: String { get }
    func lead(_ topic: InfoPage.Topic) -> HTML
    func sections(_ topic: InfoPage.Topic, _ site: Site) -> [Section]

    func name(of country: Country) -> String
}

/// A heading and what stands below it.
struct Section: Hashable, Sendable {
    var heading: String
    var body: HTML

    init(_ heading: String, _ body: HTML) {
        self.heading = heading
        self.body = body
    }

    /// As one of several steps.
    var step: HTML { "<li><h3>\(heading)</h3><p>\(body)</p></li>\n" }
}
