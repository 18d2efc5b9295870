// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
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
        let shared = try SharedVectors()
        for path in shared.present([Self.aggregate]) {
            let expected = MetadataExpectation(
                entityID: EntityID(entityID), country: try World.memberState(try #require(Self.states[entityID])),
                role: .proxyService, pins: [], allowsUnsigned: true)
            let now = try #require(Instant.read("2029-10-01T00:00:00Z"))
            let examination = Examination(.thorough)
            let entity = try VerifiedEntity(try shared.octets(path), expecting: expected, at: now, examination)
            #expect(!entity.descriptor.signingCertificates.isEmpty && entity.descriptor.unreadableCertificates == 0)
            #expect(entity.descriptor.endpoints.contains { $0.binding == SAMLURI.post })
            #expect(!entity.entity.levelsOfAssurance.isEmpty)
            // The second Portuguese node names no country.
            let isNameless = entityID.hasSuffix("ServiceMetadata2")
            #expect(examination.findings.filter { !$0.passed }.map(\.rule) == (isNameless ? [.metadataCountry] : []))
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let path: String
        let entityID: String
        let at: String
        var role = EntityDescriptor.Role.proxyService
        var country = "DE"
        var policy = SignaturePolicy.eidas
        /// Rules that a thorough reading finds broken; a broken signature ends the reading.
        let broken: [Rule]
        var testDescription: String { path }
    }

    static let pkcs1 = SignaturePolicy(algorithms: Set(SignatureAlgorithm.allCases), minimumRSABits: 2048)
    static let node = "http://localhost:8080/EidasNode/"
    static let german = "governikus-eidas-middleware/metadata/"
    /// A demonstration: the signer's certificate ended years before the metadata does, the country is none, plain HTTP.
    static let demonstration = [Rule.metadataExpiry, .metadataCountry, .metadataEndpoint]
    /// Metadata of a service, not of a node.
    static let nameless = [Rule.metadataCountry]
    static let cases = [
        Case(
            path: "eidas-node/metadata/service-pss-valid.xml", entityID: node + "ServiceMetadata",
            at: "2016-10-01T00:00:00Z", broken: demonstration),
        Case(
            path: "eidas-node/metadata/service-signature-broken.xml", entityID: node + "ServiceMetadata",
            at: "2016-10-01T00:00:00Z",
            broken: [.metadataSignature]),
        Case(
            path: "eidas-node/metadata/connector-pss-valid.xml", entityID: node + "ConnectorMetadata",
            at: "2016-10-01T00:00:00Z",
            role: .connector, broken: demonstration),
        Case(
            path: "uk-proxy-node/proxy-node-metadata.xml", entityID: "http://proxy-node-gateway:6600/ServiceMetadata",
            at: "2118-11-01T00:00:00Z", country: "UK", policy: pkcs1, broken: [.metadataExpiry, .metadataCountry]),
        Case(
            path: "it-ficep/ficep.xml", entityID: "https://sp-proxy.eid.gov.it/spproxy/idpit",
            at: "2024-01-01T00:00:00Z",
            country: "IT", policy: pkcs1, broken: [.metadataExpiry, .metadataExpiry, .metadataCountry]),
        Case(
            path: german + "demo-release-ec.xml", entityID: "https://autent-eumw-demo-release-ec.govkg.de/Metadata",
            at: "2023-04-01T00:00:00Z", broken: []),
        Case(
            path: german + "requester-9443.xml", entityID: "https://localhost:9443/eIDASDemoApplication/Metadata",
            at: "2024-12-01T00:00:00Z", role: .connector, broken: nameless),
        Case(
            path: german + "requester-9445-invalid.xml",
            entityID: "https://localhost:9445/eIDASDemoApplication/Metadata",
            at: "2024-12-01T00:00:00Z", role: .connector, broken: [.metadataSignature]),
        Case(
            path: "ee-specific-connector/metadata/sp1-valid-metadata.xml", entityID: "https://localhost:9999/metadata",
            at: "2025-10-01T00:00:00Z", role: .connector, country: "EE", broken: nameless),
    ]

    @Test("Signed metadata gets the verdict it deserves", arguments: cases)
    func signed(example: Case) throws {
        let shared = try SharedVectors()
        for path in shared.present([example.path]) {
            let octets = try shared.octets(path)
            let tree = try XMLTree(parsing: octets, limits: .metadata)
            let shown = try #require(tree.root.descendants.first { $0.local == "X509Certificate" }?.base64)
            // Pinned: whoever the file shows. What is judged is the signature, the reading and the content.
            let expected = MetadataExpectation(
                entityID: EntityID(example.entityID), country: try World.memberState(example.country),
                role: example.role,
                pins: [try Certificate(der: shown)], signatures: example.policy)
            let examination = Examination(.thorough)
            let now = try #require(Instant.read(example.at))
            let rule = try brokenRule { _ = try VerifiedEntity(octets, expecting: expected, at: now, examination) }
            let broken = examination.findings.filter { !$0.passed }.map(\.rule)
            #expect(
                broken == example.broken, "\(String(describing: rule)) \(examination.findings.filter { !$0.passed })")
        }
    }
}
