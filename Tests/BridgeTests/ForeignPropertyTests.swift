// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// What holds whoever is identified and whatever is asked: each seed is another people.
@Suite("Properties of what is sent abroad")
struct ForeignPropertyTests {
    // MARK: Identifiers

    /// The identifier that a state gets to know somebody by.
    static func identifier(
        of number: SpanishIdentifier, for state: MemberState, as form: IdentifierForm, in world: World
    ) throws -> PersonIdentifier {
        var world = world
        world.requester.country = state
        world.node.answerer.identifiers = form
        let isLegal = number.person == .legal
        let exchange = try world.receive(ConnectorRequest(for: [number.person]))
        let name: AttributeName = isLegal ? .legalPersonIdentifier : .personIdentifier
        let stated = Identity(
            assurance: Assurance(.high), memberState: .spain,
            attributes: [Attribute(name, "ES/ES/" + number.text)] + (isLegal ? [] : Self.names),
            authenticatedAt: world.now)
        let route = try world.route()
        let completions = route.gaps(in: stated, of: exchange).map { ($0, TestRegister.complete($0)) }
        let whole = try route.complete(stated, with: completions, in: exchange)
        return try #require(whole[name]?.values.first.flatMap { PersonIdentifier($0.text) })
    }

    static let names = [Attribute(.familyName, "EJEMPLO"), Attribute(.firstName, "ANA")]

    static func key(_ octet: UInt8) throws -> IdentifierForm {
        .derived(try #require(DerivationKey(of: [UInt8](repeating: octet, count: 32))))
    }

    @Test("Two people never share an identifier, in any state and form; nor do two states share one", arguments: 0..<20)
    func unique(seed: Int) throws {
        var random = Seeded(seed)
        let people = Set((0..<12).map { _ in SpanishIdentifier.random(using: &random) })
        let states = try ["FR", "DE", "EL"].map(World.memberState)
        let world = try World(.proxyService)
        for form in [IdentifierForm.national, try Self.key(UInt8(seed))] {
            var seen: Set<String> = []
            for state in states {
                for person in people {
                    let identifier = try Self.identifier(of: person, for: state, as: form, in: world)
                    #expect(identifier.from == "ES" && identifier.to == state.rawValue)
                    #expect(seen.insert(identifier.text).inserted)
                }
            }
        }
    }

    @Test("A derived identifier stays, is another for each state and key, and shows nothing", arguments: 0..<20)
    func derived(seed: Int) throws {
        var random = Seeded(seed)
        let person = SpanishIdentifier.random(using: &random)
        let world = try World(.proxyService)
        let (france, germany) = (try World.memberState("FR"), try World.memberState("DE"))
        let here = try Self.identifier(of: person, for: france, as: Self.key(1), in: world)
        #expect(try Self.identifier(of: person, for: france, as: Self.key(1), in: World(.proxyService)) == here)
        guard person.person == .natural else {
            // Companies are public: their number is.
            #expect(here.text == "ES/FR/" + person.text)
            return
        }
        #expect(try Self.identifier(of: person, for: germany, as: Self.key(1), in: world).rest != here.rest)
        #expect(try Self.identifier(of: person, for: france, as: Self.key(2), in: world).rest != here.rest)
        #expect(here.rest.wholeMatch(of: /[A-Z2-7]{52}/) != nil)
        #expect(!here.text.contains(person.text) && !here.text.contains(person.text.filter(\.isNumber)))
        // However the gateway writes the number.
        let spaced = try #require(SpanishIdentifier(person.text.lowercased().map(String.init).joined(separator: " ")))
        #expect(try Self.identifier(of: spaced, for: france, as: Self.key(1), in: world) == here)
    }

    /// In Python: `b32encode(hmac.digest(bytes(range(32)), b"puente person identifier 1\nFR\n00000000T", "sha256"))`.
    @Test("A derived identifier is the one that was documented: it may never change")
    func documented() throws {
        let person = try #require(SpanishIdentifier("00000000T"))
        let form = IdentifierForm.derived(try #require(DerivationKey(of: (0..<32).map { UInt8($0) })))
        let found = try Self.identifier(of: person, for: World.memberState("FR"), as: form, in: World(.proxyService))
        #expect(found.rest == "ZXPRJJJ56FNENMOAN5LMZOWL2ETGEZS5K472YNDVSQ3XOHREKBKQ")
        #expect(DerivationKey(of: [1, 2, 3]) == nil)
    }

    // MARK: Sources

    static let eidas = Result { try World.mapping("eidas") }

    @Test("Sources are asked for what is asked and not there; they fill that and nothing else", arguments: 0..<60)
    func completion(seed: Int) throws {
        var random = Seeded(seed)
        let world = try World(.proxyService)
        let rows = try Self.eidas.get().rows.filter { $0.person == .natural && !$0.name.isRepresentative }
        var exchange = try world.receive()
        let optional = rows.filter { !$0.isMandatory && Bool.random(using: &random) }
        exchange.ask(
            PersonKind.natural.minimumDataSet.map { RequestedAttribute($0, isRequired: true) }
                + optional.map { RequestedAttribute($0.name, isRequired: false) })
        let stated = Identity(
            assurance: Assurance(.high), memberState: .spain,
            attributes: [Attribute(.personIdentifier, "ES/ES/00000000T"), Attribute(.firstSurname, "EJEMPLO")]
                + rows.filter { $0.name != .personIdentifier && Bool.random(using: &random) }.map {
                    Attribute($0.name, $0.sample)
                }, authenticatedAt: world.now)
        let route = try world.route()
        let gaps = route.gaps(in: stated, of: exchange)
        let asked = exchange.request.attributes.map(\.name)
        #expect(gaps.flatMap(\.wanted).map(\.name) == asked.filter { stated[$0] == nil })
        // A source that says everything that it knows, asked or not.
        let everything = rows.map { Attribute($0.name, $0.sample + "'", from: .source("padron")) }
        let whole = try route.complete(
            stated, with: gaps.map { ($0, Completion(attributes: everything, failures: [])) }, in: exchange)
        let wanted = Set(gaps.flatMap(\.wanted).map(\.name))
        #expect(Set(whole.attributes.map(\.name)) == Set(stated.attributes.map(\.name)).union(wanted))
        #expect(whole.attributes.count == stated.attributes.count + wanted.count)
        for attribute in stated.attributes where attribute.name != .personIdentifier {
            #expect(whole[attribute.name] == attribute)
        }
        for name in wanted { #expect(whole[name]?.origin == .source("padron")) }
        #expect(whole.assurance == stated.assurance && whole.authenticatedAt == stated.authenticatedAt)
    }

    // MARK: Release

    @Test("What leaves was asked for and not declined; what is required always leaves", arguments: 0..<200)
    func release(seed: Int) throws {
        var random = Seeded(seed)
        let names = try Self.eidas.get().rows.map(\.name)
        let present = names.filter { _ in Bool.random(using: &random) }
        var exchange = try World(.proxyService).receive()
        exchange.ask(
            names.filter { !$0.isRepresentative && Bool.random(using: &random) }.map {
                RequestedAttribute($0, isRequired: Bool.random(using: &random))
            })
        let declined = Set(names.filter { _ in Bool.random(using: &random) })
        let identity = Identity(
            assurance: Assurance(.low), memberState: .spain, attributes: present.map { Attribute($0, "\($0)") },
            authenticatedAt: .distantPast)
        for accepts in [true, false] {
            let policy = Policy(destination: .spain, acceptsRepresentation: accepts)
            guard
                case .identified(let released) = policy.release(
                    .identified(identity), to: exchange.request, without: declined)
            else { throw NothingToSpoil(name: "identity") }
            let asked = exchange.request.attributes.filter { $0.isRequired || !declined.contains($0.name) }.map(\.name)
            let expected = present.filter { asked.contains($0) || (accepts && $0.isRepresentative) }
            #expect(released.attributes == expected.map { Attribute($0, "\($0)") })
        }
    }
}

extension Exchange {
    /// The same with other attributes asked for.
    fileprivate mutating func ask(_ attributes: [RequestedAttribute]) {
        var request = request
        request.attributes = attributes
        self = Exchange(
            id: id, direction, request: request, browser: browser, openedAt: openedAt, expiresAt: expiresAt)
    }
}

extension MappingTable.Row {
    fileprivate var sample: String { "\(name)" }
}

extension SpanishIdentifier {
    /// Of any kind, with its right control character.
    static func random(using random: inout Seeded) -> SpanishIdentifier {
        while true {
            let first = Array("0123456789XYZKLMABCDEFGHJNPQRSUVW").randomElement(using: &random) ?? "0"
            let digits = (0..<7).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            for control in "TRWAGMYFPDXBNJZSQVHLCKEJI0123456789" {
                if let found = SpanishIdentifier("\(first)\(digits)\(control)"), found.hasExpectedControl {
                    return found
                }
            }
        }
    }
}

extension DerivationKey {
    fileprivate init?(of octets: [UInt8]) {
        var octets = octets
        self.init(taking: &octets)
    }
}
