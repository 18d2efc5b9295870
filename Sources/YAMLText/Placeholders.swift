// SPDX-License-Identifier: EUPL-1.2

extension YAMLValue {
    /// Reports every scalar at or below this place that was left as an example has it: `CHANGE-ME`, or a name that is
    /// reserved for documentation (RFC 2606).
    public func refusePlaceholders() {
        for scalar in scalars {
            guard let text = scalar.string(), let placeholder = Self.placeholder(in: text) else { continue }
            scalar.fault(
                expected: "a value of your own, because production is true", found: quoted(placeholder),
                advice: "Replace the example value.")
        }
    }

    private static func placeholder(in text: String) -> String? {
        let text = text.lowercased()
        if text.contains("change-me") { return "CHANGE-ME" }
        let names = text.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
        return names.lazy.map(String.init).first { name in
            name.hasSuffix(".example")
                || ["example.org", "example.com", "example.net"].contains { name == $0 || name.hasSuffix("." + $0) }
        }
    }
}
