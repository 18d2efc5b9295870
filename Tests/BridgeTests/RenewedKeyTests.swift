// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("Renewed certificates")
struct RenewedKeyTests {
    private static func certificate(_ world: World, from: Double, until: Double) throws -> Certificate {
        try TestKey.country.key().certify(
            commonName: "Germany", usage: .signing, from: world.now + from, until: world.now + until)
    }

    @Test("A country that renewed its certificate over the same key goes on, whatever the order in its metadata")
    func renewed() throws {
        var world = try World()
        let old = try Self.certificate(world, from: -200, until: -100)
        let new = try Self.certificate(world, from: -150, until: 1000)
        for certificates in [[old, new], [new, old]] {
            world.responder.sender.signingCertificates = certificates
            #expect(try brokenRule { _ = try world.accept() } == nil)
        }
        world.responder.sender.signingCertificates = [old]
        #expect(try brokenRule { _ = try world.accept() } == .signatureKeyExpired)
    }

    @Test("An assertion's own signature is by a certificate that is valid too")
    func ownSignature() throws {
        var world = try World()
        let ended = try TestKey.stranger.key().certify(
            commonName: "Germany", usage: .signing, from: world.now - 200, until: world.now - 100)
        let good = try TestKey.stranger.key().certify(
            commonName: "Germany", usage: .signing, from: world.now - 200, until: world.now + 100)
        for (certificates, rule) in [([ended], Rule.signatureKeyExpired), ([ended, good], nil)] {
            world.responder.sender.signingCertificates = [try TestKey.country.certificate()] + certificates
            let changed = world
            #expect(
                try brokenRule {
                    _ = try changed.accept { $0.assertionRecipe = SignatureRecipe(.stranger) }
                } == rule)
        }
    }
}
