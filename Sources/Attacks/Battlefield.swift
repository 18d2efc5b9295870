import Federation
// SPDX-License-Identifier: EUPL-1.2
public import Foundation
import GRDB
import NIOCore
import NIOPosix
import PuenteTestKit
import XMLSecurity

/// Everything that a node needs that is to be attacked: throw-away keys, settings, peers, a register with one person in it.
public struct Battlefield: Sendable {
    public let bench: Workbench
    public let port: Int

    static let otherService = "X0000001X_E00000001"
    static let disabledService = "X0000002X_E00000002"
    static let otherCountry = EntityID("https://knoten.example.at/metadata")
    static let disabledCountry = EntityID("https://nodo.example.it/metadata")
    static let endedCountry = EntityID("https://uzel.example.cz/metadata")
    static let endedConnector = EntityID("https://uzel.example.cz/connector/metadata")
    static let disabledConnector = EntityID("https://nodo.example.it/connector/metadata")

    /// Writes the files.
    ///
    /// - Parameter mappings: the folder of `eidas.yaml` and `clave2.yaml`.
    public static func make(
        in folder: URL, program: URL, mappings: URL, at now: Date
    ) async throws -> Battlefield {
        let port = try await freePort()
        let field = Battlefield(bench: Workbench(folder: folder, program: program), port: port)
        try field.write(mappings: mappings, at: now)
        return field
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        guard let port else { throw Obstacle("no free port") }
        return port
    }

    private func write(mappings: URL, at now: Date) throws {
        for name in ["keys", "metadata", "mappings"] {
            try FileManager.default.createDirectory(
                at: bench.file(name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        for name in ["eidas.yaml", "clave2.yaml"] {
            try Data(contentsOf: mappings.appending(path: name)).write(to: bench.file("mappings/\(name)"))
        }
        let pairs: [(String, TestKey)] = [
            ("connector", .connector), ("connector-encryption", .connectorEncryption), ("service", .service),
            ("other-service", .p384), ("country", .country), ("other-country", .p256b), ("national-gateway", .gateway),
            ("registered", .registered),
        ]
        for (name, key) in pairs { try write(key.key(), key.certificate(), name) }
        for name in ["clave", "proxy"] {
            let key = try PrivateKey.generate(.rsa(bits: 3072))
            let certificate = try key.certify(
                commonName: "Attacked \(name)", usage: .signing, from: now - 3_600, until: now + 20 * 86_400)
            try write(key, certificate, name)
        }
        for spare in SpareKey.allCases { try write(spare.pair().certificate.pem, "keys/spare-\(spare).pem") }
        for own in RingKey.allCases {
            let pair = try own.pair()
            try write(pair.key, pair.certificate, "ring-\(own)")
        }
        try write(encryptionRing, "keys/encryption-ring.yaml")
        try write(GenuineMetadata.node(World.country, .country, at: now), .country, "de")
        try write(GenuineMetadata.node(Self.otherCountry, .p256b, country: "AT", at: now), .p256b, "at")
        try write(GenuineMetadata.node(Self.disabledCountry, .country, country: "IT", at: now), .country, "it")
        try write(
            GenuineMetadata.node(Self.endedCountry, .country, country: "CZ", at: now - 30 * 86_400), .country, "cz")
        try write(
            GenuineMetadata.connector(Self.endedConnector, country: "CZ", at: now, until: now - 60), .country,
            "cz-connector")
        let end = now + 20 * 86_400
        try write(GenuineMetadata.connector(World.foreignConnector, at: now, until: end), .country, "fr-connector")
        try write(
            GenuineMetadata.connector(Self.disabledConnector, at: now, until: end), .country, "it-connector")
        try write(settings, "puente.yaml")
        try write(trustList, "metadata/trust-list.yaml")
        try write(services, "metadata/services.yaml")
        try write(sources, "metadata/sources.yaml")
        try writeRegister()
    }

    private func write(_ key: PrivateKey, _ certificate: Certificate, _ name: String) throws {
        let file = bench.file("keys/\(name).key")
        try Data(try key.pem().utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        try write(certificate.pem, "keys/\(name).pem")
    }

    private func write(_ document: XMLNode, _ key: TestKey, _ name: String) throws {
        let signed = try SignatureRecipe(key).sign(document, behind: 0)
        try Data(signed.serialized()).write(to: bench.file("metadata/\(name).xml"))
    }

    private func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: bench.file(path))
    }

    private func writeRegister() throws {
        let queue = try DatabaseQueue(path: bench.file("metadata/register.sqlite").path)
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE people (document TEXT PRIMARY KEY, born TEXT)")
            try db.execute(sql: "INSERT INTO people VALUES ('00000000T', '1970-05-01')")
        }
        try queue.close()
    }
}

/// What an operator would write.
extension Battlefield {
    private var origin: String {
        let address = World.gatewayAddress
        return String(address.prefix(address.count - (URL(string: address)?.path.count ?? 0)))
    }

    private var settings: String {
        """
        public-url: \(origin)
        production: false
        listen: {host: 127.0.0.1, port: \(port)}
        connector:
          signing-key: keys/connector.key
          signing-certificate: keys/connector.pem
          encryption-ring: keys/encryption-ring.yaml
          organization: {name: Attack, url: "https://attack.example/"}
          contacts:
            support: {company: Attack, email: attack@attack.example}
            technical: {company: Attack, email: attack@attack.example}
        clave:
          signing-key: keys/clave.key
          signing-certificate: keys/clave.pem
        proxy-service:
          signing-key: keys/proxy.key
          signing-certificate: keys/proxy.pem
          attribute-sources: metadata/sources.yaml
          consent-pages: 1
        clave-gateway:
          address: \(World.nationalGateway)
          provider-name: \(Parties.current.registeredName)
          certificates: [{file: keys/national-gateway.pem}, \(spares(SpareKey.ofMessages, "keys"))]
          issuers: ["\(World.nationalIssuer)"]
          signing-key: keys/registered.key
          signing-certificate: keys/registered.pem
        operator: {name: Attack, contact-email: attack@attack.example}
        log: {level: info, format: json}

        """
    }

    /// As one of several in a list of YAML.
    private func spares(_ keys: [SpareKey], _ folder: String = "../keys") -> String {
        keys.map { "{file: \(folder)/spare-\($0).pem}" }.joined(separator: ", ")
    }

    private var encryptionRing: String {
        let keys = [("active", "connector-encryption"), ("next", "ring-agreement"), ("gone", "ring-gone")]
        return "keys:\n"
            + keys.map { state, name in
                "  - {id: \(name), state: \(state), since: 2026-01-01T00:00:00Z, key: \(name).key, certificate: \(name).pem}\n"
            }.joined()
    }

    private var trustList: String {
        let nodes: [(EntityID, String, String, String, String, Bool)] = [
            (World.country, "DE", "proxy-service", "de", "country", true),
            (Self.otherCountry, "AT", "proxy-service", "at", "other-country", true),
            (Self.disabledCountry, "IT", "proxy-service", "it", "country", false),
            (World.foreignConnector, "FR", "connector", "fr-connector", "country", true),
            (Self.disabledConnector, "IT", "connector", "it-connector", "country", false),
            (Self.endedCountry, "CZ", "proxy-service", "cz", "country", true),
            (Self.endedConnector, "CZ", "connector", "cz-connector", "country", true),
        ]
        return "nodes:\n"
            + nodes.map { name, country, role, file, pin, isEnabled in
                """
                  - entity-id: \(name)
                    country: \(country)
                    role: \(role)
                    enabled: \(isEnabled)
                    source: {file: \(file).xml}
                    pins: [{file: ../keys/\(pin).pem}, \(spares(SpareKey.ofMetadata))]

                """
            }.joined()
    }

    private var services: String {
        let entries: [(String, String, Bool)] = [
            (Parties.current.service, "service", true), (Self.otherService, "other-service", true),
            (Self.disabledService, "service", false),
        ]
        return "services:\n"
            + entries.map { name, key, isEnabled in
                """
                  - provider-name: \(name)
                    enabled: \(isEnabled)
                    display-name: {es: Sede atacada, en: Attacked service}
                    certificates: [{file: ../keys/\(key).pem}, \(spares(SpareKey.ofMessages))]
                    return-addresses: ["\(Parties.current.returnAddress)"]
                    lowest-loa: low
                    persons: [natural]
                    attributes: [PersonIdentifier, FamilyName, FirstName, DateOfBirth]

                """
            }.joined()
    }

    private var sources: String {
        """
        sources:
          - name: register
            cost: 1
            attributes:
              - {name: DateOfBirth, at: born}
            sql: {file: register.sqlite, table: people, key: document}

        """
    }
}
