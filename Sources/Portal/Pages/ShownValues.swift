// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation

/// The values of one datum as a person reads them: dates and countries in words, a name in each of its scripts.
struct ShownValues {
    private let attribute: KnownAttribute?
    private let values: [AttributeValue]
    private let texts: any Texts

    init(of datum: ConsentPage.Datum, _ texts: any Texts) {
        attribute = datum.name.known
        values = datum.values
        self.texts = texts
    }

    var markup: HTML {
        let facts = facts
        guard facts.isEmpty else { return "<dl class=\"value\">\n\(facts.map(\.row))</dl>" }
        let lines: [HTML] = values.map { "<p>\(shown($0.text))</p>\n" }
        return "<div class=\"value\">\n\(lines)</div>"
    }

    /// What is told apart by a term: the scripts of a name, or the parts of an address.
    private var facts: [Fact] {
        if values.count > 1, values.contains(where: { !$0.isLatin }) {
            return values.map { Fact(texts.script(isLatin: $0.isLatin), shown($0.text)) }
        }
        switch attribute {
        case .currentAddress, .legalAddress: return values.flatMap { addressParts($0.text) }
        default: return []
        }
    }

    /// Canonical addresses are lines `Element: text`.
    private func addressParts(_ text: String) -> [Fact] {
        text.split(separator: "\n").compactMap { line in
            let sides = line.split(separator: ": ", maxSplits: 1).map(String.init)
            guard sides.count == 2 else { return nil }
            return Fact(AddressPart(rawValue: sides[0]).map(texts.name(of:)) ?? sides[0], verbatim(sides[1]))
        }
    }

    private func shown(_ text: String) -> HTML {
        switch attribute {
        case .dateOfBirth: date(text) ?? verbatim(text)
        case .gender: KnownGender(rawValue: text).map { "\(texts.name(of: $0))" } ?? verbatim(text)
        case .nationality, .countryOfBirth, .countryOfResidence: country(text)
        default: verbatim(text)
        }
    }

    private func verbatim(_ text: String) -> HTML { "<bdi translate=\"no\">\(text)</bdi>" }

    /// `nil` unless the text is a day, `YYYY-MM-DD`.
    private func date(_ text: String) -> HTML? {
        let iso = Date.ISO8601FormatStyle().year().month().day()
        guard let day = try? iso.parse(text), day.formatted(iso) == text else { return nil }
        let style = Date.FormatStyle(locale: texts.language.locale, timeZone: .gmt).day().month(.wide).year()
        return "<time datetime=\"\(text)\">\(day.formatted(style))</time>"
    }

    /// Any country of the world may be one's nationality; eIDAS writes `EL` for Greece.
    private func country(_ code: String) -> HTML {
        let locale = texts.language.locale
        let name =
            MemberState(rawValue: code)?.country.map(texts.name(of:))
            ?? (Locale.Region(code).isISORegion ? locale.localizedString(forRegionCode: code) : nil)
        guard let name, name != code else { return verbatim(code) }
        return "\(name) (<span translate=\"no\">\(code)</span>)"
    }
}
