// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// Order and dates, as each language has them.
extension Texts {
    /// Sorted as the language sorts names.
    func sorted<Element>(_ elements: [Element], by name: (Element) -> String) -> [Element] {
        // Folded once: comparing as a language does begins a collation anew each time, which took milliseconds.
        let folded = elements.enumerated().map { index, element in
            (
                name(element).folding(options: [.caseInsensitive, .diacriticInsensitive], locale: language.locale),
                index, element
            )
        }
        return folded.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    /// An instant as clocks in Madrid show it, with the zone named.
    func time(_ instant: Date) -> HTML {
        var style = Date.FormatStyle(
            locale: language.locale, timeZone: TimeZone(identifier: "Europe/Madrid") ?? .gmt)
        style = style.day().month(.wide).year().hour().minute().timeZone(.specificName(.short))
        return "<time datetime=\"\(instant.formatted(.iso8601))\">\(instant.formatted(style))</time>"
    }
}
