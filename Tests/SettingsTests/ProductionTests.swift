// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Settings
import Testing
import YAMLText

@Suite("Production")
struct ProductionTests {
    /// A folder with the files that ``soundSettings`` names, gone when the test is over.
    final class Installation {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

        init() throws {
            try FileManager.default.createDirectory(atPath: path + "/keys", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: path + "/state", withIntermediateDirectories: true)
            for name in [
                "keys/s.key", "keys/s.pem", "keys/e.key", "keys/e.pem", "keys/c.key", "keys/c.pem", "state/store.key",
            ] {
                try Data("x".utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
                try setMode(name == "state/store.key" ? 0o600 : 0o640, of: name)
            }
        }

        func setMode(_ mode: Int, of name: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
        }

        func read(
            replacing old: String = "", with new: String = "", commonName: String? = nil
        ) -> Reading<Settings> {
            let text = soundSettings.replacingOccurrences(of: "production: false", with: "production: true")
            return Settings.parse(
                text.replacingOccurrences(of: old, with: new), file: path + "/puente.yaml",
                rules: SettingsRules(commonName: { _ in commonName }))
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }  // the system clears its temporary folder anyway
    }

    @Test("A complete installation is accepted")
    func sound() throws {
        let reading = try Installation().read(commonName: "Latest contestant")
        #expect(reading.faults == [])
        #expect(reading.value?.isProduction == true)
    }

    @Test(
        "Each thing that is good enough only for trying out is refused, where it stands",
        arguments: [
            ("https://puente.gob.es\n", "http://puente.gob.es\n", "1:13 public-url"),
            ("https://puente.gob.es\n", "http://localhost:8443\n", "1:13 public-url"),
            ("https://puente.gob.es\n", "https://puente.example\n", "1:13 public-url"),
            ("https://puente.gob.es\n", "https://login.example.org\n", "1:13 public-url"),
            ("{port: 8443}", "{port: 8443}\nstore: {kind: memory}", "4:15 store.kind"),
            ("{port: 8443}", "{port: 8443}\nstore-key: keys/none.key", "4:12 store-key"),
            ("operator: {name: Ministerio", "operator: {name: CHANGE-ME please", "16:18 operator.name"),
        ])
    func refused(old: String, new: String, place: String) throws {
        let installation = try Installation()
        #expect(installation.read(replacing: old, with: new).places == [place])
    }

    @Test("A key that others can read is refused, a certificate is not", arguments: [0o644, 0o666, 0o641])
    func openKeys(mode: Int) throws {
        let installation = try Installation()
        try installation.setMode(0o644, of: "keys/s.pem")
        try installation.setMode(mode, of: "keys/s.key")
        try installation.setMode(mode, of: "state/store.key")
        let faults = installation.read().faults
        #expect(Set(faults.map(\.path)) == ["connector.signing-key", "store-key"])
        #expect(faults.last?.advice == "Run chmod 640 \(installation.path)/keys/s.key.")
    }

    @Test("Sample keys are known by their file, or by their subject")
    func sampleKeys() throws {
        let installation = try Installation()
        for name in ["keys/sample-s.key", "keys/demo.key", "keys/test2.key"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(installation.path)/\(name)"))
            try installation.setMode(0o600, of: name)
            let reading = installation.read(replacing: "keys/s.key", with: name)
            #expect(reading.places == ["5:16 connector.signing-key"])
        }
        let faults = installation.read(commonName: "Puente sample").faults
        #expect(faults.map(\.line) == [6, 8, 15] && faults[0].found == "one for \"Puente sample\"")
    }
}
