// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML
import XMLSecurity

/// A MetadataServiceList. Who holds no pinned key is refused, or tells what was published; with one, a list speaks for its
/// own countries and roles, of the web, for a time that ends, and of each entity once.
///
/// The first octet chooses: `<` a list as it comes; `E` an edit script over good and evil ones; `S` a list that the pinned
/// key signs, `s` an edit script over good ones.
enum ListsTarget: FuzzTarget {
    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        let lists = (pool + [try Repository.octets("Tests/Vectors/others/mdsl-signed/mdservicelist.xml")]).enumerated()
        return lists.flatMap { index, octets in
            [(name: "list-\(index)", octets: octets), (name: "signed-\(index)", octets: Array("S".utf8) + octets)]
        } + EditScript.seeds("E", over: pool.count) + EditScript.seeds("s", over: pool.count)
    }

    static func run(_ octets: [UInt8]) throws {
        var script = EditScript(octets.dropFirst())
        switch octets.first {
        case UInt8(ascii: "E"): judge(script.edit(oneOf: pool))
        case UInt8(ascii: "S"): try sign(Array(octets.dropFirst()))
        case UInt8(ascii: "s"): try sign(script.edit(oneOf: pool))
        default: judge(octets)
        }
    }

    // MARK: Lists

    /// Good ones with the signature last and first, one that hides and suspends, one of a stranger, one unsigned.
    private static let pool = scenery("lists are written") { () throws -> [[UInt8]] in
        let last = try ListRecipe()
        var (first, swedish, strange, bare) = (last, last, last, last)
        first.place = 0
        try swedish.root.set("HideFromDiscovery", of: "MetadataLocation", "true")
        try swedish.root.set("Suspend", of: "Endpoint", "yes")
        try swedish.root.set("Territory", of: "MetadataList", "SE")
        strange.recipe = SignatureRecipe(.p256b)
        bare.isSigned = false
        return try [last, first, swedish, strange, bare].map { try $0.octets() }
    }
    private static let now = scenery("there is a world") { try World().now }
    private static let germany = scenery("there is a country") { try World.memberState("DE") }

    private static let honest = scenery("good lists are accepted") {
        try pool.prefix(3).map { try ListRecipe.verify($0) }
    }

    // MARK: Judging

    /// A list of somebody without the pinned key.
    private static func judge(_ octets: [UInt8]) {
        guard let list = accepted(octets) else { return }
        promise(honest.contains(list), "a list says what its publisher signed")
    }

    private static func sign(_ octets: [UInt8]) throws {
        guard let signed = try SignatureRecipe(.p256a).signedCopy(of: octets), let found = accepted(signed) else {
            return
        }
        promise(found.validUntil > now && found.validUntil < now + 401 * 86_400, "a list ends, and soon enough")
        promise(found.list.issueDate <= now + 60, "a list is of today")
        var known: Set<[String]> = []
        for location in found.list.locations {
            promise(location.territory == germany, "a list speaks for its own country")
            promise(location.url.hasPrefix("http"), "an address of the web")
            promise(!location.url.utf8.contains { $0 <= 32 || $0 == 127 }, "an address in one word")
            promise(location.url.utf8.count <= 1024, "an address has its limit")
            for endpoint in location.endpoints {
                let isNew = known.insert([endpoint.role.rawValue, endpoint.entityID.rawValue]).inserted
                promise(isNew, "an entity is listed once in a role")
                promise(endpoint.isHidden || !location.isHidden, "what is hidden hides what is in it")
            }
        }
        for rejection in found.list.leftOut {
            promise(rejection.rule == .metadataListEntry, "an entry that is left out is told")
            promise(!rejection.description.utf8.contains { $0 < 32 }, "a rejection is one line")
        }
    }

    private static func accepted(_ octets: [UInt8]) -> VerifiedServiceList? {
        do {
            return try ListRecipe.verify(octets)
        } catch let rejection as Rejection {
            promise(rejection.rule != .ownFailure, "a list is no reason to fail, but \(rejection)")
        } catch {
            promise(false, "nothing but a rejection is thrown, but \(error)")
        }
        return nil
    }
}

@_cdecl("fuzz_lists_main")
func fuzzLists(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    ListsTarget.main(count, arguments)
}
