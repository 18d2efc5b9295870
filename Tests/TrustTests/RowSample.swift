// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import NIOSSL
import PuenteTestKit
import SAML
import Settings
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

/// One row of the check list for metadata (eIDAS dossier §6.1, M-..), or a class of attack on it (G..), put to the test: what
/// comes of it, as the code of a rule, the kind of a change that waits, or `taken`.
struct RowSample: CustomTestStringConvertible, Sendable {
    let row: String
    let words: String
    let outcome: String
    let run: @Sendable () async throws -> String

    var testDescription: String { "\(row) \(words)" }

    init(_ row: String, _ words: String, _ outcome: String, _ run: @escaping @Sendable () async throws -> String) {
        (self.row, self.words, self.outcome, self.run) = (row, words, outcome, run)
    }

    init(_ row: String, _ words: String, _ rule: Rule, _ run: @escaping @Sendable () async throws -> String) {
        self.init(row, words, rule.code, run)
    }

    static let taken = "taken"

    /// The code of the rule that some work breaks.
    static func outcome(_ work: () async throws -> Void) async throws -> String {
        do {
            try await work()
            return taken
        } catch let rejection as Rejection {
            return rejection.rule.code
        }
    }
}

// MARK: Where samples come from

extension RowSample {
    /// Metadata as a node publishes it, spoilt before it is signed or after.
    static func metadata(
        _ row: String, _ words: String, _ rule: Rule?, pins: [TestKey] = [.p384], at hours: Double = 0,
        _ spoil: @escaping @Sendable (inout Publisher) throws -> Void = { _ in },
        octets edit: @escaping @Sendable ([UInt8]) throws -> [UInt8] = { $0 },
        entry change: @escaping @Sendable (inout NodeEntry) throws -> Void = { _ in }
    ) -> Self {
        Self(row, words, rule?.code ?? taken) {
            var publisher = Publisher()
            try spoil(&publisher)
            let octets = try edit(publisher.document(at: Life.start))
            var entry = try Life.entry(pins: pins)
            try change(&entry)
            let wanted = entry
            return try await outcome {
                _ = try TrustDirectory.verify(octets, wanted, confirmedBy: nil, at: Life.start + hours * 3600)
            }
        }
    }

    /// A source as a web server gives it.
    static func fetched(
        _ row: String, _ words: String, _ rule: Rule?, host: String = "127.0.0.1", scheme: String = "http",
        tls: TLSVersion? = nil, leadingTo addresses: [String] = ["127.0.0.1"], allowing: [String] = ["127.0.0.0/8"],
        total: Double = 60, _ acts: [LyingServer.Act]
    ) -> Self {
        Self(row, words, rule?.code ?? taken) {
            let fetching = try Fetching()
            let server = try await LyingServer(tls: tls.map { try certified(upTo: $0) }) { _ in acts }
            let fetcher = fetching.fetcher(allowing: allowing, limits: Fetching.limits(total: total)) { _ in
                addresses.compactMap(IPAddress.init)
            }
            let found = try await outcome {
                _ = try await fetcher.fetch("\(scheme)://\(host):\(server.port)/")
            }
            try await server.close()
            return found
        }
    }

    private static func certified(upTo version: TLSVersion) throws -> TLSConfiguration {
        let key = try PrivateKey.generate(.ec(.p256))
        let certificate = try key.certify(
            commonName: "node.example", usage: .server, from: Date() - 60, until: Date() + 3600)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: certificate.der, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pem().utf8), format: .pem)))
        (tls.minimumTLSVersion, tls.maximumTLSVersion) = (.tlsv1, version)
        return tls
    }

    /// A trust list in which something stands otherwise; `faults` is what its reader says.
    static func list(_ row: String, _ words: String, _ old: String, _ new: String, taken isTaken: Bool = false) -> Self
    {
        Self(row, words, isTaken ? taken : "faults") {
            let text = TrustListFileTests.sound.replacingOccurrences(of: old, with: new)
            #expect(text != TrustListFileTests.sound)
            return try TrustListFileTests.read(text).faults.isEmpty ? taken : "faults"
        }
    }

    /// The life of a node that was good: what waits, why it cannot be used, or that it goes on.
    static func life(
        _ row: String, _ words: String, _ outcome: String,
        _ course: @escaping @Sendable (Life) throws -> Void
    ) -> Self {
        Self(row, words, outcome) {
            let life = try Life()
            try life.pass(Publisher())
            #expect(life.isUsable)
            try course(life)
            return standing(of: life)
        }
    }

    /// What waits, why the first node cannot be used, or that it can.
    static func standing(of life: Life) -> String {
        if let waiting = life.waits.first { return waiting.rawValue }
        guard let held = life.held.first, !life.isUsable else { return taken }
        return (held.bar ?? held.failure)?.rule.code ?? Rule.metadataExpired.code
    }
}
