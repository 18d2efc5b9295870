// SPDX-License-Identifier: EUPL-1.2
import Federation
import Testing

@testable import AttributeSources

@Suite("Records become attributes")
struct LayoutTests {
    private func read(_ entry: Layout.Entry, _ record: Record) throws -> (values: [String], isInvalid: Bool) {
        let layout = Layout(source: "s", entries: [entry], mustEqual: [], notFoundWhen: [])
        let answer = try #require(try layout.read(record, for: Sample.question()))
        let values = answer.values[entry.name]?.map { $0.text + ($0.isLatin ? "" : "*") } ?? []
        return (values, answer.invalid[entry.name] != nil)
    }

    @Test(
        "Days in the manner of the source",
        arguments: [
            ("dd/MM/yyyy", "31/01/1980", "1980-01-31"), ("yyyyMMdd", "19800131", "1980-01-31"),
            ("dd.MM.yyyy", "31.01.1980", "1980-01-31"), ("yyyy-MM-dd", "1980-01-31", "1980-01-31"),
            ("yyyyMMdd", "19809999", nil), ("yyyy-MM-dd", "2026-05-28", "2026-05-28"),
            ("yyyy-MM-dd", "2026-05-29", "2026-05-29"), ("yyyy-MM-dd", "2026-05-30", nil),
            ("dd/MM/yyyy", "30/02/1980", nil), ("dd/MM/yyyy", "1/1/1980", nil),
            ("yyyyMMdd", "198001310", nil), ("dd/MM/yyyy", "٣١/٠١/١٩٨٠", nil), ("yyyyMMdd", "1980013", nil),
            ("dd/MM/yyyy", "31-01-1980", nil),
        ])
    func dates(pattern: String, text: String, day: String?) throws {
        let date = try #require(DatePattern(pattern))
        let entry = try Sample.entry(.dateOfBirth, date: date)
        let found = try read(entry, ["DateOfBirth": [" \(text)\n"]])
        #expect(found.values == (day.map { [$0] } ?? []) && found.isInvalid == (day == nil))
    }

    @Test(
        "What is no form of days",
        arguments: ["", "yyyy", "yyyy-MM", "dd/MM/yy", "yyyy-MM-dd-dd", "yyyy-MM-ddTHH", "d/M/yyyy"])
    func patterns(text: String) { #expect(DatePattern(text) == nil) }

    @Test("Words of the source, and none that is not listed")
    func words() throws {
        let entry = try Sample.entry(.gender, words: ["V": "Male", "M": "Female"])
        #expect(try read(entry, ["Gender": ["M"]]) == (["Female"], false))
        #expect(try read(entry, ["Gender": ["Female"]]) == ([], true))
        #expect(try read(Sample.entry(.gender), ["Gender": ["male"]]) == ([], true))
    }

    @Test("Several values only where there may be several")
    func several() throws {
        #expect(try read(Sample.entry(.nationality), ["Nationality": ["ES", "EL"]]) == (["ES", "EL"], false))
        #expect(try read(Sample.entry(.placeOfBirth), ["PlaceOfBirth": ["Soria", "Ávila"]]) == ([], true))
        #expect(try read(Sample.entry(.placeOfBirth), ["PlaceOfBirth": ["", " "]]) == ([], false))
        #expect(try read(Sample.entry(.placeOfBirth), [:]) == ([], false))
    }

    @Test("Several places with a blank between them, as far as they are there")
    func joined() throws {
        let entry = try Sample.entry(.familyName, .text(["a", "b"]))
        #expect(try read(entry, ["a": ["Núñez"], "b": ["Peña"]]) == (["Núñez Peña"], false))
        #expect(try read(entry, ["a": ["Núñez"], "b": []]) == (["Núñez"], false))
        #expect(try read(entry, ["a": ["Núñez", "Pérez"], "b": []]) == ([], true))
        #expect(try read(entry, [:]) == ([], false))
    }

    @Test("Addresses by their parts")
    func addresses() throws {
        let parts = [("Thoroughfare", "street"), ("PostName", "town"), ("PostCode", "code")].map {
            (part: $0.0, place: $0.1)
        }
        let entry = try Sample.entry(.currentAddress, .address(parts))
        #expect(
            try read(entry, ["street": ["Calle Mayor\n1"], "town": [], "code": ["42001"]])
                == (["Thoroughfare: Calle Mayor 1\nPostCode: 42001"], false))
        #expect(try read(entry, ["street": ["a\u{202E}b"]]) == ([], true))
    }

    @Test(
        "Names in other scripts go out in both forms, Latin first",
        arguments: [
            (["Ελένη"], ["Elénē", "Ελένη*"], false), (["Ελένη", "Eleni"], ["Eleni", "Ελένη*"], false),
            (["Елена"], ["Elena", "Елена*"], false), (["Begoña"], ["Begoña"], false), (["Ana", "Eva"], [], true),
            (["Ελένη", "Елена", "Eleni"], [], true),
        ])
    func scripts(given: [String], values: [String], isInvalid: Bool) throws {
        #expect(try read(Sample.entry(.familyName), ["FamilyName": given]) == (values, isInvalid))
    }

    @Test("An answer must be about this person and to this question")
    func binding() throws {
        let question = try Sample.question()
        func read(_ record: Record) throws -> Rule? {
            let layout = Layout(
                source: "s", entries: [try Sample.entry(.dateOfBirth)],
                mustEqual: [
                    ("id", try Template("{request-id}", names: [])),
                    ("number", try Template("{identifier}", names: [])),
                    ("state", try Template("ok", names: [])),
                ], notFoundWhen: [("state", ["unknown"])])
            do {
                return try layout.read(record, for: question) == nil ? .attributeMissing : nil
            } catch {
                #expect(!error.description.contains("00000000T") && !error.description.contains("12345678Z"))
                return error.rule
            }
        }
        let sound: Record = ["id": [question.id], "number": ["00000000T"], "state": ["ok"]]
        #expect(try read(sound) == nil)
        #expect(try read(sound.merging(["number": ["0 - t"]]) { $1 }) == nil)
        for (place, texts) in [
            ("id", [Question(question.query, at: Sample.now).id]), ("id", []), ("number", ["12345678Z"]),
            ("number", []),
            ("number", ["00000000T", "12345678Z"]), ("state", ["error"]),
        ] { #expect(try read(sound.merging([place: texts]) { $1 }) == .sourceInvalid) }
        #expect(try read(["id": [question.id], "state": ["unknown"]]) == .attributeMissing)
        #expect(try read(["id": ["other"], "state": ["unknown"]]) == .sourceInvalid)
    }
}
