// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML

@testable import XMLSecurity

/// A whole answer, leg 3 and, if it is accepted, leg 4. Who holds no key of the responder is refused, or delivers what the
/// responder said, word for word; the responder itself may say what it likes, of people of its own country.
///
/// The first octet chooses: `<` a message as it comes; `E` an edit script over messages of the node and of an attacker;
/// `A` an assertion that the node encrypts and signs as it is, `a` an edit script over good ones; `R` and `r` the same for
/// a Response that the node signs. `F` is an edit script over messages of the national gateway and of an attacker; `G` and
/// `g` are a Response that the gateway signs; `P` and `p` the extract of a certificate in one.
enum ResponseTarget: FuzzTarget {
    private static let scene = scenery("the scene is set") { try Scene() }
    private static let home = scenery("the scene at home is set") { try HomeScene() }

    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        var seeds = try Vector.all(in: "answers").map { (name: $0.name, octets: $0.message) }
        for (index, assertion) in scene.assertions.enumerated() {
            seeds.append(("assertion-\(index)", Array("A".utf8) + assertion))
        }
        for (index, response) in scene.responses.enumerated() {
            seeds.append(("response-\(index)", Array("R".utf8) + response))
        }
        seeds += EditScript.seeds("E", over: scene.pool.count)
        seeds += EditScript.seeds("a", over: scene.assertions.count)
        seeds += EditScript.seeds("r", over: scene.responses.count)
        return try seeds + homeSeeds()
    }

    private static func homeSeeds() throws -> [(name: String, octets: [UInt8])] {
        var seeds = home.pool.enumerated().map { (name: "gateway-\($0.offset)", octets: $0.element) }
        for (mode, documents) in [("G", home.responses), ("P", home.extracts)] {
            seeds += documents.enumerated().map { ("\(mode)-\($0.offset)", Array(mode.utf8) + $0.element) }
        }
        return seeds + EditScript.seeds("F", over: home.pool.count) + EditScript.seeds("g", over: home.responses.count)
            + EditScript.seeds("p", over: home.extracts.count)
    }

    static func run(_ octets: [UInt8]) throws {
        var script = EditScript(octets.dropFirst())
        switch octets.first {
        case UInt8(ascii: "E"):
            try judge(script.edit(oneOf: scene.pool), scene)
        case UInt8(ascii: "A"):
            try follow(scene.answer(holding: Array(octets.dropFirst())), scene)
        case UInt8(ascii: "a"):
            try follow(scene.answer(holding: script.edit(oneOf: scene.assertions)), scene)
        case UInt8(ascii: "R"):
            if let signed = try scene.answer(copying: Array(octets.dropFirst())) { try follow(signed, scene) }
        case UInt8(ascii: "r"):
            if let signed = try scene.answer(copying: script.edit(oneOf: scene.responses)) { try follow(signed, scene) }
        case UInt8(ascii: "F"): try judge(script.edit(oneOf: home.pool), home)
        case UInt8(ascii: "G"):
            if let signed = try home.answer(copying: Array(octets.dropFirst())) { try follow(signed, home) }
        case UInt8(ascii: "g"):
            if let signed = try home.answer(copying: script.edit(oneOf: home.responses)) { try follow(signed, home) }
        case UInt8(ascii: "P"): try follow(home.answer(extracting: Array(octets.dropFirst())), home)
        case UInt8(ascii: "p"): try follow(home.answer(extracting: script.edit(oneOf: home.extracts)), home)
        default:
            try judge(octets, scene)
            try judge(octets, home)
        }
    }

    /// A message of somebody without a key.
    private static func judge(_ octets: [UInt8], _ scene: any Awaiting) throws {
        guard let outcome = try outcome(of: octets, scene) else { return }
        promise(scene.honest[signature(in: octets)] == outcome, "an answer says what the responder signed")
    }

    /// A message that the node signed, whatever is in it.
    private static func follow(_ octets: [UInt8], _ scene: Scene) throws {
        guard let outcome = try outcome(of: octets, scene) else { return }
        if case .identified(let identity) = outcome { check(identity, scene) }
        do {
            let sealed = try scene.route.sendResponse(outcome, in: scene.exchange, at: scene.now)
            try check(sealed, of: outcome, scene)
        } catch let rejection as Rejection {
            promise(rejection.rule == .attributeInvalid, "what was accepted can be delivered, but \(rejection)")
        }
    }

    static func outcome(of octets: [UInt8], _ scene: any Awaiting) throws -> AuthenticationOutcome? {
        try accepted { try scene.outcome(of: octets) }
    }

    static func accepted<T>(_ work: () throws -> T) throws -> T? {
        do {
            return try work()
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
            try sent.root.verifySignature(trusting: [TestKey.p256a.certificate()], policy: .clave, confirmedBy: nil)
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
