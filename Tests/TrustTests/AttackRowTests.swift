// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Settings
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

@Suite("Attacks on metadata and files, class by class", .timeLimit(.minutes(10)))
struct AttackRowTests {
    @Test("A sample of each class comes to what it should", arguments: AttackRows.samples)
    func row(sample: RowSample) async throws { #expect(try await sample.run() == sample.outcome) }
}

enum AttackRows {
    static let samples: [RowSample] = documents + sources + changes + files

    private static let sweden = "https://se.example/metadata"

    private static let documents: [RowSample] = [
        .metadata("G01", "signed by a stranger", .metadataSignature) { $0.signer = .p256b },
        .metadata("G01", "a signature of somebody who shows the pinned certificate", .metadataSignature) {
            ($0.signer, $0.shown) = (.p256b, [try TestKey.p384.lasting])
        },
        .metadata("G01", "the signed entity within an evil one", .metadataSignature, octets: wrapped),
        .metadata(
            "G01", "an entity of one country in another's file", .metadataCountry,
            entry: {
                $0.country = try World.memberState("SE")
            }),
        .metadata("G01", "the file of another entity", .metadataEntity, entry: { $0.entityID = EntityID(sweden) }),
        .metadata("G02", "validUntil decades ahead", .metadataExpiry) { $0.hours = 24 * 365 * 30 },
        .metadata("G02", "no validUntil", .metadataExpiry) { $0.edit = { $0.set("validUntil", nil) } },
        .metadata("G02", "cacheDuration zero", nil) { $0.edit = { $0.set("cacheDuration", "PT0S") } },
        .life("G02", "older metadata with other content", TrustChange.Kind.older.rawValue) { life in
            try life.pass(days: 0.01, Publisher(hours: 12, levels: []))
        },
        .metadata("G03", "another entity ID", .metadataEntity) { $0.entityID = EntityID(sweden) },
        .metadata("G03", "an entity ID that looks alike", .metadataEntity) {
            // The first o is Cyrillic.
            $0.entityID = EntityID("https://n\u{43E}.example/metadata")
        },
        .metadata("G03", "the same entity ID twice in one file", .metadataEntity, octets: doubled),
    ]

    /// The good document as a child of one that says something else.
    private static let wrapped: @Sendable ([UInt8]) throws -> [UInt8] = { octets in
        let text = String(decoding: octets, as: UTF8.self).replacing(/^<\?xml[^>]*>\s*/, with: "")
        let tag = text.prefix { $0 != ">" }.replacing("ID=\"_m\"", with: "ID=\"_evil\"") + ">"
        return Array((tag + text + "</md:EntityDescriptor>").utf8)
    }

    private static let doubled: @Sendable ([UInt8]) throws -> [UInt8] = { octets in
        let text = String(decoding: octets, as: UTF8.self).replacing(/^<\?xml[^>]*>\s*/, with: "")
        let group = "<md:EntitiesDescriptor xmlns:md=\"\(Namespace.md.uri)\">"
        return Array(
            (group + text + text.replacing("\"_m\"", with: "\"_m2\"").replacing("#_m\"", with: "#_m2\"")
                + "</md:EntitiesDescriptor>").utf8)
    }

    private static let sources: [RowSample] = [
        .fetched("G04", "a name that leads inside", .metadataAddressRefused, scheme: "https", allowing: [], []),
        .fetched(
            "G04", "one address of several that leads inside", .metadataAddressRefused, host: "node.example",
            scheme: "https", leadingTo: ["93.184.215.14", "169.254.169.254"], allowing: [], []),
        .fetched(
            "G04", "a redirect to another place", .metadataAddressRefused,
            [LyingServer.head("HTTP/1.1 302 Found", "Location: http://127.0.0.1:1/"), .close]),
        .fetched("G04", "another scheme", .metadataUnavailable, scheme: "ftp", []),
        .fetched(
            "G05", "huge", .metadataUnavailable,
            [LyingServer.head("HTTP/1.1 200 OK", "Content-Length: 99999999999"), .send("<a/>")]),
        .fetched(
            "G05", "endless", .metadataUnavailable,
            [
                LyingServer.head("HTTP/1.1 200 OK"),
                .endless(String(repeating: "x", count: 20_000), everyMilliseconds: 1),
            ]),
        .fetched("G05", "slow", .metadataUnavailable, total: 1, [LyingServer.head("HTTP/1.1 200 OK"), .send("<")]),
        .fetched("G05", "compressed", .metadataUnavailable, LyingServer.document("<a/>", "Content-Encoding: gzip")),
        .fetched(
            "G05", "half a file", .metadataUnavailable,
            [LyingServer.head("HTTP/1.1 200 OK", "Content-Length: 100"), .send("<a/>"), .close]),
    ]

    private static let changes: [RowSample] = [
        .life("G06", "a key added beside the old one", RowSample.taken) { life in
            try life.pass(days: 0.01, Publisher(keys: [.p256a, .p521]))
        },
        .life("G06", "keys for encryption alone: the last good copy stays", RowSample.taken) { life in
            try life.pass(days: 0.01, Publisher(edit: { try $0.set("use", of: "KeyDescriptor", "encryption") }))
            #expect(life.held.first?.failure?.rule == .metadataKeys)
        },
        .life("G06", "an endpoint on another host", TrustChange.Kind.endpointHostMoved.rawValue) { life in
            try life.pass(days: 0.01, Publisher(host: "no.example.evil.example"))
        },
        .life("G07", "all keys at once", TrustChange.Kind.allKeysChanged.rawValue) { life in
            try life.pass(days: 0.01, Publisher(keys: [.p521]))
        },
    ]

    private static let files: [RowSample] = [
        .list("G08", "an alias", "country: DE", "country: *de"),
        .list("G08", "a key twice", "country: DE", "country: DE\n    country: FR"),
        .list("G08", "no as Norway", "country: DE", "country: no"),
        .list("G08", "NO as Norway", "country: DE", "country: NO", taken: true),
        .list("G08", "an octal number", "skew-seconds: 30", "skew-seconds: 030"),
        .list("G08", "a tab", "    country", "\tcountry"),
        .list("G08", "an unknown key", "pins:", "pin:"),
        .list("G08", "a wrong type", "country: DE", "country: [DE]"),
        RowSample("G09", "a trust list half written", "faults") {
            let half = String(TrustListFileTests.sound.prefix(TrustListFileTests.sound.count / 2))
            return try TrustListFileTests.read(half).faults.isEmpty ? RowSample.taken : "faults"
        },
        RowSample("G09", "a key that everybody can read", "open to others") {
            let folder = try Folder(["k.pem": try TestKey.p256a.key().pem()])
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: folder.path + "/k.pem")
            return LocalFile.isOpenToOthers(folder.path + "/k.pem") ? "open to others" : RowSample.taken
        },
        .metadata("G10", "a clock that is hours late", nil, at: -6),
        .metadata("G10", "a clock that is a day early", .metadataExpiry, at: 30),
        .metadata("G10", "a leap second", .metadataExpiry) {
            $0.edit = { $0.set("validUntil", "2026-03-02T23:59:60Z") }
        },
        .metadata("G10", "summer time: an end in a zone", .metadataExpiry) {
            $0.edit = { $0.set("validUntil", "2026-03-29T03:30:00+02:00") }
        },
        .metadata("G10", "an end in the hour that summer time leaves out, in UTC", nil) {
            $0.edit = { $0.set("validUntil", "2026-03-29T02:30:00Z") }
        },
    ]
}
