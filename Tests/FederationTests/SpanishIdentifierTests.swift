// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Testing

@Suite("Spanish identifiers")
struct SpanishIdentifierTests {
    @Test(
        "Check characters",
        arguments: [
            ("00000000T", .dni), ("00000001R", .dni), ("11111111H", .dni), ("12345678Z", .dni), ("87654321X", .dni),
            ("99999999R", .dni), ("99999972C", .dni), ("X0000000T", .nie), ("Y0000000Z", .nie), ("Z0000000M", .nie),
            ("X1234567L", .nie), ("Y1234567X", .nie), ("Z1234567R", .nie), ("K1234567L", .nifK), ("L1234567L", .nifL),
            ("M1234567L", .nifM), ("A00000000", .entity), ("A0000000J", .entity), ("B12345674", .entity),
            ("B1234567D", .entity), ("J99216582", .entity), ("J9921658B", .entity), ("S2833002E", .entity),
            ("S28330025", .entity), ("Q2826004J", .entity), ("Q28260040", .entity), ("P1300000E", .entity),
            ("P13000005", .entity),
        ] as [(String, SpanishIdentifier.Kind)])
    func checks(text: String, kind: SpanishIdentifier.Kind) throws {
        let identifier = try #require(SpanishIdentifier(text))
        #expect(identifier.kind == kind && identifier.hasExpectedControl)
        #expect(identifier.text.dropLast() == text.dropLast() && SpanishIdentifier(identifier.text) == identifier)
        #expect(identifier.person == (kind == .entity ? .legal : .natural))
        let body = text.dropLast()
        let accepted = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".filter { SpanishIdentifier(body + String($0)) != nil }
        switch kind {
        case .dni, .nie: #expect(accepted == String(text.suffix(1)))
        case .entity: #expect(accepted.count == 2)
        case .nifK, .nifL, .nifM: #expect(accepted.count == 26)
        }
    }

    @Test(
        "An entity has one number, whichever of its two control characters is written",
        arguments: [
            ("A0000000J", "A00000000"), ("B1234567D", "B12345674"), ("J9921658B", "J99216582"),
            ("S28330025", "S2833002E"), ("Q28260040", "Q2826004J"), ("P13000005", "P1300000E"),
        ])
    func one(written: String, text: String) { #expect(SpanishIdentifier(written)?.text == text) }

    @Test(
        "Customary spellings",
        arguments: [
            ("1r", "00000001R"), ("12.345.678-z", "12345678Z"), (" 12345678 Z ", "12345678Z"), ("t0", nil),
            ("0T", "00000000T"), ("x-1234567-l", "X1234567L"), ("b-12345674", "B12345674"),
        ])
    func spellings(written: String, read: String?) { #expect(SpanishIdentifier(written)?.text == read) }

    @Test(
        "What is none",
        arguments: [
            "", "T", "-", "0", "00000000", "00000000R", "000000000T", "X123456L", "X01234567L", "I1234567L", "A", "AA",
            "ES/ES/00000000T", "00000000T\n", "00000000\u{0}T", "000000\u{00AD}00T", "00000000Ť", "٠٠٠٠٠٠٠٠T",
            "Ñ1234567L", "x1234567ſ", "K12345671", "B1234567K", "00000000T00000000T",
        ])
    func refused(text: String) { #expect(SpanishIdentifier(text) == nil) }

    @Test("K, L and M with another letter are told apart", arguments: ["K1234567D", "L1234567D", "M1234567D"])
    func disputed(text: String) throws {
        #expect(try #require(SpanishIdentifier(text)).hasExpectedControl == false)
    }

    @Test("The number is not told by whoever prints it, or something around it")
    func silence() throws {
        let identifier = try #require(SpanishIdentifier("00000001R"))
        for text in ["\(identifier)", String(reflecting: identifier), "\([identifier])", "\((a: identifier, b: 1))"] {
            #expect(text.contains("dni") && !text.contains("00000001"))
        }
    }

    @Test("Coded as its text, and checked when it is read back")
    func coding() throws {
        let identifiers = try ["00000000T", "M1234567D"].map { try #require(SpanishIdentifier($0)) }
        let coded = try JSONEncoder().encode(identifiers)
        #expect(String(decoding: coded, as: UTF8.self) == #"["00000000T","M1234567D"]"#)
        #expect(try JSONDecoder().decode([SpanishIdentifier].self, from: coded) == identifiers)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([SpanishIdentifier].self, from: Data(#"["00000000R"]"#.utf8))
        }
    }

    @Test("Different numbers never meet in one person identifier, the same number always does")
    func uniqueness() throws {
        let states = ["FR", "EL", "DE"].compactMap(MemberState.init(rawValue:))
        var random = SystemRandomNumberGenerator()
        var seen: [String: String] = [:]
        var count = 0
        for _ in 0..<4000 {
            let written = Self.written(&random)
            guard let identifier = SpanishIdentifier(written) else { continue }
            count += 1
            #expect(SpanishIdentifier(identifier.text) == identifier)
            for state in states {
                let crossing = PersonIdentifier(from: .spain, to: state, rest: identifier.text).text
                #expect(PersonIdentifier(crossing)?.rest == identifier.text)
                let owner = "\(state) \(identifier.text)"
                #expect((seen.updateValue(owner, forKey: crossing) ?? owner) == owner)
            }
        }
        #expect(count >= 3000 && Set(seen.values).count == seen.count)
    }

    /// A number with its right control most of the time, in some spelling.
    private static func written(_ random: inout some RandomNumberGenerator) -> String {
        let first = ["", "X", "Y", "Z", "K", "L", "M", "A", "B", "Q"].randomElement(using: &random) ?? ""
        let number = String(Int.random(in: 0...9_999_999, using: &random))
        let digits = String(repeating: "0", count: 7 - number.count) + number
        let body = first + (first.isEmpty ? String(Int.random(in: 0...9, using: &random)) : "") + digits
        let controls = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".filter { SpanishIdentifier(body + String($0)) != nil }
        let whole = body + String(controls.randomElement(using: &random) ?? "?")
        return Bool.random(using: &random) ? whole.lowercased() : whole
    }
}
