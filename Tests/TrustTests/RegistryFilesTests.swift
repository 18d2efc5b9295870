// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import Trust
import YAMLText

/// A folder with files, gone when the test is over.
final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files {
            let file = URL(fileURLWithPath: "\(path)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }  // the system clears its temporary folder anyway
}

/// Octets with the frame of a certificate and nothing in it, and their PEM and Base64.
enum SampleCertificate {
    struct NoFrame: Error {}

    /// Accepts what has the frame, so that tests need no real certificates.
    @Sendable static func checkFrame(_ der: Data) throws {
        guard der.count == 260, der.prefix(4) == Data([0x30, 0x82, 0x01, 0x00]) else { throw NoFrame() }
    }

    static func der(_ octet: UInt8 = 0) -> Data { Data([0x30, 0x82, 0x01, 0x00]) + Data(repeating: octet, count: 256) }
    static func base64(_ octet: UInt8 = 0) -> String { der(octet).base64EncodedString() }
    static func pem(_ octet: UInt8 = 0) -> String {
        "-----BEGIN CERTIFICATE-----\n\(base64(octet))\n-----END CERTIFICATE-----\n"
    }
}

extension RegistryRules {
    static let sample = RegistryRules(
        attributes: [.personIdentifier, .familyName, .firstName, .dateOfBirth, .legalPersonIdentifier],
        checkCertificate: SampleCertificate.checkFrame)
    static let production = RegistryRules(
        attributes: sample.attributes, isProduction: true, checkCertificate: SampleCertificate.checkFrame)
}

extension Reading {
    /// `line:column path`, one for each fault.
    var places: [String] { faults.map { "\($0.line):\($0.column) \($0.path)" } }
}

@Suite("The files that name peers")
struct RegistryFilesTests {
    @Test("Names are unique across files, and roles have names of their own")
    func unique() throws {
        let node = """
            nodes:
              - entity-id: https://node.example/metadata
                country: DE
                role: proxy-service
                source: {url: "https://node.example/metadata"}
                pins: [\(SampleCertificate.base64())]

            """
        let folder = try Folder([
            "a.yaml": node, "b.yaml": node, "c.yaml": node.replacingOccurrences(of: "proxy-service", with: "connector"),
        ])
        func read(_ names: String...) -> Reading<Registry> {
            Registry.read(trustLists: names.map { "\(folder.path)/\($0).yaml" }, services: [], rules: .sample)
        }
        #expect(read("a", "c").value?.nodes.count == 2)
        let faults = read("a", "b").faults
        #expect(faults.map(\.line) == [2] && faults[0].file.hasSuffix("b.yaml"))
        #expect(faults[0].found.hasSuffix("as in \(folder.path)/a.yaml:2"))
    }

    @Test("Files are named by patterns too, each counts once, and new ones are found")
    func patterns() throws {
        func list(_ number: Int) -> String {
            TrustListFileTests.sound.replacingOccurrences(of: "eidas.", with: "eidas\(number).")
        }
        let folder = try Folder(["trust-b.yaml": list(2), "trust-a.yaml": list(1), "other.yaml": list(3)])
        func read(_ names: String...) -> Reading<Registry> {
            Registry.read(trustLists: names.map { "\(folder.path)/\($0)" }, services: [], rules: .sample)
        }
        func hosts(_ reading: Reading<Registry>) -> [String]? {
            reading.value?.nodes.map { String($0.entityID.rawValue.dropFirst(8).prefix { $0 != "." }) }
        }
        #expect(hosts(read("trust-*.yaml")) == ["eidas1", "eidas2"])
        #expect(hosts(read("other.yaml", "trust-b.yaml", "trust-*.yaml")) == ["eidas3", "eidas2", "eidas1"])
        try Data(list(4).utf8).write(to: URL(fileURLWithPath: folder.path + "/trust-c.yaml"))
        #expect(hosts(read("trust-*.yaml")) == ["eidas1", "eidas2", "eidas4"])
        #expect(
            read("none-*.yaml").faults.map(\.description) == [
                "\(folder.path)/none-*.yaml: expected a trust list, found none that matches. "
                    + "Create one, or correct the pattern."
            ])
    }

    @Test("Every member state is in the example, and Iceland, Liechtenstein and Norway, each with both roles")
    func memberStates() throws {
        let path = Repository.root.appending(path: "metadata/examples/member-states.yaml").path
        let codes =
            "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
        for isProduction in [false, true] {
            let rules = RegistryRules(attributes: nil, isProduction: isProduction)
            let reading = TrustListFile.read(path: path, rules: rules)
            let registry = try #require(reading.value, "\(reading.faults)")
            for role in EntityDescriptor.Role.allCases {
                let countries = registry.nodes.filter { $0.role == role }.map(\.country.rawValue)
                #expect(countries == codes.split(separator: " ").map(String.init))
            }
            #expect(registry.nodes.allSatisfy { !$0.enabled } && registry.lists.allSatisfy { !$0.enabled })
            #expect(registry.lists.map(\.territories.first?.rawValue) == ["DE", "SE"])
        }
    }

    @Test("Whoever enables one of its entries and leaves the placeholders is told, by name, in production")
    func placeholders() throws {
        let path = Repository.root.appending(path: "metadata/examples/member-states.yaml").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.components(separatedBy: "\n")
        let sample = String(decoding: try Repository.octets("metadata/examples/pins/sample.pem"), as: UTF8.self)
        for (name, element) in [
            ("entity-id: https://eidas.no.example.org/proxy-service/metadata", "entity-id"), ("name: sweden", ""),
        ] {
            let entry = try #require(lines.firstIndex { $0.hasSuffix(name) })
            let line = try #require(lines[entry...].firstIndex { $0.hasSuffix("enabled: false") })
            var enabled = lines
            enabled[line] = "    enabled: true"
            let folder = try Folder(["t.yaml": enabled.joined(separator: "\n"), "pins/sample.pem": sample])
            func faults(_ isProduction: Bool) -> [Fault] {
                let rules = RegistryRules(attributes: nil, isProduction: isProduction)
                return TrustListFile.read(path: "\(folder.path)/t.yaml", rules: rules).faults
            }
            #expect(faults(false) == [])
            let told = faults(true)
            #expect(told.allSatisfy { (entry + 1...line + 1).contains($0.line) }, "\(told)")
            #expect(told.map(\.found).contains("the certificate of the examples"))
            let country = element.isEmpty ? "se" : "no"
            #expect(told.contains { $0.found == "\"eidas.\(country).example.org\"" }, "\(told)")
        }
    }

    @Test("The files that come with the product are sound, their certificates too", arguments: [false, true])
    func shipped(isProduction: Bool) {
        let rules = RegistryRules(attributes: RegistryRules.sample.attributes, isProduction: isProduction)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let reading = Registry.read(
            trustLists: ["\(root)/metadata/trust-list.yaml"], services: ["\(root)/metadata/services.yaml"],
            rules: rules)
        #expect(reading.faults == [])
        #expect(reading.value?.services.allSatisfy { !$0.enabled } == true)
        #expect(reading.value?.nodes.allSatisfy { !$0.enabled } == true)
    }

    @Test("Seven faults are told at once, in the order of the file")
    func seven() throws {
        let folder = try Folder([
            "s.yaml": """
            services:
              - provider-name: a;b
                display-name: {es: Uno}
                certificates: [\(SampleCertificate.base64())]
                return-addresses: [ftp://a.example/]
                lowest-loa: hgih
                lowest-loa: low
                attributes: [FirstNam]
                enabeld: true
                persons: [*all]

            """
        ])
        let reading = ServicesFile.read(path: "\(folder.path)/s.yaml", rules: .sample)
        #expect(reading.value == nil)
        #expect(
            reading.places == [
                "2:20 services[0].provider-name", "5:24 services[0].return-addresses[0]", "6:17 services[0].lowest-loa",
                "7:5 services[0].lowest-loa", "8:18 services[0].attributes[0]", "9:5 services[0].enabeld",
                "10:15 services[0].persons[0]",
            ])
    }
}
