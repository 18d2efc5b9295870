// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// G02, G06, G07: metadata that its pinned signer signed, and that nobody takes over without a person.
    static let changes: [Sample] = {
        var samples = Samples()
        samples.alone("G06", "the address moved to another host") {
            try await $0.waits("endpoint-host-moved") { genuine in
                try genuine.signing { try $0.set("Location", of: "SingleSignOnService", Genuine.evilAddress) }
            }
        }
        samples.alone("G06", "the key that signs turned to encryption") {
            try await $0.keepsOut("metadata.keys") { genuine in
                try genuine.signing {
                    try $0.removeSpareKeys()
                    try $0.set("use", of: "KeyDescriptor", "encryption")
                }
            }
        }
        samples.alone("G06", "no key at all") {
            try await $0.keepsOut("metadata.keys") { genuine in
                try genuine.signing {
                    try $0.removeSpareKeys()
                    try $0.remove("KeyDescriptor")
                }
            }
        }
        samples.alone("G06", "the role gone") {
            try await $0.waits("role-vanished") { genuine in
                let end = genuine.now + 86_400
                return try genuine.signing(GenuineMetadata.connector(World.country, at: genuine.now, until: end)) { _ in
                }
            }
        }
        samples.alone("G07", "all keys at once") {
            try await $0.waits("all-keys-changed") { genuine in
                try genuine.signing {
                    try $0.removeSpareKeys()
                    try $0.setText(of: "X509Certificate", TestKey.stranger.certificate().base64)
                }
            }
        }
        samples.alone("G02", "an older document with other content") {
            try await $0.waits("older") { genuine in
                try genuine.signing { root in
                    root.set("validUntil", Instant.write(genuine.now + 86_400))
                    try root.set("Location", of: "SingleSignOnService", "https://knoten.example.de/old")
                }
            }
        }
        return samples.all
    }()
}

extension Workbench {
    /// After the node abroad published something else: whether the change waits for a person, under this name.
    func waits(
        _ kind: String, _ publish: @escaping @Sendable (GenuineMetadata) throws -> [UInt8]
    ) async throws -> Outcome {
        try await withCopy { copy in
            try await copy.republish(publish)
            let plan = try await copy.puente("trust", "plan")
            guard try await copy.version() == 1 else { return .accepted("a version that nobody approved") }
            guard plan.output.contains(kind), plan.output.contains("waits for approval") else {
                return .broken("the plan says: " + plan.output.suffix(400))
            }
            return .refused(how: "\(kind) waits for approval", rule: nil)
        }
    }

    /// After the node abroad published what nobody can use: whether the old document stays, and the operator is told why.
    func keepsOut(
        _ rule: String, _ publish: @escaping @Sendable (GenuineMetadata) throws -> [UInt8]
    ) async throws -> Outcome {
        try await withCopy { copy in
            try await copy.republish(publish)
            let verdict = try await copy.puente("trust", "verify", copy.file("metadata/de.xml").path)
            guard try await copy.version() == 1 else { return .accepted("a version without a usable node") }
            guard verdict.code == 1, verdict.output.contains(rule) else {
                return .broken("the verdict says: " + verdict.output.suffix(400))
            }
            return .refused(how: "\(rule), the old document stays", rule: nil)
        }
    }

    /// A first version in force, then another document.
    private func republish(_ publish: (GenuineMetadata) throws -> [UInt8]) async throws {
        _ = try await puente("trust", "refresh")
        guard try await version() == 1 else { throw Obstacle("no first version of trust") }
        try Data(publish(GenuineMetadata(at: Date()))).write(to: file("metadata/de.xml"))
        _ = try await puente("trust", "refresh")
    }
}
