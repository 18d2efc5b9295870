// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Settings
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

@Suite("Whether a key may take its next step")
struct KeyTurnTests {
    private static func reader(
        _ address: String, _ document: MetadataReaders.Document, _ at: Date, _ keys: TestKey...
    ) throws -> MetadataReaders.Reader {
        .init(
            address: address, userAgent: "", document: document, lastFetch: at,
            keys: try keys.map { try $0.certificate().fingerprint })
    }

    @Test("A signing key waits for whoever holds metadata without it, and for nobody whose copy has ended")
    func announced() throws {
        let rings = try Rings()
        let turn = try #require(KeyTurn(.connectorSigning, rings.settings, at: rings.now))
        #expect(turn.isAnnounced)
        let hour = 3600.0
        let readers = [
            try Self.reader("192.0.2.1", .connector, rings.now - hour, .connector, .p256a),
            try Self.reader("192.0.2.2", .connector, rings.now - hour, .connector),
            try Self.reader("192.0.2.3", .connector, rings.now - 25 * hour, .connector),
            try Self.reader("192.0.2.4", .connector, rings.now - 31 * 24 * hour, .connector),
            try Self.reader("192.0.2.5", .proxyService, rings.now - hour, .connector),
        ]
        let found = turn.readers(readers, of: Rings.entry("new", .p256a))
        #expect(found.map(\.reader.address) == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        #expect(found.map(\.standing) == [.knows, .lacks(until: rings.now + 23 * hour), .ranOut])
    }

    @Test(
        "Nobody is waited for where no metadata has the key, or where any of ours opens",
        arguments: [Settings.KeyPurpose.connectorEncryption, .claveSigning, .connectorMetadata, .claveGatewaySigning])
    func notAnnounced(_ purpose: Settings.KeyPurpose) throws {
        let rings = try Rings()
        let turn = try #require(KeyTurn(purpose, rings.settings, at: rings.now))
        #expect(!turn.isAnnounced)
    }

    @Test("A ring of two purposes turns for both")
    func shared() throws {
        let rings = try Rings()
        let turn = try #require(KeyTurn(.connectorMetadata, rings.settings, at: rings.now))
        #expect(turn.purposes == [.connectorMetadata, .proxyServiceMetadata])
    }

    @Test("A next key that is another's, or not of use for the purpose, is never used")
    func unusable() throws {
        let rings = try Rings()
        let turn = try #require(KeyTurn(.connectorSigning, rings.settings, at: rings.now))
        #expect(turn.faults(of: Rings.entry("new", .p256a)) == [])
        var mixed = Rings.entry("new", .p256a)
        mixed.certificate = Rings.file(.p256b)
        #expect(turn.faults(of: mixed).map(\.expected) == ["the certificate of the private key"])
        #expect(turn.faults(of: Rings.entry("new", .rsa2048b)).map(\.found) == ["RSA-2048"])
        let late = try #require(KeyTurn(.connectorSigning, rings.settings, at: .distantFuture))
        #expect(late.faults(of: Rings.entry("new", .p256a)).map(\.expected) == ["a certificate that is valid now"])
    }

    @Test("A key is needed as long as something may come that only it opens")
    func needed() throws {
        let rings = try Rings()
        func end(_ purpose: Settings.KeyPurpose, _ state: KeyRing.State, after seconds: Double) throws -> Double? {
            let turn = try #require(KeyTurn(purpose, rings.settings, at: rings.now + seconds))
            var entry = Rings.entry("old", .connectorEncryption)
            entry.state = state
            entry.since = rings.now
            return turn.needed(entry).map { $0.timeIntervalSince(rings.now) }
        }
        let exchange = Double(rings.settings.exchangeMinutes * 60)
        #expect(try end(.connectorEncryption, .retiring, after: 1) == 86_400 + exchange)
        #expect(try end(.connectorEncryption, .retiring, after: 86_400 + exchange) == nil)
        #expect(try end(.connectorEncryption, .next, after: 10) == 10 + 86_400 + exchange)
        #expect(try end(.connectorSigning, .retiring, after: 1) == exchange)
        #expect(try end(.connectorSigning, .retiring, after: exchange) == nil)
        #expect(try end(.connectorSigning, .next, after: 1) == nil)
        #expect(try end(.claveGatewaySigning, .retiring, after: 1) == exchange)
        #expect(try end(.claveSigning, .retiring, after: 1) == nil)
        #expect(try end(.connectorEncryption, .gone, after: 1) == nil)
    }

    @Test("Each key is reported with what it is for, tried, and without a secret")
    func report() throws {
        let rings = try Rings()
        try rings.change("clave") { $0.entries[1].certificate = Rings.file(.p256b) }
        let report = OwnKeyReport.all(rings.settings, at: rings.now, into: Faults())
        #expect(Set(report.map(\.place)).count == Settings.KeyPurpose.allCases.count)
        #expect(report.filter { $0.fault != nil }.map { "\($0.place) \($0.id ?? "")" } == ["clave.signing new"])
        let signing = report.filter { $0.place == "connector.signing" }
        #expect(
            signing.map(\.published)
                == [String](
                    repeating: "https://puente.example.es/eidas/connector/metadata", count: 2))
        #expect(try signing.map(\.fingerprint) == [TestKey.connector, .p256a].map { try $0.certificate().fingerprint })
    }
}
