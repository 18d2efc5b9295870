// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import Settings
import XMLSecurity
public import YAMLText

/// How one of our own keys stands: a line of a table for people, JSON for programs. No secret is in it.
public struct OwnKeyReport: Hashable, Sendable, Encodable {
    /// What it is for, as the settings name it.
    public let place: String
    /// The file of its ring; `nil` for a key that the settings themselves name.
    public let ring: String?
    public let id: String?
    public let state: KeyRing.State
    public let since: Date?
    /// Where the private key is: `file`, `pkcs12` or `pkcs11`.
    public let kept: String
    /// The rest is `nil` where the certificate cannot be read.
    public let kind: String?
    public let subject: String?
    /// SHA-256 of the certificate, in hexadecimal.
    public let fingerprint: String?
    public let notBefore: Date?
    public let notAfter: Date?
    /// The address of the metadata that has it.
    public let published: String?
    /// Why it does not work; `nil` if it was tried and does. A key that is gone is not tried.
    public let fault: String?
}

extension OwnKeyReport {
    /// All keys of the settings, each tried: that which signs has signed, that which opens has opened something.
    ///
    /// - Parameter faults: gets those of a ring that cannot be read.
    public static func all(_ settings: Settings, at now: Date, into faults: Faults) -> [OwnKeyReport] {
        Settings.KeyPurpose.allCases.flatMap { purpose in
            // Metadata without a key of its own is signed by one that is there already.
            settings.keys(for: purpose).map { keys in
                purpose.signing.flatMap { settings.keys(for: $0) } == keys
                    ? [] : all(purpose, keys, settings, now, into: faults)
            } ?? []
        }
    }

    private static func all(
        _ purpose: Settings.KeyPurpose, _ keys: Settings.Keys, _ settings: Settings, _ now: Date, into faults: Faults
    ) -> [OwnKeyReport] {
        switch keys {
        case .one(let place, let certificate):
            let entry = KeyRing.Entry(id: "", state: .active, since: now, key: place, certificate: certificate)
            return [OwnKeyReport(entry, purpose, ring: nil, settings, now)]
        case .ring(let path):
            let rules = SettingsRules(checksFiles: false)
            let ring = KeyRing.read(path: path, isProduction: false, rules: rules, into: faults)
            return (ring?.entries ?? []).map { OwnKeyReport($0, purpose, ring: path, settings, now) }
        }
    }

    private init(
        _ entry: KeyRing.Entry, _ purpose: Settings.KeyPurpose, ring: String?, _ settings: Settings, _ now: Date
    ) {
        let faults = Faults()
        let reader = KeyReader(now: now, isProduction: settings.isProduction, faults: faults)
        let isGone = entry.state == .gone
        let key = isGone ? nil : reader.proven(entry, purpose)
        // Of a key that does not work its certificate is told all the same.
        let known =
            key?.certificate
            ?? (isGone ? nil : entry.certificate).flatMap { path in
                (try? LocalFile.read(path, limit: 1 << 20)).flatMap { try? Certificate(pemOrDER: Array($0)) }
            }
        place = purpose.rawValue
        self.ring = ring
        id = ring.map { _ in entry.id }
        state = entry.state
        since = ring.map { _ in entry.since }
        kept =
            switch entry.key {
            case .pem: "file"
            case .pkcs12: "pkcs12"
            case .pkcs11: "pkcs11"
            }
        kind = known.map { "\($0.publicKey.kind)" }
        subject = known?.subject
        fingerprint = known?.fingerprint
        notBefore = known?.notBefore
        notAfter = known?.notAfter
        published = purpose.publishes(entry.state) ? settings.publicURL.description + purpose.metadataPath : nil
        fault = isGone ? nil : faults.sorted.first.map { "\($0.file): expected \($0.expected), found \($0.found)" }
    }
}

extension KeyReader {
    /// The key of an entry, tried; `nil` with a fault if it does not work.
    func proven(_ entry: KeyRing.Entry, _ purpose: Settings.KeyPurpose) -> OwnKey? {
        let before = faults.count
        let key = key(entry.id, entry.state, entry.key, entry.certificate, purpose)
        guard faults.count == before, let key, prove(key, purpose) else { return nil }
        return key
    }
}

extension Settings.KeyPurpose {
    /// For a key of metadata: what signs it where there is none.
    var signing: Settings.KeyPurpose? {
        switch self {
        case .connectorMetadata: .connectorSigning
        case .proxyServiceMetadata: .proxyServiceSigning
        default: nil
        }
    }

    /// Whose metadata has keys of this purpose.
    public var document: MetadataReaders.Document? {
        switch self {
        case .connectorSigning, .connectorEncryption: .connector
        case .proxyServiceSigning: .proxyService
        default: nil
        }
    }

    fileprivate var metadataPath: String {
        document == .proxyService ? Paths.proxyServiceMetadata : Paths.connectorMetadata
    }
}
