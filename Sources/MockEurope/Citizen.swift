// SPDX-License-Identifier: EUPL-1.2
import Federation

/// A test person or test company. All of them are invented.
struct Citizen: Hashable, Sendable, CustomStringConvertible {
    /// What a mock state knows of one attribute: one value, or one in Latin script and one in its own.
    struct Value: Hashable, Sendable {
        let latin: String
        let original: String?
    }

    /// Short, for forms and journeys.
    let id: String
    let loa: LoA
    let kind: PersonKind
    /// In the order in which they are sent.
    let data: [(datum: Datum, value: Value)]

    var description: String { id }
    static func == (a: Self, b: Self) -> Bool { a.id == b.id }
    func hash(into hasher: inout Hasher) { hasher.combine(id) }

    subscript(datum: Datum) -> Value? { data.first { $0.datum == datum }?.value }

    /// As the login page lists the person, in the person's own script.
    var displayName: String {
        let parts = kind == .legal ? [self[.legalName]] : [self[.firstName], self[.familyName]]
        return parts.compactMap { $0.map { $0.original ?? $0.latin } }.joined(separator: " ")
    }

    /// In Latin script, where that is another one.
    var latinName: String? {
        let parts = kind == .legal ? [self[.legalName]] : [self[.firstName], self[.familyName]]
        let name = parts.compactMap { $0?.latin }.joined(separator: " ")
        return name == displayName ? nil : name
    }
}

extension Citizen {
    /// - Parameters:
    ///   - identifier: what follows `XX/ES/`.
    ///   - first, last: the name in Latin script, and in the person's own where that is another.
    static func natural(
        _ id: String, _ country: String, _ identifier: String, first: (String, String?), last: (String, String?),
        born: String, in place: (String, String?), gender: String, birthName: (String, String?)? = nil,
        loa: LoA = .high
    ) -> Citizen {
        var data: [(Datum, Value)] = [
            (.personIdentifier, Value(latin: "\(country)/ES/\(identifier)", original: nil)),
            (.familyName, Value(latin: last.0, original: last.1)),
            (.firstName, Value(latin: first.0, original: first.1)),
            (.dateOfBirth, Value(latin: born, original: nil)),
            (.placeOfBirth, Value(latin: place.0, original: nil)),
            (.gender, Value(latin: gender, original: nil)),
            (.nationality, Value(latin: country, original: nil)),
        ]
        if let birthName { data.append((.birthName, Value(latin: birthName.0, original: birthName.1))) }
        return Citizen(id: id, loa: loa, kind: .natural, data: data.map { (datum: $0.0, value: $0.1) })
    }

    static func legal(
        _ id: String, _ country: String, _ identifier: String, name: String, vat: String, loa: LoA = .substantial
    ) -> Citizen {
        Citizen(
            id: id, loa: loa, kind: .legal,
            data: [
                (.legalPersonIdentifier, Value(latin: "\(country)/ES/\(identifier)", original: nil)),
                (.legalName, Value(latin: name, original: nil)),
                (.vatRegistration, Value(latin: vat, original: nil)),
            ])
    }
}
