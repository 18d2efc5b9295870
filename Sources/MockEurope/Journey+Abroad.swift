// SPDX-License-Identifier: EUPL-1.2
import Federation

/// The second story: a French service asks, and somebody from Spain identifies themselves at the mock Cl@ve gateway.
extension Journey {
    static let abroad = methods + roads + companies + goodbyes + strangers + spoilt

    private static let begona: [String: [String]] = [
        "PersonIdentifier": ["ES/FR/00000000T"], "FamilyName": ["NÚÑEZ PEÑA"], "FirstName": ["BEGOÑA"],
        "DateOfBirth": ["1980-01-31"],
    ]
    private static let juan: [String: [String]] = [
        "PersonIdentifier": ["ES/FR/99999999R"], "FamilyName": ["ESPAÑOL ESPAÑOL"], "FirstName": ["JUAN"],
        "DateOfBirth": ["1965-11-25"],
    ]

    /// What the person does, and how the French service then knows them.
    private static func identification(
        _ name: String, _ wish: FrenchWish = FrenchWish(), by login: ClaveLogin, manner: GatewayManner = .genuine,
        loa: LoA = .substantial, isNotified: Bool = false, as values: [String: [String]]
    ) -> Journey {
        Journey(name) { visitor in
            let consent = try await visitor.identify(by: login, manner, wish)
            try visitor.expectConsent(consent)
            let page = try await visitor.agree(on: consent)
            try visitor.expectKnown(page, loa, isNotified: isNotified, values)
        }
    }

    private static let methods: [Journey] = [
        identification(
            "to France by DNIe, level high, notified", FrenchWish(loa: .high, acceptsNonNotified: false),
            by: .certificate("dnie-begona"), loa: .high, isNotified: true, as: begona),
        identification(
            "to France by a certificate in the browser", by: .installed("software-juan"), isNotified: true, as: juan),
        Journey("to France, no certificate in the browser") { visitor in
            let page = try await visitor.identify(by: .installed(nil))
            try visitor.expectFailed(page, "Responder / AuthnFailed", saying: "no certificate has been submitted")
        },
        Journey("to France, an expired certificate in the browser") { visitor in
            let page = try await visitor.identify(by: .installed("caducado-juan"))
            try visitor.expectFailed(page, "Responder", saying: "El certificado está caducado")
        },
        identification(
            "to France as a public employee", by: .certificate("empleada-itziar"), isNotified: true,
            as: ["PersonIdentifier": ["ES/FR/12345678Z"], "FirstName": ["ITZIAR"], "DateOfBirth": ["1973-03-02"]]),
        identification("to France by Cl@ve Móvil, notice", by: .push(.begona), as: begona),
        identification("to France by Cl@ve Móvil, QR code", by: .scan(.juan), as: juan),
        identification("to France by Cl@ve Móvil, six digits", by: .digits(.begona), as: begona),
        identification("to France by Cl@ve Permanente and SMS", by: .password(.juan), as: juan),
        identification("to France by Cl@ve PIN", by: .pin(.begona), as: begona),
        identification(
            "to France with basic registration, level low", FrenchWish(loa: .low), by: .password(.eleni), loa: .low,
            as: ["PersonIdentifier": ["ES/FR/X1234567L"], "FirstName": ["ELENI"], "DateOfBirth": ["1991-07-09"]]),
    ]

    /// However the question travels, and whatever key the answer is for.
    private static let roads: [Journey] = [
        identification("to France, asked by Redirect", FrenchWish(binding: .redirect), by: .push(.begona), as: begona),
        identification(
            "to France, asked by the Commission's redirect", FrenchWish(binding: .commission), by: .push(.juan),
            as: juan),
        identification(
            "to France, answer for an RSA key", FrenchWish(registration: .rsa), by: .push(.begona), as: begona),
        Journey("to France, an optional datum kept back") { visitor in
            let consent = try await visitor.identify(by: .push(.begona), .genuine, FrenchWish(wantsMore: true))
            try visitor.expectConsent(consent)
            let offered = consent.forms.flatMap(\.fields).map(\.name).filter { $0.hasPrefix("release.") }
            guard offered.contains("release." + Datum.gender.rawValue) else {
                throw Surprise("a gender to release", "\(offered)")
            }
            let page = try await visitor.agree(keepingBack: [.gender], on: consent)
            try visitor.expectKnown(page, .substantial, isNotified: false, begona, absent: [.gender])
        },
        Journey("to France, with what is optional") { visitor in
            let consent = try await visitor.identify(by: .push(.begona), .genuine, FrenchWish(wantsMore: true))
            let page = try await visitor.agree(on: consent)
            try visitor.expectKnown(
                page, .substantial, isNotified: false, begona.merging(["Gender": ["Female"]]) { one, _ in one })
        },
    ]

    private static let companies: [Journey] = [
        identification(
            "to France for a company", FrenchWish(person: .legal), by: .certificate("empresa-begona"),
            isNotified: true,
            as: [
                "LegalPersonIdentifier": ["ES/FR/B00000000"], "LegalName": ["Puentes Imaginarios, S.L."],
                "RepresentativePersonIdentifier": ["ES/FR/00000000T"], "RepresentativeFamilyName": ["NÚÑEZ PEÑA"],
                "RepresentativeFirstName": ["BEGOÑA"], "RepresentativeDateOfBirth": ["1980-01-31"],
            ]),
        identification(
            "to France for an entity without personality", FrenchWish(person: .legal),
            by: .certificate("comunidad-juan"), isNotified: true,
            as: [
                "LegalPersonIdentifier": ["ES/FR/E00000000"], "LegalName": ["Comunidad de Bienes El Puente"],
                "RepresentativePersonIdentifier": ["ES/FR/99999999R"],
            ]),
        Journey("to France for a company, with one's own certificate") { visitor in
            let page = try await visitor.identify(
                by: .certificate("dnie-begona"), .genuine, FrenchWish(person: .legal))
            let told = try await visitor.expectToldAndCarried(page, .responseCertificateClass)
            try visitor.expectFailed(told, "Responder / AuthnFailed", saying: "003002")
        },
        Journey("to France in person, with a company's certificate") { visitor in
            let page = try await visitor.identify(by: .certificate("empresa-begona"))
            let told = try await visitor.expectToldAndCarried(page, .responseCertificateClass)
            try visitor.expectFailed(told, "Responder / AuthnFailed", saying: "003002")
        },
    ]

    /// People who end without identification, and a French service that learns why.
    private static let goodbyes: [Journey] = [
        Journey("to France, no consent") { visitor in
            let consent = try await visitor.identify(by: .push(.begona))
            let (form, button) = try consent.button("deny")
            let page = try await visitor.browser.goOn(from: visitor.browser.submit(form, button))
            try visitor.expectFailed(page, "Responder / RequestDenied", saying: "202007")
        },
        Journey("to France, cancelled on the first page") { visitor in
            let (form, button) = try await visitor.beginAbroad().button("cancel")
            let page = try await visitor.browser.goOn(from: visitor.browser.submit(form, button))
            try visitor.expectFailed(page, "Responder / RequestDenied", saying: "202007")
        },
        Journey("to France, level high with a software certificate") { visitor in
            let page = try await visitor.identify(by: .certificate("software-juan"), .genuine, FrenchWish(loa: .high))
            try visitor.expectFailed(page, "Responder", saying: "is lower than requested LoA")
        },
        Journey("to France, level substantial with basic registration") { visitor in
            let page = try await visitor.identify(by: .push(.eleni))
            try visitor.expectFailed(page, "Responder", saying: "is lower than requested LoA")
        },
        Journey("to France, nobody knows the date of birth") { visitor in
            let page = try await visitor.identify(by: .certificate("dnie-manuel"))
            let told = try await visitor.expectToldAndCarried(page, .dataSetIncomplete)
            try visitor.expectFailed(told, "Responder / InvalidAttrNameOrValue", saying: "202010")
        },
        Journey("to France, the register is too slow") { visitor in
            let page = try await visitor.identify(by: .push(.carmen))
            let told = try await visitor.expectToldAndCarried(page, .sourceUnavailable)
            try visitor.expectFailed(told, "Responder / InvalidAttrNameOrValue", saying: "202010")
        },
        Journey("to France, a seal instead of a person") { visitor in
            let page = try await visitor.identify(by: .certificate("sello-ayuntamiento"))
            try visitor.expectFailed(page, "Responder", saying: "Type of certificate not allowed (8)")
        },
        Journey("to France, methods that would not do are not offered") { visitor in
            let chooser = try await visitor.goToClave(FrenchWish(acceptsNonNotified: false))
            let offered = chooser.forms.flatMap(\.buttons).filter { $0.name == "SelectedIdP" }.map(\.value)
            guard offered == [GatewayMethod.certificate.rawValue] else { throw Surprise("one method", "\(offered)") }
        },
    ]

    /// Connectors that Puente must not serve.
    private static let strangers: [Journey] = [
        Journey("to France, an unknown Connector") { visitor in
            let page = try await visitor.beginAbroad(FrenchWish(registration: .unknown))
            try await visitor.expectTurnedAway(page, .peerUnknown)
        },
        Journey("to France, a Connector whose metadata has ended") { visitor in
            let page = try await visitor.beginAbroad(FrenchWish(registration: .expired))
            try await visitor.expectTurnedAway(page, .metadataExpiry)
        },
    ]

    // MARK: What goes wrong at Cl@ve

    private static let failures: [(GatewayManner, codes: String, words: String)] = [
        (.cancelled, "Responder / RequestDenied", "user cancelled"),
        (.noCertificate, "Responder / AuthnFailed", "no certificate has been submitted"),
        (.expiredCertificate, "Responder", "El certificado está caducado"),
        (.revokedCertificate, "Responder", "El certificado se encuentra revocado"),
        (.certificateClass, "Responder", "Type of certificate not allowed (8)"),
        (.tooLow, "Responder", "is lower than requested LoA"),
        (.noMainCode, "Responder / AuthnFailed", "003002"),
    ]

    private static let refused: [(GatewayManner, Rule)] = [
        (.expired, .messageIssueInstant), (.otherAudience, .responseAudience), (.otherQuestion, .responseUnsolicited),
        (.unsigned, .signatureMissing), (.otherKey, .signatureKeyUnknown),
    ]

    private static let spoilt: [Journey] = failed + notAccepted + read + carried

    /// Genuine, but not there and then.
    private static let carried: [Journey] = [
        Journey("to France, Cl@ve's answer a second time") { visitor in
            let answer = try await visitor.log(in: .certificate("dnie-begona"), on: visitor.goToClave())
            let consent = try await visitor.browser.goOn(from: answer)
            // As by a reload: the same page, about the same person.
            let again = try await visitor.browser.goOn(from: answer)
            guard again.address == consent.address else { throw Surprise(consent.address, again.address) }
            let page = try await visitor.agree(on: again)
            try visitor.expectKnown(page, .high, isNotified: true, begona)
            try await visitor.expectTurnedAway(visitor.browser.goOn(from: answer), .exchangeFinished)
        },
        Journey("to France, Cl@ve's answer in another browser") { visitor in
            let answer = try await visitor.log(in: .certificate("dnie-begona"), on: visitor.goToClave())
            try await visitor.expectTurnedAway(Browser().goOn(from: answer), .exchangeOtherBrowser)
        },
    ]

    private static let failed = failures.map { manner, codes, words in
        Journey("to France, Cl@ve says: \(manner.rawValue)") { visitor in
            let (form, button) = try await visitor.goToClave().button("failure", manner.rawValue)
            let page = try await visitor.browser.goOn(from: visitor.browser.submit(form, button))
            try visitor.expectFailed(page, codes, saying: words)
        }
    }

    private static let notAccepted = refused.map { manner, rule in
        Journey("to France, Cl@ve's answer is spoilt: \(manner.rawValue)") { visitor in
            let page = try await visitor.identify(by: .certificate("dnie-begona"), manner)
            try await visitor.expectTurnedAway(page, rule)
        }
    }

    /// Odd, but to be understood.
    private static let read: [Journey] = [
        identification(
            "to France, PartialAfirma without namespaces", by: .certificate("dnie-begona"),
            manner: .brokenPartialAfirma, loa: .high, isNotified: true, as: begona),
        identification(
            "to France, an encrypted answer of Cl@ve", by: .push(.begona), manner: .encrypted, as: begona),
    ]
}
