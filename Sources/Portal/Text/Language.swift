// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// A language in which every page is complete. To add one: a case, a file of texts, and what then does not compile.
public enum Language: String, Hashable, Sendable, CaseIterable {
    case spanish = "es"
    case english = "en"

    /// The language of a page: what the address asks for, else what the browser prefers, else Spanish.
    ///
    /// - Parameters:
    ///   - asked: the `lang` parameter of the address, such as `en` or `en-IE`.
    ///   - accepted: the `Accept-Language` header (RFC 9110 §12.5.4). Only its first 512 octets are looked at.
    public init(asked: String?, accepted: String?) {
        self = asked.flatMap(Self.init(tag:)) ?? accepted.flatMap(Self.preferred) ?? .spanish
    }

    /// By the primary subtag of a language tag: `en-IE` is English.
    init?(tag: some StringProtocol) {
        // Longer ones may be cut off (RFC 5646 §4.4.1).
        guard tag.utf8.count <= 35 else { return nil }
        let primary = tag.prefix { $0 != "-" }.lowercased()
        self.init(rawValue: primary)
    }

    /// The spoken-for language of the greatest weight; the first of equals.
    private static func preferred(_ header: String) -> Language? {
        let ranges = String(decoding: header.utf8.prefix(512), as: UTF8.self).split(separator: ",").map(range)
        return ranges.filter { $0.weight > 0 && $0.language != nil }
            .reduce(nil as (language: Language?, weight: Double)?) { best, next in
                if let best, best.weight >= next.weight { best } else { next }
            }?.language
    }

    /// One element such as `es-ES;q=0.8`. A weight that cannot be read counts as none at all.
    private static func range(_ element: Substring) -> (language: Language?, weight: Double) {
        let parts = element.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        let language = parts.first.flatMap(Language.init(tag:))
        guard parts.count > 1 else { return (language, 1) }
        let isWeight = parts[1].lowercased().hasPrefix("q=")
        return (language, isWeight ? Double(parts[1].dropFirst(2)) ?? 0 : 0)
    }

    var texts: any Texts {
        switch self {
        case .spanish: Spanish()
        case .english: English()
        }
    }

    /// As its speakers call it.
    var nativeName: String {
        switch self {
        case .spanish: "Español"
        case .english: "English"
        }
    }

    /// For collation and dates.
    var locale: Locale {
        switch self {
        case .spanish: Locale(identifier: "es_ES")
        case .english: Locale(identifier: "en_GB")
        }
    }
}
