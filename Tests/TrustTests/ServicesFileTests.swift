// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import Testing
import Trust
import XMLSecurity
import YAMLText

@Suite("services.yaml")
struct ServicesFileTests {
    /// A sound file, each key on a line of its own.
    static let sound = """
        services:
          - provider-name: 21114293V_E04975701
            display-name:
              es: Sede electrónica
            certificates:
              - \(SampleCertificate.base64())
            return-addresses:
              - https://sede.example.gob.es/acs
              - https://sede.example.gob.es/app/*
            home-page: https://sede.example.gob.es/
            lowest-loa: substantial
            attributes:
              - PersonIdentifier
              - FirstName
            persons: [natural]
            encryption: {certificate: \(SampleCertificate.base64(1))}

        """

    static func read(_ text: String, _ rules: RegistryRules = .sample) throws -> Reading<[ServiceEntry]> {
        let folder = try Folder(["s.yaml": text, "sp.pem": SampleCertificate.pem(2)])
        return ServicesFile.read(path: "\(folder.path)/s.yaml", rules: rules)
    }

    @Test("What is left out has its default")
    func defaults() throws {
        let entry = try #require(try Self.read(Self.sound).value?.first)
        #expect(
            entry
                == ServiceEntry(
                    providerName: EntityID("21114293V_E04975701"), displayName: ["es": "Sede electrónica"],
                    certificates: [SampleCertificate.der()],
                    returnAddresses: ["https://sede.example.gob.es/acs", "https://sede.example.gob.es/app/*"],
                    homePage: "https://sede.example.gob.es/", lowestLoA: .substantial,
                    attributes: [.personIdentifier, .firstName],
                    encryption: ServiceEntry.Encryption(certificate: SampleCertificate.der(1))))
    }

    @Test("Every key is read")
    func everyKey() throws {
        let text =
            Self.sound + """
                    dialect: clave2
                    accepts-representation: true
                    accepts-non-notified: true
                    sector: private
                    signature: rsa-pss-sha256
                    signs-assertion: true
                    assertion-in-errors: false
                    identifier-form: bare
                    selected-idp: STORK
                    enabled: false

                """
        let entry = try #require(try Self.read(text).value?.first)
        #expect(entry.acceptsRepresentation && entry.acceptsNonNotified && entry.signsAssertion)
        #expect(!entry.assertionInErrors && !entry.enabled)
        #expect(entry.sector == .private && entry.signature == .pssSHA256 && entry.identifierForm == .bare)
        #expect(entry.selectedIdP == "STORK")
    }

    struct Spoilt: CustomTestStringConvertible, Sendable {
        let old, new, place, words: String
        var testDescription: String { new }
        init(_ old: String, _ new: String, _ place: String, _ words: String) {
            (self.old, self.new, self.place, self.words) = (old, new, place, words)
        }
    }

    @Test(
        "One spoilt thing is one fault, where it stands",
        arguments: [
            Spoilt(
                "provider-name: 21114293V_E04975701", "provider-name: 'A;B'", "2:20 services[0].provider-name",
                "before the ;"),
            Spoilt(
                "provider-name: 21114293V_E04975701", "provider-name: ' A'", "2:20 services[0].provider-name",
                "white space"),
            Spoilt(
                "provider-name: 21114293V_E04975701", "enabled: true", "2:5 services[0].provider-name",
                "Add the key provider-name."),
            Spoilt("es: Sede", "Spanish: Sede", "4:7 services[0].display-name.Spanish", "language tag"),
            Spoilt("es: Sede electrónica", "es: ''", "4:11 services[0].display-name.es", "empty text"),
            Spoilt(
                "https://sede.example.gob.es/acs", "sede.example.gob.es/acs", "8:9 services[0].return-addresses[0]",
                "https://host/path"),
            Spoilt(
                "https://sede.example.gob.es/acs", "https://sede.example.gob.es/#x",
                "8:9 services[0].return-addresses[0]", "without #"),
            Spoilt(
                "https://sede.example.gob.es/acs", "https://*.example.gob.es/acs",
                "8:9 services[0].return-addresses[0]", "https"),
            Spoilt(
                "https://sede.example.gob.es/acs", "https://sede.example.gob.es*",
                "8:9 services[0].return-addresses[0]", "https"),
            Spoilt(
                "https://sede.example.gob.es/acs", "https://sede.example.gob.es/a*/b",
                "8:9 services[0].return-addresses[0]", "https"),
            Spoilt(
                "https://sede.example.gob.es/acs", "https://a@sede.example.gob.es/",
                "8:9 services[0].return-addresses[0]", "https"),
            Spoilt(
                "https://sede.example.gob.es/acs", "https://sede.example.gob.es/app/*",
                "9:9 services[0].return-addresses[1]", "line 8"),
            Spoilt("home-page: https", "home-page: javascript", "10:16 services[0].home-page", "http or https"),
            Spoilt(
                "lowest-loa: substantial", "lowest-loa: 2", "11:17 services[0].lowest-loa", "Write one of the three."),
            Spoilt("- FirstName", "- firstname", "14:9 services[0].attributes[1]", "Did you mean FirstName?"),
            Spoilt("- FirstName", "- Shoesize", "14:9 services[0].attributes[1]", "mappings/*.yaml"),
            Spoilt("- FirstName", "- PersonIdentifier", "14:9 services[0].attributes[1]", "line 13"),
            Spoilt("[natural]", "[human]", "15:15 services[0].persons[0]", "natural or legal"),
            Spoilt("[natural]", "[]", "15:14 services[0].persons", "1 or more"),
            Spoilt(
                "{certificate", "{cipher: aes256-cbc, certificate", "16:26 services[0].encryption.cipher", "aes256-gcm"),
            Spoilt(
                "{certificate", "{key-transport: rsa-1_5, certificate", "16:33 services[0].encryption.key-transport",
                "Write one of the two."),
            Spoilt("persons: [natural]", "signature: rsa-sha1", "15:16 services[0].signature", "rsa-sha"),
            Spoilt("persons: [natural]", "dialect: clave3", "15:14 services[0].dialect", "Write clave2."),
            Spoilt("persons: [natural]", "enabled: no", "15:14 services[0].enabled", "Write true or false."),
            Spoilt("persons: [natural]", "personas: [natural]", "15:5 services[0].personas", "Did you mean persons?"),
            Spoilt("services:", "service:", "1:1 service", "Did you mean services?"),
        ])
    func spoilt(_ example: Spoilt) throws {
        let text = Self.sound.replacingOccurrences(of: example.old, with: example.new)
        let reading = try Self.read(text)
        let expected = example.new == "service:" ? ["1:1 service", "1:1 services"] : [example.place]
        #expect(reading.places == expected, "\(reading.faults)")
        #expect(reading.faults.first?.description.contains(example.words) == true, "\(reading.faults)")
    }

    @Test("A certificate may be PEM in a block, Base64, or a file beside the list")
    func certificateForms() throws {
        let pem = SampleCertificate.pem(3).split(separator: "\n").joined(separator: "\n            ")
        let text = Self.sound.replacingOccurrences(
            of: "    return-addresses:",
            with: "      - file: sp.pem\n      - |\n            \(pem)\n    return-addresses:")
        let certificates = try #require(try Self.read(text).value?.first?.certificates)
        #expect(certificates == [SampleCertificate.der(), SampleCertificate.der(2), SampleCertificate.der(3)])
    }

    @Test(
        "What is no certificate is refused without being quoted",
        arguments: [
            ("MIIB!", "text that is not Base64"), ("AAAA", "NoFrame"), ("{file: no.pem}", "no file at"),
            ("{path: sp.pem}", "unknown key"), ("[]", "a list"),
            ("'-----BEGIN PRIVATE KEY----- AAAA'", "a private key"),
            ("'-----BEGIN CERTIFICATE----- AAAA'", "without its last line"),
            ("'-----BEGIN PUBLIC KEY----- AAAA -----END PUBLIC KEY-----'", "PEM of another kind"),
        ])
    func certificateFaults(yaml: String, words: String) throws {
        let text = Self.sound.replacingOccurrences(of: "- " + SampleCertificate.base64(), with: "- " + yaml)
        let faults = try Self.read(text).faults
        #expect(faults.first?.line == 6 && faults.map(\.description).joined().contains(words), "\(faults)")
        #expect(!faults.contains { $0.description.contains("AAAA") })
    }

    @Test("Unless the caller says otherwise, a certificate has to be readable whole")
    func realCheck() throws {
        let faults = try Self.read(Self.sound, RegistryRules(attributes: RegistryRules.sample.attributes)).faults
        #expect(faults.map(\.path) == ["services[0].certificates[0]", "services[0].encryption.certificate"])
    }

    @Test("The caller's check of certificates is asked, and its words are passed on")
    func certificateCheck() throws {
        struct TooOld: Error {}
        let rules = RegistryRules(attributes: RegistryRules.sample.attributes) { _ in throw TooOld() }
        let faults = try Self.read(Self.sound, rules).faults
        #expect(faults.count == 2 && faults[0].found.contains("TooOld"))
    }

    @Test("Production refuses example values in what is enabled, and only there")
    func production() throws {
        let text = Self.sound.replacingOccurrences(of: "gob.es/acs", with: "org/acs")
        #expect(try Self.read(text, .production).places == ["8:9 services[0].return-addresses[0]"])
        #expect(try Self.read(text + "    enabled: false\n", .production).faults == [])
        #expect(try Self.read(text).faults == [])
    }
}
