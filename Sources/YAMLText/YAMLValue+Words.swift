// SPDX-License-Identifier: EUPL-1.2

/// Values that more than one file has.
extension YAMLValue {
    /// An http or https address, as ``WebAddress`` reads it.
    public func webAddress() -> WebAddress? {
        parsed(
            "an http or https address", advice: "Write it in full, without user name and without #.", WebAddress.init)
    }

    /// An https address.
    public func secureAddress() -> WebAddress? {
        let advice = "Write it in full, beginning with https://."
        return parsed("an https address of at most 1024 characters", advice: advice) { text in
            WebAddress(text).flatMap { $0.scheme == "https" && text.utf8.count <= 1024 ? $0 : nil }
        }
    }

    /// A URI of at most 1024 characters, as SAML takes it for the name of an entity (SAML Core 2.0 §8.3.6).
    public func uri(advice: String) -> String? {
        parsed("a URI of at most 1024 characters", advice: advice) { text in
            let scheme = text.prefix { $0 != ":" }
            let hasScheme = scheme.first?.isLetter == true && scheme.count < text.count
            return hasScheme && text.count <= 1024 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
        }
    }

    /// A name that an operator gives to something, to be read in logs and tables and typed on a command line.
    public func label() -> String? {
        parsed(
            "a name of at most 40 small letters, digits and hyphens",
            advice: "Begin with a letter, such as acceptance-2."
        ) {
            $0.wholeMatch(of: /[a-z][a-z0-9-]{0,39}/) == nil ? nil : $0
        }
    }

    /// A country as eIDAS writes it: two capitals of ISO 3166-1, but `EL` for Greece (Message Format 1.4 §4.2).
    public func countryCode() -> String? {
        let expected = "a country code of two capital letters, EL for Greece"
        guard let text = string(expected) else { return nil }
        let capitals = text.uppercased() == "GR" ? "EL" : text.uppercased()
        if text == capitals, Self.isCode(text) { return text }
        fault(
            expected: expected, found: quoted(text),
            advice: Self.isCode(capitals) ? "Write \(capitals)." : "Write the code of ISO 3166-1, such as DE.")
        return nil
    }

    /// Texts by language tag (BCP 47), at least one where the key is there.
    public func textByLanguage() -> [String: String] {
        let pairs = pairs("language tags and texts, such as es: Texto")
        if pairs.isEmpty, isMap {
            fault(expected: "at least one language", found: "none", advice: "Add es: and the text.")
        }
        var texts: [String: String] = [:]
        for (key, value) in pairs {
            let tag = key.parsed("a language tag", advice: "Write es, en, ca, eu, gl or another tag of BCP 47.") {
                $0.wholeMatch(of: /[a-z]{2,3}(-[A-Za-z0-9]{2,8})*/) == nil ? nil : $0
            }
            if let tag, let text = value.string() { texts[tag] = text }
        }
        return texts
    }

    private static func isCode(_ text: String) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) }
    }
}
