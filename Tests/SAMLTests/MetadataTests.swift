// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import Testing
import XMLSecurity

@Suite("Metadata")
struct MetadataTests {
    @Test("Everything that we need is read")
    func read() throws {
        let entity = try NodeMetadata().verified()
        #expect(entity.entity.entityID.rawValue == NodeMetadata.entityID)
        #expect(entity.entity.protocolVersions == ["1.4", "1.3"])
        #expect(entity.entity.levelsOfAssurance == ["http://eidas.europa.eu/LoA/high"])
        #expect(entity.entity.needsRequesterID && !entity.entity.isHiddenFromDiscovery)
        #expect(entity.validUntil == Instant.read("2026-03-09T00:00:00Z"))
        #expect(try entity.signer == TestKey.p256a.certificate())
        let descriptor = entity.descriptor
        #expect(descriptor.nodeCountry == "DE" && descriptor.signsRequests && descriptor.unreadableCertificates == 0)
        #expect(try descriptor.signingCertificates == [TestKey.country.certificate()])
        #expect(descriptor.encryptionKeys.map(\.methods) == [[ContentCipher.aes256GCM.uri]])
        #expect(
            descriptor.endpoints.map(\.location) == [
                "https://knoten.example.de/redirect", "https://knoten.example.de/sso",
            ])
        #expect(descriptor.nameIDFormats == [SAMLURI.persistent] && descriptor.attributes.count == 1)
    }

    @Test(
        "Greece writes EL, and as an older peer GR; nobody else does",
        arguments: [
            ("EL", "EL", nil), ("EL", "GR", nil), ("DE", "GR", .metadataCountry), ("EL", "el", .metadataCountry),
        ]
            as [(String, String, Rule?)])
    func greece(registered: String, named: String, rule: Rule?) throws {
        var metadata = try NodeMetadata()
        try metadata.root.setText(of: "NodeCountry", named)
        let country = try World.memberState(registered)
        do throws(any Error) {
            #expect(try metadata.verified { $0.country = country }.country == country)
            #expect(rule == nil)
        } catch let rejection as Rejection {
            #expect(rejection.rule == rule)
        }
    }

    struct Spoil: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: Rule?
        let change: @Sendable (inout NodeMetadata) throws -> Void
        init(_ description: String, _ rule: Rule?, _ change: @escaping @Sendable (inout NodeMetadata) throws -> Void) {
            (testDescription, self.rule, self.change) = (description, rule, change)
        }
    }

    static let spoils = [
        Spoil("signed by a stranger", .metadataSignature) { $0.recipe = SignatureRecipe(.p256b) },
        Spoil("PKCS#1 v1.5", .metadataSignature) { $0.recipe = SignatureRecipe(.rsa3072a, .rsaSHA256) },
        Spoil("another entity", .metadataEntity) { $0.root.set("entityID", "https://knoten.example.de/other") },
        Spoil("entity ID of other case", .metadataEntity) {
            $0.root.set("entityID", "https://KNOTEN.example.de/metadata")
        },
        Spoil("a blank before the entity ID", .metadataEntity) {
            $0.root.set("entityID", " " + NodeMetadata.entityID)
        },
        Spoil("a blank behind the entity ID", .metadataEntity) {
            $0.root.set("entityID", NodeMetadata.entityID + " ")
        },
        Spoil("no entity ID", .metadataEntity) { $0.root.set("entityID", nil) },
        Spoil("no validUntil", .metadataExpiry) { $0.root.set("validUntil", nil) },
        Spoil("validUntil past", .metadataExpiry) { $0.root.set("validUntil", "2026-03-02T09:15:30Z") },
        Spoil("validUntil decades ahead", .metadataExpiry) { $0.root.set("validUntil", "2056-01-01T00:00:00Z") },
        Spoil("validUntil without zone", .metadataExpiry) { $0.root.set("validUntil", "2026-03-09T00:00:00") },
        Spoil("another country", .metadataCountry) { try $0.root.setText(of: "NodeCountry", "FR") },
        Spoil("no country", .metadataCountry) { try $0.root.remove("NodeCountry") },
        Spoil("other role only", .metadataRoleMissing) {
            try $0.root.edit("IDPSSODescriptor") { $0.name = Namespace.md("SPSSODescriptor") }
        },
        Spoil("two roles of a kind", .metadataContent) { try $0.root.double("IDPSSODescriptor") },
        Spoil("another protocol", .metadataRoleMissing) {
            try $0.root.set("protocolSupportEnumeration", of: "IDPSSODescriptor", "urn:x")
        },
        Spoil("no signing key", .metadataKeys) { try $0.root.set("use", of: "KeyDescriptor", "encryption") },
        Spoil("key for both", nil) { try $0.root.set("use", of: "KeyDescriptor", nil) },
        Spoil("weak key", .metadataKeys) { $0 = try NodeMetadata(key: .rsa2048a) },
        Spoil("key on a foreign curve", .metadataKeys) { $0 = try NodeMetadata(key: .secp256k1) },
        Spoil("certificate for encryption as the signing key", .metadataKeys) {
            let certificate = try TestKey.country.key().certify(
                commonName: "x", usage: .encryption, from: Date(timeIntervalSince1970: 1e9),
                until: Date(timeIntervalSince1970: 2e9))
            try $0.root.setText(of: "X509Certificate", certificate.base64)
        },
        Spoil("unreadable certificate", .metadataKeys) { try $0.root.setText(of: "X509Certificate", "AAAA") },
        Spoil("no POST endpoint", .metadataEndpoint) { metadata in
            try metadata.root.edit("IDPSSODescriptor") { role in
                role.content.removeAll {
                    if case .node(let child) = $0 { child["Binding"] == SAMLURI.post } else { false }
                }
            }
        },
        Spoil("plain HTTP", .metadataEndpoint) {
            try $0.root.set("Location", of: "SingleSignOnService", "http://knoten.example.de/sso")
        },
        Spoil("plain HTTP on loopback", nil) {
            try $0.root.set("Location", of: "SingleSignOnService", "http://127.0.0.1:8080/sso")
        },
        Spoil("javascript endpoint", .metadataEndpoint) {
            try $0.root.set("Location", of: "SingleSignOnService", "javascript:alert(1)")
        },
        Spoil("endpoint with user", .metadataEndpoint) {
            try $0.root.set("Location", of: "SingleSignOnService", "https://a@knoten.example.de/")
        },
        Spoil("endpoint without host", .metadataEndpoint) {
            try $0.root.set("Location", of: "SingleSignOnService", "https://")
        },
        Spoil("endpoint with a path and no host", .metadataEndpoint) {
            try $0.root.set("Location", of: "SingleSignOnService", "https:///sso")
        },
        Spoil("endpoint with a port and no host", .metadataEndpoint) {
            try $0.root.set("Location", of: "SingleSignOnService", "https://:443/sso")
        },
        Spoil("endpoint with markup", .metadataEndpoint) {
            try $0.root.set("Location", of: "SingleSignOnService", "https://knoten.example.de/\" onclick=\"alert(1)")
        },
        Spoil("endpoint too long", .metadataEndpoint) {
            try $0.root.set(
                "Location", of: "SingleSignOnService", "https://knoten.example.de/" + String(repeating: "x", count: 300)
            )
        },
        Spoil("a message", .metadataContent) { $0.root.name = Namespace.saml2p("Response") },
    ]

    @Test("One spoilt thing, one rule", arguments: spoils)
    func spoilt(spoil: Spoil) throws {
        var metadata = try NodeMetadata()
        try spoil.change(&metadata)
        let changed = metadata
        #expect(try brokenRule { _ = try changed.verified() } == spoil.rule)
    }

    @Test("Nobody has a name with blanks around it, whatever is asked for")
    func blanks() throws {
        var metadata = try NodeMetadata()
        let name = NodeMetadata.entityID + " "
        metadata.root.set("entityID", name)
        let changed = metadata
        #expect(try brokenRule { _ = try changed.verified { $0.entityID = EntityID(name) } } == .metadataEntity)
    }

    @Test("Unsigned metadata is taken only where the trust list says so, and lasts a day if it has no end")
    func unsigned() throws {
        var metadata = try NodeMetadata()
        #expect(try brokenRule { _ = try NodeMetadata.verify(metadata.root.serialized()) } == .metadataSignature)
        metadata.root.set("validUntil", nil)
        let entity = try NodeMetadata.verify(metadata.root.serialized()) { $0.allowsUnsigned = true }
        #expect(try entity.validUntil == World().now + 86_400)
        #expect(entity.signer == nil)
        // A signature that is there must be good all the same.
        metadata.recipe = SignatureRecipe(.p256b)
        let badly = try metadata.recipe.sign(metadata.root, behind: 0).serialized()
        #expect(
            try brokenRule { _ = try NodeMetadata.verify(badly) { $0.allowsUnsigned = true } } == .metadataSignature)
    }

    @Test("An aggregate is read for one entity, signed itself or within a signed group")
    func aggregate() throws {
        let metadata = try NodeMetadata()
        var other = metadata.root
        other.set("entityID", "https://other.example/")
        other.set("ID", "_e2")
        let group = XMLNode(
            Namespace.md("EntitiesDescriptor"), [("ID", "_g")],
            [other, XMLNode(Namespace.md("EntitiesDescriptor"), [], [metadata.root])])
        #expect(try NodeMetadata.verify(metadata.recipe.sign(group, behind: 0).serialized()).signer != nil)
        let single = XMLNode(
            Namespace.md("EntitiesDescriptor"), [("ID", "_g")],
            [other, try metadata.recipe.sign(metadata.root, behind: 0)])
        #expect(try NodeMetadata.verify(single.serialized()).signer != nil)
        // The signature of a neighbour, and an entity that is there twice.
        let neighbour = XMLNode(
            Namespace.md("EntitiesDescriptor"), [], [metadata.root, try metadata.recipe.sign(other, behind: 0)])
        #expect(try brokenRule { _ = try NodeMetadata.verify(neighbour.serialized()) } == .metadataSignature)
        var again = metadata.root
        again.set("ID", "_e3")
        let twice = XMLNode(Namespace.md("EntitiesDescriptor"), [], [metadata.root, again])
        #expect(
            try brokenRule { _ = try NodeMetadata.verify(twice.serialized()) { $0.allowsUnsigned = true } }
                == .metadataEntity)
        // The nearest end counts.
        var ending = group
        ending.set("validUntil", "2026-03-01T00:00:00Z")
        #expect(
            try brokenRule { _ = try NodeMetadata.verify(metadata.recipe.sign(ending, behind: 0).serialized()) }
                == .metadataExpiry)
    }

    @Test("Signed metadata wrapped in evil metadata is refused")
    func wrapped() throws {
        let metadata = try NodeMetadata()
        let signed = try metadata.recipe.sign(metadata.root, behind: 0)
        var evil = try NodeMetadata(key: .stranger).root
        evil.set("ID", "_evil")
        let signature = try #require(signed.first("Signature"))
        let below = evil.inserting(signature, at: 0).appending(metadata.root)
        #expect(try brokenRule { _ = try NodeMetadata.verify(below.serialized()) } == .metadataSignature)
        try evil.edit("Extensions") { $0 = $0.appending(signed) }
        #expect(try brokenRule { _ = try NodeMetadata.verify(evil.serialized()) } == .metadataSignature)
    }

    @Test("A signer whose chain ends at a pin is accepted, one of a look-alike is not")
    func chain() throws {
        let now = try World().now
        func authority(_ key: TestKey) throws -> Certificate {
            try key.key().certify(commonName: "root", usage: .authority, from: now - 86_400, until: now + 86_400)
        }
        func leaf(by key: TestKey, from: Double = -3600, until: Double = 3600) throws -> Certificate {
            try TestKey.rsa3072a.key().certify(
                commonName: "leaf", usage: .signing, from: now + from, until: now + until,
                by: (key.key(), authority(key)))
        }
        var metadata = try NodeMetadata()
        metadata.recipe = SignatureRecipe(.rsa3072a)
        let pin = try authority(.p384)
        func rule(_ shown: [Certificate]) throws -> Rule? {
            metadata.recipe.shown = shown
            let changed = metadata
            return try brokenRule { _ = try changed.verified { $0.pins = [pin] } }
        }
        #expect(try rule([leaf(by: .p384)]) == nil)
        #expect(try rule([leaf(by: .p256a)]) == .metadataSignature)
        #expect(try rule([leaf(by: .p384, until: -60)]) == .metadataSignature)
        #expect(try rule([leaf(by: .p384, from: 60)]) == .metadataSignature)
        // Whose they are is not said by their order; others over the same key lead nowhere.
        #expect(try rule([TestKey.rsa3072a.certificate(), leaf(by: .p384)]) == nil)
        #expect(try rule([pin, leaf(by: .p384)]) == nil)
        #expect(try rule([authority(.p256a), leaf(by: .p384), pin]) == nil)
        #expect(try rule([pin, leaf(by: .p256a)]) == .metadataSignature)
        #expect(try rule([pin, TestKey.rsa3072a.certificate()]) == .metadataSignature)
        #expect(try rule([pin]) == .metadataSignature)
        #expect(try rule([]) == .metadataSignature)
    }

    @Test("Of several pins over one key the one that serves counts, wherever it stands")
    func renewedPin() throws {
        let now = try World().now
        func certificate(from: Double, until: Double, _ usage: CertificateUsage = .signing) throws -> Certificate {
            try TestKey.rsa3072a.key().certify(commonName: "signer", usage: usage, from: now + from, until: now + until)
        }
        let ended = try certificate(from: -7200, until: -60)
        let current = try certificate(from: -60, until: 3600)
        let coming = try certificate(from: 60, until: 7200)
        let other = try certificate(from: -60, until: 3600, .encryption)
        var metadata = try NodeMetadata()
        metadata.recipe = SignatureRecipe(.rsa3072a)
        for shown in [[current], [ended], []] {
            metadata.recipe.shown = shown
            for pins in [
                [ended, current], [current, ended], [coming, current], [other, current], [ended, coming, current],
            ] {
                let changed = metadata
                #expect(try brokenRule { _ = try changed.verified { $0.pins = pins } } == nil)
            }
            let changed = metadata
            #expect(try brokenRule { _ = try changed.verified { $0.pins = [ended, coming] } } == .metadataSignature)
        }
    }

    @Test("The fault of a signature is told, whatever chain is shown beside it")
    func shownChain() throws {
        let now = try World().now
        let root = try TestKey.p384.key()
            .certify(commonName: "root", usage: .authority, from: now - 86_400, until: now + 86_400)
        func leaf(until: Double) throws -> Certificate {
            try TestKey.rsa3072a.key().certify(
                commonName: "leaf", usage: .signing, from: now - 7200, until: now + until,
                by: (TestKey.p384.key(), root))
        }
        var metadata = try NodeMetadata()
        metadata.recipe = SignatureRecipe(.rsa3072a)
        func found(_ shown: [Certificate], pin: Certificate, altered: Bool) throws -> String? {
            metadata.recipe.shown = shown
            var signed = try metadata.recipe.sign(metadata.root, behind: 0)
            if altered { signed.set("validUntil", Instant.write(now + 7200)) }
            do {
                _ = try NodeMetadata.verify(signed.serialized()) { $0.pins = [pin] }
                return nil
            } catch let rejection as Rejection { return rejection.found }
        }
        let (good, ended) = (try leaf(until: 3600), try leaf(until: -60))
        #expect(try found([good, root], pin: good, altered: false) == nil)
        #expect(try found([good, root], pin: good, altered: true)?.hasPrefix("digest") == true)
        #expect(try found([good, root], pin: root, altered: true)?.hasPrefix("digest") == true)
        #expect(try found([ended, root], pin: root, altered: false)?.hasPrefix("one that ended") == true)
        #expect(try found([ended, root], pin: ended, altered: false)?.hasPrefix("one that ended") == true)
    }

    static let ours = ConnectorMetadata(
        entityID: World.connector, country: .spain, assertionConsumerService: World.answerAddress, sector: .public,
        signing: [], encryption: [],
        details: OperatorDetails(
            name: "Organismo de pruebas", displayName: "Nodo de pruebas", url: "https://puente.example.es/",
            support: .init(company: "Organismo de pruebas", email: "soporte@puente.example.es"),
            technical: .init(company: "Organismo de pruebas", email: "tecnica@puente.example.es")),
        applicationIdentifier: "Puente")

    @Test("Our metadata reads as it was reviewed", arguments: [TestKey.connectorEncryption, .p256b])
    func golden(encryption: TestKey) throws {
        var metadata = Self.ours
        metadata.signing = [try TestKey.connector.certificate()]
        metadata.encryption = [try encryption.certificate()]
        let document = metadata.document(id: MessageID("_m1"), validUntil: try World().now + 86_400)
        let text = document.reviewable
        #expect(
            try Golden.reviewed("connector-metadata-\(encryption.rawValue).xml", now: text, beside: #filePath) == text)
    }

    static let ourProxyService = ProxyServiceMetadata(
        entityID: World.proxyService, country: .spain, singleSignOnService: World.singleSignOn,
        levels: ["http://eidas.europa.eu/NotNotified/LoA/low", "http://eidas.europa.eu/LoA/high"],
        attributes: [
            .init(
                uri: "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
                friendlyName: "PersonIdentifier"),
            .init(uri: "http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName", friendlyName: "FamilyName"),
        ], needsRequesterID: false, signing: [], details: ours.details, applicationIdentifier: "Puente")

    @Test("The metadata of our Proxy-Service reads as it was reviewed", arguments: [false, true])
    func goldenProxyService(needsRequesterID: Bool) throws {
        var metadata = Self.ourProxyService
        metadata.signing = [try TestKey.connector.certificate()]
        metadata.needsRequesterID = needsRequesterID
        let text = metadata.document(id: MessageID("_m1"), validUntil: try World().now + 86_400).reviewable
        let name = needsRequesterID ? "proxy-service-metadata-requester-id.xml" : "proxy-service-metadata.xml"
        #expect(try Golden.reviewed(name, now: text, beside: #filePath) == text)
    }

    @Test("The signed metadata of our Proxy-Service is read back as a Connector reads it")
    func sealedProxyService() throws {
        var metadata = Self.ourProxyService
        metadata.signing = [try TestKey.connector.certificate(), try TestKey.p256b.certificate()]
        metadata.needsRequesterID = true
        let now = try World().now
        let octets = try metadata.sealed(id: try .random(), validUntil: now + 86_400, by: TestKey.p384.signer())
        let expected = MetadataExpectation(
            entityID: World.proxyService, country: .spain, role: .proxyService, pins: [try TestKey.p384.certificate()])
        let entity = try VerifiedEntity(octets, expecting: expected, confirmedBy: LibXMLSec1(), at: now)
        #expect(
            entity.descriptor.endpoints.map(\.binding) == [SAMLURI.post, SAMLURI.redirect]
                && entity.descriptor.endpoints.allSatisfy { $0.location == World.singleSignOn })
        #expect(entity.entity.levelsOfAssurance == metadata.levels && entity.entity.needsRequesterID)
        #expect(entity.descriptor.attributes == metadata.attributes.map(\.uri))
        #expect(entity.descriptor.signingCertificates.count == 2 && entity.descriptor.encryptionKeys.isEmpty)
        #expect(entity.descriptor.nodeCountry == "ES" && entity.entity.sector == nil)
        #expect(entity.entity.protocolVersions == ConnectorMetadata.protocolVersions)
    }

    @Test("Our signed metadata is read back as a peer reads it")
    func sealed() throws {
        var metadata = Self.ours
        metadata.signing = [try TestKey.connector.certificate()]
        metadata.encryption = [try TestKey.connectorEncryption.certificate()]
        let now = try World().now
        let octets = try metadata.sealed(id: try .random(), validUntil: now + 86_400, by: TestKey.p384.signer())
        let expected = MetadataExpectation(
            entityID: World.connector, country: .spain, role: .connector, pins: [try TestKey.p384.certificate()])
        let entity = try VerifiedEntity(octets, expecting: expected, confirmedBy: LibXMLSec1(), at: now)
        #expect(entity.entity.sector == .public && entity.descriptor.endpoints.map(\.location) == [World.answerAddress])
        #expect(entity.entity.protocolVersions == ConnectorMetadata.protocolVersions)
        #expect(entity.descriptor.signsRequests && entity.entity.organizationName == "Nodo de pruebas")
        #expect(entity.descriptor.encryptionKeys.count == 1)
    }
}
