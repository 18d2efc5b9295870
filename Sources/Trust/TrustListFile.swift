// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
public import YAMLText

/// `metadata/trust-list.yaml`, and others like it: the nodes of the member states, and lists of them. The commented
/// example and `Docs/schema/trust-list.json` explain each key; relative paths are seen from the folder of the file.
public enum TrustListFile {
    /// The nodes and lists of one file; none if it is for another environment than `rules` say.
    public static func read(path: String, rules: RegistryRules) -> Reading<Registry> {
        Reading { RegistryReader(rules: rules, faults: $0).trustList(path: path) }
    }
}

extension RegistryReader {
    /// Metadata and trust anchors that are larger are refused.
    private static let fileLimit = 32 << 20

    func trustList(path: String) -> Registry {
        guard let root = YAMLDocument.read(path: path, into: faults) else { return Registry() }
        let registry = root.map { map in
            if counts(map["environment"]) { return trustList(map) }
            // What is good enough for another environment need not be for this one, and names may come back there.
            var rules = rules
            rules.isProduction = false
            _ = RegistryReader(rules: rules, faults: faults).trustList(map)
            return Registry()
        }
        return registry ?? Registry()
    }

    private func trustList(_ map: YAMLMap) -> Registry {
        let lists = map["metadata-service-lists"]
        let nodes = lists.isPresent ? map["nodes"] : map.required("nodes")
        return Registry(
            nodes: nodes.list(of: "nodes").compactMap(node),
            lists: lists.list(of: "metadata service lists").compactMap(serviceList),
            revocations: map["revocation-lists"].list(of: "revocation lists").compactMap(revocationList))
    }

    /// Whether a file for this environment counts where we stand. Where the settings do not say that, nothing is guessed.
    private func counts(_ value: YAMLValue) -> Bool {
        guard let environment = value.label() else { return true }
        guard let own = rules.environment else {
            value.fault(
                expected: "no environment, because the settings name none", found: quoted(environment),
                advice:
                    "Write environment: \(environment) in the settings, or remove this line if the file always counts.")
            return true
        }
        return environment == own
    }

    private func node(_ value: YAMLValue) -> NodeEntry? {
        let entry = value.map(node(_:))
        if let entry, entry.enabled { refuseExamples(in: value, certificates: entry.pins) }
        return entry
    }

    private func serviceList(_ value: YAMLValue) -> ServiceListEntry? {
        let entry = value.map(serviceList(_:))
        if let entry, entry.enabled { refuseExamples(in: value, certificates: entry.pins + entry.nodePins) }
        return entry
    }

    private func revocationList(_ value: YAMLValue) -> RevocationEntry? {
        let entry = value.map(revocationList(_:))
        if let entry { refuseExamples(in: value, certificates: [entry.issuer]) }
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

    private func serviceList(_ map: YAMLMap) -> ServiceListEntry {
        let (id, unsigned) = (map.required("name"), map["allows-unsigned-list"])
        let name = id.label()
        claim(name, as: "metadata service list", at: id)
        let enabled = map["enabled"].bool() ?? true
        let allowsUnsigned = unsigned.bool() ?? false
        if rules.isProduction, enabled, allowsUnsigned { refuseUnsigned(unsigned, "list") }
        return ServiceListEntry(
            name: name ?? "",
            source: map.required("source").map(source) ?? .file(path: ""),
            pins: pins(map, isOptional: allowsUnsigned),
            allowsUnsigned: allowsUnsigned,
            territories: Set(
                map.required("territories").distinct("countries", atLeast: 1) {
                    $0.countryCode().flatMap(MemberState.init)
                }),
            roles: map["roles"].isPresent
                ? Set(map["roles"].distinct("roles", atLeast: 1) { $0.word(EntityDescriptor.Role.self) })
                : Set(EntityDescriptor.Role.allCases),
            nodePins: map["node-pins"].certificates(rules, atLeast: 0),
            profile: map["profile"].section { profile($0, enabled: enabled) },
            enabled: enabled)
    }

    private func revocationList(_ map: YAMLMap) -> RevocationEntry {
        RevocationEntry(
            issuer: map.required("issuer").certificate(rules) ?? Data(),
            source: map.required("source").map(source) ?? .file(path: ""),
            isRequired: map["mandatory"].bool() ?? false)
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
        let anchors = absolutePath(authority)
        if let path = absolutePath(file) { return .file(path: path) }
        return .https(url: url.secureAddress()?.description ?? "", certificateAuthority: anchors)
    }

    /// A path that depends on the working directory would be another source in each of them, which is a change of what is
    /// trusted.
    private func absolutePath(_ value: YAMLValue) -> String? {
        let path = rules.needsSources ? value.existingFile(limit: Self.fileLimit) : value.filePath()
        return path.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
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
            refuseUnsigned(unsigned, "metadata")
        }
        return profile
    }

    private func refuseUnsigned(_ value: YAMLValue, _ document: String) {
        value.fault(
            expected: "\(document) that is signed, because production is true", found: "true",
            advice: "Remove the key and pin the certificate that signs the \(document).")
    }
}
