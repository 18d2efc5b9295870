// SPDX-License-Identifier: EUPL-1.2
import CSecondOpinion
import CXMLSec1
import Dispatch
import PuenteTestKit
import SecondOpinion
import Synchronization
import Testing
import XMLSecurity

/// A small message with an ID.
private let message = XMLNode(
    Namespace("one", "urn:example:one")("Message"), [("ID", "_m1")],
    [XMLNode(Namespace("one", "urn:example:one")("Issuer"), text: "https://nodo.example/á?a=1&b=2")])

@Suite("The opinion of libxmlsec1")
struct SecondOpinionTests {
    struct Pair: CustomTestStringConvertible, Sendable {
        let key: TestKey
        let algorithm: SignatureAlgorithm
        var testDescription: String { "\(key) \(algorithm)" }
    }

    /// Every algorithm with every kind of key that fits it.
    static let pairs = ([TestKey.rsa2048a, .rsa3072a, .rsa4096] + TestKey.curves).flatMap { key in
        SignatureAlgorithm.allCases.filter { ($0.scheme == .ecdsa) == TestKey.curves.contains(key) }
            .map { Pair(key: key, algorithm: $0) }
    }

    static func opinion(_ document: XMLNode, _ key: TestKey, signed identifier: String = "_m1") throws -> SecondOpinion
    {
        SecondOpinion(on: document.serialized(), signed: identifier, by: try key.certificate())
    }

    @Test("What we sign is valid, over just the octets that we signed", arguments: pairs)
    func valid(pair: Pair) throws {
        let signed = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1)
        #expect(try Self.opinion(signed, pair.key) == .valid(octets: message.canonical(), references: 1))
        let verified = try XMLTree(parsing: signed.serialized()).root.verifySignature(
            trusting: [pair.key.certificate()], policy: .clave, confirmedBy: LibXMLSec1())
        #expect(try verified.certificate == pair.key.certificate())
    }

    @Test("Nothing spoiled is valid", arguments: pairs)
    func invalid(pair: Pair) throws {
        let signed = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1)
        let spoilers: [(inout XMLNode) throws -> Void] = [
            { try $0.setText(of: "Issuer", "https://nodo.example/") },
            { try $0.setText(of: "DigestValue", Base64.encode(pair.algorithm.digest.hash([]))) },
            { node in
                var value = try #require(node.first("SignatureValue").flatMap { Base64.decode($0.text) })
                value[value.count / 2] ^= 1
                try node.setText(of: "SignatureValue", Base64.encode(value))
            },
            { try $0.setText(of: "SignatureValue", "AAAA") },
        ]
        for spoil in spoilers {
            var spoiled = signed
            try spoil(&spoiled)
            #expect(try Self.opinion(spoiled, pair.key) == .invalid(.signature))
        }
    }

    @Test("Another key, of the same kind or not, finds nothing valid", arguments: pairs)
    func otherKey(pair: Pair) throws {
        let signed = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1)
        for other: TestKey in [.rsa3072b, .p256b, .brainpool384] where other != pair.key {
            #expect(try Self.opinion(signed, other) == .invalid(.signature))
        }
    }

    @Test("It says what it did not find")
    func reasons() throws {
        let signed = try message.signed(by: TestKey.p256a.signer(), behind: 1)
        #expect(try Self.opinion(signed, .p256a, signed: "_m2") == .invalid(.noElement))
        #expect(try Self.opinion(message, .p256a) == .invalid(.noSignature))
        #expect(try Self.opinion(signed, .p256a, signed: "") == .valid(octets: message.canonical(), references: 1))
        let broken = SecondOpinion(on: Array("<a>".utf8), signed: "", by: try TestKey.p256a.certificate())
        #expect(broken == .invalid(.document))
    }

    @Test("Nothing outside the document is read")
    func outside() throws {
        var recipe = SignatureRecipe(.p256a)
        recipe.reference = "file:///etc/hostname"
        #expect(try Self.opinion(try recipe.sign(message, behind: 1), .p256a) == .invalid(.signature))
    }

    @Test("Our code and the library are of one mind about sizes")
    func sizes() {
        var (compiled, least, most) = (0, 0, 0)
        csecondopinion_context_sizes(&compiled, &least, &most)
        #expect(compiled >= least && compiled <= most)
        #expect(MemoryLayout<xmlSecDSigCtx>.size == compiled)
    }

    @Test("Both must have found one Reference, to the same octets")
    func agreement() throws {
        let signed = try message.signed(by: TestKey.p256a.signer(), behind: 1)
        let octets = message.canonical()
        let found = FoundSignature(
            document: signed.serialized(), attribute: "ID", identifier: "_m1",
            certificate: try TestKey.p256a.certificate(), digest: .sha256,
            digestValue: DigestAlgorithm.sha256.hash(octets))
        #expect(LibXMLSec1().confirms(found))
        #expect(SecondOpinion.valid(octets: octets, references: 1).agrees(with: found))
        #expect(!SecondOpinion.valid(octets: octets, references: 2).agrees(with: found))
        #expect(!SecondOpinion.valid(octets: octets.dropLast(), references: 1).agrees(with: found))
        for reason in SecondOpinion.Reason.allCases {
            #expect(!SecondOpinion.invalid(reason).agrees(with: found))
        }
    }

    @Test("Many threads ask at once, with keys that they share, and each gets its own answer")
    func threads() throws {
        let documents = try Self.pairs.map { pair in
            let signed = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1)
            var spoiled = signed
            try spoiled.setText(of: "Issuer", "https://nodo.example/")
            return (signed.serialized(), spoiled.serialized(), try pair.key.certificate())
        }
        let good = SecondOpinion.valid(octets: message.canonical(), references: 1)
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 16) { turn in
            for place in documents.indices {
                let (signed, spoiled, certificate) = documents[(place + turn) % documents.count]
                let right =
                    SecondOpinion(on: signed, signed: "_m1", by: certificate) == good
                    && SecondOpinion(on: spoiled, signed: "_m1", by: certificate) == .invalid(.signature)
                if !right { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock(\.self) == 0)
    }
}
