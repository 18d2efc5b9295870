// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import XMLSecurity

/// The files of a node of their own, for attacks on who decides about them.
extension Workbench {
    /// A node of the attacker's, as it would stand in a trust list.
    static let evilNode = """
          - entity-id: https://evil.example/metadata
            country: EE
            role: proxy-service
            source: {file: de.xml}
            pins: [{file: ../keys/country.pem}]

        """

    // MARK: Two operators

    /// A copy where ana and luis decide together, with its first version in force.
    func withTwoOperators<T: Sendable>(_ body: @Sendable (Workbench) async throws -> T) async throws -> T {
        try await withCopy { copy in
            for name in ["ana", "luis", "eve"] {
                let key = try PrivateKey.generate(.ec(.p256))
                let certificate = try key.certify(
                    commonName: name, usage: .signing, from: Date() - 60, until: Date() + 86_400)
                try Data(try key.pem().utf8).write(to: copy.file(name + ".key"))
                try Data(certificate.pem.utf8).write(to: copy.file(name + ".pem"))
            }
            let section = """
                trust:
                  approvals: 2
                  operators: [{name: ana, key: {file: ana.pem}}, {name: luis, key: {file: luis.pem}}]

                """
            try copy.edit("puente.yaml") { $0 + section }
            _ = try await copy.puente("trust", "refresh")
            guard try await copy.version() == 1 else { throw Obstacle("no first version of trust") }
            return try await body(copy)
        }
    }

    /// After the trust list was changed: whether the change is shown, waits, and still waits when everything was fetched.
    func planShows(_ change: (String) -> String) async throws -> Outcome {
        try edit("metadata/trust-list.yaml", change)
        _ = try await puente("trust", "refresh")
        let plan = try await puente("trust", "plan")
        guard try await version() == 1 else { return .accepted("a version of trust that nobody approved") }
        guard plan.output.contains("waits for approval") else {
            return .accepted("a change that nobody sees: " + plan.output)
        }
        return .refused(how: "trust plan, waits for approval", rule: nil)
    }

    /// Adds a node, and applies the plan with signatures of these.
    func apply(signedBy signers: [String], _ isChanged: Bool) async throws -> Outcome {
        try edit("metadata/trust-list.yaml") { $0 + Self.evilNode }
        let plan = file("plan.json").path
        let planned = try await puente("trust", "plan", "--out", plan)
        guard planned.code == 0 else { throw Obstacle("no plan: " + planned.output) }
        var arguments = ["trust", "apply", "--yes", "--why", "an attack", "--plan", plan]
        for (number, name) in signers.enumerated() {
            let signature = file("plan.\(number).sig").path
            let signed = try await puente("trust", "sign", plan, "--key", file(name + ".key").path, "--out", signature)
            guard signed.code == 0 else { throw Obstacle(signed.output) }
            arguments += ["--signature", signature]
        }
        if isChanged { try edit("plan.json") { $0 + "\n" } }
        let applied = try await run(arguments + ["--config", file("puente.yaml").path])
        guard applied.code != 0, try await version() == 1 else { return .accepted("a plan that two did not sign") }
        guard applied.output.contains("Not done") else { return .broken("what it said: " + applied.output.suffix(300)) }
        return .refused(how: "trust apply, exit code \(applied.code)", rule: nil)
    }

    // MARK: Keys

    /// Puts our Connector's signing key somewhere else, and says what the operator is told.
    ///
    /// - Parameter words: what they have to read.
    func check(signingKey place: String, _ words: String) async throws -> Outcome {
        try await withCopy { copy in
            try Data("1234".utf8).write(to: copy.file("pin"))
            let key = TestKey.connector
            let store = try KeyStore.file("a", key.key(), [key.certificate()], passphrase: "another")
            try Data(store).write(to: copy.file("keys/sealed.p12"))
            for path in ["pin", "keys/sealed.p12"] {
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy.file(path).path)
            }
            try copy.edit("puente.yaml") {
                $0.replacing("signing-key: keys/connector.key", with: "signing-key: \(place)")
            }
            let result = try await copy.puente("check")
            guard result.code != 0 else { return .accepted("settings without a key") }
            guard result.output.contains(words) else { return .broken("what it said: " + result.output.suffix(300)) }
            return .refused(how: "check, exit code \(result.code)", rule: nil)
        }
    }
}
