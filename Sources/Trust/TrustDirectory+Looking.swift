// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
public import Foundation
import SAML
import Settings
import Synchronization
import XMLSecurity

/// What one document would mean for one node.
public struct TrustVerdict: Sendable {
    public let node: NodeKey
    public let country: MemberState
    /// Why it would not be taken; `nil` if it would.
    public let failure: Rejection?
    public let validUntil: Date?
    /// What it would change; `nil` for nothing but the end of the validity.
    public let step: TrustPlan.Step?
}

extension TrustDirectory {
    /// What a document would mean for each node of the trust lists.
    public func verdicts(on octets: [UInt8], at now: Date) -> [TrustVerdict] {
        let state = state.withLock { $0 }
        let held = state.held.keyed(by: \.key)
        // Only what would be said of it depends on this: whether it would wait.
        let turnedBack = (try? archive.turnedBack()) ?? [:]
        let digest = DocumentFolder.Digest(of: octets)
        return (state.files.registry.nodes + state.listings.flatMap(\.nodes)).map { entry in
            let key = NodeKey(entry)
            do throws(Rejection) {
                let entity = try Self.verify(octets, entry, confirmedBy: opinions, at: now)
                _ = try state.revocations.judge(entity, entry, at: now)
                let wish = Wish(record: NodeRecord(entry: entry, document: digest), entity: entity)
                let past = try? verifier.past(wish, held[key], turnedBack[key] ?? [], archive, at: now)
                let step = TrustPlan.Step(held[key], wish, TakeOverRules(settings.trust.changes), past ?? Past())
                return TrustVerdict(
                    node: key, country: entry.country, failure: nil, validUntil: entity.validUntil, step: step)
            } catch {
                return TrustVerdict(node: key, country: entry.country, failure: error, validUntil: nil, step: nil)
            }
        }
    }

    /// What is in force as files: a trust list and, by name, the documents that it names.
    public func export(at now: Date) throws -> [(name: String, octets: Data)] {
        let (held, revocations) = state.withLock { ($0.held, $0.revocations) }
        var files: [String: Data] = [:]
        var entries: [String] = []
        for node in held {
            let name = node.record.document.map { "\($0.rawValue.prefix(16)).xml" }
            if let digest = node.record.document, let name { files[name] = Data(try documents.read(digest)) }
            entries.append(node.entry.yaml(documentName: name))
        }
        let head = "# The trust of version \(version), as it was in force at \(Instant.write(now)).\nnodes:\n"
        let list = held.isEmpty ? head.replacingOccurrences(of: "nodes:\n", with: "nodes: []\n") : head
        var lists: [String] = []
        for part in revocations.parts {
            let name = part.document.map { "\($0.rawValue.prefix(16)).crl" }
            if let digest = part.document, let name {
                files[name] = Data(try part.octets ?? documents.read(digest))
            }
            lists.append(part.yaml(documentName: name))
        }
        let tail = lists.isEmpty ? "" : "\nrevocation-lists:\n" + lists.joined(separator: "\n")
        files["trust-list.yaml"] = Data((list + entries.joined(separator: "\n") + tail).utf8)
        return files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// JSON strings are YAML strings.
private func quoted(_ text: String) -> String {
    (try? String(decoding: JSON.encode(text), as: UTF8.self)) ?? "\"\""  // A string is always JSON.
}

extension NodeEntry.Source {
    /// - Parameter documentName: of a file beside the list that has what the source gave.
    fileprivate func yaml(_ documentName: String?) -> String {
        switch (documentName, self) {
        case (let name?, _): "{file: \(quoted(name))}"
        case (nil, .file(let path)): "{file: \(quoted(path))}"
        case (nil, .https(let url, let authority)):
            "{url: \(quoted(url))\(authority.map { ", certificate-authority: \(quoted($0))" } ?? "")}"
        }
    }
}

extension Revocations.Part {
    fileprivate func yaml(documentName: String?) -> String {
        [
            "  - issuer: \(quoted(issuer.base64))", "    source: \(entry.source.yaml(documentName))",
            "    mandatory: \(entry.isRequired)",
        ].joined(separator: "\n") + "\n"
    }
}

extension NodeEntry {
    /// An entry of a trust list.
    fileprivate func yaml(documentName: String?) -> String {
        var lines = [
            "  - entity-id: \(quoted(entityID.rawValue))", "    country: \(country.rawValue)",
            "    role: \(role.rawValue)",
            "    source: \(source.yaml(documentName))", "    pins:",
        ]
        lines += pins.map { "      - \(quoted((try? Certificate.configured($0))?.base64 ?? ""))" }
        if pins.isEmpty { lines[lines.count - 1] = "    pins: []" }
        if !displayName.isEmpty {
            let names = displayName.sorted { $0.key < $1.key }.map { "\($0.key): \(quoted($0.value))" }
            lines.append("    display-name: {\(names.joined(separator: ", "))}")
        }
        return (lines + profile.yaml + ["    enabled: \(enabled)"]).joined(separator: "\n") + "\n"
    }
}

extension PeerProfile {
    fileprivate var yaml: [String] {
        [
            "    profile:",
            "      allows-unsigned-metadata: \(allowsUnsignedMetadata)",
            "      clock-skew-seconds: \(clockSkewSeconds)",
            "      sends-requester-id: \(sendsRequesterID.rawValue)",
            "      requests-name-id: \(requestsNameID.rawValue)",
            "      allows-old-key-transport: \(allowsOldKeyTransport)",
            "      accepts-non-notified: \(acceptsNonNotified)",
            "      requires-subject-confirmation: \(requiresSubjectConfirmation)",
        ]
    }
}
