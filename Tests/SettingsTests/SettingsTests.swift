// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Settings
import Testing
import YAMLText

/// A sound file. Nothing it names need be there.
let soundSettings = """
    public-url: https://puente.gob.es
    production: false
    listen: {port: 8443}
    connector:
      signing-key: keys/s.key
      signing-certificate: keys/s.pem
      encryption-key: keys/e.key
      encryption-certificate: keys/e.pem
      organization: {name: Ministerio, url: "https://www.gob.es"}
      contacts:
        support: {company: Ministerio, email: a@gob.es}
        technical: {company: Ministerio, email: b@gob.es}
    clave:
      signing-key: keys/c.key
      signing-certificate: keys/c.pem
    operator: {name: Ministerio, contact-email: a@gob.es}

    """

func parse(
    _ text: String, rules: SettingsRules = SettingsRules(checksFiles: false)
) -> Reading<Settings> {
    Settings.parse(text, file: "/etc/puente/puente.yaml", rules: rules)
}

extension Reading {
    /// `line:column path`, one for each fault.
    var places: [String] { faults.map { "\($0.line):\($0.column) \($0.path)" } }
}

@Suite("puente.yaml")
struct SettingsTests {
    @Test("What is left out has its default, and paths are seen from the folder of the file")
    func defaults() throws {
        let settings = try #require(parse(soundSettings).value)
        #expect(settings.memberState == .spain && !settings.isProduction)
        #expect(settings.listen.endpoint.host == "127.0.0.1" && settings.listen.endpoint.port == 8443)
        #expect(settings.listen.tls == nil && settings.operations == nil)
        #expect(settings.stateDirectory == "/etc/puente/state" && settings.storeKey == "/etc/puente/state/store.key")
        #expect(settings.store.kind == .sqlite && settings.store.path == "/etc/puente/state/puente.sqlite")
        #expect(settings.connector.entityID.rawValue == "https://puente.gob.es/eidas/connector/metadata")
        #expect(settings.connector.metadata == settings.connector.signing)
        #expect(settings.connector.signing.file == "/etc/puente/keys/s.key")
        #expect(settings.connector.organization.displayName == "Ministerio")
        #expect(settings.connector.signatureAlgorithm == nil && settings.connector.spType == .public)
        #expect(settings.clave.issuer == "https://puente.gob.es/Proxy2")
        #expect(settings.trustLists == ["/etc/puente/metadata/trust-list.yaml"])
        #expect(settings.exchangeMinutes == 15 && settings.limits.messageCharacters == 131_072)
    }

    @Test("What the operator tells of itself is optional, but for name and address")
    func operatorOfNode() throws {
        let bare = try #require(parse(soundSettings).value).operator
        #expect(bare.telephone == nil && bare.postalAddress == nil)
        #expect(bare.dataProtectionEmail == nil && bare.auditRetentionDays == nil)
        let told = soundSettings.replacingOccurrences(
            of: "contact-email: a@gob.es}",
            with: """
                contact-email: a@gob.es, telephone: "+34 910 000 000", postal-address: "Calle Mayor 1, Madrid",
                  data-protection-email: dpd@gob.es, audit-retention-days: 365}
                """)
        let full = try #require(parse(told).value).operator
        #expect(full.telephone == "+34 910 000 000" && full.postalAddress == "Calle Mayor 1, Madrid")
        #expect(full.dataProtectionEmail == "dpd@gob.es" && full.auditRetentionDays == 365)
    }

    @Test(
        "One spoilt thing is one fault, where it stands",
        arguments: [
            ("https://puente.gob.es\n", "puente.gob.es\n", "1:13 public-url", "https://host"),
            ("https://puente.gob.es\n", "https://puente.gob.es/app\n", "1:13 public-url", "without path"),
            ("https://puente.gob.es\n", "https://puente.gob.es:0\n", "1:13 public-url", "https://host:port"),
            ("production: false", "production: no", "2:13 production", "Write true or false."),
            ("production: false", "member-state: GR", "2:15 member-state", "Write EL."),
            ("production: false", "producton: false", "2:1 producton", "Did you mean production?"),
            ("production: false", "store: {kind: postgres}", "2:15 store.kind", "sqlite or memory"),
            ("production: false", "trust-lists: []", "2:14 trust-lists", "1 or more"),
            ("production: false", "trust-lists: metadata/a.yaml", "2:14 trust-lists", "a list of paths"),
            ("production: false", "trust-lists: [a/*/b.yaml]", "2:15 trust-lists[0]", "behind the last /"),
            ("production: false", "environment: Pre Production", "2:14 environment", "small letters"),
            ("production: false", "services: [a.yaml, a.yaml]", "2:20 services[1]", "once"),
            ("production: false", "exchange-minutes: 61", "2:19 exchange-minutes", "1 to 60"),
            ("production: false", "request-age-minutes: 0", "2:22 request-age-minutes", "1 to 15"),
            ("production: false", "limits: {workers: all}", "2:19 limits.workers", "0 to 256"),
            ("production: false", "log: {level: verbose}", "2:14 log.level", "Write one of them."),
            ("production: false", "operations: {host: 127.0.0.1, port: 8443}", "2:13 operations", "another port"),
            ("{port: 8443}", "{port: 65536}", "3:16 listen.port", "1 to 65535"),
            (
                "{port: 8443}", "{port: 8443, tls: {key: a.key}}", "3:27 listen.tls.certificate",
                "Add the key certificate."
            ),
            ("{port: 8443}", "{host: \"a b\"}", "3:16 listen.host", "host name"),
            ("  signing-key: keys/s.key\n", "", "5:3 connector.signing-key", "Add the key signing-key."),
            (
                "keys/s.key", "keys/s.key\n  metadata-key: keys/m.key", "5:3 connector.metadata-certificate",
                "Add the key"
            ),
            (
                "keys/s.key", "keys/s.key\n  signature-algorithm: rsa-sha512", "6:24 connector.signature-algorithm",
                "expected rsa-pss-sha256"
            ),
            (
                "Ministerio, email: a@gob.es", "Ministerio, email: mailto:a@gob.es",
                "11:43 connector.contacts.support.email", "without mailto:"
            ),
            ("name: Ministerio, url", "name: '', url", "9:24 connector.organization.name", "empty text"),
            ("operator: {", "operator: {nam: x, ", "16:12 operator.nam", "Remove it"),
        ] as [(String, String, String, String)])
    func spoilt(old: String, new: String, place: String, words: String) {
        let text = soundSettings.replacingOccurrences(of: old, with: new)
        let places = parse(text).places
        let expected = old.hasPrefix("  signing-key") ? ["5:3 connector.signing-key"] : [place]
        #expect(places == expected, "\(parse(text).faults)")
        #expect(parse(text).faults.first?.description.contains(words) == true, "\(parse(text).faults)")
    }

    @Test("Seven faults are told at once, in the order of the file, and an empty file tells all that it lacks")
    func seven() {
        let reading = parse(
            """
            public-url: ftp://x
            member-state: es
            production: off
            exchange-minutes: 015
            store: {kind: redis}
            store: {kind: memory}
            languges: [es]

            """ + soundSettings.split(separator: "\n").dropFirst(2).joined(separator: "\n"))
        #expect(reading.value == nil)
        #expect(
            reading.places == [
                "1:13 public-url", "2:15 member-state", "3:13 production", "4:19 exchange-minutes", "5:15 store.kind",
                "6:1 store", "7:1 languges",
            ])
        #expect(parse("{}").faults.count == 15)
    }

    @Test("A key file that is not there is a fault at its line")
    func missingKeys() {
        let faults = parse(soundSettings, rules: SettingsRules()).faults
        #expect(faults.map(\.line) == [5, 6, 7, 8, 14, 15])
        #expect(faults.first?.found == "no file at /etc/puente/keys/s.key")
    }

    @Test("The commented example is sound, and production refuses its example values")
    func example() throws {
        let path = SchemaUnderTest.repository.appendingPathComponent("Docs/examples/puente.yaml").path
        #expect(Settings.read(path: path, rules: SettingsRules(checksFiles: false)).faults == [])
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let faults = parse(text.replacingOccurrences(of: "production: false", with: "production: true")).faults
        #expect(faults.count == 10 && faults.allSatisfy { $0.expected.contains("of your own") }, "\(faults)")
    }

    @Test("What the example says of a default, in a comment, is sound too")
    func uncommented() throws {
        let url = SchemaUnderTest.repository.appendingPathComponent("Docs/examples/puente.yaml")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
        let text = lines.map { $0.replacing(/^( *)# ( *[a-z0-9-]+:($| ))/) { "\($0.1)\($0.2)" } }
            .filter { !$0.hasPrefix("yaml-language-server") && !$0.hasPrefix("trust-lists, services") }
        #expect(parse(text.joined(separator: "\n")).faults == [])
    }
}
