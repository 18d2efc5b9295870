// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
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
