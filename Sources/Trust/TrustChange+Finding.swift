// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import Settings
import XMLSecurity

extension TrustChange {
    /// What differs between two entries of one node; `nil` where it has none.
    static func between(_ before: NodeEntry?, _ after: NodeEntry?) -> [TrustChange] {
        guard let before else { return after.map { [TrustChange(.nodeAdded, after: $0.words)] } ?? [] }
        guard let after else { return [TrustChange(.nodeRemoved, before: before.words)] }
        var found: [TrustChange] = []
        func compare<Value: Equatable>(
            _ kind: Kind, _ before: Value, _ after: Value, _ word: (Value) -> String
        ) {
            if before != after { found.append(TrustChange(kind, before: word(before), after: word(after))) }
        }
        compare(.countryChanged, before.country, after.country, \.rawValue)
        compare(.anchorChanged, before.anchors, after.anchors) { $0.sorted().joined(separator: ", ") }
        compare(.sourceChanged, before.source, after.source, \.words)
        compare(.nodeSwitched, before.enabled, after.enabled) { $0 ? "on" : "off" }
        if before.profile != after.profile || before.displayName != after.displayName {
            found.append(TrustChange(.profileChanged))
        }
        return found
    }

    /// What differs between what two verified documents say of one node, but for the end of their validity.
    static func between(_ before: VerifiedEntity, _ after: VerifiedEntity) -> [TrustChange] {
        guard before.content != after.content else { return [] }
        var found = signingKeys(before.descriptor, after.descriptor)
        found += encryptionKeys(before, after) + endpoints(before.descriptor, after.descriptor)
        if before.signer != after.signer {
            found.append(
                TrustChange(.signerChanged, before: before.signer?.words, after: after.signer?.words ?? "no signature"))
        }
        if before.rest != after.rest { found.append(TrustChange(.contentChanged)) }
        if after.validUntil < before.validUntil {
            found.append(
                TrustChange(
                    .older, before: "until " + Instant.write(before.validUntil),
                    after: "until " + Instant.write(after.validUntil)))
        }
        return found
    }

    /// The same key in a new certificate is an old friend.
    private static func signingKeys(
        _ before: EntityDescriptor.Descriptor, _ after: EntityDescriptor.Descriptor
    ) -> [TrustChange] {
        keys(before.signingCertificates, after.signingCertificates, all: .allKeysChanged)
    }

    private static func encryptionKeys(_ before: VerifiedEntity, _ after: VerifiedEntity) -> [TrustChange] {
        let (old, new) = (before.descriptor.encryptionKeys, after.descriptor.encryptionKeys)
        let found = keys(old.map(\.certificate), new.map(\.certificate), all: .encryptionKeysChanged)
        // Nothing is ever encrypted for a Proxy-Service.
        return before.role == .connector
            ? found : found.map { TrustChange(.contentChanged, before: $0.before, after: $0.after) }
    }

    private static func keys(_ before: [Certificate], _ after: [Certificate], all: Kind) -> [TrustChange] {
        let (old, new) = (Set(before), Set(after))
        guard old != new else { return [] }
        if !old.isEmpty, Set(before.map(\.publicKeyInfo)).isDisjoint(with: after.map(\.publicKeyInfo)) {
            return [
                TrustChange(
                    all, before: before.map(\.words).joined(separator: ", "),
                    after: after.map(\.words).joined(separator: ", "))
            ]
        }
        return after.filter { !old.contains($0) }.map { TrustChange(.keyAdded, after: $0.words) }
            + before.filter { !new.contains($0) }.map { TrustChange(.keyRemoved, before: $0.words) }
    }

    private static func endpoints(
        _ before: EntityDescriptor.Descriptor, _ after: EntityDescriptor.Descriptor
    ) -> [TrustChange] {
        let (old, new) = (before.endpoints.map(\.location), after.endpoints.map(\.location))
        guard before.endpoints != after.endpoints else { return [] }
        let hosts = Set(old.map(host))
        let kind: Kind = new.allSatisfy { hosts.contains(host($0)) } ? .endpointMoved : .endpointHostMoved
        return [
            TrustChange(
                kind, before: Set(old).sorted().joined(separator: ", "),
                after: Set(new).sorted().joined(separator: ", "))
        ]
    }

    /// Scheme, host and port: whoever controls another port of a host need not be the same.
    private static func host(_ location: String) -> String {
        guard let url = URLComponents(string: location), let host = url.host else { return location }
        return "\(url.scheme?.lowercased() ?? "")://\(host.lowercased()):\(url.port ?? 443)"
    }
}

extension NodeEntry {
    /// Where its metadata is, and whom it is believed from.
    fileprivate var words: String { "\(source.words), believed from \(anchors.joined(separator: ", "))" }

    /// Whom its metadata is believed from.
    fileprivate var anchors: [String] {
        var words = Set(pins.map { (try? Certificate.configured($0))?.words ?? "unreadable" }).sorted()
        if profile.allowsUnsignedMetadata { words.append("unsigned") }
        return words
    }
}

extension NodeEntry.Source {
    /// For the operator.
    var words: String {
        switch self {
        case .file(let path): path
        case .https(let url, _): url
        }
    }

    /// What is known of fetching from it is kept under this name: whoever asks under another authority asks another server.
    var fetchName: String {
        guard case .https(let url, let authority?) = self else { return words }
        return "\(url), authority \(authority)"
    }
}

extension Certificate {
    /// Which it is, for the operator: the beginning of the fingerprint tells two keys of one name apart.
    var words: String { "\(subject) (SHA-256 \(fingerprint.prefix(16)))" }
}

extension VerifiedEntity {
    /// All that it says, but for the end of its validity.
    fileprivate var content: Content { Content(rest: rest, descriptor: descriptor, signer: signer) }

    fileprivate struct Content: Equatable {
        var rest: EntityDescriptor
        var descriptor: EntityDescriptor.Descriptor
        var signer: Certificate?
    }

    /// What is neither key nor endpoint.
    fileprivate var rest: EntityDescriptor {
        var rest = entity
        rest.validUntil = nil
        // The other role is a node of its own.
        rest.proxyService = role == .proxyService ? descriptor.rest : nil
        rest.connector = role == .connector ? descriptor.rest : nil
        return rest
    }

    /// What a thief would bring in: each key, address and signer by itself, so that none comes back beside other news after
    /// an operator turned it back.
    var marks: Set<String> {
        let keys = descriptor.signingCertificates + descriptor.encryptionKeys.map(\.certificate)
        return Set(
            keys.map { "key " + DigestAlgorithm.sha256.hash($0.publicKeyInfo).hexadecimal }
                + descriptor.endpoints.map { "address \($0.location)" }
                + (signer.map { ["signer \($0.fingerprint)"] } ?? []))
    }

    /// The same for the same content in every process, whenever it was signed.
    var fingerprint: String {
        let keys =
            descriptor.signingCertificates.map { "s " + $0.fingerprint }
            + descriptor.encryptionKeys.map { "e \($0.certificate.fingerprint) \($0.methods)" }
        let places = descriptor.endpoints.map { "p \($0.binding) \($0.location) \($0.index ?? -1) \($0.isDefault)" }
        let words = [
            "\(entity.protocolVersions) \(entity.levelsOfAssurance) \(entity.needsRequesterID)",
            "\(entity.isHiddenFromDiscovery) \(entity.sector?.rawValue ?? "") \(entity.organizationName ?? "")",
            "\(descriptor.nameIDFormats) \(descriptor.attributes) \(descriptor.signsRequests)",
            "\(signer?.fingerprint ?? "")",
        ]
        let text = (keys.sorted() + places.sorted() + words).joined(separator: "\n")
        return DigestAlgorithm.sha256.hash(Array(text.utf8)).hexadecimal
    }
}

extension EntityDescriptor.Descriptor {
    fileprivate var rest: Self {
        var rest = self
        rest.signingCertificates = []
        // The keys are compared one by one; here only how they may be used.
        rest.nameIDFormats += Set(encryptionKeys.flatMap(\.methods)).sorted()
        rest.encryptionKeys = []
        rest.endpoints = []
        return rest
    }
}
