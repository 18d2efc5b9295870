// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Chains of certificates")
struct ChainTests {
    private static let now = Date(timeIntervalSince1970: 1_900_000_000)

    @Test(
        "A chain counts only where every link is strong and may issue",
        arguments: [("sound", true), ("sha1", false), ("rsa1024", false), ("no-authority", false)])
    func links(file: String, isSound: Bool) throws {
        let chain = try certificates(pemOrDER: try Repository.octets("Tests/Vectors/chains/\(file).pem"))
        try #require(chain.count == 3)
        #expect(chain[0].chains(to: [chain[2]], through: [chain[1]], at: Self.now) == isSound)
    }

    @Test("A chain ends with the first of its certificates that ends, and with the anchor that is pinned")
    func ends() throws {
        let chain = try certificates(pemOrDER: try Repository.octets("Tests/Vectors/chains/sound.pem"))
        try #require(chain.count == 3)
        #expect(!chain[0].chains(to: [chain[2]], through: [chain[1]], at: chain[2].notAfter + 1))
        #expect(!chain[0].chains(to: [chain[2]], through: [], at: Self.now))
        #expect(!chain[0].chains(to: [try TestKey.stranger.certificate()], through: chain, at: Self.now))
    }
}
