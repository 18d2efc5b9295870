// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Keys and certificates of others")
struct KeyStoreTests {
    @Test("A key store opens with its passphrase, and its keys have their certificates", arguments: try stores())
    func store(vector: OtherVector) throws {
        let passphrase = try #require(vector.passphrase)
        if let row = try ProfileRow.row(vector, .key) {
            let refused = #expect(throws: XMLFault.self) {
                try KeyStore(pkcs12: vector.octets(), passphrase: passphrase)
            }
            #expect(refused?.kind == .keyUnusable && refused?.found?.contains(row.found) == true)
            return
        }
        let store = try KeyStore(pkcs12: vector.octets(), passphrase: passphrase)
        #expect(!store.certificates.isEmpty)
        for entry in store.entries {
            #expect(try entry.key.belongs(to: #require(entry.chain.first).publicKey))
            if let name = entry.name { #expect(try store.entry(name.uppercased()).key === entry.key) }
        }
        let wrong = #expect(throws: XMLFault.self) {
            try KeyStore(pkcs12: vector.octets(), passphrase: passphrase + "x")
        }
        #expect(wrong?.kind == .keyUnusable && wrong?.found == "a wrong passphrase")
        let damaged = try vector.octets().dropLast(40)
        #expect(try fault { _ = try KeyStore(pkcs12: Array(damaged), passphrase: passphrase) } == .keyUnusable)
    }

    static func stores() throws -> [OtherVector] { try OtherVector.all(.keyStore) }

    @Test("A private key is read")
    func privateKeys() throws {
        for vector in try OtherVector.all(.privateKey) {
            let kind = try PrivateKey(pemOrDER: vector.octets()).kind
            if case .other(let name) = kind { Issue.record("\(vector): \(name)") }
        }
    }

    @Test("A certificate is read as what it is", arguments: try OtherVector.all(.certificate))
    func certificate(vector: OtherVector) throws {
        let certificate = try Certificate(pemOrDER: vector.octets())
        // Such as `CN=EidasSignerTest RSA-4096 until 2033-12-14`.
        let words = vector.certificate.split(separator: " ")
        let day = try #require(words.last)
        let key = try #require(words.dropLast(2).last)
        #expect(certificate.notAfter.description.hasPrefix(day))
        let bits = try #require(key.split(separator: "-").last.flatMap { Int($0) })
        switch certificate.publicKey.kind {
        case .rsa(let found): #expect(key.hasPrefix("RSA-") && found == bits)
        case .ec(let curve): #expect(key.hasPrefix("EC") && (curve.coordinateLength == (bits + 7) / 8))
        case .other(let name): Issue.record("\(name)")
        }
        let name =
            vector.certificate.dropFirst(3).prefix { $0 != "?" }
            .components(separatedBy: " \(key)").first ?? ""
        #expect(name.isEmpty || certificate.subject.contains(name))
    }

    @Test("The one key of a file needs no name; among several, and where there is none, the fault says so")
    func entry() throws {
        func store(_ path: String, _ passphrase: String) throws -> KeyStore {
            try KeyStore(pkcs12: OtherVector.octets(path), passphrase: passphrase)
        }
        let one = try store("eidas-node/keys/eidasKeyStore_METADATA.p12", "local-demo")
        #expect(try one.entry().name == "metadata")
        let several = try store("eidas-node/keys/test.p12", "local-demo")
        #expect(
            throws: XMLFault(.keyUnusable, expected: "one private key", found: "3: test-rsa, test-ec-nist, test-ec")
        ) {
            try several.entry()
        }
        #expect(throws: XMLFault(.keyUnusable, expected: "one private key named x", found: "no private key")) {
            try several.entry("x")
        }
        let none = try store("ee-specific-connector/keys/responder-truststore.p12", "changeit")
        #expect(none.entries.isEmpty && none.certificates.count == 3)
        #expect(throws: XMLFault(.keyUnusable, expected: "one private key", found: "no private key")) {
            try none.entry()
        }
    }

    @Test("A chain stands in the order in which it leads on")
    func chain() throws {
        let path = "eidas-node/keys/eidasKeyStore_METADATA_TC.p12"
        let store = try KeyStore(pkcs12: OtherVector.octets(path), passphrase: "local-demo")
        let chain = try #require(store.entries.first { $0.chain.count == 3 }?.chain)
        #expect(zip(chain, chain.dropFirst()).allSatisfy { $0.issuer == $1.subject })
        #expect(chain[0].chains(to: [chain[2]], through: [chain[1]], at: chain[0].notBefore))
    }

    @Test("Neither a look-alike nor a chain with SHA-1 leads to an authority")
    func lookAlike() throws {
        func read(_ name: String) throws -> Certificate {
            try Certificate(pemOrDER: OtherVector.octets("eidas-node/certificates/pki-\(name).crt"))
        }
        let (leaf, middle, root) = (try read("leaf"), try read("intermediate-ca"), try read("root-ca"))
        #expect(leaf.issuer == middle.subject && middle.issuer == root.subject)
        for shown in [leaf, try read("similar-to-leaf")] {
            #expect(!shown.chains(to: [root], through: [middle], at: shown.notBefore))
            #expect(!shown.chains(to: [middle], through: [], at: shown.notBefore))
            #expect(shown.chains(to: [shown], through: [], at: shown.notBefore))
        }
    }

    @Test("What is no PKCS#12 file is refused", arguments: [[], [0x30], [0x30, 0x80, 0, 0], Array("-----BEGIN".utf8)])
    func garbage(octets: [UInt8]) throws {
        #expect(try fault { _ = try KeyStore(pkcs12: octets, passphrase: "") } == .keyUnusable)
    }
}
