// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import Logging
import Settings
import YAMLText

/// Tells of end dates that come near: each alarm every hour until somebody heard it,
/// and then no more, over all restarts.
public struct TrustAlarms: Sendable {
    private let calendar: @Sendable (Date) throws -> TrustCalendar
    private let archive: TrustArchive
    private let channels: [any AlarmChannel]
    private let node: (address: String, host: String)
    private let logger: Logger

    public init(_ trust: TrustDirectory, logger: Logger) {
        let (url, alarms) = (trust.settings.publicURL, trust.settings.trust.alarms)
        self.init(
            trust.archive,
            channels: [alarms.webhook.map { Webhook($0) }, alarms.mail.map { Sendmail($0) }].compactMap(\.self),
            node: (url.description, url.host), logger: logger
        ) { try trust.calendar(at: $0) }
    }

    init(
        _ archive: TrustArchive, channels: [any AlarmChannel], node: (address: String, host: String), logger: Logger,
        calendar: @escaping @Sendable (Date) throws -> TrustCalendar
    ) {
        self.calendar = calendar
        self.archive = archive
        self.channels = channels
        self.node = node
        self.logger = logger
    }

    /// Gives the alarms that are due: to the log at once, then to whoever the settings name.
    public func check(at now: Date) async {
        let alarms: [EndDate]
        do { alarms = try await inBackground { try archive.give(try calendar(now).alarming, at: now) } } catch {
            logger.error("alarms not checked", metadata: ["cause": "\(error)"])
            return
        }
        for end in alarms { log(end) }
        guard !alarms.isEmpty else { return }
        let bulletin = AlarmBulletin(node: node.address, host: node.host, at: now, alarms: alarms)
        // What nobody heard is given again in the next hour.
        guard await tell(bulletin) else { return }
        do { try await inBackground { [alarms] in try archive.told(alarms) } } catch {
            logger.error("alarms not written down as told", metadata: ["cause": "\(error)"])
        }
    }

    /// - Returns: whether anybody heard it. The log does, where the settings name nobody.
    private func tell(_ bulletin: AlarmBulletin) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            for channel in channels { group.addTask { await tell(bulletin, channel) } }
            return await group.reduce(channels.isEmpty) { $0 || $1 }
        }
    }

    private func tell(_ bulletin: AlarmBulletin, _ channel: any AlarmChannel) async -> Bool {
        do {
            try await channel.tell(bulletin)
            logger.info("alarm told", metadata: ["channel": "\(channel.name)", "alarms": "\(bulletin.alarms.count)"])
            return true
        } catch {
            logger.error("alarm not told", metadata: ["channel": "\(channel.name)", "cause": "\(error)"])
            return false
        }
    }

    private func log(_ end: EndDate) {
        logger.log(
            level: end.alarm ?? 0 >= 30 ? .notice : .warning,
            end.daysLeft < 0 ? "end date has passed" : "end date comes near",
            metadata: [
                "what": "\(end.what)", "country": "\(end.owner.word)", "subject": "\(end.subject)",
                "fingerprint": "\(end.fingerprint ?? "-")", "places": "\(end.places.joined(separator: ", "))",
                "end": "\(end.date.formatted(.iso8601))", "days": "\(end.daysLeft)", "alarm": "\(end.alarm ?? 0)",
            ])
    }
}

/// A way to people outside of the log.
protocol AlarmChannel: Sendable {
    var name: String { get }
    /// - Throws: ``AlarmFault`` if nobody was told.
    func tell(_ bulletin: AlarmBulletin) async throws
}

struct AlarmFault: Error, CustomStringConvertible {
    let description: String
}
