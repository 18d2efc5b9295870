// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Testing

@Suite("Policy")
struct PolicyTests {
    static let now = Date(timeIntervalSince1970: 1_772_442_930)

    static func state(_ code: String) throws -> MemberState { try #require(MemberState(rawValue: code)) }

    static func request(_ person: PersonKind = .natural) -> AuthenticationRequest {
        AuthenticationRequest(
            id: MessageID("_r"), requester: EntityID("service"), serviceName: "S", sector: .public,
            assurance: .minimum(.low),
            person: person, attributes: person.minimumDataSet.map { RequestedAttribute($0, isRequired: true) },
            reply: ReplyAddress(assertionConsumerService: "https://servicio.example.es/", relayState: nil),
            issuedAt: now)
    }

    static func identity(
        _ attributes: [(AttributeName, String)], from: String = "DE", _ assurance: Assurance = Assurance(.high)
    ) throws -> AuthenticationOutcome {
        .identified(
            Identity(
                assurance: assurance, memberState: try state(from),
                attributes: attributes.map { Attribute($0.0, $0.1) },
                authenticatedAt: now))
    }

    static let german: [(AttributeName, String)] = [
        (.personIdentifier, "DE/ES/1"), (.familyName, "M"), (.firstName, "J"), (.dateOfBirth, "1964-05-17"),
    ]
    static let company: [(AttributeName, String)] = [(.legalPersonIdentifier, "DE/ES/2"), (.legalName, "B")]

    static func admit(
        _ outcome: AuthenticationOutcome, _ person: PersonKind = .natural,
        assurance: AssuranceRequirement = .minimum(.low),
        published: Set<Assurance> = [], accepts: Bool = false
    ) throws -> Rule? {
        let request = request(person)
        do {
            _ = try Policy(destination: .spain, acceptsRepresentation: accepts).admit(
                outcome, answering: request, to: request.attributes, at: assurance, published: published)
            return nil
        } catch {
            return error.rule
        }
    }

    @Test("A refusal counts as it is")
    func refusal() throws { #expect(try Self.admit(.refused(Refusal(.denied))) == nil) }

    @Test(
        "Levels: met, too low, not notified, not published",
        arguments: [
            (AssuranceRequirement.minimum(.substantial), Assurance(.substantial), [], nil),
            (.minimum(.substantial), Assurance(.high), [], nil),
            (.minimum(.substantial), Assurance(.low), [], .responseLoATooLow),
            (.minimum(.low), Assurance(.high, notified: false), [], .responseLoATooLow),
            (.exactly([Assurance(.low, notified: false)]), Assurance(.low, notified: false), [], nil),
            (.exactly([Assurance(.low, notified: false)]), Assurance(.low), [], .responseLoATooLow),
            (.minimum(.low), Assurance(.high), [Assurance(.high)], nil),
            (.minimum(.low), Assurance(.high), [Assurance(.low)], .responseLoANotPublished),
        ] as [(AssuranceRequirement, Assurance, Set<Assurance>, Rule?)])
    func levels(asked: AssuranceRequirement, given: Assurance, published: Set<Assurance>, rule: Rule?) throws {
        #expect(try Self.admit(Self.identity(Self.german, given), assurance: asked, published: published) == rule)
    }

    @Test("Data sets are complete, identifiers of the right countries, representation only where accepted")
    func contents() throws {
        #expect(try Self.admit(Self.identity(Self.german)) == nil)
        #expect(try Self.admit(Self.identity(Self.company), .legal) == nil)
        #expect(try Self.admit(Self.identity(Self.company)) == .dataSetIncomplete)
        for index in Self.german.indices {
            var fewer = Self.german
            fewer.remove(at: index)
            #expect(try Self.admit(Self.identity(fewer)) == .dataSetIncomplete)
        }
        #expect(try Self.admit(Self.identity(Self.german, from: "FR")) == .identifierCountry)
        let both = Self.german + Self.company
        #expect(try Self.admit(Self.identity(both), .legal) == .representationNotAccepted)
        #expect(try Self.admit(Self.identity(both), .legal, accepts: true) == nil)
        let represented = Self.company + Self.german.map { ($0.0.ofRepresentative, $0.1) }
        #expect(try Self.admit(Self.identity(represented), .legal) == .representationNotAccepted)
        #expect(try Self.admit(Self.identity(represented), .legal, accepts: true) == nil)
        let twice = represented + Self.company.map { ($0.0.ofRepresentative, $0.1) }
        #expect(try Self.admit(Self.identity(twice), .legal, accepts: true) == .representationNotAccepted)
        var foreign = represented
        foreign[2] = (.personIdentifier.ofRepresentative, "DE/FR/1")
        #expect(try Self.admit(Self.identity(foreign), .legal, accepts: true) == .identifierCountry)
    }

    @Test("Only what was asked for is released")
    func release() throws {
        let more = Self.german + [(AttributeName("Gender"), "Male"), (.personIdentifier.ofRepresentative, "DE/ES/9")]
        for (accepts, count) in [(false, 4), (true, 5)] {
            let policy = Policy(destination: .spain, acceptsRepresentation: accepts)
            guard case .identified(let released) = policy.release(try Self.identity(more), to: Self.request()) else {
                Issue.record("refused")
                return
            }
            #expect(released.attributes.count == count)
        }
    }

    @Test(
        "Greece is EL, and its old prefix is understood",
        arguments: [("EL", "EL", true), ("EL", "GR", true), ("DE", "GR", false), ("DE", "de", false)])
    func prefixes(code: String, prefix: String, isNamed: Bool) throws {
        #expect(try Self.state(code).isNamed(by: prefix) == isNamed)
    }

    @Test("A country is two capitals", arguments: ["GR", "es", "ESP", "E", "", "E1", "ÑÑ"])
    func countries(code: String) { #expect(MemberState(rawValue: code) == nil) }

    @Test("What strangers sent does not break a line of the log")
    func rejections() {
        let rejection = Rejection(
            .messageIssuer, "Issuer", expected: "x",
            found: "a\nb\u{1B}[31m\u{202E}" + String(repeating: "y", count: 500))
        #expect(rejection.found?.count == 200)
        #expect(!rejection.description.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E })
        #expect(rejection.description.hasPrefix("message.issuer at Issuer, expected x, found a"))
    }

    @Test(
        "An exchange's identifier is 32 hexadecimal digits",
        arguments: [
            ("00112233445566778899aabbccddeeff", true), ("00112233445566778899AABBCCDDEEFF", false), ("", false),
            ("00", false), ("../../../../../../../../etc/pass", false),
        ])
    func identifiers(text: String, isGood: Bool) { #expect((Exchange.ID(rawValue: text) != nil) == isGood) }
}
