// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import Testing
import XMLSecurity

@testable import MockEurope

@Suite("A Connector of mock France")
struct FrenchConnectorTests {
    private static let now = WorldTests.now
    private static let proxyAddress = "http://localhost:1/eidas/proxy"

    /// One of its Connectors, and a mock state in the place of our Proxy-Service.
    struct Fixture: Sendable {
        let connectors: [FrenchConnector]
        let state: MockState
        let stranger: Credential

        func connector(_ registration: Registration) throws -> FrenchConnector {
            try #require(connectors.first { $0.registration == registration })
        }

        var proxy: ProxyService {
            get throws {
                ProxyService(
                    try VerifiedEntity(
                        state.metadata(id: "_m", validUntil: now + 3_600),
                        expecting: MetadataExpectation(
                            entityID: state.entityID, country: .spain, role: .proxyService,
                            pins: [state.credential.certificate]),
                        confirmedBy: nil,
                        at: now))
            }
        }
    }

    private static let fixture = Result {
        let citizen = Citizen.natural(
            "begona", "ES", "00000000T", first: ("Begoña", nil), last: ("Núñez Peña", nil), born: "1980-01-31",
            in: ("Cáceres", nil), gender: "Female")
        let data = citizen.data.map { datum, value in
            (
                datum: datum,
                value: datum == .personIdentifier ? Citizen.Value(latin: "ES/FR/00000000T", original: nil) : value
            )
        }
        let profile = StateProfile(
            country: .spain, spanishName: "España", englishName: "Spain", greeting: "Hola", language: "es",
            key: .ec(.p256), algorithm: .ecdsaSHA256, latinScript: .qualified,
            citizens: [Citizen(id: "begona", loa: .high, kind: .natural, data: data)])
        return Fixture(
            connectors: try MockEurope.World.connectors(WorldTests.addresses, at: now),
            state: MockState(
                profile: profile, base: proxyAddress, credential: try .make(.ec(.p256), "Spain", at: now)),
            stranger: try .make(.ec(.p256), "Stranger", at: now))
    }

    let fixture: Fixture
    init() throws { fixture = try Self.fixture.get() }

    @Test("Its metadata is accepted under its pin, but not when it has ended", arguments: Registration.allCases)
    func metadata(registration: Registration) throws {
        let connector = try fixture.connector(registration)
        let octets = try connector.metadata(at: Self.now)
        let expected = MetadataExpectation(
            entityID: connector.entityID, country: FrenchConnector.france, role: .connector,
            pins: [connector.signing.certificate])
        guard registration != .expired else {
            let error = try #require(throws: Rejection.self) {
                try VerifiedEntity(octets, expecting: expected, confirmedBy: nil, at: Self.now)
            }
            #expect(error.rule == .metadataExpiry)
            return
        }
        let entity = try VerifiedEntity(octets, expecting: expected, confirmedBy: nil, at: Self.now)
        #expect(entity.entity.sector == .public)
        #expect(entity.descriptor.endpoints.map(\.location) == [connector.assertionConsumerService])
        let key = try #require(entity.descriptor.encryptionKeys.first?.certificate.publicKey.kind)
        #expect(key == (registration == .rsa ? .rsa(bits: 3072) : .ec(.p256)))
    }

    @Test("Its request is by the book, however it travels", arguments: Binding.allCases, [true, false])
    func request(binding: Binding, acceptsNonNotified: Bool) throws {
        let connector = try fixture.connector(.curve)
        // The mock states publish POST alone; our Proxy-Service publishes both.
        var known = try fixture.proxy
        known.singleSignOn[SAMLURI.redirect] = fixture.state.singleSignOnService
        let wish = FrenchWish(wantsMore: true, acceptsNonNotified: acceptsNonNotified, binding: binding)
        let (passage, question) = try connector.ask(wish, known, at: Self.now)
        let received =
            switch passage {
            case .form(let form):
                try ReceivedMessage(post: form.fields[0].value, relayState: form.fields[1].value)
            case .address(let address):
                try ReceivedMessage(redirect: String(try #require(address.split(separator: "?").last)))
            }
        #expect(received.relayState == question.relayState)
        #expect((received.querySignature != nil) == (binding == .redirect))
        let verified = try ParsedMessage(received).verifyRequest(
            from: Sender(signingCertificates: [connector.signing.certificate], signatures: .eidas),
            expecting: RequestExpectation(destinations: [fixture.state.singleSignOnService]), confirmedBy: nil,
            at: Self.now)
        #expect(verified.message.issuer?.name == connector.entityID)
        #expect(verified.message.sectors == [])
        #expect(verified.message.context?.comparison == (acceptsNonNotified ? "exact" : "minimum"))
        #expect(verified.message.context?.classes.count == (acceptsNonNotified ? 4 : 1))
        #expect(verified.message.attributes?.filter { $0.isRequired == true }.count == 4)
    }

    @Test("An answer is read, whichever key it is encrypted for", arguments: [Registration.curve, .rsa])
    func identified(registration: Registration) throws {
        let outcome = try outcome(registration) { try $0.identifying(fixture.state.profile.citizens[0]) }
        guard case .identified(let person) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(person.assurance == Assurance(.high))
        #expect(person[.personIdentifier].map(\.text) == ["ES/FR/00000000T"])
    }

    @Test("A failure is read, with its code")
    func failed() throws {
        let outcome = try outcome(.curve) { try $0.refusing(SAMLURI.requestDenied, "003002 - Cancelled") }
        guard case .failed(let codes, let message) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(codes == [SAMLURI.responder, SAMLURI.requestDenied])
        #expect(message == "003002 - Cancelled")
    }

    /// What is wrong with an answer, and the rule that it breaks.
    static let spoilt: [(manner: Manner, rule: Rule)] = [
        (.expired, .messageIssueInstant), (.unsigned, .signatureMissing), (.otherCountry, .identifierCountry),
    ]

    @Test("A spoilt answer is refused", arguments: spoilt.indices)
    func spoils(index: Int) throws {
        let (manner, rule) = Self.spoilt[index]
        let manners: (StateAnswer) throws -> PostForm = { answer in
            // Unsigned is what the mock states send when they are told to repeat or leave out the signature.
            try answer.identifying(fixture.state.profile.citizens[0], manner)
        }
        guard case .refused(let rejection) = try outcome(.curve, manners) else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.rule == rule)
    }

    @Test("A failure without a code is refused")
    func codeless() throws {
        let outcome = try outcome(.curve) { try $0.refusing(SAMLURI.requestDenied, "Cancelled") }
        guard case .refused(let rejection) = outcome else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.rule == .responseStatus)
    }

    /// Asks the state, lets it answer, and reads the answer.
    private func outcome(
        _ registration: Registration, _ answer: (StateAnswer) throws -> PostForm
    ) throws -> FrenchOutcome {
        let connector = try fixture.connector(registration)
        let (passage, question) = try connector.ask(FrenchWish(), fixture.proxy, at: Self.now)
        guard case .form(let form) = passage else { throw Surprise("a form", "an address") }
        let known = try Connector(
            VerifiedEntity(
                connector.metadata(at: Self.now),
                expecting: MetadataExpectation(
                    entityID: connector.entityID, country: FrenchConnector.france, role: .connector,
                    pins: [connector.signing.certificate]),
                confirmedBy: nil,
                at: Self.now))
        let request = try ParsedMessage(
            ReceivedMessage(post: form.fields[0].value, relayState: form.fields[1].value)
        ).verifyRequest(
            from: Sender(signingCertificates: known.signing, signatures: .eidas),
            expecting: RequestExpectation(destinations: [fixture.state.singleSignOnService]), confirmedBy: nil,
            at: Self.now)
        let sent = try answer(
            StateAnswer(
                state: fixture.state, connector: known, request: request.message, relayState: form.fields[1].value,
                now: Self.now))
        let pairs = sent.fields.map { "\($0.name)=\($0.value.escapedForQuery)" }
        return connector.read(FormInput(pairs.joined(separator: "&")), answering: question, at: Self.now)
    }
}
