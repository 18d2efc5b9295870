// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import Trust
import YAMLText

@Suite("trust-list.yaml")
struct TrustListFileTests {
    static let sound = """
        nodes:
          - entity-id: https://eidas.example.de/metadata
            country: DE
            role: proxy-service
            source: {url: "https://eidas.example.de/metadata"}
            pins: [\(SampleCertificate.base64())]
            display-name: {en: Germany}
            profile: {clock-skew-seconds: 30}

        """

    static func read(_ text: String, _ rules: RegistryRules = .sample) throws -> Reading<Registry> {
        let folder = try Folder(["t.yaml": text, "de.xml": "<x/>", "ca.pem": SampleCertificate.pem()])
        return TrustListFile.read(path: "\(folder.path)/t.yaml", rules: rules)
    }

    @Test("What is left out has its default")
    func defaults() throws {
        let entry = try #require(try Self.read(Self.sound).value?.nodes.first)
        var profile = PeerProfile()
        profile.clockSkewSeconds = 30
        #expect(
            entry
                == NodeEntry(
                    entityID: EntityID("https://eidas.example.de/metadata"),
                    country: try #require(MemberState(rawValue: "DE")), role: .proxyService,
                    source: .https(url: "https://eidas.example.de/metadata", certificateAuthority: nil),
                    pins: [SampleCertificate.der()], profile: profile, displayName: ["en": "Germany"]))
    }

    @Test("Every key of a profile is read")
    func profile() throws {
        let text = Self.sound.replacingOccurrences(
            of: "{clock-skew-seconds: 30}",
            with: """
                {allows-unsigned-metadata: true, clock-skew-seconds: 0, sends-requester-id: never, \
                requests-name-id: persistent, allows-old-key-transport: true, accepts-non-notified: true, \
                requires-subject-confirmation: false}
                """)
        let profile = try #require(try Self.read(text).value?.nodes.first?.profile)
        #expect(profile.allowsUnsignedMetadata && profile.allowsOldKeyTransport && profile.acceptsNonNotified)
        #expect(!profile.requiresSubjectConfirmation && profile.clockSkewSeconds == 0)
        #expect(profile.sendsRequesterID == .never && profile.requestsNameID == .persistent)
    }

    @Test("Norway is a country, quoted or not", arguments: ["NO", "\"NO\"", "'NO'"])
    func norway(code: String) throws {
        let text = Self.sound.replacingOccurrences(of: "country: DE", with: "country: \(code)")
        #expect(try Self.read(text).value?.nodes.first?.country.rawValue == "NO")
    }

    @Test("A source is a file beside the list, or an address with its own anchors")
    func sources() throws {
        let address = "{url: \"https://eidas.example.de/metadata\"}"
        let file = try Self.read(Self.sound.replacingOccurrences(of: address, with: "{file: de.xml}"))
        guard case .file(let path)? = file.value?.nodes.first?.source else {
            return #expect(Bool(false), "\(file.faults)")
        }
        #expect(path.hasSuffix("/de.xml") && path.hasPrefix("/"))
        let anchored = try Self.read(
            Self.sound.replacingOccurrences(of: "metadata\"}", with: "metadata\", certificate-authority: ca.pem}"))
        guard case .https(_, let anchors?)? = anchored.value?.nodes.first?.source else {
            return #expect(Bool(false), "\(anchored.faults)")
        }
        #expect(anchors.hasSuffix("/ca.pem"))
    }

    @Test(
        "One spoilt thing is one fault, where it stands",
        arguments: [
            ("country: DE", "country: GR", "3:14 nodes[0].country", "Write EL."),
            ("country: DE", "country: gr", "3:14 nodes[0].country", "Write EL."),
            ("country: DE", "country: no", "3:14 nodes[0].country", "Write NO."),
            ("country: DE", "country: Germany", "3:14 nodes[0].country", "ISO 3166-1"),
            ("country: DE", "country: 49", "3:14 nodes[0].country", "ISO 3166-1"),
            ("entity-id: https://", "entity-id: //", "2:16 nodes[0].entity-id", "letter by letter"),
            ("proxy-service", "proxy", "4:11 nodes[0].role", "proxy-service or connector"),
            ("\"https://", "\"http://", "5:19 nodes[0].source.url", "beginning with https://"),
            ("{url: ", "{file: de.xml, url: ", "5:13 nodes[0].source", "found both"),
            ("{url: \"https://eidas.example.de/metadata\"}", "{}", "5:13 nodes[0].source", "found neither"),
            (
                "{url: \"https://eidas.example.de/metadata\"}", "{file: no.xml}", "5:20 nodes[0].source.file",
                "no file at"
            ),
            (
                "metadata\"}", "metadata\", certificate-authority: x.pem}",
                "5:79 nodes[0].source.certificate-authority", "no file at"
            ),
            ("[\(SampleCertificate.base64())]", "[]", "6:11 nodes[0].pins", "1 or more"),
            ("[\(SampleCertificate.base64())]", "", "6:10 nodes[0].pins", "found nothing"),
            (
                "clock-skew-seconds: 30", "clock-skew-seconds: 301", "8:35 nodes[0].profile.clock-skew-seconds",
                "0 to 300"
            ),
            (
                "clock-skew-seconds: 30", "clock-skew: 30", "8:15 nodes[0].profile.clock-skew",
                "Did you mean clock-skew-seconds?"
            ),
            ("display-name: {en", "enabled: off #", "7:14 nodes[0].enabled", "true or false"),
        ] as [(String, String, String, String)])
    func spoilt(old: String, new: String, place: String, words: String) throws {
        let reading = try Self.read(Self.sound.replacingOccurrences(of: old, with: new))
        #expect(reading.places == [place], "\(reading.faults)")
        #expect(reading.faults.first?.description.contains(words) == true, "\(reading.faults)")
    }

    @Test("Without pins there must be leave for unsigned metadata, which production never gives")
    func unsigned() throws {
        let text = Self.sound.replacingOccurrences(of: "pins: [\(SampleCertificate.base64())]", with: "enabled: true")
            .replacingOccurrences(of: "{clock-skew-seconds: 30}", with: "{allows-unsigned-metadata: true}")
            .replacingOccurrences(of: ".example.", with: ".bund.")
        #expect(try Self.read(text).faults == [])
        #expect(try Self.read(text, .production).places == ["8:41 nodes[0].profile.allows-unsigned-metadata"])
        #expect(try Self.read(text.replacingOccurrences(of: "true\n", with: "false\n"), .production).faults == [])
    }

    @Test("A file is the same source from whatever folder the list is read", arguments: ["", "./", "x/../"])
    func absolute(detour: String) throws {
        let address = "{url: \"https://eidas.example.de/metadata\"}"
        let text = Self.sound.replacingOccurrences(of: address, with: "{file: \(detour)de.xml}")
        let folder = try Folder(["t.yaml": text, "de.xml": "<x/>", "x/y": ""])
        let here = FileManager.default.currentDirectoryPath.split(separator: "/")
        let path = String(repeating: "../", count: here.count) + folder.path.dropFirst() + "/t.yaml"
        let reading = TrustListFile.read(path: path, rules: .sample)
        #expect(reading.value?.nodes.map(\.source) == [.file(path: "\(folder.path)/de.xml")], "\(reading.faults)")
    }

    @Test("In production an enabled entry has no certificate of the examples")
    func sampleCertificate() throws {
        let text = Self.sound.replacingOccurrences(of: ".example.", with: ".bund.")
            .replacingOccurrences(of: "[\(SampleCertificate.base64())]", with: "[{file: sample.pem}]")
        let sample = try Repository.octets("metadata/examples/pins/sample.pem")
        func faults(_ text: String, isProduction: Bool) throws -> [Fault] {
            let folder = try Folder(["t.yaml": text, "sample.pem": String(decoding: sample, as: UTF8.self)])
            let rules = RegistryRules(attributes: nil, isProduction: isProduction)
            return TrustListFile.read(path: "\(folder.path)/t.yaml", rules: rules).faults
        }
        #expect(try faults(text, isProduction: false) == [])
        #expect(try faults(text, isProduction: true).map(\.path) == ["nodes[0]"])
        #expect(try faults(text, isProduction: true).first?.found == "the certificate of the examples")
        #expect(try faults(text + "    enabled: false\n", isProduction: true) == [])
    }
}
