// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
public import Foundation
import SAML
import XMLSecurity
import YAMLText

/// Everything that a Puente and a small Europe around it need to run once: keys, settings, trust list, services, metadata.
/// Nothing in it is worth keeping.
public struct World: Sendable {
    public let folder: URL
    public let addresses: Addresses
    /// The `puente.yaml` to serve.
    public var settings: URL { folder.appending(path: "puente.yaml") }

    let keys: Keys
    let states: [MockState]
    let connectors: [FrenchConnector]
    let authority: TestAuthority
    let registers: MockRegisters

    struct Keys: Sendable {
        /// Signs our Connector's requests and its metadata.
        let connectorSigning: Credential
        let connectorEncryption: Credential
        /// Signs the gateway's answers.
        let gateway: Credential
        /// Of the demo service, for both things.
        let service: Credential
        /// Signs our Proxy-Service's answers and its metadata.
        let proxySigning: Credential
        /// Signs our requests to the Cl@ve gateway.
        let claveService: Credential
        /// Signs the answers of the mock Cl@ve gateway.
        let claveGateway: Credential
        /// Of nobody that anybody knows.
        let stranger: Credential
    }

    /// Makes the keys, which takes a second or two, and writes the files.
    ///
    /// - Parameters:
    ///   - folder: is made if it is absent. Files in it of the same names are replaced.
    ///   - mappings: the folder of `eidas.yaml` and `clave2.yaml`.
    public static func make(in folder: URL, addresses: Addresses, mappings: URL, at now: Date) async throws -> World {
        async let states = Self.states(addresses, at: now)
        async let keys = Self.keys(at: now)
        async let connectors = Self.connectors(addresses, at: now)
        let world = World(
            folder: folder, addresses: addresses, keys: try await keys, states: try await states,
            connectors: try await connectors, authority: try TestAuthority.make(at: now),
            registers: try MockRegisters.make(base: addresses.states + "/registers", at: now))
        try world.write(mappings: mappings, at: now)
        return world
    }

    private static func keys(at now: Date) async throws -> Keys {
        async let signing = Credential.make(.rsa(bits: 3072), "Demo Connector", at: now)
        async let encryption = Credential.make(
            .rsa(bits: 3072), "Demo Connector encryption", usage: .encryption, at: now)
        async let gateway = Credential.make(.rsa(bits: 2048), "Demo gateway", at: now)
        async let service = Credential.make(.rsa(bits: 2048), "Demo service", usage: .server, at: now)
        async let claveService = Credential.make(.rsa(bits: 2048), "Demo Puente at Cl@ve", at: now)
        async let claveGateway = Credential.make(.rsa(bits: 2048), "Mock Cl@ve gateway", at: now)
        async let stranger = Credential.make(.rsa(bits: 2048), "Somebody else", at: now)
        return try await Keys(
            connectorSigning: signing, connectorEncryption: encryption, gateway: gateway, service: service,
            proxySigning: .make(.ec(.p256), "Demo Proxy-Service", at: now), claveService: claveService,
            claveGateway: claveGateway, stranger: stranger)
    }

    static func connectors(_ addresses: Addresses, at now: Date) throws -> [FrenchConnector] {
        let signing = try Credential.make(.ec(.p384), "Mock France Connector", country: "FR", at: now)
        let curve = try Credential.make(
            .ec(.p256), "Mock France encryption", country: "FR", usage: .agreement, at: now)
        let rsa = try Credential.make(
            .rsa(bits: 3072), "Mock France encryption", country: "FR", usage: .encryption, at: now)
        return Registration.allCases.map { registration in
            FrenchConnector(
                registration: registration, base: "\(addresses.states)/fr/connector/\(registration.rawValue)",
                signing: signing, encryption: registration == .rsa ? rsa : curve)
        }
    }

    private static func states(_ addresses: Addresses, at now: Date) async throws -> [MockState] {
        try await withThrowingTaskGroup(of: MockState.self) { group in
            for profile in StateProfile.all {
                group.addTask {
                    let name = "Mock \(profile.englishName)"
                    let credential = try Credential.make(profile.key, name, country: profile.country.rawValue, at: now)
                    return MockState(
                        profile: profile, base: "\(addresses.states)/\(profile.path)", credential: credential)
                }
            }
            var made: [MockState] = []
            for try await state in group { made.append(state) }
            return made.sorted { $0.profile.country < $1.profile.country }
        }
    }
}

extension World {
    fileprivate func write(mappings: URL, at now: Date) throws {
        for name in ["keys", "metadata", "mappings"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        try write(keys.connectorSigning, "connector-signing")
        try write(keys.connectorEncryption, "connector-encryption")
        try write(keys.gateway, "clave-signing")
        try write(keys.service, "service")
        try write(keys.proxySigning, "proxy-signing")
        try write(keys.claveService, "clave-service")
        try write(keys.claveGateway, "clave-gateway")
        for state in states {
            let document = try state.metadata(id: MessageID.random().rawValue, validUntil: now + 30 * 86_400)
            try Data(document).write(to: file("metadata/\(state.profile.path).xml"))
            try Data(state.credential.certificate.pem.utf8).write(to: file("metadata/\(state.profile.path).pem"))
        }
        for connector in connectors where connector.registration != .unknown {
            try Data(connector.metadata(at: now)).write(to: file("metadata/\(connector.fileName).xml"))
        }
        try Data(connectors[0].signing.certificate.pem.utf8).write(to: file("metadata/fr-connector.pem"))
        try registers.write(into: folder)
        for name in ["eidas.yaml", "clave2.yaml"] {
            try Data(contentsOf: mappings.appending(path: name)).write(to: file("mappings/\(name)"))
        }
        try Data(settingsText.utf8).write(to: settings)
        try Data(trustListText.utf8).write(to: file("metadata/trust-list.yaml"))
        try Data(servicesText.utf8).write(to: file("metadata/services.yaml"))
    }

    private func write(_ credential: Credential, _ name: String) throws {
        let key = file("keys/\(name).key")
        try Data(credential.key.pem().utf8).write(to: key)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
        try Data(credential.certificate.pem.utf8).write(to: file("keys/\(name).pem"))
    }

    private func file(_ path: String) -> URL { folder.appending(path: path) }
}

extension FrenchConnector {
    /// Of its metadata, without the ending.
    var fileName: String { "fr-connector-" + registration.rawValue }
}

extension World {
    /// What the mock gateway reads and writes by: the copy that Puente has.
    func claveMapping() throws -> MappingTable {
        let faults = Faults()
        let path = folder.appending(path: "mappings/clave2.yaml").path
        guard let table = MappingTable.read(path: path, into: faults), faults.isEmpty else {
            throw Surprise("a mapping table", faults.sorted.map(\.description).joined(separator: "; "))
        }
        return table
    }

    /// The mock Cl@ve gateway with the services that are registered there.
    func gatewayDialect() throws -> GatewayDialect {
        let mapping = try claveMapping()
        let seal = Seal(signer: try keys.claveGateway.signer(.rsaSHA512), protection: .inClear)
        return GatewayDialect(
            mapping: mapping, origin: addresses.gateway,
            services: [
                .registered(
                    Self.claveName, "Puente, nodo eIDAS de demostración", keys.claveService.certificate,
                    answers: addresses.puente + "/", usual: "clave/acs", mapping: mapping, seal: seal)
            ], otherSigner: try keys.stranger.signer(.rsaSHA512))
    }

    /// Under which Puente is registered at the mock gateway.
    static let claveName = "S0000000J_E00000003"
}
