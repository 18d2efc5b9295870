// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import FuzzKit
import PuenteTestKit
import SAML
import XMLSecurity

/// A whole request of a service, leg 1 and, if it is accepted, leg 2; or a logout. Who holds no key of the service is
/// refused, or asks what the service asked; the service itself gets no further than its registration.
///
/// The first octet chooses: `<` a message as it comes; `E` an edit script over messages of the service and of an attacker;
/// `S` a message that the service signs, `s` an edit script over good ones.
enum RequestTarget: FuzzTarget {
    private static let scene = scenery("the scene is set") { try Scene() }

    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        var seeds = try Vector.all(in: "requests").map { (name: $0.name, octets: $0.message) }
        for (index, message) in scene.unsigned.enumerated() {
            seeds.append(("signed-\(index)", Array("S".utf8) + message))
        }
        return seeds + EditScript.seeds("E", over: scene.pool.count)
            + EditScript.seeds("s", over: scene.unsigned.count)
    }

    static func run(_ octets: [UInt8]) throws {
        var script = EditScript(octets.dropFirst())
        switch octets.first {
        case UInt8(ascii: "E"): try judge(script.edit(oneOf: scene.pool))
        case UInt8(ascii: "S"): try sign(Array(octets.dropFirst()))
        case UInt8(ascii: "s"): try sign(script.edit(oneOf: scene.unsigned))
        default: try judge(octets)
        }
    }

    private static func sign(_ octets: [UInt8]) throws {
        let recipe = SignatureRecipe(Scene.service)
        guard let signed = try recipe.signedCopy(of: octets, behind: "Issuer") else { return }
        try follow(signed)
        try logOut(signed)
    }

    /// A message of somebody without a key.
    private static func judge(_ octets: [UInt8]) throws {
        guard let request = try accepted({ try scene.request(octets) }) else { return }
        promise(scene.honest[signature(in: octets)] == request, "a request asks what the service signed")
    }

    /// A message that the service signed, whatever is in it.
    private static func follow(_ octets: [UInt8]) throws {
        guard let request = try accepted({ try scene.request(octets) }) else { return }
        let requester = scene.requester
        promise(request.requester == requester.name, "a service asks for itself")
        promise(
            requester.returnAddresses.contains { $0.admits(request.reply.assertionConsumerService) },
            "the answer goes where the service registered")
        let names = request.attributes.map(\.name)
        promise(Set(names).isSubset(of: requester.attributes), "a service asks for what it registered")
        promise(Set(names).count == names.count, "an attribute is asked for once")
        promise(requester.persons.contains(request.person), "a service asks for whom it registered")
        promise(request.assurance.lowest >= requester.lowestLoA, "a service asks for no less than it registered")
        try ask(request)
    }

    private static func ask(_ request: AuthenticationRequest) throws {
        guard let (sealed, question) = try accepted({ try scene.ask(request) }) else { return }
        let sent = promise("what we send is XML within limits") { try SentDocument(sealed) }
        _ = promise("what we send is signed") {
            try sent.root.verifySignature(trusting: [TestKey.p256a.certificate()], policy: .eidas)
        }
        promise(sent.root["ID"] == question.id.rawValue, "the answer will be to our question")
        promise(sent.root["Destination"] == scene.address, "we ask the node that was chosen")
    }

    private static func logOut(_ octets: [UInt8]) throws {
        guard let answer = try accepted({ try scene.logOut(octets) }) else { return }
        promise(
            scene.requester.returnAddresses.contains { $0.admits(answer.destination) },
            "the answer to a logout goes where the service registered")
        _ = promise("the answer to a logout is XML within limits") { try SentDocument(answer) }
    }

    private static func accepted<T>(_ work: () throws -> T) throws -> T? {
        do {
            return try work()
        } catch let rejection as Rejection {
            promise(rejection.rule != .ownFailure, "a message is no reason to fail, but \(rejection)")
            promise(!rejection.description.utf8.contains { $0 < 32 }, "a rejection is one line")
            return nil
        }
    }
}

/// One service and one node abroad, with keys on P-256 where they are used at every run.
private struct Scene {
    static let service = TestKey.p256b

    private static let logout = XMLNode(
        Namespace.saml2p("LogoutRequest"),
        [
            ("Destination", World.gatewayAddress), ("ID", "_logout"), ("IssueInstant", World.instant),
            ("Version", "2.0"),
        ],
        [
            .issuer(ServiceRequest.returnAddress),
            XMLNode(
                Namespace.saml2("NameID"), [("Format", SAMLURI.unspecified)], text: ServiceRequest.name + ";Sede"),
        ])

    let route: Route
    let requester: Requester
    let address: String
    let now: Date
    /// Messages that the service signed, and some of an attacker.
    let pool: [[UInt8]]
    /// Messages that the service has yet to sign.
    let unsigned: [[UInt8]]
    /// What the service asked, by its signature.
    private(set) var honest: [[UInt8]: AuthenticationRequest] = [:]

    init() throws {
        var world = try World()
        world.requester.sender.signingCertificates.append(try Self.service.certificate())
        world.requester.seal = Seal(signer: try TestKey.p256a.signer())
        world.node.asker.signer = try TestKey.p256a.signer()
        route = try world.route()
        requester = world.requester
        address = world.responder.singleSignOnService
        let vectors = try Vector.all(in: "requests")
        let good = vectors.filter { $0.rule == nil }
        let evil = vectors.filter { $0.name.hasPrefix("c01") || $0.name.hasPrefix("c02") }
        now = good[0].now
        pool = (good + evil).map(\.message)
        unsigned = (ServiceRequest.Kit.allCases.map { ServiceRequest($0).root } + [Self.logout]).map { $0.serialized() }
        for vector in good {
            let request = try request(vector.message)
            honest[signature(in: vector.message)] = request
            // Leg 2 too, so that what it keeps for later is made here.
            _ = try ask(request)
        }
    }

    /// Leg 1.
    func request(_ octets: [UInt8]) throws -> AuthenticationRequest {
        try route.receiveRequest(received(octets), at: now).request
    }

    /// Leg 2.
    func ask(_ request: AuthenticationRequest) throws -> (SealedMessage, Exchange.Question) {
        guard let id = Exchange.ID(rawValue: "00112233445566778899aabbccddeeff") else {
            throw NothingToSpoil(name: "Exchange.ID")
        }
        let exchange = Exchange(id: id, request: request, browser: "", openedAt: now, expiresAt: now + 600)
        let state = try World.memberState("DE")
        return try route.sendRequest(exchange, to: state, relayState: "0f1e2d3c", at: now)
    }

    func logOut(_ octets: [UInt8]) throws -> SealedMessage {
        try route.answerLogout(received(octets), at: now).answer
    }

    private func received(_ octets: [UInt8]) throws -> ReceivedMessage {
        try ReceivedMessage(post: Base64.encode(octets), relayState: "x")
    }
}

@_cdecl("fuzz_request_main")
func fuzzRequest(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    RequestTarget.main(count, arguments)
}
