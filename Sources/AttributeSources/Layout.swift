// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import SAML

import struct Foundation.Date

/// What stands at each place of a record that was asked for: no text where there is nothing, several for a list.
typealias Record = [String: [String]]

/// What one source said of a person: valid values, and reasons for the others.
struct SourceAnswer: Sendable {
    var values: [AttributeName: [AttributeValue]]
    var invalid: [AttributeName: Rejection]
}

/// How a record of one source becomes attributes.
struct Layout: Sendable {
    struct Entry: Sendable {
        let name: AttributeName
        let rule: ValueRule
        let person: PersonKind?
        let isMultiple: Bool
        let content: Content
        let date: DatePattern?
        /// From the words of the source to ours; a word that is not among them is invalid.
        let words: [String: String]?
    }

    enum Content: Sendable {
        /// The texts of these places, with a blank between them.
        case text([String])
        /// An address: the part of each place.
        case address([(part: String, place: String)])
    }

    let source: String
    let entries: [Entry]
    /// What has to be there, so that the answer is one to our question and about this person.
    let mustEqual: [(place: String, template: Template)]
    /// What says that the source does not know the person.
    let notFoundWhen: [(place: String, values: Set<String>)]

    /// `nil` if the source does not know the person.
    ///
    /// - Throws: ``Rule/sourceInvalid`` for an answer to another question.
    func read(_ record: Record, for question: Question) throws(Rejection) -> SourceAnswer? {
        try check(record, question) { $0.placeholders.contains(.requestID) }
        if notFoundWhen.contains(where: { $0.values.contains(record[$0.place]?.only ?? "") }) { return nil }
        try check(record, question) { !$0.placeholders.contains(.requestID) }
        var answer = SourceAnswer(values: [:], invalid: [:])
        for entry in entries {
            do {
                let values = try entry.read(record, of: question.now, at: "\(source)/\(entry.name)")
                if !values.isEmpty { answer.values[entry.name] = values }
            } catch {
                answer.invalid[entry.name] = error
            }
        }
        return answer
    }

    private func check(_ record: Record, _ question: Question, _ isMeant: (Template) -> Bool) throws(Rejection) {
        for (place, template) in mustEqual where isMeant(template) {
            guard let found = record[place]?.only, let wanted = template.text(for: question),
                found == wanted || (template.pieces == [.value(.identifier)] && isSame(found, question))
            else {
                throw Rejection(
                    .sourceInvalid, "\(source) \(place)", expected: "what must-equal says", found: "another value")
            }
        }
    }

    /// Whether it is the same number in another spelling.
    private func isSame(_ found: String, _ question: Question) -> Bool {
        SpanishIdentifier(found) == question.query.identifier
    }
}

extension Layout.Entry {
    /// The canonical values; none where the source has none.
    ///
    /// - Throws: ``Rule/sourceInvalid``. Values never appear in the rejection.
    fileprivate func read(
        _ record: Record, of now: Date, at place: String
    ) throws(Rejection) -> [AttributeValue] {
        let texts = try texts(record, at: place)
        guard texts.count <= 1 || isMultiple || (rule == .name && texts.count == 2) else {
            throw Rejection(.sourceInvalid, place, expected: "one value", found: "\(texts.count)")
        }
        var values: [AttributeValue] = []
        for text in texts {
            let word = words == nil ? text : words?[text]
            guard let word, let canonical = date.map({ $0.read(word) }) ?? word, rule.admits(canonical),
                isPast(canonical, at: now)
            else {
                throw Rejection(
                    .sourceInvalid, place, expected: "a value of the form \(rule)", found: "something else")
            }
            values.append(AttributeValue(canonical))
        }
        guard rule == .name else { return values }
        let written = Attribute(name, values).withLatinFirst().values
        guard written.first.map(\.isLatin) ?? true, written.count(where: \.isLatin) <= 1 || isMultiple else {
            throw Rejection(.sourceInvalid, place, expected: "a name with one Latin form", found: "something else")
        }
        return written
    }

    /// Nobody was born on a day to come.
    private func isPast(_ day: String, at now: Date) -> Bool {
        name != .dateOfBirth || day <= Instant.lastDay(at: now)
    }

    private func texts(_ record: Record, at place: String) throws(Rejection) -> [String] {
        switch content {
        case .text(let places) where places.count == 1:
            return (record[places[0]] ?? []).map { $0.trimmed }.filter { !$0.isEmpty }
        case .text(let places):
            var parts: [String] = []
            for place in places { parts += try [record.single(place, at: place)].compactMap { $0 } }
            return parts.isEmpty ? [] : [parts.joined(separator: " ")]
        case .address(let parts):
            var lines: [String] = []
            for (part, from) in parts {
                guard let text = try record.single(from, at: place) else { continue }
                lines.append("\(part): " + text.split(whereSeparator: \.isNewline).joined(separator: " "))
            }
            return lines.isEmpty ? [] : [lines.joined(separator: "\n")]
        }
    }
}

extension Record {
    fileprivate func single(_ key: String, at place: String) throws(Rejection) -> String? {
        let texts = (self[key] ?? []).map(\.trimmed).filter { !$0.isEmpty }
        guard texts.count <= 1 else {
            throw Rejection(.sourceInvalid, place, expected: "one value", found: "\(texts.count)")
        }
        return texts.first
    }
}

extension [String] {
    /// The only text, without white space around it.
    fileprivate var only: String? { count == 1 ? self[0].trimmed : nil }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(
            start.prefix(upTo: start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex))
    }
}

/// How a source writes a day: `yyyy`, `MM` and `dd` once each, and whatever is between them.
struct DatePattern: Hashable, Sendable {
    private let pieces: [Substring]

    init?(_ text: String) {
        var pieces: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            let word = ["yyyy", "MM", "dd"].first { rest.hasPrefix($0) }
            pieces.append(rest.prefix(word?.count ?? 1))
            rest = rest.dropFirst(word?.count ?? 1)
        }
        let isComplete = ["yyyy", "MM", "dd"].allSatisfy { word in pieces.count { $0 == word } == 1 }
        guard isComplete, pieces.allSatisfy({ $0.count > 1 || !($0.first?.isLetter ?? true) }) else { return nil }
        self.pieces = pieces
    }

    /// `YYYY-MM-DD`, or `nil` if the text is not of this form. Whether there is such a day is not checked.
    func read(_ text: String) -> String? {
        var fields: [Substring: Substring] = [:]
        var rest = text[...]
        for piece in pieces {
            let part = rest.prefix(piece.count)
            rest = rest.dropFirst(piece.count)
            if piece.count == 1 {
                guard part == piece else { return nil }
            } else {
                guard part.count == piece.count, part.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
                fields[piece] = part
            }
        }
        guard rest.isEmpty, let year = fields["yyyy"], let month = fields["MM"], let day = fields["dd"] else {
            return nil
        }
        return "\(year)-\(month)-\(day)"
    }
}
