// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import FuzzKit
import PuenteTestKit
import SAML
import XMLSecurity

/// Answers of the national gateway: legs 3 and 4 of the other direction, with what a register adds between them.
extension ResponseTarget {
    /// A message that the gateway signed, whatever is in it.
    static func follow(_ octets: [UInt8], _ scene: HomeScene) throws {
        guard var outcome = try outcome(of: octets, scene) else { return }
        if case .identified(let stated) = outcome {
            guard let whole = try accepted({ try scene.complete(stated) }) else { return }
            check(whole, stated, scene)
            outcome = .identified(whole)
        }
        let answer = promise("what was accepted can be delivered") { try scene.deliver(outcome) }
        let sent = promise("what we send is XML within limits, signed, and opens") { try scene.open(answer) }
        promise(sent.document.root.descendants(Namespace.saml2("Assertion")).isEmpty, "nobody is named in clear")
        guard case .identified(let whole) = outcome else {
            promise(sent.assertion == nil, "a refusal names nobody")
            return
        }
        promise(
            sent.attributes["PersonIdentifier"] == whole[.personIdentifier]?.values.map(\.text),
            "the identifier leaves as it was told")
        let asked = Set(["PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth"])
        promise(Set(sent.attributes.keys) == asked, "what was asked leaves, and nothing else")
    }

    private static func check(_ whole: Identity, _ stated: Identity, _ scene: HomeScene) {
        promise(whole.memberState == .spain && whole.person == .natural, "the gateway names people of ours")
        promise(scene.exchange.request.assurance.isMet(by: whole.assurance), "an identity is as strong as was asked")
        promise(scene.route.node.answerer.levels.contains(whole.assurance), "its level is one that we publish")
        let names = whole.attributes.map(\.name)
        promise(Set(names).count == names.count, "an attribute is there once")
        let identifier = whole[.personIdentifier]?.values.first.flatMap { PersonIdentifier($0.text) }
        promise(identifier?.from == "ES" && identifier?.to == "FR", "an identifier is of ours, for the state that asks")
        promise(
            identifier.flatMap { SpanishIdentifier($0.rest) }?.person == .natural, "an identifier is a person's number")
        for attribute in stated.attributes where attribute.name != .personIdentifier {
            promise(whole[attribute.name] == attribute, "a register changes nothing that the gateway said")
        }
    }
}
