// SPDX-License-Identifier: EUPL-1.2
import Testing

@testable import Portal

@Suite("Addresses")
struct AddressTests {
    @Test(
        "An absolute http or https address is taken as it is",
        arguments: [
            "https://sede.example.es/acs", "http://127.0.0.1:8080/acs?a=1&b=2", "HTTPS://EXAMPLE.org",
            "https://[::1]:8443/x",
            "https://example.org/a%20b/;c=1#part",
        ])
    func target(address: String) {
        #expect(FormTarget(address)?.address == address)
    }

    @Test(
        "Nothing else is the target of a form",
        arguments: [
            "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x", "file:///etc/passwd", "ftp://example.org/", "mailto:a@example.org", "/acs", "acs",
            "//example.org/acs",
            "", "https:", "https://", "https:///acs", "http:acs", "https:\\\\example.org",
            "https://example.org\\@evil.example",
            "https://user@example.org/", "https://user:word@example.org/", "https://example.org/\u{0}",
            "https://example.org/a b",
            "https://example.org/\"onclick=", "https://exämple.org/", "https://example.org/\r\nX: y",
            "blob:https://example.org/1",
        ])
    func noTarget(address: String) {
        #expect(FormTarget(address) == nil)
    }

    @Test("A path within Puente is taken as it is", arguments: ["/", "/x/abc/country", "/x/abc?lang=en", "/a/../b"])
    func path(path: String) {
        #expect(LocalPath(path)?.path == path)
    }

    @Test(
        "A path that could lead elsewhere is refused",
        arguments: [
            "", "x", "//example.org", "/\\example.org", "https://example.org/", "/a b", "/a\n", "/ä", "/a#b",
            "javascript:x",
        ])
    func noPath(path: String) {
        #expect(LocalPath(path) == nil)
    }

    @Test("A path takes its language along", arguments: zip(["/help", "/x?a=1"], ["/help?lang=en", "/x?a=1&lang=en"]))
    func language(path: String, expected: String) {
        #expect(LocalPath(path)?.with(.english) == expected)
    }
}
