// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import Testing
import XMLSecurity

@Suite("Metadata that others publish")
struct RealMetadataTests {
    static let aggregate = "se-eu-metadata/eu-metadata-idps.xml"
    static let states = [
        "https://eidas.redsara.es/EidasNode/ServiceMetadata": "ES",
        "https://eidas.gov.hr/EidasNode/ServiceMetadata": "HR",
        "https://service.eid.gov.it/EidasNode/ServiceMetadata": "IT",
        "https://eidas.services-publics.lu/cisie-node/ServiceMetadata": "LU",
        "https://eidasservice.eid.digst.dk/Metadata": "DK",
        "https://peps2.eid.lt/EidasNode/ServiceMetadata": "LT",
        "https://idp.iamfas.belgium.be/EidasNode/ServiceMetadata": "BE",
        "https://eidas.bmi.gv.at/EidasNode/ServiceMetadata": "AT",
        "https://node.llv.li/EidasNode/ServiceMetadata": "LI",
        "https://srv.eidasnode.cz/EidasNode/ServiceMetadata": "CZ",
        "https://mteidasnode.gov.mt/EidasNode/ServiceMetadata": "MT",
        "https://eidas.slovensko.sk/EidasNode/ServiceMetadata": "SK",
        "https://eidas.ria.ee/EidasNode/ServiceMetadata": "EE",
        "https://eidas.vraa.gov.lv/EidasNode/ServiceMetadata": "LV",
        "https://eidas.minez.nl/EidasNodeP/ServiceMetadata": "NL",
        "https://demw.eidas.swedenconnect.se/eidas-middleware/Metadata": "DE",
        "https://eidas.autenticacao.gov.pt/EidasNode/ServiceMetadata": "PT",
        "https://eidas.autenticacao.gov.pt/EidasNode/ServiceMetadata2": "PT",
    ]

    /// An aggregate of 2023 that its Swedish publisher takes apart and signs otherwise: unsigned here.
    @Test("Each of 18 nodes of 17 states is read with keys and endpoints", arguments: states.keys.sorted())
    func nodes(entityID: String) throws {
        let expected = MetadataExpectation(
            entityID: EntityID(entityID), country: try World.memberState(try #require(Self.states[entityID])),
            role: .proxyService, pins: [], allowsUnsigned: true)
        let now = try #require(Instant.read("2029-10-01T00:00:00Z"))
        let examination = Examination(.thorough)
        let entity = try VerifiedEntity(
            OtherVector.octets(Self.aggregate), expecting: expected, confirmedBy: LibXMLSec1(), at: now, examination)
        #expect(!entity.descriptor.signingCertificates.isEmpty && entity.descriptor.unreadableCertificates == 0)
        #expect(!entity.descriptor.encryptionKeys.isEmpty)
        #expect(entity.descriptor.endpoints.contains { $0.binding == SAMLURI.post })
        #expect(!entity.entity.levelsOfAssurance.compactMap { Assurance(uri: $0) }.isEmpty)
        // The second Portuguese node names no country.
        let isNameless = entityID.hasSuffix("ServiceMetadata2")
        #expect(examination.findings.filter { !$0.passed }.map(\.rule) == (isNameless ? [.metadataCountry] : []))
        #expect(entity.descriptor.nodeCountry == (isNameless ? nil : Self.states[entityID]))
    }

    static func metadata() throws -> [OtherVector] {
        try OtherVector.xml().filter {
            try ["EntityDescriptor", "EntitiesDescriptor"].contains($0.kind) && ProfileRow.row($0, .document) == nil
        }
    }

    @Test("Metadata is told what its signature and its content deserve", arguments: try metadata())
    func content(vector: OtherVector) throws {
        let parsed = try ParsedMessage(unwrapped: Unwrapped(vector.octets()), limits: .metadata)
        let examination = Examination(.thorough)
        let entities = try parsed.examineMetadata(at: Self.clock(parsed), examination)
        #expect(!entities.isEmpty)
        let broken = examination.findings.filter { !$0.passed }
        let row = try ProfileRow.row(vector, .content)
        // Of an aggregate, what is broken in any of its entities, once.
        let rules = broken.map(\.rule).reduce(into: [Rule]()) { known, rule in
            if entities.count == 1 || !known.contains(rule) { known.append(rule) }
        }
        #expect(rules == row?.rules ?? [], "\(broken)")
        #expect(row.map { row in row.found.isEmpty || broken.contains { $0.found == row.found } } ?? true, "\(broken)")
    }

    @Test("The keys for encryption stand in the order of the metadata, with their methods")
    func encryptionKeys() throws {
        func kinds(_ name: String) throws -> [String] {
            let octets = try OtherVector.octets("opensaml-security-ext/metadata-\(name).xml")
            let parsed = try ParsedMessage(unwrapped: Unwrapped(octets), limits: .metadata)
            let entity = try #require(try parsed.examineMetadata(at: .distantPast, Examination(.thorough)).first)
            return try #require(entity.connector ?? entity.proxyService).encryptionKeys.map { key in
                "\(key.certificate.publicKey.kind)" + (key.methods.isEmpty ? "" : " with methods")
            }
        }
        #expect(try kinds("ec-no-enc-method") == ["prime256v1"])
        #expect(try kinds("ec-with-enc-method") == ["prime256v1 with methods"])
        #expect(try kinds("ec-rsa-with-enc-method") == ["prime256v1 with methods", "RSA-3072 with methods"])
        #expect(try kinds("rsa-ec-with-enc-method") == ["RSA-3072 with methods", "prime256v1 with methods"])
    }

    @Test(
        "Metadata that has ended is refused by its end",
        arguments: try metadata().filter {
            $0.expected.contains("has passed") || $0.expected.contains("but for validUntil")
        })
    func ended(vector: OtherVector) throws {
        let parsed = try ParsedMessage(unwrapped: Unwrapped(vector.octets()), limits: .metadata)
        let examination = Examination(.thorough)
        _ = try parsed.examineMetadata(at: try #require(Instant.read("2026-11-27T00:00:00Z")), examination)
        #expect(examination.findings.contains { !$0.passed && $0.rule == .metadataExpiry })
    }

    /// A day before the first of the ends that the document names: then nothing but the end itself is left to time.
    private static func clock(_ parsed: ParsedMessage) throws -> Date {
        let ends = try parsed.examineMetadata(at: .distantPast, Examination(.thorough)).compactMap(\.validUntil)
        let all = ends + parsed.claimedCertificates.prefix(1).map(\.notAfter)
        return (all.min() ?? Instant.read("2026-11-27T00:00:00Z") ?? .distantPast) - 86_400
    }
}
