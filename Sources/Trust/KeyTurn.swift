// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import SAML
public import Settings
import XMLSecurity
public import YAMLText

/// Whether a key may take its next step without breaking anything for anybody.
public struct KeyTurn: Sendable {
    /// How one that fetches our metadata stands towards a key.
    public enum Standing: Hashable, Sendable {
        /// Has it.
        case knows
        /// Holds metadata without it, which is valid until then.
        case lacks(until: Date)
        /// Fetched metadata without it, which is over: it has to fetch again before it can go on.
        case ranOut
    }

    /// Who has not fetched for so long is no longer counted.
    static let memoryDays = 30.0

    public let purpose: Settings.KeyPurpose
    public let path: String
    private let settings: Settings
    private let now: Date

    /// - Returns: `nil` if the keys of this purpose are in no ring.
    public init?(_ purpose: Settings.KeyPurpose, _ settings: Settings, at now: Date) {
        guard case .ring(let path) = settings.keys(for: purpose) else { return nil }
        self.purpose = purpose
        self.path = path
        self.settings = settings
        self.now = now
    }

    /// Every purpose that has the same ring: they all turn together.
    public var purposes: [Settings.KeyPurpose] {
        Settings.KeyPurpose.allCases.filter { settings.keys(for: $0) == .ring(path: path) }
    }

    /// Who reads the metadata that has the key: those whom we ask read the Connector's, those who ask us the other one.
    public var readingRole: EntityDescriptor.Role {
        switch purpose {
        case .proxyServiceSigning, .proxyServiceMetadata: .connector
        default: .proxyService
        }
    }

    // MARK: Rolling

    /// What is wrong with the key that is to be used next. Nobody could use it, so that no force helps.
    public func faults(of next: KeyRing.Entry) -> [Fault] {
        var next = next
        next.state = .active
        let faults = Faults()
        let reader = KeyReader(now: now, isProduction: settings.isProduction, faults: faults)
        for purpose in purposes { _ = reader.proven(next, purpose) }
        return faults.sorted
    }

    /// Who fetches the metadata that has to have the key before it is used, and how they stand. Empty where nobody learns
    /// the key from our metadata: then others have to be told on another way, or need not know.
    public func readers(
        _ all: [MetadataReaders.Reader], of next: KeyRing.Entry
    ) -> [(reader: MetadataReaders.Reader, standing: Standing)] {
        let fingerprint = fingerprint(of: next)
        return all.filter { reader in
            reader.lastFetch > now - Self.memoryDays * 86_400 && waitingDocuments.contains(reader.document)
        }.map { reader in
            let end = reader.lastFetch + validity(of: reader.document)
            let standing: Standing =
                fingerprint.map(reader.keys.contains) == true ? .knows : now < end ? .lacks(until: end) : .ranOut
            return (reader, standing)
        }
    }

    /// Whether others learn the next key from our metadata before it is used.
    public var isAnnounced: Bool { !waitingDocuments.isEmpty }

    private var waitingDocuments: Set<MetadataReaders.Document> {
        // Whichever of our encryption keys others use, it is opened.
        Set(purposes.filter { $0.publishes(.next) && !$0.isForEncryption }.compactMap(\.document))
    }

    private func fingerprint(of entry: KeyRing.Entry) -> String? {
        let reader = KeyReader(now: now, isProduction: false, faults: Faults())
        return reader.key(entry.id, entry.state, entry.key, entry.certificate, purpose)?.certificate.fingerprint
    }

    private func validity(of document: MetadataReaders.Document) -> Double {
        let hours =
            switch document {
            case .connector: settings.connector.metadataValidityHours
            case .proxyService: settings.proxyService?.metadataValidityHours ?? 0
            }
        return Double(hours * 3600)
    }

    // MARK: Retiring

    /// Until when something may still come that only this key opens, or that is believed by it alone.
    public func needed(_ entry: KeyRing.Entry) -> Date? {
        if entry.state == .next, purposes.contains(.connectorEncryption) {
            // It is published already: whoever fetched just now may encrypt for it.
            return now + seconds(needed: .connectorEncryption)
        }
        guard entry.state == .retiring else { return nil }
        let end = purposes.map { entry.since + seconds(needed: $0) }.max() ?? entry.since
        return now < end ? end : nil
    }

    private func seconds(needed purpose: Settings.KeyPurpose) -> Double {
        let exchange = Double(settings.exchangeMinutes * 60)
        return switch purpose {
        // Who holds metadata from before the roll encrypts for the old key until that metadata is over.
        case .connectorEncryption: validity(of: .connector) + exchange
        case .connectorSigning, .proxyServiceSigning, .claveGatewaySigning: exchange
        case .connectorMetadata, .proxyServiceMetadata, .claveSigning: 0
        }
    }
}
