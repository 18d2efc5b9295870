// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Foundation
import SAML
import Settings
import Synchronization
import Trust
import XMLSecurity

/// Signs the metadata of one of our roles when it is asked for, and again when a quarter of its validity has passed or
/// anything in it is other than before.
final class MetadataPublisher: Sendable {
    /// What is to be published now, and who signs it.
    struct Source {
        var metadata: any PublishedMetadata
        var signer: Signer
        /// Published in it.
        var keys: [Certificate]

        /// The same for the same content, whenever it is signed.
        fileprivate var content: XMLNode { metadata.document(id: MessageID("_"), validUntil: .distantPast) }
    }

    private struct Published {
        var octets: [UInt8]
        var until: Date
        var content: XMLNode
        var signer: Certificate
        var keys: [String]
    }

    private let validity: Double
    private let source: @Sendable () throws -> Source
    private let published = Mutex<Published?>(nil)

    init(validityHours: Int, _ source: @escaping @Sendable () throws -> Source) {
        validity = Double(validityHours * 3600)
        self.source = source
    }

    /// SHA-256 of the certificates in the document that was last handed out.
    var keys: [String] { published.withLock { $0?.keys ?? [] } }

    func document(at now: Date) throws -> (octets: [UInt8], seconds: Int) {
        try published.withLock { published in
            let source = try source()
            let content = source.content
            if let published, now < published.until, published.content == content,
                published.signer == source.signer.certificate
            {
                return (published.octets, Int(published.until.timeIntervalSince(now)))
            }
            let octets = try source.metadata.sealed(id: .random(), validUntil: now + validity, by: source.signer)
            published = Published(
                octets: octets, until: now + validity / 4, content: content, signer: source.signer.certificate,
                keys: source.keys.map(\.fingerprint))
            return (octets, Int(validity / 4))
        }
    }
}

extension MetadataPublisher {
    static func connector(
        _ settings: Settings, keys: @escaping @Sendable () -> OwnKeys
    ) -> MetadataPublisher {
        MetadataPublisher(validityHours: settings.connector.metadataValidityHours) {
            let keys = keys()
            let metadata = keys.metadata(settings, version: Puente.version)
            return Source(metadata: metadata, signer: keys.metadata, keys: metadata.signing + metadata.encryption)
        }
    }

    /// `nil` where the settings have no Proxy-Service.
    static func proxyService(_ settings: Settings, _ trust: TrustDirectory) -> MetadataPublisher? {
        guard let proxyService = settings.proxyService else { return nil }
        return MetadataPublisher(validityHours: proxyService.metadataValidityHours) {
            let keys = trust.keys
            let route = try trust.snapshot.route(.proxyService)
            guard let metadata = keys.proxyServiceMetadata(settings, of: route, version: Puente.version),
                let signer = keys.proxyService?.metadata
            else { throw Rejection(.configuration, "proxy-service") }
            return Source(metadata: metadata, signer: signer, keys: metadata.signing)
        }
    }
}
