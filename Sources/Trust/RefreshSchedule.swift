// SPDX-License-Identifier: EUPL-1.2
public import Foundation

/// When a source is asked next. Knows neither the time nor chance: both are arguments.
public struct RefreshSchedule: Hashable, Sendable {
    /// No source is asked more often, whoever wants it.
    public static let leastSeconds = 60.0

    /// Between two questions when all is well.
    public let intervalSeconds: Double

    public init(intervalSeconds: Double) {
        self.intervalSeconds = max(Self.leastSeconds, intervalSeconds)
    }

    /// - Parameters:
    ///   - askedAt: when it was last asked.
    ///   - failures: in a row, the last answer included; 0 when that was good. After failures the pause is 1, 2, 4, …
    ///     minutes, up to the interval.
    ///   - endsAt: the end of the metadata, or of the list, that we have from it. When that is near, the pause is half of the
    ///     time left; when it is past, half of the time since then, as nobody can log in meanwhile.
    ///   - chance: 0 to 1. Takes up to a tenth off, so that nodes which started together do not ask together.
    public func next(askedAt: Date, failures: Int, endsAt: Date?, chance: Double) -> Date {
        var pause = intervalSeconds
        if failures > 0 { pause = min(pause, Self.leastSeconds * pow(2, Double(min(failures, 30) - 1))) }
        if let endsAt { pause = min(pause, abs(endsAt.timeIntervalSince(askedAt)) / 2) }
        return askedAt + max(Self.leastSeconds, pause * (1 - chance / 10))
    }

    /// When a message hints that the source has something new, such as a signature by an unknown key: at once, unless it was
    /// asked within the last minute. Strangers can send such messages.
    public func next(hintedAt now: Date, askedAt: Date?) -> Date {
        max(now, (askedAt ?? .distantPast) + Self.leastSeconds)
    }
}
