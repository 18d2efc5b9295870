// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import Storage
import XMLSecurity

/// Thrown by what says no with `nil` or `false`.
private struct Refused: Error {}

private func require(_ isSo: Bool) throws { if !isSo { throw Refused() } }
private func require<T>(_ value: T?) throws -> T {
    guard let value else { throw Refused() }
    return value
}

extension Boundary {
    static func all() throws -> [Boundary] {
        [parsing]
            + (try [
                verification(.rsa3072a, .pssSHA256), verification(.rsa2048a, .rsaSHA512),
                verification(.p256a, .ecdsaSHA256), verification(.brainpool384, .ecdsaSHA384),
            ])
            + (try [encryption(), signing(), certificates(), keys(), stores(), metadata()])
            + (try [opinion(), packing(), atRest(), legs(.connector), legs(.proxyService)])
    }

    // MARK: XML

    private static func parse(_ text: String) throws { _ = try XMLTree(parsing: Array(text.utf8)).root.canonical() }

    private static var parsing: Boundary {
        Boundary(
            "parsing and canonical XML",
            good: [
                { try parse("<a xmlns='urn:a' b=\"&#9;&amp;\">t<b/><!-- --></a>".replacing("t<b/>", with: "<b/>")) },
                { try parse("<?xml version='1.0' encoding='UTF-8'?><a xml:lang='es'>ñ</a>") },
            ],
            bad: [
                "", "<a", "<a></b>", "<!DOCTYPE a><a/>", "<a>&x;</a>", "<a b='1' b='2'/>", "<x:a/>", "<a xmlns='u'/>",
                "<a><![CDATA[x]]></a>", "<a><?x?></a>", "<a ID='_1'><b id='_1'/></a>", "\u{FEFF}<a/>", "<a>\u{1}</a>",
                String(repeating: "<a>", count: 41) + String(repeating: "</a>", count: 41),
                "<?xml version='1.0' encoding='latin1'?><a/>", "<a xmlns:b='urn:&amp;'/>",
            ].map { text in { try parse(text) } })
    }

    private static func verification(_ key: TestKey, _ algorithm: SignatureAlgorithm) throws -> Boundary {
        let root = ConnectorRequest().root
        let (certificate, stranger) = (try key.certificate(), try TestKey.p521.certificate())
        func verify(_ octets: [UInt8], _ certificate: Certificate) throws {
            _ = try XMLTree(parsing: octets).root.verifySignature(
                trusting: [certificate], policy: .clave, confirmedBy: LibXMLSec1())
        }
        let signed = try SignatureRecipe(key, algorithm).sign(root, behind: 1).serialized()
        let changed = try signed.replacing("Lyon", with: "Lyo")
        let broken = try signed.replacing("SignatureValue>", with: "SignatureValue>AAAA")
        return Boundary(
            "verification, \(algorithm)", good: [{ try verify(signed, certificate) }],
            bad: [
                { try verify(changed, certificate) }, { try verify(broken, certificate) },
                { try verify(signed, stranger) }, { try verify(root.serialized(), certificate) },
            ])
    }

    private static func encryption() throws -> Boundary {
        let keys = [TestKey.rsa2048a, .p256a, .brainpool256]
        let node = XMLNode("a", [], [XMLNode("b", text: "secret")])
        func holder(_ key: TestKey) throws -> [UInt8] {
            try XMLNode("h", [], [node.encrypted(for: [key.recipient()], cipher: .aes256GCM)]).serialized()
        }
        func open(_ octets: [UInt8], _ key: TestKey) throws {
            let root = try XMLTree(parsing: octets).root
            _ = try EncryptedElement(in: root, policy: EncryptionPolicy()).open(with: [key.decryption()])
        }
        let sealed = try keys.map { ($0, try holder($0)) }
        return Boundary(
            "encryption and decryption",
            good: keys.map { key in { _ = try holder(key) } } + sealed.map { key, octets in { try open(octets, key) } },
            bad: try sealed.flatMap { key, octets -> [() throws -> Void] in
                let broken = try octets.replacing("CipherValue>", with: "CipherValue>AAAA")
                let bare = try octets.replacing("EncryptedData", with: "EncryptedDate")
                return [{ try open(broken, key) }, { try open(octets, .rsa2048b) }, { try open(bare, key) }]
            })
    }

    // MARK: Keys

    private static func signing() throws -> Boundary {
        let text = Array("text".utf8)
        let keys = [TestKey.rsa2048a, .p256a, .p521]
        let signatures = try keys.map { try $0.key().signDetached(text) }
        func confirm(_ index: Int, _ signature: [UInt8], _ text: [UInt8]) throws {
            try require(keys[index].certificate().publicKey.confirms(signature, of: text))
        }
        return Boundary(
            "detached signatures",
            good: keys.indices.flatMap { index -> [() throws -> Void] in
                [{ _ = try keys[index].key().signDetached(text) }, { try confirm(index, signatures[index], text) }]
            } + [{ _ = try hmacSHA256(key: text, text) }],
            bad: keys.indices.flatMap { index -> [() throws -> Void] in
                [
                    { try confirm(index, signatures[index], text + text) },
                    { try confirm(index, signatures[(index + 1) % 3], text) },
                    { try confirm(index, signatures[index].dropLast(), text) }, { try confirm(index, [], text) },
                ]
            } + [{ _ = try TestKey.p256a.key().sign(text, .rsaSHA256) }])
    }

    private static func certificates() throws -> Boundary {
        let chain = try XMLSecurity.certificates(pemOrDER: Repository.octets("Tests/Vectors/chains/sound.pem"))
        let der = try TestKey.rsa2048a.certificate().der
        let undated = try Repository.octets("Tests/Fuzzers/Corpus/certificates/no-such-month.der")
        let (now, stranger) = (try World().now, try TestKey.p256a.certificate())
        func lead(to anchor: Certificate, at now: Date) throws {
            try require(chain[0].chains(to: [anchor], through: Array(chain.dropFirst()), at: now))
        }
        let day = chain.map(\.notBefore).max() ?? now
        return Boundary(
            "certificates",
            good: [
                { _ = try Certificate(der: der) }, { try lead(to: chain[chain.count - 1], at: day + 60) },
                { _ = try Certificate(pemOrDER: Array(stranger.pem.utf8)) }, { _ = stranger.isFor(host: "puente.es") },
            ],
            bad: [
                { _ = try Certificate(der: der.dropLast()) }, { _ = try Certificate(der: der + [0]) },
                { _ = try Certificate(der: []) }, { _ = try Certificate(der: undated) },
                { _ = try Certificate(pemOrDER: Array("AAAA".utf8)) },
                { try lead(to: stranger, at: day + 60) }, { try lead(to: chain[chain.count - 1], at: .distantPast) },
            ])
    }

    private static func keys() throws -> Boundary {
        let pem = Array(try TestKey.rsa2048a.key().pem().utf8)
        let now = try World().now
        func make(_ kind: KeyKind) throws {
            let key = try PrivateKey.generate(kind)
            let certificate = try key.certify(
                commonName: "puente.example.es", country: "ES", usage: .server, from: now, until: now + 60)
            try key.prove(certificate, forEncryption: false)
            try key.prove(certificate, forEncryption: true)
            try require(certificate.isFor(host: "puente.example.es"))
            _ = try PrivateKey(pem: Array(key.pem().utf8))
        }
        return Boundary(
            "private and public keys",
            good: [
                { try make(.ec(.p256)) }, { _ = try PrivateKey(pemOrDER: pem) },
                { _ = try PublicKey(pem: Array(TestKey.p256a.certificate().pem.utf8)) },
            ],
            bad: [
                { _ = try PrivateKey(pem: pem.dropLast(100)) }, { _ = try PrivateKey(pemOrDER: [0x30, 3, 2, 1, 0]) },
                { _ = try PublicKey(pem: pem.dropLast(100)) }, { try make(.rsa(bits: 1024)) },
                { _ = try DecryptionKey(key: TestKey.p256a.key(), certificate: TestKey.p384.certificate()) },
            ])
    }

    private static func stores() throws -> Boundary {
        let key = TestKey.p256a
        func write() throws -> [UInt8] {
            try KeyStore.file("a", key.key(), [key.certificate(), TestKey.p384.certificate()], passphrase: "secret")
        }
        let file = try write()
        func open(_ octets: [UInt8], _ passphrase: String = "secret") throws {
            _ = try KeyStore(pkcs12: octets, passphrase: passphrase).entry("a")
        }
        let middle = file.count / 2
        let damaged = file[..<middle] + [file[middle] ^ 1] + file[(middle + 1)...]
        return Boundary(
            "PKCS#12", good: [{ _ = try write() }, { try open(file) }],
            bad: [
                { try open(file, "wrong") }, { try open(file.dropLast(9)) }, { try open(Array(damaged)) },
                { try open([]) },
                { try open([0x30, 0x80, 0, 0]) },
            ])
    }

    // MARK: Messages

    private static func metadata() throws -> Boundary {
        let node = try NodeMetadata()
        var other = node.root
        other.set("ID", "_other")
        other.set("entityID", "https://other.example/")
        let group = XMLNode(Namespace.md("EntitiesDescriptor"), [("ID", "_g")], [other, node.root])
        let octets = try [0, 2].map { try node.recipe.sign(group, behind: $0).serialized() }
        let list = try ListRecipe().octets()
        let expected = MetadataExpectation(
            entityID: EntityID(NodeMetadata.entityID), country: try World.memberState("DE"), role: .proxyService,
            pins: [try TestKey.p256a.certificate()])
        let now = try World().now
        func read(_ octets: [UInt8]) throws {
            _ = try VerifiedEntity.read(
                from: DocumentSource(octets), expecting: [expected], confirmedBy: LibXMLSec1(), at: now)[0].get()
        }
        let changed = try octets.map { try $0.replacing("other.example", with: "otter.example") }
        return Boundary(
            "metadata, in pieces, and lists of it",
            good: octets.map { octets in { try read(octets) } } + [{ _ = try ListRecipe.verify(list) }],
            bad: (changed + octets.map { $0.dropLast(40) } + [group.serialized()]).map { octets in { try read(octets) }
            }
                + [{ _ = try ListRecipe.verify(list.dropLast(9)) }, { _ = try ListRecipe.verify(octets[0]) }])
    }

    private static func opinion() throws -> Boundary {
        let (good, certificate) = (try ConnectorRequest().octets(), try TestKey.country.certificate())
        let bad = try good.replacing("Lyon", with: "Lyo")
        let bare = ConnectorRequest().root.serialized()
        func agree(_ octets: [UInt8], _ name: String = ConnectorRequest.id, _ key: Certificate? = nil) throws {
            guard case .valid = SecondOpinion(on: octets, signed: name, by: key ?? certificate) else { throw Refused() }
        }
        return Boundary(
            "second opinion", good: [{ try agree(good) }],
            bad: [
                { try agree(bad) }, { try agree(good, "_nobody") }, { try agree(Array("<a".utf8)) },
                { try agree(bare) },
                { try agree(good, ConnectorRequest.id, TestKey.p256a.certificate()) },
            ])
    }

    private static func packing() throws -> Boundary {
        let text = try ConnectorRequest().octets()
        let packed = try require(Deflate.deflate(text))
        return Boundary(
            "DEFLATE", good: [{ _ = try require(Deflate.inflate(packed, limit: text.count)) }],
            bad: [packed + [0], packed.dropLast(), [], [7]].map { octets in
                { _ = try require(Deflate.inflate(octets, limit: text.count)) }
            } + [{ _ = try require(Deflate.inflate(packed, limit: 9)) }])
    }

    private static func atRest() throws -> Boundary {
        let keys = try [UInt8(1), 2].map { number in
            var octets = [UInt8](repeating: number, count: 32)
            return try require(AtRest.Key(taking: &octets))
        }
        let exchange = try World().receive()
        let (store, reader) = (AtRest(keys[0]), { AtRest(keys[0]) })
        let sealed = try store.seal(exchange)
        let altered = Sealed(
            keyID: sealed.keyID, octets: sealed.octets.dropLast() + [sealed.octets.last.map { ~$0 } ?? 0])
        return Boundary(
            "exchanges at rest",
            good: [{ _ = try store.seal(exchange) }, { _ = try reader().open(sealed, as: exchange.id) }],
            bad: [
                { _ = try reader().open(altered, as: exchange.id) },
                { _ = try AtRest(keys[1]).open(sealed, as: exchange.id) },
            ])
    }

    /// Whole logins, one that succeeds and one whose answer was altered.
    private static func legs(_ direction: Exchange.Direction) throws -> Boundary {
        let world = try World(direction)
        let (_, exchange, question) = try world.ask()
        let answer = try world.answer(to: question).received()
        let altered = try ReceivedMessage(
            post: Base64.encode(answer.octets.replacing("Version=\"2.0\"", with: "Version=\"2.1\"")),
            relayState: answer.relayState, field: "SAMLResponse")
        return Boundary(
            "four legs, \(direction)",
            good: [
                {
                    let outcome = try world.accept(answer, to: question, in: exchange)
                    _ = try world.deliver(outcome, in: exchange)
                }
            ], bad: [{ _ = try world.accept(altered, to: question, in: exchange) }])
    }
}
