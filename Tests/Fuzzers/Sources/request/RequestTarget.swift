// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import FuzzKit
import PuenteTestKit
import SAML
import XMLSecurity

/// A whole request of a service or of a Connector, leg 1 and, if it is accepted, leg 2; or a logout. Who holds no key of
/// the requester is refused, or asks what the requester asked; the requester itself gets no further than its registration.
///
/// The first octet chooses: `<` a message as it comes; `E` an edit script over messages of the service and of an attacker;
/// `S` a message that the service signs, `s` an edit script over good ones; `F`, `C` and `c` the same for the Connector.
enum RequestTarget: FuzzTarget {
    private static let service = scenery("the scene at home is set") { try Scene(.connector) }
    private static let connector = scenery("the scene abroad is set") { try Scene(.proxyService) }

    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        var seeds = try Vector.all(in: "requests").map { (name: $0.name, octets: $0.message) }
        for (mode, scene) in [("S", service), ("C", connector)] {
            seeds += scene.unsigned.enumerated().map { ("signed-\(mode)-\($0.offset)", Array(mode.utf8) + $0.element) }
        }
        return seeds + EditScript.seeds("E", over: service.pool.count)
            + EditScript.seeds("s", over: service.unsigned.count) + EditScript.seeds("F", over: connector.pool.count)
            + EditScript.seeds("c", over: connector.unsigned.count)
    }

    static func run(_ octets: [UInt8]) throws {
        var script = EditScript(octets.dropFirst())
        switch octets.first {
        case UInt8(ascii: "E"): try judge(script.edit(oneOf: service.pool), service)
        case UInt8(ascii: "F"): try judge(script.edit(oneOf: connector.pool), connector)
        case UInt8(ascii: "S"): try sign(Array(octets.dropFirst()), service)
        case UInt8(ascii: "C"): try sign(Array(octets.dropFirst()), connector)
        case UInt8(ascii: "s"): try sign(script.edit(oneOf: service.unsigned), service)
        case UInt8(ascii: "c"): try sign(script.edit(oneOf: connector.unsigned), connector)
        default: for scene in [service, connector] { try judge(octets, scene) }
        }
    }

    private static func sign(_ octets: [UInt8], _ scene: Scene) throws {
        let recipe = SignatureRecipe(Scene.requester)
        guard let signed = try recipe.signedCopy(of: octets, behind: "Issuer") else { return }
        try follow(signed, scene)
        if scene.route.direction == .connector { try logOut(signed, scene) }
    }

    /// A message of somebody without a key.
    private static func judge(_ octets: [UInt8], _ scene: Scene) throws {
        guard let request = try accepted({ try scene.request(octets) }) else { return }
        promise(scene.honest[signature(in: octets)] == request, "a request asks what the requester signed")
    }

    /// A message that the requester signed, whatever is in it.
    private static func follow(_ octets: [UInt8], _ scene: Scene) throws {
        guard let request = try accepted({ try scene.request(octets) }) else { return }
        let requester = scene.requester
        promise(request.requester == requester.name, "a requester asks for itself")
        promise(
            requester.returnAddresses.contains { $0.admits(request.reply.assertionConsumerService) },
            "the answer goes where the requester registered")
        let names = request.attributes.map(\.name)
        promise(Set(names).count == names.count, "an attribute is asked for once")
        promise(requester.persons.contains(request.person), "a requester asks for whom it registered")
        switch scene.route.direction {
        case .connector:
            promise(Set(names).isSubset(of: requester.attributes), "a service asks for what it registered")
            promise(request.assurance.lowest >= requester.lowestLoA, "a service asks for no less than it registered")
            try ask(request, scene)
        case .proxyService:
            checkData(of: request, scene)
            try serve(request, scene)
        }
    }

    private static func checkData(of request: AuthenticationRequest, _ scene: Scene) {
        let rows = request.attributes.compactMap { scene.route.requesterDialect.mapping[$0.name] }
        promise(rows.count == request.attributes.count, "only what we know is asked for")
        promise(!rows.contains { $0.name.isRepresentative }, "nobody asks for a representative")
        promise(Set(rows.map(\.person)).count <= 1, "one kind of person is asked for")
        let names = Set(rows.map(\.name))
        promise(rows.isEmpty || names.isSuperset(of: request.person.minimumDataSet), "a data set is asked for whole")
        promise(request.attributes.map(\.isRequired) == rows.map(\.isMandatory), "what is mandatory is required")
    }

    /// A Connector's request is served, or its Connector is told why not.
    private static func serve(_ request: AuthenticationRequest, _ scene: Scene) throws {
        do {
            try scene.route.checkService(of: request)
        } catch {
            let sealed = promise("a refusal can be told") { try scene.refuse(request, error) }
            let sent = promise("what we send is XML within limits") { try SentDocument(sealed) }
            promise(sent.root.descendants(Namespace.saml2("Assertion")).isEmpty, "a refusal names nobody")
            return
        }
        guard let sent = try ask(request, scene) else { return }
        let asked = sent.root.descendants.compactMap { $0["FriendlyName"] }
        promise(asked.contains("EIDASIdP"), "nobody is sent round two nodes")
    }

    @discardableResult
    private static func ask(_ request: AuthenticationRequest, _ scene: Scene) throws -> SentDocument? {
        guard let (sealed, question) = try accepted({ try scene.ask(request) }) else { return nil }
        let sent = promise("what we send is XML within limits") { try SentDocument(sealed) }
        _ = promise("what we send is signed") {
            try sent.root.verifySignature(trusting: [TestKey.p256a.certificate()], policy: .eidas, confirmedBy: nil)
        }
        promise(sent.root["ID"] == question.id.rawValue, "the answer will be to our question")
        promise(sent.root["Destination"] == scene.address, "we ask the responder that was chosen")
        return sent
    }

    private static func logOut(_ octets: [UInt8], _ scene: Scene) throws {
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

@_cdecl("fuzz_request_main")
func fuzzRequest(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    RequestTarget.main(count, arguments)
}
