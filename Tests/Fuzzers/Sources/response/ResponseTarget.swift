// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML

@testable import XMLSecurity

/// A whole answer, leg 3 and, if it is accepted, leg 4. Who holds no key of the node abroad is refused, or delivers
/// what the node said, word for word; the node itself may say what it likes, of people of its own country.
///
/// The first octet chooses: `<` a message as it comes; `E` an edit script over messages of the node and of an attacker;
/// `A` an assertion that the node encrypts and signs as it is; `R` a Response that the node signs.
enum ResponseTarget: FuzzTarget {
    private static let scene = scenery("the scene is set") { try Scene() }

    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        var seeds = try Vector.all(in: "answers").map { ($0.name, $0.message) } + scene.seeds()
        for document in 0..<UInt8(scene.pool.count) {
            for edit in 0..<EditScript.kinds {
                seeds.append(("edit-\(document)-\(edit)", Array("E".utf8) + [0, document, edit, 0, 9, 0, 7, 0, 5, 1]))
            }
        }
        return seeds.map { (name: $0.0, octets: $0.1) }
    }

    static func run(_ octets: [UInt8]) throws {
        switch octets.first {
        case UInt8(ascii: "E"):
            var script = EditScript(octets.dropFirst())
            let document = scene.pool[script.number(below: scene.pool.count)]
            try judge(script.edit(document, with: scene.pool), scene)
        case UInt8(ascii: "A"):
            try follow(scene.answer(holding: Array(octets.dropFirst())), scene)
        case UInt8(ascii: "R"):
            guard let signed = try scene.answer(copying: Array(octets.dropFirst())) else { return }
            try follow(signed, scene)
        default: try judge(octets, scene)
        }
    }

    /// A message of somebody without a key.
    private static func judge(_ octets: [UInt8], _ scene: Scene) throws {
        guard let outcome = try outcome(of: octets, scene) else { return }
        promise(scene.honest[signature(in: octets)] == outcome, "an answer says what the node signed")
    }

    /// A message that the node signed, whatever is in it.
    private static func follow(_ octets: [UInt8], _ scene: Scene) throws {
        guard let outcome = try outcome(of: octets, scene) else { return }
        if case .identified(let identity) = outcome { check(identity, scene) }
        do {
            let sealed = try scene.snapshot.sendResponse(outcome, in: scene.exchange, at: scene.now)
            try check(sealed, of: outcome, scene)
        } catch let rejection as Rejection {
            promise(rejection.rule == .attributeInvalid, "what was accepted can be delivered, but \(rejection)")
        }
    }

    private static func outcome(of octets: [UInt8], _ scene: Scene) throws -> AuthenticationOutcome? {
        do {
            return try scene.outcome(of: octets)
        } catch let rejection as Rejection {
            promise(rejection.rule != .ownFailure, "a message is no reason to fail, but \(rejection)")
            promise(!rejection.description.utf8.contains { $0 < 32 }, "a rejection is one line")
            return nil
        }
    }

    private static func check(_ identity: Identity, _ scene: Scene) {
        promise(identity.memberState == scene.question.memberState, "a node names people of its own country")
        promise(scene.question.assurance.isMet(by: identity.assurance), "an identity is as strong as was asked")
        let names = identity.attributes.map(\.name)
        promise(Set(names).count == names.count, "an attribute is there once")
        for required in PersonKind.natural.minimumDataSet { promise(names.contains(required), "\(required) is there") }
        for value in identity.attributes.flatMap(\.values) {
            promise(!value.text.isEmpty && value.text == value.text.trimmingXMLSpace(), "a value is trimmed and there")
        }
        let identifier = identity[.personIdentifier]?.values.first?.text ?? ""
        promise(identifier.hasPrefix("DE/ES/"), "an identifier is of its country and for ours")
    }

    /// What leaves says whom we accepted, and nobody else.
    private static func check(_ sealed: SealedMessage, of outcome: AuthenticationOutcome, _ scene: Scene) throws {
        let sent = promise("what we send is XML within limits") { try SentDocument(sealed) }
        _ = promise("what we send is signed") {
            try sent.root.verifySignature(trusting: [TestKey.p256a.certificate()], policy: .clave)
        }
        guard case .identified(let identity) = outcome else { return }
        let all = sent.root.descendants.filter { $0["FriendlyName"] == "PersonIdentifier" }
        promise(
            all.flatMap(\.children).map(\.text) == identity[.personIdentifier]?.values.map(\.text),
            "the identifier leaves as it came")
    }
}

@_cdecl("fuzz_response_main")
func fuzzResponse(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    ResponseTarget.main(count, arguments)
}
