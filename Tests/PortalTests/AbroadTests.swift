// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import HTTPTypes
import HummingbirdTesting
import PuenteTestKit
import SAML
import Storage
import Synchronization
import Testing
import Trust
import XMLSecurity

@testable import Portal

/// Logins for services abroad, page by page: what each stage of an exchange takes, and what it refuses.
@Suite("Logins for services abroad", .timeLimit(.minutes(10)))
struct AbroadTests {
    static let natural = ["DateOfBirth", "FamilyName", "FirstName", "PersonIdentifier"]

    @Test(
        "A citizen is asked, identified, asked again and sent on, by each binding",
        arguments: ConnectorRequest.Binding.allCases)
    func journey(binding: ConnectorRequest.Binding) async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            var request = ConnectorRequest()
            request.binding = binding
            let arrived =
                binding == .post
                ? try await browser.arrive(request)
                : try await browser.get(Paths.singleSignOnService + "?" + request.address())
            #expect(arrived.status == .seeOther)
            let path = try #require(arrived.location)
            let before = try await browser.get(path)
            #expect(before.status == .ok && before.text.contains("Mairie de Lyon") && before.fields.isEmpty)
            let asked = try Asked(try await browser.post(path, ["continue": "1"]).fields)
            #expect(try await node.exchange(asked).question?.id.rawValue == asked.root["ID"])
            let consent = try #require(try await browser.answer(asked).location)
            let after = try await browser.get(consent)
            #expect(after.status == .ok && after.text.contains("EJEMPLO PRUEBA") && after.text.contains("Padrón"))
            guard case .consenting(let identity) = try await node.exchange(asked).stage else {
                throw NothingToSpoil(name: "consent")
            }
            #expect(identity[.personIdentifier]?.values.first?.text == "ES/FR/00000000T")
            let sent = try await browser.post(consent, ["accept": "1"])
            let answer = try node.world.open(SentDocument(sent.fields))
            #expect(answer.statusCodes == [SAMLURI.success] && answer.attributes.keys.sorted() == Self.natural)
            #expect(answer.document.fields["RelayState"] == "fr-4711")
            // Nothing about the person is kept, nor was any of it written down.
            #expect(try await node.exchange(asked).stage == .finished)
            let trail = await node.audit()
            for word in ["00000000T", "EJEMPLO", "1970-05-01"] { #expect(!trail.contains(word)) }
            for kind in ["request.received", "request.sent", "response.received", "consent.given", "response.sent"] {
                #expect(trail.contains(kind))
            }
            #expect(trail.contains("FirstName (gateway), DateOfBirth (padron)"))
        }
    }

    @Test("With one page, the person goes straight to Cl@ve")
    func onePage() async throws {
        let node = try Node()
        try await node.run(asksBefore: false) { client in
            var browser = Browser(client)
            let asked = try Asked(try await browser.arrive().fields)
            let consent = try #require(try await browser.answer(asked).location)
            #expect(try await browser.get(consent).text.contains("Mairie de Lyon"))
            let answer = try node.world.open(SentDocument(try await browser.post(consent, ["accept": "1"]).fields))
            #expect(answer.statusCodes == [SAMLURI.success])
        }
    }

    @Test(
        "P1-01: other methods are refused",
        arguments: ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "M-SEARCH", "PURGE"])
    func methods(name: String) async throws {
        try await Node().run { client in
            var browser = Browser(client)
            let method = try #require(HTTPRequest.Method(name))
            #expect(try await browser.send(method, Paths.singleSignOnService, "").status == .methodNotAllowed)
            #expect(try await browser.send(method, Paths.gatewayAnswers, "").status == .methodNotAllowed)
            #expect(try await browser.get(Paths.gatewayAnswers).status == .methodNotAllowed)
            #expect(try await browser.send(method, "/nowhere", "").status == .notFound)
        }
    }

    @Test("P1-47: a request serves once, whoever brings it")
    func replayed() async throws {
        try await Node().run { client in
            var (browser, other) = (Browser(client), Browser(client))
            let first = try await browser.arrive()
            #expect(first.status == .seeOther)
            #expect(try await browser.arrive().status == .conflict)
            #expect(try await other.arrive().status == .conflict)
            #expect(try await other.arrive(ConnectorRequest(id: "_second")).status == .seeOther)
        }
    }

    @Test("What cannot be served is answered at once")
    func notServed() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            var request = ConnectorRequest()
            request.ask("exact", ["urn:x"])
            let answer = try node.world.open(SentDocument(try await browser.arrive(request).fields))
            #expect(answer.statusCodes == [SAMLURI.requester] && answer.statusMessage?.hasPrefix("202015") == true)
            #expect(try await browser.arrive(request).status == .conflict)
        }
    }

    // MARK: Giving up

    @Test("Whoever gives up before, or says no after, is not named")
    func givingUp() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let path = try #require(try await browser.arrive().location)
            let cancelled = try node.world.open(SentDocument(try await browser.post(path, ["cancel": "1"]).fields))
            let (login, asked) = try await browser.identify(ConnectorRequest(id: "_second"))
            let denied = try node.world.open(
                SentDocument(try await browser.post(login + "/consent", ["deny": "1"]).fields))
            for answer in [cancelled, denied] {
                #expect(answer.statusCodes == [SAMLURI.responder, SAMLURI.requestDenied])
                #expect(answer.statusMessage == "202007 - Consent not given" && answer.assertion == nil)
            }
            #expect(try await node.exchange(asked).stage == .finished)
            #expect(await node.audit().contains("consent.refused"))
            for step in ["/request", "/consent"] {
                #expect(try await browser.post(login + step, ["accept": "1", "continue": "1"]).status == .conflict)
            }
        }
    }

    @Test("What is declined does not leave; what is required cannot be declined")
    func declined() async throws {
        let node = try Node()
        var request = ConnectorRequest()
        for name in ["Gender", "Nationality"] {
            try request.ask(for: "http://eidas.europa.eu/attributes/naturalperson/" + name, name)
        }
        let asking = request
        try await node.run { client in
            var browser = Browser(client)
            let (path, _) = try await browser.identify(asking)
            let page = try await browser.post(path + "/consent", ["accept": "1", "release.Gender": "1"])
            let answer = try node.world.open(SentDocument(page.fields))
            #expect(answer.attributes.keys.sorted() == (Self.natural + ["Gender"]).sorted())
            #expect(await node.audit().contains("kept back: Nationality"))
        }
    }

    @Test("A form that says neither yes nor no changes nothing: the page is shown again")
    func neither() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let first = try #require(try await browser.arrive().location)
            #expect(try await browser.post(first).location == first)
            let asked = try Asked(try await browser.post(first, ["continue": "1"]).fields)
            let consent = try #require(try await browser.answer(asked).location)
            #expect(try await browser.post(consent).location == consent)
            #expect(try await browser.post(consent, ["accept": "1"]).fields["SAMLResponse"] != nil)
        }
    }

    // MARK: Once, in one browser, in time

    @Test("A second answer never counts: neither the same, nor another, before consent or after")
    func secondAnswer() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let (path, asked) = try await browser.identify()
            let stage = try await node.exchange(asked).stage
            // Reloaded, it leads on to where the person is.
            #expect(try await browser.answer(asked).location == path + "/consent")
            #expect(try await browser.answer(asked, .other, again: true).location == path + "/consent")
            #expect(try await node.exchange(asked).stage == stage)
            let answer = try node.world.open(
                SentDocument(try await browser.post(path + "/consent", ["accept": "1"]).fields))
            #expect(answer.attributes["PersonIdentifier"] == ["ES/FR/00000000T"])
            for person in [TestPerson.citizen, .other] {
                let late = try await browser.answer(asked, person, again: true)
                #expect(late.status == .conflict && late.fields["SAMLResponse"] == nil)
            }
            #expect(try await browser.answer(asked).status == .conflict)
        }
    }

    @Test("Of answers that come at once one counts, and sources are asked once")
    func answersAtOnce() async throws {
        let count = Mutex(0)
        let node = try Node { world in
            world.register = { gap in
                count.withLock { $0 += 1 }
                Thread.sleep(forTimeInterval: 0.05)
                return TestRegister.complete(gap)
            }
        }
        try await node.run { client in
            var browser = Browser(client)
            let (path, asked) = try await browser.agree()
            let (same, answer) = (browser, try NodeAnswer(atHome: .citizen, to: asked.question()))
            let fields = ["SAMLResponse": Base64.encode(try answer.octets()), "RelayState": answer.relayState ?? ""]
            let landed = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        var browser = same
                        return try await browser.post(Paths.gatewayAnswers, fields).location
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(landed == [path + "/consent"])
            #expect(count.withLock(\.self) == 1)
        }
    }

    @Test("The answer to the older of two questions leads back to where the person is")
    func olderQuestion() async throws {
        try await Node().run { client in
            var browser = Browser(client)
            let path = try #require(try await browser.arrive().location)
            let older = try Asked(try await browser.post(path, ["continue": "1"]).fields)
            let newer = try Asked(try await browser.post(path, ["continue": "1"]).fields)
            let page = try await browser.answer(older)
            #expect(page.status == .badRequest && page.text.contains("href=\"" + path))
            let consent = try #require(try await browser.answer(newer).location)
            #expect(try await browser.answer(older).location == consent)
            var other = Browser(client)
            #expect(try await other.answer(older).status == .forbidden)
        }
    }

    @Test("An assertion serves once, whatever message it comes in")
    func usedAssertion() async throws {
        try await Node().run { client in
            var browser = Browser(client)
            _ = try await browser.identify()
            let (_, asked) = try await browser.agree(ConnectorRequest(id: "_second"))
            #expect(try await browser.answer(asked) { $0.response.set("ID", "_other") }.status == .conflict)
            #expect(try await browser.answer(asked, again: true).status == .seeOther)
        }
    }

    @Test("Consent is given once: nothing leaves a second time, be it at the same moment")
    func consentTwice() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let (path, asked) = try await browser.identify()
            let same = browser
            let sent = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        var browser = same
                        let page = try await browser.post(path + "/consent", ["accept": "1"])
                        return page.fields["SAMLResponse"] != nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(sent == 1)
            #expect(try await node.exchange(asked).stage == .finished)
            #expect(try await browser.get(path + "/consent").status == .conflict)
            #expect(try await browser.post(path + "/consent", ["deny": "1"]).status == .conflict)
        }
    }

    @Test("Consent is not asked before the person is identified")
    func tooEarly() async throws {
        try await Node().run { client in
            var browser = Browser(client)
            let (path, asked) = try await browser.agree()
            #expect(try await browser.get(path + "/consent").status == .conflict)
            #expect(try await browser.post(path + "/consent", ["accept": "1"]).status == .conflict)
            #expect(try await browser.answer(asked).status == .seeOther)
            #expect(try await browser.post(path + "/request", ["continue": "1"]).status == .conflict)
        }
    }

    @Test("Each step belongs to the browser in which the login began")
    func otherBrowser() async throws {
        let node = try Node()
        try await node.run { client in
            var (browser, bare, other) = (Browser(client), Browser(client), Browser(client))
            _ = try await other.arrive(ConnectorRequest(id: "_other"))
            let (path, asked) = try await browser.agree()
            #expect(try await bare.answer(asked).status == .forbidden)
            #expect(try await other.answer(asked).status == .forbidden)
            #expect(try await other.post(path + "/request", ["cancel": "1"]).status == .forbidden)
            // The right one is not harmed by it.
            #expect(try await browser.answer(asked).status == .seeOther)
            for var stranger in [bare, other] {
                let page = try await stranger.get(path + "/consent")
                #expect(page.status == .forbidden && !page.text.contains("EJEMPLO"))
                #expect(try await stranger.post(path + "/consent", ["accept": "1"]).status == .forbidden)
            }
            #expect(try await browser.post(path + "/consent", ["accept": "1"]).fields["SAMLResponse"] != nil)
        }
    }

    @Test("A page of another site cannot agree for the person")
    func crossSite() async throws {
        try await Node().run { client in
            var browser = Browser(client)
            let (path, _) = try await browser.identify()
            for site in ["cross-site", "same-site"] {
                browser.site = site
                let page = try await browser.post(path + "/consent", ["accept": "1"])
                #expect(page.status == .forbidden && page.fields["SAMLResponse"] == nil)
            }
            // Old browsers say it by Origin.
            browser.site = nil
            browser.origin = "https://other.example"
            #expect(try await browser.post(path + "/consent", ["accept": "1"]).status == .forbidden)
            browser.origin = Node.origin
            #expect(try await browser.post(path + "/consent", ["accept": "1"]).fields["SAMLResponse"] != nil)
        }
    }

    @Test("A login that took too long is over at every page", arguments: ["request", "answer", "consent"])
    func expired(step: String) async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let path = try #require(try await browser.arrive().location)
            if step != "request" {
                let asked = try Asked(try await browser.post(path, ["continue": "1"]).fields)
                if step == "answer" {
                    node.wait(seconds: 600)
                    let late = try await browser.answer(asked)
                    #expect(late.status == .gone && late.fields["SAMLResponse"] == nil)
                    return
                }
                #expect(try await browser.answer(asked).status == .seeOther)
            }
            node.wait(seconds: 599.9)
            let page = path.replacing("/request", with: "/" + step)
            #expect(try await browser.get(page).status == .ok)
            node.wait(seconds: 0.1)
            let gone = try await browser.get(page)
            #expect(gone.status == .gone && !gone.text.contains("EJEMPLO"))
            let late = try await browser.post(page, ["continue": "1", "accept": "1"])
            #expect(late.status == .gone && late.fields.isEmpty)
        }
    }

    @Test("Only the newest question is answered")
    func newest() async throws {
        try await Node().run { client in
            var browser = Browser(client)
            let (path, first) = try await browser.agree()
            let second = try Asked(try await browser.post(path + "/request", ["continue": "1"]).fields)
            #expect(first.root["ID"] != second.root["ID"] && first.fields["RelayState"] != second.fields["RelayState"])
            #expect(try await browser.answer(first).status == .badRequest)
            #expect(try await browser.answer(second).status == .seeOther)
        }
    }

    // MARK: Answers that do not serve

    @Test("Who cancelled at Cl@ve may reload the page that carries the refusal on")
    func reloaded() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            let (_, asked) = try await browser.agree()
            let refusal = try NodeAnswer(failureAtHome: [SAMLURI.requestDenied], "003002 - x", to: asked.question())
            func post() async throws -> Browser.Page {
                try await browser.post(
                    Paths.gatewayAnswers,
                    ["SAMLResponse": Base64.encode(refusal.octets()), "RelayState": refusal.relayState ?? ""])
            }
            let first = try await post()
            #expect(try node.world.open(SentDocument(first.fields)).statusCodes.contains(SAMLURI.requestDenied))
            #expect(try await post().fields["SAMLResponse"] == first.fields["SAMLResponse"])
        }
    }

    @Test("Who does not serve learns why, and carries the answer on")
    func tooLow() async throws {
        let node = try Node()
        try await node.run { client in
            var browser = Browser(client)
            var request = ConnectorRequest()
            request.ask("minimum", ["http://eidas.europa.eu/LoA/high"])
            let (_, asked) = try await browser.agree(request)
            let page = try await browser.answer(asked)
            #expect(page.status == .badRequest)
            let answer = try node.world.open(SentDocument(page.fields))
            #expect(answer.statusMessage?.hasPrefix("202019") == true && answer.assertion == nil)
            #expect(try await node.exchange(asked).stage == .finished)
            // A stronger one comes too late: the page is shown again, with the same answer.
            let again = try await browser.answer(asked, again: true, loa: "http://eidas.europa.eu/LoA/high")
            #expect(again.status == .badRequest && again.fields == page.fields)
        }
    }

    @Test("A message that is not the gateway's ends nothing: the good one still counts")
    func forged() async throws {
        try await Node().run { client in
            var browser = Browser(client)
            let (_, asked) = try await browser.agree()
            let forgeries: [@Sendable (inout NodeAnswer) throws -> Void] = [
                { $0.isSigned = false }, { $0.recipe = SignatureRecipe(.stranger) }, { $0.relayState = "other" },
                { $0.response.set("Destination", "https://other.example/") },
                { try $0.editAssertion { try $0.setText(of: "Audience", "https://other.example/") } },
            ]
            for forgery in forgeries {
                let page = try await browser.answer(asked, spoiling: forgery)
                #expect(page.status == .badRequest && page.fields["SAMLResponse"] == nil)
            }
            #expect(try await browser.answer(asked).status == .seeOther)
        }
    }

    @Test("A register that cannot be asked is told, and nobody is named")
    func registerDown() async throws {
        let node = try Node { $0.register = TestRegister.fail }
        try await node.run { client in
            var browser = Browser(client)
            let (path, asked) = try await browser.agree()
            let page = try await browser.answer(asked)
            let answer = try node.world.open(SentDocument(page.fields))
            #expect(answer.statusCodes == [SAMLURI.responder, SAMLURI.invalidAttribute] && answer.assertion == nil)
            #expect(!page.text.contains("EJEMPLO") && !page.text.contains("00000000T"))
            #expect(try await browser.get(path + "/consent").status == .conflict)
        }
    }

    @Test("An exchange of one direction is none of the other's")
    func directions() async throws {
        try await Node().run { client in
            var browser = Browser(client)
            let (path, asked) = try await browser.agree()
            #expect(try await browser.get(path + "/country").status == .notFound)
            #expect(try await browser.post(path + "/country", ["cancel": "1"]).status == .notFound)
            let answer = try NodeAnswer(atHome: .citizen, to: asked.question())
            let misdirected = try await browser.post(
                Paths.assertionConsumerService,
                ["SAMLResponse": Base64.encode(answer.octets()), "RelayState": answer.relayState ?? ""])
            #expect(misdirected.status == .badRequest)
            #expect(try await browser.get("/x/00000000000000000000000000000000/consent").status == .notFound)
            #expect(try await browser.answer(asked).status == .seeOther)
        }
    }
}
