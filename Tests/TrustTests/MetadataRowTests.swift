// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import NIOSSL
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@testable import Trust

@Suite("The check list for metadata, row by row", .timeLimit(.minutes(10)))
struct MetadataRowTests {
    @Test("Every row has a sample, and every sample a row")
    func coverage() {
        let rows = (1...26).map { String(format: "M-%02d", $0) } + (1...10).map { String(format: "G%02d", $0) }
        #expect(Set((Self.samples + AttackRows.samples).map(\.row)) == Set(rows))
    }

    @Test("A sample of each row comes to what the row demands", arguments: samples)
    func row(sample: RowSample) async throws { #expect(try await sample.run() == sample.outcome) }

    private static let long = String(repeating: "x", count: 1024)

    static let samples: [RowSample] = fetching + documents + signatures + content + lives

    private static let fetching: [RowSample] = [
        .list("M-01", "a source by plain HTTP", "url: \"https:", "url: \"http:"),
        .fetched("M-01", "plain HTTP elsewhere", .metadataAddressRefused, host: "node.example", []),
        .list("M-02", "a source of more than 1024 characters", "metadata\"}", "metadata/\(long)\"}"),
        .list("M-02", "an entity ID of more than 1024 characters", "de/metadata\n", "de/\(long)\n"),
        .fetched(
            "M-03", "a redirect away from the address of the trust list", .metadataAddressRefused,
            [LyingServer.head("HTTP/1.1 302 Found", "Location: http://other.example/"), .close]),
        .fetched(
            "M-04", "TLS 1.1", .metadataUnavailable, host: "node.example", scheme: "https", tls: .tlsv11,
            LyingServer.document("<a/>")),
        .fetched(
            "M-04", "a certificate of nobody we know", .metadataUnavailable, host: "node.example", scheme: "https",
            tls: .tlsv13, LyingServer.document("<a/>")),
        .fetched("M-05", "status 404", .metadataUnavailable, [LyingServer.head("HTTP/1.1 404 No"), .close]),
        .fetched(
            "M-05", "more than the limit", .metadataUnavailable,
            LyingServer.document(String(repeating: "x", count: 100_001))),
        .metadata("M-05", "an empty document", .xmlMalformed, octets: { _ in [] }),
    ]

    private static func inserting(_ text: String, before mark: String) -> @Sendable ([UInt8]) throws -> [UInt8] {
        { octets in try octets.replacing(mark, with: text + mark) }
    }

    private static let documents: [RowSample] = [
        .metadata("M-06", "a DOCTYPE", .xmlDocumentType, octets: inserting("<!DOCTYPE x>", before: "<md:EntityD")),
        .metadata(
            "M-06", "an external entity", .xmlDocumentType,
            octets: inserting("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", before: "<md:EntityD")),
        .metadata("M-07", "half a document", .xmlMalformed, octets: { Array($0.prefix($0.count / 2)) }),
        .metadata("M-07", "an unknown extension", nil) { publisher in
            publisher.edit = { root in
                try root.edit("Extensions") {
                    $0.content.append(.node(XMLNode(Namespace("x", "urn:x")("Unknown"), text: "y")))
                }
            }
        },
        .metadata("M-07", "another root", .metadataContent) { $0.edit = { $0.name = Namespace.md("Extensions") } },
        .metadata("M-08", "another entity ID", .metadataEntity) { $0.entityID = EntityID("https://no.example/other") },
        .metadata("M-09", "no validUntil", .metadataExpiry) { $0.edit = { $0.set("validUntil", nil) } },
        .metadata("M-09", "validUntil past", .metadataExpiry, at: 24),
        .metadata("M-09", "validUntil not yet past", nil, at: 23.9),
    ]

    private static let unsigned: @Sendable ([UInt8]) throws -> [UInt8] = { octets in
        let text = String(decoding: octets, as: UTF8.self)
        return Array(text.replacing(/<ds:Signature[ >].*<\/ds:Signature>/, with: "").utf8)
    }

    private static let signatures: [RowSample] = [
        .metadata("M-10", "no signature", .metadataSignature, octets: unsigned),
        .metadata(
            "M-10", "no signature where the trust list allows it", nil, octets: unsigned,
            entry: { $0.profile.allowsUnsignedMetadata = true }),
        .metadata("M-11", "two references", .metadataSignature) {
            $0.recipe = { $0.editsSignedInfo = { try $0.double("Reference") } }
        },
        .metadata("M-11", "a reference to something else", .metadataSignature) { $0.recipe = { $0.reference = "#_x" } },
        .metadata("M-11", "a transform that may change anything", .metadataSignature) {
            $0.recipe = {
                $0.editsSignedInfo = {
                    try $0.set("Algorithm", of: "Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116")
                }
            }
        },
        .metadata("M-12", "RSA PKCS#1 v1.5", .metadataSignature, pins: [.rsa3072a]) {
            ($0.signer, $0.recipe) = (.rsa3072a, { ($0.algorithm, $0.digest) = (.rsaSHA256, .sha256) })
        },
        .metadata("M-12", "SHA-1 as the digest", .metadataSignature) {
            $0.recipe = {
                $0.editsSignedInfo = {
                    try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")
                }
            }
        },
        .metadata("M-13", "a signer whom no pin of this country and role knows", .metadataSignature, pins: [.p521]),
        .metadata(
            "M-13", "a chain to the pin", nil,
            { $0.shown = [try RevocationLifeTests.certificate("signer")] }, entry: { try $0.pin("good") }),
        .metadata(
            "M-14", "a signer whose certificate has ended", .metadataSignature,
            { $0.shown = [try ended()] }, entry: { $0.pin(try ended()) }),
        .metadata("M-15", "a signer by itself, and not pinned", .metadataSignature, pins: [.p521]) {
            $0.shown = [try TestKey.p384.lasting]
        },
        .metadata("M-15", "a signer by itself, and pinned", nil),
        RowSample("M-16", "a signer of metadata that was revoked", .signatureKeyRevoked) {
            let life = try RevocationLifeTests.life(RevocationLifeTests.list("signer-revoked.crl"))
            try life.pass(RevocationLifeTests.publisher())
            return RowSample.standing(of: life)
        },
        RowSample("M-16", "the only key of a node that was revoked", .signatureKeyRevoked) {
            let life = try RevocationLifeTests.life(RevocationLifeTests.list("peer-revoked.crl"))
            try life.pass(RevocationLifeTests.publisher())
            return RowSample.standing(of: life)
        },
        .metadata(
            "M-17", "changed after signing", .metadataSignature,
            octets: {
                try $0.replacing("https://no.example/sso", with: "https://no.example/sso2")
            }),
    ]

    /// The role of the node is another thing, as written.
    private static func role(
        _ row: String, _ words: String, _ rule: Rule?, _ edit: @escaping @Sendable (inout XMLNode) throws -> Void
    ) -> RowSample {
        .metadata(row, words, rule) { $0.edit = { try $0.edit("IDPSSODescriptor", edit) } }
    }

    private static let content: [RowSample] = [
        .metadata("M-18", "no role that is ours", .metadataRoleMissing) { $0.hasRole = false },
        role("M-18", "another protocol than SAML 2.0", .metadataRoleMissing) {
            $0.set("protocolSupportEnumeration", "urn:oasis:names:tc:SAML:1.1:protocol")
        },
        role("M-19", "no NodeCountry", .metadataCountry) { try $0.remove("NodeCountry") },
        role("M-19", "NodeCountry of no pattern", .metadataCountry) { try $0.setText(of: "NodeCountry", "no") },
        role("M-19", "NodeCountry of somebody else", .metadataCountry) { try $0.setText(of: "NodeCountry", "SE") },
        role("M-20", "no key for signing", .metadataKeys) { try $0.set("use", of: "KeyDescriptor", "encryption") },
        RowSample("M-20", "a Connector without a key for encryption", .metadataKeys) {
            try await RowSample.outcome { _ = try ConnectorsTests.requester { $0.encryption = [] } }
        },
        // The specification demands it; nodes in the field forget it, and we sign in any case.
        role("M-21", "requests that need not be signed", nil) { $0.set("WantAuthnRequestsSigned", "false") },
        role("M-22", "no endpoint with POST", .metadataEndpoint) {
            try $0.set("Binding", of: "SingleSignOnService", SAMLURI.redirect)
        },
        role("M-22", "an endpoint by plain HTTP", .metadataEndpoint) {
            try $0.set("Location", of: "SingleSignOnService", "http://no.example/sso")
        },
        .metadata("M-23", "RSA of 2048 bits", .metadataKeys) { $0.keys = [.rsa2048a] },
        .metadata("M-23", "a curve that nobody may use", .metadataKeys) { $0.keys = [.secp256k1] },
        .metadata("M-23", "RSA of 3072 bits", nil) { $0.keys = [.rsa3072a] },
    ]

    private static let lives: [RowSample] = [
        RowSample("M-24", "an unknown key, ten seconds after the source was asked", "in 50 seconds") {
            let schedule = RefreshSchedule(intervalSeconds: 3600)
            let next = schedule.next(hintedAt: Life.start, askedAt: Life.start - 10)
            return "in \(Int(next.timeIntervalSince(Life.start))) seconds"
        },
        .life("M-25", "nobody answers for 23 hours", RowSample.taken) { try $0.pass(days: 23.0 / 24, [nil]) },
        .life("M-25", "nobody answers for two days", Rule.metadataUnavailable.code) { life in
            try life.pass(days: 2, [nil], restart: true)
        },
        named("M-26", "a list of its country names the node", ListPublisher(), "norway"),
        named("M-26", "a list that somebody else signed", ListPublisher(key: .p256a), Rule.metadataSignature.code),
        named("M-26", "a list that has ended", ListPublisher(hours: 0), Rule.metadataListExpiry.code),
        named("M-26", "a list of a territory that it does not speak for", ListPublisher(territory: "SE"), "nobody"),
    ]

    private static func named(_ row: String, _ words: String, _ list: ListPublisher, _ outcome: String) -> RowSample {
        RowSample(row, words, outcome) {
            let life = try Life([])
            life.lists = [try ListPublisher.entry()]
            try life.pass(list: list)
            return life.listings.first?.failure?.rule.code ?? life.held.first?.entry.list ?? "nobody"
        }
    }

    private static func ended() throws -> Certificate {
        try TestKey.p384.key().certify(
            commonName: "ended", usage: .signing, from: Life.start - 86_400, until: Life.start - 60)
    }
}

extension NodeEntry {
    mutating func pin(_ name: String) throws { try pin(RevocationLifeTests.certificate(name)) }
    mutating func pin(_ certificate: Certificate) { pins = [Data(certificate.der)] }
}
