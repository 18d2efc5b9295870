// SPDX-License-Identifier: EUPL-1.2
import NIOCore
import Synchronization

/// The open connections of a listener. When there are too many, those go that have been waiting for their client longest,
/// whether or not it has begun to send something: whoever opens thousands and keeps silent, or sends an octet a second,
/// displaces nobody but themselves.
public final class Connections: Sendable {
    private struct Open {
        let channel: any Channel
        /// Since when the client is awaited; `nil` while it waits for us.
        var since: NIODeadline?
    }

    private let limit: Int
    private let open = Mutex<[ObjectIdentifier: Open]>([:])

    public init(limit: Int) { self.limit = limit }

    func enter(_ channel: any Channel) {
        let leaving = open.withLock { open -> [any Channel] in
            open[ObjectIdentifier(channel)] = Open(channel: channel, since: .now())
            guard open.count > limit else { return [] }
            // An eighth at once, so that a flood does not cost a search for each.
            let waiting = open.compactMap { id, open in open.since.map { (id: id, channel: open.channel, since: $0) } }
                .sorted { $0.since < $1.since }.prefix(max(1, limit / 8))
            for one in waiting { open[one.id] = nil }
            return waiting.map(\.channel)
        }
        for channel in leaving { channel.close(promise: nil) }
    }

    func note(_ channel: any Channel, awaitsClient: Bool) {
        open.withLock { $0[ObjectIdentifier(channel)]?.since = awaitsClient ? .now() : nil }
    }

    func leave(_ channel: any Channel) { open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) } }

    public var count: Int { open.withLock(\.count) }
}
