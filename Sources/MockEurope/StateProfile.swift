// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal
import XMLSecurity

/// One mock member state: who lives there, and how its Proxy-Service signs and writes. No two are alike, as in the field.
struct StateProfile: Sendable {
    /// How the mark of a value in another script is written: as the schema has it, or as some nodes do
    /// (Attribute Profile 1.4 §2.4).
    enum LatinScript: Sendable { case qualified, unqualified }

    let country: MemberState
    let spanishName: String
    let englishName: String
    /// As the login page greets, in the language of the country.
    let greeting: String
    let language: String
    let key: KeyKind
    let algorithm: SignatureAlgorithm
    let latinScript: LatinScript
    let citizens: [Citizen]

    /// The last part of its addresses: `de`.
    var path: String { country.rawValue.lowercased() }

    func name(_ language: Language) -> String { language == .spanish ? spanishName : englishName }

    var levels: [LoA] { LoA.allCases.filter { level in citizens.contains { $0.loa >= level } } }
    /// What its metadata publishes: what its citizens have.
    var data: [Datum] { Datum.allCases.filter { datum in citizens.contains { $0[datum] != nil } } }

    func citizen(_ id: String) -> Citizen? { citizens.first { $0.id == id } }
}

extension StateProfile {
    private init(
        _ code: String, _ spanish: String, _ english: String, greeting: String, _ language: String, _ key: KeyKind,
        _ algorithm: SignatureAlgorithm, latinScript: LatinScript = .qualified, citizens: [Citizen]
    ) {
        self.init(
            country: MemberState(rawValue: code) ?? .spain, spanishName: spanish, englishName: english,
            greeting: greeting, language: language, key: key, algorithm: algorithm, latinScript: latinScript,
            citizens: citizens)
    }

    static let all: [StateProfile] = [germany, greece, bulgaria, poland, france, italy]

    static let germany = StateProfile(
        "DE", "Alemania", "Germany", greeting: "Guten Tag", "de", .ec(.brainpoolP256r1), .ecdsaSHA256,
        citizens: [
            .natural(
                "lena", "DE", "7Kq3Zt0LmW8xVb2n", first: ("Lena", nil), last: ("Musterbrück", nil), born: "1988-04-17",
                in: ("Köln", nil), gender: "Female", birthName: ("Lena Stegmann", nil)),
            .natural(
                "jonas", "DE", "p4Rf6Yc1Sd9uHg5e", first: ("Jonas", nil), last: ("Probst-Übergang", nil),
                born: "1971-12-02", in: ("Görlitz", nil), gender: "Male"),
            .legal("brueckenbau", "DE", "HRB-000417-KOELN", name: "Brückenbau Muster GmbH", vat: "DE000000417"),
        ])

    static let greece = StateProfile(
        "EL", "Grecia", "Greece", greeting: "Καλώς ήρθατε", "el", .rsa(bits: 3072), .pssSHA256,
        citizens: [
            .natural(
                "eleni", "EL", "GR-4471-0029", first: ("Eleni", "Ελένη"), last: ("Gefyropoulou", "Γεφυροπούλου"),
                born: "1979-11-30", in: ("Arta", nil), gender: "Female",
                birthName: ("Eleni Kamarinou", "Ελένη Καμαρινού")),
            .natural(
                "odysseas", "EL", "GR-5180-7714", first: ("Odysseas", "Οδυσσέας"), last: ("Thalassinos", "Θαλασσινός"),
                born: "1994-02-28", in: ("Chania", nil), gender: "Male", loa: .substantial),
        ])

    static let bulgaria = StateProfile(
        "BG", "Bulgaria", "Bulgaria", greeting: "Добре дошли", "bg", .ec(.p256), .ecdsaSHA256,
        latinScript: .unqualified,
        citizens: [
            .natural(
                "ivayla", "BG", "EGN-0000000001", first: ("Ivayla", "Ивайла"), last: ("Mostova", "Мостова"),
                born: "1990-06-15", in: ("Svilengrad", nil), gender: "Female"),
            .natural(
                "todor", "BG", "EGN-0000000002", first: ("Todor", "Тодор"), last: ("Kolev", "Колев"),
                born: "1965-09-09", in: ("Byala", nil), gender: "Male", loa: .substantial),
        ])

    static let poland = StateProfile(
        "PL", "Polonia", "Poland", greeting: "Dzień dobry", "pl", .ec(.p384), .ecdsaSHA384,
        citizens: [
            .natural(
                "lucja", "PL", "00000000017", first: ("Łucja Żaneta", nil), last: ("Źdźbło-Mostowska", nil),
                born: "1983-01-31", in: ("Łódź", nil), gender: "Female", birthName: ("Łucja Żółć", nil)),
            .natural(
                "stach", "PL", "00000000024", first: ("Stanisław", nil), last: ("Przęsło", nil), born: "2001-07-07",
                in: ("Toruń", nil), gender: "Male", loa: .substantial),
        ])

    static let france = StateProfile(
        "FR", "Francia", "France", greeting: "Bonjour", "fr", .rsa(bits: 3072), .pssSHA512,
        citizens: [
            .natural(
                "chloe", "FR", "fc-1d9e55b2a0", first: ("Chloé", nil), last: ("Dupont-Lévesque", nil),
                born: "1996-08-23", in: ("Cahors", nil), gender: "Female", loa: .substantial),
            .natural(
                "gaspard", "FR", "fc-77a40cc91e", first: ("Gaspard", nil), last: ("Léger", nil), born: "1959-03-12",
                in: ("Millau", nil), gender: "Male", loa: .low),
        ])

    static let italy = StateProfile(
        "IT", "Italia", "Italy", greeting: "Benvenuti", "it", .ec(.p521), .ecdsaSHA512,
        citizens: [
            .natural(
                "giulia", "IT", "TINIT-PNTGLI00A41X000Y", first: ("Giulia", nil), last: ("Pontevecchio", nil),
                born: "1985-10-05", in: ("Firenze", nil), gender: "Female"),
            .legal("ponti", "IT", "REA-FI-000001", name: "Ponti Immaginari S.r.l.", vat: "IT00000000017", loa: .high),
        ])
}
