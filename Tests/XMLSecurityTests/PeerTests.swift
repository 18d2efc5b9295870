// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

/// One claim about one document, in the manifest that peers and we share (Tests/Peers/README.md).
struct PeerSample: Codable, Sendable, CustomTestStringConvertible {
    enum Expectation: Codable, Sendable {
        case verdict(Bool)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let verdict = try? container.decode(Bool.self) {
                self = .verdict(verdict)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .verdict(let verdict): try container.encode(verdict)
            case .text(let text): try container.encode(text)
            }
        }
    }

    var file: String
    var kind: String
    var title: String
    var algorithm: String
    var certificate: String
    var expected: Expectation
    var element: String?
    var key: String?
    var transport: String?
    var curve: String?
    var maker: String?
    var testDescription: String { "\(kind): \(title)" }

    /// Where `PUENTE_FROM_PEERS` names no folder, the few that are committed.
    static let folder =
        ProcessInfo.processInfo.environment["PUENTE_FROM_PEERS"].map { URL(filePath: $0) }
        ?? Repository.root.appending(path: "Tests/Vectors/peers")

    static func all(_ kind: String) throws -> [PeerSample] {
        let data = try Data(contentsOf: folder.appending(path: "manifest.json"))
        return try JSONDecoder().decode([PeerSample].self, from: data).filter { $0.kind == kind }
    }

    func octets() throws -> [UInt8] { Array(try Data(contentsOf: Self.folder.appending(path: file))) }

    /// PEM text, or the name of a file in the folder.
    func pem(_ text: String?) throws -> [UInt8] {
        let text = try #require(text)
        return text.hasPrefix("-----BEGIN")
            ? Array(text.utf8) : Array(try Data(contentsOf: Self.folder.appending(path: text)))
    }
}

@Suite("Documents made by others")
struct PeerTests {
    @Test("A signature of others gets the verdict it deserves", arguments: try PeerSample.all("signed"))
    func signed(sample: PeerSample) throws {
        let trusted = [try Certificate(pemOrDER: sample.pem(sample.certificate))]
        let octets = try sample.octets()
        let found = try fault {
            let element = try XMLTree(parsing: octets).root.descendants.first { $0["ID"] == sample.element }
            _ = try #require(element).verifySignature(trusting: trusted, policy: .clave)
        }
        if case .verdict(let isGood) = sample.expected {
            #expect((found == nil) == isGood, "\(String(describing: found))")
        }
    }

    @Test("What others encrypt for us we open, and nothing damaged", arguments: try PeerSample.all("encrypted"))
    func encrypted(sample: PeerSample) throws {
        let key = try DecryptionKey(
            key: PrivateKey(pem: sample.pem(sample.key)),
            certificate: Certificate(pemOrDER: sample.pem(sample.certificate)))
        let tree = try XMLTree(parsing: sample.octets())
        let data = try #require(tree.root.descendants.first { $0.local == "EncryptedData" })
        let policy = EncryptionPolicy(allowsOldKeyTransport: true)
        var opened: [UInt8] = []
        let found = try fault {
            opened = try EncryptedElement(in: try #require(data.parent), policy: policy).open(with: [key])
        }
        switch sample.expected {
        case .text(let text): #expect(found == nil && String(decoding: opened, as: UTF8.self) == text)
        case .verdict: #expect(found == .decryption)
        }
    }
}

@Suite("Documents for others to judge")
struct JudgeTests {
    /// Writes a sample of every algorithm and curve with its manifest; `peers.judge` reads the folder afterwards.
    @Test("A sample of everything we can make is written, and read by ourselves first")
    func samples() throws {
        let folder =
            ProcessInfo.processInfo.environment["PUENTE_FOR_JUDGES"].map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(
                path: "puente-samples-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var samples: [PeerSample] = []
        func save(_ node: XMLNode) throws -> String {
            let name = "\(samples.count).xml"
            try Data(node.serialized()).write(to: folder.appending(path: name))
            return name
        }
        for pair in SignatureTests.pairs {
            let signed = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1)
            samples.append(
                PeerSample(
                    file: try save(signed), kind: "signed", title: pair.testDescription, algorithm: pair.algorithm.uri,
                    certificate: try pair.key.certificate().pem, expected: .verdict(true), element: "_m1",
                    curve: try pair.key.curveName, maker: "Puente"))
            var broken = signed
            try broken.setText(of: "Issuer", "x")
            samples.append(
                PeerSample(
                    file: try save(broken), kind: "signed", title: "\(pair.testDescription), changed",
                    algorithm: pair.algorithm.uri,
                    certificate: try pair.key.certificate().pem, expected: .verdict(false), element: "_m1",
                    curve: try pair.key.curveName, maker: "Puente"))
        }
        // xmlenc11 OAEP with SHA-1 is understood and never written.
        for way in EncryptionTests.ways where way.transport != .rsaOAEP(.sha1) {
            let data = try message.encrypted(for: [way.key.recipient(way.transport)], cipher: way.cipher)
            let transport = try #require(data.first("EncryptedKey")?.first("EncryptionMethod")?["Algorithm"])
            samples.append(
                PeerSample(
                    file: try save(XMLNode(holder, [], [data])), kind: "encrypted", title: way.testDescription,
                    algorithm: way.cipher.uri, certificate: try way.key.certificate().pem,
                    expected: .text(String(decoding: message.serialized(), as: UTF8.self)),
                    key: try way.key.key().pem(),
                    transport: transport, curve: try way.key.curveName, maker: "Puente"))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(samples).write(to: folder.appending(path: "manifest.json"))
        #expect(samples.count == 2 * SignatureTests.pairs.count + EncryptionTests.ways.count - 3)
    }
}

extension TestKey {
    /// As peers name curves; `nil` for RSA.
    fileprivate var curveName: String? {
        get throws {
            guard case .ec(let curve) = try key().kind else { return nil }
            return switch curve {
            case .p256: "secp256r1"
            case .p384: "secp384r1"
            case .p521: "secp521r1"
            case .brainpoolP256r1, .brainpoolP384r1, .brainpoolP512r1: curve.libraryName
            }
        }
    }
}
