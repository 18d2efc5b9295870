// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation

/// Who in another country asks for a person, and for what.
struct Inquiry: Hashable, Sendable {
    /// In words for the citizen, as that country's Connector says it.
    var asker: String
    var country: MemberState
    var sector: Sector
    var person: PersonKind
    /// The lowest that is accepted.
    var loa: LoA
    var mandatory: [AttributeName]
    var optional: [AttributeName]
    /// The ways of identifying oneself that serve, where not all do.
    var methods: [ClaveGateway.Method] = []

    /// The name of the asker, set apart from the text around it.
    var askerMarkup: HTML { "<strong><bdi>\(asker)</bdi></strong>" }

    /// What is known of the asker.
    func origin(_ texts: any Texts) -> [Fact] {
        [
            Fact(texts.countryTerm, "\(texts.name(of: country))"),
            Fact(texts.sectorTerm, "\(texts.name(of: sector))"),
        ]
    }

    /// How sure the identification has to be, and what it can be made with where not everything serves.
    func demand(_ texts: any Texts) -> [Fact] {
        let names = methods.map { texts.name(of: $0) }.joined(separator: ", ")
        return [Fact(texts.loaAskedTerm, "\(texts.asked(loa))")]
            + (names.isEmpty ? [] : [Fact(texts.methodsTerm, "\(names)")])
    }
}

extension Inquiry {
    init(_ request: AuthenticationRequest, by asker: String, in country: MemberState) {
        self.init(
            asker: asker, country: country, sector: request.sector, person: request.person,
            loa: request.assurance.lowest,
            mandatory: request.attributes.filter(\.isRequired).map(\.name),
            optional: request.attributes.filter { !$0.isRequired }.map(\.name))
    }
}

/// A term and what is said of it.
struct Fact: Hashable, Sendable {
    var term: String
    var details: HTML

    init(_ term: String, _ details: HTML) {
        self.term = term
        self.details = details
    }

    var row: HTML { "<div><dt>\(term)</dt><dd>\(details)</dd></div>\n" }
}
