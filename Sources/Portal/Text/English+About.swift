// SPDX-License-Identifier: EUPL-1.2

extension English {
    var frontTitle: String { "Your European electronic identification works in Spain too" }
    var frontLead: HTML {
        """
        Puente lets you into Spanish services with the electronic identification (eID) of another European country. There is \
        nothing to register for and no other password to remember.
        """
    }
    var frontSteps: String { "How it works" }
    var frontStepList: [Section] {
        [
            Section(
                "Start at the service", "Go to the Spanish service that you want to use and choose your European eID."),
            Section(
                "Choose your country",
                "Puente takes you to the identification page of the country that issued your eID."),
            Section("Identify yourself as usual", "You then return to the service, which will know who you are."),
        ]
    }
    var frontAbroad: String { "And Cl@ve works in Europe too" }
    var frontAbroadLead: HTML {
        "With Spanish means of identification you can enter services of other countries that accept them."
    }
    var frontAbroadStepList: [Section] {
        [
            Section(
                "Start at the service",
                """
                Go to the service in the other country and choose Spain. Puente tells you who asks, and for which details.
                """),
            Section(
                "Identify yourself with Cl@ve",
                "With your certificate, your electronic identity card or whichever means of Cl@ve you prefer."),
            Section(
                "Decide what is sent",
                "You see each detail and where it comes from. Nothing leaves until you agree."),
        ]
    }
    var frontAudience: [Section] {
        [
            Section(
                "For you",
                """
                If you have an electronic identification from a country of the European Union, from Iceland, Liechtenstein or \
                Norway that is recognised in Spain, you can use it here. Always start from the service that you want to use: \
                there is nothing to sign in to on this page.
                """),
            Section(
                "For services",
                """
                Services that speak Cl@ve already can receive people and companies from all over Europe through Puente. To \
                connect a service, write to the contact address.
                """),
        ]
    }
    var operatorHeading: String { "Who is behind it" }
    var more: String { "Find out more" }
    var helpSummary: String { "What you need, and what to do when something goes wrong." }
    var privacySummary: String { "What we do with your data, and what we do not." }
    var accessibilitySummary: String { "How these pages are made, and how to tell us about an obstacle." }
    var statusTitle: String { "Service status" }
    var statusSummary: String { "Which countries can be used at this moment." }
    var statusLead: HTML { "Which countries can be used at this moment to identify yourself." }
    func statusAt(_ instant: HTML) -> HTML { "As of \(instant). Reload the page to see how it stands now." }
    var statusPeople: String { "Identifying yourself in Spain with an eID of another country" }
    var statusServices: String { "Identifying yourself with Cl@ve at services of another country" }
    var statusUsable: String { "Available" }
    var statusOut: String { "Not available" }
    var statusNone: HTML { "There is no country yet." }
    var contactHeading: String { "Contact" }
    var operatorTerm: String { "Run by" }
    var email: String { "Email" }
    var telephone: String { "Telephone" }
    var address: String { "Postal address" }
    var dataProtectionOfficer: String { "Data protection officer" }

    func lead(_ topic: InfoPage.Topic) -> HTML {
        switch topic {
        case .help: "What you need to identify yourself, and what to do when something goes wrong."
        case .privacy: "Puente carries your data from your country to the service that you chose, and does not keep it."
        case .accessibility:
            "We want everybody to be able to use Puente, with the device and the assistance they prefer."
        }
    }

    func sections(_ topic: InfoPage.Topic, _ site: Site) -> [Section] {
        switch topic {
        case .help: helpSections + (site.answersAbroad ? helpAbroad : []) + helpAtLast
        case .privacy: privacySections(site) + (site.answersAbroad ? [privacyAbroad] : []) + privacyAtLast
        case .accessibility: accessibilitySections(site)
        }
    }

    private var helpSections: [Section] {
        [
            Section(
                "What you need",
                """
                <p>An electronic identification that was issued by one of the countries in the list and is recognised by the \
                others. Depending on the country, this can be an identity card with a chip, an app on your phone or your \
                bank’s credentials.</p>
                <p>An up-to-date browser with cookies allowed. You do not need to install anything in it, nor to have \
                JavaScript switched on.</p>
                """),
            Section(
                "My country is not in the list, or is greyed out",
                """
                <p>The list shows the countries that Puente is connected to. Those in grey cannot be used at the moment: the \
                reason is next to each. If it is a passing one, try again later; if not, ask the service for another way to \
                identify yourself.</p>
                """),
            Section(
                "I forgot my password or my PIN",
                """
                <p>Only those who gave you your electronic identification, in your country, can help. We neither see it nor \
                keep it.</p>
                """),
            Section(
                "The service does not recognise my name",
                """
                <p>We hand over your name as your country sends it, in its original script and, where there is one, in Latin \
                letters too. If the service knows you by another name, after a change of surname for example, please talk to \
                the service.</p>
                """),
        ]
    }

    private var helpAbroad: [Section] {
        [
            Section(
                "A service in another country asks for me",
                """
                <p>If you choose to identify yourself with Spain at a service in another country, that country brings you here. \
                We tell you who asks and for which details, you identify yourself with Cl@ve, and before anything is sent we \
                show you the details. Those that are not needed you can leave out one by one, and you can also send none.</p>
                """),
            Section(
                "Where the details come from",
                """
                <p>From Cl@ve. Those that Cl@ve does not give, such as the date of birth, we look up in other registers at \
                that moment. Beside each detail we say where it comes from: if it is wrong, only that register can correct \
                it. Do not send it if it is not right.</p>
                """),
            Section(
                "My certificate does not work",
                """
                <p>When the service asks for you, a certificate of a representative will not do; when it asks for a company or \
                organisation, only that of its representative will. Some services also ask for a level of security that not \
                every means of Cl@ve reaches.</p>
                """),
        ]
    }

    private var helpAtLast: [Section] {
        [
            Section(
                "I am told to start again",
                """
                <p>Each identification works only once and for a few minutes, and has to end in the browser where it began. \
                Go back to the service and start again, without using the back button.</p>
                """),
            Section(
                "I have a support code",
                """
                <p>It is eight letters and digits in two groups. Give it to us when you write or call: it lets us find what \
                happened without asking you for personal data. Capital or small letters make no difference.</p>
                """),
        ]
    }

    private func privacySections(_ site: Site) -> [Section] {
        [
            Section(
                "Who is responsible",
                "<p>The controller is \(site.operatorName). The contact details are at the end of this page.</p>"),
            Section(
                "What we use your data for",
                """
                <p>Only to let the service that you chose know who you are: we receive your country’s answer, check that it is \
                genuine and hand it to the service. We build no profiles, take no decisions about you and pass your data to \
                nobody else.</p>
                """),
            Section(
                "Which data",
                """
                <p>What your country sends at the request of the service. For individuals that is at least the family name, \
                first name, date of birth and an identifier; for organisations, the name and an identifier. Your password and \
                your PIN do not pass through here.</p>
                """),
            Section(
                "For how long",
                """
                <p>As long as the exchange lasts. While it is open your data is stored encrypted, and it is erased as soon as \
                the answer leaves for the service. After that, nothing about you is kept.</p>
                <p>To be able to prove what happened, an audit log keeps\(auditSpan(site)) the identifier of each message, the \
                service, the country, the time and the outcome. It contains neither names nor identifiers of people.</p>
                """),
            Section(
                "On what legal basis",
                """
                <p>Compliance with a legal obligation and a task carried out in the public interest (Article 6(1)(c) and (e) of \
                Regulation (EU) 2016/679): Regulation (EU) No 910/2014 requires the electronic identification of the other \
                Member States to be recognised, and Implementing Regulation (EU) 2015/1501 lays down how they are connected \
                and the minimum data that is exchanged.</p>
                """),
        ]
    }

    private var privacyAbroad: Section {
        Section(
            "If a service in another country asks for you",
            """
            <p>We receive your identification from Cl@ve, and look up in other registers only the details that the service \
            asks for and Cl@ve does not give. Before they are sent we show you each with its origin, and you decide: if you \
            do not agree, none is sent. The service receives them by way of its country, and nobody else does.</p>
            <p>We remember neither your decision nor your details: they are erased as soon as the answer leaves, and next \
            time we will ask you again. Only what another register has answered may stay in the memory of this system for \
            up to an hour, so that it need not be asked the same twice; it is never written to a disk.</p>
            <p>The audit log notes whether you agreed and which kinds of details were sent, never the details.</p>
            """)
    }

    private var privacyAtLast: [Section] {
        [
            Section(
                "Cookies",
                """
                <p>A single one, which we cannot do without: it ties the identification to the browser where it began and \
                disappears when you close it. There are no cookies for analysis or advertising, and no third-party content.</p>
                """),
            Section(
                "Your rights",
                """
                <p>You can exercise the rights of access, rectification, erasure, restriction and objection at the contact \
                address. As we keep no data about you, it will mostly be for the service or your country to act on them, and \
                we will tell you so.</p>
                <p>If you believe that we have not respected them, you can complain to the Spanish Data Protection Agency \
                (<span lang="es">Agencia Española de Protección de Datos</span>).</p>
                """),
        ]
    }

    private func auditSpan(_ site: Site) -> HTML? {
        site.auditRetentionDays.map { " for \($0) days" }
    }

    private func accessibilitySections(_ site: Site) -> [Section] {
        [
            Section(
                "Our commitment",
                """
                <p>\(site.operatorName) undertakes to keep these pages accessible in accordance with Royal Decree 1112/2018 of \
                7 September, which transposes Directive (EU) 2016/2102. They are made to meet EN\u{A0}301\u{A0}549 and WCAG 2.1 at \
                level AA.</p>
                """),
            Section(
                "What you can expect",
                """
                <ul>
                <li>Everything can be done with the keyboard alone, and you always see where you are.</li>
                <li>Screen readers find headings, regions, and country names in their own language.</li>
                <li>Everything works without JavaScript, with text enlarged to 400% and on small screens.</li>
                <li>Colours follow the dark mode and the high contrast of your device.</li>
                <li>No page rushes you: time is limited for security only, to several minutes.</li>
                </ul>
                """),
            Section(
                "What is not in our hands",
                """
                <p>The pages where you identify yourself belong to each country, and those of the service to the service. Each \
                publishes its own accessibility statement.</p>
                """),
            Section(
                "If you meet an obstacle",
                """
                <p>Write to the contact address and tell us on which page it happened and which assistance you use. You can \
                also ask us for this information in another format. If our answer does not satisfy you, you can make the \
                complaint that Article 13 of Royal Decree 1112/2018 provides for.</p>
                """),
        ]
    }
}
