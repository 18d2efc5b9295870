// SPDX-License-Identifier: EUPL-1.2
import Federation

extension Journey {
    /// What Puente has to turn away, each for its own reason.
    static let abuses = [
        Journey("an unregistered service") { visitor in
            try await visitor.expectTurnedAway(visitor.begin(Wish(delivery: .unknown)), .peerUnknown)
        },
        Journey("an expired answer") { visitor in
            let page = try await visitor.identify(as: "lena", .germany, Wish(), .expired)
            try await visitor.expectTurnedAway(page, .messageIssueInstant)
        },
        Journey("an unsigned answer") { visitor in
            let page = try await visitor.identify(as: "eleni", .greece, Wish(), .unsigned)
            try await visitor.expectTurnedAway(page, .signatureMissing)
        },
        Journey("an identifier of another country") { visitor in
            let page = try await visitor.identify(as: "lucja", .poland, Wish(), .otherCountry)
            try visitor.expectFailed(page, "Responder / InvalidAttrNameOrValue", saying: "202010")
        },
        Journey("an answer that was used before") { visitor in
            let first = try await visitor.identify(as: "giulia", .italy)
            try visitor.expectIdentified(first, .high, "IT", [.familyName: ["Pontevecchio"]])
            let page = try await visitor.identify(as: "giulia", .italy, Wish(), .repeated)
            try await visitor.expectTurnedAway(page, .exchangeFinished)
        },
        Journey("an answer in another browser") { visitor in
            let confirm = try await visitor.login("ivayla", .bulgaria, on: visitor.begin())
            let answer = try await visitor.consent(on: confirm)
            let page = try await Browser().goOn(from: answer)
            try await visitor.expectTurnedAway(page, .exchangeOtherBrowser)
        },
    ]

    /// Ways that are not straight.
    static let detours = [
        Journey("back, and another country") { visitor in
            let selector = try await visitor.begin()
            let forward = try await visitor.choose(.germany, on: selector)
            _ = try await visitor.browser.goOn(from: forward)
            guard let back = forward.links.first(where: { $0.contains("/x/") }) else {
                throw Surprise("a link back to the countries", "\(forward.links)")
            }
            let confirm = try await visitor.login("eleni", .greece, on: visitor.browser.get(back))
            let page = try await visitor.browser.goOn(from: visitor.consent(on: confirm))
            try visitor.expectIdentified(page, .high, "EL", [.firstName: ["Eleni", "Ελένη"]])
        },
        Journey("two logins at once in one browser") { visitor in
            let first = try await visitor.login("lena", .germany, on: visitor.begin())
            let second = try await visitor.login("odysseas", .greece, on: visitor.begin())
            let greek = try await visitor.browser.goOn(from: visitor.consent(on: second))
            try visitor.expectIdentified(greek, .substantial, "EL", [.firstName: ["Odysseas", "Οδυσσέας"]])
            let german = try await visitor.browser.goOn(from: visitor.consent(on: first))
            try visitor.expectIdentified(german, .high, "DE", [.firstName: ["Lena"]])
        },
        Journey("logged out") { visitor in
            let page = try await visitor.identify(as: "chloe", .france)
            let out = try await visitor.browser.goOn(from: visitor.browser.submit(try page.form(to: "/salir")))
            guard out.facts["outcome"] == ["logged-out"] else { throw Surprise("logged out", "\"\(out.heading)\"") }
        },
    ]
}
