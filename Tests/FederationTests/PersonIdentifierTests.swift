// SPDX-License-Identifier: EUPL-1.2
import Federation
import Testing

@Suite("Identifiers across borders")
struct PersonIdentifierTests {
    @Test(
        "What nobody can see makes no second identifier",
        arguments: [
            "\u{FE0F}", "\u{34F}", "\u{115F}", "\u{3164}", "\u{17B4}", "\u{2800}", "\u{E0100}", "\u{200B}", "\u{AD}",
            " ",
            "\u{A0}", "\n",
        ])
    func invisible(mark: String) {
        #expect(PersonIdentifier("AT/ES/5d5a" + mark) == nil)
        #expect(PersonIdentifier("AT/ES/" + mark) == nil)
    }

    @Test(
        "What can be read is opaque",
        arguments: ["5d5a", "a/b//c", "Ω-1", "ñandú", "e\u{301}", "kJ8+/=", "12.345-6", "王", "_:;,!?*'()[]{}|~^`@#$%&"])
    func readable(rest: String) {
        #expect(PersonIdentifier("EL/ES/" + rest)?.rest == rest)
    }
}
