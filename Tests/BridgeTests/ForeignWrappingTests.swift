// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

/// Wrapping, as in ``HostileRequestTests``: who is asked for, and where the answer goes, would be the attacker's.
@Suite("Wrapped requests of a Connector")
struct ForeignWrappingTests {
    @Test("A good request within an evil one is refused", arguments: ["behind", "in Extensions", "in the Object"])
    func wrapped(place: String) throws {
        let request = ConnectorRequest()
        let signed = try request.recipe.sign(request.root, behind: 1)
        let signature = try #require(signed.first("Signature"))
        var bare = signed
        try bare.remove("Signature")
        var evil = request.root
        evil.set("ID", "_evil")
        evil.set("AssertionConsumerServiceURL", World.foreignAnswers + "/2")
        let inner = bare
        switch place {
        case "behind": evil = evil.inserting(signature, at: 1).appending(inner)
        case "in Extensions":
            try evil.edit("Extensions") { $0 = $0.appending(inner) }
            evil = evil.inserting(signature, at: 1)
        default: evil = evil.inserting(signature.appending(XMLNode(Namespace.ds("Object"), [], [inner])), at: 1)
        }
        let received = try ReceivedMessage(post: Base64.encode(evil.serialized()), relayState: nil)
        let world = try World(.proxyService)
        let rule = try brokenRule { _ = try world.route().receiveRequest(received, at: world.now) }
        #expect(rule == (place == "in the Object" ? .signatureStructure : .messageSchema))
    }
}
