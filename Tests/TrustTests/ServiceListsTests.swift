// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import Trust
import YAMLText

@Suite("Metadata service lists in a trust list")
struct ServiceListsTests {
    static let sound = """
        metadata-service-lists:
          - name: germany
            source: {url: "https://eidas.example.de/list.xml"}
            pins: [\(SampleCertificate.base64())]
            territories: [DE]

        """

    static func read(_ text: String, _ rules: RegistryRules = .sample) throws -> Reading<Registry> {
        let folder = try Folder(["t.yaml": text, "list.xml": "<x/>"])
        return TrustListFile.read(path: "\(folder.path)/t.yaml", rules: rules)
    }

    private static func state(_ code: String) throws -> MemberState { try #require(MemberState(rawValue: code)) }

    @Test("What is left out has its default, and nodes may be left out")
    func defaults() throws {
        let registry = try #require(try Self.read(Self.sound).value)
        #expect(
            registry.lists == [
                ServiceListEntry(
                    name: "germany",
                    source: .https(url: "https://eidas.example.de/list.xml", certificateAuthority: nil),
                    pins: [SampleCertificate.der()], territories: [try Self.state("DE")])
            ])
        #expect(registry.lists.first?.roles == [.proxyService, .connector])
        #expect(registry.nodes.isEmpty)
        #expect(try Self.read(Self.sound + TrustListFileTests.sound).value?.nodes.map(\.list) == [nil])
    }

    @Test("Every key is read")
    func everyKey() throws {
        let text =
            Self.sound.replacingOccurrences(
                of: "{url: \"https://eidas.example.de/list.xml\"}", with: "{file: list.xml}"
            )
            .replacingOccurrences(of: "pins: [\(SampleCertificate.base64())]", with: "allows-unsigned-list: true")
            .replacingOccurrences(of: "[DE]", with: "[NO, EL]") + """
                    roles: [connector]
                    node-pins: [\(SampleCertificate.base64(1))]
                    profile: {clock-skew-seconds: 5}
                    enabled: false

                """
        let reading = try Self.read(text)
        let list = try #require(reading.value?.lists.first, "\(reading.faults)")
        guard case .file(let path) = list.source else { return #expect(Bool(false), "\(list.source)") }
        #expect(path.hasSuffix("/list.xml"))
        #expect(list.pins == [] && list.allowsUnsigned && list.nodePins == [SampleCertificate.der(1)])
        #expect(try list.territories == [Self.state("NO"), Self.state("EL")])
        #expect(list.roles == [.connector] && list.profile.clockSkewSeconds == 5 && !list.enabled)
        #expect(try JSONDecoder().decode(ServiceListEntry.self, from: JSONEncoder().encode(list)) == list)
    }

    @Test(
        "One spoilt thing is one fault, where it stands",
        arguments: [
            ("name: germany", "name: Germany", "2:11 metadata-service-lists[0].name", "small letters"),
            ("name: germany", "nam: germany", "2:5 metadata-service-lists[0].name", "Add the key name."),
            ("\"https://", "\"http://", "3:19 metadata-service-lists[0].source.url", "beginning with https://"),
            ("{url: ", "{file: list.xml, url: ", "3:13 metadata-service-lists[0].source", "found both"),
            ("[\(SampleCertificate.base64())]", "[]", "4:11 metadata-service-lists[0].pins", "1 or more"),
            ("pins: [", "node-pins: [", "2:5 metadata-service-lists[0].pins", "Add the key pins."),
            ("[DE]", "[]", "5:18 metadata-service-lists[0].territories", "1 or more"),
            ("[DE]", "[GR]", "5:19 metadata-service-lists[0].territories[0]", "Write EL."),
            ("[DE]", "[DE, DE]", "5:23 metadata-service-lists[0].territories[1]", "once"),
            ("[DE]", "[DE]\n    roles: []", "6:12 metadata-service-lists[0].roles", "1 or more"),
            (
                "[DE]", "[DE]\n    roles: [proxy]", "6:13 metadata-service-lists[0].roles[0]",
                "proxy-service or connector"
            ),
            ("[DE]", "[DE]\n    profile: {skew: 1}", "6:15 metadata-service-lists[0].profile.skew", "unknown key"),
        ] as [(String, String, String, String)])
    func spoilt(old: String, new: String, place: String, words: String) throws {
        let reading = try Self.read(Self.sound.replacingOccurrences(of: old, with: new))
        let places = reading.places.filter { old != "name: germany" || !$0.hasSuffix(".nam") }
        #expect(places == [place], "\(reading.faults)")
        #expect(reading.faults.contains { $0.description.contains(words) }, "\(reading.faults)")
    }

    @Test("Production takes no unsigned list, unless it is switched off")
    func unsigned() throws {
        let text =
            Self.sound.replacingOccurrences(of: ".example.", with: ".bund.")
            .replacingOccurrences(of: "pins: [\(SampleCertificate.base64())]", with: "allows-unsigned-list: true")
        #expect(try Self.read(text).faults == [])
        #expect(try Self.read(text, .production).places == ["4:27 metadata-service-lists[0].allows-unsigned-list"])
        #expect(try Self.read(text + "    enabled: false\n", .production).faults == [])
    }

    @Test("Names are unique, and a file without nodes and lists says what it lacks")
    func names() throws {
        let twice = Self.sound + Self.sound.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
        #expect(try Self.read(twice).places == ["6:11 metadata-service-lists[1].name"])
        #expect(try Self.read("{}").faults.map(\.advice) == ["Add the key nodes."])
    }

    @Test("What the commented trust list says of lists, in comments, is sound too")
    func commented() throws {
        let text = String(decoding: try Repository.octets("metadata/trust-list.yaml"), as: UTF8.self)
        let start = try #require(text.range(of: "# metadata-service-lists:"))
        let lists = text[start.lowerBound...].components(separatedBy: "\n").map { $0.dropFirst(2) }.joined(
            separator: "\n")
        let sample = String(decoding: try Repository.octets("metadata/examples/pins/sample.pem"), as: UTF8.self)
        let folder = try Folder(["t.yaml": lists, "examples/pins/sample.pem": sample])
        let reading = TrustListFile.read(path: "\(folder.path)/t.yaml", rules: RegistryRules(attributes: nil))
        #expect(reading.faults == [])
        #expect(reading.value?.lists.map(\.name) == ["xx-list"])
        #expect(reading.value?.revocations.map(\.isRequired) == [false])
    }
}

@Suite("The environment of a trust list")
struct EnvironmentTests {
    private static func rules(_ environment: String?, isProduction: Bool = false) -> RegistryRules {
        RegistryRules(
            attributes: nil, isProduction: isProduction, environment: environment,
            checkCertificate: SampleCertificate.checkFrame)
    }

    @Test(
        "Decides whether the file counts",
        arguments: [
            (nil, nil, 1), (nil, "production", 1), ("production", "production", 1), ("acceptance", "production", 0),
        ] as [(String?, String?, Int)])
    func counts(file: String?, settings: String?, nodes: Int) throws {
        let text = (file.map { "environment: \($0)\n" } ?? "") + TrustListFileTests.sound + ServiceListsTests.sound
        let reading = try TrustListFileTests.read(text, Self.rules(settings))
        let registry = try #require(reading.value, "\(reading.faults)")
        #expect(registry.nodes.count == nodes && registry.lists.count == nodes)
    }

    @Test("Is a fault where the settings name none: nothing is guessed")
    func unknown() throws {
        let faults = try TrustListFileTests.read(
            "environment: acceptance\n" + TrustListFileTests.sound, Self.rules(nil)
        )
        .faults
        #expect(faults.map { [$0.line, $0.column] } == [[1, 14]])
        #expect(faults.first?.advice.hasPrefix("Write environment: acceptance in the settings") == true)
    }

    @Test("Another one is read for mistakes, but not held to the rules of this one")
    func other() throws {
        let text =
            "environment: acceptance\n"
            + TrustListFileTests.sound.replacingOccurrences(of: ".example.de", with: ".example.org")
            .replacingOccurrences(of: "clock-skew-seconds: 30", with: "allows-unsigned-metadata: true")
        #expect(try TrustListFileTests.read(text, Self.rules("production", isProduction: true)).faults == [])
        #expect(try TrustListFileTests.read(text, Self.rules("acceptance", isProduction: true)).faults.count == 3)
        let spoilt = text.replacingOccurrences(of: "country: DE", with: "country: Germany")
        #expect(try TrustListFileTests.read(spoilt, Self.rules("production")).places == ["4:14 nodes[0].country"])
        let twice = text + TrustListFileTests.sound.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
        #expect(try TrustListFileTests.read(twice, Self.rules("production")).faults == [])
    }

    @Test("Names are unique among the files that count")
    func names() throws {
        let folder = try Folder([
            "trust-a.yaml": "environment: acceptance\n" + TrustListFileTests.sound,
            "trust-p.yaml": "environment: production\n" + TrustListFileTests.sound,
            "trust-z.yaml": TrustListFileTests.sound.replacingOccurrences(of: "eidas.", with: "eidas2."),
        ])
        let reading = Registry.read(
            trustLists: ["\(folder.path)/trust-*.yaml"], services: [], rules: Self.rules("production"))
        #expect(reading.value?.nodes.count == 2, "\(reading.faults)")
        let both = Registry.read(
            trustLists: ["\(folder.path)/trust-p.yaml", "\(folder.path)/trust-z.yaml"], services: [],
            rules: Self.rules(nil))
        #expect(both.faults.map(\.line) == [1])
    }
}
