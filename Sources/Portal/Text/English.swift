// SPDX-License-Identifier: EUPL-1.2
import Federation

struct English: Texts {
    let language = Language.english

    let tagline = "European identification"
    let skipToContent = "Skip to content"
    let languageChoice = "Language"
    let aboutPuente = "About Puente"
    let help = "Help"
    let privacy = "Privacy"
    let accessibility = "Accessibility"
    let trialNotice = "Test environment: people and services are made up. Do not use real data."
    func runBy(_ operatorName: HTML) -> HTML { "Puente is a service of \(operatorName)." }

    let selectorTitle = "Choose your country"
    func asks(_ service: HTML, _ person: PersonKind) -> HTML {
        switch person {
        case .natural: "\(service) asks you to identify yourself as an <strong>individual</strong>."
        case .legal: "\(service) asks you to identify the <strong>company or organisation</strong> that you act for."
        }
    }
    func selectorHowTo(_ person: PersonKind) -> HTML {
        switch person {
        case .natural:
            """
            Choose the country that issued your electronic identification (eID). We will take you to that country’s page, \
            and when you have finished you will return to the service.
            """
        case .legal:
            """
            Choose the country that issued the organisation’s electronic identification (eID). We will take you to that \
            country’s page, and when you have finished you will return to the service.
            """
        }
    }
    let selectorBridge: HTML = """
        Puente connects Spanish services with the electronic identification of other European countries. Your password and \
        your PIN do not pass through here: you only enter them on your country’s page.
        """
    let dataQuestion = "What will the service learn about me?"
    func dataAnswer(_ person: PersonKind) -> HTML {
        switch person {
        case .natural:
            """
            Your family name, first name, date of birth and an identifier from your country, and further details that the \
            service needs and your country can give. Your country shows you what it will send, or asks you to confirm it, \
            according to its own rules.
            """
        case .legal:
            """
            The organisation’s name and an identifier from your country, and further details that the service needs and \
            your country can give. Your country shows you what it will send, or asks you to confirm it, according to its \
            own rules.
            """
        }
    }
    let countries = "Countries"
    let filterLabel = "Find a country"
    let filterCount = "Countries found: #"
    let filterNone = "No country matches what you typed."
    let noCountries: HTML = "No country is available just now. Please try again later."
    func unavailable(_ reason: CountryChoice.Obstacle) -> String {
        switch reason {
        case .notAnswering: "Not answering"
        case .switchedOff: "Not available for now"
        case .assuranceTooLow: "Does not offer the level of security that the service asks for"
        case .dataNotOffered: "Does not offer the details that the service asks for"
        }
    }
    func since(_ instant: HTML) -> HTML { "since \(instant)" }
    let cancel = "Cancel and return to the service"

    func forwardTitle(_ destination: AutoPostPage.Destination) -> String {
        switch destination {
        case .country: "Taking you to your country’s page"
        case .service, .connector: "Taking you back to the service"
        case .gateway: "Taking you to Cl@ve"
        }
    }
    func forwardText(_ destination: AutoPostPage.Destination, _ name: HTML) -> HTML {
        switch destination {
        case .country:
            "Your choice: \(name). Its identification page will open in a moment. Please keep this window open."
        case .service: "You will return to \(name) in a moment. Please keep this window open."
        case .gateway:
            "\(name) will open in a moment, so that you can identify yourself there. Please keep this window open."
        case .connector(let state, _):
            "You will return to \(name) (\(self.name(of: state))) in a moment. Please keep this window open."
        }
    }
    let forwardByHand = "If nothing happens within a few seconds, press “Continue”."
    let proceed = "Continue"
    let otherCountry = "Choose another country"

    func errorTitle(_ reason: PageReason) -> String {
        switch reason {
        case .serviceFault: "We could not serve this request"
        case .countryFault: "We cannot accept the answer we received"
        case .expired: "This identification is no longer valid"
        case .otherBrowser: "Please go on in the browser where you started"
        case .countryUnavailable: "That country is not available now"
        case .notEnough: "This identification is not enough for the service"
        case .connectorFault: "We could not serve the service of another country"
        case .gatewayFault: "We cannot accept the answer of Cl@ve"
        case .otherMethod: "That way of identifying yourself does not work for this service"
        case .dataMissing: "We lack a detail that the service needs"
        case .tooMany: "There are too many requests just now"
        case .ownFault: "We cannot continue just now"
        case .notFound: "We cannot find this page"
        }
    }
    func errorCause(_ reason: PageReason) -> HTML {
        switch reason {
        case .serviceFault:
            """
            The service that you came from sent us a request that we cannot accept. You did nothing wrong, and nothing \
            about you was sent.
            """
        case .countryFault:
            """
            We received an answer from the country you chose that we cannot accept. To protect you we have not used it, \
            and have not sent your details to the service.
            """
        case .expired:
            """
            For your security, each identification works only once and only for a short time. This one has run out or \
            was used already.
            """
        case .otherBrowser:
            """
            The identification began in another browser or on another device, or this browser does not accept cookies. \
            To protect you, it can only go on where it began.
            """
        case .countryUnavailable:
            "At the moment we cannot identify you with the country you chose. You did nothing wrong."
        case .notEnough:
            """
            The service needs a more secure identification, or a detail that did not come with it. We have not sent your \
            details to the service.
            """
        case .connectorFault:
            """
            The country of the service that you came from sent us a request that we cannot accept. You did nothing wrong, \
            and nothing about you was sent.
            """
        case .gatewayFault:
            """
            We received an answer from Cl@ve that we cannot accept. To protect you we have not used it, and have not sent \
            your details to the service.
            """
        case .otherMethod:
            """
            The means or the certificate with which you identified yourself is not among those that this service accepts, \
            or does not fit whom it asks for: you, or a company or organisation. Nothing about you was sent.
            """
        case .dataMissing:
            """
            The service asks for a detail that did not come from Cl@ve, such as the date of birth, and we could not obtain \
            it from another register either. You did nothing wrong, and nothing about you was sent.
            """
        case .tooMany:
            """
            More requests reach us from your connection, or for this service, than we can attend to, or yours took too \
            long to arrive. Other people on the same network may be the cause. This is not your fault, and nothing about \
            you was sent.
            """
        case .ownFault:
            "Puente has a problem or is receiving too many visits. We are sorry: this is not your fault."
        case .notFound:
            "The address does not exist, or the identification that it belonged to is over."
        }
    }
    func errorAdvice(_ reason: PageReason) -> HTML {
        switch reason {
        case .serviceFault:
            """
            Go back to the service and start again. If it happens again, please tell the service, and give them the code \
            below.
            """
        case .countryFault:
            "Please try again. If it happens again, wait a while or contact us, and give us the code below."
        case .expired:
            """
            Go back to the service and start again. While you identify yourself, it is best not to reload the page or to \
            use the back button.
            """
        case .otherBrowser:
            """
            Go back to the browser where you started. Or start again from the service in this browser, with cookies \
            allowed: Puente uses a single one, which it cannot do without, and which does not track you.
            """
        case .countryUnavailable:
            "Try again in a few minutes. If you have an electronic identification from another country, you can use it too."
        case .notEnough:
            """
            If you have another means of identification with a higher level, try again with that one. If not, ask the \
            service for another way to do what you came for.
            """
        case .connectorFault:
            """
            Go back to the service and try once more. If that does not help, please tell the service, as the fault is in \
            its country, and give them the code below.
            """
        case .gatewayFault:
            """
            Please try again, perhaps with another of the means that Cl@ve offers. If it happens again, wait a while or \
            contact us, and give us the code below.
            """
        case .otherMethod:
            """
            Try again with other means. If the service asks for you, use your electronic identity card or your personal \
            certificate; if it asks for a company or organisation, a certificate of its representative.
            """
        case .dataMissing:
            """
            Try again in a while. If nothing changes, contact us, and give us the code below, or ask the service for another \
            way to do what you came for.
            """
        case .tooMany:
            """
            Wait a minute and try again. If nothing changes, try another network, such as that of your mobile phone, or \
            contact us, and give us the code below.
            """
        case .ownFault:
            "Wait a few minutes and try again. If nothing changes, contact us, and give us the code below."
        case .notFound:
            "Check the address, or go back to the service where you wanted to identify yourself and start again from there."
        }
    }
    func retry(_ reason: PageReason) -> String {
        switch reason {
        case .countryUnavailable: "Choose another country"
        case .countryFault: "Choose a country and try again"
        case .notEnough, .otherMethod: "Identify yourself in another way"
        case .serviceFault, .connectorFault, .gatewayFault, .dataMissing, .expired, .otherBrowser, .tooMany, .ownFault,
            .notFound:
            "Try again"
        }
    }
    let whatToDo = "What you can do"
    let backToService = "Back to the service"
    func backTo(_ service: HTML) -> HTML { "Back to \(service)" }
    let supportCode = "Support code"
    let supportCodeUse = """
        If you call or write to us, give us this code: it lets us find what happened. It says nothing about you.
        """
    func contact(_ ways: HTML) -> HTML { "Contact: \(ways)" }

    func name(of country: Country) -> String {
        switch country {
        case .austria: "Austria"
        case .belgium: "Belgium"
        case .bulgaria: "Bulgaria"
        case .croatia: "Croatia"
        case .cyprus: "Cyprus"
        case .czechia: "Czechia"
        case .denmark: "Denmark"
        case .estonia: "Estonia"
        case .finland: "Finland"
        case .france: "France"
        case .germany: "Germany"
        case .greece: "Greece"
        case .hungary: "Hungary"
        case .iceland: "Iceland"
        case .ireland: "Ireland"
        case .italy: "Italy"
        case .latvia: "Latvia"
        case .liechtenstein: "Liechtenstein"
        case .lithuania: "Lithuania"
        case .luxembourg: "Luxembourg"
        case .malta: "Malta"
        case .netherlands: "Netherlands"
        case .norway: "Norway"
        case .poland: "Poland"
        case .portugal: "Portugal"
        case .romania: "Romania"
        case .slovakia: "Slovakia"
        case .slovenia: "Slovenia"
        case .spain: "Spain"
        case .sweden: "Sweden"
        }
    }
}
