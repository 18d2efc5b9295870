// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import Testing

@testable import Dialects

@Suite("Names that strangers give themselves")
struct StrangerNameTests {
    @Test(
        "A name is what can be seen, on one line, and short",
        arguments: [
            ("Ayuntamiento de Soria", "Ayuntamiento de Soria"), ("  a \n b\u{2028}c ", "a b c"), ("Ελένη 3", "Ελένη 3"),
            ("\u{202E}evil\u{2069}", "evil"), ("a\u{20DD}\u{20DD}", "a"), ("7", "7"),
            ("\u{200B}\u{3164}\u{2800}\u{AD}\u{202E}\u{A0}", nil), ("", nil), ("---", nil), ("\u{E0065}\u{E000}", nil),
        ] as [(String, String?)])
    func names(given: String, shown: String?) { #expect(given.asName(of: 128) == shown) }

    @Test("Length counts scalars, not what they amount to")
    func length() {
        let heap = "A" + String(repeating: "\u{301}", count: 20_000)
        #expect(heap.asName(of: 128)?.unicodeScalars.count == 128)
    }
}

@Suite("Names in two scripts")
struct ScriptTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let given: [AttributeValue]
        let delivered: [AttributeValue]
    }

    static let cases = [
        Case(testDescription: "Latin alone stays as it is", given: [.init("Núñez")], delivered: [.init("Núñez")]),
        Case(
            testDescription: "an apostrophe is of no script", given: [.init("O’Brien-D'Angelo 3º")],
            delivered: [.init("O’Brien-D'Angelo 3º")]),
        Case(
            testDescription: "Latin goes first", given: [.init("Ωνάσης", isLatin: false), .init("Onassis")],
            delivered: [.init("Onassis"), .init("Ωνάσης", isLatin: false)]),
        Case(
            testDescription: "what a value is written in decides, not what is said of it",
            given: [.init("Иванова"), .init("Ivanova")],
            delivered: [.init("Ivanova"), .init("Иванова", isLatin: false)]),
        Case(
            testDescription: "a sole Cyrillic name gets a Latin one", given: [.init("Иванова")],
            delivered: [.init("Ivanova"), .init("Иванова", isLatin: false)]),
        Case(
            testDescription: "a sole Greek name gets a Latin one", given: [.init("Ελένη", isLatin: false)],
            delivered: [.init("Elénē"), .init("Ελένη", isLatin: false)]),
        Case(
            testDescription: "Latin that is called otherwise is Latin", given: [.init("Onassis", isLatin: false)],
            delivered: [.init("Onassis")]),
        Case(
            testDescription: "what the nodes call Latin is Latin", given: [.init("Heinrich Ⅷ"), .init("Aµ")],
            delivered: [.init("Heinrich Ⅷ"), .init("Aµ")]),
        Case(
            testDescription: "a Latin value is nobody else's to write",
            given: [.init("Ερρίκος Ηʹ", isLatin: false), .init("Heinrich Ⅷ")],
            delivered: [.init("Heinrich Ⅷ"), .init("Ερρίκος Ηʹ", isLatin: false)]),
    ]

    @Test("A service always gets a Latin name first", arguments: cases)
    func latinFirst(example: Case) {
        #expect(Attribute(.familyName, example.given).withLatinFirst().values == example.delivered)
    }

    /// Tifinagh, a script that nobody transliterates; and Greek that is longer than any name, at a cost that grows with its
    /// square.
    @Test(
        "What has no Latin form is no name for anybody", arguments: ["ⵜⴰⵎⴰⵣⵉⵖⵜ", String(repeating: "Ω", count: 20_000)])
    func noLatin(text: String) throws {
        let alone = Attribute(.familyName, [.init(text, isLatin: false)])
        #expect(try brokenRule { _ = try alone.inLatin(at: "x") } == .attributeInvalid)
        let beside = Attribute(.familyName, [.init(text, isLatin: false), .init("Onassis")])
        #expect(try beside.inLatin(at: "x").values.map(\.isLatin) == [true, false])
    }

    @Test("Latin letters are those of the scripts Latin, Common and Inherited")
    func letters() throws {
        let regex = try Regex("[\\p{Script=Latin}\\p{Script=Common}\\p{Script=Inherited}]")
            .matchingSemantics(.unicodeScalar)
        let letters = (UInt32(0x20)...0x1FFFF).compactMap(Unicode.Scalar.init).filter(\.properties.isAlphabetic)
        for letter in letters {
            let text = String(Character(letter))
            let isLatin = try regex.wholeMatch(in: text) != nil
            #expect(text.isInLatinScript == isLatin, "U+\(String(letter.value, radix: 16))")
        }
    }

    @Test("A Latin form keeps the origin", arguments: cases)
    func origin(example: Case) {
        let attribute = Attribute(.familyName, example.given, from: .source("register")).withLatinFirst()
        #expect(attribute.origin == .source("register"))
    }
}
