// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import NIOCore
import NIOPosix
import SAML
import Settings
import Testing
import Trust
import XMLSecurity
import YAMLText

@testable import MockEurope

@Suite("A throw-away world")
struct WorldTests {
    static let now = Date(timeIntervalSince1970: 1_780_000_000)
    static let addresses = Addresses(from: 18_080)

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("Its files are what an operator could have written, without a fault")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }  // In a temporary folder it may stay.
        let world = try await MockEurope.World.make(
            in: folder, addresses: Self.addresses, mappings: Self.repository.appending(path: "mappings"), at: Self.now)

        let settings = Settings.read(path: world.settings.path)
        #expect(settings.faults.isEmpty)
        #expect(settings.value?.publicURL.description == Self.addresses.puente)
        let registry = Registry.read(
            trustLists: [folder.appending(path: "metadata/trust-list.yaml").path],
            services: [folder.appending(path: "metadata/services.yaml").path],
            rules: RegistryRules(attributes: Set(Datum.allCases.map { AttributeName($0.rawValue) })))
        #expect(registry.faults.isEmpty)
        let connectors = Registration.allCases.filter { $0 != .unknown }
        #expect(registry.value?.nodes.filter { $0.role == .proxyService }.count == StateProfile.all.count)
        #expect(registry.value?.nodes.filter { $0.role == .connector }.count == connectors.count)
        #expect(
            registry.value?.services.map(\.providerName.rawValue) == [Delivery.plain, .encrypted].map(\.providerName))
    }

    @Test("A port that is taken is replaced by a free one")
    func ports() async throws {
        let holder = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let taken = try #require(holder.localAddress?.port)
        let found = try await Addresses.free(from: taken)
        try await holder.close()
        #expect(found[.puente] != taken)
        #expect(Set(Addresses.Server.allCases.map { found[$0] }).count == Addresses.Server.allCases.count)
    }
}

@Suite("Mock states")
struct MockStateTests {
    static let states: [MockState] = StateProfile.all.compactMap { profile in
        // A key that cannot be made shows as a state that is missing.
        let credential = try? Credential.make(profile.key, "Mock", at: WorldTests.now)
        return credential.map {
            MockState(profile: profile, base: "http://localhost:1/\(profile.path)", credential: $0)
        }
    }

    @Test("Every profile makes a state")
    func all() { #expect(Self.states.count == StateProfile.all.count) }

    @Test("Metadata is accepted under the state's own pin", arguments: states)
    func metadata(state: MockState) throws {
        let octets = try state.metadata(id: "_m", validUntil: WorldTests.now + 86_400)
        let entity = try VerifiedEntity(
            octets,
            expecting: MetadataExpectation(
                entityID: state.entityID, country: state.profile.country, role: .proxyService,
                pins: [state.credential.certificate]),
            confirmedBy: nil,
            at: WorldTests.now)
        #expect(entity.descriptor.attributes == state.profile.data.map(\.uri))
        #expect(entity.descriptor.endpoints.map(\.location) == [state.singleSignOnService])
        #expect(entity.entity.levelsOfAssurance.count == state.profile.levels.count)
    }

    @Test("Every citizen has the whole minimum data set", arguments: StateProfile.all.flatMap(\.citizens))
    func citizens(citizen: Citizen) {
        #expect(
            citizen.kind.minimumDataSet.allSatisfy { name in
                citizen.data.contains { $0.datum.rawValue == name.rawValue }
            })
    }
}
