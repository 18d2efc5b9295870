// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import Testing
import XMLSecurity

@testable import Trust

/// Connectors abroad, as their metadata describes them (eIDAS dossier P1-13, P1-34, P1-50, P2-15, P2-17).
@Suite("Connectors that ask us")
struct ConnectorsTests {
    static let metadata = Result {
        ConnectorMetadata(
            entityID: World.foreignConnector, country: try World.memberState("FR"),
            assertionConsumerService: World.foreignAnswers, sector: nil,
            signing: [try TestKey.country.certificate()], encryption: [try TestKey.countryEncryption.certificate()],
            details: OperatorDetails(
                name: "Nœud de test", displayName: "Nœud de test", url: "https://noeud.example.fr/",
                support: .init(company: "x", email: "x@noeud.example.fr"),
                technical: .init(company: "x", email: "x@noeud.example.fr")), applicationIdentifier: "x")
    }

    /// The requester that we make of a document, signed after the change.
    static func requester(
        _ change: (inout ConnectorMetadata) throws -> Void = { _ in },
        document: (inout XMLNode) throws -> Void = { _ in }, profile: (inout PeerProfile) -> Void = { _ in }
    ) throws -> Requester {
        var metadata = try metadata.get()
        try change(&metadata)
        let now = try World().now
        var root = metadata.document(id: MessageID("_m"), validUntil: now + 3600)
        try document(&root)
        let france = try World.memberState("FR")
        let expected = MetadataExpectation(
            entityID: World.foreignConnector, country: france, role: .connector,
            pins: [try TestKey.p384.certificate()])
        let verified = try VerifiedEntity(
            SignatureRecipe(.p384, .ecdsaSHA384).sign(root, behind: 0).serialized(), expecting: expected,
            confirmedBy: LibXMLSec1(), at: now)
        var peer = PeerProfile()
        profile(&peer)
        let entry = NodeEntry(
            entityID: World.foreignConnector, country: france, role: .connector, source: .file(path: "x"), pins: [],
            profile: peer, displayName: [:])
        // What cannot be answered is not taken either.
        let admitted = try brokenRule { try entry.admit(verified) }
        #expect(try brokenRule { _ = try Requester(verified, entry, signer: TestKey.connector.signer()) } == admitted)
        return try Requester(verified, entry, signer: TestKey.connector.signer())
    }

    @Test("Everything that an answer needs is taken from the metadata")
    func read() throws {
        let requester = try Self.requester({ _ in }, profile: { $0.clockSkewSeconds = 90 })
        #expect(requester.name == World.foreignConnector && requester.country.rawValue == "FR")
        #expect(requester.name(in: "es") == "Nœud de test")
        #expect(try requester.sender.signingCertificates == [TestKey.country.certificate()])
        #expect(requester.returnAddresses == [.exactly(World.foreignAnswers)])
        #expect(requester.indexedAddresses[0] == World.foreignAnswers)
        #expect(requester.protocolVersions == ConnectorMetadata.protocolVersions)
        #expect(!requester.publishesSector && requester.skewSeconds == 90 && requester.acceptsRepresentation)
        #expect(try requester.validUntil == World().now + 3600)
        let published = try Self.requester { $0.sector = .private }
        #expect(published.publishesSector && published.sector == .private)
    }

    /// The answers are opened with the very key that was published.
    static func opens(_ requester: Requester, _ key: TestKey) throws -> (isOpened: Bool, algorithms: [String]) {
        var world = try World(.proxyService)
        world.requester.seal = requester.seal
        world.requesterKey = key
        let answer = try world.login()
        let algorithms = answer.document.root.descendants.compactMap {
            $0.local == "EncryptionMethod" ? $0["Algorithm"] : nil
        }
        return (answer.attributes["FirstName"] == ["ANA"], algorithms)
    }

    @Test(
        "The key decides how is encrypted: RSA-OAEP or ECDH-ES",
        arguments: [TestKey.rsa3072a, .rsa4096] + TestKey.curves)
    func keys(key: TestKey) throws {
        let (isOpened, algorithms) = try Self.opens(Self.requester { $0.encryption = [try key.certificate()] }, key)
        #expect(isOpened && algorithms.contains(ContentCipher.aes256GCM.uri))
        #expect(algorithms.contains(AlgorithmURI.rsaOAEP) == !TestKey.curves.contains(key))
    }

    @Test("The strongest cipher that is published is used", arguments: [ContentCipher.aes128GCM, .aes192GCM])
    func ciphers(cipher: ContentCipher) throws {
        let requester = try Self.requester(document: { root in
            root = root.filtering { node in
                ContentCipher.allCases.allSatisfy { $0 == cipher || node["Algorithm"] != $0.uri }
            }
        })
        #expect(try Self.opens(requester, .countryEncryption).algorithms.contains(cipher.uri))
    }

    @Test("P1-50: a Connector to which nothing could be sent is not listened to")
    func keyless() throws {
        func rule(_ change: (inout ConnectorMetadata) throws -> Void = { _ in }) throws -> Rule? {
            try brokenRule { _ = try Self.requester(change) }
        }
        #expect(try rule() == nil)
        #expect(try rule { $0.encryption = [] } == .metadataKeys)
        #expect(try rule { $0.encryption = [try TestKey.rsa2048a.certificate()] } == .metadataKeys)
        // A weak key before a good one is passed over.
        let mixed = try Self.requester {
            $0.encryption = [try TestKey.rsa2048a.certificate(), try TestKey.p256a.certificate()]
        }
        #expect(try Self.opens(mixed, .p256a).isOpened)
    }

    @Test("P2-17: answers go by POST alone, to the default address first")
    func endpoints() throws {
        func service(_ index: String, _ binding: String, _ address: String, isDefault: Bool = false) -> XMLNode {
            XMLNode(
                Namespace.md("AssertionConsumerService"),
                [
                    ("Binding", binding), ("Location", address), ("index", index),
                    ("isDefault", isDefault ? "true" : "false"),
                ])
        }
        func requester(_ services: [XMLNode]) throws -> Requester {
            try Self.requester(document: { root in
                try root.edit("SPSSODescriptor") { role in
                    let first = role.content.firstIndex { $0.isService } ?? role.content.endIndex
                    role.content.removeAll { $0.isService }
                    role.content.insert(contentsOf: services.map { .node($0) }, at: first)
                }
            })
        }
        let found = try requester([
            service("0", SAMLURI.redirect, World.foreignAnswers + "/r"),
            service("1", SAMLURI.post, World.foreignAnswers + "/1"),
            service("2", SAMLURI.post, World.foreignAnswers + "/2", isDefault: true),
        ])
        #expect(
            found.returnAddresses == [.exactly(World.foreignAnswers + "/2"), .exactly(World.foreignAnswers + "/1")])
        #expect(found.indexedAddresses == [1: World.foreignAnswers + "/1", 2: World.foreignAnswers + "/2"])
        #expect(
            try brokenRule { _ = try requester([service("0", SAMLURI.redirect, World.foreignAnswers)]) }
                == .metadataEndpoint)
    }
}

extension XMLNode {
    /// Without the elements inside that do not pass.
    fileprivate func filtering(_ passes: (XMLNode) -> Bool) -> XMLNode {
        var copy = self
        copy.content = content.compactMap { part in
            guard case .node(let child) = part else { return part }
            return passes(child) ? .node(child.filtering(passes)) : nil
        }
        return copy
    }
}

extension XMLNode.Content {
    fileprivate var isService: Bool {
        if case .node(let node) = self { node.name.local == "AssertionConsumerService" } else { false }
    }
}
