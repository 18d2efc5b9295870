// SPDX-License-Identifier: EUPL-1.2

extension String {
    /// Without what a stranger's text could steer a terminal or start a line with.
    ///
    /// - Parameter keepsLines: of a text of ours that has several.
    package func printable(keepsLines: Bool = false) -> String {
        var shown = UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where keepsLines && scalar == "\n": shown.append(scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator: shown.append("\u{FFFD}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }

    package func trimmingEnd() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
