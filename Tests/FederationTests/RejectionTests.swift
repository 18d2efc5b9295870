// SPDX-License-Identifier: EUPL-1.2
import Federation
import Testing

@Suite("Rejections")
struct RejectionTests {
    @Test("Nothing of a stranger gets into a rejection with controls in it, or at any length")
    func shortened() {
        let text = "a\u{1B}[31m\n\u{202E}x" + String(repeating: "\u{301}", count: 100_000)
        let rejection = Rejection(.parameterRepeated, text, expected: text, found: text)
        for part in [rejection.element, rejection.expected, rejection.found] {
            #expect(part?.unicodeScalars.count == 200)
            #expect(part?.unicodeScalars.starts(with: "a\u{FFFD}[31m\u{FFFD}\u{FFFD}x".unicodeScalars) == true)
        }
    }
}
