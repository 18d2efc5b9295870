// SPDX-License-Identifier: EUPL-1.2
import Federation

extension Journey {
    static let all = identifications + refusals + abuses + detours + abroad

    /// People who are who they say.
    private static let identifications = [
        Journey("a German, level substantial asked, high given") { visitor in
            let page = try await visitor.identify(as: "lena", .germany)
            try visitor.expectIdentified(
                page, .high, "DE",
                [
                    .personIdentifier: ["DE/ES/7Kq3Zt0LmW8xVb2n"], .familyName: ["Musterbrück"], .firstName: ["Lena"],
                    .dateOfBirth: ["1988-04-17"],
                ])
        },
        Journey("a Greek, names in two scripts") { visitor in
            let page = try await visitor.identify(as: "eleni", .greece)
            try visitor.expectIdentified(
                page, .high, "EL",
                [.familyName: ["Gefyropoulou", "Γεφυροπούλου"], .firstName: ["Eleni", "Ελένη"]])
        },
        Journey("a Bulgarian, script marked in the other way") { visitor in
            let page = try await visitor.identify(as: "ivayla", .bulgaria)
            try visitor.expectIdentified(
                page, .high, "BG", [.familyName: ["Mostova", "Мостова"], .firstName: ["Ivayla", "Ивайла"]])
        },
        Journey("a Pole with diacritics and optional data") { visitor in
            let page = try await visitor.identify(as: "lucja", .poland, Wish(wantsMore: true))
            try visitor.expectIdentified(
                page, .high, "PL",
                [
                    .familyName: ["Źdźbło-Mostowska"], .firstName: ["Łucja Żaneta"], .birthName: ["Łucja Żółć"],
                    .placeOfBirth: ["Łódź"], .gender: ["Female"], .nationality: ["PL"],
                ])
        },
        Journey("a Frenchwoman, exactly the level asked") { visitor in
            let page = try await visitor.identify(as: "chloe", .france)
            try visitor.expectIdentified(page, .substantial, "FR", [.familyName: ["Dupont-Lévesque"]])
        },
        Journey("an Italian company") { visitor in
            let page = try await visitor.identify(
                as: "ponti", .italy, Wish(loa: .high, person: .legal, wantsMore: true))
            try visitor.expectIdentified(
                page, .high, "IT",
                [
                    .legalPersonIdentifier: ["IT/ES/REA-FI-000001"], .legalName: ["Ponti Immaginari S.r.l."],
                    .vatRegistration: ["IT00000000017"],
                ])
        },
        Journey("a German, answer encrypted for the service") { visitor in
            let page = try await visitor.identify(as: "jonas", .germany, Wish(delivery: .encrypted))
            try visitor.expectIdentified(page, .high, "DE", [.familyName: ["Probst-Übergang"], .firstName: ["Jonas"]])
        },
        Journey("level low is enough where low is asked") { visitor in
            let page = try await visitor.identify(as: "gaspard", .france, Wish(loa: .low))
            try visitor.expectIdentified(page, .low, "FR", [.familyName: ["Léger"]])
        },
    ]

    /// People who end without identification, and services that learn why.
    private static let refusals = [
        Journey("cancelled in the other country") { visitor in
            let login = try await visitor.browser.goOn(from: visitor.choose(.germany, on: visitor.begin()))
            let (form, button) = try login.button("how", "cancel")
            let page = try await visitor.browser.goOn(from: visitor.browser.submit(form, button))
            try visitor.expectFailed(page, "Responder / AuthnFailed", saying: "003002")
        },
        Journey("no consent in the other country") { visitor in
            let confirm = try await visitor.login("eleni", .greece, on: visitor.begin())
            let (form, button) = try confirm.button("how", "deny")
            let page = try await visitor.browser.goOn(from: visitor.browser.submit(form, button))
            try visitor.expectFailed(page, "Responder / RequestDenied", saying: "003002")
        },
        Journey("cancelled on the list of countries") { visitor in
            let (form, button) = try await visitor.begin().button("cancel")
            let page = try await visitor.browser.goOn(from: visitor.browser.submit(form, button))
            try visitor.expectFailed(page, "Responder / RequestDenied", saying: "003002")
        },
        Journey("level low where substantial is asked") { visitor in
            let page = try await visitor.identify(as: "gaspard", .france)
            try visitor.expectFailed(page, "Responder / AuthnFailed", saying: "is lower than requested LoA")
        },
    ]
}
