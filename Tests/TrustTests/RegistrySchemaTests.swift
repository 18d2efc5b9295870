// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing
import Trust
import YAMLText

@Suite("The schemas of the files that name peers")
struct RegistrySchemaTests {
    static let names = ["services", "trust-list"]

    /// Reads with the reader that belongs to the schema.
    private func read(_ text: String, as name: String) throws -> (registry: Registry?, faults: [Fault]) {
        let folder = try Folder(["f.yaml": text])
        let path = "\(folder.path)/f.yaml"
        let reading = Registry.read(
            trustLists: name == "services" ? [] : [path], services: name == "services" ? [path] : [], rules: .sample)
        return (reading.value, reading.faults)
    }

    @Test("Have the keys of the readers, no more and no fewer, and explain each", arguments: names)
    func keys(name: String) throws {
        let schema = try SchemaUnderTest(name)
        #expect(try knownKeys(read(schema.documentWithEveryKey(), as: name).faults) == schema.keys)
        #expect(schema.undescribed == [])
    }

    @Test(
        "Require what the readers require",
        arguments: zip(names, [["services"], ["nodes", "metadata-service-lists"]]))
    func required(name: String, lists: [String]) throws {
        let texts = ["{}"] + lists.map { "\($0): [{}]" }
        let missing = try texts.flatMap { try read($0, as: name).faults }.filter { $0.found == "nothing" }.map(\.path)
        // Pins depend on another key, and either list of a trust list will do.
        let besides = name == "services" ? ["services"] : ["nodes"] + lists.map { "\($0)[0].pins" }
        #expect(try Set(missing) == SchemaUnderTest(name).required.union(besides))
    }

    @Test(
        "Have the defaults of the readers",
        arguments: zip(
            names,
            [
                """
                {"services": [{"provider-name": "A", "display-name": {"es": "A"}, "lowest-loa": "low",
                 "certificates": ["\(SampleCertificate.base64())"], "return-addresses": ["https://a.gob.es/"],
                 "attributes": ["FirstName"], "encryption": {"certificate": "\(SampleCertificate.base64())"}}]}
                """,
                """
                {"nodes": [{"entity-id": "urn:a", "country": "NO", "role": "connector", "profile": {},
                 "source": {"url": "https://a.no/"}, "pins": ["\(SampleCertificate.base64())"]}],
                 "metadata-service-lists": [{"name": "a", "territories": ["NO"], "profile": {},
                 "source": {"url": "https://a.no/"}, "pins": ["\(SampleCertificate.base64())"]}],
                 "revocation-lists": [{"issuer": "\(SampleCertificate.base64())",
                 "source": {"url": "https://a.no/"}}]}
                """,
            ]))
    func defaults(name: String, base: String) throws {
        let filled = try SchemaUnderTest(name).documentWithDefaults(over: base)
        #expect(filled.count > base.count)
        let (plain, explicit) = try (read(base, as: name), read(filled, as: name))
        let registry = try #require(plain.registry, "\(plain.faults)")
        #expect(explicit.registry?.services == registry.services)
        #expect(explicit.registry?.nodes == registry.nodes && explicit.registry?.lists == registry.lists)
        #expect(explicit.registry?.revocations == registry.revocations)
    }
}

/// What the reader knows beside each unknown key, by the path of that key.
private func knownKeys(_ faults: [Fault]) -> [String: [String]] {
    let unknown = faults.filter { $0.found.hasPrefix("the unknown key") }
    return Dictionary(
        unknown.map { ($0.path, $0.expected.dropFirst("one of ".count).components(separatedBy: ", ").sorted()) },
        uniquingKeysWith: +)
}
