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
            _ = try #require(element).verifySignature(trusting: trusted, policy: .clave, confirmedBy: nil)
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
    /// A folder with its manifest, which `peers.judge` reads afterwards.
    struct Writer {
        let folder: URL
        var samples: [PeerSample] = []

        init() throws {
            folder =
                ProcessInfo.processInfo.environment["PUENTE_FOR_JUDGES"].map { URL(filePath: $0) }
                ?? FileManager.default.temporaryDirectory.appending(
                    path: "puente-samples-\(ProcessInfo.processInfo.processIdentifier)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }

        func save(_ node: XMLNode) throws -> String {
            let name = "\(samples.count).xml"
            try Data(node.serialized()).write(to: folder.appending(path: name))
            return name
        }

        mutating func signed(
            _ title: String, _ node: XMLNode, by key: TestKey, _ algorithm: SignatureAlgorithm, element: String = "_m1",
            isGood: Bool = true
        ) throws {
            samples.append(
                PeerSample(
                    file: try save(node), kind: "signed", title: title, algorithm: algorithm.uri,
                    certificate: try key.certificate().pem, expected: .verdict(isGood), element: element,
                    curve: try key.curveName, maker: "Puente"))
        }

        mutating func encrypted(
            _ title: String, _ plain: XMLNode, for recipients: [(key: TestKey, transport: Recipient.Transport?)],
            _ cipher: ContentCipher
        ) throws {
            let data = try plain.encrypted(for: recipients.map { try $0.key.recipient($0.transport) }, cipher: cipher)
            let file = try save(XMLNode(holder, [], [data]))
            for (recipient, key) in zip(recipients, data.first("KeyInfo")?.children ?? []) {
                samples.append(
                    PeerSample(
                        file: file, kind: "encrypted", title: title, algorithm: cipher.uri,
                        certificate: try recipient.key.certificate().pem,
                        expected: .text(String(decoding: plain.serialized(), as: UTF8.self)),
                        key: try recipient.key.key().pem(),
                        transport: try #require(key.first("EncryptionMethod")?["Algorithm"]),
                        curve: try recipient.key.curveName, maker: "Puente"))
            }
        }

        func close() throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(samples).write(to: folder.appending(path: "manifest.json"))
        }
    }

    static let small = XMLNode(Namespace.one("Message"), [("ID", "_m1")])
    static let large = message.inserting(
        XMLNode(Namespace.two("Line"), text: String(repeating: "größer & <größer>\n", count: 4_000)), at: 2)

    /// Writes a sample of every algorithm and curve, and of every arrangement.
    @Test("A sample of everything we can make is written for the judges")
    func samples() throws {
        var writer = try Writer()
        for pair in SignatureTests.pairs {
            let signed = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1)
            try writer.signed(pair.testDescription, signed, by: pair.key, pair.algorithm)
            var broken = signed
            try broken.setText(of: "Issuer", "x")
            try writer.signed("\(pair), changed", broken, by: pair.key, pair.algorithm, isGood: false)
        }
        for (title, node) in [("small", Self.small), ("large", Self.large)] {
            let signed = try node.signed(by: TestKey.brainpool384.signer(.ecdsaSHA384), behind: 0)
            try writer.signed(title, signed, by: .brainpool384, .ecdsaSHA384)
        }
        let inner = try message.signed(by: TestKey.p521.signer(.ecdsaSHA512), behind: 1)
        let outer = XMLNode(
            Namespace.two("Outer"), [("ID", "_o1")], [XMLNode(Namespace.two("Issuer"), text: "é"), inner])
        let both = try outer.signed(by: TestKey.rsa4096.signer(.pssSHA512), behind: 1)
        try writer.signed("signed within signed", both, by: .p521, .ecdsaSHA512)
        try writer.signed("signed around signed", both, by: .rsa4096, .pssSHA512, element: "_o1")
        // xmlenc11 OAEP with SHA-1 is understood and never written.
        for way in EncryptionTests.ways where way.transport != .rsaOAEP(.sha1) {
            try writer.encrypted(way.testDescription, message, for: [(way.key, way.transport)], way.cipher)
        }
        for (title, node) in [("small", Self.small), ("large", Self.large), ("signed", inner)] {
            let everybody: [TestKey] = [.rsa3072a, .p256a, .brainpool384, .rsa4096]
            try writer.encrypted("\(title), for four", node, for: everybody.map { ($0, nil) }, .aes256GCM)
        }
        try writer.close()
        #expect(writer.samples.count == 2 * SignatureTests.pairs.count + 4 + EncryptionTests.ways.count - 3 + 12)
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
