// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML
import XMLSecurity

/// Metadata of a peer. Who holds no pinned key is refused, or tells what the peer published; with one, what is read of it
/// can be used: an HTTPS address, a key that is strong enough, an end that is near enough.
///
/// The first octet chooses: `<` a document as it comes; `E` an edit script over published metadata; `S` a document that
/// the pinned key signs, `s` an edit script over published ones.
enum MetadataTarget: FuzzTarget {
    private static let folder = "Tests/Vectors/others/"
    private static let files = [
        "governikus-eidas-middleware/metadata/demo-release-ec.xml", "eidas-node/metadata/service-pss-valid.xml",
        "eidas-node/metadata/service-signature-broken.xml",
    ]

    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        let files = pool.enumerated().flatMap { index, octets in
            [("published-\(index)", octets), ("signed-\(index)", Array("S".utf8) + octets)]
        }
        return files.map { (name: $0.0, octets: $0.1) } + EditScript.seeds("E", over: pool.count)
            + EditScript.seeds("s", over: pool.count)
    }

    static func run(_ octets: [UInt8]) throws {
        var script = EditScript(octets.dropFirst())
        switch octets.first {
        case UInt8(ascii: "E"): try judge(script.edit(oneOf: pool))
        case UInt8(ascii: "S"): try sign(Array(octets.dropFirst()))
        case UInt8(ascii: "s"): try sign(script.edit(oneOf: pool))
        default: try judge(octets)
        }
    }

    private static func sign(_ octets: [UInt8]) throws {
        guard let signed = try SignatureRecipe(pinned).signedCopy(of: octets) else { return }
        for role in EntityDescriptor.Role.allCases { try follow(signed, as: role) }
    }

    // MARK: Published metadata

    private static let pool = scenery("metadata is there") { try files.map { try Repository.octets(folder + $0) } }
    private static let now = Instant.read("2023-04-01T00:00:00Z") ?? .distantPast

    private static let expected = scenery("the peer is known") {
        let shown = try XMLTree(parsing: pool[0], limits: .metadata).root.descendants.first {
            $0.local == "X509Certificate"
        }
        return MetadataExpectation(
            entityID: EntityID("https://autent-eumw-demo-release-ec.govkg.de/Metadata"),
            country: try World.memberState("DE"), role: .proxyService,
            pins: [try Certificate(der: shown?.base64 ?? [])])
    }
    private static let honest = scenery("published metadata is accepted") {
        try VerifiedEntity(pool[0], expecting: expected, confirmedBy: nil, at: now)
    }

    /// Metadata of somebody without the key.
    private static func judge(_ octets: [UInt8]) throws {
        guard let entity = try entity(octets, expected) else { return }
        promise(entity == honest, "nobody but the peer says what its metadata are")
    }

    // MARK: Metadata of a peer that writes what it likes

    private static let pinned = TestKey.p256a

    private static func follow(_ octets: [UInt8], as role: EntityDescriptor.Role) throws {
        let root = promise("what is signed is XML") { try XMLTree(parsing: octets, limits: .metadata) }.root
        let all = root.descendants
        guard let name = all.lazy.compactMap({ $0["entityID"] }).first else { return }
        let country = all.first { $0.local == "NodeCountry" }.flatMap { MemberState(rawValue: $0.trimmedText) }
        var expectation = expected
        expectation.entityID = EntityID(name.trimmingXMLSpace())
        expectation.country = country ?? expected.country
        expectation.role = role
        expectation.pins = [try pinned.certificate()]
        guard let found = try entity(octets, expectation) else { return }
        promise(found.entity.entityID == expectation.entityID, "the entity that was asked for")
        promise(found.descriptor.nodeCountry == expectation.country.rawValue, "an entity of its own country")
        promise(found.validUntil > now && found.validUntil < now + 400 * 86_400, "an end that is near enough")
        promise(
            found.descriptor.signingCertificates.contains { $0.publicKey.isStrong(for: .eidas) }, "a key that is strong"
        )
        let addresses = found.descriptor.endpoints.map(\.location)
        promise(!addresses.isEmpty, "an address")
        for address in addresses {
            promise(address.hasPrefix("https://") || address.hasPrefix("http://"), "an address of the web")
            promise(!address.utf8.contains { $0 <= 32 || $0 == 127 }, "an address in one word")
        }
    }

    private static func entity(_ octets: [UInt8], _ expectation: MetadataExpectation) throws -> VerifiedEntity? {
        do {
            return try VerifiedEntity(octets, expecting: expectation, confirmedBy: nil, at: now)
        } catch {
            promise(error.rule != .ownFailure, "metadata are no reason to fail, but \(error)")
            return nil
        }
    }
}

@_cdecl("fuzz_metadata_main")
func fuzzMetadata(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    MetadataTarget.main(count, arguments)
}
