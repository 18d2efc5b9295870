// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Logging
import SAML
import Settings
import Storage
import Synchronization

/// One line for each entry on standard error: JSON for machines, text for people.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let format: Settings.Log.Format

    /// Keeps lines of several threads apart.
    private static let output = Mutex(FileHandle.standardError)

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Instant.write(Date())
        let line =
            switch format {
            case .json:
                "{"
                    + ([("time", time), ("level", "\(event.level)"), ("message", "\(event.message)")]
                    + all.map { ($0.key, "\($0.value)") }).map { "\($0.0.quotedJSON):\($0.1.quotedJSON)" }
                    .joined(separator: ",") + "}"
            case .text:
                "\(time) \(event.level) \(flat("\(event.message)"))"
                    + all.map { " \($0.key)=\("\($0.value)".quotedJSON)" }.joined()
            }
        // Where logs cannot be written, as on a full disk, people must still be able to log in.
        Self.output.withLock { try? $0.write(contentsOf: Data((line + "\n").utf8)) }
    }

    private func flat(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}

extension Logger {
    init(_ log: Settings.Log) {
        let level: Logger.Level =
            switch log.level {
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            }
        self.init(label: "puente") { _ in LineLogHandler(logLevel: level, format: log.format) }
    }
}
