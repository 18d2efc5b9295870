// SPDX-License-Identifier: EUPL-1.2
import Foundation
import SAML
import Settings
import Synchronization
import Trust
import XMLSecurity

/// Signs our metadata when it is asked for, and again when a quarter of its validity has passed or our keys are others.
final class MetadataPublisher: Sendable {
    private struct Published {
        var octets: [UInt8]
        var until: Date
        /// All that are in the document, and the one over whose key it is signed.
        var certificates: [Certificate]
    }

    private let settings: Settings
    private let keys: @Sendable () -> OwnKeys
    private let published = Mutex<Published?>(nil)

    init(settings: Settings, keys: @escaping @Sendable () -> OwnKeys) {
        self.settings = settings
        self.keys = keys
    }

    func document(at now: Date) throws -> (octets: [UInt8], seconds: Int) {
        try published.withLock { published in
            let validity = Double(settings.connector.metadataValidityHours * 3600)
            let keys = keys()
            let certificates =
                [keys.connector.certificate, keys.metadata.certificate] + keys.decryption.map(\.certificate)
            if let published, now < published.until, published.certificates == certificates {
                return (published.octets, Int(published.until.timeIntervalSince(now)))
            }
            let octets = try keys.metadata(settings, version: Puente.version).sealed(
                id: .random(), validUntil: now + validity, by: keys.metadata)
            published = Published(octets: octets, until: now + validity / 4, certificates: certificates)
            return (octets, Int(validity / 4))
        }
    }
}
