// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Settings
import Testing
import YAMLText

/// PEM of nothing but the frame of a key, on one line of JSON.
private func pem(_ letter: Character, _ kind: String = "PUBLIC KEY") -> String {
    "\"-----BEGIN \(kind)-----\\nMII\(letter)\\n-----END \(kind)-----\\n\""
}

/// The settings with a section `trust` in line 3.
private func parseTrust(_ section: String) -> Reading<Settings> {
    parse(soundSettings.replacingOccurrences(of: "production: false", with: "production: false\ntrust: \(section)"))
}

@Suite("The section trust of puente.yaml")
struct TrustSettingsTests {
    @Test("What is left out has its default", arguments: ["{}", "{changes: {}, alarms: {}}"])
    func defaults(section: String) throws {
        let trust = try #require(parseTrust(section).value).trust
        #expect(trust.graceHours == 0 && trust.allowedNetworks == [] && trust.approvals == 1 && trust.operators == [])
        #expect(trust.alarms.days == [60, 30, 14, 7, 1] && trust.alarms.webhook == nil && trust.alarms.mail == nil)
        #expect(trust.controlSocket == "/etc/puente/state/puente.sock")
        let waiting = Settings.Trust.ChangeKind.allCases.filter { trust.changes[$0] == .approval }
        #expect(
            waiting == [
                .anchorChanged, .countryChanged, .allKeysChanged, .encryptionKeysChanged, .endpointHostMoved,
                .roleVanished, .older, .turnedBack,
            ])
        #expect(trust.changes.count == Settings.Trust.ChangeKind.allCases.count)
    }

    @Test("Every key is read")
    func everyKey() throws {
        let section = """
            {grace-hours: 72, allowed-networks: [10.0.0.0/8, fd00::1], approvals: 2,
             changes: {node-added: approval, older: automatic}, control-socket: /run/puente/p.sock,
             operators: [{name: ana, key: \(pem("A"))}, {name: luis, key: \(pem("B", "CERTIFICATE"))}],
             alarms: {days: [1, 365], webhook: {url: "http://localhost:9000/x", secret: {environment: HOOK_KEY}},
              mail: {to: [a@b.es, c@d.es], from: p@b.es, sendmail: bin/send}}}
            """
        let reading = parseTrust(section.replacingOccurrences(of: "\n", with: ""))
        let trust = try #require(reading.value, "\(reading.faults)").trust
        #expect(trust.graceHours == 72 && trust.approvals == 2 && trust.controlSocket == "/run/puente/p.sock")
        #expect(trust.allowedNetworks.map(\.description) == ["10.0.0.0/8", "fd00::1"])
        #expect(trust.changes[.nodeAdded] == .approval && trust.changes[.older] == .automatic)
        #expect(trust.operators.map(\.name) == ["ana", "luis"])
        #expect(
            String(decoding: trust.operators[1].key, as: UTF8.self)
                == "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
        #expect(trust.alarms.days == [365, 1])
        #expect(trust.alarms.webhook?.url.description == "http://localhost:9000/x")
        #expect(trust.alarms.webhook?.secret == .environment(name: "HOOK_KEY"))
        #expect(trust.alarms.mail?.to == ["a@b.es", "c@d.es"] && trust.alarms.mail?.from == "p@b.es")
        #expect(trust.alarms.mail?.sendmail == "/etc/puente/bin/send")
    }

    @Test(
        "One spoilt thing is one fault, where it stands",
        arguments: [
            ("{grace-hours: 73}", "3:22 trust.grace-hours", "0 to 72"),
            ("{grace-hours: 08}", "3:22 trust.grace-hours", "digits only"),
            ("{allowed-networks: [10.1.0.0/8]}", "3:28 trust.allowed-networks[0]", "Write 10.0.0.0/8"),
            ("{allowed-networks: [10.0.0.1, 10.0.0.1/32]}", "3:38 trust.allowed-networks[1]", "the same as"),
            ("{changes: {key-aded: approval}}", "3:19 trust.changes.key-aded", "Did you mean key-added?"),
            ("{changes: {key-added: yes}}", "3:30 trust.changes.key-added", "automatic or approval"),
            ("{approvals: 3}", "3:20 trust.approvals", "1 to 2"),
            ("{approvals: 2}", "3:8 trust.operators", "2 operators or more"),
            (
                "{approvals: 2, operators: [{name: ana, key: \(pem("A"))}]}", "3:34 trust.operators",
                "2 operators or more"
            ),
            ("{operators: [{name: Ana, key: \(pem("A"))}]}", "3:28 trust.operators[0].name", "small letters"),
            (
                "{operators: [{name: ana, key: \(pem("A"))}, {name: ana, key: \(pem("B"))}]}",
                "3:110 trust.operators[1].name", "approves once"
            ),
            (
                "{operators: [{name: ana, key: \(pem("A"))}, {name: luis, key: \(pem("A"))}]}",
                "3:121 trust.operators[1].key", "approves once"
            ),
            (
                "{operators: [{name: ana, key: \(pem("A", "PRIVATE KEY"))}]}", "3:38 trust.operators[0].key",
                "a private key"
            ),
            ("{operators: [{name: ana, key: hunter2}]}", "3:38 trust.operators[0].key", "found something else"),
            ("{operators: [{name: ana, key: [a]}]}", "3:38 trust.operators[0].key", "found a list"),
            ("{operators: [{name: ana}]}", "3:21 trust.operators[0].key", "Add the key key."),
            ("{alarms: {days: []}}", "3:24 trust.alarms.days", "1 or more"),
            ("{alarms: {days: [0]}}", "3:25 trust.alarms.days[0]", "1 to 365"),
            ("{alarms: {days: [7, 7]}}", "3:28 trust.alarms.days[1]", "once"),
            ("{alarms: {webhook: {}}}", "3:27 trust.alarms.webhook.url", "Add the key url."),
            ("{alarms: {webhook: {url: \"http://a.es/\"}}}", "3:33 trust.alarms.webhook.url", "http on this machine"),
            ("{alarms: {mail: {to: [], from: a@b.es}}}", "3:29 trust.alarms.mail.to", "1 or more"),
            ("{alarms: {mail: {to: [\"-oQ@b.es\"], from: a@b.es}}}", "3:30 trust.alarms.mail.to[0]", "e-mail"),
            ("{alarms: {mail: {to: [a@b.es]}}}", "3:24 trust.alarms.mail.from", "Add the key from."),
            (
                "{control-socket: /\(String(repeating: "é", count: 50))}", "3:25 trust.control-socket",
                "101, \"/éé"
            ),
        ])
    func spoilt(section: String, place: String, words: String) {
        let faults = parseTrust(section).faults
        #expect(parseTrust(section).places == [place], "\(faults)")
        #expect(faults.first?.description.contains(words) == true, "\(faults)")
        #expect(!"\(faults)".contains("hunter2"))
    }

    @Test("A state directory too deep for a socket is a fault that says which setting helps")
    func deep() {
        let deep = "state-directory: /\(String(repeating: "x", count: 90))"
        let reading = parse(soundSettings + deep)
        #expect(reading.faults.map(\.path) == ["trust.control-socket"])
        #expect(reading.faults.first?.advice.contains("/run/puente/puente.sock") == true)
        #expect(parse(soundSettings + deep + "\ntrust: {control-socket: /run/p.sock}").faults == [])
    }

    @Test(
        "A secret is named once, never written, and never repeated",
        arguments: [
            ("hunter2", "", "which is not repeated here"), ("[hunter2]", "", "which is not repeated here"),
            ("", "", "which is not repeated here"), ("{}", "", "found 0"),
            ("{file: a, environment: B}", "", "found 2"),
            ("{environment: 2B}", ".environment", "capitals"), ("{environment: A=B}", ".environment", "capitals"),
            ("{credential: ../a}", ".credential", "LoadCredential="), ("{file: [a]}", ".file", "a path"),
            ("{value: a}", ".value", "the unknown key"),
        ])
    func secrets(written: String, path: String, words: String) {
        let faults = parseTrust("{alarms: {webhook: {url: \"https://a.es/\", secret: \(written)}}}").faults
        #expect(faults.contains { $0.path == "trust.alarms.webhook.secret" + path }, "\(faults)")
        #expect("\(faults)".contains(words) && !"\(faults)".contains("hunter2"), "\(faults)")
    }

    @Test("Files are looked at: keys of operators, the program for mail, secrets that others can read")
    func files() throws {
        let installation = try ProductionTests.Installation()
        func faults(_ section: String) -> [Fault] {
            installation.read(replacing: "{port: 8443}", with: "{port: 8443}\ntrust: \(section)").faults
        }
        try Data("-----BEGIN PUBLIC KEY-----\nMIIA\n-----END PUBLIC KEY-----\n".utf8)
            .write(to: URL(fileURLWithPath: installation.path + "/keys/ana.pem"))
        #expect(faults("{operators: [{name: ana, key: {file: keys/ana.pem}}]}") == [])
        #expect(faults("{operators: [{name: ana, key: {file: keys/s.pem}}]}").map(\.found) == ["something else"])
        #expect(faults("{operators: [{name: ana, key: {file: no.pem}}]}").first?.found.hasPrefix("no file at") == true)
        let mail = "{alarms: {mail: {to: [a@gob.es], from: a@gob.es, sendmail: keys/s.pem}}}"
        #expect(faults(mail).map(\.found) == ["none at \(installation.path)/keys/s.pem"])
        #expect(faults(mail.replacingOccurrences(of: "keys/s.pem", with: "/bin/true")) == [])
        let hook = "{alarms: {webhook: {url: \"https://a.gob.es/\", secret: {file: keys/s.key}}}}"
        #expect(faults(hook) == [])
        #expect(faults(hook.replacingOccurrences(of: "https://a.gob.es", with: "http://localhost")).count == 1)
        try installation.setMode(0o644, of: "keys/s.key")
        #expect(faults(hook).contains { $0.path == "trust.alarms.webhook.secret.file" && $0.advice.contains("chmod") })
    }
}
