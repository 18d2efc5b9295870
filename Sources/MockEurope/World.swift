// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import SAML
import XMLSecurity

/// Everything that a Puente and a small Europe around it need to run once: keys, settings, trust list, services, metadata.
/// Nothing in it is worth keeping.
public struct World: Sendable {
    public let folder: URL
    public let addresses: Addresses
    /// The `puente.yaml` to serve.
    public var settings: URL { folder.appending(path: "puente.yaml") }

    let keys: Keys
    let states: [MockState]

    struct Keys: Sendable {
        /// Signs our Connector's requests and its metadata.
        let connectorSigning: Credential
        let connectorEncryption: Credential
        /// Signs the gateway's answers.
        let gateway: Credential
        /// Of the demo service, for both things.
        let service: Credential
    }

    /// Makes the keys, which takes a second or two, and writes the files.
    ///
    /// - Parameters:
    ///   - folder: is made if it is absent. Files in it of the same names are replaced.
    ///   - mappings: the folder of `eidas.yaml` and `clave2.yaml`.
    public static func make(in folder: URL, addresses: Addresses, mappings: URL, at now: Date) async throws -> World {
        async let states = Self.states(addresses, at: now)
        async let keys = Self.keys(at: now)
        let world = World(folder: folder, addresses: addresses, keys: try await keys, states: try await states)
        try world.write(mappings: mappings, at: now)
        return world
    }

    private static func keys(at now: Date) async throws -> Keys {
        async let signing = Credential.make(.rsa(bits: 3072), "Demo Connector", at: now)
        async let encryption = Credential.make(
            .rsa(bits: 3072), "Demo Connector encryption", usage: .encryption, at: now)
        async let gateway = Credential.make(.rsa(bits: 2048), "Demo gateway", at: now)
        async let service = Credential.make(.rsa(bits: 2048), "Demo service", usage: .server, at: now)
        return try await Keys(
            connectorSigning: signing, connectorEncryption: encryption, gateway: gateway, service: service)
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
        for state in states {
            let document = try state.metadata(id: MessageID.random().rawValue, validUntil: now + 30 * 86_400)
            try Data(document).write(to: file("metadata/\(state.profile.path).xml"))
            try Data(state.credential.certificate.pem.utf8).write(to: file("metadata/\(state.profile.path).pem"))
        }
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
