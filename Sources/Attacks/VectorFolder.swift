// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

/// Samples as files, for implementations that are not driven over HTTP by us.
public enum VectorFolder {
    /// Writes every sample that is one document, genuine documents of each role, the keys, and a README.
    ///
    /// - Returns: how many vectors were written.
    public static func write(_ samples: [Sample], to folder: URL, at now: Date) throws -> Int {
        try FileManager.default.createDirectory(
            at: folder.appending(path: "keys"), withIntermediateDirectories: true)
        var count = 0
        for role in Role.messages {
            let genuine = try genuine(role, at: now)
            try write(
                genuine.signed.serialized(), role, "accepted", "a genuine message", genuine,
                to: folder.appending(path: "genuine-\(role.rawValue).vector"))
            count += 1
        }
        let metadata = try GenuineMetadata(at: now)
        try write(metadata.signed.serialized(), "accepted", "genuine metadata", now, to: folder, "genuine-metadata")
        count += 1
        for (index, sample) in samples.enumerated() {
            let name = "\(sample.attackClass)-\(sample.role.rawValue)-\(index)"
            let rule = sample.rules.first?.code ?? Rule.messageSchema.code
            switch sample.attempt {
            case .document(let make):
                let genuine = try genuine(sample.role, at: now)
                try write(
                    try make(genuine), sample.role, rule, sample.title, genuine,
                    to: folder.appending(path: name + ".vector"))
            case .metadata(let make):
                try write(try make(GenuineMetadata(at: now)), rule, sample.title, now, to: folder, name)
            case .submission, .steps, .alone: continue
            }
            count += 1
        }
        try writeKeys(to: folder.appending(path: "keys"))
        try Data(readme.utf8).write(to: folder.appending(path: "README.md"))
        return count
    }

    private static func genuine(_ role: Role, at now: Date) throws -> Genuine {
        role.isAnswer
            ? try Attacker.answer(role, to: MessageID(question), relayState: relayState, at: now)
            : try Attacker.request(role, at: now)
    }

    /// What every answer of a folder answers.
    private static let question = "_7f3a9c0e5d1b48c2a6e4f80913d57b2c"
    private static let relayState = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

    private static func write(
        _ message: [UInt8], _ role: Role, _ expect: String, _ title: String, _ genuine: Genuine, to file: URL
    ) throws {
        let head = [
            "expect: \(expect)", "now: \(Instant.write(genuine.now))", "role: \(role.rawValue)", "note: \(title)",
            "in-response-to: \(role.isAnswer ? question : "-")", "relay-state: \(genuine.relayState ?? "-")",
        ]
        try Data(Array((head.joined(separator: "\n") + "\n\n").utf8) + message).write(to: file)
    }

    private static func write(
        _ message: [UInt8], _ expect: String, _ title: String, _ now: Date, to folder: URL, _ name: String
    ) throws {
        let head = ["expect: \(expect)", "now: \(Instant.write(now))", "role: metadata", "note: \(title)"]
        try Data(Array((head.joined(separator: "\n") + "\n\n").utf8) + message).write(
            to: folder.appending(path: name + ".vector"))
    }

    private static func writeKeys(to folder: URL) throws {
        let peers: [(String, TestKey)] = [
            ("service", .service), ("country", .country), ("national-gateway", .gateway),
        ]
        for (name, key) in peers {
            try Data(try key.certificate().pem.utf8).write(to: folder.appending(path: name + ".pem"))
        }
        let own = try TestKey.connectorEncryption.key().pem() + TestKey.connectorEncryption.certificate().pem
        try Data(own.utf8).write(to: folder.appending(path: "connector-encryption.pem"))
    }

    private static var readme: String {
        let parties = Parties.current
        return """
            # Vectors

            Hostile messages, and a genuine one of each kind beside them. A file has lines `name: value`, an empty line, and the
            message: XML as octets, before Base64. All keys were made for this folder.

            | Line | Says |
            |---|---|
            | `expect` | `accepted`, or the rule that refuses it in Puente (Docs/errors.md); any reason that means the same will do |
            | `now` | the instant at which it is judged |
            | `role` | who takes it, see below |
            | `note` | what is wrong with it |
            | `in-response-to` | the ID of the question that an answer answers |
            | `relay-state` | what comes back beside it |

            | Role | A message from | to | signed with |
            |---|---|---|---|
            | gateway | the service \(parties.service), answered at \(parties.returnAddress) | \(parties.gatewayAddress) | keys/service.pem |
            | connector | the Proxy-Service \(parties.country), DE | \(parties.answerAddress), audience \(parties.connector), encrypted for keys/connector-encryption.pem | keys/country.pem |
            | proxy-service | the Connector \(parties.foreignConnector), FR, answered at \(parties.foreignAnswers) | \(parties.singleSignOn) | keys/country.pem |
            | service | the national gateway \(parties.nationalIssuer) | \(parties.gatewayAnswers), which is the audience | keys/national-gateway.pem |
            | metadata | the Proxy-Service \(parties.country), DE | | keys/country.pem |

            """
    }
}
