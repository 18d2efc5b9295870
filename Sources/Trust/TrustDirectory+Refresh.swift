// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import Logging
import SAML
import Settings
import Synchronization

extension TrustDirectory {
    /// A source that is asked, whoever lives there.
    struct Address: Hashable, Sendable {
        let url: String
        let authority: String?
        var source: NodeEntry.Source { .https(url: url, certificateAuthority: authority) }
    }

    /// The sources of the nodes in use, each once, in the order of the trust lists.
    func addresses(of countries: Set<MemberState>? = nil) -> [Address] {
        let (held, wished) = state.withLock { ($0.held.map(\.entry), $0.files.registry.nodes) }
        var seen: Set<Address> = []
        return (held + wished).filter { $0.isInUse(settings) && countries?.contains($0.country) ?? true }
            .compactMap { entry in
                guard case .https(let url, let authority) = entry.source else { return nil }
                let address = Address(url: url, authority: authority)
                return seen.insert(address).inserted ? address : nil
            }
    }

    /// Asks every source once, each on its own: one bad country never touches another. Files are read again as well.
    ///
    /// - Parameter countries: `nil` for all.
    public func refresh(_ countries: Set<MemberState>? = nil, now: @escaping @Sendable () -> Date) async {
        await refresh(addresses(of: countries), now: now)
    }

    func refresh(_ addresses: [Address], now: @escaping @Sendable () -> Date) async {
        let fetcher = MetadataFetcher(documents: documents, allowed: settings.trust.allowedNetworks)
        let found = await withTaskGroup(of: (Address, Finding).self) { group in
            for address in addresses {
                group.addTask {
                    do throws(Rejection) {
                        let fetched = try await fetcher.fetch(
                            address.url, trusting: address.authority, upTo: MetadataSource.sizeLimit)
                        guard case .document(let digest, _) = fetched else {
                            throw Rejection(.metadataUnavailable, expected: "a document", found: "\(fetched)")
                        }
                        return (address, .document(digest))
                    } catch { return (address, .nothing(error)) }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0.source] = $1.1 }
        }
        await inBackground { self.take(found, at: now()) }
    }

    private func take(_ found: [NodeEntry.Source: Finding], at now: Date) {
        settling.withLock { _ in
            for (source, finding) in found {
                note(finding, of: source.words, at: now)
            }
            do throws(TrustArchive.Fault) {
                try settle(state.withLock(\.files), found, "metadata was refreshed", at: now)
            } catch { logger.error("trust not written", metadata: ["cause": "\(error)"]) }
        }
    }

    /// How asking went, for `puente trust status`.
    private func note(_ finding: Finding, of source: String, at now: Date) {
        do throws(TrustArchive.Fault) {
            var fetch = try archive.fetches()[source] ?? TrustArchive.Fetch(askedAt: now, failures: 0)
            fetch.askedAt = now
            switch finding {
            case .document(let digest):
                (fetch.goodAt, fetch.failure, fetch.failures, fetch.document) = (now, nil, 0, digest)
            case .nothing(let rejection):
                (fetch.failure, fetch.failures) = ("\(rejection)", fetch.failures + 1)
                logger.warning(
                    "metadata not fetched",
                    metadata: ["source": "\(source)", "rule": "\(rejection.rule.code)", "detail": "\(rejection)"])
            }
            try archive.note(fetch, of: source)
        } catch { logger.error("trust not written", metadata: ["cause": "\(error)"]) }
    }
}

/// Runs what nobody waits for on a thread of its own, behind everything that somebody waits for.
func inBackground<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, Failure>, Never>) in
        Thread.detachNewThread {
            // Of this thread alone, as Linux counts.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            continuation.resume(returning: Result(catching: work))
        }
    }.get()
}
