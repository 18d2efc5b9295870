// SPDX-License-Identifier: EUPL-1.2
import Federation
import Testing

@testable import Dialects

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
    ]

    @Test("A service always gets a Latin name first", arguments: cases)
    func latinFirst(example: Case) {
        #expect(Attribute(.familyName, example.given).withLatinFirst().values == example.delivered)
    }

    @Test("A Latin form keeps the origin", arguments: cases)
    func origin(example: Case) {
        let attribute = Attribute(.familyName, example.given, from: .source("register")).withLatinFirst()
        #expect(attribute.origin == .source("register"))
    }
}
