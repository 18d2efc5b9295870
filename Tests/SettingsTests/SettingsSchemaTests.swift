// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Settings
import Testing
import YAMLText

@Suite("The schema of puente.yaml")
struct SettingsSchemaTests {
    @Test("Has the keys of the reader, no more and no fewer, and explains each")
    func keys() throws {
        let schema = try SchemaUnderTest("puente")
        let faults = try parse(schema.documentWithEveryKey()).faults
        #expect(knownKeys(faults) == schema.keys)
        #expect(schema.undescribed == [])
    }

    @Test("Requires what the reader requires")
    func required() throws {
        let missing = parse("{}").faults.filter { $0.found == "nothing" }.map(\.path)
        #expect(try Set(missing) == SchemaUnderTest("puente").required)
    }

    @Test(
        "Takes the texts that the reader takes",
        arguments: [
            ("member-state", ["ES", "EL", "GR", "es", "ESP", "E1", ""]),
            (
                "public-url",
                [
                    "https://a.es", "https://a.es/", "http://a.es:8080", "https://a.es/x", "https://a.es?x",
                    "ftp://a.es",
                    "a.es",
                ]
            ),
            ("environment", ["acceptance-2", "Acceptance", "2nd", "a b", ""]),
            ("operator.contact-email", ["a@b.es", "a@b", "a@b@c.es", "a b@c.es", "mailto:a@b.es", "-a@b.es", "@b.es"]),
            ("operator.data-protection-email", ["a@b.es", "A <a@b.es>"]),
            (
                "trust.alarms.webhook.url",
                [
                    "https://a.es/x?y", "http://a.es/", "http://localhost", "http://localhost:8080/x",
                    "http://127.0.0.1?x",
                    "http://[::1]:80", "http://localhost.a.es/", "http://127.0.0.1.a.es/", "ftp://localhost/",
                ]
            ),
        ])
    func patterns(path: String, texts: [String]) throws {
        let schema = try SchemaUnderTest("puente")
        for text in texts {
            let keys = path.split(separator: ".")
            let document =
                keys.map { "{\"\($0)\": " }.joined() + "\"\(text)\"" + String(repeating: "}", count: keys.count)
            let isRead = !parse(document).faults.contains { $0.path == path }
            #expect(try schema.takes(text, at: path) == isRead, "\(text)")
        }
    }

    @Test("Has the defaults of the reader")
    func defaults() throws {
        let base = """
            {"public-url": "https://puente.gob.es",
             "connector": {"signing-key": "a", "signing-certificate": "a", "encryption-key": "a", "encryption-certificate": "a",
               "organization": {"name": "M", "url": "https://www.gob.es"},
               "contacts": {"support": {"company": "M", "email": "a@b.es"}, "technical": {"company": "M", "email": "a@b.es"}}},
             "clave": {"signing-key": "a", "signing-certificate": "a"},
             "operator": {"name": "M", "contact-email": "a@b.es"}, "listen": {}, "operations": {}, "store": {},
             "mappings": {}, "limits": {}, "log": {},
             "trust": {"changes": {}, "alarms": {"mail": {"to": ["a@b.es"], "from": "a@b.es"}}}}
            """
        let filled = try SchemaUnderTest("puente").documentWithDefaults(over: base)
        #expect(filled.contains("\"message-characters\":131072") && filled.contains("\"turned-back\":\"approval\""))
        let settings = try #require(parse(base).value)
        #expect(parse(filled).value == settings)
    }
}

/// What the reader knows beside each unknown key, by the path of that key.
func knownKeys(_ faults: [Fault]) -> [String: [String]] {
    let unknown = faults.filter { $0.found.hasPrefix("the unknown key") }
    return Dictionary(
        unknown.map { ($0.path, $0.expected.dropFirst("one of ".count).components(separatedBy: ", ").sorted()) },
        uniquingKeysWith: +)
}
