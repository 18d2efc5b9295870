// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
import SAML
import Settings
import Synchronization
import XMLSecurity
import YAMLText

extension TrustDirectory {
    public func calendar(at now: Date) throws(TrustArchive.Fault) -> TrustCalendar {
        let (state, fetches) = (state.withLock { $0 }, try archive.fetches())
        let theirs = state.held.flatMap { $0.ends(settings, fetches[$0.entry.source.fetchName]) }
        let lists =
            state.files.registry.lists.flatMap(\.ends)
            + state.listings.flatMap { $0.ends(fetches[$0.entry.source.fetchName]) }
        let revoked = state.revocations.parts.flatMap { $0.ends(fetches[$0.entry.source.fetchName]) }
        let services = state.files.registry.services.flatMap(\.ends)
        let tls = listener.map { End(.tls, .ours, $0, "listen.tls") }
        return TrustCalendar(
            theirs + lists + revoked + services + state.files.keys.ends + tls, alarms: settings.trust.alarms.days,
            at: now)
    }

    /// The certificate of the listener with its chain, as a node reads them once, at its start. Faults are told where the
    /// keys are read.
    static func listenerChain(_ settings: Settings) -> [Certificate] {
        guard let path = settings.listen.tls?.certificate, let octets = try? LocalFile.read(path, limit: 1 << 20)
        else { return [] }
        return (try? certificates(pemOrDER: Array(octets))) ?? []
    }
}

extension Held {
    /// Of a node in use: what it shows, and what it is believed by.
    func ends(_ settings: Settings, _ fetch: TrustArchive.Fetch?) -> [End] {
        guard entry.isInUse(settings) else { return [] }
        let owner = EndDate.Owner.country(entry.country)
        let place = "\(entry.role.rawValue) \(entry.entityID)"
        let pins = entry.pins.certificates.map { End(.pin, owner, $0, place) }
        // What has ended is told until there is something new.
        guard let entity = entity ?? baseline else { return pins }
        let end = entity.validUntil + Double(settings.graceSeconds)
        let renewal = End.Renewal(from: acceptedAt, until: end, entry.source, failure, fetch)
        return [End(.metadata, owner, entry.entityID.rawValue, place, until: end, renewal)]
            + entity.descriptor.signingCertificates.map { End(.signing, owner, $0, place) }
            + entity.descriptor.encryptionKeys.map { End(.encryption, owner, $0.certificate, place) }
            + (entity.signer.map { [End(.metadataSigner, owner, $0, place)] } ?? []) + pins
    }
}

extension End.Renewal {
    /// Of what a source gives, as long as it works. Nobody renews a file by itself.
    ///
    /// - Returns: `nil` where somebody counts the days.
    fileprivate init?(
        from start: Date, until end: Date, _ source: NodeEntry.Source, _ failure: Rejection?,
        _ fetch: TrustArchive.Fetch?
    ) {
        let seconds = end.timeIntervalSince(start)
        guard seconds < End.renewedBelowSeconds else { return nil }
        self.init(validSeconds: seconds, works: source.isFetched && failure == nil && (fetch?.failures ?? 0) == 0)
    }
}

extension Listing {
    /// The next issue: whose old nodes stay, but nobody says so any more.
    fileprivate func ends(_ fetch: TrustArchive.Fetch?) -> [End] {
        guard let list else { return [] }
        let renewal = End.Renewal(
            from: list.list.issueDate, until: list.validUntil, entry.source, failure, fetch)
        return entry.territories.sorted().map { country in
            End(.serviceList, .country(country), entry.name, "list \(entry.name)", until: list.validUntil, renewal)
        }
    }
}

extension Revocations.Part {
    /// The next issue, and whom it is believed by: the authorities stand for no country.
    fileprivate func ends(_ fetch: TrustArchive.Fetch?) -> [End] {
        let place = "revocation list \(entry.source.words)"
        let authority = End(.pin, .ours, issuer, place)
        guard let list else { return [authority] }
        let renewal = End.Renewal(from: list.thisUpdate, until: list.nextUpdate, entry.source, failure, fetch)
        return [
            End(.revocationList, .ours, issuer.subject, place, until: list.nextUpdate, renewal), authority,
        ]
    }
}

extension ServiceListEntry {
    /// Whom the list, and what it names, are believed by.
    var ends: [End] {
        guard enabled else { return [] }
        return territories.sorted().flatMap { country in
            (pins + nodePins).certificates.map { End(.pin, .country(country), $0, "list \(name)") }
        }
    }
}

extension ServiceEntry {
    var ends: [End] {
        guard enabled else { return [] }
        let all = certificates + (encryption.map { [$0.certificate] } ?? [])
        return all.certificates.map { End(.service, .ours, $0, "service \(providerName)") }
    }
}

extension OwnKeys {
    /// Of all our certificates and their chains, those of next and retiring keys included where others see them, and of the
    /// gateway's; by the keys of the settings.
    var ends: [End] {
        var ends = Self.ends(.signing, connectorSigning.keys.flatMap(\.chain), "connector.signing")
        ends += Self.ends(.encryption, connectorEncryption.keys.flatMap(\.chain), "connector.encryption")
        ends += Self.ends(.metadataSigner, metadata.chain, "connector.metadata")
        ends += Self.ends(.signing, gateway.chain, "clave.signing")
        if let proxyService {
            ends += Self.ends(.signing, proxyService.signing.keys.flatMap(\.chain), "proxy-service.signing")
            ends += Self.ends(.metadataSigner, proxyService.metadata.chain, "proxy-service.metadata")
            ends += Self.ends(.signing, proxyService.service.chain, "clave-gateway.signing")
            ends += Self.ends(.gateway, proxyService.gatewayCertificates, "clave-gateway.certificates")
        }
        return ends
    }

    private static func ends(_ kind: EndDate.Kind, _ certificates: [Certificate], _ place: String) -> [End] {
        certificates.map { End(kind, .ours, $0, place) }
    }
}

extension [Data] {
    /// Those that can be read: faults were told where the files are.
    fileprivate var certificates: [Certificate] { compactMap { try? Certificate.configured($0) } }
}
