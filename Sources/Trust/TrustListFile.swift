// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
public import YAMLText

/// `metadata/trust-list.yaml`, and others like it: the nodes of the member states. The commented example and
/// `Docs/schema/trust-list.json` explain each key; relative paths are seen from the folder of the file.
public enum TrustListFile {
    public static func read(path: String, rules: RegistryRules) -> Reading<[NodeEntry]> {
        Reading { RegistryReader(rules: rules, faults: $0).nodes(path: path) }
    }
}

extension RegistryReader {
    /// Metadata and trust anchors that are larger are refused.
    private static let fileLimit = 32 << 20

    func nodes(path: String) -> [NodeEntry] {
        guard let root = YAMLDocument.read(path: path, into: faults) else { return [] }
        return root.map { $0.required("nodes").list(of: "nodes").compactMap(node) } ?? []
    }

    private func node(_ value: YAMLValue) -> NodeEntry? {
        let entry = value.map(node(_:))
        if rules.isProduction, entry?.enabled == true { value.refusePlaceholders() }
        return entry
    }

    private func node(_ map: YAMLMap) -> NodeEntry {
        let id = map.required("entity-id")
        let role: EntityDescriptor.Role? = map.required("role").word()
        let entityID = id.uri(advice: "Copy entityID from the metadata, letter by letter.")
        if let role { claim(entityID, as: role.rawValue, at: id) }
        let enabled = map["enabled"].bool() ?? true
        let profile = map["profile"].section { self.profile($0, enabled: enabled) }
        return NodeEntry(
            entityID: EntityID(entityID ?? ""),
            country: map.required("country").countryCode().flatMap(MemberState.init) ?? .spain,
            role: role ?? .proxyService,
            source: map.required("source").map(source) ?? .file(path: ""),
            pins: pins(map, isOptional: profile.allowsUnsignedMetadata),
            profile: profile,
            displayName: map["display-name"].textByLanguage(),
            enabled: enabled)
    }

    private func pins(_ map: YAMLMap, isOptional: Bool) -> [Data] {
        isOptional ? map["pins"].certificates(rules, atLeast: 0) : map.required("pins").certificates(rules)
    }

    private func source(_ map: YAMLMap) -> NodeEntry.Source {
        let (file, url, authority) = (map["file"], map["url"], map["certificate-authority"])
        if file.isPresent == url.isPresent {
            map.fault(
                expected: "either file or url", found: file.isPresent ? "both" : "neither",
                advice: "Write file: for a copy on disk, or url: for an https address.")
        }
        if file.isPresent, authority.isPresent {
            authority.fault(
                expected: "certificate-authority only beside url", found: "it beside file", advice: "Remove it.")
        }
        let anchors = authority.existingFile(limit: Self.fileLimit)
        if let path = file.existingFile(limit: Self.fileLimit) { return .file(path: path) }
        return .https(url: url.secureAddress()?.description ?? "", certificateAuthority: anchors)
    }

    private func profile(_ map: YAMLMap, enabled: Bool) -> PeerProfile {
        var profile = PeerProfile()
        let unsigned = map["allows-unsigned-metadata"]
        profile.allowsUnsignedMetadata = unsigned.bool() ?? profile.allowsUnsignedMetadata
        profile.clockSkewSeconds = map["clock-skew-seconds"].integer(in: 0...300) ?? profile.clockSkewSeconds
        profile.sendsRequesterID = map["sends-requester-id"].word() ?? profile.sendsRequesterID
        profile.requestsNameID = map["requests-name-id"].word() ?? profile.requestsNameID
        profile.allowsOldKeyTransport = map["allows-old-key-transport"].bool() ?? profile.allowsOldKeyTransport
        profile.acceptsNonNotified = map["accepts-non-notified"].bool() ?? profile.acceptsNonNotified
        profile.requiresSubjectConfirmation =
            map["requires-subject-confirmation"].bool() ?? profile.requiresSubjectConfirmation
        if rules.isProduction, enabled, profile.allowsUnsignedMetadata {
            unsigned.fault(
                expected: "signed metadata, because production is true", found: "true",
                advice: "Remove the key and pin the certificate that signs the metadata.")
        }
        return profile
    }
}
